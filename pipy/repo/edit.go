package repo

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing/fstest"

	"pipy/pipy/codebase"
)

// Condition is what must be true of a file before it is changed. The zero value
// asks for nothing.
type Condition struct {
	// Match are tags that Read has returned, one of which the file must still have;
	// "*" stands for any. Empty: no matter.
	Match []string
	// New demands that there is no such file yet.
	New bool
}

// check returns an error that wraps ErrChanged when the condition does not hold. A
// tag of "" means that there is no file.
func (c Condition) check(path, tag string) error {
	if c.New && tag != "" {
		return fmt.Errorf("%w: %s exists already", ErrChanged, path)
	}
	if len(c.Match) == 0 || tag != "" && (slices.Contains(c.Match, tag) || slices.Contains(c.Match, "*")) {
		return nil
	}
	if tag == "" {
		return fmt.Errorf("%w: %s does not exist any more", ErrChanged, path)
	}
	return fmt.Errorf("%w: %s is %s now, not %s", ErrChanged, path, tag, shorten(strings.Join(c.Match, " or ")))
}

// visible returns what an editor sees of a file: an edit, the committed file, or
// what a base has. The tag of the result is "" when there is nothing.
func (w *work) visible(name string, e *entry, path string) (f file, found bool, err error) {
	b := w.tx.get(editKey(name, path))
	erased := false
	if b != nil {
		ed, err := parseEdit(b)
		if err != nil {
			return f, false, err
		}
		if !ed.erased {
			return ed.file, true, nil
		}
		erased = true
	}
	t, err := w.treeOf(name, e)
	if err != nil {
		return f, false, err
	}
	if t != nil && !erased {
		if f, ok := t.files[path]; ok && f.own {
			return f, true, nil
		}
	}
	inherited, err := w.inherited(e)
	f, found = inherited[path]
	return f, found, err
}

// precondition returns the codebase if it exists and the file is as the writer
// believes.
func (w *work) precondition(name, path string, c Condition) (*entry, error) {
	e, err := w.entry(name)
	if err != nil {
		return nil, err
	}
	if err := checkFile(path); err != nil {
		return nil, err
	}
	f, found, err := w.visible(name, e, path)
	if err != nil {
		return nil, err
	}
	tag := ""
	if found {
		tag = f.hash.tag()
	}
	return e, c.check(path, tag)
}

// Read returns the content of a file as it is in the edit area, and a tag that
// stands for this content. The error wraps ErrNotFound or ErrNoFile.
func (r *Repo) Read(name, path string) (content []byte, tag string, err error) {
	err = r.view(func(w *work) error {
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		f, found, err := w.visible(name, e, path)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%w: %s in %s", ErrNoFile, shorten(path), name)
		}
		tag = f.hash.tag()
		content, err = w.content(f.hash)
		return err
	})
	return content, tag, err
}

// Write puts a file into the edit area and returns the tag of its content. The
// error wraps ErrNotFound, ErrName, ErrChanged or ErrTooLarge.
func (r *Repo) Write(name, path string, content []byte, c Condition) (tag string, err error) {
	if int64(len(content)) > r.limits.file {
		return "", r.fileTooLarge(path)
	}
	err = r.update(func(w *work) error {
		e, err := w.precondition(name, path, c)
		if err != nil {
			return err
		}
		f := w.add(content)
		tag = f.hash.tag()
		if err := w.setEdit(name, path, edit{file: f}); err != nil {
			return err
		}
		return w.checkFiles(name, e, path)
	})
	return tag, err
}

func (r *Repo) fileTooLarge(path string) error {
	return fmt.Errorf("%w: %s, want at most %d bytes", ErrTooLarge, shorten(path), r.limits.file)
}

