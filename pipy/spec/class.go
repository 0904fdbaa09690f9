package spec

import (
	"fmt"
	"io/fs"
	"reflect"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// Class describes a class that scripts can use.
type Class struct {
	Name    string // "algo.Cache": a dot puts it into a namespace
	Doc     string
	Type    reflect.Type // the pointer type of its Go instances; nil for a namespace
	Base    string       // the name of the class it extends; usually empty
	New     *Method      // nil: only we make instances
	Statics []*Method
	Methods []*Method
	Props   []*Prop
	Consts  map[string]any // constants of the class itself
}

// Method describes a method, a constructor or a plain function.
type Method struct {
	Name    string
	Doc     string
	Fields  []Field
	Returns string // the TypeScript type of the result
	Bound   bool   // keeps its object when a script takes it for a plain function
	Call    func(this any, c *Call) (any, error)
}

// Prop describes a property of instances, which scripts cannot set.
type Prop struct {
	Name string
	Doc  string
	Type string
	Get  func(this any) any
}

// Call is one call of a method: its arguments and the engine around it.
type Call struct {
	Engine Engine
	Args   ArgList
}

// ArgList is the arguments of a call.
type ArgList interface {
	Len() int
	At(i int) any  // in Go form; nil beyond the end
	Raw(i int) Raw // as the script gave it
}

// Engine is what classes may ask of the script engine that runs them.
type Engine interface {
	Loop() *loop.Loop
	// Context returns the current context; nil while scripts are being loaded.
	Context() *pipeline.Context
	// Expression tells whether the running script is a file of one expression.
	Expression() bool
	// Files returns the codebase that the program was loaded from.
	Files() fs.FS
	// NewObject makes a plain object of names and values in their order.
	NewObject(names []string, values []any) event.Object
	// NewArray makes an array.
	NewArray(values []any) event.Object
	// NewPromise makes a promise and the function that settles it, which must be
	// called on the loop, once: with an error it rejects.
	NewPromise() (Raw, func(value any, err error))
	// Export returns the Go form of a value that was kept as Raw.
	Export(v Raw) any
	// Where returns the position in the script that is being executed.
	Where() string
	// Value returns what the worker keeps under the key; nil when there is none.
	// It is how packages find what they share in a worker.
	Value(key any) any
}

// Classes holds all declared classes in the order of their declaration.
var Classes []*Class

var byType = map[reflect.Type]*Class{}

// ClassName returns the name under which scripts know a Go value.
func ClassName(v any) (string, bool) {
	c, ok := byType[reflect.TypeOf(v)]
	if !ok {
		return "", false
	}
	return c.Name, true
}

// ClassOf returns the class of the instances of a Go type.
func ClassOf(t reflect.Type) (*Class, bool) {
	c, ok := byType[t]
	return c, ok
}

// Declaration builds a Class whose Go instances are of type T, a pointer. Its
// methods are not inlined: as T is a pointer they exist once, and each class that
// is declared adds but the calls of them to the program.
type Declaration[T any] struct{ *Class }

// NewClass declares a class.
func NewClass[T any](name, doc string) Declaration[T] {
	c := &Class{Name: name, Doc: doc, Type: reflect.TypeFor[T]()}
	if _, twice := byType[c.Type]; twice {
		panic("spec: class declared twice: " + name)
	}
	byType[c.Type] = c
	Classes = append(Classes, c)
	return Declaration[T]{c}
}

// NewNamespace declares an object that has functions only, such as "JSON"; an
// empty name stands for the global functions.
func NewNamespace(name, doc string) *Class {
	c := &Class{Name: name, Doc: doc, Consts: map[string]any{}}
	Classes = append(Classes, c)
	return c
}

// Constructor declares what `new` does. declare names the arguments with In and
// returns the function that makes the instance.
//
//go:noinline
func (d Declaration[T]) Constructor(doc string, declare func(m *Method) func(c *Call) (T, error)) {
	m := &Method{Name: d.Class.Name, Doc: doc, Returns: d.Class.Name}
	make := declare(m)
	m.Call = func(_ any, c *Call) (any, error) { return erased(make(c)) }
	d.New = m
}

// Method declares a method. declare names the arguments with In and returns the
// function that does the work.
//
//go:noinline
func (d Declaration[T]) Method(name, returns, doc string, declare func(m *Method) func(this T, c *Call) (any, error)) {
	m := &Method{Name: name, Doc: doc, Returns: returns}
	call := declare(m)
	m.Call = func(this any, c *Call) (any, error) {
		t, ok := this.(T)
		if !ok {
			return nil, fmt.Errorf("called on %s, want an object of class %s", Show(this), d.Class.Name)
		}
		return call(t, c)
	}
	d.Methods = append(d.Methods, m)
}

// Bind makes the method that was declared last keep its object when a script
// takes it for a plain function, as in `const log = logger.log`. It costs a
// little for each use.
func (d Declaration[T]) Bind() { d.Methods[len(d.Methods)-1].Bound = true }

// Prop declares a read-only property.
//
//go:noinline
func (d Declaration[T]) Prop(name, typ, doc string, get func(this T) any) {
	d.Props = append(d.Props, &Prop{Name: name, Doc: doc, Type: typ, Get: func(this any) any { return get(this.(T)) }})
}

// Function declares a function of a namespace, or a static method of a class. It
// is not inlined, for the sake of Declaration.
//
//go:noinline
func (c *Class) Function(name, returns, doc string, declare func(m *Method) func(c *Call) (any, error)) {
	m := &Method{Name: name, Doc: doc, Returns: returns}
	call := declare(m)
	m.Call = func(_ any, c *Call) (any, error) { return call(c) }
	c.Statics = append(c.Statics, m)
}

// An Input is one declared argument of a method.
type Input[T any] struct {
	at     int
	name   string
	option string
	def    T
	opt    bool
	kind   kind
}

// In declares the next argument of a method; it must be given.
func In[T any](m *Method, name, doc string) Input[T] {
	k := kindOf[T]()
	m.Fields = append(m.Fields, Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts})
	return Input[T]{at: len(m.Fields) - 1, name: name, kind: k}
}

