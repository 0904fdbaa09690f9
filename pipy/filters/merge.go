package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// mergeOptions are muxOptions of which scripts can set one.
type mergeOptions struct{ muxOptions }

func (o *mergeOptions) declare(p *spec.Params) {
	spec.Opt(p, &o.maxIdle, "maxIdle", defaultMaxIdle, docMaxIdle)
}

var _ = declare(Decl[muxArgs[*mergeOptions]]{
	Name: "merge",
	Doc: `copies messages into a sub-pipeline that many streams share

All events pass through. Each complete message is also sent to a session of the
sub-pipeline; streams with the same key share one. What a session outputs is
dropped. A session runs with a clone of the variables of the stream that started
it.`,
	In: Messages, Out: Messages, Joint: true, Fork: true, Legacy: true,
	Params: func(p *spec.Params, a *muxArgs[*mergeOptions]) { a.params(p, &mergeOptions{}) },
	Build: func(a *muxArgs[*mergeOptions]) (pipeline.New, error) {
		pool := a.pool(func() *mergeOptions { return &mergeOptions{} }, openMerge)
		pool.grace = muxGrace
		return func(s *pipeline.Stage) pipeline.Filter { return &merge{Stage: s, pool: pool} }, nil
	},
})

// openMerge drops the output of a session.
func openMerge(m *muxSession) func(event.Event) {
	return func(evt event.Event) {
		dropEvent(evt)
		if _, ok := evt.(*event.StreamEnd); ok {
			m.kill()
		}
	}
}

type merge struct {
	*pipeline.Stage
	pool    *muxPool
	key     any
	keyed   bool
	message []event.Event // the copy of a message that is not complete
}

// Reset makes the filter ready for another stream.
func (f *merge) Reset() { *f = merge{Stage: f.Stage, pool: f.pool} }

func (f *merge) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		f.message = append(f.message[:0], evt)
	case *event.Data:
		if len(f.message) > 0 && e.Len() > 0 {
			f.message = append(f.message, e.Clone())
		}
	case *event.MessageEnd:
		if len(f.message) > 0 {
			f.message = append(f.message, evt)
			if !f.send() {
				return
			}
		}
	}
	f.Output(evt)
}

// send gives the copy to a session, and tells whether the stream goes on.
func (f *merge) send() bool {
	if !f.keyed {
		key, err := f.pool.keyOf(f.Stage)
		if err != nil {
			f.Fail(err)
			return false
		}
		f.key, f.keyed = key, true
	}
	m, err := f.pool.acquire(f.Stage, f.key, false, 0)
	if err != nil {
		f.Fail(err)
		return false
	}
	for _, evt := range f.message {
		m.process(evt)
	}
	clear(f.message)
	f.message = f.message[:0]
	m.release()
	return true
}
