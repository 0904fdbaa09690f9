package api

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"pipy/pipy/codec/hessian"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const docHessianForms = `Integers and doubles are numbers (a BigInt for a long beyond 2^53), dates are Date, binary data is Data.`

func init() {
	ns := spec.NewNamespace("Hessian", "Reads and writes the Hessian 2.0 serialization. "+docHessianForms)
	ns.Function("decode", "any", `Returns the value of a serialization, or an array if there are several. Lists are arrays, maps and objects are plain objects; what is referred to twice is one object. It throws if the data is not valid.`,
		func(m *spec.Method) func(*spec.Call) (any, error) {
			data := spec.In[*event.Data](m, "data", "The serialization.")
			typed := spec.Member(m, "typed", false, "Return an array of all values, in which lists, maps and objects are { kind, type, elements } with the kinds list, map and object, so that types are kept. The elements of a map are pairs, those of an object an object.")
			return func(c *spec.Call) (any, error) {
				d, err := data.Of(c)
				if err != nil {
					return nil, err
				}
				t, err := typed.Of(c)
				if err != nil {
					return nil, err
				}
				values, err := hessian.Decode(d.Bytes())
				if err != nil {
					return nil, err
				}
				r := hessianReader{e: c.Engine, typed: t, made: map[any]event.Object{}}
				list := make([]any, len(values))
				for i, v := range values {
					list[i] = r.value(v)
				}
				if len(list) == 1 && !t {
					return list[0], nil
				}
				return c.Engine.NewArray(list), nil
			}
		})
	ns.Function("encode", "Data", `Returns the serialization of a value. Arrays are lists, objects are maps; { kind, type, elements } is what decode makes with the option typed. A number without a fraction is an int, or a long beyond 32 bits; other numbers are doubles. An Int of 64 bits is a long.`,
		func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.In[any](m, "value", "The value.")
			return func(c *spec.Call) (any, error) {
				w := hessianWriter{made: map[event.Object]any{}, classes: map[string]*hessian.Class{}}
				v, err := w.value(c.Args.At(0), 0)
				if err != nil {
					return nil, err
				}
				b, err := hessian.Append(nil, v)
				return event.NewData(b), err
			}
		})
}

// hessianReader makes a script's values.
type hessianReader struct {
	e     spec.Engine
	typed bool
	made  map[any]event.Object // by list, map or object
}

func (r *hessianReader) value(v any) any {
	switch v := v.(type) {
	case nil:
		return Null
	case int32:
		return float64(v)
	case int64:
		return integer(v)
	case []byte:
		return event.NewData(v)
	case *hessian.List, *hessian.Map, *hessian.Object:
		if o, ok := r.made[v]; ok {
			return o
		}
		return r.compound(v)
	}
	return v
}

// compound makes an object first and its members afterwards, for they may refer
// to it.
func (r *hessianReader) compound(v any) event.Object {
	var o event.Object
	enclose := func(kind, name string, elements event.Object) event.Object {
		o = elements
		if r.typed {
			o = r.e.NewObject([]string{"kind", "type", "elements"}, []any{kind, name, elements})
		}
		r.made[v] = o
		return elements
	}
	switch v := v.(type) {
	case *hessian.List:
		list := enclose("list", v.Type, r.e.NewArray(nil))
		for i, item := range v.Items {
			list.Set(fmt.Sprint(i), r.value(item))
		}
	case *hessian.Map:
		if r.typed {
			pairs := enclose("map", v.Type, r.e.NewArray(nil))
			for i, key := range v.Keys {
				pairs.Set(fmt.Sprint(i), r.e.NewArray([]any{r.value(key), r.value(v.Values[i])}))
			}
			break
		}
		members := enclose("map", v.Type, r.e.NewObject(nil, nil))
		for i, key := range v.Keys {
			members.Set(hessianKey(key), r.value(v.Values[i]))
		}
	case *hessian.Object:
		members := enclose("object", v.Class.Name, r.e.NewObject(nil, nil))
		for i, name := range v.Class.Fields {
			members.Set(name, r.value(v.Values[i]))
		}
	}
	return o
}

