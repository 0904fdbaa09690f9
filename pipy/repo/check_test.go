package repo

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// checkStore verifies that the records of a store fit together: every codebase has
// its newest commit and tree, every content that something uses is there, and is
// counted right, and nothing else is there.
func checkStore(t *testing.T, r *Repo) {
	t.Helper()
	err := r.view(func(w *work) error {
		uses := map[hash]int{}
		codebases := map[string]bool{}
		for key, value := range w.tx.scan(recordKey("")) {
			name := strings.TrimPrefix(key, recordKey(""))
			codebases[name] = true
			rec, err := parseRecord(value)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if e := r.entry(name); e == nil || e.record != rec {
				return fmt.Errorf("%s: the cache has %+v, the store %+v", name, e, rec)
			}
			if err := checkCommits(w, name, rec); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			edits, err := w.edits(name)
			if err != nil {
				return err
			}
			for _, e := range edits {
				if !e.erased {
					uses[e.hash]++
				}
			}
		}
		if n := len(r.List("")); n != len(codebases) {
			return fmt.Errorf("the cache has %d codebases, the store %d", n, len(codebases))
		}
		for key, value := range w.tx.scan("tree\x00") {
			tree, err := parseTree(value)
			if err != nil {
				return fmt.Errorf("%q: %w", key, err)
			}
			for _, f := range tree.files {
				uses[f.hash]++
			}
		}
		for _, kind := range []string{"tree\x00", "commit\x00", "edit\x00"} {
			for key := range w.tx.scan(kind) {
				if name, _, _ := strings.Cut(strings.TrimPrefix(key, kind), "\x00"); !codebases[name] {
					return fmt.Errorf("%q: the codebase does not exist", key)
				}
			}
		}
		return checkContents(w, uses)
	})
	if err != nil {
		t.Errorf("the store is not consistent: %v", err)
	}
}

func checkCommits(w *work, name string, rec record) error {
	if rec.Seq == 0 {
		return nil
	}
	c, err := w.storedCommit(name, rec.Seq)
	if err != nil {
		return err
	}
	tree, err := w.storedTree(name, rec.Seq)
	if err != nil {
		return err
	}
	if c.Version != rec.Version || c.ETag != rec.ETag || tree.etag != rec.ETag {
		return fmt.Errorf("got the newest commit %+v with ETag %s, want %+v", c, tree.etag, rec)
	}
	commits, err := w.history(name)
	if err != nil {
		return err
	}
	if last := commits[len(commits)-1]; last.ID != rec.Seq {
		return fmt.Errorf("got the newest commit %d, want %d", last.ID, rec.Seq)
	}
	return nil
}

func checkContents(w *work, uses map[hash]int) error {
	for key, value := range w.tx.scan("refs\x00") {
		h := hash([]byte(strings.TrimPrefix(key, "refs\x00")))
		if n, _ := binary.Uvarint(value); int(n) != uses[h] {
			return fmt.Errorf("content %x: counted %d uses, want %d", h, n, uses[h])
		}
	}
	n := 0
	for key, value := range w.tx.scan("blob\x00") {
		n++
		h := hash([]byte(strings.TrimPrefix(key, "blob\x00")))
		if f := (&work{fresh: map[hash][]byte{}}).add(value); f.hash != h {
			return fmt.Errorf("content %x is that of %x", h, f.hash)
		}
		if uses[h] == 0 {
			return fmt.Errorf("content %x is not used", h)
		}
	}
	if n != len(uses) {
		return fmt.Errorf("got %d contents, want %d", n, len(uses))
	}
	return nil
}