// checkFiles returns an error when the edit area would make the codebase too large,
// or when one of the paths is both a file and a folder.
func (w *work) checkFiles(name string, e *entry, paths ...string) error {
	p, err := w.plan(name, e)
	if err != nil {
		return err
	}
	size, n := int64(0), 0
	for _, f := range p.after {
		if f.own {
			size += f.size
			n++
		}
	}
	l := w.repo.limits
	if size > l.size {
		return fmt.Errorf("%w: %s would have %d bytes, want at most %d", ErrTooLarge, name, size, l.size)
	}
	if n > l.files {
		return fmt.Errorf("%w: %s would have %d files, want at most %d", ErrTooLarge, name, n, l.files)
	}
	for _, path := range paths {
		for other := range p.after {
			if strings.HasPrefix(other, path+"/") {
				return fmt.Errorf("%w: %s is a folder, it holds %s", ErrName, path, other)
			}
		}
		for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path[:i], '/') {
			if _, ok := p.after[path[:i]]; ok {
				return fmt.Errorf("%w: %s would lie in %s, which is a file", ErrName, path, path[:i])
			}
		}
	}
	return nil
}

// Erase takes a file away: an edit at once, a committed file with the next commit.
// An inherited file stays, and a file that does not exist is no error. The error
// wraps ErrNotFound, ErrName or ErrChanged.
func (r *Repo) Erase(name, path string, c Condition) error {
	return r.update(func(w *work) error {
		e, err := w.precondition(name, path, c)
		if err != nil {
			return err
		}
		if err := w.dropEdit(name, path); err != nil {
			return err
		}
		own, err := w.committed(name, e)
		if err != nil {
			return err
		}
		if _, ok := own[path]; !ok {
			return nil
		}
		return w.setEdit(name, path, edit{erased: true})
	})
}

// Reset makes a file what was committed: its edit is dropped, and it is not erased
// any more. The error wraps ErrNotFound, ErrName or ErrChanged.
func (r *Repo) Reset(name, path string, c Condition) error {
	return r.update(func(w *work) error {
		e, err := w.precondition(name, path, c)
		if err != nil {
			return err
		}
		if err := w.dropEdit(name, path); err != nil {
			return err
		}
		return w.checkFiles(name, e, path)
	})
}

// SetMain makes a file the entry script, from the next commit on. It need not exist
// yet. Unless ifVersion is "", the codebase must have that version. The error wraps
// ErrNotFound, ErrName or ErrChanged.
func (r *Repo) SetMain(name, path, ifVersion string) error {
	if err := checkFile(path); err != nil {
		return err
	}
	return r.update(func(w *work) error { return w.setMain(name, path, ifVersion) })
}

// setMain sets the entry script unless main is "". It checks the version in any
// case.
func (w *work) setMain(name, main, ifVersion string) error {
	e, err := w.entry(name)
	if err != nil {
		return err
	}
	if ifVersion != "" && ifVersion != e.Version {
		return fmt.Errorf("%w: want version %s of %s, got %s", ErrChanged, shorten(ifVersion), name, e.Version)
	}
	if main == "" || main == e.Main {
		return nil
	}
	if err := checkFile(main); err != nil {
		return err
	}
	rec := e.record
	rec.Main = main
	return w.setEntry(name, rec, e.tree.Load())
}

// Snapshot returns what an editor would like to run: the files as they are in the
// edit area, over committed and inherited ones.
func (r *Repo) Snapshot(name string) (v *codebase.Version, err error) {
	err = r.view(func(w *work) error {
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		p, err := w.plan(name, e)
		if err != nil {
			return err
		}
		files, err := w.load(p.after)
		v = &codebase.Version{Files: files, Entry: e.Main, Name: e.Version}
		return err
	})
	return v, err
}

// load reads files into a file system.
func (w *work) load(files map[string]file) (fs.FS, error) {
	m := fstest.MapFS{}
	for path, f := range files {
		b, err := w.content(f.hash)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		m[strings.TrimPrefix(path, "/")] = &fstest.MapFile{Data: b, Mode: 0o644}
	}
	return m, nil
}
