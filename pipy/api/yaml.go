package api

import (
	"errors"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// Limits of documents: aliases can make a short one large.
const (
	yamlDepth = 200
	yamlNodes = 1 << 20
)

func init() {
	ns := spec.NewNamespace("YAML", "Reads and writes YAML (YAML 1.2).")
	read := func(name, label, typ string) {
		ns.Function(name, "any", "Returns the value of a document: mappings are objects, sequences are arrays, and every scalar is a string, as it was written. Of several documents it is the last. It throws if the text is not valid.",
			func(m *spec.Method) func(*spec.Call) (any, error) {
				spec.In[any](m, label, "The document.")
				m.Fields[0].Type = typ
				typed := spec.Member(m, "typed", false, "Numbers, booleans and null are what they look like, not strings.")
				return func(c *spec.Call) (any, error) {
					v := c.Args.At(0)
					if v == nil {
						return argument(c, 0), nil
					}
					text, err := documentOf(v)
					if err != nil {
						return nil, err
					}
					t, err := typed.Of(c)
					if err != nil {
						return nil, err
					}
					return parseYAML(c.Engine, text, t)
				}
			})
	}
	read("parse", "text", "string | Data")
	read("decode", "data", "Data | string")
	write := func(name, returns string, result func(text []byte) any) {
		ns.Function(name, returns, "Returns a value as YAML. Members that are undefined are left out.", func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.In[any](m, "value", "The value.")
			return func(c *spec.Call) (any, error) {
				v, err := toYAML(argument(c, 0), 0)
				if err != nil {
					return nil, err
				}
				b, err := yaml.MarshalWithOptions(v, yaml.IndentSequence(true))
				return result(b), err
			}
		})
	}
	write("stringify", "string", func(b []byte) any { return string(b) })
	write("encode", "Data", func(b []byte) any { return event.NewData(b) })
}

// parseYAML returns the value of the last document of a text.
func parseYAML(e spec.Engine, text string, typed bool) (any, error) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		var syntax interface {
			GetMessage() string
			GetToken() *token.Token
		}
		if errors.As(err, &syntax) {
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				return nil, fmt.Errorf("line %d column %d: %s", t.Position.Line, t.Position.Column, syntax.GetMessage())
			}
			return nil, errors.New(syntax.GetMessage())
		}
		return nil, err
	}
	var v any = Null
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		r := yamlReader{e: e, typed: typed, anchors: map[string]ast.Node{}}
		v = r.value(doc.Body, 0)
		if r.err != nil {
			return nil, r.err
		}
	}
	return v, nil
}

// yamlReader makes a script's values of one document.
type yamlReader struct {
	e       spec.Engine
	typed   bool
	anchors map[string]ast.Node
	nodes   int
	err     error
}

func (r *yamlReader) fail(format string, args ...any) any {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	return nil
}

func (r *yamlReader) value(n ast.Node, depth int) any {
	if r.nodes++; r.nodes > yamlNodes || depth > yamlDepth {
		return r.fail("want at most %d values in %d levels, got more", yamlNodes, yamlDepth)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(n.Values, depth)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for _, item := range n.Values {
			list = append(list, r.value(item, depth+1))
		}
		return r.e.NewArray(list)
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		return r.value(n.Value, depth+1)
	case *ast.AliasNode:
		return r.value(r.aliased(n), depth+1)
	case *ast.TagNode:
		if n.Value == nil {
			return r.scalar("", nil)
		}
		return r.value(n.Value, depth+1)
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.StringNode:
		return n.Value
	case *ast.NullNode:
		text := n.GetToken().Value
		if n.GetToken().Type == token.ImplicitNullType {
			text = "" // it is not written
		}
		return r.scalar(text, nil)
	case ast.ScalarNode:
		return r.scalar(n.GetToken().Value, n.GetValue())
	case nil:
		return r.scalar("", nil)
	}
	return r.fail("a %s is not supported", n.Type())
}

