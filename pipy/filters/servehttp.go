package filters

import (
	"errors"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type serveHTTPOptions struct {
	httpServerOptions
	handler     any
	maxBodySize spec.Size
}

var _ = declare(Decl[serveHTTPOptions]{
	Name: "serveHTTP",
	Doc: `serves HTTP with a Message or a function

The requests of a connection are handled one after the other. A function gets
the whole request as a Message and returns the response as a Message, or a
promise of one; a Message answers all requests. When the function fails or
returns something else, the request is answered with 500, the reason goes to the
log, and the connection goes on.

With clients that speak HTTP/2 (see demuxHTTP), the requests of a connection are
handled at the same time.

When the program is replaced, the connection is closed after the response that
is due.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *serveHTTPOptions) {
		spec.Need(p, &o.handler, "handler", "The response, or a function of the request that returns it.")
		o.params(p)
		spec.Opt(p, &o.maxBodySize, "maxBodySize", 0, "Bytes that the body of a request may have. A longer one is answered with 413. 0 means any number.")
	},
	Build: func(o *serveHTTPOptions) (pipeline.New, error) {
		fixed, _ := o.handler.(*event.Message)
		fn, _ := o.handler.(spec.Func)
		if fixed == nil && fn == nil {
			return nil, wrongArgument("handler", "a Message or a function", o.handler)
		}
		var start *event.MessageStart
		if fixed != nil {
			// The head is read once, not for each request.
			start = &event.MessageStart{Head: httphead.Of(fixed.Head)}
		}
		exchanges := &httpExchanges{}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &serveHTTP{Stage: s, opt: o, fixed: fixed, start: start, fn: fn}
			f.server = newHTTPServer(s, &o.httpServerOptions, f, f, exchanges)
			f.conn = f.server
			return f
		}, nil
	},
})

type serveHTTP struct {
	*pipeline.Stage
	opt    *serveHTTPOptions
	fixed  *event.Message
	start  *event.MessageStart // of the fixed response
	fn     spec.Func
	conn   httpConn
	server *httpServer

	head any         // of the request that is being received
	body *event.Data // of that; nil for a fixed response
}

func (f *serveHTTP) Process(evt event.Event) { f.conn.process(evt) }

// Stop ends the connection at the next good moment.
func (f *serveHTTP) Stop() { f.conn.stop() }

// Close gives up what is going on.
func (f *serveHTTP) Close() { f.conn.close() }

func (f *serveHTTP) request(x *httpExchange, evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if f.fixed == nil {
			f.head, f.body = e.Head, &event.Data{}
		}
	case *event.Data:
		f.add(x, e)
	case *event.MessageEnd:
		f.respond(x, e)
	case *event.StreamEnd:
		x.out(evt) // nobody is at the other end of a tunnel
	}
}

// add takes a part of the body.
func (f *serveHTTP) add(x *httpExchange, d *event.Data) {
	if f.body == nil {
		d.Release()
		return
	}
	f.body.Push(d)
	if most := f.opt.maxBodySize; most > 0 && spec.Size(f.body.Len()) > most {
		x.last = true
		f.server.fail(x, httpFailure{status: 413})
	}
}

// respond answers a request that is complete.
func (f *serveHTTP) respond(x *httpExchange, end *event.MessageEnd) {
	if x.phase != beforeHead {
		return
	}
	if f.fixed != nil {
		f.send(x, f.start, f.fixed)
		return
	}
	m := &event.Message{Head: f.head, Body: f.body, Tail: end.Tail, Payload: end.Payload}
	f.head, f.body = nil, nil
	v, err := f.fn.Call(f.Context(), m)
	if p, ok := v.(spec.Promise); ok && err == nil {
		f.await(x, p)
		return
	}
	f.result(x, v, err)
}

// await answers with what a promise gives; no other request is read meanwhile.
func (f *serveHTTP) await(x *httpExchange, p spec.Promise) {
	f.server.pause()
	await(f.Stage, p, func(v any, err error) {
		if x == f.server.first { // else the client went away
			f.result(x, v, err)
		}
	})
}

// handled returns the message that a handler returned.
func handled(v any, err error) (*event.Message, error) {
	m, ok := v.(*event.Message)
	if err == nil && !ok {
		err = errors.New("handler: the function returned: " + (&spec.Mismatch{Wants: "a Message", Got: spec.Show(v)}).Error())
	}
	return m, err
}

func (f *serveHTTP) result(x *httpExchange, v any, err error) {
	m, err := handled(v, err)
	if err != nil {
		reportError(f.Stage, err)
		f.server.fail(x, failureOf(event.RuntimeError))
		return
	}
	f.send(x, &event.MessageStart{Head: m.Head}, m)
}

// send sends a response. One that turns out to be invalid is answered at once,
// after which the exchange is another one.
func (f *serveHTTP) send(x *httpExchange, start *event.MessageStart, m *event.Message) {
	number := x.number
	x.out(start)
	if m.Body != nil && m.Body.Len() > 0 && x.number == number {
		x.out(m.Body.Clone())
	}
	if x.number != number {
		return
	}
	if m.Tail == nil {
		x.out(event.End)
		return
	}
	x.out(&event.MessageEnd{Tail: m.Tail})
}

func (f *serveHTTP) cancel(*httpExchange) { f.head, f.body = nil, nil }
