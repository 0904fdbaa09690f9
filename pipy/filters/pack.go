package filters

import (
	"fmt"
	"time"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type packOptions struct {
	batchSize                  int
	timeout, interval          time.Duration
	vacancy                    float64
	prefix, postfix, separator string
}

var _ = declare(Decl[packOptions]{
	Name: "pack",
	Doc: `joins several messages into one

The body of the new message is the bodies of the old ones, in order; its head is
the head of the first. A batch that is not complete is sent when nothing comes
for a while, and at StreamEnd.`,
	In: Messages, Out: Messages,
	Params: func(p *spec.Params, o *packOptions) {
		spec.Arg(p, &o.batchSize, "batchSize", 1, "Messages to join into one.")
		spec.Opt(p, &o.timeout, "timeout", 0, "Seconds without input after which an incomplete batch is sent; 0 waits forever.")
		spec.Opt(p, &o.interval, "interval", 0, "Seconds after the beginning of a batch at which it is sent, at the end of a message, though it is incomplete; 0 means never.")
		spec.Opt(p, &o.vacancy, "vacancy", 0.5, "Accepted for older scripts; has no effect.")
		spec.Opt(p, &o.prefix, "prefix", "", "Bytes to put before the first body.")
		spec.Opt(p, &o.postfix, "postfix", "", "Bytes to put behind the last body.")
		spec.Opt(p, &o.separator, "separator", "", "Bytes to put between two bodies.")
	},
	Build: func(o *packOptions) (pipeline.New, error) {
		if o.batchSize < 1 {
			return nil, fmt.Errorf("batchSize: want at least 1, got %v", o.batchSize)
		}
		if !(o.vacancy >= 0 && o.vacancy <= 1) {
			return nil, fmt.Errorf("options.vacancy: want a number between 0 and 1, got %g", o.vacancy)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &pack{Stage: s, opt: o}
			f.late = f.flush
			return f
		}, nil
	},
})

type pack struct {
	*pipeline.Stage
	opt    *packOptions
	late   func()
	cancel func() // the timer
	open   bool   // within a message
	count  int    // messages that ended
	head   any    // of the first
	body   *event.Data
	began  time.Time // of the batch
}

func (f *pack) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.MessageStart:
		f.quiet()
		f.open = true
		if f.body == nil {
			httphead.Unframe(evt)
			f.head, f.body, f.began = evt.Head, event.DataString(f.opt.prefix), f.Loop().Now()
		} else {
			f.body.PushString(f.opt.separator)
		}
	case *event.Data:
		if f.open {
			f.body.Push(evt)
		}
	case *event.MessageEnd:
		if f.open {
			f.ended()
		}
	case *event.StreamEnd:
		f.flush()
		f.Output(evt)
	}
}

// ended counts a message.
func (f *pack) ended() {
	f.open = false
	f.count++
	if f.count >= f.opt.batchSize || f.opt.interval > 0 && f.Loop().Now().Sub(f.began) >= f.opt.interval {
		f.flush()
		return
	}
	if f.opt.timeout > 0 {
		f.cancel = f.After(f.opt.timeout, f.late)
	}
}

func (f *pack) quiet() {
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// flush sends the batch.
func (f *pack) flush() {
	f.quiet()
	if f.body == nil {
		return
	}
	body := f.body
	body.PushString(f.opt.postfix)
	head := f.head
	f.open, f.count, f.head, f.body = false, 0, nil, nil
	f.Output(&event.MessageStart{Head: head})
	if body.Len() > 0 {
		f.Output(body)
	}
	f.Output(event.End)
}

// Reset makes the filter ready for another stream.
func (f *pack) Reset() { *f = pack{Stage: f.Stage, opt: f.opt, late: f.late} }
