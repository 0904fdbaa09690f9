package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// licence is the file that says what may be done with the program. An archive
// has it when the tree has it.
const licence = "LICENSE"

// archive writes the archive of one platform: one folder with the program and
// what belongs to it.
func (r *release) archive(p platform) error {
	dir := "pipy-" + r.version + "-" + p.String() + "/"
	t := tree{{name: dir, mode: 0o755}}
	if err := t.copy(dir+"pipy", 0o755, r.program(p)); err != nil {
		return err
	}
	if err := r.papers(&t, dir, p); err != nil {
		return err
	}
	if err := t.copy(dir+"pipy.d.ts", 0o644, r.source("docs/pipy.d.ts")); err != nil {
		return err
	}
	if err := t.copyAll(dir+"tutorial", r.source("tutorial")); err != nil {
		return err
	}
	switch p.os {
	case "linux":
		if err := t.copy(dir+"service/pipy.service", 0o644, r.source("ci/package/pipy.service")); err != nil {
			return err
		}
	case "freebsd":
		if err := t.copy(dir+"service/pipy", 0o755, r.source("ci/package/pipy.rc")); err != nil {
			return err
		}
	}
	return save(r.file("-"+p.String()+".tar.gz"), func(w io.Writer) error {
		return t.writeTarGzip(w, r.time)
	})
}

// papers adds what has to come with every program: what it is, and the licences
// of its parts.
func (r *release) papers(t *tree, dir string, p platform) error {
	if err := t.copy(dir+"README.md", 0o644, r.source("README.md")); err != nil {
		return err
	}
	if err := t.copy(dir+licence, 0o644, r.source(licence)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := r.notices(p.parts)
	t.add(dir+notices, 0o644, text)
	return err
}

// documentation writes the archive of the pages that `make docs` has built, if
// it has.
func (r *release) documentation() error {
	pages := filepath.Join(r.root, "build", "docs")
	if _, err := os.Stat(pages); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var t tree
	if err := t.copyAll("pipy-"+r.version+"-docs", pages); err != nil {
		return err
	}
	return save(r.file("-docs.tar.gz"), func(w io.Writer) error {
		return t.writeTarGzip(w, r.time)
	})
}

// checksums writes SHA256SUMS, in the form that sha256sum -c reads.
func (r *release) checksums() error {
	files, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var lines []string
	for _, f := range files {
		if !f.Type().IsRegular() || f.Name() == "SHA256SUMS" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(r.out, f.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(body), f.Name()))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	text := strings.Join(lines, "")
	fmt.Print(text)
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(text), 0o644)
}
