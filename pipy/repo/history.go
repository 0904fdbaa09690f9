package repo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// History returns the commits of a codebase that are kept, the newest first.
func (r *Repo) History(name string) (commits []Commit, err error) {
	err = r.view(func(w *work) error {
		if _, err := w.entry(name); err != nil {
			return err
		}
		commits, err = w.history(name)
		slices.Reverse(commits)
		return err
	})
	return commits, err
}

// history returns the commits that are kept, the oldest first.
func (w *work) history(name string) ([]Commit, error) {
	commits := []Commit{}
	for key, value := range w.tx.scan(commitsKey(name)) {
		var c Commit
		if err := json.Unmarshal(value, &c); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
		commits = append(commits, c)
	}
	return commits, nil
}

func (w *work) storedCommit(name string, id uint64) (c Commit, err error) {
	key := commitKey(name, id)
	b := w.tx.get(key)
	if b == nil {
		return c, fmt.Errorf("%w: %s, commit %d", ErrNoVersion, name, id)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%q: %w", key, err)
	}
	return c, nil
}

// findVersion returns the newest commit of a version.
func (w *work) findVersion(name, version string) (Commit, error) {
	commits, err := w.history(name)
	if err != nil {
		return Commit{}, err
	}
	for _, c := range slices.Backward(commits) {
		if c.Version == version {
			return c, nil
		}
	}
	return Commit{}, fmt.Errorf("%w: %s has no version %s", ErrNoVersion, name, shorten(version))
}

// prune drops the oldest commits while there are too many.
func (w *work) prune(name, etag string) error {
	n := 0
	for range w.tx.scan(commitsKey(name)) {
		n++
	}
	if n <= w.repo.limits.versions {
		return nil
	}
	commits, err := w.history(name)
	if err != nil {
		return err
	}
	for _, c := range commits[:n-w.repo.limits.versions] {
		if err := w.dropCommit(name, c, etag); err != nil {
			return err
		}
	}
	return nil
}

// dropCommit forgets a commit, and its ETag unless it is the one that is to stay.
func (w *work) dropCommit(name string, c Commit, etag string) error {
	t, err := w.storedTree(name, c.ID)
	if err != nil {
		return err
	}
	w.count(t, -1)
	keys := []string{treeKey(name, c.ID), commitKey(name, c.ID)}
	if c.ETag != etag {
		keys = append(keys, etagKey(name, c.ETag))
	}
	for _, key := range keys {
		if err := w.tx.delete(key); err != nil {
			return err
		}
	}
	return nil
}

// RollbackOptions are options of Repo.Rollback.
type RollbackOptions struct {
	// ID picks one of several commits with the same version; zero the newest.
	ID uint64
	// Discard drops what is in the edit area. Without it a rollback is refused with
	// ErrUncommitted while there is something.
	Discard bool
}

// Rollback puts the codebase's own files and its entry as they were in a version
// into the edit area, so that the next commit publishes them again. The error wraps
// ErrNotFound, ErrNoVersion or ErrUncommitted.
func (r *Repo) Rollback(name, version string, o RollbackOptions) error {
	return r.update(func(w *work) error { return w.rollback(name, version, o) })
}

func (w *work) rollback(name, version string, o RollbackOptions) error {
	e, err := w.entry(name)
	if err != nil {
		return err
	}
	c, err := w.pick(name, version, o.ID)
	if err != nil {
		return err
	}
	edits, err := w.edits(name)
	if err != nil {
		return err
	}
	if len(edits) > 0 && !o.Discard {
		return fmt.Errorf("%w: %d files of %s", ErrUncommitted, len(edits), name)
	}
	old, err := w.storedTree(name, c.ID)
	if err != nil {
		return err
	}
	wanted := maps.Clone(old.files)
	maps.DeleteFunc(wanted, func(_ string, f file) bool { return !f.own })
	if err := w.replaceFiles(name, e, wanted); err != nil {
		return err
	}
	return w.setMain(name, c.Main, "")
}

func (w *work) pick(name, version string, id uint64) (Commit, error) {
	if id == 0 {
		return w.findVersion(name, version)
	}
	c, err := w.storedCommit(name, id)
	if err == nil && version != "" && c.Version != version {
		err = fmt.Errorf("%w: commit %d of %s is version %s, not %s", ErrNoVersion, id, name, c.Version, shorten(version))
	}
	return c, err
}

// replaceFiles makes the edit area such that the codebase's own files would be the
// wanted ones.
func (w *work) replaceFiles(name string, e *entry, wanted map[string]file) error {
	if err := w.dropEdits(name); err != nil {
		return err
	}
	own, err := w.committed(name, e)
	if err != nil {
		return err
	}
	for path, f := range wanted {
		if now, ok := own[path]; ok && now.hash == f.hash {
			continue
		}
		if err := w.setEdit(name, path, edit{file: f}); err != nil {
			return err
		}
	}
	for path := range own {
		if _, ok := wanted[path]; ok {
			continue
		}
		if err := w.setEdit(name, path, edit{erased: true}); err != nil {
			return err
		}
	}
	return nil
}
