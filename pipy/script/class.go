package script

import (
	"errors"
	"reflect"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/api"
	"pipy/pipy/spec"
)

// binding is a declared class in one engine.
type binding struct {
	e     *Engine
	class *spec.Class
	props map[string]*spec.Prop
	bound map[string]*spec.Method // those that keep their object
	proto *goja.Object
}

// instance is the script's side of an object of a declared class. Its
// properties are computed when they are asked for.
type instance struct {
	b     *binding
	this  any
	extra map[string]goja.Value // members that the script added
}

// instance returns the script object for a Go value: a new one unless the value
// keeps its own.
func (b *binding) instance(this any) *goja.Object {
	if c, ok := this.(api.Callable); ok {
		return b.callable(c)
	}
	if k, ok := this.(api.Kept); ok {
		kept := k.Object()
		if *kept == nil {
			*kept = b.object(this)
		}
		return (*kept).(*goja.Object)
	}
	return b.object(this)
}

func (b *binding) object(this any) *goja.Object {
	o := b.e.rt.NewDynamicObject(&instance{b: b, this: this})
	_ = o.SetPrototype(b.proto)
	return o
}

// callable returns a script function for a Go value that can be called. It has
// the methods of its class.
func (b *binding) callable(this api.Callable) *goja.Object {
	e := b.e
	f := e.function(b.class.Name, &spec.Method{Call: func(_ any, c *spec.Call) (any, error) { return this.Invoke(c) }}, nil)
	_ = f.SetPrototype(b.proto)
	e.callables[f] = this
	return f
}

// Get returns a property, nil to look at the class.
func (i *instance) Get(key string) goja.Value {
	if p, ok := i.b.props[key]; ok {
		return i.b.e.wrap(p.Get(i.this))
	}
	if v, ok := i.extra[key]; ok {
		return v
	}
	if m, ok := i.b.bound[key]; ok {
		f := i.b.e.function(i.b.class.Name+"."+key, m, i.this)
		i.Set(key, f)
		return f
	}
	return nil
}

// Set sets a property.
func (i *instance) Set(key string, v goja.Value) bool {
	if _, ok := i.b.props[key]; ok {
		panic(i.b.e.rt.NewTypeError("%s.%s is read-only", i.b.class.Name, key))
	}
	if i.extra == nil {
		i.extra = map[string]goja.Value{}
	}
	i.extra[key] = v
	return true
}

// Has tells whether there is a property.
func (i *instance) Has(key string) bool {
	if _, ok := i.b.props[key]; ok {
		return true
	}
	_, ok := i.extra[key]
	return ok
}

// Delete removes a member that the script added.
func (i *instance) Delete(key string) bool {
	delete(i.extra, key)
	return true
}

// Keys returns the names of the properties.
func (i *instance) Keys() []string {
	keys := make([]string, 0, len(i.b.class.Props))
	for _, p := range i.b.class.Props {
		keys = append(keys, p.Name)
	}
	return keys
}

// bindClasses makes globals of all declared classes, namespaces and functions.
func (e *Engine) bindClasses() {
	protos := map[string]*goja.Object{}
	for _, c := range spec.Classes {
		if c.Name == "" {
			e.bindNamespace(c) // first, as a class may be a member of a function
		}
	}
	for _, c := range spec.Classes {
		if c.Name == "" {
			continue
		}
		if c.Type == nil {
			e.bindNamespace(c)
			continue
		}
		b := &binding{e: e, class: c, props: map[string]*spec.Prop{}, bound: map[string]*spec.Method{}, proto: e.rt.NewObject()}
		for _, p := range c.Props {
			b.props[p.Name] = p
		}
		for _, m := range c.Methods {
			if m.Bound {
				b.bound[m.Name] = m
			}
		}
		e.classes[c.Type] = b
		protos[c.Name] = b.proto
		e.bindMethods(b.proto, c.Name, c.Methods)
		e.define(c.Name, e.constructor(b))
	}
	for _, b := range e.classes {
		if base := protos[b.class.Base]; base != nil {
			_ = b.proto.SetPrototype(base)
		}
	}
}

// bindNamespace adds functions and constants to a global object, or to the
// globals themselves when it has no name.
func (e *Engine) bindNamespace(c *spec.Class) {
	target := e.rt.GlobalObject()
	if c.Name != "" {
		target = e.namespace(c.Name)
	}
	e.bindMethods(target, c.Name, c.Statics)
	e.bindConsts(target, c)
}

// bindConsts adds constants to an object.
func (e *Engine) bindConsts(target *goja.Object, c *spec.Class) {
	for name, v := range c.Consts {
		if lazy, ok := v.(api.Lazy); ok {
			v = lazy(e)
		}
		_ = target.Set(name, e.wrap(v))
	}
}

