package api

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// object is a script's object or array: names in their order, and values.
type object struct {
	names   []string
	values  []any
	isArray bool
}

func (o *object) Get(name string) any {
	if i := slices.Index(o.names, name); i >= 0 {
		return plain(o.values[i])
	}
	return nil
}

func (o *object) Set(name string, value any) {
	if i := slices.Index(o.names, name); i >= 0 {
		o.values[i] = value
		return
	}
	o.names = append(o.names, name)
	o.values = append(o.values, value)
}

func (o *object) Keys() []string { return o.names }

func (o *object) Elements() ([]any, bool) {
	if !o.isArray {
		return nil, false
	}
	items := make([]any, len(o.values))
	for i, v := range o.values {
		items[i] = plain(v)
	}
	return items, true
}

func (o *object) Walk(show func(name string, value any)) {
	for i, name := range o.names {
		show(name, o.values[i])
	}
}

func (o *object) Delete(name string) {
	if i := slices.Index(o.names, name); i >= 0 {
		o.names = slices.Delete(o.names, i, i+1)
		o.values = slices.Delete(o.values, i, i+1)
	}
}

// obj makes an object of names and values that alternate.
func obj(members ...any) *object {
	o := &object{}
	for i := 0; i < len(members); i += 2 {
		o.Set(members[i].(string), script(members[i+1]))
	}
	return o
}

func arr(values ...any) *object {
	o := &object{isArray: true}
	for i, v := range values {
		o.Set(strconv.Itoa(i), script(v))
	}
	return o
}

// script gives numbers the form in which they come from scripts.
func script(v any) any {
	if n, ok := v.(int); ok {
		return float64(n)
	}
	return v
}

// function is a script's function.
type function struct {
	f func(args ...any) (any, error)
}

func (f *function) Call(_ *pipeline.Context, args ...any) (any, error) {
	for i, v := range args {
		args[i] = plain(script(v))
	}
	v, err := f.f(args...)
	return plain(script(v)), err
}

func fn(f func(args ...any) any) *function {
	return &function{func(args ...any) (any, error) { return f(args...), nil }}
}

var errThrown = errors.New("thrown")

func throwing() *function {
	return &function{func(...any) (any, error) { return nil, errThrown }}
}

// arguments are the arguments of a call.
type arguments []any

func (a arguments) Len() int { return len(a) }

func (a arguments) At(i int) any {
	if i >= len(a) {
		return nil
	}
	return plain(a[i])
}

func (a arguments) Raw(i int) spec.Raw {
	if i >= len(a) {
		return spec.Raw{}
	}
	return spec.Raw{Value: a[i]}
}

// engine stands for a script engine.
type engine struct {
	loop    *loop.Loop
	ctx     *pipeline.Context
	files   fs.FS
	values  map[any]any
	settled []any // what promises were settled with
}

func newEngine() *engine { return &engine{loop: loop.NewManual(time.Unix(1e9, 0))} }

func (e *engine) Loop() *loop.Loop           { return e.loop }
func (e *engine) Context() *pipeline.Context { return e.ctx }
func (e *engine) Files() fs.FS               { return e.files }
func (e *engine) Expression() bool           { return true }
func (e *engine) Where() string              { return "/main.js:1:1" }
func (e *engine) Value(key any) any          { return e.values[key] }
func (e *engine) Export(v spec.Raw) any      { return v.Value }

func (e *engine) NewObject(names []string, values []any) event.Object {
	o := &object{}
	for i, name := range names {
		o.Set(name, values[i])
	}
	return o
}

func (e *engine) NewArray(values []any) event.Object {
	o := &object{isArray: true}
	for i, v := range values {
		o.names = append(o.names, strconv.Itoa(i))
		o.values = append(o.values, v)
	}
	return o
}

func (e *engine) NewPromise() (spec.Raw, func(value any, err error)) {
	return spec.Raw{Value: "promise"}, func(value any, err error) {
		if err != nil {
			value = err
		}
		e.settled = append(e.settled, value)
	}
}

