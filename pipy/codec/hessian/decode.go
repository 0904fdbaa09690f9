package hessian

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode returns the values of a stream one after another.
func Decode(b []byte) (values []any, err error) {
	d := &decoder{b: b}
	for len(d.b) > 0 {
		v := d.value()
		if d.err != nil {
			return nil, d.err
		}
		values = append(values, v)
	}
	return values, nil
}

type decoder struct {
	b       []byte
	err     error
	depth   int
	types   []string
	classes []*Class
	refs    []any
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fault(format, args...)
	}
}

func (d *decoder) take(n int) []byte {
	if d.err != nil || n > len(d.b) {
		d.fail("the data ends within a value")
		return make([]byte, min(n, 8))
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) byte() byte    { return d.take(1)[0] }
func (d *decoder) two() int      { return int(binary.BigEndian.Uint16(d.take(2))) }
func (d *decoder) four() int32   { return int32(binary.BigEndian.Uint32(d.take(4))) }
func (d *decoder) eight() uint64 { return binary.BigEndian.Uint64(d.take(8)) }

// end tells whether a list or a map ends here, and skips the mark.
func (d *decoder) end() bool {
	if d.err != nil || len(d.b) == 0 {
		d.fail("the data ends within a list or a map")
		return true
	}
	if d.b[0] != 'Z' {
		return false
	}
	d.b = d.b[1:]
	return true
}

// value reads a value. Classes are defined where a value may stand.
func (d *decoder) value() any {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth {
		d.fail("want at most %d values within each other, got more", maxDepth)
		return nil
	}
	c := d.byte()
	for c == 'C' && d.err == nil {
		d.class()
		c = d.byte()
	}
	if d.err != nil {
		return nil
	}
	switch {
	case c == 'N':
		return nil
	case c == 'T', c == 'F':
		return c == 'T'
	case c == 'D', c >= 0x5b && c <= 0x5f:
		return d.double(c)
	case c == 0x4a:
		return time.UnixMilli(int64(d.eight()))
	case c == 0x4b:
		return time.UnixMilli(int64(d.four()) * 60000)
	case c <= 0x1f, c >= 0x30 && c <= 0x33, c == 'S', c == 'R':
		return d.text(c)
	case c >= 0x20 && c <= 0x2f, c >= 0x34 && c <= 0x37, c == 'B', c == 'A':
		return d.binary(c)
	case c >= 0x55 && c <= 0x58, c >= 0x70 && c <= 0x7f:
		return d.list(c)
	case c == 'M', c == 'H':
		return d.mapping(c)
	case c == 'O', c >= 0x60 && c <= 0x6f:
		return d.object(c)
	case c == 0x51:
		return d.ref()
	}
	if n, isLong, ok := d.integer(c); ok {
		if isLong {
			return n
		}
		return int32(n)
	}
	d.fail("the code 0x%02x is not known", c)
	return nil
}

func (d *decoder) integer(c byte) (n int64, isLong, ok bool) {
	switch {
	case c >= 0x80 && c <= 0xbf:
		return int64(c) - 0x90, false, true
	case c >= 0xc0 && c <= 0xcf:
		return (int64(c)-0xc8)<<8 | int64(d.byte()), false, true
	case c >= 0xd0 && c <= 0xd7:
		return (int64(c)-0xd4)<<16 | int64(d.two()), false, true
	case c == 'I':
		return int64(d.four()), false, true
	case c >= 0xd8 && c <= 0xef:
		return int64(c) - 0xe0, true, true
	case c >= 0xf0:
		return (int64(c)-0xf8)<<8 | int64(d.byte()), true, true
	case c >= 0x38 && c <= 0x3f:
		return (int64(c)-0x3c)<<16 | int64(d.two()), true, true
	case c == 0x59:
		return int64(d.four()), true, true
	case c == 'L':
		return int64(d.eight()), true, true
	}
	return 0, false, false
}

// count reads an int that is a number of things, each at least a byte.
func (d *decoder) count() int {
	n, isLong, ok := d.integer(d.byte())
	if !ok || isLong || n < 0 {
		d.fail("want a number of elements, got something else")
		return 0
	}
	if n > int64(len(d.b)) {
		d.fail("the data ends within a value")
		return 0
	}
	return int(n)
}

func (d *decoder) double(c byte) float64 {
	switch c {
	case 0x5b:
		return 0
	case 0x5c:
		return 1
	case 0x5d:
		return float64(int8(d.byte()))
	case 0x5e:
		return float64(int16(d.two()))
	case 0x5f:
		return float64(d.four()) * 0.001
	}
	return math.Float64frombits(d.eight())
}

func (d *decoder) text(c byte) string {
	var s []byte
	for {
		last, n := true, 0
		switch {
		case c <= 0x1f:
			n = int(c)
		case c >= 0x30 && c <= 0x33:
			n = int(c-0x30)<<8 | int(d.byte())
		case c == 'S', c == 'R':
			n, last = d.two(), c == 'S'
		default:
			d.fail("want a string, got the code 0x%02x", c)
		}
		s = d.chars(s, n)
		if last || d.err != nil {
			break
		}
		c = d.byte()
	}
	if d.err != nil {
		return ""
	}
	return string(s)
}

// chars appends n 16-bit characters. One beyond them is two, which come each for
// itself or, from some writers, together.
func (d *decoder) chars(s []byte, n int) []byte {
	for n > 0 && d.err == nil {
		r, size := d.char()
		n--
		if size == 4 {
			n--
		}
		if utf16.IsSurrogate(r) && n > 0 {
			low, _ := d.char()
			n--
			r = utf16.DecodeRune(r, low)
		}
		s = utf8.AppendRune(s, r)
	}
	if n < 0 {
		d.fail("a string ends within a character")
	}
	return s
}

// char reads a character of up to 4 bytes, which may be half of a pair.
func (d *decoder) char() (rune, int) {
	c := d.byte()
	size := 1
	switch {
	case c < 0x80:
		return rune(c), 1
	case c>>5 == 6:
		size = 2
	case c>>4 == 14:
		size = 3
	case c>>3 == 30:
		size = 4
	default:
		d.fail("a string is not valid UTF-8")
		return 0, 1
	}
	r := rune(c) & (0x7f >> size)
	for range size - 1 {
		c := d.byte()
		if c>>6 != 2 {
			d.fail("a string is not valid UTF-8")
		}
		r = r<<6 | rune(c&0x3f)
	}
	return r, size
}

func (d *decoder) binary(c byte) []byte {
	b := []byte{}
	for {
		last, n := true, 0
		switch {
		case c >= 0x20 && c <= 0x2f:
			n = int(c - 0x20)
		case c >= 0x34 && c <= 0x37:
			n = int(c-0x34)<<8 | int(d.byte())
		case c == 'B', c == 'A':
			n, last = d.two(), c == 'B'
		default:
			d.fail("want binary data, got the code 0x%02x", c)
		}
		part := d.take(n)
		if d.err != nil {
			return nil
		}
		b = append(b, part...)
		if last {
			return b
		}
		c = d.byte()
	}
}

// typeName reads the name of a type, or the number of one that was named before.
func (d *decoder) typeName() string {
	c := d.byte()
	if n, isLong, ok := d.integer(c); ok && !isLong {
		if n < 0 || n >= int64(len(d.types)) {
			d.fail("there is no type %d", n)
			return ""
		}
		return d.types[n]
	}
	name := d.text(c)
	d.types = append(d.types, name)
	return name
}

func (d *decoder) list(c byte) any {
	l := &List{Items: []any{}}
	d.refs = append(d.refs, l)
	if c == 0x55 || c == 'V' || c >= 0x70 && c <= 0x77 {
		l.Type = d.typeName()
	}
	if c == 0x55 || c == 0x57 {
		for !d.end() {
			l.Items = append(l.Items, d.value())
		}
		return l
	}
	n := int(c & 7)
	if c == 'V' || c == 0x58 {
		n = d.count()
	}
	for range n {
		if d.err != nil {
			break
		}
		l.Items = append(l.Items, d.value())
	}
	return l
}

func (d *decoder) mapping(c byte) any {
	m := &Map{}
	d.refs = append(d.refs, m)
	if c == 'M' {
		m.Type = d.typeName()
	}
	for !d.end() {
		m.Keys = append(m.Keys, d.value())
		m.Values = append(m.Values, d.value())
	}
	return m
}

func (d *decoder) class() {
	c := &Class{Name: d.text(d.byte())}
	for range d.count() {
		c.Fields = append(c.Fields, d.text(d.byte()))
		if d.err != nil {
			return
		}
	}
	d.classes = append(d.classes, c)
}

func (d *decoder) object(c byte) any {
	n := int(c) - 0x60
	if c == 'O' {
		n64, isLong, ok := d.integer(d.byte())
		if n = int(n64); !ok || isLong {
			n = -1
		}
	}
	if n < 0 || n >= len(d.classes) {
		d.fail("there is no class %d", n)
		return nil
	}
	o := &Object{Class: d.classes[n]}
	d.refs = append(d.refs, o)
	for range o.Class.Fields {
		o.Values = append(o.Values, d.value())
		if d.err != nil {
			return nil
		}
	}
	return o
}

func (d *decoder) ref() any {
	n, isLong, ok := d.integer(d.byte())
	if !ok || isLong || n < 0 || n >= int64(len(d.refs)) {
		d.fail("there is no value %d to refer to", n)
		return nil
	}
	return d.refs[n]
}
