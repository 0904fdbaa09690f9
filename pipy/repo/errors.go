package repo

import "errors"

// What methods of Repo return, wrapped with what it is about.
var (
	ErrNotFound    = errors.New("codebase not found")
	ErrNoFile      = errors.New("file not found")
	ErrNoVersion   = errors.New("version not found")
	ErrExists      = errors.New("codebase already exists")
	ErrNested      = errors.New("want no codebase inside another one")
	ErrNoBase      = errors.New("base codebase not found")
	ErrName        = errors.New("invalid name")
	ErrVersion     = errors.New("invalid version")
	ErrChanged     = errors.New("changed by somebody else meanwhile")
	ErrUncommitted = errors.New("there are edits that were not committed")
	ErrTooLarge    = errors.New("too large")
	ErrArchive     = errors.New("invalid archive")
	ErrFull        = errors.New("there is no room left for the store: nothing was changed")
)
