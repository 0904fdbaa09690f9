package script

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dop251/goja"
)

// moduleState is how far a module has come.
type moduleState byte

const (
	opened moduleState = iota
	evaluating
	evaluated
)

// An origin is where an exported name comes from.
type origin struct {
	m    *module
	name string // one of the module's own exports, wholeModule for all of them
}

// find follows a name to the module that declares it. It fails with the reason
// why the module does not export the name.
func (m *module) find(name string, seen map[origin]bool) (origin, error) {
	if m.code == nil { // a JSON file
		if name == "default" {
			return origin{m, name}, nil
		}
		return origin{}, m.lacks(name)
	}
	here := origin{m, name}
	if seen[here] {
		return origin{}, fmt.Errorf("%s exports '%s' from itself", m.path, name)
	}
	seen[here] = true
	if m.code.links == nil {
		return origin{}, m.lacks(name)
	}
	if i, ok := m.code.links.byExport[name]; ok {
		switch e := m.code.links.exports[i]; {
		case e.request < 0:
			return here, nil
		case e.origin == wholeModule:
			return origin{m.requests[e.request], wholeModule}, nil
		default:
			return m.requests[e.request].find(e.origin, seen)
		}
	}
	var found origin
	if name == "default" { // which `export *` leaves out
		return origin{}, m.lacks(name)
	}
	for _, e := range m.code.links.exports {
		if e.name != "" {
			continue
		}
		o, err := m.requests[e.request].find(name, maps.Clone(seen))
		if err != nil {
			continue
		}
		if found.m != nil && found != o {
			return origin{}, fmt.Errorf("%s exports '%s' twice, from %s and from %s", m.path, name, found.m.path, o.m.path)
		}
		found = o
	}
	if found.m == nil {
		return origin{}, m.lacks(name)
	}
	return found, nil
}

// lacks is the error for a name that the module does not export.
func (m *module) lacks(name string) error {
	names := m.exportNames(map[*module]bool{})
	if len(names) == 0 {
		return fmt.Errorf("%s does not export '%s'; it exports nothing", m.path, name)
	}
	return fmt.Errorf("%s does not export '%s'; it exports %s", m.path, name, listed(names))
}

