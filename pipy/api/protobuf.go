package api

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"pipy/pipy/event"
)

// protoMessage is a message of Protocol Buffers without its schema: fields in
// their order.
type protoMessage struct{ fields []protoField }

// protoField is one field. The bits of a VARINT, I32 or I64 are in bits, the
// bytes of a LEN in data.
type protoField struct {
	number protowire.Number
	kind   protowire.Type
	bits   uint64
	data   []byte
}

var protoKinds = map[protowire.Type]string{protowire.VarintType: "VARINT", protowire.Fixed32Type: "I32", protowire.Fixed64Type: "I64", protowire.BytesType: "LEN"}

func decodeProto(b []byte) (*protoMessage, error) {
	m := &protoMessage{}
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		b = b[n:]
		f := protoField{number: num, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.bits, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.bits = uint64(v)
		case protowire.Fixed64Type:
			f.bits, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.data, n = protowire.ConsumeBytes(b)
		default:
			return nil, fmt.Errorf("field %d: want wire type 0, 1, 2 or 5, got %d", num, kind)
		}
		if n < 0 {
			return nil, fmt.Errorf("field %d: %w", num, protowire.ParseError(n))
		}
		b = b[n:]
		m.fields = append(m.fields, f)
	}
	return m, nil
}

func (m *protoMessage) encode() []byte {
	var b []byte
	for _, f := range m.fields {
		b = protowire.AppendTag(b, f.number, f.kind)
		switch f.kind {
		case protowire.VarintType:
			b = protowire.AppendVarint(b, f.bits)
		case protowire.Fixed32Type:
			b = protowire.AppendFixed32(b, uint32(f.bits))
		case protowire.Fixed64Type:
			b = protowire.AppendFixed64(b, f.bits)
		default:
			b = protowire.AppendBytes(b, f.data)
		}
	}
	return b
}

// set replaces the fields of a number, at the place of the first.
func (m *protoMessage) set(number protowire.Number, list []protoField) {
	var fields []protoField
	at := -1
	for _, f := range m.fields {
		if f.number != number {
			fields = append(fields, f)
		} else if at < 0 {
			at = len(fields)
			fields = append(fields, list...)
		}
	}
	if at < 0 {
		fields = append(fields, list...)
	}
	m.fields = fields
}

// protoType is a type of fields.
type protoType interface {
	// all returns the values of the fields of a number.
	all(m *protoMessage, number protowire.Number) ([]any, error)
	// field returns the field that holds a script's value.
	field(number protowire.Number, v any) (protoField, error)
	// array returns the fields that hold a script's values.
	array(number protowire.Number, list []any) ([]protoField, error)
}

// protoNumber is a type of numbers: how it is on the wire and in scripts.
type protoNumber struct {
	name   string
	wire   protowire.Type
	script string // "" for number
	get    func(bits uint64) any
	put    func(n int64, v float64) uint64
	any    bool // reads I32 and I64 as well
}

var protoNumbers = []protoNumber{
	{name: "Int32", wire: protowire.VarintType, get: func(b uint64) any { return float64(int32(b)) }, put: func(n int64, _ float64) uint64 { return uint64(int64(int32(n))) }, any: true},
	{name: "Int64", wire: protowire.VarintType, get: func(b uint64) any { return integer(int64(b)) }, put: func(n int64, _ float64) uint64 { return uint64(n) }, any: true},
	{name: "Uint32", wire: protowire.VarintType, get: func(b uint64) any { return float64(uint32(b)) }, put: func(n int64, _ float64) uint64 { return uint64(uint32(n)) }, any: true},
	{name: "Uint64", wire: protowire.VarintType, get: func(b uint64) any { return unsigned(b) }, put: func(n int64, _ float64) uint64 { return uint64(n) }, any: true},
	{name: "Sint32", wire: protowire.VarintType, get: func(b uint64) any { return float64(int32(protowire.DecodeZigZag(b & math.MaxUint32))) }, put: func(n int64, _ float64) uint64 { return protowire.EncodeZigZag(int64(int32(n))) }},
	{name: "Sint64", wire: protowire.VarintType, get: func(b uint64) any { return integer(protowire.DecodeZigZag(b)) }, put: func(n int64, _ float64) uint64 { return protowire.EncodeZigZag(n) }},
	{name: "Bool", wire: protowire.VarintType, script: "boolean", get: func(b uint64) any { return b != 0 }, put: func(n int64, _ float64) uint64 { return uint64(n) }},
	{name: "Float", wire: protowire.Fixed32Type, get: func(b uint64) any { return float64(math.Float32frombits(uint32(b))) }, put: func(_ int64, v float64) uint64 { return uint64(math.Float32bits(float32(v))) }},
	{name: "Double", wire: protowire.Fixed64Type, get: func(b uint64) any { return math.Float64frombits(b) }, put: func(_ int64, v float64) uint64 { return math.Float64bits(v) }},
	{name: "Fixed32", wire: protowire.Fixed32Type, get: func(b uint64) any { return float64(uint32(b)) }, put: func(n int64, _ float64) uint64 { return uint64(uint32(n)) }},
	{name: "Fixed64", wire: protowire.Fixed64Type, get: func(b uint64) any { return unsigned(b) }, put: func(n int64, _ float64) uint64 { return uint64(n) }},
	{name: "Sfixed32", wire: protowire.Fixed32Type, get: func(b uint64) any { return float64(int32(b)) }, put: func(n int64, _ float64) uint64 { return uint64(uint32(n)) }},
	{name: "Sfixed64", wire: protowire.Fixed64Type, get: func(b uint64) any { return integer(int64(b)) }, put: func(n int64, _ float64) uint64 { return uint64(n) }},
}

