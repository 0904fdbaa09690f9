package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// tarFiles is the content of a tar file. The times in it do not count: those who
// pack reproducibly give all files the same.
type tarFiles map[string]*tarEntry

// tarEntry is a file or a folder in a tar file.
type tarEntry struct {
	name    string
	content []byte
	folder  bool
}

// maxTarball bounds the memory that a tar file takes.
const maxTarball = 1 << 30 // bytes

// openTar reads a tar file. Other things than files and folders are left out.
func openTar(files directoryFiles, name string) (directoryFiles, error) {
	view, err := files.view()
	if err != nil {
		return nil, fmt.Errorf("cannot open tar file: %s: %w", name, cause(err))
	}
	defer view.Close()
	f, err := view.open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot open tar file: %s: %w", name, cause(err))
	}
	defer f.Close()
	t, err := readTar(f)
	if err != nil {
		return nil, fmt.Errorf("cannot read tar file: %s: %w", name, err)
	}
	return t, nil
}

func readTar(r io.Reader) (tarFiles, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxTarball+1))
	if err == nil && bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
			b, err = io.ReadAll(io.LimitReader(z, maxTarball+1))
		}
	}
	if err != nil {
		return nil, err
	}
	if len(b) > maxTarball {
		return nil, fmt.Errorf("want at most %d bytes", maxTarball)
	}
	t := tarFiles{".": {name: ".", folder: true}}
	for in := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := in.Next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if err := t.add(h, in); err != nil {
			return nil, err
		}
	}
}

// add takes one entry, and the folders that it is in.
func (t tarFiles) add(h *tar.Header, content io.Reader) error {
	name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	if name == "" || !fs.ValidPath(name) || h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeDir {
		return nil
	}
	e := &tarEntry{name: name, folder: h.Typeflag == tar.TypeDir}
	if !e.folder {
		var err error
		if e.content, err = io.ReadAll(content); err != nil {
			return err
		}
	}
	t[name] = e
	for dir := path.Dir(name); t[dir] == nil; dir = path.Dir(dir) {
		t[dir] = &tarEntry{name: dir, folder: true}
	}
	return nil
}

func (t tarFiles) view() (directoryView, error) { return t, nil }

func (t tarFiles) stat(name string) (pathStat, bool) {
	e := t[name]
	if e == nil {
		return pathStat{}, false
	}
	return pathStat{fileStamp{size: int64(len(e.content))}, e.folder}, true
}

func (t tarFiles) open(name string) (fs.File, error) {
	e := t[name]
	if e == nil || e.folder {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &tarFile{bytes.NewReader(e.content), e}, nil
}

// Close does nothing.
func (t tarFiles) Close() error { return nil }

// tarFile is an open file of a tar file.
type tarFile struct {
	*bytes.Reader
	entry *tarEntry
}

// Stat returns what is known about the file.
func (f *tarFile) Stat() (fs.FileInfo, error) { return tarInfo{f.entry}, nil }

// Close does nothing.
func (f *tarFile) Close() error { return nil }

// tarInfo is a tarEntry as package io/fs shows it.
type tarInfo struct{ e *tarEntry }

func (i tarInfo) Name() string       { return path.Base(i.e.name) }
func (i tarInfo) Size() int64        { return int64(len(i.e.content)) }
func (i tarInfo) Mode() fs.FileMode  { return 0o444 }
func (i tarInfo) ModTime() time.Time { return time.Time{} }
func (i tarInfo) IsDir() bool        { return i.e.folder }
func (i tarInfo) Sys() any           { return nil }
