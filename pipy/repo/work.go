package repo

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// work is one transaction: what the store holds, and what it is going to hold.
type work struct {
	repo *Repo
	tx   tx

	// Of a change only:
	entries map[string]*entry   // codebases that become others; nil: that go away
	refs    map[hash]int        // by how much the uses of contents change
	fresh   map[hash][]byte     // contents that may be new
	changed map[string]bool     // codebases whose ETag changes
	bases   map[string][]string // derived codebases by base; nil until it is needed
}

// entry returns what is known of a codebase; an error that wraps ErrNotFound when
// there is none.
func (w *work) entry(name string) (*entry, error) {
	e, ours := w.entries[name]
	if !ours {
		e = w.repo.entry(name)
	}
	if e == nil {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, shorten(name))
	}
	return e, nil
}

// setEntry stores the record of a codebase. A nil tree is loaded when needed.
func (w *work) setEntry(name string, rec record, t *tree) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	e := &entry{record: rec}
	e.tree.Store(t)
	w.entries[name] = e
	return w.tx.put(recordKey(name), b)
}

// treeOf returns what is published of a codebase, nil when nothing is.
func (w *work) treeOf(name string, e *entry) (*tree, error) {
	if t := e.tree.Load(); t != nil || e.Seq == 0 {
		return t, nil
	}
	t, err := w.storedTree(name, e.Seq)
	if err != nil {
		return nil, err
	}
	t.modified = e.Modified
	e.tree.Store(t)
	return t, nil
}

func (w *work) storedTree(name string, seq uint64) (*tree, error) {
	b := w.tx.get(treeKey(name, seq))
	if b == nil {
		return nil, fmt.Errorf("%w: %s, commit %d", ErrNoVersion, name, seq)
	}
	t, err := parseTree(b)
	if err != nil {
		return nil, fmt.Errorf("%s, commit %d: %w", name, seq, err)
	}
	return t, nil
}

// committed returns the codebase's own committed files.
func (w *work) committed(name string, e *entry) (map[string]file, error) {
	t, err := w.treeOf(name, e)
	if err != nil {
		return nil, err
	}
	own := map[string]file{}
	if t != nil {
		for path, f := range t.files {
			if f.own {
				own[path] = f
			}
		}
	}
	return own, nil
}

// inherited returns the files that a codebase sees of its bases: what the nearest
// one that was ever committed has published.
func (w *work) inherited(e *entry) (map[string]file, error) {
	for e.Base != "" {
		name := e.Base
		base, err := w.entry(name)
		if err != nil {
			return nil, err
		}
		t, err := w.treeOf(name, base)
		if err != nil {
			return nil, err
		}
		if t != nil {
			return t.files, nil
		}
		e = base
	}
	return nil, nil
}

// derived returns the sorted names of the codebases derived from one.
func (w *work) derived(name string) []string {
	if w.bases == nil {
		w.bases = map[string][]string{}
		w.repo.cacheMu.RLock()
		for n, e := range w.repo.cache {
			if e.Base != "" {
				w.bases[e.Base] = append(w.bases[e.Base], n)
			}
		}
		w.repo.cacheMu.RUnlock()
	}
	list := slices.Clone(w.bases[name])
	slices.Sort(list)
	return list
}

// edit is what the edit area says about one file.
type edit struct {
	file
	erased bool
}

// erasedMark is the record of an edit that takes a committed file away. Other
// edits are stored as hash and size.
const erasedMark = "-"

func (e edit) encode() []byte {
	if e.erased {
		return []byte(erasedMark)
	}
	return fmt.Appendf(nil, "%x %d", e.hash, e.size)
}

func parseEdit(b []byte) (e edit, err error) {
	if string(b) == erasedMark {
		return edit{erased: true}, nil
	}
	h, size, _ := strings.Cut(string(b), " ")
	if e.hash, err = parseHash(h); err != nil {
		return e, err
	}
	e.own = true
	e.size, err = strconv.ParseInt(size, 10, 64)
	return e, err
}

// edits returns the edit area of a codebase.
func (w *work) edits(name string) (map[string]edit, error) {
	list := map[string]edit{}
	for key, value := range w.tx.scan(editsKey(name)) {
		e, err := parseEdit(value)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
		list[strings.TrimPrefix(key, editsKey(name))] = e
	}
	return list, nil
}

// setEdit puts a file into the edit area, in place of what is there of it.
func (w *work) setEdit(name, path string, e edit) error {
	if err := w.dropEdit(name, path); err != nil {
		return err
	}
	if !e.erased {
		w.refs[e.hash]++
	}
	return w.tx.put(editKey(name, path), e.encode())
}

// dropEdit takes a file out of the edit area, if it is there.
func (w *work) dropEdit(name, path string) error {
	key := editKey(name, path)
	b := w.tx.get(key)
	if b == nil {
		return nil
	}
	old, err := parseEdit(b)
	if err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	if !old.erased {
		w.refs[old.hash]--
	}
	return w.tx.delete(key)
}

func (w *work) dropEdits(name string) error {
	edits, err := w.edits(name)
	if err != nil {
		return err
	}
	for path := range edits {
		if err := w.dropEdit(name, path); err != nil {
			return err
		}
	}
	return nil
}

// content returns the bytes of a file, which are the caller's.
func (w *work) content(h hash) ([]byte, error) {
	if b, ok := w.fresh[h]; ok {
		return slices.Clone(b), nil
	}
	b := w.tx.get(blobKey(h))
	if b == nil {
		return nil, fmt.Errorf("%w: content %x is not in the store", ErrNoFile, h)
	}
	return append([]byte{}, b...), nil
}

// add remembers a content; it is stored if something uses it at the end.
func (w *work) add(content []byte) file {
	h := hash(sha256.Sum256(content))
	w.fresh[h] = content
	return file{hash: h, size: int64(len(content)), own: true}
}

// count adds to the uses of the contents of all files of a tree.
func (w *work) count(t *tree, by int) {
	for _, f := range t.files {
		w.refs[f.hash] += by
	}
}

// flush stores contents that came into use and drops those that nothing uses.
func (w *work) flush() error {
	for _, h := range slices.SortedFunc(maps.Keys(w.refs), compareHashes) {
		if w.refs[h] == 0 {
			continue
		}
		before, _ := binary.Uvarint(w.tx.get(refsKey(h)))
		if err := w.flushContent(h, int(before), int(before)+w.refs[h]); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) flushContent(h hash, before, after int) error {
	if after < 0 {
		panic(fmt.Sprintf("content %x: used %d times", h, after))
	}
	if after == 0 {
		if err := w.tx.delete(blobKey(h)); err != nil {
			return err
		}
		return w.tx.delete(refsKey(h))
	}
	if before == 0 {
		if err := w.tx.put(blobKey(h), w.fresh[h]); err != nil {
			return err
		}
	}
	return w.tx.put(refsKey(h), binary.AppendUvarint(nil, uint64(after)))
}

func compareHashes(a, b hash) int { return strings.Compare(string(a[:]), string(b[:])) }