// aliased returns what an alias stands for.
func (r *yamlReader) aliased(n *ast.AliasNode) ast.Node {
	name := n.Value.GetToken().Value
	v, ok := r.anchors[name]
	if !ok {
		r.fail("the anchor %s is not known", name)
	}
	return v
}

func (r *yamlReader) scalar(text string, v any) any {
	if !r.typed {
		return text
	}
	switch v := v.(type) {
	case nil:
		return Null
	case int64:
		return integer(v)
	case uint64:
		return unsigned(v)
	case int:
		return float64(v)
	case float64, bool, string:
		return v
	}
	return text
}

func (r *yamlReader) mapping(pairs []*ast.MappingValueNode, depth int) any {
	o := r.e.NewObject(nil, nil)
	for _, p := range pairs {
		if p.Key.IsMergeKey() {
			r.merge(o, p.Value, depth)
		}
	}
	for _, p := range pairs {
		if !p.Key.IsMergeKey() {
			o.Set(r.key(p.Key, depth), r.value(p.Value, depth+1))
		}
	}
	return o
}

// key returns the text of a key.
func (r *yamlReader) key(n ast.Node, depth int) string {
	if k, ok := n.(*ast.MappingKeyNode); ok {
		n = k.Value
	}
	typed := r.typed
	r.typed = false
	v := r.value(n, depth+1)
	r.typed = typed
	if s, ok := v.(string); ok {
		return s
	}
	r.fail("want keys that are scalars, got %s", spec.Show(v))
	return ""
}

// merge adds the members of one mapping, or of a sequence of them, to an object
// as "<<" does.
func (r *yamlReader) merge(o event.Object, n ast.Node, depth int) {
	from, ok := r.value(n, depth+1).(event.Object)
	if !ok {
		r.fail("<<: want a mapping")
		return
	}
	sources := []any{from}
	if list, isArray := elements(from); isArray {
		sources = list
	}
	for i := len(sources) - 1; i >= 0; i-- { // the first one counts
		if source, ok := sources[i].(event.Object); ok {
			members(source, func(name string, v any) { o.Set(name, v) })
		}
	}
}

// toYAML returns the library's form of a value.
func toYAML(v any, depth int) (any, error) {
	if depth > yamlDepth {
		return nil, fmt.Errorf("want at most %d levels, got more", yamlDepth)
	}
	switch v := v.(type) {
	case nil, NullValue:
		return nil, nil
	case bool, string:
		return v, nil
	case float64:
		if n, ok := integral(v); ok {
			return n, nil
		}
		return v, nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case *event.Data:
		return v.String(), nil
	case event.Object:
		if items, ok := elements(v); ok {
			return toYAMLList(items, depth+1)
		}
		return toYAMLMap(func(show func(string, any)) { members(v, show) }, depth+1)
	case *httphead.Head, *httphead.Header, *httphead.Tail:
		return toYAMLMap(func(show func(string, any)) { fields(v, show) }, depth+1)
	case spec.Func:
		return nil, nil
	case []any:
		return toYAMLList(v, depth+1)
	case []string, int:
		return v, nil
	case fmt.Stringer:
		return v.String(), nil
	}
	return nil, fmt.Errorf("there is no YAML form: want a plain value, got %s", spec.Show(v))
}

func toYAMLList(items []any, depth int) (any, error) {
	list := make([]any, len(items))
	for i, item := range items {
		var err error
		if list[i], err = toYAML(item, depth); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func toYAMLMap(walk func(show func(name string, value any)), depth int) (any, error) {
	m := yaml.MapSlice{}
	var failed error
	walk(func(name string, v any) {
		if _, isFunc := v.(spec.Func); v == nil || isFunc || failed != nil {
			return
		}
		value, err := toYAML(v, depth)
		failed = err
		m = append(m, yaml.MapItem{Key: name, Value: value})
	})
	return m, failed
}
