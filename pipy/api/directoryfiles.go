package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"pipy/pipy/spec"
)

// directoryFiles is where a directory has its files from.
type directoryFiles interface {
	// view opens the folder as it is now.
	view() (directoryView, error)
}

// directoryView is a look at a folder. Names are those of package io/fs.
type directoryView interface {
	// stat tells what is known about a file or a folder; found is false for
	// everything else.
	stat(name string) (s pathStat, found bool)
	// open opens a regular file.
	open(name string) (fs.File, error)
	Close() error
}

// pathStat is what is known about a file or a folder.
type pathStat struct {
	fileStamp
	folder bool
}

func statOf(info fs.FileInfo, err error) (pathStat, bool) {
	if err != nil || !info.IsDir() && !info.Mode().IsRegular() {
		return pathStat{}, false
	}
	return pathStat{fileStamp{info.Size(), info.ModTime()}, info.IsDir()}, true
}

// readPart returns n bytes of a file from an offset on. The file has to be the
// one that was looked at.
func readPart(files directoryFiles, name string, want fileStamp, from, n int64) ([]byte, error) {
	view, err := files.view()
	if err != nil {
		return nil, err
	}
	defer view.Close()
	f, err := view.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() != want.size || !info.ModTime().Equal(want.modified) || !info.Mode().IsRegular() {
		return nil, errFileChanged
	}
	b := make([]byte, n)
	if at, ok := f.(io.ReaderAt); ok {
		_, err = at.ReadAt(b, from)
		if err == io.EOF && n == 0 {
			err = nil
		}
	} else if _, err = io.CopyN(io.Discard, f, from); err == nil {
		_, err = io.ReadFull(f, b)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errFileChanged
	}
	return b, err
}

// folder says where a directory is.
type folder struct {
	path   string
	real   bool // in the file system, not in the codebase
	follow bool // links may lead out of it
}

// open returns the files of the folder, or of the tar file that it is.
func (w folder) open(e spec.Engine, packed bool) (directoryFiles, error) {
	if w.real && packed {
		dir, name := filepath.Split(w.path)
		if dir == "" {
			dir = "."
		}
		return openTar(realFolder{dir, w.follow}, name)
	}
	if w.real {
		files := realFolder{w.path, w.follow}
		return files, checkFolder(files, w.path)
	}
	name := strings.TrimPrefix(path.Clean("/"+w.path), "/")
	if name == "" {
		name = "."
	}
	if packed {
		return openTar(codebaseFolder{e.Files()}, name)
	}
	files, err := fs.Sub(e.Files(), name)
	if err != nil {
		return nil, fmt.Errorf("path: %w", err)
	}
	folder := codebaseFolder{files}
	return folder, checkFolder(folder, w.path)
}

func checkFolder(files directoryFiles, name string) error {
	view, err := files.view()
	if err != nil {
		return fmt.Errorf("cannot open directory: %s: %w", name, cause(err))
	}
	defer view.Close()
	s, found := view.stat(".")
	switch {
	case !found:
		return fmt.Errorf("cannot open directory: %s: %w", name, fs.ErrNotExist)
	case !s.folder:
		return fmt.Errorf("cannot open directory: %s: want a folder", name)
	}
	return nil
}

// codebaseFolder is a folder of the codebase.
type codebaseFolder struct{ files fs.FS }

func (f codebaseFolder) view() (directoryView, error) { return f, nil }

func (f codebaseFolder) stat(name string) (pathStat, bool) { return statOf(fs.Stat(f.files, name)) }

func (f codebaseFolder) open(name string) (fs.File, error) { return f.files.Open(name) }

// Close does nothing.
func (f codebaseFolder) Close() error { return nil }

// realFolder is a folder of the file system. It is opened for each look, so
// that another folder may take its place.
type realFolder struct {
	path   string
	follow bool
}

func (f realFolder) view() (directoryView, error) {
	if f.follow {
		return linkedView{f.path}, nil
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return nil, err
	}
	return rootedView{root}, nil
}

// openFlags do not wait for the other end of a pipe.
const openFlags = os.O_RDONLY | unix.O_NONBLOCK

// rootedView is a folder that no link leads out of.
type rootedView struct{ *os.Root }

func (v rootedView) stat(name string) (pathStat, bool) { return statOf(v.Stat(name)) }

func (v rootedView) open(name string) (fs.File, error) { return v.OpenFile(name, openFlags, 0) }

// linkedView is a folder whose links are followed wherever they lead.
type linkedView struct{ path string }

func (v linkedView) stat(name string) (pathStat, bool) {
	return statOf(os.Stat(filepath.Join(v.path, filepath.FromSlash(name))))
}

func (v linkedView) open(name string) (fs.File, error) {
	return os.OpenFile(filepath.Join(v.path, filepath.FromSlash(name)), openFlags, 0)
}

// Close does nothing.
func (v linkedView) Close() error { return nil }
