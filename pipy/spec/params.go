package spec

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// Host is what decoding the arguments of a filter needs from the script engine.
type Host interface {
	// Layout returns the layout that a pipeline name or a `$ => ...` builder
	// stands for. A name may be defined later: the layout is filled in when all
	// modules are loaded.
	Layout(v any) (*pipeline.Layout, error)
	// ModuleLayout returns the named pipeline of another module, loading it
	// first; nil, and no error, when it has no pipeline of that name.
	ModuleLayout(module, name string) (*pipeline.Layout, error)
}

// Params describes and decodes the arguments of a call. The function that
// declares them runs in both modes: once to describe, and once for each call.
type Params struct {
	Fields []Field

	host    Host
	args    []any
	at      int
	options event.Object
	subs    []Sub
	err     error
	decode  bool
}

// Sub is a sub-pipeline that an argument named.
type Sub struct {
	Layout *pipeline.Layout
	Name   string
}

// Describe runs the declaration to learn its fields.
func Describe(declare func(p *Params)) []Field {
	p := &Params{}
	declare(p)
	return p.Fields
}

// Decode runs the declaration on the arguments of a call. It returns the
// sub-pipelines of the call: those given, then those named among the arguments.
func Decode(host Host, args []any, given []Sub, declare func(p *Params)) ([]Sub, error) {
	p := &Params{host: host, args: args, subs: given, decode: true}
	declare(p)
	return p.subs, p.err
}

// next returns the next positional argument; nil when there is none.
func (p *Params) next() any {
	if p.at >= len(p.args) {
		return nil
	}
	p.at++
	return p.args[p.at-1]
}

func (p *Params) fail(name string, err error) {
	switch {
	case p.err != nil:
	case name == "":
		p.err = err
	default:
		p.err = fmt.Errorf("%s: %w", name, err)
	}
}

// field adds a field, and returns what narrows it. def is the default. It is not
// inlined, as its callers are compiled for each type of dst; the same goes for the
// others here that do what does not depend on the type.
//
//go:noinline
func (p *Params) field(f Field, k kind, dst, def any) *Choice {
	f.Wants, f.Type, f.Default = k.wants, k.ts, written(def)
	p.Fields = append(p.Fields, f)
	return &Choice{p, &p.Fields[len(p.Fields)-1], dst}
}

// given returns the next positional argument; nil when there is none, or nothing
// is being decoded.
//
//go:noinline
func (p *Params) given() any {
	if !p.Decoding() {
		return nil
	}
	return p.next()
}

// leading returns the next argument if it is one that Lead declares, as given does.
//
//go:noinline
func (p *Params) leading(alone bool) any {
	if !p.Decoding() || p.at >= len(p.args) || !alone && len(p.args)-p.at <= 1 {
		return nil
	}
	switch p.args[p.at].(type) {
	case float64, string:
		return p.next()
	}
	return nil
}

// member returns a member of the options object, as given does.
//
//go:noinline
func (p *Params) member(name string) any {
	if !p.Decoding() {
		return nil
	}
	if p.options == nil && p.at < len(p.args) {
		v := p.next()
		if o, ok := v.(event.Object); ok {
			p.options = o
		} else if v != nil {
			p.fail("options", &Mismatch{"an object", Show(v)})
		}
	}
	if p.options == nil {
		return nil
	}
	return p.options.Get(name)
}

// Need declares a positional argument that must be given.
func Need[T any](p *Params, dst *T, name, doc string) *Choice {
	k := kindFor(dst)
	c := p.field(Field{Name: name, Doc: doc}, k, dst, nil)
	if v := p.given(); v != nil {
		store(p, dst, name, k, v)
	} else if p.Decoding() && k.wants != "a value" {
		p.fail(name, &Mismatch{k.wants, "nothing"})
	}
	return c
}

// Arg declares a positional argument that may be left out.
func Arg[T any](p *Params, dst *T, name string, def T, doc string) *Choice {
	k := kindFor(dst)
	c := p.field(Field{Name: name, Doc: doc, Optional: true}, k, dst, plain(&def))
	*dst = def
	if v := p.given(); v != nil {
		store(p, dst, name, k, v)
	}
	return c
}

// Callback declares a function that may be left out, also before the options: an
// object in its place is not taken.
func Callback(p *Params, dst *Func, name, doc string) {
	at := p.at
	if at == len(p.args)-1 {
		if _, ok := p.args[at].(event.Object); ok {
			p.at = len(p.args)
			defer func() { p.at = at }()
		}
	}
	Arg(p, dst, name, nil, doc)
}

// Lead declares an optional first argument that is recognised by its kind: it
// is taken only when it is a number or a string and more arguments follow, or
// when alone says that it may stand alone.
func Lead[T any](p *Params, dst *T, name string, def T, alone bool, doc string) {
	k := kindFor(dst)
	p.field(Field{Name: name, Doc: doc, Optional: true, Lead: true}, k, dst, plain(&def))
	*dst = def
	if v := p.leading(alone); v != nil {
		store(p, dst, name, k, v)
	}
}

// Opt declares a member of the options object, which is the last argument.
// Positional arguments must be declared before the first Opt.
func Opt[T any](p *Params, dst *T, name string, def T, doc string) *Choice {
	k := kindFor(dst)
	c := p.field(Field{Name: name, Doc: doc, Optional: true, Option: true}, k, dst, plain(&def))
	*dst = def
	if v := p.member(name); v != nil {
		store(p, dst, "options."+name, k, v)
	}
	return c
}

