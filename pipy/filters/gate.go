package filters

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// gate is what filters have in common that read something at the beginning of a
// stream, and let the rest through when a script says so.
type gate struct {
	*pipeline.Stage
	out    func(event.Event) // Output, bound once
	late   func()            // the time is over
	timer  func()            // stops the timer; nil when it does not run
	asking bool              // waits for a promise
	later  queue             // what comes meanwhile
	target *pipeline.Pipeline
	over   bool // our StreamEnd went out
}

// startTimer begins the time for what comes first, if it does not run.
func (g *gate) startTimer(d time.Duration) {
	if g.timer == nil && !g.asking && d > 0 {
		g.timer = g.After(d, g.late)
	}
}

func (g *gate) stopTimer() {
	if g.timer != nil {
		g.timer()
		g.timer = nil
	}
}

// ask calls a function of the script, and then done with its answer.
func (g *gate) ask(done func(yes bool, err error), fn spec.Func, args ...any) {
	g.stopTimer()
	v, err := fn.Call(g.Context(), args...)
	p, ok := v.(spec.Promise)
	if err != nil || !ok {
		done(truthy(v), err)
		return
	}
	g.asking = true
	await(g.Stage, p, func(v any, err error) {
		g.asking = false
		if !g.over {
			done(truthy(v), err)
		}
	})
}

// enter lets the stream through. It begins with d even if that is empty: the
// other side may be the first to speak.
func (g *gate) enter(d *event.Data) {
	g.target = g.Sub(0, nil, g.out)
	g.target.Process(d)
}

// end ends the stream; an error is logged.
func (g *gate) end(err error) {
	if err == nil {
		g.finish(event.EndFinal)
		return
	}
	warnEnd(g.Stage, err)
	g.finish(&event.StreamEnd{Err: err})
}

// finish sends the StreamEnd.
func (g *gate) finish(end *event.StreamEnd) {
	g.forget()
	g.Output(end)
}

// failed ends the stream because of an error of the script.
func (g *gate) failed(err error) {
	g.forget()
	g.Fail(err)
}

func (g *gate) forget() {
	g.over = true
	g.stopTimer()
	g.later.clear()
}

// reset makes it ready for another stream.
func (g *gate) reset() {
	g.forget()
	g.target = nil
	g.asking, g.over = false, false
}
