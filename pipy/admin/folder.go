package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

// Folder is a codebase in a folder of the file system, whose files can be
// changed. No path leads out of the folder, by symbolic links neither.
type Folder struct {
	// Immutable:
	dir  string
	root *os.Root

	writing sync.Mutex // held between the look at a file and its change

	// Guarded by mu:
	mu   sync.Mutex
	main string // "/main.js"; "" for none
}

// OpenFolder opens a folder; main is its main script, as "/main.js", or "".
func OpenFolder(dir, main string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{dir: dir, root: root, main: main}, nil
}

// Dir returns the path of the folder.
func (f *Folder) Dir() string { return f.dir }

// Main returns the main script.
func (f *Folder) Main() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.main
}

// SetMain makes another script the main one, from the next run on.
func (f *Folder) SetMain(name string) error {
	if !f.Has(name) {
		return fmt.Errorf("there is no file %s", name)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.main = "/" + strings.TrimPrefix(name, "/")
	return nil
}

// Has tells whether there is a file of that name.
func (f *Folder) Has(name string) bool {
	inside, ok := inside(name)
	if !ok {
		return false
	}
	info, err := f.root.Stat(inside)
	return err == nil && info.Mode().IsRegular()
}

// maxListed bounds a list of files.
const maxListed = 10000

// List returns the names of all files, as "/config/x.json". Files and folders
// whose names begin with a dot are left out.
func (f *Folder) List() ([]string, error) { return list(f.root.FS()) }

// list returns the names of the files of a codebase.
func list(files fs.FS) ([]string, error) {
	names := []string{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			return nil // a folder that we must not read
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case len(names) == maxListed:
			return fs.SkipAll
		}
		names = append(names, "/"+name)
		return nil
	})
	slices.Sort(names)
	return names, err
}

// inside turns "/config/x.json" into a path below the folder.
func inside(name string) (string, bool) {
	p := strings.TrimPrefix(name, "/")
	return p, p != "." && fs.ValidPath(p) && !strings.ContainsAny(p, "\\\x00")
}

// Errors of a folder.
var (
	errName = errors.New("want the path of a file in the codebase")
	errSize = fmt.Errorf("want a file of at most %d bytes", maxBody)
)

// Read returns the content of a file.
func (f *Folder) Read(name string) ([]byte, error) {
	p, ok := inside(name)
	if !ok {
		return nil, errName
	}
	info, err := f.root.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would never end
		return nil, errName
	}
	if info.Size() > maxBody {
		return nil, errSize
	}
	return f.root.ReadFile(p)
}

// Write puts a content into a file, which is there with all of its old or all
// of its new content at any moment. Folders are made as they are needed.
// check, if it is not nil, is given the old content, nil when there is no such
// file, and may refuse.
func (f *Folder) Write(name string, content []byte, check func(old []byte) error) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	p, ok := inside(name)
	if !ok {
		return errName
	}
	if err := f.check(name, check); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := f.root.Stat(p); err == nil {
		mode = info.Mode().Perm()
	}
	if dir := path.Dir(p); dir != "." {
		if err := f.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return f.replace(p, content, mode)
}

// replace writes to another file, which then takes the name.
func (f *Folder) replace(p string, content []byte, mode fs.FileMode) error {
	temporary := path.Join(path.Dir(p), ".pipy-"+randomText())
	file, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if e := file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = f.root.Rename(temporary, p)
	}
	if err != nil {
		_ = f.root.Remove(temporary)
	}
	return err
}

// Erase removes a file, and no folder. One that is not there is no error.
func (f *Folder) Erase(name string, check func(old []byte) error) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	p, ok := inside(name)
	if !ok {
		return errName
	}
	if err := f.check(name, check); err != nil {
		return err
	}
	info, err := f.root.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errName
	}
	return f.root.Remove(p)
}

// check asks a condition about a file.
func (f *Folder) check(name string, check func(old []byte) error) error {
	if check == nil {
		return nil
	}
	old, err := f.Read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && old == nil {
		old = []byte{}
	}
	return check(old)
}
