package pipeline

import "sync/atomic"

// Vars is what the script engine keeps in a Context.
type Vars interface {
	// Clone returns a copy whose variables start with the present values.
	Clone() Vars
}

// Context is the set of variables that the callbacks of one root pipeline, and
// of the pipelines that share it, see as plain names.
type Context struct {
	Inbound any // the *transport.Inbound of the connection, or nil
	Vars    Vars

	// ScriptInbound is for the script engine: its object for the Inbound.
	ScriptInbound any

	id     uint64
	family *family
}

// family is a context and all its clones: what a wait filter watches.
type family struct{ waiting []func() }

var lastID atomic.Uint64

// ID returns a number that is unique in the process.
func (c *Context) ID() uint64 {
	if c.id == 0 {
		c.id = lastID.Add(1)
	}
	return c.id
}

// NewContext returns a context in a family of its own.
func NewContext(vars Vars, inbound any) *Context {
	return &Context{Inbound: inbound, Vars: vars}
}

// Clone returns a context of the same family with a shallow copy of the
// variables.
func (c *Context) Clone() *Context {
	o := &Context{Inbound: c.Inbound, ScriptInbound: c.ScriptInbound, family: c.kin()}
	if c.Vars != nil {
		o.Vars = c.Vars.Clone()
	}
	return o
}

func (c *Context) kin() *family {
	if c.family == nil {
		c.family = &family{}
	}
	return c.family
}

// Wait calls f whenever something may have changed in the context or one of its
// clones, until cancel is called.
func (c *Context) Wait(f func()) (cancel func()) {
	g := c.kin()
	g.waiting = append(g.waiting, f)
	i := len(g.waiting) - 1
	done := false
	return func() {
		if done {
			return
		}
		done = true
		g.waiting[i] = nil
		n := len(g.waiting)
		for n > 0 && g.waiting[n-1] == nil {
			n--
		}
		g.waiting = g.waiting[:n]
	}
}

// Notify wakes those who Wait for the context or one of its clones.
func (c *Context) Notify() {
	if c.family == nil {
		return
	}
	for _, f := range c.family.waiting {
		if f != nil {
			f()
		}
	}
}
