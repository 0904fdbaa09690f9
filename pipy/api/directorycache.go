package api

import (
	recency "container/list"
	"errors"
	"time"

	"pipy/pipy/codec/compress"
)

// directoryFile is what is known about one file or folder.
type directoryFile struct {
	name    string
	index   string      // of a folder: the file that stands for it
	forms   []*fileForm // of a file: those that there are, the best one first
	made    []*fileForm // forms that were compressed here
	checked time.Time

	place *recency.Element // in the cache; nil outside
	bytes int64            // that it counts there
}

// fileForm is one form of a file: as it is, or compressed.
type fileForm struct {
	fileStamp
	coding compress.Coding
	path   string
	body   []byte // nil until it was read, and for files that are not kept
	tag    string // its ETag, "" until somebody asks
	date   string // of its modification, in the same way
}

// fileStamp tells versions of a file from each other.
type fileStamp struct {
	size     int64
	modified time.Time
}

// errFileChanged tells that a file is not what it was when it was looked at.
var errFileChanged = errors.New("the file is being changed")

// same tells whether nothing changed since f was looked at.
func (f *directoryFile) same(now *directoryFile) bool {
	if f.index != now.index || len(f.forms) != len(now.forms) {
		return false
	}
	for i, form := range f.forms {
		other := now.forms[i]
		if form.path != other.path || form.size != other.size || !form.modified.Equal(other.modified) {
			return false
		}
	}
	return true
}

// form returns the form of a coding, "" for the plain file; nil when there is
// none.
func (f *directoryFile) form(c compress.Coding) *fileForm {
	for _, form := range f.forms {
		if form.coding == c {
			return form
		}
	}
	for _, form := range f.made {
		if form.coding == c {
			return form
		}
	}
	return nil
}

// directoryCache keeps files that were asked for lately. The zero value keeps
// nothing.
type directoryCache struct {
	limit int64 // bytes
	used  int64
	files map[string]*directoryFile
	order recency.List // of *directoryFile, the last one used in front
}

// fileCost is what a file counts in the cache besides its bytes.
const fileCost = 1 << 10

// holds tells whether a file of that size may stay in the cache.
func (c *directoryCache) holds(size int64) bool { return size <= c.limit/4 }

// get returns a file and marks it as used; nil when it is not there.
func (c *directoryCache) get(name string) *directoryFile {
	f := c.files[name]
	if f != nil {
		c.order.MoveToFront(f.place)
	}
	return f
}

// put adds a file that is not there.
func (c *directoryCache) put(f *directoryFile) {
	if c.limit <= 0 {
		return
	}
	if c.files == nil {
		c.files = map[string]*directoryFile{}
	}
	c.files[f.name] = f
	f.place = c.order.PushFront(f)
	c.grow(f, fileCost)
}

// grow counts more bytes of a file, and makes room for them. The file itself
// stays.
func (c *directoryCache) grow(f *directoryFile, n int64) {
	if f.place == nil {
		return
	}
	f.bytes += n
	c.used += n
	for c.used > c.limit {
		last := c.order.Back().Value.(*directoryFile)
		if last == f {
			return
		}
		c.drop(last)
	}
}

// drop forgets a file, which may be there or not.
func (c *directoryCache) drop(f *directoryFile) {
	if f.place == nil {
		return
	}
	c.order.Remove(f.place)
	c.used -= f.bytes
	delete(c.files, f.name)
	f.place, f.bytes = nil, 0
}
