package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type handleMessageOptions struct {
	fn    spec.Func
	limit bodyLimit
}

func declareHandleMessage(name, title, what string, whole bool) *Filter {
	return declare(Decl[handleMessageOptions]{
		Name: name,
		Doc: title + `

Events pass unchanged while ` + what + ` is collected. The callback runs when
the message has ended, or the stream within the message, before that event is
passed on. When it returns a promise, that event and those after it wait until
it is fulfilled.`,
		In: Messages, Out: Messages,
		Params: func(p *spec.Params, o *handleMessageOptions) {
			o.limit.lead(p, false)
			spec.Need(p, &o.fn, "callback", "Called with "+what+" and the number of calls before.")
			o.limit.options(p)
		},
		Build: func(o *handleMessageOptions) (pipeline.New, error) {
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &handleMessage{whole: whole}
				f.limit = o.limit.size()
				f.callback = callback{Stage: s, fn: o.fn, process: f.handle, done: f.pass}
				return f
			}, nil
		},
	})
}

var (
	_ = declareHandleMessage("handleMessage", "calls back for each message", "the message", true)
	_ = declareHandleMessage("handleMessageBody", "calls back for the body of each message", "the body", false)
)

// handleMessage shows messages, or their bodies, to a script.
type handleMessage struct {
	callback
	collector
	whole bool // the message, not only its body
}

func (f *handleMessage) handle(evt event.Event) {
	var end *event.MessageEnd
	switch evt := evt.(type) {
	case *event.MessageStart:
		f.start(evt)
		f.Output(evt)
		return
	case *event.Data:
		if f.open && evt.Len() > 0 {
			f.add(evt.Clone())
		}
		f.Output(evt)
		return
	case *event.MessageEnd:
		end = evt
	}
	if !f.open {
		f.Output(evt)
		return
	}
	m := f.collector.end(end)
	warnCut(f.Stage, &f.collector)
	if f.whole {
		f.call(evt, m)
	} else {
		f.call(evt, m.Body)
	}
}

// pass ignores what the callback returned.
func (f *handleMessage) pass(evt event.Event, _ any) error {
	f.Output(evt)
	return nil
}

// Reset makes the filter ready for another stream.
func (f *handleMessage) Reset() {
	f.callback.reset()
	f.collector.reset()
}