// hessianKey returns a key of a map as the name of a member.
func hessianKey(key any) string {
	switch key := key.(type) {
	case nil:
		return "null"
	case *hessian.List, *hessian.Map, *hessian.Object:
		return "[object Object]"
	case time.Time:
		return key.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return fmt.Sprint(key)
}

// hessianWriter makes the codec's values.
type hessianWriter struct {
	made    map[event.Object]any
	classes map[string]*hessian.Class
}

// hessianDepth bounds objects within objects.
const hessianDepth = 256

func (w *hessianWriter) value(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil, NullValue:
		return nil, nil
	case bool, string, time.Time:
		return v, nil
	case float64:
		n, ok := integral(v)
		switch {
		case ok && n >= math.MinInt32 && n <= math.MaxInt32:
			return int32(n), nil
		case ok:
			return n, nil
		}
		return v, nil
	case *big.Int:
		if !v.IsInt64() {
			return nil, fmt.Errorf("want an integer of 64 bits, got %s", v)
		}
		return v.Int64(), nil
	case *intValue:
		if n := int64(v.bits); v.kind.width() == 64 && (n >= 0 || !v.kind.unsigned()) {
			return n, nil
		}
		return w.value(v.Number(), depth)
	case *event.Data:
		return v.AppendTo([]byte{}), nil
	case *cString:
		return v.String(), nil
	case event.Object:
		if made, ok := w.made[v]; ok {
			return made, nil
		}
		if depth > hessianDepth {
			return nil, fmt.Errorf("want at most %d objects within each other, got more", hessianDepth)
		}
		return w.compound(v, depth+1)
	}
	return nil, fmt.Errorf("there is no Hessian form: %w", &spec.Mismatch{Wants: "a plain value", Got: spec.Show(v)})
}

func (w *hessianWriter) compound(o event.Object, depth int) (any, error) {
	if items, ok := elements(o); ok {
		l := &hessian.List{}
		w.made[o] = l
		return l, w.items(&l.Items, items, depth)
	}
	name, _ := o.Get("type").(string)
	inner, isObject := o.Get("elements").(event.Object)
	kind, _ := o.Get("kind").(string)
	if isObject {
		items, isArray := elements(inner)
		switch {
		case kind == "list" && isArray:
			l := &hessian.List{Type: name}
			w.made[o] = l
			return l, w.items(&l.Items, items, depth)
		case kind == "map" && isArray:
			return w.pairs(o, name, items, depth)
		case kind == "object" && !isArray:
			return w.object(o, name, inner, depth)
		}
	}
	m := &hessian.Map{}
	w.made[o] = m
	var names []any
	members(o, func(name string, v any) {
		names = append(names, name)
		m.Values = append(m.Values, v)
	})
	m.Keys = names
	return m, w.items(&m.Values, m.Values, depth)
}

func (w *hessianWriter) items(to *[]any, from []any, depth int) error {
	made := make([]any, len(from))
	for i, v := range from {
		var err error
		if made[i], err = w.value(v, depth); err != nil {
			return err
		}
	}
	*to = made
	return nil
}

func (w *hessianWriter) pairs(o event.Object, name string, items []any, depth int) (any, error) {
	m := &hessian.Map{Type: name}
	w.made[o] = m
	var keys, values []any
	for i, item := range items {
		pair, _ := item.(event.Object)
		var two []any
		if pair != nil {
			two, _ = elements(pair)
		}
		if len(two) != 2 {
			return nil, wrong(fmt.Sprintf("elements: %d", i), "an array of a key and a value", item)
		}
		keys, values = append(keys, two[0]), append(values, two[1])
	}
	if err := w.items(&m.Keys, keys, depth); err != nil {
		return nil, err
	}
	return m, w.items(&m.Values, values, depth)
}

func (w *hessianWriter) object(o event.Object, name string, inner event.Object, depth int) (any, error) {
	var fields []string
	var values []any
	members(inner, func(name string, v any) {
		fields = append(fields, name)
		values = append(values, v)
	})
	id := fmt.Sprintf("%q %q", name, fields)
	class := w.classes[id]
	if class == nil {
		class = &hessian.Class{Name: name, Fields: fields}
		w.classes[id] = class
	}
	made := &hessian.Object{Class: class}
	w.made[o] = made
	return made, w.items(&made.Values, values, depth)
}
