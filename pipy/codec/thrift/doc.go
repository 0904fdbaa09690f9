// Package thrift reads and writes messages of Apache Thrift in the binary protocol,
// strict and old, and in the compact protocol, with and without frames. It does no
// I/O and needs no schema.
//
//	d := thrift.NewDecoder(max, out)
//	err := d.Feed(data) // calls out with each *Message and its bytes
//	err := d.End()      // the stream is over
//	d.Reset()           // always, at last
//
//	b, err := thrift.Encode(message)
//
// Which protocol a message has is told by its first bytes. Values have these forms:
// bool, int64, float64, []byte, [16]byte for a UUID, []Field for a struct, *List for
// lists and sets, and *Map.
package thrift

import "fmt"

// Type is the type of a value, by its number in the binary protocol.
type Type uint8

// The types.
const (
	Bool   Type = 2
	I8     Type = 3
	Double Type = 4
	I16    Type = 6
	I32    Type = 8
	I64    Type = 10
	Binary Type = 11
	Struct Type = 12
	MapOf  Type = 13
	SetOf  Type = 14
	ListOf Type = 15
	UUID   Type = 16
)

var typeNames = map[Type]string{
	Bool: "BOOL", I8: "I8", Double: "DOUBLE", I16: "I16", I32: "I32", I64: "I64", Binary: "BINARY",
	Struct: "STRUCT", MapOf: "MAP", SetOf: "SET", ListOf: "LIST", UUID: "UUID",
}

// compactTypes are the numbers in the compact protocol. A bool is 1, or 2 when it
// is false and a field of a struct.
var compactTypes = [17]byte{Bool: 1, I8: 3, I16: 4, I32: 5, I64: 6, Double: 7, Binary: 8, ListOf: 9, SetOf: 10, MapOf: 11, Struct: 12, UUID: 13}

var fromCompact = [16]Type{1: Bool, 2: Bool, 3: I8, 4: I16, 5: I32, 6: I64, 7: Double, 8: Binary, 9: ListOf, 10: SetOf, 11: MapOf, 12: Struct, 13: UUID}

// String returns the name.
func (t Type) String() string { return typeNames[t] }

// TypeOf returns the type of a name, 0 when there is none.
func TypeOf(name string) Type {
	for t, n := range typeNames {
		if n == name {
			return t
		}
	}
	return 0
}

// The protocols and the types of messages, by the names that scripts see.
var (
	Protocols = []string{"binary", "compact", "old"}
	Kinds     = []string{"", "call", "reply", "exception", "oneway"}
)

// Message is a message.
type Message struct {
	Protocol string // one of Protocols
	Kind     string // one of Kinds
	SeqID    int32
	Name     string
	Fields   []Field
	Framed   bool // its length comes first
}

// Field is a field of a struct, or of a message.
type Field struct {
	ID    int16
	Type  Type
	Value any
}

// List is a list or a set.
type List struct {
	Element Type
	Items   []any
}

// Map is a map, its entries in order.
type Map struct {
	Key, Value Type
	Pairs      [][2]any
}

// maxDepth bounds values within values.
const maxDepth = 64

func fault(format string, args ...any) error { return fmt.Errorf("thrift: "+format, args...) }
