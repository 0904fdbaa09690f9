package script

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// config is what `pipy()` returns, and the `$` of a pipeline builder: methods
// add filters to the pipeline that was opened last.
type config struct {
	m      *module
	layout *pipeline.Layout
	open   *open // the filter that was added last, while it may get a .to()
	sealed bool  // the builder function has returned
	named  bool  // it is a `$`, not what pipy() returned
}

// open is a filter that was added but may still be given a sub-pipeline.
type open struct {
	filter *filters.Filter
	node   *pipeline.Node
	args   []any
	err    error // why it could not be made without a sub-pipeline
	pos    string
	to     bool // it got its sub-pipeline
}

// errSealed is about a `$` that is used after its builder function has returned.
var errSealed = errors.New("pipeline layout is already built")

// begin opens a layout for the filters that follow.
func (c *config) begin(l *pipeline.Layout) error {
	if err := c.finish(); err != nil {
		return err
	}
	l.Nodes, l.OnStart, l.OnEnd = nil, nil, nil
	l.Pos = c.m.prog.e.Where()
	c.layout = l
	p := c.m.prog
	for _, known := range p.layouts.Layouts {
		if known == l {
			return nil
		}
	}
	p.layouts.Layouts = append(p.layouts.Layouts, l)
	return nil
}

// finish settles the last filter.
func (c *config) finish() error {
	o := c.open
	c.open = nil
	if o == nil || o.to {
		return nil
	}
	if o.err != nil {
		return fmt.Errorf("%s: %s: %w", o.pos, o.filter.Name, o.err)
	}
	return nil
}

// add appends a filter to the open layout.
func (c *config) add(f *filters.Filter, args []any) error {
	e := c.m.prog.e
	if c.sealed {
		return errSealed
	}
	if err := c.finish(); err != nil {
		return err
	}
	if c.layout == nil {
		return fmt.Errorf("no pipeline found: start one with listen, task, read or pipeline first")
	}
	c.m.prog.checkOptions(f.Name, f.Fields, args)
	o := &open{filter: f, args: args, pos: e.Where()}
	o.node = &pipeline.Node{Name: f.Name, Pos: o.pos}
	c.layout.Nodes = append(c.layout.Nodes, o.node)
	if !f.Joint {
		return f.Make(c.m, o.node, args, nil)
	}
	c.open = o
	if name, ok := first(args).(string); ok {
		sub, err := c.m.Layout(name)
		if err == nil {
			err = f.Make(c.m, o.node, args[1:], []spec.Sub{{Layout: sub, Name: name}})
		}
		o.err = err
		return nil
	}
	o.err = fmt.Errorf("missing .to(...): want a pipeline for the filter to use")
	return nil
}

