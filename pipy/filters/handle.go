package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// kindOfEvent is what a filter looks for.
type kindOfEvent uint8

const (
	anyEvent kindOfEvent = iota
	firstEvent
	dataEvent
	messageStart
	messageEnd
	streamEnd
)

// is tells whether an event is of the kind. Flushes are no data.
func (k kindOfEvent) is(evt event.Event) bool {
	switch evt := evt.(type) {
	case *event.Data:
		return k == dataEvent && evt.Len() > 0 || k == anyEvent
	case *event.MessageStart:
		return k == messageStart || k == anyEvent
	case *event.MessageEnd:
		return k == messageEnd || k == anyEvent
	case *event.StreamEnd:
		return k == streamEnd || k == anyEvent
	}
	return false
}

type handleOptions struct{ fn spec.Func }

func declareHandle(name, title string, kind kindOfEvent, in string) *Filter {
	return declare(Decl[handleOptions]{
		Name: name,
		Doc: title + `

Every event passes unchanged. What the callback returns is ignored, except a
promise: then this event and those after it wait until it is fulfilled; a
rejection ends the stream with RuntimeError.`,
		In: in, Out: in,
		Params: func(p *spec.Params, o *handleOptions) {
			spec.Need(p, &o.fn, "callback", "Called with the event and the number of calls before.")
		},
		Build: func(o *handleOptions) (pipeline.New, error) {
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &handle{kind: kind}
				f.callback = callback{Stage: s, fn: o.fn, process: f.handle, done: f.pass}
				return f
			}, nil
		},
	})
}

var (
	_ = declareHandle("handle", "calls back for every event", anyEvent, Events)
	_ = declareHandle("handleStreamStart", "calls back for the first event of a stream", firstEvent, Events)
	_ = declareHandle("handleData", "calls back for each Data that is not empty", dataEvent, Events)
	_ = declareHandle("handleMessageStart", "calls back for each MessageStart", messageStart, Messages)
	_ = declareHandle("handleMessageEnd", "calls back for each MessageEnd", messageEnd, Messages)
	_ = declareHandle("handleStreamEnd", "calls back for StreamEnd", streamEnd, Events)
)

// handle shows events to a script.
type handle struct {
	callback
	kind    kindOfEvent
	started bool // the first event came
}

func (f *handle) handle(evt event.Event) {
	if f.kind == firstEvent {
		if f.started {
			f.Output(evt)
			return
		}
		f.started = true
	} else if !f.kind.is(evt) {
		f.Output(evt)
		return
	}
	f.call(evt, lent(evt))
}

// pass ignores what the callback returned.
func (f *handle) pass(evt event.Event, _ any) error {
	f.Output(evt)
	return nil
}

// Reset makes the filter ready for another stream.
func (f *handle) Reset() {
	f.callback.reset()
	f.started = false
}
