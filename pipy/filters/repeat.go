package filters

import (
	"errors"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// repeatLimit is how much input, in bytes, is kept for another run.
const repeatLimit = 64 << 20

var errRepeatLimit = errors.New("want at most 64 MB of input to be repeated, more came")

type repeatOptions struct{ condition spec.Func }

var _ = declare(Decl[repeatOptions]{
	Name: "repeat",
	Doc: `runs a pipeline again with the same input

The input is kept as it goes into the sub-pipeline. When that ends its output,
the function is called with the StreamEnd and tells whether to repeat: then a new
sub-pipeline gets all of the input again; else StreamEnd comes out. Other output
of each run comes out at once. At most 64 MB of input can be repeated.`,
	In: Events, Out: Events, Joint: true,
	Params: func(p *spec.Params, o *repeatOptions) {
		spec.Need(p, &o.condition, "condition", "Called with the StreamEnd; returns whether to repeat, or a promise of it.")
	},
	Build: func(o *repeatOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &repeat{condition: o.condition}
			f.init(s, f.ended)
			return f
		}, nil
	},
})

// repeat repeats as long as a function says so.
type repeat struct {
	runs
	condition spec.Func
}

func (f *repeat) ended(end *event.StreamEnd) {
	if f.stopping {
		f.finish(end)
		return
	}
	v, err := f.condition.Call(f.Context(), end)
	if p, ok := v.(spec.Promise); ok && err == nil {
		await(f.Stage, p, func(v any, err error) { f.decide(end, v, err) })
		return
	}
	f.decide(end, v, err)
}

func (f *repeat) decide(end *event.StreamEnd, v any, err error) {
	switch {
	case err != nil:
		f.Fail(err)
	case truthy(v):
		f.again(0)
	default:
		f.finish(end)
	}
}

type replayOptions struct{ delay spec.Dyn[time.Duration] }

var _ = declare(Decl[replayOptions]{
	Name: "replay",
	Doc: `runs a pipeline again when it asks for it

The input is kept as it goes into the sub-pipeline. When that ends its output with
StreamEnd('Replay'), a new sub-pipeline gets all of the input again. At most 64 MB
of input can be repeated.`,
	In: Events, Out: Events, Joint: true, Legacy: true,
	Params: func(p *spec.Params, o *replayOptions) {
		spec.Opt(p, &o.delay, "delay", spec.Fixed(time.Duration(0)), "Seconds to wait before another run.")
	},
	Build: func(o *replayOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &replay{opt: o}
			f.init(s, f.ended)
			return f
		}, nil
	},
})

// replay repeats when the sub-pipeline ends with Replay.
type replay struct {
	runs
	opt *replayOptions
}

func (f *replay) ended(end *event.StreamEnd) {
	if f.stopping || event.NameOf(end.Err) != event.Replay {
		f.finish(end)
		return
	}
	delay, err := f.opt.delay.Get(f.Context())
	if err != nil {
		f.Fail(err)
		return
	}
	f.again(delay)
}

// runs is the runs of a sub-pipeline with the same input.
type runs struct {
	*pipeline.Stage
	onEnd    func(*event.StreamEnd) // decides when a run has ended
	input    []event.Event          // for the next run
	size     int                    // of input, in bytes
	overrun  bool                   // input was too much to be kept
	target   *pipeline.Pipeline
	run      int  // counts the runs
	feeding  bool // input is being repeated
	finished bool
	stopping bool
}

func (r *runs) init(s *pipeline.Stage, onEnd func(*event.StreamEnd)) {
	r.Stage, r.onEnd = s, onEnd
}

// Process keeps an event and feeds it to the current run.
func (r *runs) Process(evt event.Event) {
	if r.finished {
		return
	}
	if r.target == nil && r.run == 0 {
		r.start()
	}
	if !r.overrun {
		r.input = append(r.input, lent(evt))
		if r.size += charge(evt); r.size > repeatLimit {
			r.overrun, r.input = true, nil
		}
	}
	if r.target != nil && !r.feeding {
		r.target.Process(evt)
	}
}

func (r *runs) start() {
	r.run++
	run, ended := r.run, false
	p := r.Sub(0, nil, func(evt event.Event) {
		if ended || r.run != run {
			return // of a run that has ended
		}
		end, ok := evt.(*event.StreamEnd)
		if !ok {
			r.Output(evt)
			return
		}
		ended = true
		if r.target != nil {
			r.target.Close()
			r.target = nil
		}
		r.onEnd(end)
	})
	if ended { // as soon as it started
		p.Close()
		return
	}
	r.target = p
}

// again begins another run after a pause. It begins in a later turn of the
// loop, so that what fails at once does not keep others waiting.
func (r *runs) again(delay time.Duration) {
	if r.overrun {
		r.Fail(errRepeatLimit)
		return
	}
	r.After(delay, func() {
		r.start()
		r.feeding = true
		for i := 0; i < len(r.input) && r.target != nil; i++ {
			r.target.Process(lent(r.input[i]))
		}
		r.feeding = false
	})
}

// finish ends the output.
func (r *runs) finish(end *event.StreamEnd) {
	r.finished = true
	r.forget()
	r.Output(end)
}

func (r *runs) forget() {
	for _, evt := range r.input {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	}
	r.input, r.size = nil, 0
}

// Stop says that the program is ending: there are no further runs.
func (r *runs) Stop() { r.stopping = true }

// Reset makes the filter ready for another stream.
func (r *runs) Reset() {
	r.forget()
	*r = runs{Stage: r.Stage, onEnd: r.onEnd}
}
