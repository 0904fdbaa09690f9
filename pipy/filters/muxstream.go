package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// muxStream is what streams of messages through shared sessions have in common.
// C is what a filter knows of the message that waits for its answer.
type muxStream[C any] struct {
	*pipeline.Stage
	take     func(event.Event) // the filter's process, bound once
	sessions *muxPool
	key      any
	keyed    bool
	open     bool             // a message is being received
	call     *C               // the message that is not answered yet; nil when there is none
	later    queue            // input that waits for that
	ending   *event.StreamEnd // of the input, until then
	over     bool             // our StreamEnd went out
}

// reset makes it ready for another stream.
func (f *muxStream[C]) reset() {
	f.later.clear()
	*f = muxStream[C]{Stage: f.Stage, sessions: f.sessions, take: f.take}
}

// setKey finds out the key of the stream, once.
func (f *muxStream[C]) setKey() (err error) {
	if !f.keyed {
		f.key, err = f.sessions.keyOf(f.Stage)
		f.keyed = err == nil
	}
	return err
}

// cluster returns the sessions that the stream uses.
func (f *muxStream[C]) cluster() (*muxCluster, error) {
	if err := f.setKey(); err != nil {
		return nil, err
	}
	return f.sessions.cluster(f.Stage, f.key)
}

// Process takes an event, or keeps it until the message before it is answered.
func (f *muxStream[C]) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case (f.later.len() > 0 || f.call != nil && !f.open) && !broken(evt):
		f.later.push(f.Stage, evt)
	default:
		f.take(evt)
	}
}

// answered passes the end of an answer on, and goes on with what is next. The
// call is not ours any more.
func (f *muxStream[C]) answered(end event.Event) {
	f.call = nil
	f.Output(end)
	if !f.open {
		f.next()
	}
}

// next goes on with the input that waited.
func (f *muxStream[C]) next() {
	for f.later.len() > 0 && (f.call == nil || f.open) && !f.over {
		f.take(f.later.shift())
	}
	if f.ending != nil && f.call == nil && f.later.len() == 0 && !f.over {
		f.finish(f.ending)
	}
}

// finish sends the StreamEnd.
func (f *muxStream[C]) finish(end *event.StreamEnd) {
	f.over = true
	f.later.clear()
	f.Output(end)
}

// failWith ends the stream because a message cannot be sent. The call is not ours
// any more.
func (f *muxStream[C]) failWith(err error) {
	f.call, f.over = nil, true
	f.later.clear()
	f.Fail(err)
}
