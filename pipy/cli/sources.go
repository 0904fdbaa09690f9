package cli

import (
	"context"
	"io/fs"
	"strings"

	"pipy/pipy/admin"
	"pipy/pipy/codebase"
	"pipy/pipy/repo"
)

// local is a codebase in a folder, whose main script may be chosen anew.
type local struct {
	*codebase.Folder
	main func() string
}

// Load returns the files as they are.
func (l *local) Load(ctx context.Context) (*codebase.Version, error) {
	v, err := l.Folder.Load(ctx)
	if err != nil {
		return nil, err
	}
	v.Entry, v.Name = l.main(), "1" // what consoles know a folder by
	return v, checkMain(v)
}

// played is a codebase of the repo as its editors see it: what is not committed
// is part of it.
type played struct {
	repo *repo.Repo
	name string
}

// Load returns the files as they are.
func (p *played) Load(context.Context) (*codebase.Version, error) {
	v, err := p.repo.Snapshot(p.name)
	if err != nil {
		return nil, err
	}
	return v, checkMain(v)
}

// Watch sees no changes: a codebase runs anew when somebody asks for it.
func (p *played) Watch(ctx context.Context, _ func()) { <-ctx.Done() }

// checkMain tells whether a version has its main script.
func checkMain(v *codebase.Version) error {
	if _, err := fs.Stat(v.Files, strings.TrimPrefix(v.Entry, "/")); err != nil {
		return admin.ErrNoMain
	}
	return nil
}
