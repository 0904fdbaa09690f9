package codebase

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
)

// snapshot is one version as it was downloaded. It does not change, but for the
// version that was made of it.
type snapshot struct {
	tag   tag
	entry string            // "/main.js"
	files map[string][]byte // by paths without the first slash
	tags  map[string]tag    // of the files, when they were downloaded from a list
	hash  string            // of entry and files

	version *Version // what Load returned; guarded by the mu of the Remote
}

// have returns a file to compare with before it is downloaded again, or nil. The
// tag of a file is trusted when it is that file's own; a repo gives all files the
// version of the codebase, and may begin to count anew.
func (s *snapshot) have(name string) *answer {
	if s == nil {
		return nil
	}
	t := s.tags[name]
	if !strings.HasSuffix(t.ETag, `"`) || t.ETag == s.tag.ETag {
		return nil
	}
	return &answer{s.files[name], t}
}

// tag is what tells that a server has something else than before. The zero value
// is that of a server that does not tell.
type tag struct{ ETag, Modified string }

func newSnapshot(t tag, entry string, files map[string][]byte) *snapshot {
	return &snapshot{tag: t, entry: entry, files: files, hash: hashOf(entry, files)}
}

// hashOf returns the SHA-256 of names and contents, in hex.
func hashOf(entry string, files map[string][]byte) string {
	h := sha256.New()
	write := func(b []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		h.Write(size[:])
		h.Write(b)
	}
	write([]byte(entry))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		write([]byte(name))
		write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// shortHash is how many letters of a hash tell versions without a tag apart.
const shortHash = 12

// name is how logs, metrics and the repo call the version: its etag without
// quotes, or else its date, or else the beginning of its hash.
func (s *snapshot) name() string {
	if e := strings.Trim(strings.TrimPrefix(s.tag.ETag, "W/"), `"`); e != "" {
		return e
	}
	if s.tag.Modified != "" {
		return s.tag.Modified
	}
	return s.hash[:shortHash]
}

func (s *snapshot) fs() fs.FS {
	m := fstest.MapFS{}
	for name, data := range s.files {
		m[name] = &fstest.MapFile{Data: data}
	}
	return m
}
