package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type insertOptions struct{ value any }

var _ = declare(Decl[insertOptions]{
	Name: "insert",
	Doc: `puts events in front of a stream

They come out at the first event, which follows them. A function is called with
that event. When it is a promise that is inserted, the stream does not wait for
it.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *insertOptions) {
		spec.Need(p, &o.value, "events", "An event, a Message, an array of these, or a function or promise that yields one.")
		typedOption(p, wantsEvents+", or a function that returns one", replacementType)
	},
	Build: func(o *insertOptions) (pipeline.New, error) {
		fn, fixed, err := replacement(o.value)
		if err != nil {
			return nil, err
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			return &insert{Stage: s, fn: fn, fixed: fixed, out: s.Output}
		}, nil
	},
})

type insert struct {
	*pipeline.Stage
	fn      spec.Func
	fixed   any // what is inserted when there is no function
	out     func(event.Event)
	started bool
	ended   bool // the stream's own StreamEnd went out
}

func (f *insert) Process(evt event.Event) {
	if !f.started {
		f.started = true
		if err := f.insert(evt); err != nil {
			f.Fail(err)
			return
		}
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		f.ended = true
	}
	f.Output(evt)
}

func (f *insert) insert(evt event.Event) error {
	if f.fn == nil {
		return emit(f.fixed, f.out)
	}
	v, err := f.fn.Call(f.Context(), lent(evt))
	if err != nil {
		return err
	}
	p, ok := v.(spec.Promise)
	if !ok {
		return emit(v, f.out)
	}
	await(f.Stage, p, func(v any, err error) {
		if f.ended {
			return // too late
		}
		if err == nil {
			err = emit(v, f.out)
		}
		if err != nil {
			f.Fail(err)
		}
	})
	return nil
}

// Reset makes the filter ready for another stream.
func (f *insert) Reset() { f.started, f.ended = false, false }
