package script

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/dop251/goja"

	"pipy/pipy/api"
	"pipy/pipy/loop"
	"pipy/pipy/spec"
)

// rejections are promises that were rejected in this turn of the loop and that
// nobody has asked for their result.
type rejections struct {
	e       *Engine
	pending []*goja.Promise
}

// track is told by the engine when a promise is rejected that nobody waits for,
// and when somebody does after all.
func (r *rejections) track(p *goja.Promise, operation goja.PromiseRejectionOperation) {
	if operation == goja.PromiseRejectionHandle {
		r.pending = slices.DeleteFunc(r.pending, func(other *goja.Promise) bool { return other == p })
		return
	}
	r.pending = append(r.pending, p)
	if len(r.pending) == 1 {
		r.e.loop.Defer(loop.Func(r.report))
	}
}

// report tells the operator about what is still pending at the end of the turn.
func (r *rejections) report() {
	pending := r.pending
	r.pending = nil
	for _, p := range pending {
		reason := p.Result()
		if class, _ := spec.ClassName(r.e.export(reason)); class != "Timeout" { // a script cancelled it
			r.e.prog.report(r.e.uncaught(reason))
		}
	}
}

// stackPlace finds the innermost place in the stack that an error has as text.
var stackPlace = regexp.MustCompile(`([^\s(]+):(\d+):(\d+)\(\d+\)`)

// uncaught is the reason of a rejection that nobody has handled.
func (e *Engine) uncaught(reason goja.Value) *Error {
	failed := &Error{Kind: "Uncaught exception from promise", Message: api.Dump(e.export(reason)), value: reason}
	o, ok := reason.(*goja.Object)
	if !ok || o.ClassName() != "Error" {
		return failed
	}
	failed.Message = suggested(thrownText(reason))
	if origin, ok := o.GetSymbol(e.origin).(*goja.Object); ok {
		failed.Pos = origin.Export().(*Error).Pos
		return failed
	}
	if stack := o.Get("stack"); stack != nil {
		if at := stackPlace.FindStringSubmatch(stack.String()); at != nil {
			failed.Pos.File = at[1]
			failed.Pos.Line, _ = strconv.Atoi(at[2])
			failed.Pos.Column, _ = strconv.Atoi(at[3])
		}
	}
	return failed
}
