package codebase

import (
	"context"
	"io/fs"
	"os"
	"testing/fstest"
)

// NewText returns the codebase of a script that is given as text; other files
// come from the working directory. It never changes.
func NewText(script string) Codebase { return text(script) }

type text string

func (t text) Load(context.Context) (*Version, error) {
	entry := fstest.MapFS{textEntry: {Data: []byte(t)}}
	return &Version{Files: overlay{entry, os.DirFS(".")}, Entry: "/" + textEntry}, nil
}

func (text) Watch(ctx context.Context, _ func()) { <-ctx.Done() }

// textEntry is the file name of a script that has none.
const textEntry = "expression"

// overlay looks for a file in upper, then in lower.
type overlay struct{ upper, lower fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if f, err := o.upper.Open(name); err == nil && name != "." {
		return f, nil
	}
	return o.lower.Open(name)
}