func first(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// to gives the last filter its sub-pipeline.
func (c *config) to(v any) error {
	o := c.open
	if o == nil || o.to {
		return fmt.Errorf("calling to() without a joint-filter")
	}
	sub, err := c.m.Layout(v)
	if err != nil {
		return err
	}
	if name, ok := first(o.args).(string); ok {
		c.m.unmention(name)
	}
	name, _ := v.(string)
	*o.node = pipeline.Node{Name: o.filter.Name, Pos: o.pos}
	if err := o.filter.Make(c.m, o.node, o.args, []spec.Sub{{Layout: sub, Name: name}}); err != nil {
		return fmt.Errorf("%s: %w", o.filter.Name, err)
	}
	o.to = true
	return nil
}

// unmention forgets a pipeline name that turned out to be something else.
func (m *module) unmention(name string) {
	if !m.defined[name] {
		delete(m.named, name)
	}
}

// Layout returns the layout of a pipeline name or of a builder function.
func (m *module) Layout(v any) (*pipeline.Layout, error) {
	switch v := v.(type) {
	case string:
		if m.state == evaluated && !m.defined[v] {
			return nil, fmt.Errorf("pipeline not found: %s", v)
		}
		return m.layout(v), nil
	case *function:
		return m.build(v)
	case *pipeline.Layout:
		return v, nil
	}
	return nil, &spec.Mismatch{Wants: "a pipeline name or a function that builds one", Got: spec.Show(v)}
}

// build runs a builder function on a new layout.
func (m *module) build(f *function) (*pipeline.Layout, error) {
	c := &config{m: m, named: true}
	if err := c.begin(&pipeline.Layout{Module: m.path, Program: m.prog.layouts}); err != nil {
		return nil, err
	}
	result, err := f.Call(nil, c)
	if err != nil {
		return nil, err
	}
	if name, ok := result.(string); ok {
		return nil, &spec.Mismatch{Wants: "a function that adds filters to its argument", Got: "one that returns " + spec.Show(name)}
	}
	err = c.finish()
	c.sealed = true
	return c.layout, err
}

// ModuleLayout returns the named pipeline of another module; "" is the one that
// was opened without a name.
func (m *module) ModuleLayout(path, name string) (*pipeline.Layout, error) {
	other, err := m.prog.load(path)
	if err != nil {
		return nil, fmt.Errorf("[pjs] Cannot load module: %s: %w", path, err)
	}
	if !other.defined[name] {
		return nil, nil
	}
	return other.named[name], nil
}

// bindFilters adds a method for each filter to the class of config.
func (e *Engine) bindFilters(proto *goja.Object) {
	for name, f := range filters.All {
		if existing := proto.Get(name); existing != nil {
			continue // a structural method that calls the filter itself
		}
		e.bindFilter(proto, name, f)
	}
}

func (e *Engine) bindFilter(proto *goja.Object, name string, f *filters.Filter) {
	method := func(call goja.FunctionCall) goja.Value {
		c, ok := e.unwrap(call.This).(*config)
		if !ok {
			panic(e.rt.NewTypeError("%s: called on something that is not a pipeline configuration", name))
		}
		args := make([]any, len(call.Arguments))
		for i, a := range call.Arguments {
			args[i] = e.export(a)
		}
		if err := c.add(f, args); err != nil {
			panic(e.nativeError(name, err))
		}
		return call.This
	}
	native := e.rt.ToValue(method).(*goja.Object)
	_ = native.DefineDataProperty("name", e.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = proto.DefineDataProperty(name, native, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// onStart sets the events with which the pipelines of the open layout begin.
func (c *config) onStart(v any) error {
	switch {
	case c.sealed:
		return errSealed
	case c.layout == nil:
		return fmt.Errorf("no pipeline found")
	case len(c.layout.Nodes) > 0:
		return fmt.Errorf("onStart() is only allowed prior to all filters")
	case c.layout.OnStart != nil:
		return fmt.Errorf("duplicate onStart()")
	}
	pos := c.m.prog.e.Where()
	prog := c.m.prog
	f, isFunc := v.(*function)
	if !isFunc {
		if err := feed(v, func(event.Event) {}); err != nil {
			return fmt.Errorf("argument #1: %w", err)
		}
	}
	c.layout.OnStart = func(p *pipeline.Pipeline, args []any) {
		initial := v
		if isFunc {
			r, err := f.Call(p.Context(), args...)
			if err != nil {
				prog.startFailed(p, err)
				return
			}
			initial = r
		}
		prog.start(p, initial, pos)
	}
	return nil
}

// start feeds the initial events of a pipeline, waiting for them if they are
// promised.
func (p *Program) start(pl *pipeline.Pipeline, initial any, pos string) {
	promised, ok := initial.(spec.Promise)
	if !ok {
		if err := feed(initial, pl.Process); err != nil {
			p.startFailed(pl, fmt.Errorf("%s: onStart: the initial input is %w; use void(...) if none is intended", pos, err))
		}
		return
	}
	unblock := pl.Block()
	promised.Then(func(v any, err error) {
		if err == nil {
			var events []event.Event
			if err = feed(v, func(evt event.Event) { events = append(events, evt) }); err == nil {
				unblock(events...)
				return
			}
		}
		p.report(fmt.Errorf("%s: onStart: %w", pos, err))
		unblock(&event.StreamEnd{Err: &event.Failure{Name: event.RuntimeError, Cause: err}})
	})
}

func (p *Program) startFailed(pl *pipeline.Pipeline, err error) {
	p.report(err)
	pl.Process(&event.StreamEnd{Err: &event.Failure{Name: event.RuntimeError, Cause: err}})
}

// onEnd sets the function that is called when a pipeline of the open layout is
// released.
func (c *config) onEnd(f *function) error {
	switch {
	case c.sealed:
		return errSealed
	case c.layout == nil:
		return fmt.Errorf("no pipeline found")
	case c.layout.OnEnd != nil:
		return fmt.Errorf("duplicate onEnd()")
	}
	prog := c.m.prog
	c.layout.OnEnd = func(p *pipeline.Pipeline) any {
		v, err := f.Call(p.Context())
		if err != nil {
			prog.report(err)
		}
		return v
	}
	return nil
}

// begins tells whether a string starts with a digit, as intervals do.
func begins(s string) bool { return s != "" && strings.IndexByte("0123456789.", s[0]) >= 0 }
