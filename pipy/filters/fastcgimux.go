package filters

import (
	"pipy/pipy/codec/fastcgi"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type muxFastCGIOptions struct{ muxOptions }

func (o *muxFastCGIOptions) declare(p *spec.Params) {
	spec.Opt(p, &o.maxIdle, "maxIdle", defaultMaxIdle, docMaxIdle)
	spec.Opt(p, &o.maxQueue, "maxQueue", 1, "Requests that are under way in one session at the same time. Many applications take no more than 1; 0 means any number.")
	spec.Opt(p, &o.maxMessages, "maxMessages", 0, "Requests after which a session is closed. 0 means any number.")
}

var _ = declare(Decl[muxArgs[*muxFastCGIOptions]]{
	Name: "muxFastCGI",
	Doc: "sends requests to FastCGI applications" + docFastCGI + `

The sub-pipeline is a session: a connection to an application. Streams with the same key
share sessions. What is missing in a head is 1 for role and true for keepAlive. When a
session ends, the requests that wait for it get its StreamEnd.`,
	In: Messages, Out: Messages, Joint: true,
	Params: func(p *spec.Params, a *muxArgs[*muxFastCGIOptions]) { a.params(p, &muxFastCGIOptions{}) },
	Build: func(a *muxArgs[*muxFastCGIOptions]) (pipeline.New, error) {
		pool := a.pool(func() *muxFastCGIOptions { return &muxFastCGIOptions{} }, openFastCGI)
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &muxFastCGI{}
			f.Stage, f.sessions, f.take = s, pool, f.process
			return f
		}, nil
	},
})

// fastcgiConn is a session of muxFastCGI.
type fastcgiConn struct {
	*muxSession
	dec   *fastcgi.Decoder
	calls map[int]*fastcgiCall
	last  int // the ID that was given last
	end   *event.StreamEnd
}

// fastcgiCall is a request under way.
type fastcgiCall struct {
	conn   *fastcgiConn
	stream *muxFastCGI // nil when nobody waits any more
	id     int
	open   bool // the MessageStart of the response was sent
	stderr event.Data
}

func openFastCGI(m *muxSession) func(event.Event) {
	q := &fastcgiConn{muxSession: m, calls: map[int]*fastcgiCall{}}
	q.dec = fastcgi.NewDecoder(q.record)
	m.conn = q
	return q.receive
}

// receive takes the output of the session's pipeline.
func (q *fastcgiConn) receive(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if err := q.dec.Feed(evt); err != nil && q.end == nil {
			q.ended(&event.StreamEnd{Err: &event.Failure{Name: event.ProtocolError, Cause: err}})
		}
	case *event.StreamEnd:
		if q.end == nil {
			q.ended(evt)
		}
	}
}

func (q *fastcgiConn) ended(end *event.StreamEnd) {
	q.end = end
	q.kill()
	calls := q.calls
	q.calls = nil
	for _, c := range calls {
		if f := c.stream; f != nil {
			f.call = nil
			if end.Err == nil {
				end = &event.StreamEnd{Err: event.ConnectionReset} // before the response was complete
			}
			f.finish(end)
		}
	}
}

// begin gives a request an ID.
func (q *fastcgiConn) begin(f *muxFastCGI) *fastcgiCall {
	for q.calls[q.last+1] != nil || q.last+1 > 0xffff {
		q.last = (q.last + 1) % 0xffff
	}
	q.last++
	c := &fastcgiCall{conn: q, stream: f, id: q.last}
	q.calls[c.id] = c
	return c
}

func (q *fastcgiConn) record(rec fastcgi.Record) {
	c := q.calls[rec.ID]
	if c == nil {
		rec.Content.Release()
		return
	}
	switch rec.Type {
	case fastcgi.Stdout:
		if rec.Content.Len() > 0 {
			c.output(rec.Content)
		}
	case fastcgi.Stderr:
		if c.stderr.Len() < maxParams {
			c.stderr.Push(rec.Content)
		}
	case fastcgi.EndRequest:
		c.complete(rec.Content)
	}
}

