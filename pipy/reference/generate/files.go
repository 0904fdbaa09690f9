package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"pipy/pipy/reference"
	"pipy/pipy/reference/catalog"
)

// pagesDir holds nothing but printed pages.
const pagesDir = "docs/reference"

// printed returns the text of every printed file by its path from the root.
func printed(root string) (map[string][]byte, error) {
	r := catalog.Reference()
	examples, err := examples(root, r.Filters())
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, text := range r.Pages(examples) {
		files[path.Join(pagesDir, name)] = []byte(text)
	}
	var types bytes.Buffer
	if err := r.Types(&types); err != nil {
		return nil, err
	}
	files["docs/pipy.d.ts"] = types.Bytes()
	return files, nil
}

// examples reads the test that shows each filter; those that have none are left
// out.
func examples(root string, filters []*reference.Filter) (map[string]reference.Example, error) {
	all := map[string]reference.Example{}
	for _, f := range filters {
		name := "testscripts/filters/" + f.Name + ".txtar"
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[f.Name] = example(name, txtar.Parse(text))
	}
	return all, nil
}

// example takes a test apart: the caption is the comment that it begins with.
func example(name string, a *txtar.Archive) reference.Example {
	e := reference.Example{Path: name}
	var caption []string
	for _, line := range strings.Split(string(a.Comment), "\n") {
		text, ok := strings.CutPrefix(line, "#")
		text = strings.TrimSpace(text)
		if !ok || strings.HasPrefix(text, "api:") {
			break
		}
		caption = append(caption, text)
	}
	e.Caption = strings.TrimSpace(strings.Join(caption, "\n"))
	for _, f := range a.Files {
		e.Files = append(e.Files, reference.File{Name: f.Name, Text: strings.TrimRight(string(f.Data), "\n") + "\n"})
	}
	return e
}

// existing returns the paths of the printed files that are there.
func existing(root string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(filepath.Join(root, pagesDir), func(name string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	return names, err
}

// write prints all files and removes pages of what is gone.
func write(root string) error {
	files, err := printed(root)
	if err != nil {
		return err
	}
	old, err := existing(root)
	if err != nil {
		return err
	}
	for _, name := range old {
		if files[name] == nil {
			if err := os.Remove(filepath.Join(root, name)); err != nil {
				return err
			}
		}
	}
	for name, text := range files {
		full := filepath.Join(root, name)
		if now, err := os.ReadFile(full); err == nil && bytes.Equal(now, text) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(full, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
