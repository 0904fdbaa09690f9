package script

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// overrun is why a script was ended: it took longer than it may, or called itself
// too often. One that ends several calls, one within the other, is the same error in
// all of them.
type overrun struct {
	limit   time.Duration // 0 if it was too deep
	err     *Error        // made at the first place that it ended
	stopped error         // what the engine said there
	told    bool          // the operator knows
}

// Interrupt ends what the program's scripts are doing, when they have been at it
// for limit: loading fails, and a callback ends its stream, as if it had thrown an
// error that cannot be caught. Functions of ours and of the language are not
// interrupted; then it is the script that called them. When no script runs, the
// next call would be ended: see Calm. It may be called from any goroutine.
func (p *Program) Interrupt(limit time.Duration) {
	p.e.rt.Interrupt(&overrun{limit: limit})
}

// Calm takes an Interrupt back that has not ended anything. It may be called from
// any goroutine.
func (p *Program) Calm() { p.e.rt.ClearInterrupt() }

// overran returns the error of a script that was interrupted.
func (e *Engine) overran(stopped *goja.InterruptedError) *Error {
	o, ok := stopped.Value().(*overrun)
	if !ok {
		return e.failed(&Error{Kind: "Error", Message: fmt.Sprint(stopped.Value())}, stopped.Stack())
	}
	if o.err == nil {
		when := "in one callback"
		if !e.prog.running {
			when = "while it was being loaded"
		}
		message := fmt.Sprintf("script ran longer than %g s %s", o.limit.Seconds(), when)
		o.stopped = stopped
		o.err = e.failed(&Error{Kind: "Error", Message: message, overrun: o}, stopped.Stack())
		if e.prog.host.Overran != nil {
			e.prog.host.Overran()
		}
		e.abandon(e.ctx, o.err)
	}
	return o.err
}

// shownCalls bounds the backtrace of an endless recursion, which is one call again
// and again.
const shownCalls = 16

// tooDeep returns the error of a script that called itself too often, which the
// engine does not let it catch.
func (e *Engine) tooDeep(deep *goja.StackOverflowError) *Error {
	if o := e.deepest; o != nil && o.stopped == deep {
		return o.err
	}
	message := fmt.Sprintf("too much recursion: want at most %d calls, one within the other", maxCallStack)
	stack := deep.Stack()
	o := &overrun{stopped: deep}
	o.err = e.failed(&Error{Kind: "Error", Message: message, overrun: o}, stack[:min(len(stack), shownCalls)])
	e.deepest = o
	e.abandon(e.ctx, o.err)
	return o.err
}

// reacted is called when reactions of promises have run, with the context that was
// current before. It reports that they were ended. What they throw is in the
// promises that they return.
func (e *Engine) reacted(before *pipeline.Context, err error) {
	var stopped *goja.InterruptedError
	var deep *goja.StackOverflowError
	if errors.As(err, &stopped) || errors.As(err, &deep) {
		e.prog.report(e.failure(err))
	}
	e.ctx = before
}

// waiter is what goes on when a promise is settled.
type waiter struct {
	vars *vars // of the context in which it was made; nil when there is none
	done func(value any, err error)
}

// wait makes a waiter for a promise that was made in a context.
func wait(ctx *pipeline.Context, done func(value any, err error)) *waiter {
	w := &waiter{done: done}
	if ctx != nil {
		w.vars, _ = ctx.Vars.(*vars)
	}
	if w.vars != nil {
		w.vars.waiters = append(w.vars.waiters, w)
	}
	return w
}

// settle goes on, unless that has happened.
func (w *waiter) settle(value any, err error) {
	done := w.done
	if done == nil {
		return
	}
	w.done = nil
	if w.vars != nil {
		w.vars.waiters = slices.DeleteFunc(w.vars.waiters, func(other *waiter) bool { return other == w })
	}
	done(value, err)
}

// abandon settles what waits in a context whose script was ended: goja
// forgets the reactions that were to come.
func (e *Engine) abandon(ctx *pipeline.Context, err error) {
	if ctx == nil {
		return
	}
	v, ok := ctx.Vars.(*vars)
	if !ok || len(v.waiters) == 0 {
		return
	}
	e.loop.Defer(loop.Func(func() {
		for _, w := range slices.Clone(v.waiters) {
			w.settle(nil, err)
		}
	}))
}

// told tells whether the operator has heard of an error, and notes that it will
// have.
func told(err error) bool {
	var failed *Error
	if !errors.As(err, &failed) || failed.overrun == nil {
		return false
	}
	known := failed.overrun.told
	failed.overrun.told = true
	return known
}
