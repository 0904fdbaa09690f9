package repo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tree is one committed state of a codebase: its own files and those that it
// inherited then. It never changes.
type tree struct {
	main  string
	etag  string
	files map[string]file

	modified time.Time // when the ETag became what it is; zero when unknown

	// What workers fetch:
	manifest []byte // the entry script, then all other paths, one a line
	etags    []byte // "path#version", one a line
}

// file is one file of a tree.
type file struct {
	hash hash
	size int64
	etag string // a version of its own when files were published one by one
	own  bool   // false: inherited
}

func newTree(main, etag string, files map[string]file) *tree {
	t := &tree{main: main, etag: etag, files: files}
	var manifest, etags bytes.Buffer
	manifest.WriteString(main)
	for i, path := range t.paths() {
		if path != main {
			manifest.WriteString("\n" + path)
		}
		if i > 0 {
			etags.WriteByte('\n')
		}
		etags.WriteString(path + "#" + files[path].etag)
	}
	t.manifest, t.etags = manifest.Bytes(), etags.Bytes()
	return t
}

func (t *tree) paths() []string { return slices.Sorted(maps.Keys(t.files)) }

// contentOf returns the hash of what workers see: the paths, the contents and which
// one is the entry.
func contentOf(main string, files map[string]file) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", main)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%x %s\n", files[path].hash, path)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// changes returns the sorted paths of the files that differ between two trees.
func changes(before, after map[string]file) []string {
	var list []string
	for path, f := range after {
		if old, ok := before[path]; !ok || old.hash != f.hash {
			list = append(list, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

// sameFiles tells whether two trees have the same contents from the same owners.
func sameFiles(before, after map[string]file) bool {
	return maps.EqualFunc(before, after, func(f, g file) bool { return f.hash == g.hash && f.own == g.own })
}

// encode writes a tree as lines: the entry, the ETag, then the files.
func (t *tree) encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", t.main, t.etag)
	for _, path := range t.paths() {
		f := t.files[path]
		fmt.Fprintf(&b, "%x %d %t %s %s\n", f.hash, f.size, f.own, f.etag, path)
	}
	return b.Bytes()
}

func parseTree(b []byte) (*tree, error) {
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) < 2 {
		return nil, fmt.Errorf("tree: want at least 2 lines, got %d", len(lines))
	}
	files := make(map[string]file, len(lines)-2)
	for _, line := range lines[2:] {
		fields := strings.SplitN(line, " ", 5)
		if len(fields) != 5 {
			return nil, fmt.Errorf("tree: want 5 fields, got %q", line)
		}
		h, err := parseHash(fields[0])
		if err != nil {
			return nil, fmt.Errorf("tree: %w", err)
		}
		size, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("tree: %w", err)
		}
		files[fields[4]] = file{hash: h, size: size, own: fields[2] == "true", etag: fields[3]}
	}
	return newTree(lines[0], lines[1], files), nil
}

func parseHash(s string) (h hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("want a hash of %d bytes in hexadecimal, got %q", len(h), s)
	}
	return hash(b), nil
}
