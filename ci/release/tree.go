package main

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is one file of an archive, a folder when its name ends with a slash, or
// a symbolic link when it has a target.
type entry struct {
	name   string // with slashes, relative
	mode   fs.FileMode
	uid    int
	gid    int
	target string
	body   []byte
}

// tree is what goes into an archive.
type tree []entry

// add adds a file with a body that is known.
func (t *tree) add(name string, mode fs.FileMode, body string) {
	*t = append(*t, entry{name: name, mode: mode, body: []byte(body)})
}

// copy adds a file of the disk.
func (t *tree) copy(name string, mode fs.FileMode, from string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	*t = append(*t, entry{name: name, mode: mode, body: body})
	return nil
}

// copyAll adds all files below a folder of the disk, and the folders.
func (t *tree) copyAll(name, from string) error {
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		to := path.Join(name, filepath.ToSlash(rel))
		if to == "." {
			return nil
		}
		if d.IsDir() {
			*t = append(*t, entry{name: to + "/", mode: 0o755})
			return nil
		}
		return t.copy(to, 0o644, file)
	})
}

// write writes the entries below a folder of the disk, all with the same time.
// There are no symbolic links among them.
func (t tree) write(dir string, when time.Time) error {
	sorted := slices.SortedFunc(slices.Values(t), byName)
	for _, e := range sorted {
		name := filepath.Join(dir, filepath.FromSlash(e.name))
		if strings.HasSuffix(e.name, "/") {
			if err := os.MkdirAll(name, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, e.body, 0o600); err != nil {
			return err
		}
	}
	// Modes in spite of the umask; times from the inside out, as files change
	// those of their folders.
	for _, e := range slices.Backward(sorted) {
		name := filepath.Join(dir, filepath.FromSlash(e.name))
		if err := os.Chmod(name, e.mode); err != nil {
			return err
		}
		if err := os.Chtimes(name, when, when); err != nil {
			return err
		}
	}
	return nil
}

func byName(a, b entry) int { return strings.Compare(a.name, b.name) }

// own gives all entries to a user and a group.
func (t tree) own(uid, gid int) tree {
	for i := range t {
		t[i].uid, t[i].gid = uid, gid
	}
	return t
}

// writeTar writes the entries sorted by name, all with the same time.
func (t tree) writeTar(w io.Writer, when time.Time) error {
	sorted := slices.SortedFunc(slices.Values(t), byName)
	out := tar.NewWriter(w)
	for _, e := range sorted {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: e.name, Mode: int64(e.mode.Perm()), Uid: e.uid, Gid: e.gid,
			Size: int64(len(e.body)), ModTime: when, Format: tar.FormatPAX,
		}
		switch {
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		case e.target != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.target
		}
		if e.mode&fs.ModeSticky != 0 {
			h.Mode |= 0o1000
		}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := out.Write(e.body); err != nil {
			return err
		}
	}
	return out.Close()
}

// writeTarGzip is writeTar, compressed.
func (t tree) writeTarGzip(w io.Writer, when time.Time) error {
	z := gzip.NewWriter(w)
	if err := t.writeTar(z, when); err != nil {
		return err
	}
	return z.Close()
}

// save writes a file of this release.
func save(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
