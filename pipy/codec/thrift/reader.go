package thrift

import (
	"encoding/binary"
	"math"
)

// reader reads one message. After an error it returns zeros.
type reader struct {
	d       *Decoder
	compact bool
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fault(format, args...)
	}
}

func (r *reader) take(n int) []byte {
	if r.err == nil {
		var b []byte
		if b, r.err = r.d.read(n); r.err == nil {
			return b
		}
	}
	return make([]byte, 16)[:min(max(n, 0), 16)]
}

func (r *reader) byte() byte { return r.take(1)[0] }
func (r *reader) four() int32 {
	return int32(binary.BigEndian.Uint32(r.take(4)))
}

// varint reads a number of up to 64 bits, 7 bits a byte.
func (r *reader) varint() uint64 {
	var n uint64
	for shift := 0; shift < 70; shift += 7 {
		c := r.byte()
		n |= uint64(c&0x7f) << shift
		if c&0x80 == 0 {
			return n
		}
	}
	r.fail("a varint has more than 10 bytes")
	return 0
}

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

func (r *reader) message() *Message {
	m := &Message{}
	first := r.byte()
	length := int32(0)
	if first == 0 || first > 0 && first < 0x80 {
		rest := r.take(3)
		length = int32(first)<<24 | int32(rest[0])<<16 | int32(rest[1])<<8 | int32(rest[2])
		if length > 0 {
			// A frame, or the name of a message of the old protocol: a name does not
			// begin with one of these bytes.
			first = r.byte()
			m.Framed = first == 0x80 || first == 0x82
		}
		if !m.Framed {
			r.old(m, length, first)
			return m
		}
	}
	begin := r.d.size - 1
	switch first {
	case 0x80:
		r.strict(m)
	case 0x82:
		r.compact = true
		r.compactHeader(m)
	default:
		r.fail("want a message of the binary or the compact protocol, got 0x%02x", first)
	}
	m.Fields = r.fields(0)
	if m.Framed && r.err == nil && r.d.size-begin != int(length) {
		r.fail("want a message of %d bytes as its frame says, got %d", length, r.d.size-begin)
	}
	return m
}

func (r *reader) kind(n int) string {
	if n < 1 || n >= len(Kinds) {
		r.fail("want a message type from 1 to 4, got %d", n)
		return ""
	}
	return Kinds[n]
}

func (r *reader) old(m *Message, length int32, first byte) {
	m.Protocol = "old"
	if length > 0 {
		m.Name = string(append([]byte{first}, r.take(int(length)-1)...))
	}
	m.Kind = r.kind(int(r.byte()))
	m.SeqID = r.four()
	m.Fields = r.fields(0)
}

func (r *reader) strict(m *Message) {
	m.Protocol = "binary"
	b := r.take(3)
	if b[0] != 1 {
		r.fail("binary protocol: want version 1, got %d", b[0])
	}
	m.Kind = r.kind(int(b[2] & 7))
	m.Name = string(r.bytes())
	m.SeqID = r.four()
}

func (r *reader) compactHeader(m *Message) {
	m.Protocol = "compact"
	c := r.byte()
	if c&0x1f != 1 {
		r.fail("compact protocol: want version 1, got %d", c&0x1f)
	}
	m.Kind = r.kind(int(c >> 5))
	m.SeqID = int32(r.varint())
	m.Name = string(r.bytes())
}

func (r *reader) bytes() []byte {
	n := 0
	if r.compact {
		n = int(min(r.varint(), math.MaxInt32))
	} else {
		n = int(r.four())
	}
	if r.err != nil {
		return nil
	}
	return r.take(n)
}

func (r *reader) fields(depth int) []Field {
	list := []Field{}
	if depth > maxDepth {
		r.fail("want at most %d values within each other, got more", maxDepth)
	}
	last := int16(0)
	for r.err == nil {
		f := Field{}
		c := r.byte()
		if r.err != nil || c == 0 {
			break
		}
		if !r.compact {
			f.Type = r.known(Type(c))
			f.ID = int16(binary.BigEndian.Uint16(r.take(2)))
			f.Value = r.value(f.Type, depth)
			list = append(list, f)
			continue
		}
		f.Type = r.known(fromCompact[c&15])
		if delta := c >> 4; delta > 0 {
			f.ID = last + int16(delta)
		} else {
			f.ID = int16(unzigzag(r.varint()))
		}
		last = f.ID
		if f.Type == Bool {
			f.Value = c&15 == 1
		} else {
			f.Value = r.value(f.Type, depth)
		}
		list = append(list, f)
	}
	return list
}

func (r *reader) known(t Type) Type {
	if t.String() == "" {
		r.fail("a type of value that is not known: %d", t)
	}
	return t
}

func (r *reader) value(t Type, depth int) any {
	if r.err != nil {
		return nil
	}
	switch t {
	case Bool:
		return r.byte() == 1
	case I8:
		return int64(int8(r.byte()))
	case I16, I32, I64:
		return r.integer(t)
	case Double:
		b := r.take(8)
		if r.compact {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	case Binary:
		return r.bytes()
	case UUID:
		return [16]byte(r.take(16))
	case Struct:
		return r.fields(depth + 1)
	case MapOf:
		return r.mapping(depth + 1)
	}
	return r.list(depth + 1)
}

func (r *reader) integer(t Type) int64 {
	if r.compact {
		n := unzigzag(r.varint())
		if t == I16 && n != int64(int16(n)) || t == I32 && n != int64(int32(n)) {
			r.fail("%s: the number %d does not fit", t, n)
		}
		return n
	}
	switch t {
	case I16:
		return int64(int16(binary.BigEndian.Uint16(r.take(2))))
	case I32:
		return int64(r.four())
	}
	return int64(binary.BigEndian.Uint64(r.take(8)))
}

// size checks the number of elements of a container, each of which has a byte at
// least.
func (r *reader) size(n uint64) int {
	if n > uint64(max(0, r.d.max-r.d.size)) {
		r.fail("a container has %d elements, more than the message can have", n)
		return 0
	}
	return int(n)
}

func (r *reader) list(depth int) any {
	if depth > maxDepth {
		r.fail("want at most %d values within each other, got more", maxDepth)
		return nil
	}
	l := &List{Items: []any{}}
	c := r.byte()
	n := 0
	if r.compact {
		l.Element = r.known(fromCompact[c&15])
		n = int(c >> 4)
		if n == 15 {
			n = r.size(r.varint())
		}
	} else {
		l.Element = Type(c)
		n = r.size(uint64(uint32(r.four())))
		if n > 0 {
			r.known(l.Element)
		}
	}
	for range n {
		if r.err != nil {
			break
		}
		l.Items = append(l.Items, r.value(l.Element, depth))
	}
	return l
}

func (r *reader) mapping(depth int) any {
	if depth > maxDepth {
		r.fail("want at most %d values within each other, got more", maxDepth)
		return nil
	}
	m := &Map{Pairs: [][2]any{}}
	n := 0
	if r.compact {
		if n = r.size(r.varint()); n > 0 {
			c := r.byte()
			m.Key, m.Value = r.known(fromCompact[c>>4]), r.known(fromCompact[c&15])
		}
	} else {
		b := r.take(2)
		m.Key, m.Value = Type(b[0]), Type(b[1])
		if n = r.size(uint64(uint32(r.four()))); n > 0 {
			r.known(m.Key)
			r.known(m.Value)
		}
	}
	for range n {
		if r.err != nil {
			break
		}
		key := r.value(m.Key, depth)
		m.Pairs = append(m.Pairs, [2]any{key, r.value(m.Value, depth)})
	}
	return m
}
