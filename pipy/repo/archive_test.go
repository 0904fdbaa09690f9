package repo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// archiveOf makes a tar archive of headers and contents.
func archiveOf(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		content := []byte("content of " + h.Name)
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			w.Write(content)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExportComesBackByImport(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		write(t, r, "/a", "/dir/with a long name "+strings.Repeat("x", 200)+"/ü", "\x00\xff")
		write(t, r, "/a", "/empty", "")
		must(t, r.SetMain("/a", "/empty", ""))
		var b bytes.Buffer
		must(t, r.Export("/a", ExportOptions{}, &b))
		var z bytes.Buffer
		gz := gzip.NewWriter(&z)
		gz.Write(b.Bytes())
		must(t, gz.Close())
		for name, archive := range map[string]*bytes.Buffer{"/plain": &b, "/packed": &z} {
			must(t, r.Import(name, archive, ImportOptions{}))
			v, err := r.Snapshot(name)
			must(t, err)
			want, err := r.Snapshot("/a")
			must(t, err)
			if v.Entry != "/empty" || !maps.EqualFunc(v.Files.(fstest.MapFS), want.Files.(fstest.MapFS),
				func(a, b *fstest.MapFile) bool { return bytes.Equal(a.Data, b.Data) }) {
				t.Errorf("%s: got entry %s and files %v, want %v", name, v.Entry, v.Files, want.Files)
			}
		}
		commit(t, r, "/a", "2")
		b.Reset()
		must(t, r.Export("/a", ExportOptions{Version: "1"}, &b))
		must(t, r.Import("/a", &b, ImportOptions{}))
		d, err := r.Diff("/a")
		must(t, err)
		if len(d.Changes) != 2 || d.Changes[0].Change != "erased" || !d.Changes[0].Binary || d.Main == nil || d.Main.After != "/main.js" {
			t.Errorf("got %+v after the import of version 1, want two files to go and the old entry", d)
		}
		wantError(t, r.Export("/a", ExportOptions{Version: "7"}, &b), ErrNoVersion)
	})
}

func TestImportRefusesBadArchives(t *testing.T) {
	r := NewMemory()
	r.limits.file, r.limits.size, r.limits.files = 100, 150, 3
	create(t, r, "/a", "1", "")
	long := tar.Header{Name: "ok/" + strings.Repeat("x", 95)}
	for name, x := range map[string]struct {
		archive []byte
		err     error
	}{
		"up":         {archiveOf(t, tar.Header{Name: "ok"}, tar.Header{Name: "../up"}), ErrName},
		"inside":     {archiveOf(t, tar.Header{Name: "a/../../up"}), ErrName},
		"dots":       {archiveOf(t, tar.Header{Name: ".."}), ErrName},
		"slashes":    {archiveOf(t, tar.Header{Name: "//etc/passwd"}), ErrName},
		"backslash":  {archiveOf(t, tar.Header{Name: `a\..\b`}), ErrName},
		"newline":    {archiveOf(t, tar.Header{Name: "a\nb"}), ErrName},
		"reserved":   {archiveOf(t, tar.Header{Name: "_etags"}), ErrName},
		"link":       {archiveOf(t, tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), ErrArchive},
		"hard link":  {archiveOf(t, tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}), ErrArchive},
		"device":     {archiveOf(t, tar.Header{Name: "d", Typeflag: tar.TypeChar}), ErrArchive},
		"both":       {archiveOf(t, tar.Header{Name: "a"}, tar.Header{Name: "a/b"}), ErrName},
		"empty":      {archiveOf(t), ErrArchive},
		"nothing":    {nil, ErrArchive},
		"junk":       {[]byte(strings.Repeat("junk", 400)), ErrArchive},
		"cut":        {archiveOf(t, tar.Header{Name: "a"})[:520], ErrArchive},
		"bad gzip":   {[]byte("\x1f\x8bxxxxxxxxxxxxx"), ErrArchive},
		"large file": {archiveOf(t, long), ErrTooLarge},
		"many files": {archiveOf(t, tar.Header{Name: "a"}, tar.Header{Name: "b"}, tar.Header{Name: "c"}, tar.Header{Name: "d"}), ErrTooLarge},
		"large":      {archiveOf(t, tar.Header{Name: strings.Repeat("a", 80)}, tar.Header{Name: strings.Repeat("b", 80)}), ErrTooLarge},
		"bomb":       {bomb(t), ErrTooLarge},
	} {
		for _, codebase := range []string{"/a", "/new"} {
			err := r.Import(codebase, bytes.NewReader(x.archive), ImportOptions{})
			if err == nil {
				t.Errorf("%s: was taken", name)
			}
			wantError(t, err, x.err)
		}
	}
	info, err := r.Info("/a")
	must(t, err)
	if len(info.EditFiles)+len(info.ErasedFiles) != 0 || r.Has("/new") {
		t.Errorf("got %+v, want nothing changed", info)
	}
	must(t, r.Import("/a", bytes.NewReader(archiveOf(t, tar.Header{Name: "./d/", Typeflag: tar.TypeDir},
		tar.Header{Name: "./d/.hidden"}, tar.Header{Name: "/x.js", Mode: 0o755}, tar.Header{Name: "/.y", Mode: 0o644})), ImportOptions{}))
	info, err = r.Info("/a")
	must(t, err)
	if want := []string{"/.y", "/d/.hidden", "/x.js"}; !slices.Equal(info.EditFiles, want) || info.Main != "/x.js" {
		t.Errorf("got %+v, want the files %v and the entry /x.js", info, want)
	}
	wantError(t, r.Import("/a", bytes.NewReader(archiveOf(t, tar.Header{Name: "a"})), ImportOptions{}), ErrUncommitted)
	must(t, r.Import("/a", bytes.NewReader(archiveOf(t, tar.Header{Name: "a"})), ImportOptions{Discard: true, Main: "/a"}))
	checkStore(t, r)
}

