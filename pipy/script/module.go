package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// module is one file of the codebase in one engine.
type module struct {
	prog   *Program
	path   string // "/plugins/router.js"
	scope  *goja.Object
	slots  map[string]int // context variables by name, imported ones too
	fibers map[int]bool   // the slots of those that were declared by `var $name`
	config *config        // what the file described; nil for other files
	value  goja.Value     // what the file evaluated to

	exports map[string]map[string]int // by namespace
	imports []imported
	named   map[string]*pipeline.Layout // pipelines, defined or only mentioned
	defined map[string]bool
	mention map[string]string // where a pipeline was first mentioned

	code     *compiled // nil for a JSON file
	state    moduleState
	err      error     // why it could not be evaluated
	requests []*module // that it imports
	step     func() error
	getters  map[string]goja.Value // of its own exports
	space    *goja.Object          // has all its exports
	shown    []view                // its own exports in such objects, until it is evaluated
}

func newModule(p *Program, path string) *module {
	m := &module{
		prog: p, path: path,
		slots:   map[string]int{},
		exports: map[string]map[string]int{},
		named:   map[string]*pipeline.Layout{},
		defined: map[string]bool{},
		mention: map[string]string{},
	}
	m.scope = p.e.rt.NewDynamicObject(&scopeObject{m})
	return m
}

// imported is a variable of another module under a local name.
type imported struct{ name, namespace, original, pos string }

// vars is the variables of all modules in one context.
type vars struct {
	prog    *Program
	values  []goja.Value
	waiters []*waiter // for promises that were made in the context
}

// Clone returns a copy.
func (v *vars) Clone() pipeline.Vars {
	return &vars{prog: v.prog, values: append([]goja.Value(nil), v.values...)}
}

// grow adds the variables of modules that were loaded after the context began.
func (v *vars) grow() {
	v.values = append(v.values, v.prog.initial[len(v.values):]...)
}

// Assign sets the variables of a module that are members of an object.
func (v *vars) Assign(path string, o event.Object) {
	m := v.prog.modules[path]
	if m == nil {
		return
	}
	for _, name := range o.Keys() {
		if slot, ok := m.slots[name]; ok {
			if slot >= len(v.values) {
				v.grow()
			}
			v.values[slot] = v.prog.e.wrap(o.Get(name))
		}
	}
}

// load returns a module, evaluating it first when that has not happened.
func (p *Program) load(name string) (*module, error) {
	m, err := p.open(clean(name))
	if err != nil {
		return nil, err
	}
	return m, m.evaluate()
}

// run evaluates the statements of the module.
func (m *module) run() error {
	p := m.prog
	outer := p.loading
	p.loading = m
	defer func() { p.loading = outer }()
	if m.code.links.isModule() {
		ctx := p.e.ctx
		p.e.ctx = nil // it is evaluated once, whoever asks for it
		defer func() { p.e.ctx = ctx }()
		if err := m.step(); err != nil {
			return err
		}
		m.value = goja.Undefined()
	} else if err := m.runScript(); err != nil {
		return err
	}
	if m.config != nil {
		return m.config.finish()
	}
	return nil
}

// runScript evaluates a script, which may be an expression.
func (m *module) runScript() error {
	if err := m.declareFibers(); err != nil {
		return err
	}
	f, err := m.function()
	if err != nil {
		return err
	}
	m.value, err = f(goja.Undefined(), m.arguments()...)
	if err != nil {
		return m.prog.e.failure(err)
	}
	return nil
}

// declareFibers declares what `var $name` declares.
func (m *module) declareFibers() error {
	for _, name := range m.code.fibers {
		if _, twice := m.slots[name]; twice {
			continue
		}
		slot, err := m.declareVar(name, goja.Undefined())
		if err != nil {
			return err
		}
		if m.fibers == nil {
			m.fibers = map[int]bool{}
		}
		m.fibers[slot] = true
	}
	return nil
}

