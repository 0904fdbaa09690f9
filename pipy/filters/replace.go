package filters

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type replaceOptions struct{ value any }

// docReplacement is what all replacing filters have in common.
const docReplacement = `

A replacement is an event, a Message or an array of these, and is put out as
often as it is wanted; nothing drops what is replaced. A function is called
with what is replaced and the number of calls before, and returns such a
replacement or a promise of one; until the promise is settled, later events
wait. Replacements are not looked at again.`

func replacementParam(p *spec.Params, v *any) {
	spec.Arg(p, v, "replacement", nil, "An event, a Message, an array of these, or a function that returns one; nothing drops.")
	typedOption(p, "", replacementType)
}

// replacement splits an argument into a function and a fixed value.
func replacement(v any) (fn spec.Func, fixed any, err error) {
	switch v := v.(type) {
	case spec.Func:
		return v, nil, nil
	case spec.Promise:
		return promised{v}, nil, nil
	}
	return nil, v, checkEvents(v)
}

// promised is a function that always returns the same promise.
type promised struct{ promise spec.Promise }

func (p promised) Call(*pipeline.Context, ...any) (any, error) { return p.promise, nil }

func declareReplace(name, title string, kind kindOfEvent, in string) *Filter {
	return declare(Decl[replaceOptions]{
		Name: name,
		Doc:  title + docReplacement,
		In:   in, Out: Events,
		Params: func(p *spec.Params, o *replaceOptions) { replacementParam(p, &o.value) },
		Build: func(o *replaceOptions) (pipeline.New, error) {
			fn, fixed, err := replacement(o.value)
			if err != nil {
				return nil, err
			}
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &replace{kind: kind, fixed: fixed}
				f.callback = callback{Stage: s, fn: fn, process: f.replace, done: f.put}
				f.out = f.emit
				return f
			}, nil
		},
	})
}

var (
	_ = declareReplace("replace", "replaces every event", anyEvent, Events)
	_ = declareReplace("replaceStreamStart", "replaces the first event of a stream", firstEvent, Events)
	_ = declareReplace("replaceData", "replaces each Data that is not empty", dataEvent, Events)
	_ = declareReplace("replaceMessageStart", "replaces each MessageStart", messageStart, Messages)
	_ = declareReplace("replaceMessageEnd", "replaces each MessageEnd", messageEnd, Messages)
	_ = declareReplace("replaceStreamEnd", "replaces StreamEnd", streamEnd, Events)
)

// replace puts something else in the place of events.
type replace struct {
	callback
	kind    kindOfEvent
	fixed   any // the replacement when there is no function
	out     func(event.Event)
	started bool // the first event came
}

func (f *replace) replace(evt event.Event) {
	switch f.kind {
	case firstEvent:
		if f.started {
			f.emit(evt)
			return
		}
		f.started = true
	case anyEvent, dataEvent, messageEnd:
		httphead.Unframe(evt) // the body is not going to be as long as announced
		fallthrough
	default:
		if !f.kind.is(evt) {
			f.emit(evt)
			return
		}
	}
	if f.fn == nil {
		emit(f.fixed, f.out) // checked by Build
		return
	}
	f.call(evt, evt)
}

func (f *replace) put(evt event.Event, v any) error {
	if _, ok := v.(*event.MessageStart); !ok {
		httphead.Unframe(evt) // more than a head came back: perhaps with the old head
	}
	return emit(v, f.out)
}

// Reset makes the filter ready for another stream.
func (f *replace) Reset() {
	f.callback.reset()
	f.started = false
}
