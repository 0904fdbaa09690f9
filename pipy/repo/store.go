package repo

import (
	"fmt"
	"iter"
)

// store keeps records by key. One update runs at a time; views run beside it and
// see what was there when they began.
type store interface {
	view(func(tx) error) error
	// update makes all changes of f, durable when it returns nil, or none.
	update(func(tx) error) error
	close() error
}

// tx is one transaction. Values belong to the store: they are not to be changed,
// nor kept after the transaction.
type tx interface {
	get(key string) []byte // nil when there is none
	put(key string, value []byte) error
	delete(key string) error
	// scan yields the records whose key begins with prefix, in order of the keys.
	// None may be changed meanwhile.
	scan(prefix string) iter.Seq2[string, []byte]
}

// Keys. Names and paths hold no control characters, so a zero byte ends them.

func recordKey(name string) string        { return "codebase\x00" + name }
func editsKey(name string) string         { return "edit\x00" + name + "\x00" }
func editKey(name, file string) string    { return editsKey(name) + file }
func commitsKey(name string) string       { return "commit\x00" + name + "\x00" }
func treesKey(name string) string         { return "tree\x00" + name + "\x00" }
func etagsKey(name string) string         { return "etag\x00" + name + "\x00" }
func etagKey(name, etag string) string    { return etagsKey(name) + etag }
func blobKey(h hash) string               { return "blob\x00" + string(h[:]) }
func refsKey(h hash) string               { return "refs\x00" + string(h[:]) }
func commitKey(n string, s uint64) string { return fmt.Sprintf("%s%016x", commitsKey(n), s) }
func treeKey(n string, s uint64) string   { return fmt.Sprintf("%s%016x", treesKey(n), s) }
