package filters

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type replaceMessageOptions struct {
	value any
	limit bodyLimit
}

func declareReplaceMessage(name, doc string, whole bool) *Filter {
	return declare(Decl[replaceMessageOptions]{
		Name: name,
		Doc:  doc + docReplacement,
		In:   Messages, Out: Messages,
		Params: func(p *spec.Params, o *replaceMessageOptions) {
			o.limit.lead(p, true)
			replacementParam(p, &o.value)
			o.limit.options(p)
		},
		Build: func(o *replaceMessageOptions) (pipeline.New, error) {
			fn, fixed, err := replacement(o.value)
			if err != nil {
				return nil, err
			}
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &replaceMessage{whole: whole, fixed: fixed}
				f.limit = o.limit.size()
				f.callback = callback{Stage: s, fn: fn, process: f.replace, done: f.put}
				f.out = f.emit
				return f
			}, nil
		},
	})
}

var (
	_ = declareReplaceMessage("replaceMessage", `replaces each message

A message is taken as a whole and replaced at its end. A StreamEnd within a
message ends the message too, and follows what replaces it; with an error, the
unfinished message is dropped and the StreamEnd passes. What stands outside of
messages passes.`, true)

	_ = declareReplaceMessage("replaceMessageBody", `replaces the body of each message

MessageStart and MessageEnd pass; the Data between them are taken together and
replaced before MessageEnd, or before a StreamEnd within the message. With an
error in the StreamEnd, the body is dropped.`, false)
)

// replaceMessage puts something else in the place of messages or their bodies.
type replaceMessage struct {
	callback
	collector
	whole bool // the message, not only its body
	fixed any  // the replacement when there is no function
	out   func(event.Event)
}

func (f *replaceMessage) replace(evt event.Event) {
	var end *event.MessageEnd
	switch evt := evt.(type) {
	case *event.MessageStart:
		httphead.Unframe(evt)
		f.start(evt)
		if !f.whole {
			f.emit(evt)
		}
		return
	case *event.Data:
		switch {
		case !f.open:
			f.emit(evt)
		case f.fn == nil:
			evt.Release() // nobody is going to see it
		default:
			f.add(evt)
		}
		return
	case *event.MessageEnd:
		end = evt
	}
	if broken(evt) {
		f.collector.reset()
	}
	if !f.open {
		f.emit(evt)
		return
	}
	m := f.collector.end(end)
	if f.fn == nil {
		f.put(evt, f.fixed) // checked by Build
		return
	}
	warnCut(f.Stage, &f.collector)
	if f.whole {
		f.call(evt, m)
	} else {
		f.call(evt, m.Body)
	}
}

func (f *replaceMessage) put(evt event.Event, v any) error {
	if err := emit(v, f.out); err != nil {
		return err
	}
	if _, ends := evt.(*event.StreamEnd); ends || !f.whole {
		f.emit(evt)
	}
	return nil
}

// Reset makes the filter ready for another stream.
func (f *replaceMessage) Reset() {
	f.callback.reset()
	f.collector.reset()
}