// call is a call of the engine with the arguments.
func (e *engine) call(args ...any) *spec.Call {
	for i, v := range args {
		args[i] = script(v)
	}
	return &spec.Call{Engine: e, Args: arguments(args)}
}

func class(name string) *spec.Class {
	for _, c := range spec.Classes {
		if c.Name == name {
			return c
		}
	}
	panic("no class " + name)
}

func method(list []*spec.Method, name string) *spec.Method {
	for _, m := range list {
		if m.Name == name {
			return m
		}
	}
	panic("no method " + name)
}

// tryNew makes an instance of a class.
func (e *engine) tryNew(name string, args ...any) (any, error) {
	return class(name).New.Call(nil, e.call(args...))
}

func (e *engine) new(t *testing.T, name string, args ...any) any {
	t.Helper()
	v, err := e.tryNew(name, args...)
	if err != nil {
		t.Fatalf("new %s: %v", name, err)
	}
	return v
}

// try calls a function, such as "JSON.parse".
func (e *engine) try(name string, args ...any) (any, error) {
	dot := strings.LastIndexByte(name, '.')
	c := class(name[:max(dot, 0)])
	v, err := method(c.Statics, name[dot+1:]).Call(nil, e.call(args...))
	return script(v), err
}

func (e *engine) do(t *testing.T, name string, args ...any) any {
	t.Helper()
	v, err := e.try(name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// tryOn calls a method of an object.
func (e *engine) tryOn(this any, name string, args ...any) (any, error) {
	c, _ := spec.ClassOf(reflect.TypeOf(this))
	v, err := method(c.Methods, name).Call(this, e.call(args...))
	return script(v), err
}

func (e *engine) on(t *testing.T, this any, name string, args ...any) any {
	t.Helper()
	v, err := e.tryOn(this, name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// prop returns a property of an object.
func prop(this any, name string) any {
	c, _ := spec.ClassOf(reflect.TypeOf(this))
	for _, p := range c.Props {
		if p.Name == name {
			return script(p.Get(this))
		}
	}
	panic("no property " + name)
}

// show writes a value so that tests can compare it.
func show(v any) string {
	switch v := v.(type) {
	case *event.Data:
		return "Data " + strconv.Quote(v.String())
	case []any:
		return Dump(arr(v...))
	case spec.Raw:
		return show(v.Value)
	case float64:
		if v == math.Trunc(v) && !math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	case error:
		return "error " + v.Error()
	}
	return Dump(v)
}

func want(t *testing.T, what string, got any, want string) {
	t.Helper()
	if s := show(got); s != want {
		t.Errorf("%s: got %s, want %s", what, s, want)
	}
}

func wantError(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("%s: got error %v, want %s", what, err, want)
	}
}

func TestEveryDeclarationIsDocumented(t *testing.T) {
	names := map[string]bool{}
	for _, c := range spec.Classes {
		if names[c.Name] {
			t.Errorf("class %q is declared twice", c.Name)
		}
		names[c.Name] = true
		check := func(where, doc string) {
			if doc == "" || !strings.HasSuffix(doc, ".") && !strings.HasSuffix(doc, ".)") {
				t.Errorf("%s: want sentences, got %q", where, doc)
			}
		}
		check(c.Name, c.Doc)
		methods := append(slices.Clone(c.Statics), c.Methods...)
		if c.New != nil {
			methods = append(methods, c.New)
		}
		for _, m := range methods {
			where := fmt.Sprintf("%s.%s", c.Name, m.Name)
			check(where, m.Doc)
			if m.Returns == "" {
				t.Errorf("%s: want the type of the result", where)
			}
			for _, f := range m.Fields {
				check(where+"("+f.Name+")", f.Doc)
			}
		}
		for _, p := range c.Props {
			check(c.Name+"."+p.Name, p.Doc)
		}
	}
}

func nan() float64         { return math.NaN() }
func inf(sign int) float64 { return math.Inf(sign) }
