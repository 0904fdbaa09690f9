package spec

import (
	"errors"
	"fmt"
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
	if p.err == nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
}

func (p *Params) add(f Field) *Field {
	p.Fields = append(p.Fields, f)
	return &p.Fields[len(p.Fields)-1]
}

// Need declares a positional argument that must be given.
func Need[T any](p *Params, dst *T, name, doc string) *Choice {
	k := kindFor(dst)
	f := p.add(Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts})
	if p.decode && p.err == nil {
		v := p.next()
		if v == nil && k.wants != "a value" {
			p.fail(name, &Mismatch{k.wants, "nothing"})
		} else {
			store(p, dst, name, k, v)
		}
	}
	return choice(p, f, dst)
}

// Arg declares a positional argument that may be left out.
func Arg[T any](p *Params, dst *T, name string, def T, doc string) *Choice {
	k := kindFor(dst)
	f := p.add(Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts, Default: written(plain(def)), Optional: true})
	*dst = def
	if p.decode && p.err == nil {
		if v := p.next(); v != nil {
			store(p, dst, name, k, v)
		}
	}
	return choice(p, f, dst)
}

// Lead declares an optional first argument that is recognised by its kind: it
// is taken only when it is a number or a string and more arguments follow, or
// when alone says that it may stand alone.
func Lead[T any](p *Params, dst *T, name string, def T, alone bool, doc string) {
	k := kindFor(dst)
	p.add(Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts, Default: written(plain(def)), Optional: true, Lead: true})
	*dst = def
	if !p.decode || p.err != nil || p.at >= len(p.args) {
		return
	}
	switch p.args[p.at].(type) {
	case float64, string:
		if alone || len(p.args)-p.at > 1 {
			store(p, dst, name, k, p.next())
		}
	}
}

// Opt declares a member of the options object, which is the last argument.
// Positional arguments must be declared before the first Opt.
func Opt[T any](p *Params, dst *T, name string, def T, doc string) *Choice {
	k := kindFor(dst)
	f := p.add(Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts, Default: written(plain(def)), Optional: true, Option: true})
	*dst = def
	if p.decode && p.err == nil {
		if p.options == nil && p.at < len(p.args) {
			v := p.next()
			if o, ok := v.(event.Object); ok {
				p.options = o
			} else if v != nil {
				p.fail("options", &Mismatch{"an object", Show(v)})
			}
		}
		if p.options != nil {
			if v := p.options.Get(name); v != nil {
				store(p, dst, "options."+name, k, v)
			}
		}
	}
	return choice(p, f, dst)
}

// Rest declares all remaining arguments.
func Rest(p *Params, dst *[]any, name, types, doc string) {
	p.add(Field{Name: name, Doc: doc, Wants: types, Type: types, Optional: true, Rest: true})
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

// Fail ends the decoding with an error about the named argument.
func (p *Params) Fail(name string, err error) { p.fail(name, err) }

// Pipeline takes a value as one of the filter's sub-pipelines: a pipeline name,
// a `$ => ...` builder, or "" for a pipeline that passes everything through.
func (p *Params) Pipeline(name string, v any) Pipeline {
	if p.err != nil {
		return NoPipeline
	}
	label, _ := v.(string)
	if v == nil || v == "" {
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
	value func() string
}

func choice[T any](p *Params, f *Field, dst *T) *Choice {
	return &Choice{p, f, func() string { return fmt.Sprint(any(*dst)) }}
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
	got := c.value()
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
	if sub, ok := any(dst).(*Pipeline); ok {
		*sub = p.Pipeline(name, v)
		return
	}
	r, err := k.conv(v)
	if err != nil {
		p.fail(name, err)
		return
	}
	if r == nil {
		return
	}
	if d, ok := any(dst).(dynamic); ok {
		d.set(name, r)
		return
	}
	t, ok := r.(T)
	if !ok {
		p.fail(name, errors.New("declared with a type that cannot be decoded"))
		return
	}
	*dst = t
}

// dynamic is implemented by *Dyn.
type dynamic interface {
	describe() kind
	set(name string, v any)
	plain() any
}

func (d *Dyn[T]) describe() kind {
	k := kindOf[T]()
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

func plain[T any](def T) any {
	if d, ok := any(&def).(dynamic); ok {
		return d.plain()
	}
	return def
}