// function returns the function that the script was compiled to.
func (m *module) function() (goja.Callable, error) {
	e := m.prog.e
	v, err := e.rt.RunProgram(m.code.program)
	if err != nil {
		return nil, e.failure(err)
	}
	f, _ := goja.AssertFunction(v)
	return f, nil
}

// isGlobal tells whether a name is a global object.
func (e *Engine) isGlobal(name string) bool {
	return e.rt.GlobalObject().Get(name) != nil || name == "undefined"
}

// declareVar adds a context variable with its initial value.
func (m *module) declareVar(name string, initial goja.Value) (int, error) {
	if _, twice := m.slots[name]; twice {
		return 0, fmt.Errorf("duplicated variable name %s", name)
	}
	m.prog.warnHidden(name, m.prog.e.Where())
	slot := len(m.prog.initial)
	m.slots[name] = slot
	m.prog.initial = append(m.prog.initial, initial)
	return slot, nil
}

// declareVars adds the members of an object as context variables.
func (m *module) declareVars(o *goja.Object) error {
	for _, name := range o.Keys() {
		if _, err := m.declareVar(name, o.Get(name)); err != nil {
			return err
		}
	}
	return nil
}

// export makes variables that other modules can import.
func (m *module) export(namespace string, o *goja.Object) error {
	if namespace == "" {
		return fmt.Errorf("namespace cannot be empty")
	}
	space := m.exports[namespace]
	if space == nil {
		space = map[string]int{}
		m.exports[namespace] = space
	}
	for _, name := range o.Keys() {
		if name == "" {
			return fmt.Errorf("variable name cannot be empty")
		}
		slot, err := m.declareVar(name, o.Get(name))
		if err != nil {
			return err
		}
		space[name] = slot
	}
	return nil
}

// linkImports gives the imported variables of all modules their slots.
func (p *Program) linkImports() error {
	type key struct{ namespace, name string }
	all := map[key]int{}
	for _, m := range p.order {
		for namespace, space := range m.exports {
			for name, slot := range space {
				k := key{namespace, name}
				if _, twice := all[k]; twice {
					return fmt.Errorf("duplicated variable exporting name %s from %s", name, m.path)
				}
				all[k] = slot
			}
		}
	}
	for _, m := range p.order {
		for _, i := range m.imports {
			slot, ok := all[key{i.namespace, i.original}]
			if !ok {
				return fmt.Errorf("cannot import variable %s in %s: namespace '%s' exports no such variable (%s)", i.name, m.path, i.namespace, i.pos)
			}
			if own, twice := m.slots[i.name]; twice && own != slot {
				return fmt.Errorf("duplicated variable name %s in %s", i.name, m.path)
			}
			p.warnHidden(i.name, i.pos)
			m.slots[i.name] = slot
		}
	}
	return nil
}

// warnHidden warns of a variable that callbacks cannot see, because there is a
// global of that name.
func (p *Program) warnHidden(name, pos string) {
	if p.host.Warn != nil && p.e.isGlobal(name) {
		p.host.Warn(fmt.Sprintf("%s: variable %s: callbacks see the global object of that name", pos, name))
	}
}

// layout returns the pipeline of that name, which may be defined later.
func (m *module) layout(name string) *pipeline.Layout {
	l := m.named[name]
	if l == nil {
		l = &pipeline.Layout{Name: name, Module: m.path, Program: m.prog.layouts}
		m.named[name] = l
		m.mention[name] = m.prog.e.Where()
	}
	return l
}

