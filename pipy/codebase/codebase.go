// Package codebase says where scripts come from: a folder, a text on the
// command line, or a server.
//
// A Codebase hands out versions: the files as they are at that moment, and the
// entry script. Methods may be called from any goroutine.
package codebase

import (
	"context"
	"io/fs"
)

// Codebase is a source of versions.
type Codebase interface {
	// Load returns the newest version.
	Load(ctx context.Context) (*Version, error)
	// Watch calls changed, on a goroutine of its own, whenever Load would
	// return something else than last time. It returns when ctx ends.
	Watch(ctx context.Context, changed func())
}

// Witness is what a Codebase may be besides: it wants to know what became of
// the versions that it handed out.
type Witness interface {
	// Tried is called once for every version that Load returned: err is nil when
	// the version runs, else it says why it does not.
	Tried(v *Version, err error)
}

// Version is one state of a codebase.
type Version struct {
	Files fs.FS
	Entry string // the path of the entry script in Files: "/main.js"
	Name  string // tells versions apart, in logs; may be empty
}
