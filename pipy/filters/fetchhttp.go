package filters

import (
	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var _ = declare(Decl[httpClientOptions]{
	Name: "fetchHTTP",
	Doc: `sends one HTTP request into a sub-pipeline and outputs the response

The first message of the stream is the request; later ones are dropped. The
sub-pipeline, usually a connect, shares the variables of the stream and gets a
StreamEnd when the response is complete. A request that cannot be answered gets a
response with status 502 or 504 (401 when TLS verification failed), and a
response that breaks off ends the stream with an error.`,
	In: Messages, Out: Messages, Joint: true, Legacy: true,
	Params: func(p *spec.Params, o *httpClientOptions) { o.declare(p) },
	Label:  func(*httpClientOptions) string { return "sendHTTP" },
	Build: func(o *httpClientOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &fetchHTTP{Stage: s}
			f.dec = http1.NewResponseDecoder(http1.Limits{MaxHead: int(o.maxHeaderSize)}, func(*httphead.Head) string { return f.method }, f.decoded)
			f.enc = http1.NewEncoder(s.Loop().Arena(), int(o.bufferSize), func(d *event.Data) { f.pipe.Process(d) })
			f.late = lateFlush{loop: s.Loop(), flush: f.flush}
			return f
		}, nil
	},
})

// fetchHTTP is one exchange with a server.
type fetchHTTP struct {
	*pipeline.Stage
	dec  *http1.Decoder
	enc  *http1.Encoder
	late lateFlush
	pipe *pipeline.Pipeline

	method  string
	open    bool // the request is being received
	interim bool // a 1xx response is being received
	begun   bool // the head of the final response came
	done    bool // the response is complete
	over    bool // our StreamEnd went out
	ending  *event.StreamEnd
}

// Close stops the timer.
func (f *fetchHTTP) Close() { f.late.end() }

func (f *fetchHTTP) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if f.pipe == nil {
			f.begin(httphead.Of(e.Head))
		}
	case *event.Data:
		if !f.open || f.over {
			e.Release()
			return
		}
		f.check(f.enc.Data(e))
	case *event.MessageEnd:
		f.complete(e.Tail)
	case *event.StreamEnd:
		f.complete(nil)
		f.ending = e
		if f.pipe == nil || f.done || e.Err != nil {
			f.finish(e)
		}
	}
}

func (f *fetchHTTP) begin(h *httphead.Head) {
	f.open, f.method = true, httpMethod(h)
	f.pipe = f.Sub(0, nil, f.received)
	if f.over {
		return
	}
	f.late.begin()
	f.check(f.enc.StartRequest(h))
}

func (f *fetchHTTP) complete(tail any) {
	if !f.open || f.over {
		return
	}
	f.open = false
	f.late.end()
	_, err := f.enc.End(tail)
	f.check(err)
}

func (f *fetchHTTP) flush() { f.check(f.enc.Flush()) }

// check ends the stream when the request cannot be written.
func (f *fetchHTTP) check(err error) {
	if err != nil && !f.over {
		f.over = true
		f.late.end()
		f.pipe.Close()
		f.Fail(err)
	}
}

// received takes the output of the sub-pipeline.
func (f *fetchHTTP) received(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		if f.done || f.over {
			e.Release()
			return
		}
		if err := f.dec.Feed(e); err != nil {
			f.failed(&event.Failure{Name: event.ProtocolError, Cause: err})
		}
	case *event.StreamEnd:
		if err := f.dec.End(e.Err); !f.done {
			f.failed(err)
		}
	}
}

func (f *fetchHTTP) decoded(evt event.Event) {
	if f.done || f.over {
		dropEvent(evt)
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		f.interim = http1.Interim(e.Head.(*httphead.Head).Status)
		f.begun = !f.interim
	case *event.MessageEnd:
		if !f.interim {
			f.responded(e)
			return
		}
	}
	f.Output(evt)
}

// responded ends the exchange.
func (f *fetchHTTP) responded(end *event.MessageEnd) {
	f.done = true
	f.late.end()
	if f.pipe != nil {
		f.pipe.Process(event.EndStream)
	}
	f.Output(end)
	if f.ending != nil {
		f.finish(f.ending)
	}
}

// failed answers instead of the server, unless it began to.
func (f *fetchHTTP) failed(err error) {
	if f.over {
		return
	}
	if !f.begun {
		f.Output(&event.MessageStart{Head: failureOf(err).head()})
		f.Output(event.End)
	}
	f.finish(&event.StreamEnd{Err: err})
}

func (f *fetchHTTP) finish(end *event.StreamEnd) {
	if !f.over {
		f.over = true
		f.late.end()
		f.Output(end)
	}
}
