package script

import (
	"math/big"
	"reflect"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/api"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var (
	typeInstance = reflect.TypeFor[*instance]()
	typeHead     = reflect.TypeFor[*headObject]()
	typeTail     = reflect.TypeFor[*tailObject]()
	typeHeader   = reflect.TypeFor[*headerObject]()
	typePromise  = reflect.TypeFor[*goja.Promise]()
	typeTime     = reflect.TypeFor[time.Time]()
)

// export returns the Go form of a script's value.
func (e *Engine) export(v goja.Value) any {
	if v == nil || goja.IsUndefined(v) || goja.IsNull(v) {
		return nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		switch x := v.Export().(type) {
		case int64:
			return float64(x)
		case string, bool, float64, *big.Int:
			return x
		default:
			return v.String()
		}
	}
	switch o.ExportType() {
	case typeInstance:
		return o.Export().(*instance).this
	case typeHead:
		return o.Export().(*headObject).head
	case typeTail:
		return o.Export().(*tailObject).tail
	case typeHeader:
		return o.Export().(*headerObject).header
	case typePromise:
		return &promise{e, o, o.Export().(*goja.Promise), e.ctx}
	case typeTime:
		return o.Export()
	}
	if this, ok := e.callables[o]; ok {
		return this
	}
	if call, ok := goja.AssertFunction(o); ok {
		return &function{e, o, call}
	}
	return object{e, o}
}

// wrap returns the script's value for a Go value.
func (e *Engine) wrap(v any) goja.Value {
	switch v := v.(type) {
	case nil:
		return goja.Undefined()
	case goja.Value:
		return v
	case api.NullValue:
		return goja.Null()
	case bool, string, float64, int, int64, uint64, uint32, uint16, int32:
		return e.rt.ToValue(v)
	case spec.Raw:
		return e.wrap(v.Value)
	case object:
		return v.o
	case *function:
		return v.o
	case *promise:
		return v.o
	case *httphead.Tail:
		return e.tail(v)
	case *httphead.Head:
		return e.head(v)
	case *httphead.Header:
		return e.header(v)
	case *filters.Record:
		return e.wrap(v.Object(e.NewObject))
	case []any:
		return e.NewArray(v).(object).o
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return e.rt.NewArray(items...)
	case *event.Data:
		v.Keep()
	case error:
		return e.thrown(v)
	case time.Time:
		date, err := e.rt.New(e.rt.Get("Date"), e.rt.ToValue(v.UnixMilli()))
		e.must(err)
		return date
	}
	if b, ok := e.classes[reflect.TypeOf(v)]; ok {
		return b.instance(v)
	}
	return e.rt.ToValue(v)
}

// object is a script's object or array. It is comparable: equal when it is the
// same object.
type object struct {
	e *Engine
	o *goja.Object
}

// Get returns a member.
func (o object) Get(name string) any { return o.e.export(o.o.Get(name)) }

// Set makes or replaces a member.
func (o object) Set(name string, value any) { _ = o.o.Set(name, o.e.wrap(value)) }

// Keys returns the names of the members.
func (o object) Keys() []string { return o.o.Keys() }

// Elements returns the elements of an array.
func (o object) Elements() ([]any, bool) {
	if o.o.ClassName() != "Array" {
		return nil, false
	}
	n := int(o.o.Get("length").ToInteger())
	items := make([]any, n)
	for i := range items {
		items[i] = o.e.export(o.o.Get(itoa(i)))
	}
	return items, true
}

// Walk shows the members, telling null from undefined.
func (o object) Walk(show func(name string, value any)) {
	for _, name := range o.o.Keys() {
		v := o.o.Get(name)
		if v != nil && goja.IsNull(v) {
			show(name, api.Null)
			continue
		}
		show(name, o.e.export(v))
	}
}

// Delete removes a member.
func (o object) Delete(name string) { _ = o.o.Delete(name) }

// Describe returns the text of objects that are not known by their members.
func (o object) Describe() (text string, ok bool) {
	switch o.o.ClassName() {
	case "Error", "RegExp":
		return o.o.String(), true
	}
	return "", false
}

// function is a script's function.
type function struct {
	e    *Engine
	o    *goja.Object
	call goja.Callable
}

// Call runs the function in a context.
func (f *function) Call(ctx *pipeline.Context, args ...any) (any, error) {
	e := f.e
	base := len(e.args)
	for _, a := range args {
		e.args = append(e.args, e.wrap(a))
	}
	prev := e.ctx
	if ctx != nil {
		e.ctx = ctx
	}
	lent := e.spare.lend()
	v, err := f.call(goja.Undefined(), e.args[base:]...)
	if lent {
		e.spare.takeBack()
	}
	clear(e.args[base:])
	e.args = e.args[:base]
	if err != nil {
		err = e.failure(err)
		e.ctx = prev
		return nil, err
	}
	result := e.export(v)
	e.ctx = prev
	return result, nil
}

// promise is a script's promise.
type promise struct {
	e   *Engine
	o   *goja.Object
	p   *goja.Promise
	ctx *pipeline.Context // in which it was made; nil while modules are being loaded
}

// Then calls done when the promise is settled.
func (p *promise) Then(done func(value any, err error)) {
	switch p.p.State() {
	case goja.PromiseStateFulfilled:
		done(p.e.export(p.p.Result()), nil)
		return
	}
	w := wait(p.ctx, done)
	before := p.e.ctx
	then, _ := goja.AssertFunction(p.o.Get("then"))
	_, err := then(p.o,
		p.e.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			w.settle(p.e.export(c.Argument(0)), nil)
			return goja.Undefined()
		}),
		p.e.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			w.settle(nil, p.e.rejection(c.Argument(0)))
			return goja.Undefined()
		}))
	p.e.reacted(before, err)
}

// rejection is the reason of a rejected promise as an error.
func (e *Engine) rejection(reason goja.Value) error {
	if err, ok := e.export(reason).(error); ok {
		return err
	}
	return &event.Failure{Name: event.RuntimeError, Cause: spec.Raw{Value: reason}}
}

// Arity returns the number of arguments that the function names.
func (f *function) Arity() int { return int(f.o.Get("length").ToInteger()) }
