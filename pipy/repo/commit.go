package repo

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// CommitOptions are options of Repo.Commit.
type CommitOptions struct {
	// Version is the version to publish the edit area as. If it is the one the
	// codebase has, nothing happens. "" publishes changed files one by one under
	// versions of their own: the version and the ETag of the codebase stay, so
	// workers go on with the program they run and read the files anew.
	Version string
	// IfVersion refuses the commit with ErrChanged when the codebase has another
	// version. "" does not ask.
	IfVersion string
	// Main is the entry script from this commit on, "" for the one that was set.
	Main    string
	Message string
	Author  string

	hashed bool // the ETag is to tell the content as well, in any case
}

// Commit publishes the edit area and returns the newest commit. Codebases derived
// from this one are published anew, under their next version, if what they inherit
// has changed. The error wraps ErrNotFound, ErrVersion, ErrChanged or ErrTooLarge.
func (r *Repo) Commit(name string, o CommitOptions) (c Commit, err error) {
	err = r.update(func(w *work) (err error) {
		c, err = w.commit(name, o)
		return err
	})
	return c, err
}

func (w *work) commit(name string, o CommitOptions) (Commit, error) {
	if err := w.setMain(name, o.Main, o.IfVersion); err != nil {
		return Commit{}, err
	}
	e, err := w.entry(name)
	if err != nil {
		return Commit{}, err
	}
	if o.Version != "" {
		if err := checkVersion(o.Version); err != nil {
			return Commit{}, err
		}
	}
	if len(o.Message) > maxMessage {
		return Commit{}, fmt.Errorf("%w: a message of %d bytes, want at most %d", ErrTooLarge, len(o.Message), maxMessage)
	}
	if o.Version == e.Version && e.Seq > 0 {
		return w.storedCommit(name, e.Seq)
	}
	p, err := w.plan(name, e)
	if err != nil {
		return Commit{}, err
	}
	if err := w.dropEdits(name); err != nil {
		return Commit{}, err
	}
	if o.Version == "" && e.Seq == 0 {
		o.Version = e.Version
	}
	if o.Version == "" && sameFiles(p.before, p.after) {
		return w.storedCommit(name, e.Seq)
	}
	return w.publish(name, e, p, o)
}

// plan is what a commit would publish.
type plan struct {
	before, after map[string]file
	// main is the entry script that workers see now, "" when they see nothing.
	main string
	// auto: nobody asked for this commit, it follows that of a base.
	auto bool
}

// plan lays the own files of a codebase, as they would be after a commit, over
// those that it inherits.
func (w *work) plan(name string, e *entry) (p plan, err error) {
	own, err := w.committed(name, e)
	if err != nil {
		return p, err
	}
	edits, err := w.edits(name)
	if err != nil {
		return p, err
	}
	for path, ed := range edits {
		if ed.erased {
			delete(own, path)
		} else {
			own[path] = ed.file
		}
	}
	return w.planFiles(name, e, own)
}

func (w *work) planFiles(name string, e *entry, own map[string]file) (p plan, err error) {
	t, err := w.treeOf(name, e)
	if err != nil {
		return p, err
	}
	if t != nil {
		p.before, p.main = t.files, t.main
	}
	p.after, err = w.overlay(e, own)
	return p, err
}

// overlay lays own files over inherited ones.
func (w *work) overlay(e *entry, own map[string]file) (map[string]file, error) {
	inherited, err := w.inherited(e)
	if err != nil {
		return nil, err
	}
	files := make(map[string]file, len(inherited)+len(own))
	for path, f := range inherited {
		f.own = false
		files[path] = f
	}
	maps.Copy(files, own)
	return files, nil
}

