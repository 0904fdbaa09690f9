package filters

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type muxQueueOptions struct {
	muxOptions
	outputCount spec.Dyn[int]
}

func (o *muxQueueOptions) declare(p *spec.Params) {
	o.muxOptions.declare(p)
	spec.Opt(p, &o.outputCount, "outputCount", spec.Fixed(1), "Messages that come back for a message; a function gets the MessageStart. 0 does not wait for any; a message with a negative number is dropped.")
}

const docMux = `

The sub-pipeline is a session. Streams with the same key share sessions; each
message is sent to one, and the messages that a session outputs go to the streams
in the order in which they sent. A message of more than 64 KiB has a session for
itself. A session runs with a clone of the variables of the stream that started
it. When it ends, the streams that wait for it get its StreamEnd. The messages of
one stream are sent one after the other.`

func declareMux(name, title string) {
	declare(Decl[muxArgs[*muxQueueOptions]]{
		Name: name, Doc: title + docMux,
		In: Messages, Out: Messages, Joint: true,
		Params: func(p *spec.Params, a *muxArgs[*muxQueueOptions]) { a.params(p, &muxQueueOptions{}) },
		Label:  func(*muxArgs[*muxQueueOptions]) string { return "mux" },
		Build: func(a *muxArgs[*muxQueueOptions]) (pipeline.New, error) {
			pool := a.pool(func() *muxQueueOptions { return &muxQueueOptions{} }, openMuxQueue)
			pool.grace = muxGrace
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &muxQueue{}
				f.Stage, f.sessions, f.take = s, pool, f.process
				return f
			}, nil
		},
	})
}

func init() {
	declareMux("mux", "shares sub-pipelines between the messages of many streams")
	declareMux("muxQueue", "shares sub-pipelines between the messages of many streams, like mux")
}

// muxGrace is how long a session may take to end after its StreamEnd.
const muxGrace = 10 * time.Second

// muxQueueCall is one message and what comes back for it.
type muxQueueCall struct {
	stream *muxQueue // nil when nobody waits any more
	conn   *muxQueueConn
	next   *muxQueueCall
	left   int  // messages to come
	open   bool // inside one
	sent   bool // to the end
}

// muxQueueConn is a session of mux.
type muxQueueConn struct {
	*muxSession
	first, newest *muxQueueCall    // that wait for messages, in order
	end           *event.StreamEnd // what the session ended with
}

func openMuxQueue(m *muxSession) func(event.Event) {
	q := &muxQueueConn{muxSession: m}
	m.conn = q
	return q.receive
}

// receive takes the output of the session's pipeline.
func (q *muxQueueConn) receive(evt event.Event) {
	if end, ok := evt.(*event.StreamEnd); ok {
		q.ended(end)
		return
	}
	c := q.first
	if c == nil {
		dropEvent(evt)
		return
	}
	switch evt.(type) {
	case *event.MessageStart:
		c.open = true
	case *event.Data:
		if !c.open {
			dropEvent(evt)
			return
		}
	case *event.MessageEnd:
		if !c.open {
			return
		}
		c.open = false
		c.left--
	}
	f := c.stream
	if c.left == 0 {
		q.first = c.next
		if q.first == nil {
			q.newest = nil
		}
		q.done(c)
	}
	switch {
	case f == nil:
		dropEvent(evt)
	case c.left == 0:
		f.answered(evt)
	default:
		f.Output(evt)
	}
}

// done gives the session back after a message.
func (q *muxQueueConn) done(c *muxQueueCall) {
	if !c.sent {
		q.kill() // the rest of the message is not wanted
		return
	}
	q.release()
}

// ended handles the end of the session.
func (q *muxQueueConn) ended(end *event.StreamEnd) {
	q.end = end
	q.kill()
	c := q.first
	q.first, q.newest = nil, nil
	for ; c != nil; c = c.next {
		f := c.stream
		if f == nil {
			continue
		}
		f.call = nil
		if c.open && end.Err == nil {
			f.Output(event.End)
		}
		f.finish(end)
	}
}

// muxQueue is one stream of messages.
type muxQueue struct {
	muxStream[muxQueueCall]
	count   int           // of messages that come back for the one that is received
	message []event.Event // that one, until it is sent
	size    int           // bytes of that
}

// Reset makes the filter ready for another stream.
func (f *muxQueue) Reset() {
	f.reset()
	f.count, f.message, f.size = 0, nil, 0
}

// Close says that nobody waits for the answer any more.
func (f *muxQueue) Close() {
	if f.call != nil {
		f.abandon()
	}
}

func (f *muxQueue) abandon() {
	c := f.call
	f.call, c.stream = nil, nil
	q := c.conn
	if c.sent {
		for o := q.first; o != nil; o = o.next {
			if o.stream != nil {
				return
			}
		}
	}
	q.first, q.newest = nil, nil
	q.kill()
}

func (f *muxQueue) process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if !f.open {
			f.begin(e)
		}
	case *event.Data:
		if !f.open || e.Len() == 0 {
			e.Release()
			return
		}
		f.add(e)
	case *event.MessageEnd:
		f.complete(e)
	case *event.StreamEnd:
		f.inputEnd(e)
	}
}

func (f *muxQueue) begin(start *event.MessageStart) {
	n, err := f.outputCount(start)
	if err != nil {
		f.failWith(err)
		return
	}
	f.open, f.count, f.size = true, n, 0
	f.message = append(f.message, start)
}

// outputCount returns how many messages come back for one.
func (f *muxQueue) outputCount(start *event.MessageStart) (int, error) {
	cluster, err := f.cluster()
	if err != nil {
		return 0, err
	}
	return cluster.all.(*muxQueueOptions).outputCount.Get(f.Context(), start)
}

// add takes a part of a message, which gets a session when it becomes long.
func (f *muxQueue) add(d *event.Data) {
	switch {
	case f.call != nil:
		f.call.conn.process(d)
	case f.message == nil || f.count < 0:
		d.Release()
	default:
		f.size += d.Len()
		f.message = append(f.message, d)
		if f.size > resendable && f.count > 0 {
			f.send(true)
		}
	}
}

// complete takes the end of a message.
func (f *muxQueue) complete(end *event.MessageEnd) {
	if !f.open {
		return
	}
	f.open = false
	switch {
	case f.call != nil:
		f.call.sent = true
		f.call.conn.process(end)
	case f.message == nil || f.count < 0: // answered already, or not to be sent
		f.message = nil
		f.next()
	default:
		f.message = append(f.message, end)
		f.send(false)
	}
}

// send gives the message to a session, which may answer at once.
func (f *muxQueue) send(alone bool) {
	events := f.message
	f.message = nil
	m, err := f.sessions.acquire(f.Stage, f.key, alone, 0)
	if err != nil {
		f.failWith(err)
		return
	}
	q := m.conn.(*muxQueueConn)
	if f.count > 0 {
		c := &muxQueueCall{stream: f, conn: q, left: f.count, sent: !f.open}
		f.call = c
		if q.first == nil {
			q.first = c
		} else {
			q.newest.next = c
		}
		q.newest = c
		if q.end != nil { // it ended at its start
			q.ended(q.end)
			return
		}
	}
	for _, evt := range events {
		m.process(evt)
	}
	if f.count == 0 {
		m.release()
		f.next()
	}
}

// inputEnd takes the end of the stream, which completes a message that is open.
func (f *muxQueue) inputEnd(end *event.StreamEnd) {
	if end.Err != nil {
		if f.call != nil {
			f.abandon()
		}
		f.finish(end)
		return
	}
	f.ending = end
	if f.open {
		f.complete(event.End)
		return
	}
	f.next()
}
