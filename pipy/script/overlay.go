package script

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var _ = overlayFunctions()

func overlayFunctions() struct{} {
	pipyClass.Function("patch", "void", "Puts a file over the codebase: whatever reads that file from now on, in any worker, reads this. Modules that have been loaded stay as they are, and nothing is written to where the codebase comes from. It lasts until a version is loaded anew, or until it is taken back.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase; there need not be a file yet. It throws when the path has '..' in it, is that of a folder, or leads through a file.")
		content := spec.In[any](m, "content", "What is in the file; null takes the patch back.")
		m.Fields[1].Type = "string | Data | null"
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			if c.Args.Len() < 2 {
				return nil, fmt.Errorf("content: %w", &spec.Mismatch{Wants: "a string, a Data or null", Got: "nothing"})
			}
			files := programOf(c).code.files
			switch v, _ := content.Of(c); v := v.(type) {
			case nil:
				return nil, files.unpatch(n)
			case string:
				return nil, files.patch(n, []byte(v))
			case *event.Data:
				return nil, files.patch(n, slices.Clone(v.Bytes()))
			default:
				return nil, fmt.Errorf("content: %w", &spec.Mismatch{Wants: "a string, a Data or null", Got: spec.Show(v)})
			}
		}
	})
	pipyClass.Function("mount", "void", "Makes the files of a local folder those below a path of the codebase, for all workers, until a version is loaded anew. They are read when they are asked for, so changes of them are seen. No path leads out of the folder, but for symbolic links in it.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase where nothing is yet but a folder that was mounted before, which is replaced. It throws when there is something else, or when the path has '..' in it or lies in another mount.")
		dir := spec.In[string](m, "directory", "A folder of the file system, relative to the working directory.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			d, err := dir.Of(c)
			if err != nil {
				return nil, err
			}
			return nil, programOf(c).code.files.mount(n, d)
		}
	})
	pipyClass.Function("unmount", "void", "Takes back what pipy.mount did at a path, with all patches in there. Where nothing is mounted it does nothing: another worker may have been first.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "The path. It throws when that has '..' in it.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return nil, programOf(c).code.files.unmount(n)
		}
	})
	return struct{}{}
}

// overlay is the files of one version of a codebase, and what its scripts have
// put over them. Methods may be called from any goroutine.
type overlay struct {
	// Immutable:
	base fs.FS

	// Guarded by mu:
	mu     sync.RWMutex
	own    fstest.MapFS // patches, and an empty folder for each mount
	mounts map[string]fs.FS
}

func newOverlay(base fs.FS) *overlay {
	return &overlay{base: base, own: fstest.MapFS{}, mounts: map[string]fs.FS{}}
}

// overlaid returns the name of a file or folder in the form of package io/fs.
func overlaid(name string) (string, error) {
	if slices.Contains(strings.Split(name, "/"), "..") {
		return "", fmt.Errorf("path: want a path without '..', got '%s'", name)
	}
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if clean == "" {
		return "", fmt.Errorf("path: want a path below the root of the codebase, got '%s'", name)
	}
	return clean, nil
}

// patch puts a file over the one of that name, if there is one.
func (o *overlay) patch(name string, data []byte) error {
	name, err := overlaid(name)
	if err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := fs.Stat(o, dir); err == nil && !info.IsDir() {
			return fmt.Errorf("path: /%s is a file", dir)
		}
	}
	if info, err := fs.Stat(o, name); err == nil && info.IsDir() {
		return fmt.Errorf("path: /%s is a folder", name)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.own[name]; f != nil && string(f.Data) == string(data) {
		return nil // so that the workers of a process do not change it one after the other
	}
	o.own[name] = &fstest.MapFile{Data: data, Mode: 0o444, ModTime: time.Now()}
	return nil
}

// unpatch takes a patch back.
func (o *overlay) unpatch(name string) error {
	name, err := overlaid(name)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.own[name]; f != nil && !f.Mode.IsDir() {
		delete(o.own, name)
	}
	return nil
}

// mount makes the files of a local folder those below a path where nothing else
// is than an earlier mount.
func (o *overlay) mount(name, dir string) error {
	name, err := overlaid(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if known := (*fs.PathError)(nil); errors.As(err, &known) {
		return fmt.Errorf("directory: %s: %w", dir, known.Err)
	}
	if !info.IsDir() {
		return fmt.Errorf("directory: %s: not a directory", dir)
	}
	if dir, err = filepath.Abs(dir); err != nil { // scripts may go to another working directory
		return fmt.Errorf("directory: %w", err)
	}
	o.mu.RLock()
	_, again := o.mounts[name]
	outer := o.within(path.Dir(name))
	o.mu.RUnlock()
	if _, err := fs.Stat(o, name); err == nil && !again {
		return fmt.Errorf("path: /%s already exists", name)
	}
	if outer != "" {
		return fmt.Errorf("path: /%s is a mount itself", outer)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.own[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o555, ModTime: time.Now()}
	o.mounts[name] = os.DirFS(dir)
	return nil
}

// unmount takes a mount back, with all patches in it.
func (o *overlay) unmount(name string) error {
	name, err := overlaid(name)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mounts[name] == nil {
		return nil // another worker has done it
	}
	delete(o.mounts, name)
	maps.DeleteFunc(o.own, func(file string, _ *fstest.MapFile) bool {
		return file == name || strings.HasPrefix(file, name+"/")
	})
	return nil
}

// within returns the mount that a path is or lies in, "" for none.
func (o *overlay) within(name string) string {
	for ; name != "." && len(o.mounts) > 0; name = path.Dir(name) {
		if o.mounts[name] != nil {
			return name
		}
	}
	return ""
}

// Open opens a file or a folder.
func (o *overlay) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	o.mu.RLock()
	lower, rest := o.base, name
	if m := o.within(name); m != "" {
		lower, rest = o.mounts[m], "."
		if m != name {
			rest = name[len(m)+1:]
		}
	}
	var own fs.File
	var entries []fs.DirEntry
	if len(o.own) > 0 {
		own, _ = o.own.Open(name)
		if f, ok := own.(fs.ReadDirFile); ok {
			entries, _ = f.ReadDir(-1)
		}
	}
	o.mu.RUnlock()
	if own == nil {
		return lower.Open(rest)
	}
	info, err := own.Stat()
	if err != nil || !info.IsDir() {
		return own, err
	}
	f := &mergedFolder{File: own, own: entries}
	if info, err := fs.Stat(lower, rest); err == nil && info.IsDir() {
		f.lower = func() ([]fs.DirEntry, error) { return fs.ReadDir(lower, rest) }
	}
	return f, nil
}

// mergedFolder is a folder of which the overlay has a part.
type mergedFolder struct {
	fs.File
	own   []fs.DirEntry
	lower func() ([]fs.DirEntry, error) // nil when there is none
	rest  []fs.DirEntry                 // what ReadDir has not returned
	read  bool
}

// ReadDir implements fs.ReadDirFile.
func (f *mergedFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !f.read {
		entries := map[string]fs.DirEntry{}
		if f.lower != nil {
			list, err := f.lower()
			if err != nil {
				return nil, err
			}
			for _, e := range list {
				entries[e.Name()] = e
			}
		}
		for _, e := range f.own {
			entries[e.Name()] = e
		}
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			f.rest = append(f.rest, entries[name])
		}
		f.read = true
	}
	list := f.rest
	if n > 0 {
		if len(list) == 0 {
			return nil, io.EOF
		}
		list = list[:min(n, len(list))]
	}
	f.rest = f.rest[len(list):]
	return list, nil
}
