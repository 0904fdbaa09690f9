// Package script runs the JavaScript of one worker: it binds what is declared
// elsewhere (filters, classes, functions) to the engine, loads the modules of a
// codebase, and builds layouts from them.
//
// It is the only package that knows goja. Everything else sees script values
// in the Go forms that package spec describes.
package script

import (
	"io/fs"
	"reflect"

	"github.com/dop251/goja"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Engine is the JavaScript engine of one version of a codebase in one worker.
// It belongs to the worker's loop.
type Engine struct {
	// Immutable:
	loop   *loop.Loop
	rt     *goja.Runtime
	files  fs.FS
	values func(key any) any
	prog   *Program
	origin *goja.Symbol // of errors, has the *Error with their place

	// Owned by the loop:
	classes map[reflect.Type]*binding
	// callables are the Go values behind functions that are instances.
	callables map[*goja.Object]any
	ctx       *pipeline.Context // whose variables bare names mean
	frames    []*frame          // of native calls in progress, reused by depth
	depth     int
	pending   int          // promises that were given out and are not settled
	args      []goja.Value // of calls into scripts, a stack
	spare     spareStack
	deepest   *overrun      // the last endless recursion
	nothing   goja.Callable // made at first use
	adder     goja.Callable // made at first use
}

// newEngine returns an engine with all declared classes and functions bound.
func newEngine(l *loop.Loop, files fs.FS, values func(key any) any) *Engine {
	e := &Engine{
		loop:      l,
		rt:        goja.New(),
		files:     files,
		values:    values,
		classes:   map[reflect.Type]*binding{},
		callables: map[*goja.Object]any{},
		origin:    goja.NewSymbol("origin"),
	}
	e.rt.SetAsyncContextTracker(&tracker{e: e})
	e.rt.SetPromiseRejectionTracker((&rejections{e: e}).track)
	e.spare = newSpareStack(e.rt)
	e.rt.SetMaxCallStackSize(maxCallStack)
	e.bindHelpers()
	e.bindThen()
	e.bindClasses()
	return e
}

// maxCallStack bounds the recursion of scripts; beyond it they are ended, as by
// Program.Interrupt.
const maxCallStack = 4096

// Loop returns the worker's loop.
func (e *Engine) Loop() *loop.Loop { return e.loop }

// Context returns the context whose variables bare names mean; nil while
// modules are being loaded.
func (e *Engine) Context() *pipeline.Context { return e.ctx }

// Files returns the codebase.
func (e *Engine) Files() fs.FS { return e.files }

// Value returns what the worker keeps under the key.
func (e *Engine) Value(key any) any {
	if e.values == nil {
		return nil
	}
	return e.values(key)
}

// NewObject makes a plain object.
func (e *Engine) NewObject(names []string, values []any) event.Object {
	o := e.rt.NewObject()
	for i, name := range names {
		if name == "__proto__" { // a member like any other, not the prototype
			_ = o.DefineDataProperty(name, e.wrap(values[i]), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
			continue
		}
		_ = o.Set(name, e.wrap(values[i]))
	}
	return object{e, o}
}

// NewArray makes an array.
func (e *Engine) NewArray(values []any) event.Object {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = e.wrap(v)
	}
	return object{e, e.rt.NewArray(items...)}
}

// NewPromise makes a promise and the function that settles it.
func (e *Engine) NewPromise() (spec.Raw, func(value any, err error)) {
	p, resolve, reject := e.rt.NewPromise()
	e.pending++
	settled := false
	return spec.Raw{Value: e.rt.ToValue(p)}, func(value any, err error) {
		if settled {
			return
		}
		settled = true
		e.pending--
		before := e.ctx
		if err != nil {
			err = reject(e.thrown(err))
		} else {
			err = resolve(e.wrap(value))
		}
		e.reacted(before, err)
		e.runJobs()
		if settled := e.prog.host.Settled; settled != nil && e.pending == 0 {
			settled()
		}
	}
}

// runJobs runs the reactions of settled promises: goja does so whenever its
// outermost call ends.
func (e *Engine) runJobs() {
	before := e.ctx
	_, err := e.idle()
	e.reacted(before, err)
}

// Export returns the Go form of a value that was kept as Raw.
func (e *Engine) Export(v spec.Raw) any {
	if value, ok := v.Value.(goja.Value); ok {
		return e.export(value)
	}
	return v.Value
}

// Where returns the position in the script that is being executed.
func (e *Engine) Where() string {
	var stack [8]goja.StackFrame
	for _, f := range e.rt.CaptureCallStack(len(stack), stack[:0]) {
		if p := f.Position(); p.Line > 0 {
			return position(p)
		}
	}
	return ""
}

// Expression tells whether the running script is a file of one expression.
func (e *Engine) Expression() bool {
	var stack [8]goja.StackFrame
	for _, f := range e.rt.CaptureCallStack(len(stack), stack[:0]) {
		if p := f.Position(); p.Line > 0 {
			m := e.prog.modules[p.Filename]
			return m != nil && m.code != nil && m.code.single
		}
	}
	return false
}

// tracker carries the current context over to the reactions of promises.
type tracker struct {
	e    *Engine
	prev *pipeline.Context
}

func (t *tracker) Grab() any { return t.e.ctx }

func (t *tracker) Resumed(grabbed any) {
	t.prev = t.e.ctx
	t.e.ctx, _ = grabbed.(*pipeline.Context)
}

func (t *tracker) Exited() { t.e.ctx = t.prev }
