package hessian

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// maxChunk is the number of characters, or bytes, of a piece of a long string or
// of binary data.
const maxChunk = 0x8000

// Append appends a value to b. A list, map or object that occurs again in it is
// written as a reference.
func Append(b []byte, v any) ([]byte, error) {
	e := &encoder{b: b, refs: map[any]int{}, types: map[string]int{}, classes: map[*Class]int{}}
	if err := e.value(v, 0); err != nil {
		return b, err
	}
	return e.b, nil
}

type encoder struct {
	b       []byte
	refs    map[any]int
	types   map[string]int
	classes map[*Class]int
}

func (e *encoder) byte(c byte) { e.b = append(e.b, c) }

func (e *encoder) value(v any, depth int) error {
	if depth > maxDepth {
		return fault("want at most %d values within each other, got more", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		e.byte('N')
	case bool:
		if v {
			e.byte('T')
		} else {
			e.byte('F')
		}
	case int32:
		e.int(v)
	case int64:
		e.long(v)
	case float64:
		e.double(v)
	case string:
		e.text(v)
	case []byte:
		e.binary(v)
	case time.Time:
		e.byte(0x4a)
		e.b = binary.BigEndian.AppendUint64(e.b, uint64(v.UnixMilli()))
	case *List, *Map, *Object:
		if n, seen := e.refs[v]; seen {
			e.byte(0x51)
			e.int(int32(n))
			return nil
		}
		e.refs[v] = len(e.refs)
		return e.compound(v, depth+1)
	default:
		return fault("there is no form for a %T", v)
	}
	return nil
}

func (e *encoder) compound(v any, depth int) error {
	switch v := v.(type) {
	case *List:
		e.listHead(v)
		for _, item := range v.Items {
			if err := e.value(item, depth); err != nil {
				return err
			}
		}
	case *Map:
		if v.Type != "" {
			e.byte('M')
			e.typeName(v.Type)
		} else {
			e.byte('H')
		}
		for i, key := range v.Keys {
			if err := e.value(key, depth); err != nil {
				return err
			}
			if err := e.value(v.Values[i], depth); err != nil {
				return err
			}
		}
		e.byte('Z')
	case *Object:
		return e.object(v, depth)
	}
	return nil
}

func (e *encoder) object(o *Object, depth int) error {
	if len(o.Values) != len(o.Class.Fields) {
		return fault("class %s: want %d values, got %d", o.Class.Name, len(o.Class.Fields), len(o.Values))
	}
	n, defined := e.classes[o.Class]
	if !defined {
		n = len(e.classes)
		e.classes[o.Class] = n
		e.byte('C')
		e.text(o.Class.Name)
		e.int(int32(len(o.Class.Fields)))
		for _, f := range o.Class.Fields {
			e.text(f)
		}
	}
	if n < 16 {
		e.byte(byte(0x60 + n))
	} else {
		e.byte('O')
		e.int(int32(n))
	}
	for _, v := range o.Values {
		if err := e.value(v, depth); err != nil {
			return err
		}
	}
	return nil
}

// listHead writes what precedes the items: a list tells its length, which all
// readers understand.
func (e *encoder) listHead(l *List) {
	n := len(l.Items)
	switch {
	case l.Type == "" && n < 8:
		e.byte(byte(0x78 + n))
	case l.Type == "":
		e.byte('X')
		e.int(int32(n))
	case n < 8:
		e.byte(byte(0x70 + n))
		e.typeName(l.Type)
	default:
		e.byte('V')
		e.typeName(l.Type)
		e.int(int32(n))
	}
}

// int writes the shortest form of a number.
func (e *encoder) int(n int32) {
	switch {
	case -0x10 <= n && n < 0x30:
		e.byte(byte(0x90 + n))
	case -0x800 <= n && n < 0x800:
		e.b = append(e.b, byte(0xc8+n>>8), byte(n))
	case -0x40000 <= n && n < 0x40000:
		e.b = append(e.b, byte(0xd4+n>>16), byte(n>>8), byte(n))
	default:
		e.byte('I')
		e.b = binary.BigEndian.AppendUint32(e.b, uint32(n))
	}
}

func (e *encoder) long(n int64) {
	switch {
	case -0x8 <= n && n < 0x10:
		e.byte(byte(0xe0 + n))
	case -0x800 <= n && n < 0x800:
		e.b = append(e.b, byte(0xf8+n>>8), byte(n))
	case -0x40000 <= n && n < 0x40000:
		e.b = append(e.b, byte(0x3c+n>>16), byte(n>>8), byte(n))
	case n == int64(int32(n)):
		e.byte(0x59)
		e.b = binary.BigEndian.AppendUint32(e.b, uint32(n))
	default:
		e.byte('L')
		e.b = binary.BigEndian.AppendUint64(e.b, uint64(n))
	}
}

func (e *encoder) double(v float64) {
	n := int16(v)
	switch {
	case float64(n) != v || v == 0 && math.Signbit(v):
		e.byte('D')
		e.b = binary.BigEndian.AppendUint64(e.b, math.Float64bits(v))
	case n == 0 || n == 1:
		e.byte(byte(0x5b + n))
	case n == int16(int8(n)):
		e.b = append(e.b, 0x5d, byte(n))
	default:
		e.byte(0x5e)
		e.b = binary.BigEndian.AppendUint16(e.b, uint16(n))
	}
}

func (e *encoder) typeName(name string) {
	if n, seen := e.types[name]; seen {
		e.int(int32(n))
		return
	}
	e.types[name] = len(e.types)
	e.text(name)
}

// text writes a string of 16-bit characters, each in UTF-8.
func (e *encoder) text(s string) {
	units := make([]uint16, 0, len(s))
	for _, r := range s {
		units = utf16.AppendRune(units, r)
	}
	for len(units) > maxChunk {
		n := maxChunk
		if utf16.IsSurrogate(rune(units[n-1])) && units[n-1] < 0xdc00 {
			n-- // a pair stays together
		}
		e.byte('R')
		e.b = binary.BigEndian.AppendUint16(e.b, uint16(n))
		e.chars(units[:n])
		units = units[n:]
	}
	switch n := len(units); {
	case n < 0x20:
		e.byte(byte(n))
	case n < 0x400:
		e.b = append(e.b, byte(0x30+n>>8), byte(n))
	default:
		e.byte('S')
		e.b = binary.BigEndian.AppendUint16(e.b, uint16(n))
	}
	e.chars(units)
}

func (e *encoder) chars(units []uint16) {
	for _, u := range units {
		if utf16.IsSurrogate(rune(u)) {
			e.b = append(e.b, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
			continue
		}
		e.b = utf8.AppendRune(e.b, rune(u))
	}
}

func (e *encoder) binary(b []byte) {
	for len(b) > maxChunk {
		e.byte('A')
		e.b = binary.BigEndian.AppendUint16(e.b, maxChunk)
		e.b = append(e.b, b[:maxChunk]...)
		b = b[maxChunk:]
	}
	switch n := len(b); {
	case n < 0x10:
		e.byte(byte(0x20 + n))
	case n < 0x400:
		e.b = append(e.b, byte(0x34+n>>8), byte(n))
	default:
		e.byte('B')
		e.b = binary.BigEndian.AppendUint16(e.b, uint16(n))
	}
	e.b = append(e.b, b...)
}