// checkLayouts makes sure that every pipeline that is mentioned exists.
func (p *Program) checkLayouts() error {
	if errs := p.missing(); len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// missing returns an error for each pipeline that is mentioned and does not
// exist, in the order of their names in each module.
func (p *Program) missing() (errs []error) {
	for _, m := range p.order {
		for _, name := range slices.Sorted(maps.Keys(m.named)) {
			if !m.defined[name] {
				errs = append(errs, fmt.Errorf("[config] pipeline not found: %s (%s)", name, m.mention[name]))
			}
		}
	}
	return errs
}

// scopeObject resolves the free names of a module: the members are the context
// variables.
type scopeObject struct{ m *module }

// Get returns the value of a context variable.
func (s *scopeObject) Get(key string) goja.Value {
	m := s.m
	e := m.prog.e
	slot, ok := m.slots[key]
	if ok && e.ctx != nil {
		v := e.ctx.Vars.(*vars)
		if slot >= len(v.values) {
			v.grow()
		}
		return v.values[slot]
	}
	return s.other(key, ok)
}

// other handles what is not a plain variable.
func (s *scopeObject) other(key string, declared bool) goja.Value {
	m := s.m
	e := m.prog.e
	if name, soft := strings.CutPrefix(key, softPrefix); soft {
		if _, ok := m.slots[name]; (!ok || e.ctx == nil) && !predefined[name] {
			return goja.Undefined()
		}
		return s.Get(name)
	}
	if slot, ok := m.slots[key]; ok && m.fibers[slot] {
		return m.prog.initial[slot]
	}
	switch key {
	case "__filename":
		return e.rt.ToValue(m.path)
	case "__inbound":
		return e.inbound()
	case "__thread":
		return m.prog.thread()
	}
	if declared {
		panic(e.referenceError("unresolved identifier: %s is a context variable; it has a value only inside callbacks", key))
	}
	panic(e.referenceError("unresolved identifier: %s is neither a global, a parameter nor a variable of pipy({...}), export or import", key))
}

var predefined = map[string]bool{"__filename": true, "__inbound": true, "__thread": true}

// Set changes a context variable.
func (s *scopeObject) Set(key string, v goja.Value) bool {
	e := s.m.prog.e
	slot, ok := s.m.slots[key]
	if ok && e.ctx == nil && s.m.fibers[slot] {
		s.m.prog.initial[slot] = v // what new contexts begin with
		return true
	}
	if !ok || e.ctx == nil {
		s.other(key, ok)
		panic(e.referenceError("invalid left-value: %s cannot be changed", key))
	}
	known := e.ctx.Vars.(*vars)
	if slot >= len(known.values) {
		known.grow()
	}
	known.values[slot] = v
	return true
}

// Has tells whether there is such a variable.
func (s *scopeObject) Has(key string) bool {
	_, ok := s.m.slots[key]
	return ok
}

// Delete makes a variable undefined.
func (s *scopeObject) Delete(key string) bool { return s.Set(key, goja.Undefined()) }

// Keys returns nothing: variables are not members of anything that a script
// can see.
func (s *scopeObject) Keys() []string { return nil }

// inbound returns the script's object for the connection of the current
// context: always the same one, null when there is none.
func (e *Engine) inbound() goja.Value {
	if e.ctx == nil || e.ctx.Inbound == nil {
		return goja.Null()
	}
	if o, ok := e.ctx.ScriptInbound.(*goja.Object); ok {
		return o
	}
	o := e.wrap(e.ctx.Inbound)
	e.ctx.ScriptInbound = o
	return o
}

// referenceError makes an error about a name.
func (e *Engine) referenceError(format string, args ...any) *goja.Object {
	return e.rt.NewTypeError(append([]any{format}, args...)...)
}

// feed sends what a script gave as events into a function: an event, a Message,
// or an array of these. It returns an error for anything else.
func feed(v any, emit func(event.Event)) error {
	switch v := v.(type) {
	case nil:
		return nil
	case *event.Message:
		v.Events(emit)
		return nil
	case *event.Data:
		emit(v.Clone())
		return nil
	case event.Event:
		emit(v)
		return nil
	case event.Object:
		if items, ok := v.Elements(); ok {
			for _, item := range items {
				if err := feed(item, emit); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return fmt.Errorf("not an event, a Message or an array of those")
}