// InOpt declares the next argument of a method; it may be left out.
func InOpt[T any](m *Method, name string, def T, doc string) Input[T] {
	k := kindOf[T]()
	m.Fields = append(m.Fields, Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts, Default: written(def), Optional: true})
	return Input[T]{at: len(m.Fields) - 1, name: name, def: def, opt: true, kind: k}
}

// Member declares a member of the options object that follows the positional
// arguments of a method.
func Member[T any](m *Method, name string, def T, doc string) Input[T] {
	k := kindOf[T]()
	at := 0
	for _, f := range m.Fields {
		if !f.Option {
			at++
		}
	}
	m.Fields = append(m.Fields, Field{Name: name, Doc: doc, Wants: k.wants, Type: k.ts, Default: written(def), Optional: true, Option: true})
	return Input[T]{at: at, name: "options." + name, option: name, def: def, opt: true, kind: k}
}

// Of returns the argument of a call, or an error that names it.
func (in Input[T]) Of(c *Call) (T, error) {
	var zero T
	if raw, ok := any(&zero).(*Raw); ok && in.option == "" {
		*raw = c.Args.Raw(in.at)
		return zero, nil
	}
	v := c.Args.At(in.at)
	if in.option != "" && v != nil {
		o, ok := v.(event.Object)
		if !ok {
			return zero, fmt.Errorf("options: %w", mismatch("an object", v))
		}
		v = o.Get(in.option)
	}
	if v == nil {
		if in.opt || in.kind.wants == "a value" {
			return in.def, nil
		}
		return zero, fmt.Errorf("%s: %w", in.name, mismatch(in.kind.wants, v))
	}
	if t, ok := v.(T); ok {
		return t, nil
	}
	r, err := in.kind.conv(v)
	if err != nil {
		return zero, fmt.Errorf("%s: %w", in.name, err)
	}
	t, _ := r.(T)
	return t, nil
}

// Rest returns the arguments of a call from the i-th on.
func (c *Call) Rest(i int) []any {
	var list []any
	for ; i < c.Args.Len(); i++ {
		list = append(list, c.Args.At(i))
	}
	return list
}

// RestField declares that a method takes any number of further arguments, which
// Call.Rest returns.
func RestField(m *Method, name, typ, doc string) {
	m.Fields = append(m.Fields, Field{Name: name, Doc: doc, Wants: typ, Type: typ, Optional: true, Rest: true})
}
