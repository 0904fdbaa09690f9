package filters

import (
	"fmt"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type produceOptions struct{ producer any }

const (
	// mostProduced is how often a producer is called before others have their turn.
	mostProduced = 16
	// producePause is how long a producer that has nothing is left alone.
	producePause = 10 * time.Millisecond
)

var _ = declare(Decl[produceOptions]{
	Name: "produce",
	Doc: `makes a stream by calling a function again and again

The first event makes it begin; that and all later input is dropped. What the
function returns comes out, and it is called again, until that is a StreamEnd or
the pipeline is closed. When it returns a promise, it is called again after that
is fulfilled; when nothing comes of it, after 10 milliseconds. While those who
get the stream are slow it is not called. An error, a rejection, or a result that
is something else ends the stream with RuntimeError. A stream that belongs to no
connection, such as that of a task, ends when the program ends or is replaced.

What is given in place of a function comes out once.`,
	In: Events, Out: Events, Legacy: true,
	Params: func(p *spec.Params, o *produceOptions) {
		spec.Need(p, &o.producer, "producer", "Returns an event, a Message, an array of these, a promise of one, or nothing; or one of these that comes out once.")
		typedOption(p, "a function, "+wantsEvents, "(() => any) | Event | Message | (Event | Message)[] | Promise<any>")
	},
	Build: func(o *produceOptions) (pipeline.New, error) {
		if o.producer == nil {
			return nil, fmt.Errorf("producer: %w", &spec.Mismatch{Wants: "a function, " + wantsEvents, Got: spec.Show(nil)})
		}
		fn, fixed, err := replacement(o.producer)
		if err != nil {
			return nil, fmt.Errorf("producer: %w", err)
		}
		_, once := fn.(promised)
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &produce{Stage: s, fn: fn, fixed: fixed, once: once || fn == nil}
			f.out = f.put
			return f
		}, nil
	},
})

// produce is the source of a stream.
type produce struct {
	*pipeline.Stage
	fn    spec.Func
	fixed any // what is put out when there is no function
	once  bool
	out   func(event.Event)

	source    *pausedSource // nil until the first event
	waiting   bool          // for a promise or the end of a pause
	scheduled bool          // goes on in the next turn
	over      bool
	some      bool // something was put out since the last call
}

func (f *produce) Process(evt event.Event) {
	if d, ok := evt.(*event.Data); ok {
		d.Release()
	}
	if f.source != nil {
		return
	}
	f.source = newPausedSource(f.Stage, f.resumed)
	f.proceed()
}

// proceed calls the function some times.
func (f *produce) proceed() {
	for range mostProduced {
		if f.waiting || f.over || f.source.paused || f.Pipeline().Closed() {
			return
		}
		f.call()
	}
	f.later()
}

// later goes on in the next turn.
func (f *produce) later() {
	if f.scheduled {
		return
	}
	f.scheduled = true
	f.Loop().Next(loop.Func(f.Guard(func() {
		f.scheduled = false
		f.proceed()
	})))
}

func (f *produce) resumed() {
	if !f.scheduled {
		f.proceed()
	}
}

func (f *produce) call() {
	if f.Context().Inbound == nil && f.Program().Stopping() {
		f.put(event.EndFinal)
		return
	}
	if f.fn == nil {
		f.take(f.fixed, nil)
		return
	}
	v, err := f.fn.Call(f.Context())
	p, ok := v.(spec.Promise)
	if err != nil || !ok {
		f.take(v, err)
		return
	}
	f.waiting = true
	await(f.Stage, p, func(v any, err error) {
		f.waiting = false
		f.take(v, err)
		f.later()
	})
}

// take puts out what was produced.
func (f *produce) take(v any, err error) {
	f.some = false
	if err == nil {
		prev := f.Loop().Enter(&f.source.Source)
		err = emit(v, f.out)
		f.Loop().Leave(prev)
	}
	switch {
	case err != nil:
		f.over = true
		f.Fail(err)
	case f.once:
		f.over = true
	case !f.some:
		f.waiting = true
		f.After(producePause, func() {
			f.waiting = false
			f.proceed()
		})
	}
}

func (f *produce) put(evt event.Event) {
	if f.over {
		return
	}
	f.some = true
	if _, ok := evt.(*event.StreamEnd); ok {
		f.over = true
	}
	f.Output(evt)
}

// Reset makes the filter ready for another stream.
func (f *produce) Reset() {
	*f = produce{Stage: f.Stage, fn: f.fn, fixed: f.fixed, once: f.once, out: f.out}
}
