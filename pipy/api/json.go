package api

import (
	"strconv"
	"unsafe"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const (
	docReviver  = "Called with the name, the value and the object around it for each member, innermost first; what it returns takes the place of the value, undefined removes it."
	docReplacer = "A function called with the name, the value and the object around it for each member, which returns what to write; or an array of the names of the members to write."
	docSpace    = `Blanks per level, 10 at most, or the string to indent with; then each member is on a line of its own.`
	docStringed = "Members that are undefined or functions are left out; NaN, infinite numbers, cycles and what is more than 100 levels deep become null."
)

func init() {
	ns := spec.NewNamespace("JSON", "Reads and writes JSON (RFC 8259).")

	parse := func(name, argumentName, doc string) {
		ns.Function(name, "any", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.In[any](m, argumentName, "The document.")
			m.Fields[0].Type = "string | Data"
			reviver := spec.InOpt[spec.Func](m, "reviver", nil, docReviver)
			return func(c *spec.Call) (any, error) {
				v := c.Args.At(0)
				if v == nil {
					return argument(c, 0), nil // null or undefined
				}
				f, err := reviver.Of(c)
				if err != nil {
					return nil, err
				}
				s, err := documentOf(v)
				if err != nil {
					return nil, err
				}
				return decodeJSON(c.Engine, s, f)
			}
		})
	}
	parse("parse", "text", "Returns the value of a document in a string. For what is not valid it throws; in a file that is one expression it returns undefined.")
	parse("decode", "data", "Returns the value of a document in a Data. For what is not valid it throws; in a file that is one expression it returns undefined.")

	write := func(name, returns, doc string, result func(text []byte) any) {
		ns.Function(name, returns, doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.In[any](m, "value", "What to write. "+docStringed)
			spec.InOpt[any](m, "replacer", nil, docReplacer)
			spec.InOpt[any](m, "space", nil, docSpace)
			m.Fields[1].Type = "((key: string, value: any, parent: any) => any) | string[]"
			m.Fields[2].Type = "number | string"
			return func(c *spec.Call) (any, error) {
				text, ok, err := writeJSON(argument(c, 0), c.Args.At(1), c.Args.At(2))
				if !ok {
					return nil, err
				}
				return result(text), nil
			}
		})
	}
	write("stringify", "string | undefined", "Returns a value as JSON; undefined for what has no JSON.",
		func(text []byte) any { return unsafe.String(unsafe.SliceData(text), len(text)) })
	write("encode", "Data | undefined", "Returns a value as JSON in a Data; undefined for what has no JSON.",
		func(text []byte) any { return event.NewData(text) })
}

func documentOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case *event.Data:
		return v.String(), nil
	}
	return "", wrong("text", "a string or a Data", v)
}

// decodeJSON returns the value of a document. For what is not valid it fails, but
// in files that are one expression, and so cannot catch, returns undefined.
func decodeJSON(e spec.Engine, text string, reviver spec.Func) (any, error) {
	v, err := parseJSON(e, text)
	if err != nil {
		if e.Expression() {
			return nil, nil
		}
		return nil, err
	}
	if reviver == nil {
		return v, nil
	}
	root := e.NewObject([]string{""}, []any{v})
	return revive(root, "", v, reviver)
}

// revive calls the reviver for the members of v and then for v, a member of the
// parent.
func revive(parent event.Object, name string, v any, reviver spec.Func) (any, error) {
	if o, ok := v.(event.Object); ok {
		if err := reviveMembers(o, reviver); err != nil {
			return nil, err
		}
	}
	r, err := reviver.Call(nil, name, v, parent)
	if r == nil && v == Null {
		r = Null
	}
	return r, err
}

func reviveMembers(o event.Object, reviver spec.Func) error {
	items, isArray := elements(o)
	type member struct {
		name  string
		value any
	}
	var list []member
	if isArray {
		for i, v := range items {
			if v == nil {
				v = Null
			}
			list = append(list, member{strconv.Itoa(i), v})
		}
	} else {
		members(o, func(name string, v any) { list = append(list, member{name, v}) })
	}
	for _, m := range list {
		v, err := revive(o, m.name, m.value, reviver)
		if err != nil {
			return err
		}
		if d, ok := o.(Deleter); ok && v == nil && !isArray {
			d.Delete(m.name)
			continue
		}
		o.Set(m.name, v)
	}
	return nil
}
