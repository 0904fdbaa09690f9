package filters

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type muxHTTPOptions struct {
	muxOptions
	httpClientOptions
	http2Options
	version any
	ping    spec.Func
}

func (o *muxHTTPOptions) declare(p *spec.Params) {
	o.muxOptions.declare(p)
	o.httpClientOptions.declare(p)
	o.http2Options.declare(p)
	spec.Opt(p, &o.version, "version", any(nil), docHTTPVersion)
	spec.Opt(p, &o.ping, "ping", spec.Func(nil), docPing)
	if _, ok := o.version.(spec.Func); ok || !p.Decoding() {
		return
	}
	if _, err := httpVersion(o.version); err != nil {
		p.Fail("options.version", err)
	}
}

var _ = declare(Decl[muxArgs[*muxHTTPOptions]]{
	Name: "muxHTTP",
	Doc: `sends HTTP requests through shared connections

The sub-pipeline, usually a connect, is a session: one connection on which
requests of many streams are sent. Streams with the same key share sessions.
Requests are sent without waiting for the responses to earlier ones (pipelining,
RFC 9112, 9.3.2), up to maxQueue on a session. A request that is not idempotent,
such as a POST, and one with a body of more than 64 KiB has a session for itself
until it is answered. A session runs with a clone of the variables of the stream
that started it.

When the server closes the connection without a byte of an answer, an idempotent
request is sent once more on a new connection. A request that cannot be answered
gets a response with status 502 or 504 (401 when TLS verification failed), then
the StreamEnd of the session. A response that breaks off ends the stream with an
error. A stream's requests are sent one after the other.

CONNECT and upgrade requests have a connection for themselves, which becomes raw
Data in both directions when the response accepts.

In HTTP/2, all requests of a key share one connection, whatever they are; those
that are more than the server takes at a time wait. A request that the server did
not look at is sent again, and one that nobody waits for is cancelled. A tunnel
takes a stream of the connection, not all of it.`,
	In: Messages, Out: Messages, Joint: true,
	Params: func(p *spec.Params, a *muxArgs[*muxHTTPOptions]) { a.params(p, &muxHTTPOptions{}) },
	Build: func(a *muxArgs[*muxHTTPOptions]) (pipeline.New, error) {
		h := &httpPool{}
		h.muxPool = a.pool(func() *muxHTTPOptions { return &muxHTTPOptions{} }, h.open)
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &muxHTTP{pool: h}
			f.Stage, f.sessions, f.take = s, h.muxPool, f.process
			return f
		}, nil
	},
})

// resendable is the number of bytes of a request's body up to which it is kept
// until it is sent with others, or sent again.
const resendable = 64 << 10

// httpPool is the sessions of one muxHTTP.
type httpPool struct {
	*muxPool
	free []*httpCall
}

// httpCall is one request and its response. It outlives its stream when that is
// closed before the response came.
type httpCall struct {
	stream *muxHTTP    // nil when nobody waits for the response
	client httpSession // nil until a session is found
	next   *httpCall   // sent after this one

	head       *httphead.Head
	method     string
	body       *event.Data       // what came of it, while it is kept; nil for none
	end        *event.MessageEnd // nil until the request is complete
	kept       bool              // body is all that came of the body
	tunnel     bool              // the request asks for a tunnel
	idempotent bool
	keep       bool // parts of the body that were sent are kept too
	sent       bool // to the last byte
	answered   bool // a byte of the response came
	begun      bool // the stream got the head of the final response
	retried    bool
	since      int64      // when it was sent last, in the loop's time
	refusals   int        // sessions that did not look at it
	http2      *http2Call // in a session of HTTP/2
}

// alone tells whether no other request may be in the same session of HTTP/1.
func (c *httpCall) alone() bool { return !c.idempotent || c.tunnel || !c.kept }

func (p *httpPool) take() *httpCall {
	n := len(p.free)
	if n == 0 {
		return &httpCall{}
	}
	c := p.free[n-1]
	p.free[n-1] = nil
	p.free = p.free[:n-1]
	return c
}

func (p *httpPool) put(c *httpCall) {
	if c.body != nil {
		c.body.Release()
	}
	*c = httpCall{}
	if len(p.free) < 1024 {
		p.free = append(p.free, c)
	}
}

// idempotent tells whether sending a request twice is like sending it once (RFC
// 9110, 9.2.2).
func idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE":
		return true
	}
	return false
}

// muxHTTP is one stream of requests.
type muxHTTP struct {
	muxStream[httpCall]
	pool   *httpPool
	tunnel httpTunnel // what raw Data goes to
}

// Reset makes the filter ready for another stream.
func (f *muxHTTP) Reset() {
	f.reset()
	f.tunnel = nil
}

