package codebase

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// watchInterval is how often the files of a folder are looked at.
const watchInterval = time.Second

// Folder is a codebase in a folder of the file system. No path leads out of the
// folder, but for symbolic links that its owner made.
type Folder struct {
	// Immutable:
	dir   string
	entry string

	// Guarded by mu:
	mu   sync.Mutex
	used map[string]stamp // the files that the newest version read
}

// stamp is what tells that a file has changed.
type stamp struct {
	size  int64
	mtime time.Time
	found bool
}

// NewFolder returns the codebase whose entry script is the given file; its
// folder is the root.
func NewFolder(file string) *Folder {
	dir, name := filepath.Split(file)
	if dir == "" {
		dir = "."
	}
	return &Folder{dir: dir, entry: "/" + name}
}

// Load returns the files as they are.
func (f *Folder) Load(context.Context) (*Version, error) {
	f.mu.Lock()
	f.used = map[string]stamp{}
	f.mu.Unlock()
	return &Version{Files: &recorder{f, os.DirFS(f.dir)}, Entry: f.entry}, nil
}

// recorder is a file system that remembers what was opened.
type recorder struct {
	folder *Folder
	fs.FS
}

// Open opens a file.
func (r *recorder) Open(name string) (fs.File, error) {
	r.folder.note(name)
	return r.FS.Open(name)
}

func (f *Folder) note(name string) {
	if !fs.ValidPath(name) {
		return
	}
	s := f.stamp(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.used[name]; !known && len(f.used) < maxWatched {
		f.used[name] = s
	}
}

// maxWatched bounds the files that are looked at: a program may open files under
// names that its clients choose.
const maxWatched = 4096

func (f *Folder) stamp(name string) stamp {
	info, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(name)))
	if err != nil || info.IsDir() {
		return stamp{found: err == nil}
	}
	return stamp{info.Size(), info.ModTime(), true}
}

// Watch looks at the files that were read, once a second. A change is reported
// once, when the files have stayed the same between two looks.
func (f *Folder) Watch(ctx context.Context, changed func()) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	var before string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := f.changes()
		if now != "" && now == before {
			before = ""
			changed()
			continue
		}
		before = now
	}
}

// changes describes what differs from the version that was loaded; "" when
// nothing does. What it reports becomes the state to compare with when it is
// reported the second time.
func (f *Folder) changes() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := ""
	for name, old := range f.used {
		if now := f.stamp(name); now != old {
			text += fmt.Sprintln(name, now)
		}
	}
	return text
}
