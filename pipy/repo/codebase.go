package repo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Info is what there is to know about a codebase. Lists are sorted.
type Info struct {
	Version string
	ETag    string // what workers compare; "" while nothing is published
	Path    string // the name
	Main    string
	Base    string // "" when it is not derived

	Files       []string // own committed ones
	EditFiles   []string // those with uncommitted content
	ErasedFiles []string // those that the next commit takes away
	BaseFiles   []string // those of the bases, overridden ones too
	Derived     []string // names of the codebases derived from this one

	// Instances is the JSON value of the workers that run this codebase. The repo
	// leaves it nil, which is sent as {}.
	Instances any
}

// MarshalJSON writes the version as a number when it is one, and base only when
// there is one.
func (i *Info) MarshalJSON() ([]byte, error) {
	instances := i.Instances
	if instances == nil {
		instances = struct{}{}
	}
	return json.Marshal(struct {
		Version     version  `json:"version"`
		Path        string   `json:"path"`
		Main        string   `json:"main"`
		Files       []string `json:"files"`
		EditFiles   []string `json:"editFiles"`
		ErasedFiles []string `json:"erasedFiles"`
		BaseFiles   []string `json:"baseFiles"`
		Derived     []string `json:"derived"`
		Base        string   `json:"base,omitempty"`
		Instances   any      `json:"instances"`
		ETag        string   `json:"etag"`
	}{version(i.Version), i.Path, i.Main, i.Files, i.EditFiles, i.ErasedFiles, i.BaseFiles, i.Derived, i.Base, instances, i.ETag})
}

// Info describes a codebase. The error wraps ErrNotFound when there is none.
func (r *Repo) Info(name string) (*Info, error) {
	var info *Info
	err := r.view(func(w *work) (err error) {
		info, err = w.info(name)
		return err
	})
	return info, err
}

func (w *work) info(name string) (*Info, error) {
	e, err := w.entry(name)
	if err != nil {
		return nil, err
	}
	own, err := w.committed(name, e)
	if err != nil {
		return nil, err
	}
	inherited, err := w.inherited(e)
	if err != nil {
		return nil, err
	}
	edits, err := w.edits(name)
	if err != nil {
		return nil, err
	}
	info := &Info{
		Version: e.Version, ETag: e.ETag, Path: name, Main: e.Main, Base: e.Base,
		Files: sorted(own), EditFiles: []string{}, ErasedFiles: []string{},
		BaseFiles: sorted(inherited), Derived: append([]string{}, w.derived(name)...),
	}
	for _, path := range sorted(edits) {
		if edits[path].erased {
			info.ErasedFiles = append(info.ErasedFiles, path)
		} else {
			info.EditFiles = append(info.EditFiles, path)
		}
	}
	return info, nil
}

// sorted returns the keys of a map in order; an empty list, not nil, for none.
func sorted[V any](m map[string]V) []string {
	return append([]string{}, slices.Sorted(maps.Keys(m))...)
}

// CreateOptions are options of Repo.Create.
type CreateOptions struct {
	// Version publishes the new codebase at once under this version. "" leaves it
	// unpublished, at version 0, until its first commit.
	Version string
	// Base is the codebase to derive from, "" for none.
	Base string
	// Author is who did it, for the history.
	Author string
}

const (
	firstVersion = "0"
	defaultMain  = "/main.js"
	// emptyMain is the entry script of a codebase that is published at once.
	emptyMain = "pipy()"
	// draftMain is that of one whose author has time to read.
	draftMain = `// This is the entry script of the codebase. Workers run it once it is committed.
//
//   pipy.listen(8080, $=>$
//     .serveHTTP(new Message('Hello!'))
//   )
`
)

// Create makes a codebase. Without a base it has an entry script /main.js; with a
// base it has no files of its own and the entry of the base. The error wraps
// ErrName, ErrVersion, ErrExists, ErrNested, ErrNoBase or ErrTooLarge.
func (r *Repo) Create(name string, o CreateOptions) error {
	return r.update(func(w *work) error {
		if err := w.create(name, o); err != nil {
			return err
		}
		if err := w.createMain(name, o); err != nil || o.Version == "" {
			return err
		}
		_, err := w.commit(name, CommitOptions{Author: o.Author})
		return err
	})
}

// create makes a codebase without files.
func (w *work) create(name string, o CreateOptions) error {
	if err := checkName(name); err != nil {
		return err
	}
	if o.Version == "" {
		o.Version = firstVersion
	}
	if err := checkVersion(o.Version); err != nil {
		return err
	}
	if err := w.checkFree(name); err != nil {
		return err
	}
	rec := record{Version: o.Version, Main: defaultMain, Base: o.Base}
	if o.Base != "" {
		base, err := w.entry(o.Base)
		if err != nil {
			return fmt.Errorf("%w: %s", ErrNoBase, shorten(o.Base))
		}
		rec.Main = base.Main
		if n := w.depth(base); n >= w.repo.limits.chain {
			return fmt.Errorf("%w: %s is the last of %d derived ones, want at most %d",
				ErrTooLarge, o.Base, n, w.repo.limits.chain)
		}
	}
	w.bases = nil
	return w.setEntry(name, rec, nil)
}

// checkFree returns an error unless name can be that of a new codebase.
func (w *work) checkFree(name string) error {
	r := w.repo
	if r.Has(name) {
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	if outer, file := r.Split(name); file != "" {
		return fmt.Errorf("%w: %s would lie in %s", ErrNested, name, outer)
	}
	if inner := r.List(name); len(inner) > 0 {
		return fmt.Errorf("%w: %s would hold %s", ErrNested, name, inner[0])
	}
	r.cacheMu.RLock()
	n := len(r.cache)
	r.cacheMu.RUnlock()
	if n >= r.limits.codebases {
		return fmt.Errorf("%w: there are %d codebases, want at most %d", ErrTooLarge, n, r.limits.codebases)
	}
	return nil
}

// createMain gives a new codebase without a base its entry script.
func (w *work) createMain(name string, o CreateOptions) error {
	if o.Base != "" {
		return nil
	}
	text := emptyMain
	if o.Version == "" {
		text = draftMain
	}
	return w.setEdit(name, defaultMain, edit{file: w.add([]byte(text))})
}

// depth counts a codebase and its bases.
func (w *work) depth(e *entry) int {
	n := 1
	for ; e.Base != ""; n++ {
		base, err := w.entry(e.Base)
		if err != nil {
			break
		}
		e = base
	}
	return n
}

// Delete removes a codebase with its history, and all that are derived from it.
func (r *Repo) Delete(name string) error {
	return r.update(func(w *work) error { return w.remove(name) })
}

func (w *work) remove(name string) error {
	e, err := w.entry(name)
	if err != nil {
		return err
	}
	for _, d := range w.derived(name) {
		if err := w.remove(d); err != nil {
			return err
		}
	}
	if err := w.dropEdits(name); err != nil {
		return err
	}
	commits, err := w.history(name)
	if err != nil {
		return err
	}
	for _, c := range commits {
		if err := w.dropCommit(name, c, e.ETag); err != nil {
			return err
		}
	}
	// The newest ETag stays remembered, lest a codebase of the same name hand out
	// other content under it.
	w.entries[name] = nil
	w.markChanged(name)
	return w.tx.delete(recordKey(name))
}

func (w *work) markChanged(name string) {
	if w.changed == nil {
		w.changed = map[string]bool{}
	}
	w.changed[name] = true
}