// publish makes the planned files the newest commit of a codebase and then
// publishes what is derived from it.
func (w *work) publish(name string, e *entry, p plan, o CommitOptions) (Commit, error) {
	rec, main := e.record, e.Main
	if o.Version == "" || p.auto {
		main = p.main // another one was not asked for yet
	}
	if o.Version != "" {
		rec.Version = o.Version
		if content := contentOf(main, p.after); content != e.Content {
			rec.Content = content
			rec.ETag = w.etag(name, content, o)
		}
	}
	rec.Seq++
	now := time.Now().UTC().Truncate(time.Millisecond)
	if rec.ETag != e.ETag {
		rec.Modified = now
	}
	stamp(p, rec.ETag, rec.ETag != e.ETag)
	c := Commit{ID: rec.Seq, Version: rec.Version, ETag: rec.ETag, Time: now,
		Author: o.Author, Message: o.Message, Main: main, Auto: p.auto, Files: changes(p.before, p.after)}
	t := newTree(main, rec.ETag, p.after)
	t.modified = rec.Modified
	if err := w.storeCommit(name, e, rec, c, t); err != nil {
		return Commit{}, err
	}
	if rec.ETag != e.ETag {
		w.markChanged(name)
	}
	return c, w.republish(name, o)
}

// etag returns the ETag of a content that is published under a version: the
// version, unless that has stood for another content before.
func (w *work) etag(name, content string, o CommitOptions) string {
	long := o.Version + "-" + content[:8]
	if o.hashed {
		return long
	}
	if known := w.tx.get(etagKey(name, o.Version)); known != nil && string(known) != content {
		return long
	}
	return o.Version
}

// stamp gives the planned files their ETags. When all get a new one, it is that of
// the codebase; else only files that have changed get the next one of their own.
func stamp(p plan, etag string, all bool) {
	for path, f := range p.after {
		old, was := p.before[path]
		same := was && old.hash == f.hash
		switch {
		case all && was && !same && old.etag == etag:
			f.etag = etag + "-" + f.hash.tag()
		case all || !was:
			f.etag = etag
		case same:
			f.etag = old.etag
		default:
			f.etag = nextFile(old.etag)
		}
		p.after[path] = f
	}
}

// storeCommit stores the newest commit of a codebase and drops old ones if there
// are too many. Of commits in a row that only follow those of a base, the last one
// is kept: there may be very many.
func (w *work) storeCommit(name string, e *entry, rec record, c Commit, t *tree) error {
	if c.Auto && e.Seq > 0 {
		before, err := w.storedCommit(name, e.Seq)
		if err != nil {
			return err
		}
		if before.Auto {
			if err := w.dropCommit(name, before, rec.ETag); err != nil {
				return err
			}
		}
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := w.tx.put(commitKey(name, c.ID), b); err != nil {
		return err
	}
	if err := w.tx.put(treeKey(name, c.ID), t.encode()); err != nil {
		return err
	}
	if err := w.tx.put(etagKey(name, rec.ETag), []byte(rec.Content)); err != nil {
		return err
	}
	w.count(t, 1)
	if err := w.setEntry(name, rec, t); err != nil {
		return err
	}
	return w.prune(name, rec.ETag)
}

// republish publishes the codebases derived from one that was published, as far as
// what they inherit has changed.
func (w *work) republish(base string, o CommitOptions) error {
	for _, name := range w.derived(base) {
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		if e.Seq == 0 { // its own first commit is yet to come, but maybe not of those below it
			if err := w.republish(name, o); err != nil {
				return err
			}
			continue
		}
		own, err := w.committed(name, e)
		if err != nil {
			return err
		}
		p, err := w.planFiles(name, e, own)
		if err != nil {
			return err
		}
		p.auto = true
		d := CommitOptions{Author: o.Author, Message: "base " + base, hashed: o.hashed}
		if o.Version == "" && sameFiles(p.before, p.after) {
			continue
		}
		if o.Version != "" {
			if contentOf(p.main, p.after) == e.Content {
				continue
			}
			d.Version = nextVersion(e.Version)
			d.Message += " " + o.Version
		}
		if _, err := w.publish(name, e, p, d); err != nil {
			return err
		}
	}
	return nil
}
