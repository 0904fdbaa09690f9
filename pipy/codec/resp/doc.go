// Package resp reads and writes the serialization protocol of Redis, version 2
// (RESP2): bytes in, values out, and back. It does no I/O.
//
// Values have these forms:
//
//	+simple string   string
//	-error           Error
//	:integer         int64
//	$bulk string     *event.Data, nil for $-1
//	*array           []any, nil for *-1
package resp

import "fmt"

// Error is an error reply: its text, with the kind as the first word.
type Error string

// Error returns the text.
func (e Error) Error() string { return string(e) }

// Limits of what a peer may ask us to keep.
const (
	maxBulk  = 512 << 20 // bytes of a bulk string, as servers have it
	maxItems = 1 << 20   // elements of an array
	maxDepth = 32        // arrays within arrays
	maxLine  = 64 << 10  // bytes of a simple string
)

func fault(format string, args ...any) error {
	return fmt.Errorf("resp: "+format, args...)
}