// namespace returns the global object of that name, making it when there is
// none; "a.b" is a member of a. The engine's own objects are extended, not
// replaced.
func (e *Engine) namespace(name string) *goja.Object {
	o := e.rt.GlobalObject()
	for part := range strings.SplitSeq(name, ".") {
		inner, ok := o.Get(part).(*goja.Object)
		if !ok {
			inner = e.rt.NewObject()
			_ = o.Set(part, inner)
		}
		o = inner
	}
	return o
}

// define sets a global, or a member of a namespace for a name with a dot.
func (e *Engine) define(name string, v goja.Value) {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		_ = e.namespace(name[:i]).Set(name[i+1:], v)
		return
	}
	_ = e.rt.GlobalObject().Set(name, v)
}

// constructor returns the class as scripts see it.
func (e *Engine) constructor(b *binding) *goja.Object {
	c := b.class
	ctor := e.rt.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if c.New == nil {
			panic(e.rt.NewTypeError("objects of class %s cannot be made by scripts", c.Name))
		}
		e.checkOptions("new "+c.Name, c.New, call.Arguments)
		this, err := e.native(c.New, nil, call.Arguments)
		if err != nil {
			panic(e.nativeError("new "+c.Name, err))
		}
		return b.instance(this)
	}).(*goja.Object)
	_ = ctor.Set("prototype", b.proto)
	_ = b.proto.DefineDataProperty("constructor", ctor, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = ctor.DefineDataProperty("name", e.rt.ToValue(c.Name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	e.bindMethods(ctor, c.Name, c.Statics)
	e.bindConsts(ctor, c)
	return ctor
}

// bindMethods adds native functions to an object.
func (e *Engine) bindMethods(target *goja.Object, owner string, methods []*spec.Method) {
	for _, m := range methods {
		name := m.Name
		if owner != "" {
			name = owner + "." + m.Name
		}
		_ = target.DefineDataProperty(m.Name, e.function(name, m, nil), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
}

// function returns a native function for a declared method; a nil this stands
// for the object that it is called on.
func (e *Engine) function(name string, m *spec.Method, this any) *goja.Object {
	f := e.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		on := this
		if on == nil {
			on = e.unwrap(call.This)
		}
		e.checkOptions(name, m, call.Arguments)
		r, err := e.native(m, on, call.Arguments)
		if err != nil {
			panic(e.nativeError(name, err))
		}
		if isReceiver(r, on) && (this == nil || isReceiver(e.unwrap(call.This), on)) {
			return call.This
		}
		return e.wrap(r)
	}).(*goja.Object)
	_ = f.DefineDataProperty("name", e.rt.ToValue(m.Name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return f
}

// isReceiver tells whether a method returned the object that it was called on.
func isReceiver(r, on any) bool {
	return on != nil && reflect.TypeOf(on).Kind() == reflect.Pointer && r == on
}

// unwrap returns the Go value behind the `this` of a method call.
func (e *Engine) unwrap(v goja.Value) any {
	o, ok := v.(*goja.Object)
	if !ok {
		return nil
	}
	if o.ExportType() == typeInstance {
		return o.Export().(*instance).this
	}
	if c, ok := e.callables[o]; ok {
		return c
	}
	return nil
}

// frame is one native call in progress.
type frame struct {
	spec.Call
	e    *Engine
	args []goja.Value
}

func (f *frame) Len() int { return len(f.args) }

func (f *frame) At(i int) any {
	if i >= len(f.args) {
		return nil
	}
	return f.e.export(f.args[i])
}

func (f *frame) Raw(i int) spec.Raw {
	if i >= len(f.args) {
		return spec.Raw{}
	}
	return spec.Raw{Value: f.args[i]}
}

// native calls a declared method.
func (e *Engine) native(m *spec.Method, this any, args []goja.Value) (any, error) {
	if e.depth == len(e.frames) {
		f := &frame{e: e}
		f.Engine, f.Args = e, f
		e.frames = append(e.frames, f)
	}
	f := e.frames[e.depth]
	prev := f.args
	f.args = args
	e.depth++
	defer func() {
		e.depth--
		f.args = prev
	}()
	return m.Call(this, &f.Call)
}

// nativeError is what a script sees thrown when a native function fails. An
// error that a callback of the script threw passes unchanged.
func (e *Engine) nativeError(name string, err error) any {
	var thrown *Error
	switch known := errors.As(err, &thrown); {
	case known && thrown.overrun != nil:
		return thrown.overrun.stopped
	case known && thrown.value != nil:
		return thrown.value
	}
	var value *api.Thrown
	if errors.As(err, &value) {
		return e.wrap(value.Value)
	}
	o := e.rt.NewTypeError("%s: %s", name, err)
	if thrown != nil && thrown.Pos.Line > 0 {
		_ = o.DefineDataPropertySymbol(e.origin, e.rt.ToValue(thrown), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	}
	return o
}
