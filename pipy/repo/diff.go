package repo

import (
	"bytes"
	"unicode/utf8"
)

// Diff is what a commit would change.
type Diff struct {
	Version version    `json:"version"` // the one that is there now
	Main    *MainDiff  `json:"main,omitempty"`
	Changes []FileDiff `json:"changes"` // in order of the paths
}

// MainDiff tells that another file is going to be the entry script.
type MainDiff struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// FileDiff is a file that a commit would add, change or erase. A text has Before
// and After, nil where there was or will be no file. Other files, and very long
// ones, are Binary and have sizes only.
type FileDiff struct {
	Path       string  `json:"path"`
	Change     string  `json:"change"` // "added", "changed" or "erased"
	Before     *string `json:"before,omitempty"`
	After      *string `json:"after,omitempty"`
	Binary     bool    `json:"binary,omitempty"`
	BeforeSize int64   `json:"beforeSize"` // bytes
	AfterSize  int64   `json:"afterSize"`  // bytes
}

const (
	maxDiffFile = 1 << 20 // bytes of a text that is shown
	maxDiff     = 8 << 20 // bytes of all texts that are shown
)

// Diff compares the edit area of a codebase with what is published.
func (r *Repo) Diff(name string) (d *Diff, err error) {
	err = r.view(func(w *work) error {
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		p, err := w.plan(name, e)
		if err != nil {
			return err
		}
		d = &Diff{Version: version(e.Version), Changes: []FileDiff{}}
		if p.main != e.Main && e.Seq > 0 {
			d.Main = &MainDiff{p.main, e.Main}
		}
		room := int64(maxDiff)
		for _, path := range changes(p.before, p.after) {
			f, err := w.diffFile(path, p, &room)
			if err != nil {
				return err
			}
			d.Changes = append(d.Changes, f)
		}
		return nil
	})
	return d, err
}

func (w *work) diffFile(path string, p plan, room *int64) (FileDiff, error) {
	before, was := p.before[path]
	after, is := p.after[path]
	d := FileDiff{Path: path, Change: "changed", BeforeSize: before.size, AfterSize: after.size}
	switch {
	case !was:
		d.Change = "added"
	case !is:
		d.Change = "erased"
	}
	if max(before.size, after.size) > maxDiffFile || before.size+after.size > *room {
		d.Binary = true
		return d, nil
	}
	*room -= before.size + after.size
	texts := map[**string]file{}
	if was {
		texts[&d.Before] = before
	}
	if is {
		texts[&d.After] = after
	}
	for text, f := range texts {
		b, err := w.content(f.hash)
		if err != nil {
			return d, err
		}
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			d.Binary = true
		}
		s := string(b)
		*text = &s
	}
	if d.Binary {
		d.Before, d.After = nil, nil
	}
	return d, nil
}
