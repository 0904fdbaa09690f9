package thrift

import (
	"encoding/binary"
	"math"
	"slices"
)

// Encode returns the bytes of a message.
func Encode(m *Message) ([]byte, error) {
	w := &writer{compact: m.Protocol == "compact"}
	kind := slices.Index(Kinds, m.Kind)
	if kind < 1 {
		return nil, fault("want a message type of %q, got %q", Kinds[1:], m.Kind)
	}
	if m.Framed {
		w.b = make([]byte, 4)
	}
	switch m.Protocol {
	case "binary":
		w.b = append(w.b, 0x80, 1, 0, byte(kind))
		w.bytes([]byte(m.Name))
		w.four(m.SeqID)
	case "old":
		if m.Framed {
			return nil, fault("the old protocol has no frames")
		}
		w.bytes([]byte(m.Name))
		w.b = append(w.b, byte(kind))
		w.four(m.SeqID)
	case "compact":
		w.b = append(w.b, 0x82, 1|byte(kind)<<5)
		w.varint(uint64(uint32(m.SeqID)))
		w.bytes([]byte(m.Name))
	default:
		return nil, fault("want a protocol of %q, got %q", Protocols, m.Protocol)
	}
	w.fields(m.Fields, 0)
	if w.err != nil {
		return nil, w.err
	}
	if m.Framed {
		binary.BigEndian.PutUint32(w.b, uint32(len(w.b)-4))
	}
	return w.b, nil
}

type writer struct {
	b       []byte
	compact bool
	err     error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fault(format, args...)
	}
}

func (w *writer) four(n int32)    { w.b = binary.BigEndian.AppendUint32(w.b, uint32(n)) }
func (w *writer) varint(n uint64) { w.b = binary.AppendUvarint(w.b, n) }
func (w *writer) zigzag(n int64)  { w.varint(uint64(n<<1) ^ uint64(n>>63)) }

func (w *writer) bytes(b []byte) {
	if w.compact {
		w.varint(uint64(len(b)))
	} else {
		w.four(int32(len(b)))
	}
	w.b = append(w.b, b...)
}

func (w *writer) fields(list []Field, depth int) {
	if depth > maxDepth {
		w.fail("want at most %d values within each other, got more", maxDepth)
		return
	}
	last := int16(0)
	for _, f := range list {
		if f.Type.String() == "" {
			w.fail("field %d: want a type, got %d", f.ID, f.Type)
			return
		}
		if !w.compact {
			w.b = append(w.b, byte(f.Type))
			w.b = binary.BigEndian.AppendUint16(w.b, uint16(f.ID))
			w.value(f.Type, f.Value, depth)
			continue
		}
		c := compactTypes[f.Type]
		on, isBool := f.Value.(bool)
		if f.Type == Bool && isBool && !on {
			c = 2
		}
		if delta := int(f.ID) - int(last); delta > 0 && delta < 16 {
			w.b = append(w.b, byte(delta)<<4|c)
		} else {
			w.b = append(w.b, c)
			w.zigzag(int64(f.ID))
		}
		last = f.ID
		if f.Type != Bool || !isBool {
			w.value(f.Type, f.Value, depth)
		}
	}
	w.b = append(w.b, 0)
}

func (w *writer) value(t Type, v any, depth int) {
	switch v := v.(type) {
	case bool:
		if t == Bool {
			w.bool(v)
			return
		}
	case int64:
		if t == I8 || t == I16 || t == I32 || t == I64 {
			w.integer(t, v)
			return
		}
	case float64:
		if t == Double && w.compact {
			w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v))
			return
		}
		if t == Double {
			w.b = binary.BigEndian.AppendUint64(w.b, math.Float64bits(v))
			return
		}
	case []byte:
		if t == Binary {
			w.bytes(v)
			return
		}
	case [16]byte:
		if t == UUID {
			w.b = append(w.b, v[:]...)
			return
		}
	case []Field:
		if t == Struct {
			w.fields(v, depth+1)
			return
		}
	case *List:
		if t == ListOf || t == SetOf {
			w.list(v, depth+1)
			return
		}
	case *Map:
		if t == MapOf {
			w.mapping(v, depth+1)
			return
		}
	}
	w.fail("want a value of type %s, got a %T", t, v)
}

func (w *writer) bool(v bool) {
	c := byte(0)
	if w.compact {
		c = 2
	}
	if v {
		c = 1
	}
	w.b = append(w.b, c)
}

func (w *writer) integer(t Type, n int64) {
	bits := map[Type]int{I8: 8, I16: 16, I32: 32, I64: 64}[t]
	if n>>(bits-1) != 0 && n>>(bits-1) != -1 {
		w.fail("want a number that fits into %s, got %d", t, n)
		return
	}
	switch {
	case t == I8:
		w.b = append(w.b, byte(n))
	case w.compact:
		w.zigzag(n)
	case t == I16:
		w.b = binary.BigEndian.AppendUint16(w.b, uint16(n))
	case t == I32:
		w.four(int32(n))
	default:
		w.b = binary.BigEndian.AppendUint64(w.b, uint64(n))
	}
}

func (w *writer) list(l *List, depth int) {
	if l.Element.String() == "" && (w.compact || len(l.Items) > 0) || depth > maxDepth {
		w.fail("want a type of elements in at most %d levels, got %d", maxDepth, l.Element)
		return
	}
	switch {
	case !w.compact:
		w.b = append(w.b, byte(l.Element))
		w.four(int32(len(l.Items)))
	case len(l.Items) < 15:
		w.b = append(w.b, byte(len(l.Items))<<4|compactTypes[l.Element])
	default:
		w.b = append(w.b, 0xf0|compactTypes[l.Element])
		w.varint(uint64(len(l.Items)))
	}
	for _, v := range l.Items {
		w.value(l.Element, v, depth)
	}
}

func (w *writer) mapping(m *Map, depth int) {
	if len(m.Pairs) > 0 && (m.Key.String() == "" || m.Value.String() == "") || depth > maxDepth {
		w.fail("want types of keys and values in at most %d levels, got %d and %d", maxDepth, m.Key, m.Value)
		return
	}
	if !w.compact {
		w.b = append(w.b, byte(m.Key), byte(m.Value))
		w.four(int32(len(m.Pairs)))
	} else {
		w.varint(uint64(len(m.Pairs)))
		if len(m.Pairs) > 0 {
			w.b = append(w.b, compactTypes[m.Key]<<4|compactTypes[m.Value])
		}
	}
	for _, p := range m.Pairs {
		w.value(m.Key, p[0], depth)
		w.value(m.Value, p[1], depth)
	}
}
