package filters

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"pipy/pipy/codec/thrift"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docThrift = `

The payload of MessageEnd is { protocol, type, seqID, name, fields, framed }: protocol
is binary, compact or old, type is call, reply, exception or oneway, framed tells
whether the length comes first, and fields is an array of { id, type, value }. The
types of values are BOOL, I8, I16, I32, I64 (a BigInt beyond 2^53), DOUBLE, BINARY (a
Data), UUID (a string), STRUCT (an array of fields), LIST and SET ({ elementType,
elements }) and MAP ({ keyType, valueType, pairs }).`

type decodeThriftOptions struct{ maxSize spec.Size }

var _ = declare(Decl[decodeThriftOptions]{
	Name: "decodeThrift",
	Doc: "decodes messages of Apache Thrift" + docThrift + `

The body of a message is the bytes that it was read from.` + docDecodeErrors,
	In: Bytes, Out: Messages,
	Params: func(p *spec.Params, o *decodeThriftOptions) {
		spec.Opt(p, &o.maxSize, "maxMessageSize", 16<<20, "Bytes that a message may have.")
	},
	Build: func(o *decodeThriftOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &decodeThrift{decodeBytes{Stage: s, dec: thrift.NewDecoder(int(o.maxSize), func(m *thrift.Message, raw *event.Data) {
				s.Output(&event.MessageStart{})
				s.Output(raw)
				s.Output(&event.MessageEnd{Payload: fromThrift(m)})
			})}}
		}, nil
	},
})

// decodeThrift ends its decoder with the pipeline, because that holds a coroutine.
type decodeThrift struct{ decodeBytes }

// Close ends the decoder.
func (f *decodeThrift) Close() { f.dec.Reset() }

// Reset has nothing to do: Close did it.
func (f *decodeThrift) Reset() {}

