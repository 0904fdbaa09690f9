package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var _ = declare(Decl[httpServerOptions]{
	Name: "demuxHTTP",
	Doc: `serves HTTP: one sub-pipeline for each request

Requests are decoded from the bytes of a connection. Each runs in a sub-pipeline
of its own, with a clone of the variables; what the sub-pipeline outputs is the
response. Requests that a client sends without waiting are worked on at the same
time and answered in their order.

A sub-pipeline that ends without a response is answered with 502, or with 500 if
a callback failed, or with the status that fits the error of its StreamEnd. A
response that breaks off closes the connection. A request for a tunnel (CONNECT,
or an upgrade) turns the connection into raw Data in both directions when the
response accepts it. The field "expect: 100-continue" is answered and removed.

HTTP/2 is spoken with clients that begin with its preface, as those do that
learned of it by ALPN, or that ask for an upgrade to h2c. Then responses are sent
as they are ready, a sub-pipeline gets a StreamEnd behind the end of its request,
and a response that breaks off ends its stream only, as a tunnel does.

When the program is replaced, the connection is closed after the response to the
newest request.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *httpServerOptions) { o.params(p) },
	Build: func(o *httpServerOptions) (pipeline.New, error) {
		exchanges := &httpExchanges{}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &demuxHTTP{Stage: s, opt: o}
			f.conn = newHTTPServer(s, o, f, f, exchanges)
			return f
		}, nil
	},
})

// httpConn is the server's side of a connection in one version of HTTP.
type httpConn interface {
	process(evt event.Event)
	stop()  // end at the next good moment
	close() // give everything back
}

type demuxHTTP struct {
	*pipeline.Stage
	opt  *httpServerOptions
	conn httpConn
}

func (f *demuxHTTP) Process(evt event.Event) { f.conn.process(evt) }

// Stop ends the connection at the next good moment.
func (f *demuxHTTP) Stop() { f.conn.stop() }

// Close gives up what is going on.
func (f *demuxHTTP) Close() { f.conn.close() }

func (f *demuxHTTP) request(x *httpExchange, evt event.Event) {
	if _, ok := evt.(*event.MessageStart); ok {
		f.start(x)
	}
	if x.pipe == nil {
		dropEvent(evt)
		return
	}
	x.pipe.Process(evt)
}

// start gives an exchange its sub-pipeline, which may answer at once.
func (f *demuxHTTP) start(x *httpExchange) {
	pipe := f.Sub(0, f.Context().Clone(), x.out)
	if x.server == nil || x.failure != 0 {
		pipe.Close()
		return
	}
	x.pipe = pipe
}

// cancel closes the sub-pipeline. It is forgotten at once, since it may run for
// another request soon.
func (f *demuxHTTP) cancel(x *httpExchange) {
	if x.pipe != nil {
		x.pipe.Close()
		x.pipe = nil
	}
}