// Close says that nobody waits for the response any more.
func (f *muxHTTP) Close() {
	if f.tunnel != nil {
		f.tunnel.kill()
	}
	if f.call != nil {
		f.abandon()
	}
}

// abandon gives up the request.
func (f *muxHTTP) abandon() {
	c := f.call
	f.call, c.stream = nil, nil
	if c.client == nil {
		f.pool.put(c)
		return
	}
	c.client.abandoned(c)
}

func (f *muxHTTP) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case f.later.len() > 0 && !broken(evt):
		f.later.push(f.Stage, evt)
	default:
		f.process(evt)
	}
}

// broken tells whether an event is a StreamEnd with an error, which does not
// wait for what came before.
func broken(evt event.Event) bool {
	end, ok := evt.(*event.StreamEnd)
	return ok && end.Err != nil
}

func (f *muxHTTP) process(evt event.Event) {
	if end, ok := evt.(*event.StreamEnd); ok {
		f.inputEnd(end)
		return
	}
	if f.tunnel != nil {
		if d, ok := evt.(*event.Data); ok {
			f.tunnel.process(d)
		}
		return
	}
	if f.call != nil && !f.open {
		f.later.push(f.Stage, evt)
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		if !f.open {
			f.begin(httphead.Of(e.Head))
		}
	case *event.Data:
		if f.call == nil || e.Len() == 0 {
			e.Release() // outside of a message, or of no interest any more
			return
		}
		f.add(e)
	case *event.MessageEnd:
		if f.open {
			f.open = false
			f.complete(e)
		}
	}
}

// begin takes the head of a request.
func (f *muxHTTP) begin(h *httphead.Head) {
	cluster, err := f.cluster()
	if err != nil {
		f.failWith(err)
		return
	}
	c := f.pool.take()
	c.stream, c.head, c.method = f, h, httpMethod(h)
	c.idempotent = idempotent(c.method)
	c.keep = c.idempotent
	c.tunnel = asksTunnel(h)
	c.kept = true
	f.call, f.open = c, true
	if c.alone() || cluster.opt.maxQueue == 1 || cluster.wide {
		f.pool.send(c, true, 0)
	}
}

// add takes a part of the body: it is sent at once when the request has a
// session already, and gets one when it becomes long.
func (f *muxHTTP) add(d *event.Data) {
	c := f.call
	if c.kept && c.keep || c.client == nil {
		if c.body == nil {
			c.body = &event.Data{}
		}
		c.body.Push(d.Clone())
		if c.body.Len() > resendable {
			c.kept = false
		}
	} else {
		c.kept = false
	}
	switch {
	case c.client == nil && c.kept:
		d.Release()
	case c.client == nil:
		d.Release()
		f.pool.send(c, true, 0)
	default:
		c.client.add(c, d)
	}
}

// complete takes the end of a request.
func (f *muxHTTP) complete(end *event.MessageEnd) {
	c := f.call
	if c == nil {
		f.next()
		return
	}
	c.end = end
	if c.client == nil {
		f.pool.send(c, false, 0)
		return
	}
	c.client.complete(c)
}

// inputEnd takes the end of the stream, which completes a request that is open.
func (f *muxHTTP) inputEnd(end *event.StreamEnd) {
	switch {
	case f.tunnel != nil:
		f.tunnel.process(end)
		return
	case end.Err != nil:
		if f.call != nil {
			f.abandon()
		}
		f.finish(end)
		return
	}
	f.ending = end
	if f.open {
		f.open = false
		f.complete(event.End)
		return
	}
	if f.call == nil {
		f.finish(end)
	}
}

// failed answers a request instead of the server and ends the stream with the
// error of the session.
func (f *muxHTTP) failed(why httpFailure, err error) {
	f.call = nil
	f.pool.figures.Failed++
	f.unanswered(err)
	f.Output(&event.MessageStart{Head: why.head()})
	f.Output(event.End)
	f.finish(&event.StreamEnd{Err: err})
}

// cut ends the stream within a response.
func (f *muxHTTP) cut(err error) {
	f.unanswered(err)
	f.finish(&event.StreamEnd{Err: err})
}

// unanswered tells the operator why there is no response, or a part of one.
func (f *muxHTTP) unanswered(err error) {
	switch event.NameOf(err) {
	case "":
		warnStream(f.Stage, "ended without a response")
	case event.CannotResolve, event.ConnectionRefused, event.ConnectionTimeout: // connect has told that
	default:
		warnEnd(f.Stage, err)
	}
}

// tunneled makes the stream a tunnel after the response that accepts it.
func (f *muxHTTP) tunneled(client httpTunnel) {
	f.call, f.tunnel = nil, client
	for f.later.len() > 0 {
		f.process(f.later.shift())
	}
	if f.ending != nil {
		client.process(f.ending)
	}
}
