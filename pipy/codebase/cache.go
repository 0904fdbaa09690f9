package codebase

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// cache keeps the last good version of one codebase in a file. The file holds
// what the process runs, so nobody else may write to its folder; and what may be
// secret, so nobody else may read it.
type cache struct {
	url  string
	path string
	hash string // of the version in the file, as far as known; used by one goroutine at a time
}

// cached is the form of the file.
type cached struct {
	URL   string
	Tag   tag
	Entry string
	Hash  string
	Files map[string][]byte
}

// openCache makes the folder if it is not there.
func openCache(dir string, u *url.URL) (*cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if others := info.Mode().Perm() & 0o022; others != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s: want a folder that only its owner can write to, got mode %v", dir, info.Mode().Perm())
	}
	plain := *u
	plain.User = nil
	sum := sha256.Sum256([]byte(plain.String()))
	return &cache{url: plain.String(), path: filepath.Join(dir, hex.EncodeToString(sum[:16])+".json")}, nil
}

// store replaces the version in the file: at once, or not at all.
func (c *cache) store(s *snapshot) error {
	if c.hash == s.hash {
		return nil
	}
	b, err := json.Marshal(cached{c.url, s.tag, s.entry, s.hash, s.files})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.path), "*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err == nil {
		c.hash = s.hash
	}
	return err
}

// load returns the version in the file; nil without an error when there is none.
func (c *cache) load() (*snapshot, error) {
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var v cached
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	if _, ok := v.Files[strings.TrimPrefix(v.Entry, "/")]; !ok || v.URL != c.url || v.Hash != hashOf(v.Entry, v.Files) {
		return nil, fmt.Errorf("%s: want a whole version of %s, got something else", c.path, c.url)
	}
	return newSnapshot(v.Tag, v.Entry, v.Files), nil
}
