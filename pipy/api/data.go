package api

import (
	"unicode/utf8"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var (
	eventClass = spec.NewClass[event.Event]("Event", "What flows through pipelines: Data, MessageStart, MessageEnd and StreamEnd.")
	dataClass  = spec.NewClass[*event.Data]("Data", `A run of bytes.

A Data is mutable and shared by reference. As an event, an empty Data is a flush: what was written so far should go out.`)
)

const (
	wantsBytes   = "a string, a Data or an array of bytes"
	docEncoding  = "One of \"utf8\", \"utf16be\", \"utf16le\", \"hex\", \"base64\" and \"base64url\"."
	docPredicate = "Called with each byte, a number from 0 to 255."
)

// typed declares the name of an event's class as a property.
func typed[T any](d spec.Declaration[T]) {
	var name any = d.Class.Name
	d.Prop("type", "string", "The name of the class.", func(T) any { return name })
}

func init() {
	d := dataClass
	d.Class.Base = eventClass.Class.Name
	typed(d)

	d.Constructor("Makes a Data of the bytes of a string, of another Data or of an array; without arguments it is empty.", func(m *spec.Method) func(*spec.Call) (*event.Data, error) {
		bytes := spec.In[any](m, "bytes", "A string, another Data, or an array of numbers from 0 to 255.")
		m.Fields[0].Optional, m.Fields[0].Type = true, "string | Data | number[]"
		encoding := spec.InOpt(m, "encoding", "utf8", "How the string writes bytes. "+docEncoding)
		return func(c *spec.Call) (*event.Data, error) {
			v, _ := bytes.Of(c)
			enc, err := encoding.Of(c)
			if err != nil {
				return nil, err
			}
			return newData(v, enc)
		}
	})

	d.Function("from", "Data | null", "Makes a Data of a string like the constructor, but returns null when the string is not valid in the encoding.", func(m *spec.Method) func(*spec.Call) (any, error) {
		text := spec.In[string](m, "text", "The bytes as text.")
		encoding := spec.InOpt(m, "encoding", "utf8", "How the text writes bytes. "+docEncoding)
		return func(c *spec.Call) (any, error) {
			s, err := text.Of(c)
			if err != nil {
				return nil, err
			}
			name, err := encoding.Of(c)
			if err != nil {
				return nil, err
			}
			enc, err := encodingOf(name)
			if err != nil {
				return nil, err
			}
			b, err := enc.parse(s)
			if err != nil {
				return Null, nil
			}
			return event.NewData(b), nil
		}
	})

	d.Prop("size", "number", "The number of bytes.", func(d *event.Data) any { return d.Len() })

	d.Method("push", "Data", "Appends bytes and returns this Data.", func(m *spec.Method) func(*event.Data, *spec.Call) (any, error) {
		bytes := spec.In[any](m, "bytes", "A string, another Data, which stays as it is, or an array of bytes.")
		m.Fields[0].Type = "string | Data | number[]"
		return func(d *event.Data, c *spec.Call) (any, error) {
			v, _ := bytes.Of(c)
			if s, ok := v.(string); ok {
				d.PushString(s)
				return d, nil
			}
			if v == nil {
				return nil, wrong("bytes", wantsBytes, v)
			}
			o, err := newData(v, "utf8")
			if err != nil {
				return nil, err
			}
			d.Push(o)
			return d, nil
		}
	})

	cut := func(name, doc string, take func(d *event.Data, n int) *event.Data) {
		d.Method(name, "Data", doc, func(m *spec.Method) func(*event.Data, *spec.Call) (any, error) {
			count := spec.In[int](m, "count", "How many bytes.")
			return func(d *event.Data, c *spec.Call) (any, error) {
				n, err := count.Of(c)
				if err != nil {
					return nil, err
				}
				return take(d, max(n, 0)), nil
			}
		})
	}
	cut("shift", "Removes the first bytes and returns them; all of them when there are fewer.", (*event.Data).Shift)
	cut("pop", "Removes the last bytes and returns them; all of them when there are fewer.", (*event.Data).Pop)

	scan := func(name, doc string, stop, include bool) {
		d.Method(name, "Data", doc, func(m *spec.Method) func(*event.Data, *spec.Call) (any, error) {
			predicate := spec.In[spec.Func](m, "predicate", docPredicate)
			m.Fields[0].Type = "(byte: number) => boolean"
			return func(d *event.Data, c *spec.Call) (any, error) {
				f, err := predicate.Of(c)
				if err != nil {
					return nil, err
				}
				n, err := prefix(d, f, stop, include)
				if err != nil {
					return nil, err
				}
				return d.Shift(n), nil
			}
		})
	}
	scan("shiftTo", "Removes the bytes up to and including the first for which the predicate is true, and returns them; all when there is none.", true, true)
	scan("shiftWhile", "Removes the bytes before the first for which the predicate is false, and returns them.", false, false)

	d.Method("toArray", "number[]", "Returns the bytes as an array of numbers.", func(*spec.Method) func(*event.Data, *spec.Call) (any, error) {
		return func(d *event.Data, _ *spec.Call) (any, error) {
			list := make([]any, 0, d.Len())
			for i := range d.Pieces() {
				for _, b := range d.Piece(i) {
					list = append(list, int(b))
				}
			}
			return list, nil
		}
	})

	d.Method("toString", "string | undefined", "Returns the bytes as text; undefined when they are not valid in the encoding.", func(m *spec.Method) func(*event.Data, *spec.Call) (any, error) {
		encoding := spec.InOpt(m, "encoding", "utf8", docEncoding)
		return func(d *event.Data, c *spec.Call) (any, error) {
			name, err := encoding.Of(c)
			if err != nil {
				return nil, err
			}
			if name == "utf8" {
				return utf8Text(d), nil
			}
			enc, err := encodingOf(name)
			if err != nil {
				return nil, err
			}
			s, ok := enc.format(d.Bytes())
			if !ok {
				return nil, nil
			}
			return s, nil
		}
	})
}

func utf8Text(d *event.Data) any {
	s := d.String()
	if !utf8.ValidString(s) {
		return nil
	}
	return s
}

// newData makes a Data of what a script gave for bytes. It shares the memory of
// another Data.
func newData(v any, encoding string) (*event.Data, error) {
	switch v := v.(type) {
	case nil:
		return &event.Data{}, nil
	case *event.Data:
		return v.Clone(), nil
	case *cString:
		return v.data.Clone(), nil
	case string:
		if encoding == "utf8" {
			return event.DataString(v), nil
		}
		enc, err := encodingOf(encoding)
		if err != nil {
			return nil, err
		}
		b, err := enc.parse(v)
		if err != nil {
			return nil, err
		}
		return event.NewData(b), nil
	case event.Object:
		if items, ok := v.Elements(); ok {
			return bytesOf(items)
		}
	}
	return nil, wrong("bytes", wantsBytes, v)
}

func bytesOf(items []any) (*event.Data, error) {
	b := make([]byte, len(items))
	for i, item := range items {
		n, ok := item.(float64)
		if !ok {
			return nil, wrong("bytes", "an array of numbers from 0 to 255", item)
		}
		b[i] = byte(int64(n))
	}
	return event.NewData(b), nil
}

// prefix returns how many bytes come before the first for which f returns stop,
// that one included if include says so.
func prefix(d *event.Data, f spec.Func, stop, include bool) (int, error) {
	bytes := d.Clone() // f may change d
	defer bytes.Release()
	n := 0
	for i := range bytes.Pieces() {
		for _, b := range bytes.Piece(i) {
			r, err := f.Call(nil, int(b))
			if err != nil {
				return 0, err
			}
			if truthy(r) == stop {
				if include {
					n++
				}
				return n, nil
			}
			n++
		}
	}
	return n, nil
}

// truthy tells whether a script takes v for true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil, NullValue:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && v == v
	case int:
		return v != 0
	case string:
		return v != ""
	}
	return true
}