// exportNames returns the names that the module exports, in their order.
func (m *module) exportNames(seen map[*module]bool) []string {
	if m.code == nil {
		return []string{"default"}
	}
	if seen[m] || m.code.links == nil {
		return nil
	}
	seen[m] = true
	var names []string
	for _, e := range m.code.links.exports {
		if e.name != "" {
			names = append(names, e.name)
			continue
		}
		for _, name := range m.requests[e.request].exportNames(seen) {
			if name != "default" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// connect checks what the modules import, fills the objects that have their
// exports, and takes them to before their first statement.
func (o *opening) connect() error {
	for _, m := range slices.Backward(o.modules) {
		if m.code == nil || m.code.links == nil {
			continue
		}
		if err := m.checkNames(); err != nil {
			return err
		}
	}
	for _, m := range o.modules {
		if m.code == nil || !m.code.links.isModule() {
			continue
		}
		if err := m.prepare(); err != nil {
			return err
		}
	}
	return nil
}

// checkNames makes sure that what the module imports exists.
func (m *module) checkNames() error {
	l := m.code.links
	for _, i := range l.moduleSyntax.imports {
		if i.name == wholeModule {
			continue
		}
		if _, err := m.requests[i.request].find(i.name, map[origin]bool{}); err != nil {
			return m.importError(i.at, "%v", err)
		}
	}
	for _, e := range l.exports {
		if e.request < 0 || e.name == "" || e.origin == wholeModule {
			continue
		}
		if _, err := m.requests[e.request].find(e.origin, map[origin]bool{}); err != nil {
			return m.importError(e.at, "%v", err)
		}
	}
	return nil
}

// prepare runs a module up to its first statement: its functions are there.
func (m *module) prepare() error {
	e := m.prog.e
	if err := m.declareFibers(); err != nil {
		return err
	}
	f, err := m.function()
	if err != nil {
		return err
	}
	steps, err := f(goja.Undefined(), m.arguments()...)
	if err != nil {
		return e.failure(err)
	}
	generator := steps.ToObject(e.rt)
	next, _ := goja.AssertFunction(generator.Get("next"))
	m.step = func() error {
		if _, err := next(generator); err != nil {
			return e.failure(err)
		}
		return nil
	}
	return m.step()
}

// arguments are those of the function that a script with links becomes.
func (m *module) arguments() []goja.Value {
	e := m.prog.e
	args := []goja.Value{m.scope}
	if m.code.links == nil {
		return args
	}
	args = append(args, e.rt.ToValue(m.takeGetters), e.rt.ToValue(m.dynamic), m.meta())
	for _, other := range m.requests {
		args = append(args, other.exported())
	}
	return args
}

// takeGetters keeps the functions that return the module's own exports.
func (m *module) takeGetters(c goja.FunctionCall) goja.Value {
	m.getters = map[string]goja.Value{}
	n := 0
	for _, e := range m.code.links.exports {
		if e.request < 0 {
			m.getters[e.name] = c.Argument(n)
			n++
		}
	}
	return goja.Undefined()
}

// exported returns the object that has the exports of the module as views.
func (m *module) exported() *goja.Object {
	if m.space != nil {
		return m.space
	}
	rt := m.prog.e.rt
	m.space = rt.CreateObject(nil)
	_ = m.space.DefineDataPropertySymbol(goja.SymToStringTag, rt.ToValue("Module"), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	for _, name := range m.exportNames(map[*module]bool{}) {
		o, err := m.find(name, map[origin]bool{})
		if err != nil {
			continue // a name that two others export is nobody's
		}
		o.m.show(view{m.space, name, o.name})
	}
	return m.space
}

// A view is a member of an object that has exports.
type view struct {
	space *goja.Object
	name  string // of the member
	from  string // which export of the module that declares it
}

// show defines a member that is one of the module's own exports.
func (m *module) show(v view) {
	switch {
	case v.from == wholeModule:
		m.fix(v, m.exported())
	case m.state == evaluated:
		m.settle(v)
	default:
		m.shown = append(m.shown, v)
		get := m.prog.e.rt.ToValue(func(goja.FunctionCall) goja.Value { return m.early(v.from) })
		_ = v.space.DefineAccessorProperty(v.name, get, nil, goja.FLAG_TRUE, goja.FLAG_TRUE)
	}
}

// early returns an export of a module that is not evaluated yet.
func (m *module) early(name string) goja.Value {
	e := m.prog.e
	if get, ok := goja.AssertFunction(m.getters[name]); ok {
		if v, err := get(goja.Undefined()); err == nil {
			return v
		}
	}
	panic(e.referenceError("'%s' of %s has no value yet: the modules import each other", name, m.path))
}

// settle defines a member after the module was evaluated: what nothing assigns
// any more is a plain member.
func (m *module) settle(v view) {
	if m.code == nil {
		m.fix(v, m.value)
		return
	}
	get, ok := goja.AssertFunction(m.getters[v.from])
	if !ok {
		return
	}
	if m.code.links.exports[m.code.links.byExport[v.from]].stable {
		if value, err := get(goja.Undefined()); err == nil {
			m.fix(v, value)
			return
		}
	}
	_ = v.space.DefineAccessorProperty(v.name, m.getters[v.from], nil, goja.FLAG_FALSE, goja.FLAG_TRUE)
}

// fix defines a member that does not change.
func (m *module) fix(v view, value goja.Value) {
	_ = v.space.DefineDataProperty(v.name, value, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_TRUE)
}

// evaluate runs the statements of the module, after those of the modules that it
// imports. Those that are being evaluated are left alone: they import each other.
func (m *module) evaluate() error {
	if m.state != opened {
		return m.err
	}
	m.state = evaluating
	for _, other := range m.requests {
		if m.err = other.evaluate(); m.err != nil {
			m.state = evaluated
			return m.err
		}
	}
	m.err = m.run()
	m.state = evaluated
	if m.err != nil {
		return m.err
	}
	for _, v := range m.shown {
		m.settle(v)
	}
	m.shown = nil
	m.prog.order = append(m.prog.order, m)
	return nil
}