// output passes a part of the response on.
func (c *fastcgiCall) output(d *event.Data) {
	f := c.stream
	if f == nil {
		d.Release()
		return
	}
	c.begin()
	f.Output(d)
}

func (c *fastcgiCall) begin() {
	if !c.open {
		c.open = true
		c.stream.Output(&event.MessageStart{})
	}
}

// complete ends the response.
func (c *fastcgiCall) complete(content *event.Data) {
	q := c.conn
	app, status, err := fastcgi.ParseEnd(content)
	if err != nil {
		q.ended(&event.StreamEnd{Err: &event.Failure{Name: event.ProtocolError, Cause: err}})
		return
	}
	delete(q.calls, c.id)
	f := c.stream
	if f == nil {
		q.release()
		return
	}
	if f.open { // the rest of the request is not wanted
		q.kill()
	} else {
		q.release()
	}
	c.begin()
	stderr := &event.Data{}
	stderr.Push(&c.stderr)
	tail := record([]string{"appStatus", "protocolStatus", "stderr"}, []any{float64(app), number(status), stderr})
	f.answered(&event.MessageEnd{Tail: tail})
}

// muxFastCGI is one stream of requests.
type muxFastCGI struct {
	muxStream[fastcgiCall]
}

// Reset makes the filter ready for another stream.
func (f *muxFastCGI) Reset() { f.reset() }

// Close aborts the request under way.
func (f *muxFastCGI) Close() { f.abandon() }

func (f *muxFastCGI) abandon() {
	c := f.call
	if c == nil {
		return
	}
	f.call, c.stream = nil, nil
	d := &event.Data{}
	fastcgi.Append(d, fastcgi.AbortRequest, c.id, &event.Data{})
	c.conn.process(d)
	c.conn.process(&event.Data{})
}

func (f *muxFastCGI) process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if f.open {
			return
		}
		if err := f.begin(e); err != nil {
			f.failWith(err)
		}
	case *event.Data:
		if !f.open || f.call == nil || e.Len() == 0 {
			e.Release()
			return
		}
		f.send(fastcgi.Stdin, e)
	case *event.MessageEnd:
		f.complete()
	case *event.StreamEnd:
		if e.Err != nil {
			f.abandon()
			f.finish(e)
			return
		}
		f.ending = e
		f.complete()
		f.next()
	}
}

// begin sends the head of a request.
func (f *muxFastCGI) begin(start *event.MessageStart) error {
	if err := f.setKey(); err != nil {
		return err
	}
	head := objectOf(start.Head)
	role, err := member(head, "role", 1, 1, 0xffff)
	if err != nil {
		return err
	}
	var list []fastcgi.Param
	params := objectOf(head.Get("params"))
	for _, name := range params.Keys() {
		list = append(list, fastcgi.Param{Name: name, Value: httphead.Text(params.Get(name))})
	}
	m, err := f.sessions.acquire(f.Stage, f.key, false, 0)
	if err != nil {
		return err
	}
	q := m.conn.(*fastcgiConn)
	if q.end != nil { // it ended at its start
		f.finish(q.end)
		return nil
	}
	f.open = true
	f.call = q.begin(f)
	d := &event.Data{}
	fastcgi.AppendBegin(d, f.call.id, int(role), flag(head, "keepAlive", true))
	if b := fastcgi.AppendParams(nil, list); len(b) > 0 {
		fastcgi.Append(d, fastcgi.Params, f.call.id, event.NewData(b))
	}
	fastcgi.Append(d, fastcgi.Params, f.call.id, &event.Data{})
	q.process(d)
	return nil
}

func (f *muxFastCGI) send(kind int, content *event.Data) {
	d := &event.Data{}
	fastcgi.Append(d, kind, f.call.id, content)
	f.call.conn.process(d)
}

// complete takes the end of a request.
func (f *muxFastCGI) complete() {
	if !f.open {
		return
	}
	f.open = false
	if f.call == nil { // answered already
		f.next()
		return
	}
	conn := f.call.conn
	f.send(fastcgi.Stdin, &event.Data{})
	conn.process(&event.Data{})
}