var _ = declare(Decl[struct{}]{
	Name: "encodeThrift",
	Doc: "encodes messages of Apache Thrift" + docThrift + `

What is missing is binary for the protocol, call for the type and 0 for seqID. Bodies
do not count.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return newEncodeMessages(s, func(_ *encodeMessages, m *event.Message) (*event.Data, error) {
				m.Body.Release()
				t, err := toThrift(objectOf(m.Payload))
				if err != nil {
					return nil, err
				}
				b, err := thrift.Encode(t)
				return event.NewData(b), err
			})
		}, nil
	},
})

func fromThrift(m *thrift.Message) *Record {
	return record([]string{"protocol", "type", "seqID", "name", "fields", "framed"},
		[]any{m.Protocol, m.Kind, float64(m.SeqID), m.Name, fromThriftValue(m.Fields), m.Framed})
}

func fromThriftValue(v any) any {
	switch v := v.(type) {
	case int64:
		return integer(v)
	case []byte:
		return event.NewData(v)
	case [16]byte:
		s := hex.EncodeToString(v[:])
		return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
	case []thrift.Field:
		list := make([]any, len(v))
		for i, f := range v {
			list[i] = record([]string{"id", "type", "value"}, []any{float64(f.ID), f.Type.String(), fromThriftValue(f.Value)})
		}
		return list
	case *thrift.List:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = fromThriftValue(item)
		}
		return record([]string{"elementType", "elements"}, []any{v.Element.String(), list})
	case *thrift.Map:
		list := make([]any, len(v.Pairs))
		for i, p := range v.Pairs {
			list[i] = []any{fromThriftValue(p[0]), fromThriftValue(p[1])}
		}
		return record([]string{"keyType", "valueType", "pairs"}, []any{v.Key.String(), v.Value.String(), list})
	}
	return v
}

func textMember(o event.Object, name, def string) string {
	if s, ok := o.Get(name).(string); ok {
		return s
	}
	return def
}

func toThrift(o event.Object) (*thrift.Message, error) {
	m := &thrift.Message{Protocol: textMember(o, "protocol", "binary"), Kind: textMember(o, "type", "call"), Name: textMember(o, "name", ""), Framed: flag(o, "framed", false)}
	if !slices.Contains(thrift.Protocols, m.Protocol) {
		return nil, wrongArgument("protocol", "binary, compact or old", m.Protocol)
	}
	seq, err := member(o, "seqID", 0, -1<<31, 1<<31-1)
	if err != nil {
		return nil, err
	}
	m.SeqID = int32(seq)
	if o.Get("fields") == nil {
		return m, nil
	}
	v, err := toThriftValue(thrift.Struct, o.Get("fields"), 0)
	m.Fields, _ = v.([]thrift.Field)
	return m, err
}

// thriftDepth bounds values within values.
const thriftDepth = 64

func toThriftValue(t thrift.Type, v any, depth int) (any, error) {
	if depth > thriftDepth {
		return nil, fmt.Errorf("want at most %d values within each other, got more", thriftDepth)
	}
	o, _ := plainValue(v).(event.Object)
	switch t {
	case thrift.Bool:
		return truthy(v), nil
	case thrift.I8, thrift.I16, thrift.I32, thrift.I64:
		return anyError(integerOf("value", v, -1<<63, 1<<63-1))
	case thrift.Double:
		if n, ok := v.(float64); ok {
			return n, nil
		}
	case thrift.Binary:
		if b, ok := dataOf(v); ok {
			return b, nil
		}
	case thrift.UUID:
		s, _ := v.(string)
		if b, err := hex.DecodeString(strings.ReplaceAll(s, "-", "")); err == nil && len(b) == 16 {
			return [16]byte(b), nil
		}
	case thrift.Struct:
		if o != nil {
			return toThriftFields(o, depth+1)
		}
	case thrift.ListOf, thrift.SetOf:
		if o != nil {
			return toThriftList(o, depth+1)
		}
	case thrift.MapOf:
		if o != nil {
			return toThriftMap(o, depth+1)
		}
	}
	return nil, wrongArgument("value", "a value of type "+t.String(), v)
}

func anyError[T any](v T, err error) (any, error) { return v, err }

// listMember returns the elements of a member that is an array.
func listMember(o event.Object, name string) ([]any, error) {
	v := o.Get(name)
	if a, ok := plainValue(v).(event.Object); ok {
		if list, ok := a.Elements(); ok {
			return list, nil
		}
	}
	return nil, wrongArgument(name, "an array", v)
}

func toThriftFields(o event.Object, depth int) (any, error) {
	list, ok := o.Elements()
	if !ok {
		return nil, wrongArgument("fields", "an array", o)
	}
	fields := make([]thrift.Field, len(list))
	for i, item := range list {
		f := objectOf(item)
		id, err := member(f, "id", 0, -1<<15, 1<<15-1)
		if err != nil {
			return nil, err
		}
		t := thrift.TypeOf(textMember(f, "type", ""))
		v, err := toThriftValue(t, f.Get("value"), depth)
		if err != nil {
			return nil, fmt.Errorf("field %d: %w", id, err)
		}
		fields[i] = thrift.Field{ID: int16(id), Type: t, Value: v}
	}
	return fields, nil
}

func toThriftList(o event.Object, depth int) (any, error) {
	list, err := listMember(o, "elements")
	if err != nil {
		return nil, err
	}
	l := &thrift.List{Element: thrift.TypeOf(textMember(o, "elementType", ""))}
	for _, item := range list {
		v, err := toThriftValue(l.Element, item, depth)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, v)
	}
	return l, nil
}

func toThriftMap(o event.Object, depth int) (any, error) {
	list, err := listMember(o, "pairs")
	if err != nil {
		return nil, err
	}
	m := &thrift.Map{Key: thrift.TypeOf(textMember(o, "keyType", "")), Value: thrift.TypeOf(textMember(o, "valueType", ""))}
	for _, item := range list {
		pair, _ := objectOf(item).Elements()
		if len(pair) != 2 {
			return nil, wrongArgument("pairs", "arrays of a key and a value", item)
		}
		key, err := toThriftValue(m.Key, pair[0], depth)
		if err != nil {
			return nil, err
		}
		value, err := toThriftValue(m.Value, pair[1], depth)
		if err != nil {
			return nil, err
		}
		m.Pairs = append(m.Pairs, [2]any{key, value})
	}
	return m, nil
}