// all returns the values, packed or not.
func (t *protoNumber) all(m *protoMessage, number protowire.Number) (list []any, err error) {
	for _, f := range m.fields {
		switch {
		case f.number != number:
		case f.kind == t.wire, t.any && f.kind != protowire.BytesType:
			list = append(list, t.get(f.bits))
		case f.kind == protowire.BytesType:
			list = append(list, t.packed(f.data)...)
		}
	}
	return list, nil
}

func (t *protoNumber) packed(b []byte) (list []any) {
	for len(b) > 0 {
		var bits uint64
		n := 0
		switch t.wire {
		case protowire.VarintType:
			bits, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			bits = uint64(v)
		default:
			bits, n = protowire.ConsumeFixed64(b)
		}
		if n < 0 {
			return list
		}
		list = append(list, t.get(bits))
		b = b[n:]
	}
	return list
}

// bits returns a script's value as it is on the wire.
func (t *protoNumber) bits(v any) (uint64, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		return t.put(int64(v), v), nil
	case *big.Int:
		if !v.IsInt64() && !v.IsUint64() {
			return 0, wrong("value", "an integer of 64 bits", v.String())
		}
		n := int64(v.Uint64())
		if v.IsInt64() {
			n = v.Int64()
		}
		return t.put(n, float64(n)), nil
	case *intValue:
		return t.bits(v.Number())
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return t.put(n, float64(n)), nil
		}
		if n, err := strconv.ParseUint(v, 10, 64); err == nil {
			return t.put(int64(n), float64(n)), nil
		}
	}
	return 0, wrong("value", "a number", v)
}

func (t *protoNumber) field(number protowire.Number, v any) (protoField, error) {
	bits, err := t.bits(v)
	return protoField{number: number, kind: t.wire, bits: bits}, err
}

// array returns one field, packed as proto3 writes it.
func (t *protoNumber) array(number protowire.Number, list []any) ([]protoField, error) {
	f := protoField{number: number, kind: protowire.BytesType}
	for _, v := range list {
		bits, err := t.bits(v)
		if err != nil {
			return nil, err
		}
		switch t.wire {
		case protowire.VarintType:
			f.data = protowire.AppendVarint(f.data, bits)
		case protowire.Fixed32Type:
			f.data = protowire.AppendFixed32(f.data, uint32(bits))
		default:
			f.data = protowire.AppendFixed64(f.data, bits)
		}
	}
	return []protoField{f}, nil
}

// protoLen is a type whose wire type is LEN.
type protoLen struct {
	name, script string
	get          func(b []byte) (any, error)
	put          func(v any) ([]byte, error)
}

var protoBytes = []protoLen{
	{"String", "string", func(b []byte) (any, error) { return string(b), nil }, func(v any) ([]byte, error) {
		s, ok := v.(string)
		if !ok {
			return nil, wrong("value", "a string", v)
		}
		return []byte(s), nil
	}},
	{"Bytes", "Data", func(b []byte) (any, error) { return event.NewData(append([]byte(nil), b...)), nil }, func(v any) ([]byte, error) {
		d, ok := v.(*event.Data)
		if !ok {
			return nil, wrong("value", "a Data", v)
		}
		return d.AppendTo([]byte{}), nil
	}},
	{"Message", "protobuf.Message", func(b []byte) (any, error) { return erase(decodeProto(b)) }, func(v any) ([]byte, error) {
		m, ok := v.(*protoMessage)
		if !ok {
			return nil, wrong("value", "a protobuf.Message", v)
		}
		return m.encode(), nil
	}},
}

func (t *protoLen) all(m *protoMessage, number protowire.Number) (list []any, err error) {
	for _, f := range m.fields {
		if f.number == number && f.kind == protowire.BytesType && err == nil {
			var v any
			v, err = t.get(f.data)
			list = append(list, v)
		}
	}
	return list, err
}

func (t *protoLen) field(number protowire.Number, v any) (protoField, error) {
	b, err := t.put(v)
	return protoField{number: number, kind: protowire.BytesType, data: b}, err
}

func (t *protoLen) array(number protowire.Number, list []any) ([]protoField, error) {
	var fields []protoField
	for _, v := range list {
		f, err := t.field(number, v)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func erase[T any](v T, err error) (any, error) { return v, err }
