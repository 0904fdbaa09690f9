package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// toHTTP2 makes the connection one of HTTP/2.
func (f *serveHTTP) toHTTP2() *http2Server {
	c := newHTTP2Server(f.Stage, &f.opt.httpServerOptions, (*serveHTTP2)(f))
	f.conn = c
	return c
}

// serveHTTP2 is a serveHTTP as the service of a connection of HTTP/2.
type serveHTTP2 serveHTTP

func (f *serveHTTP2) request(x *http2Exchange, evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if f.fixed == nil {
			x.head, x.body = e.Head, &event.Data{}
		}
	case *event.Data:
		f.add(x, e)
	case *event.MessageEnd:
		f.respond(x, e)
	case *event.StreamEnd:
		if x.phase == tunneling {
			x.out(evt) // nobody is at the other end of a tunnel
		}
	}
}

// add takes a part of the body.
func (f *serveHTTP2) add(x *http2Exchange, d *event.Data) {
	if x.body == nil {
		d.Release()
		return
	}
	x.body.Push(d)
	if most := f.opt.maxBodySize; most > 0 && spec.Size(x.body.Len()) > most {
		x.body.Release()
		x.body = nil
		x.fail(httpFailure{status: 413})
	}
}

// respond answers a request that is complete.
func (f *serveHTTP2) respond(x *http2Exchange, end *event.MessageEnd) {
	if x.phase != beforeHead {
		return
	}
	if f.fixed != nil {
		f.send(x, f.start, f.fixed)
		return
	}
	m := &event.Message{Head: x.head, Body: x.body, Tail: end.Tail, Payload: end.Payload}
	x.head, x.body = nil, nil
	v, err := f.fn.Call(f.Context(), m)
	if p, ok := v.(spec.Promise); ok && err == nil {
		st, id := x.stream, x.stream.ID()
		await(f.Stage, p, func(v any, err error) {
			if x.stream == st && st.ID() == id { // else the client went away
				f.result(x, v, err)
			}
		})
		return
	}
	f.result(x, v, err)
}

func (f *serveHTTP2) result(x *http2Exchange, v any, err error) {
	m, err := handled(v, err)
	if err != nil {
		reportError(f.Stage, err)
		x.fail(failureOf(event.RuntimeError))
		return
	}
	f.send(x, &event.MessageStart{Head: m.Head}, m)
}

// send sends a response. The exchange is over when it turns out to be invalid.
func (f *serveHTTP2) send(x *http2Exchange, start *event.MessageStart, m *event.Message) {
	x.out(start)
	if m.Body != nil && m.Body.Len() > 0 {
		x.out(m.Body.Clone())
	}
	if m.Tail == nil {
		x.out(event.End)
		return
	}
	x.out(&event.MessageEnd{Tail: m.Tail})
}

func (f *serveHTTP2) cancel(x *http2Exchange, _ error) { x.head, x.body = nil, nil }