// Rest declares all remaining arguments.
func Rest(p *Params, dst *[]any, name, types, doc string) {
	p.Fields = append(p.Fields, Field{Name: name, Doc: doc, Wants: types, Type: types, Optional: true, Rest: true})
	if p.decode && p.err == nil {
		*dst = p.args[min(p.at, len(p.args)):]
		p.at = len(p.args)
	}
}

// Args returns the number of positional arguments that are left; 0 while the
// declaration is only described.
func (p *Params) Args() int { return max(0, len(p.args)-p.at) }

// Decoding tells whether arguments are being decoded, not described.
func (p *Params) Decoding() bool { return p.decode && p.err == nil }

// Fail ends the decoding with an error about the named argument; the name is
// empty when the error has it.
func (p *Params) Fail(name string, err error) { p.fail(name, err) }

// Pipeline takes a value as one of the filter's sub-pipelines: a pipeline name,
// a `$ => ...` builder, or "" for a pipeline that passes everything through.
func (p *Params) Pipeline(name string, v any) Pipeline {
	if p.err != nil {
		return NoPipeline
	}
	label, _ := v.(string)
	if v == "" {
		p.subs = append(p.subs, Sub{nil, label})
		return Pipeline(len(p.subs) - 1)
	}
	l, err := p.host.Layout(v)
	if err != nil {
		p.fail(name, err)
		return NoPipeline
	}
	p.subs = append(p.subs, Sub{l, label})
	return Pipeline(len(p.subs) - 1)
}

// ModulePipeline takes the named pipeline of another module as one of the
// filter's sub-pipelines; NoPipeline when the module has none of that name.
func (p *Params) ModulePipeline(name, module, pipeline string) Pipeline {
	if p.err != nil {
		return NoPipeline
	}
	l, err := p.host.ModuleLayout(module, pipeline)
	if err != nil {
		p.fail(name, err)
		return NoPipeline
	}
	if l == nil {
		return NoPipeline
	}
	p.subs = append(p.subs, Sub{l, pipeline})
	return Pipeline(len(p.subs) - 1)
}

// Choice narrows what an argument may be.
type Choice struct {
	p     *Params
	field *Field
	dst   any // a pointer to the value
}

// OneOf declares the allowed values.
func (c *Choice) OneOf(values ...string) {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	c.field.Values = values
	c.field.Wants = "one of " + strings.Join(quoted, ", ")
	c.field.Type = strings.Join(quoted, " | ")
	if !c.p.Decoding() {
		return
	}
	got := fmt.Sprint(reflect.ValueOf(c.dst).Elem())
	for _, v := range values {
		if got == v {
			return
		}
	}
	name := c.field.Name
	if c.field.Option {
		name = "options." + name
	}
	c.p.fail(name, &Mismatch{c.field.Wants, Show(got)})
}

// store converts v and puts it into dst.
func store[T any](p *Params, dst *T, name string, k kind, v any) {
	r := p.convert(dst, name, k, v)
	if r == nil {
		return
	}
	t, ok := r.(T)
	if !ok {
		p.fail(name, errors.New("declared with a type that cannot be decoded"))
		return
	}
	*dst = t
}

// convert converts v to what dst points to. It returns nil when that has failed,
// and when it has been put there.
//
//go:noinline
func (p *Params) convert(dst any, name string, k kind, v any) any {
	if sub, ok := dst.(*Pipeline); ok {
		if v == "" {
			v = nil // nothing would be left of the filter
		}
		*sub = p.Pipeline(name, v)
		return nil
	}
	r, err := k.conv(v)
	if err != nil {
		p.fail(name, err)
		return nil
	}
	if d, ok := dst.(dynamic); ok && r != nil {
		d.set(name, r)
		return nil
	}
	return r
}

// dynamic is implemented by *Dyn.
type dynamic interface {
	describe() kind
	set(name string, v any)
	plain() any
}

func (d *Dyn[T]) describe() kind {
	return kindOf[T]().orFunc()
}

// orFunc is the kind of what is of this kind, or a function that returns it.
func (k kind) orFunc() kind {
	return kind{k.wants + ", or a function that returns it", k.ts + " | (() => " + k.ts + ")", func(v any) (any, error) {
		if fn, ok := v.(Func); ok {
			return fn, nil
		}
		r, err := k.conv(v)
		var m *Mismatch
		if errors.As(err, &m) {
			m.Wants += ", or a function that returns it"
		}
		return r, err
	}}
}

func (d *Dyn[T]) set(name string, v any) {
	d.name = name
	d.conv = Convert[T]
	if fn, ok := v.(Func); ok {
		d.fn = fn
		return
	}
	d.value, _ = v.(T)
}

func (d *Dyn[T]) plain() any { return d.value }

func kindFor[T any](dst *T) kind {
	switch d := any(dst).(type) {
	case dynamic:
		return d.describe()
	case *Pipeline:
		return kind{"a pipeline name or a function that builds one", "string | (($: Configuration) => void)", nil}
	}
	return kindOf[T]()
}

// plain returns the value that def points to, of a dynamic one that which is fixed.
func plain[T any](def *T) any {
	if d, ok := any(def).(dynamic); ok {
		return d.plain()
	}
	return *def
}
