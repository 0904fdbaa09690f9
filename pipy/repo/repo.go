// Package repo keeps codebases: named trees of files with an entry script, that
// are edited by operators and published to workers.
//
// Each codebase has an edit area and a committed state. What is written goes to
// the edit area; a commit publishes it under a version. A codebase may be derived
// from a base: it sees all files of the base that it does not override, and is
// published anew when the base is.
//
// What workers compare is the ETag of a codebase. It is the version of the commit
// that changed the content last: a commit of equal content leaves it alone, and two
// different contents never have the same one.
//
// Every change is one transaction of the store. When a method returns nil the
// change is durable, as far as the store is.
package repo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Repo is a set of codebases. Its methods may be called from any goroutine.
type Repo struct {
	// Immutable:
	store  store
	limits limits

	// mu is locked by the one change that is under way, and read-locked by whoever
	// needs several records to fit together. What workers fetch does not need it:
	// they do not wait for the disk.
	mu sync.RWMutex

	// Guarded by cacheMu:
	cacheMu   sync.RWMutex
	cache     map[string]*entry // all codebases by name
	listeners []func(changed []string)
}

// entry is what is known of a codebase without asking the store. A change
// replaces it.
type entry struct {
	record
	tree atomic.Pointer[tree] // what is published; loaded when it is needed first
}

// NewMemory returns a repo that lives as long as the process.
func NewMemory() *Repo {
	r, err := open(newMemory())
	if err != nil {
		panic(err) // an empty memory has nothing that could be wrong
	}
	return r
}

// Open opens the store in a directory, which must exist. It is created there when
// the directory is empty; a directory with other files in it is refused, as is one
// that another process has open.
func Open(dir string) (*Repo, error) {
	s, err := openBolt(dir)
	if err != nil {
		return nil, fmt.Errorf("open repo in %s: %w", dir, err)
	}
	r, err := open(s)
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open repo in %s: %w", dir, err)
	}
	return r, nil
}

func open(s store) (*Repo, error) {
	r := &Repo{store: s, limits: defaultLimits, cache: map[string]*entry{}}
	err := s.view(func(t tx) error {
		for key, value := range t.scan(recordKey("")) {
			rec, err := parseRecord(value)
			if err != nil {
				return fmt.Errorf("%q: %w", key, err)
			}
			r.cache[strings.TrimPrefix(key, recordKey(""))] = &entry{record: rec}
		}
		return nil
	})
	return r, err
}

// Close closes the store. The repo cannot be used afterwards.
func (r *Repo) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.store.close()
}

// OnCommit has f called after each change that workers have to know of, with the
// sorted names of all codebases whose ETag is another one, or that are gone. It is
// called on the goroutine that made the change; it may use the repo.
func (r *Repo) OnCommit(f func(changed []string)) {
	r.cacheMu.Lock()
	defer r.cacheMu.Unlock()
	r.listeners = append(r.listeners, f)
}

// List returns the sorted names of the codebases below a path: "" or "/" for all,
// "/team" for "/team/a" but not for "/team" or "/team2".
func (r *Repo) List(prefix string) []string {
	prefix = strings.TrimSuffix(prefix, "/") + "/"
	r.cacheMu.RLock()
	defer r.cacheMu.RUnlock()
	names := []string{}
	for name := range r.cache {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Has tells whether there is a codebase of that name.
func (r *Repo) Has(name string) bool { return r.entry(name) != nil }

// Split splits a path into the codebase that it lies in and the file: the nearest
// ancestor of the path that is a codebase. When there is none, the whole path
// names a codebase and file is "".
func (r *Repo) Split(path string) (name, file string) {
	r.cacheMu.RLock()
	defer r.cacheMu.RUnlock()
	for i := len(path) - 1; i > 0; i-- {
		if path[i] != '/' {
			continue
		}
		if r.cache[path[:i]] != nil {
			return path[:i], path[i:]
		}
	}
	return path, ""
}

func (r *Repo) entry(name string) *entry {
	r.cacheMu.RLock()
	defer r.cacheMu.RUnlock()
	return r.cache[name]
}

// view runs f with a state that does not change meanwhile.
func (r *Repo) view(f func(*work) error) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.store.view(func(t tx) error { return f(&work{repo: r, tx: t}) })
}

// update runs f as one change: all of it happens, or nothing when f or the store
// returns an error.
func (r *Repo) update(f func(*work) error) error {
	r.mu.Lock()
	w := &work{repo: r, entries: map[string]*entry{}, refs: map[hash]int{}, fresh: map[hash][]byte{}}
	err := r.store.update(func(t tx) error {
		w.tx = t
		if err := f(w); err != nil {
			return err
		}
		return w.flush()
	})
	if err != nil {
		r.mu.Unlock()
		return err
	}
	r.cacheMu.Lock()
	for name, e := range w.entries {
		if e == nil {
			delete(r.cache, name)
		} else {
			r.cache[name] = e
		}
	}
	listeners := slices.Clone(r.listeners)
	r.cacheMu.Unlock()
	r.mu.Unlock()
	if len(w.changed) > 0 {
		changed := slices.Sorted(maps.Keys(w.changed))
		for _, f := range listeners {
			f(changed)
		}
	}
	return nil
}
