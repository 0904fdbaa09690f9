package filtertest

import (
	"sort"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Options is an object literal of a script. Its members are in the order of
// their names.
type Options map[string]any

// Get returns a member in Go form.
func (o Options) Get(name string) any { return value(o[name]) }

// Set makes or replaces a member.
func (o Options) Set(name string, v any) { o[name] = v }

// Keys returns the names.
func (o Options) Keys() []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Elements tells that this is no array.
func (o Options) Elements() ([]any, bool) { return nil, false }

// Array is an array literal of a script.
type Array []any

// Get returns nil: arrays have no names.
func (Array) Get(string) any { return nil }

// Set does nothing.
func (Array) Set(string, any) {}

// Keys returns nothing.
func (Array) Keys() []string { return nil }

// Elements returns the elements in Go form.
func (a Array) Elements() ([]any, bool) {
	items := make([]any, len(a))
	for i, v := range a {
		items[i] = value(v)
	}
	return items, true
}

// Func is a script's function made of a Go one.
type Func func(args ...any) (any, error)

// Call runs the function.
func (f Func) Call(_ *pipeline.Context, args ...any) (any, error) {
	v, err := f(append([]any(nil), args...)...)
	return value(v), err
}

// Promise is a script's promise, which the test settles.
type Promise struct {
	value   any
	err     error
	settled bool
	waiting []func(any, error)
}

// Resolve fulfils the promise. Settling it twice does nothing.
func (p *Promise) Resolve(v any) { p.settle(value(v), nil) }

// Reject rejects the promise.
func (p *Promise) Reject(err error) { p.settle(nil, err) }

func (p *Promise) settle(v any, err error) {
	if p.settled {
		return
	}
	p.value, p.err, p.settled = v, err, true
	for _, done := range p.waiting {
		done(v, err)
	}
	p.waiting = nil
}

// Then calls done when the promise is settled, which may be at once.
func (p *Promise) Then(done func(value any, err error)) {
	if p.settled {
		done(p.value, p.err)
		return
	}
	p.waiting = append(p.waiting, done)
}

// value turns what a test writes into what the script engine would pass.
func value(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case []any:
		return Array(v)
	case []event.Event:
		a := make(Array, len(v))
		for i, evt := range v {
			a[i] = evt
		}
		return a
	case func(args ...any) (any, error):
		return Func(v)
	case func(args ...any) any:
		return Func(func(args ...any) (any, error) { return v(args...), nil })
	case func(args ...any):
		return Func(func(args ...any) (any, error) { v(args...); return nil, nil })
	case func() any:
		return Func(func(...any) (any, error) { return v(), nil })
	case func() bool:
		return Func(func(...any) (any, error) { return v(), nil })
	case func() string:
		return Func(func(...any) (any, error) { return v(), nil })
	case func():
		return Func(func(...any) (any, error) { v(); return nil, nil })
	case func() (any, error):
		return Func(func(...any) (any, error) { return v() })
	case *Promise:
		return spec.Promise(v)
	case func(event.Event, func(event.Event)):
		return Pipe(v)
	}
	return v
}

// Ordered is an object literal whose members stay in their order. It has an
// identity.
type Ordered struct {
	names  []string
	values map[string]any
}

// NewOrdered returns an object of the given names and values in turn.
func NewOrdered(pairs ...any) *Ordered {
	o := &Ordered{values: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Get returns a member in Go form.
func (o *Ordered) Get(name string) any { return value(o.values[name]) }

// Set makes or replaces a member.
func (o *Ordered) Set(name string, v any) {
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = v
}

// Keys returns the names in their order.
func (o *Ordered) Keys() []string { return o.names }

// Elements tells that this is no array.
func (o *Ordered) Elements() ([]any, bool) { return nil, false }
