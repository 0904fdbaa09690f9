package filters

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type waitOptions struct {
	condition spec.Func
	timeout   time.Duration
}

var _ = declare(Decl[waitOptions]{
	Name: "wait",
	Doc: `keeps all events until a condition holds

The condition is asked at each event, and whenever something was received or has
ended in a pipeline of the same connection: in a fork, for example. When it
returns a promise, events wait until that is fulfilled; a rejection ends the
stream with RuntimeError. Then everything passes, in order. More than 256 KB of
kept events pause their source.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *waitOptions) {
		spec.Need(p, &o.condition, "condition", "Returns true, or a promise, when events may pass.")
		spec.Opt(p, &o.timeout, "timeout", 0, "Seconds after the first event at which events pass anyway; 0 waits forever.")
	},
	Build: func(o *waitOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &wait{Stage: s, opt: o, out: s.Output, kept: queue{limit: decisionLimit}}
			f.wake = f.ask
			f.late = f.pass
			return f
		}, nil
	},
})

type wait struct {
	*pipeline.Stage
	opt      *waitOptions
	out      func(event.Event)
	wake     func() // asks the condition again
	late     func() // the time is over
	kept     queue
	watch    func() // ends the watching of the context
	timer    func() // stops the timer
	started  bool
	promised bool // the condition returned a promise
	passing  bool
}

func (f *wait) Process(evt event.Event) {
	if f.passing && f.kept.len() == 0 {
		f.Output(evt)
		return
	}
	f.kept.push(f.Stage, evt)
	if f.passing {
		return // they are being passed on
	}
	if !f.started {
		f.started = true
		if f.opt.timeout > 0 {
			f.timer = f.After(f.opt.timeout, f.late)
		}
	}
	f.ask()
}

// ask asks the condition, unless a promise is going to tell.
func (f *wait) ask() {
	if f.passing || f.promised || f.Pipeline().Closed() {
		return
	}
	v, err := f.opt.condition.Call(f.Context())
	if err != nil {
		f.fail(err)
		return
	}
	if p, ok := v.(spec.Promise); ok {
		f.promised = true
		f.unwatch()
		await(f.Stage, p, func(_ any, err error) {
			if err != nil {
				f.fail(err)
				return
			}
			f.pass()
		})
		return
	}
	if truthy(v) {
		f.pass()
	} else if f.watch == nil {
		f.watch = f.Context().Wait(f.wake)
	}
}

// pass lets everything through.
func (f *wait) pass() {
	if f.passing {
		return
	}
	f.passing = true
	f.unwatch()
	if f.timer != nil {
		f.timer()
		f.timer = nil
	}
	f.kept.drain(f.out)
}

func (f *wait) fail(err error) {
	f.passing = true
	f.unwatch()
	f.kept.clear()
	f.Fail(err)
}

func (f *wait) unwatch() {
	if f.watch != nil {
		f.watch()
		f.watch = nil
	}
}

// Close ends the watching of the context.
func (f *wait) Close() { f.unwatch() }

// Reset makes the filter ready for another stream.
func (f *wait) Reset() {
	f.timer = nil
	f.started, f.promised, f.passing = false, false, false
	f.kept.clear()
}