// bomb is a small archive that is large when unpacked.
func bomb(t testing.TB) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "a", Typeflag: tar.TypeReg, Size: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 4 {
		z.Write(zeros)
	}
	z.Close()
	return b.Bytes()
}

func TestFillMakesCodebasesOfFolders(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a/main.js": "a", "a/lib/x.js": "x", "a/.git/config": "secret", "a/.swp": "x",
		"b/hello.js": "b", "b/data.json": "{}", "readme": "not a codebase", ".git/x": "nor this"} {
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	must(t, os.Symlink("../.git/x", filepath.Join(dir, "a/link")))
	r := NewMemory()
	must(t, r.Fill(dir))
	wantPublished(t, r, "/a", "/lib/x.js=x /link=nor this /main.js=a")
	wantPublished(t, r, "/b", "/data.json={} /hello.js=b")
	info, err := r.Info("/b")
	must(t, err)
	if info.Main != "/hello.js" || info.Version != "1" || !strings.HasPrefix(info.ETag, "1-") || len(r.List("")) != 2 {
		t.Errorf("got %+v", info)
	}
	write(t, r, "/a", "/main.js", "mine")
	must(t, r.Fill(dir))
	if content, _, _ := r.Read("/a", "/main.js"); string(content) != "mine" {
		t.Errorf("got %q after the repo was filled again, want the edit to stay", content)
	}
	must(t, os.Mkdir(filepath.Join(dir, `c\d`), 0o700))
	wantError(t, r.Fill(dir), ErrName)
	outside := t.TempDir()
	must(t, os.Mkdir(filepath.Join(outside, "c"), 0o700))
	must(t, os.Symlink(filepath.Join(dir, "readme"), filepath.Join(outside, "c/link")))
	if err := r.Fill(outside); err == nil || !strings.Contains(err.Error(), "link") || r.Has("/c") {
		t.Errorf("got %v for a link that leads out, want an error", err)
	}
	checkStore(t, r)
}

func TestSeedsOfAChain(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		first := fstest.MapFS{"hello.js": {Data: []byte("1")}, "x": {Data: []byte("x")}}
		must(t, r.Seed("/tutorial/01-hello", first, "/hello.js", ""))
		second := fstest.MapFS{"hello.js": {Data: []byte("1")}, "proxy.js": {Data: []byte("2")}}
		must(t, r.Seed("/tutorial/02-proxy", second, "/proxy.js", "/tutorial/01-hello"))
		must(t, r.Seed("/tutorial/02-proxy", first, "/other.js", ""))
		wantPublished(t, r, "/tutorial/02-proxy", "/hello.js=1 /proxy.js=2 /x=x")
		info, err := r.Info("/tutorial/02-proxy")
		must(t, err)
		if !slices.Equal(info.Files, []string{"/proxy.js"}) || info.Main != "/proxy.js" || info.Base != "/tutorial/01-hello" {
			t.Errorf("got %+v, want one file of its own", info)
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add(archiveOf(f, tar.Header{Name: "a"}, tar.Header{Name: "./b/c.js", Mode: 0o755}, tar.Header{Name: "d/", Typeflag: tar.TypeDir}))
	f.Add(archiveOf(f, tar.Header{Name: "../x"}))
	f.Fuzz(func(t *testing.T, archive []byte) {
		r := NewMemory()
		r.limits.file, r.limits.size, r.limits.files = 1<<16, 1<<17, 100
		err := r.Import("/a", bytes.NewReader(archive), ImportOptions{})
		if (err == nil) != r.Has("/a") {
			t.Errorf("got error %v, and the codebase exists: %t", err, r.Has("/a"))
		}
		if err == nil {
			info, err := r.Info("/a")
			must(t, err)
			for _, path := range info.EditFiles {
				must(t, checkFile(path))
			}
		}
		checkStore(t, r)
	})
}
