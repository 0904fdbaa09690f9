package repo

import (
	"fmt"
	"io"
)

// batch collects the files of a codebase that comes as a whole, within limits.
type batch struct {
	limits   limits
	size     int64
	contents map[string][]byte
}

// read adds a file.
func (b *batch) read(path string, from io.Reader) error {
	if err := checkFile(path); err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(from, b.limits.file+1))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if int64(len(content)) > b.limits.file {
		return fmt.Errorf("%w: %s, want at most %d bytes", ErrTooLarge, path, b.limits.file)
	}
	b.size += int64(len(content)) - int64(len(b.contents[path]))
	b.contents[path] = content
	if b.size > b.limits.size {
		return fmt.Errorf("%w: want at most %d bytes in all", ErrTooLarge, b.limits.size)
	}
	if len(b.contents) > b.limits.files {
		return fmt.Errorf("%w: want at most %d files", ErrTooLarge, b.limits.files)
	}
	return nil
}
