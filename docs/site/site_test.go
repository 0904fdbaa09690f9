package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// built renders the documentation of the tree into folders of this test.
func built(t *testing.T) (site, console fs.FS) {
	t.Helper()
	dir := t.TempDir()
	if err := run([]string{"-out", dir + "/site", "-console", dir + "/console", "-archive", dir + "/manual.zip", "-version", "test"}); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(dir + "/site"), os.DirFS(dir + "/console")
}

// contentsOf reads all files.
func contentsOf(t *testing.T, f fs.FS) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(f, name)
		all[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	address = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	idOf    = regexp.MustCompile(` id="([^"]*)"`)
	absent  = regexp.MustCompile(`<(?:script|img|link)[^>]*(?:href|src)="(?:[a-z]+:)?//`)
)

// What is written is looked at, not what was meant.
func TestAllLinksResolve(t *testing.T) {
	out, _ := built(t)
	files := contentsOf(t, out)
	ids := map[string]map[string]bool{}
	for name, text := range files {
		ids[name] = map[string]bool{}
		for _, m := range idOf.FindAllStringSubmatch(text, -1) {
			ids[name][m[1]] = true
		}
	}
	links := 0
	for name, text := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		if m := absent.FindString(text); m != "" {
			t.Errorf("%s: %s: want nothing from elsewhere", name, m)
		}
		body, _, _ := strings.Cut(text, "<script")
		for _, m := range address.FindAllStringSubmatch(body, -1) {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if u.IsAbs() {
				continue
			}
			links++
			to := name
			if u.Path != "" {
				to = path.Join(path.Dir(name), u.Path)
			}
			switch {
			case strings.HasPrefix(u.Path, "/"):
				t.Errorf("%s: %s: want a relative address", name, m[1])
			case files[to] == "":
				t.Errorf("%s: %s: there is no such file", name, m[1])
			case u.Fragment != "" && !ids[to][u.Fragment]:
				t.Errorf("%s: %s: there is no such heading", name, m[1])
			}
		}
	}
	if links < 1000 {
		t.Errorf("got %d links, want those of the table of contents alone to be more", links)
	}
}

// maxConsole bounds what the console's pages add to the program, in bytes,
// compressed.
const maxConsole = 500 << 10

func TestConsoleHasItsPages(t *testing.T) {
	_, out := built(t)
	files := contentsOf(t, out)
	var list []struct{ Path, Title, Group, Lang string }
	if err := json.Unmarshal([]byte(files["index.json"]), &list); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"reference/filters": true}
	for _, p := range list {
		known[p.Path] = true
		if p.Title == "" || p.Group == "" || p.Lang == "" {
			t.Errorf("got %+v, want all of it", p)
		}
	}
	if len(list)+1 != len(files) || !known["guides/overview"] || !known["tutorial/01-hello"] {
		t.Errorf("got %d pages in the list and %d files", len(list), len(files))
	}
	size := 0
	for name, text := range files {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		size += b.Len()
		for _, m := range address.FindAllStringSubmatch(text, -1) {
			to, ours := strings.CutPrefix(m[1], "/docs/")
			to, _, _ = strings.Cut(to, "#")
			if ours && !known[to] && !strings.HasPrefix(to, "reference/") {
				t.Errorf("%s: %s: there is no such page", name, m[1])
			}
		}
	}
	if size > maxConsole {
		t.Errorf("got %d bytes, compressed; want at most %d", size, maxConsole)
	}
	t.Logf("%d pages, %d bytes compressed", len(list), size)
}

// The program carries what was made by the last `make docs`.
func TestProgramHasThesePages(t *testing.T) {
	_, out := built(t)
	want := contentsOf(t, out)
	z, err := zip.OpenReader("../../pipy/admin/manual/manual.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	got := contentsOf(t, z)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s has changed: run `make docs`", name)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is gone: run `make docs`", name)
	}
}

func TestBrokenLinksAreReported(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"docs/README.md":          "# Home\n\n[there](guides/overview.md#a-heading) [not there](none.md)\n",
		"docs/guides/overview.md": "# Overview\n\n## A heading\n\n[none](../README.md#no-heading)\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := load(dir)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"docs/README.md: none.md", "docs/guides/overview.md: docs/README.md#no-heading"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want it to say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "a-heading") {
		t.Errorf("got %q, want no complaint about a heading that exists", err)
	}
}

func TestHeadingsAreNamedAsOnRepositoryHosts(t *testing.T) {
	p := &page{text: []byte("# Title\n\n## What it *does*, and why\n\n## `a.b()`\n\n## 概念\n\n## 概念\n")}
	p.parse()
	for _, want := range []string{"what-it-does-and-why", "ab", "概念", "概念-1"} {
		if !p.ids[want] {
			t.Errorf("got %v, want %q", p.ids, want)
		}
	}
	if p.title != "Title" {
		t.Errorf("got the title %q", p.title)
	}
}
