package api

import (
	"slices"
	"strings"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// searchParams is a query taken apart: names and values in their order.
type searchParams struct{ list []param }

type param struct{ name, value string }

var paramsClass = spec.NewClass[*searchParams]("URLSearchParams", "The query of a URL taken apart: names and values in their order. A plus sign is not a blank.")

func parseSearch(query string) *searchParams {
	p := &searchParams{}
	for pair := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		p.list = append(p.list, param{percentDecode(name, ""), percentDecode(value, "")})
	}
	return p
}

func (p *searchParams) values(name string) []string {
	var values []string
	for _, e := range p.list {
		if e.name == name {
			values = append(values, e.value)
		}
	}
	return values
}

// set replaces the values of a name by that of a script: an array makes several,
// nil none. They stand where the first one stood.
func (p *searchParams) set(name string, value any) {
	at := slices.IndexFunc(p.list, func(e param) bool { return e.name == name })
	p.list = slices.DeleteFunc(p.list, func(e param) bool { return e.name == name })
	if at < 0 {
		at = len(p.list)
	}
	var added []param
	for _, v := range textsOf(value) {
		added = append(added, param{name, v})
	}
	p.list = slices.Insert(p.list, at, added...)
}

func textsOf(value any) []string {
	switch v := value.(type) {
	case nil, NullValue:
		return nil
	case event.Object:
		if items, ok := v.Elements(); ok {
			texts := make([]string, len(items))
			for i, item := range items {
				texts[i] = httphead.Text(item)
			}
			return texts
		}
	}
	return []string{httphead.Text(value)}
}

func (p *searchParams) String() string {
	var b strings.Builder
	for i, e := range p.list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(percentEncode(e.name, unreserved))
		b.WriteByte('=')
		b.WriteString(percentEncode(e.value, unreserved))
	}
	return b.String()
}

func (p *searchParams) object(e spec.Engine) event.Object {
	var names []string
	var values []any
	for _, e1 := range p.list {
		if slices.Contains(names, e1.name) {
			continue
		}
		names = append(names, e1.name)
		list := p.values(e1.name)
		if len(list) == 1 {
			values = append(values, list[0])
			continue
		}
		values = append(values, e.NewArray(anys(list)))
	}
	return e.NewObject(names, values)
}

func anys(list []string) []any {
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = s
	}
	return values
}

func init() {
	d := paramsClass
	d.Constructor("Takes a query apart, or makes one of an object.", func(m *spec.Method) func(*spec.Call) (*searchParams, error) {
		query := optional(m, "query", "string | object", "A query, with or without its question mark, or an object of strings and arrays of strings.")
		return func(c *spec.Call) (*searchParams, error) {
			v, _ := query.Of(c)
			switch v := v.(type) {
			case nil:
				return &searchParams{}, nil
			case string:
				return parseSearch(v), nil
			case *searchParams:
				return &searchParams{slices.Clone(v.list)}, nil
			case event.Object:
				p := &searchParams{}
				for _, name := range v.Keys() {
					p.set(name, v.Get(name))
				}
				return p, nil
			}
			return nil, wrong("query", "a string or an object", v)
		}
	})
	named := func(name, returns, doc string, call func(p *searchParams, name string, c *spec.Call) any) {
		d.Method(name, returns, doc, func(m *spec.Method) func(*searchParams, *spec.Call) (any, error) {
			param := spec.In[string](m, "name", "The name of a parameter.")
			if name == "set" {
				spec.In[any](m, "value", "The new value; an array makes several, null and undefined none.")
				described(m, "string | string[] | null")
			}
			return func(p *searchParams, c *spec.Call) (any, error) {
				s, err := param.Of(c)
				if err != nil {
					return nil, err
				}
				return call(p, s, c), nil
			}
		})
	}
	named("get", "string | null", "Returns the first value of a name; null when there is none.", func(p *searchParams, name string, _ *spec.Call) any {
		if values := p.values(name); values != nil {
			return values[0]
		}
		return Null
	})
	named("getAll", "string[]", "Returns all values of a name.", func(p *searchParams, name string, c *spec.Call) any {
		return c.Engine.NewArray(anys(p.values(name)))
	})
	named("set", "void", "Replaces the values of a name.", func(p *searchParams, name string, c *spec.Call) any {
		p.set(name, c.Args.At(1))
		return nil
	})
	d.Method("toObject", "object", "Returns the values by name: a string, or an array for a name that is repeated.", func(*spec.Method) func(*searchParams, *spec.Call) (any, error) {
		return func(p *searchParams, c *spec.Call) (any, error) { return p.object(c.Engine), nil }
	})
	d.Method("toString", "string", "Returns the query, percent-encoded, without a question mark.", func(*spec.Method) func(*searchParams, *spec.Call) (any, error) {
		return func(p *searchParams, _ *spec.Call) (any, error) { return p.String(), nil }
	})
}
