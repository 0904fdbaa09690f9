package filters

import (
	"errors"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// httpCodecOptions are those of the filters that decode and encode HTTP/1. Not
// all have all of them.
type httpCodecOptions struct {
	first any       // a function of the head, or the options
	fn    spec.Func // that function

	maxHeaderSize spec.Size
	bufferSize    spec.Size
	final         spec.Dyn[bool]
	bodiless      spec.Dyn[bool]
}

const (
	docRequestOf = "A function that gets the head of a response and returns the head of the request that it answers, which decides whether there is a body. Or the options."
	docOnHead    = "A function that is called with the head of each request. Or the options."
)

func (o *httpCodecOptions) decodeOptions(p *spec.Params) {
	spec.Opt(p, &o.maxHeaderSize, "maxHeaderSize", 64<<10, "Bytes that a head may have.")
}

func (o *httpCodecOptions) decodeResponseOptions(p *spec.Params) {
	o.decodeOptions(p)
	o.bodilessOption(p)
}

func (o *httpCodecOptions) bodilessOption(p *spec.Params) {
	spec.Opt(p, &o.bodiless, "bodiless", spec.Fixed(false), "The response has no body, whatever its head says, because it answers a HEAD. A function is called for each response.")
}

func (o *httpCodecOptions) encodeOptions(p *spec.Params) {
	spec.Opt(p, &o.bufferSize, "bufferSize", httpBuffer, "Bytes of a body to collect in order to send it with a content-length. A longer body is sent in chunks unless its length is known.")
}

func (o *httpCodecOptions) encodeResponseOptions(p *spec.Params) {
	o.encodeOptions(p)
	spec.Opt(p, &o.final, "final", spec.Fixed(false), "The connection ends after the response, whose StreamEnd follows. A function is called for each response.")
	o.bodilessOption(p)
}

// settle finds out what the first argument is: a function, or the options.
func (o *httpCodecOptions) settle(options func(p *spec.Params)) error {
	switch v := o.first.(type) {
	case nil:
		return nil
	case spec.Func:
		o.fn = v
		return nil
	case event.Object:
		_, err := spec.Decode(nil, []any{v}, nil, options)
		return err
	}
	return wrongArgument("handler", "a function or an object", o.first)
}

// requestMethod returns the method of the request that a response answers.
func (o *httpCodecOptions) requestMethod(s *pipeline.Stage, args ...any) (string, error) {
	if o.fn != nil {
		v, err := o.fn.Call(s.Context(), args...)
		if err != nil || v == nil {
			return "", err
		}
		switch v.(type) {
		case *httphead.Head, event.Object:
			return httpMethod(httphead.Of(v)), nil
		}
		return "", errors.New("request: the function returned: " + (&spec.Mismatch{Wants: "the head of a request", Got: spec.Show(v)}).Error())
	}
	bodiless, err := o.bodiless.Get(s.Context())
	if bodiless {
		return "HEAD", err
	}
	return "GET", err
}

// decodeHTTP decodes HTTP/1 requests or responses.
type decodeHTTP struct {
	*pipeline.Stage
	opt      *httpCodecOptions
	response bool
	dec      *http1.Decoder
	method   string // of the request that is being decoded, or answered
	tunnel   bool   // the message at hand makes the stream a tunnel
	over     bool   // our StreamEnd went out
	bad      error  // of a callback
}

func newDecodeHTTP(s *pipeline.Stage, o *httpCodecOptions, response bool) *decodeHTTP {
	f := &decodeHTTP{Stage: s, opt: o, response: response}
	limits := http1.Limits{MaxHead: int(o.maxHeaderSize)}
	if response {
		f.dec = http1.NewResponseDecoder(limits, f.ask, f.decoded)
	} else {
		f.dec = http1.NewRequestDecoder(limits, f.decoded)
	}
	return f
}

// ask returns the method of the request that a response answers.
func (f *decodeHTTP) ask(response *httphead.Head) string {
	f.method, f.bad = f.opt.requestMethod(f.Stage, response)
	return f.method
}

func (f *decodeHTTP) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		switch {
		case f.over:
			e.Release()
		case e.Len() == 0:
			f.Output(e)
		default:
			if err := f.dec.Feed(e); err != nil && !f.over {
				f.end(&event.Failure{Name: event.ProtocolError, Cause: err})
			}
		}
	case *event.MessageEnd:
		if !f.over && f.response {
			f.dec.EndBody()
		}
	case *event.StreamEnd:
		if !f.over {
			f.inputEnd(e.Err)
		}
	}
}

func (f *decodeHTTP) end(err error) {
	f.over = true
	f.Output(&event.StreamEnd{Err: err})
}

func (f *decodeHTTP) fail(err error) {
	f.over = true
	f.dec.Suspend()
	f.Fail(err)
}

// inputEnd takes the end of the input. A response decoder that waits for a
// response makes one of an error.
func (f *decodeHTTP) inputEnd(err error) {
	waits := f.response && err != nil && (f.dec.Idle() || f.dec.InHead())
	result := f.dec.End(err)
	if waits {
		f.Output(&event.MessageStart{Head: failureOf(err).head()})
		f.Output(event.End)
		result = err
	}
	f.end(result)
}

func (f *decodeHTTP) decoded(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		h := e.Head.(*httphead.Head)
		if h.Status != 0 {
			f.tunnel = h.Status == 101 || f.method == "CONNECT" && acceptsTunnel("CONNECT", h.Status)
		} else {
			f.tunnel = asksTunnel(h)
			if f.opt.fn != nil {
				_, f.bad = f.opt.fn.Call(f.Context(), h)
			}
		}
		if f.bad != nil {
			f.fail(f.bad)
			return
		}
	case *event.MessageEnd:
		if f.tunnel {
			f.tunnel = false
			f.dec.Tunnel()
		}
	}
	f.Output(evt)
}

// encodeHTTP encodes HTTP/1 requests or responses.
type encodeHTTP struct {
	*pipeline.Stage
	opt      *httpCodecOptions
	response bool
	enc      *http1.Encoder
	late     lateFlush
	open     bool // inside a message
	tunnel   bool // the message at hand makes the stream a tunnel
	raw      bool // Data pass as they are
	over     bool // our StreamEnd went out
}

func newEncodeHTTP(s *pipeline.Stage, o *httpCodecOptions, response bool) *encodeHTTP {
	f := &encodeHTTP{Stage: s, opt: o, response: response}
	f.enc = http1.NewEncoder(s.Loop().Arena(), int(o.bufferSize), func(d *event.Data) { s.Output(d) })
	f.late = lateFlush{loop: s.Loop(), flush: func() { f.check(f.enc.Flush()) }}
	return f
}

// Close stops the timer.
func (f *encodeHTTP) Close() { f.late.end() }

func (f *encodeHTTP) Process(evt event.Event) {
	if f.over {
		dropEvent(evt)
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		if !f.open {
			f.begin(e)
		}
	case *event.Data:
		switch {
		case f.open && e.Len() > 0:
			f.check(f.enc.Data(e))
		case f.raw || e.Len() == 0:
			f.Output(e)
		default:
			e.Release()
		}
	case *event.MessageEnd:
		if f.open {
			f.complete(e)
		}
	case *event.StreamEnd:
		f.late.end()
		f.enc.Abort()
		f.Output(e)
	}
}

func (f *encodeHTTP) begin(start *event.MessageStart) {
	h := httphead.Of(start.Head)
	var err error
	if f.response {
		err = f.beginResponse(h)
	} else {
		f.tunnel = asksTunnel(h)
		if f.opt.fn != nil {
			_, err = f.opt.fn.Call(f.Context(), h)
		}
		if err == nil {
			err = f.enc.StartRequest(h)
		}
	}
	if err != nil {
		f.check(err)
		return
	}
	f.open = true
	f.late.begin()
	f.Output(start)
}

func (f *encodeHTTP) beginResponse(h *httphead.Head) error {
	method, err := f.opt.requestMethod(f.Stage, h)
	if err != nil {
		return err
	}
	final, err := f.opt.final.Get(f.Context())
	if err != nil {
		return err
	}
	status := httpStatus(h)
	f.tunnel = status == 101 || method == "CONNECT" && acceptsTunnel(method, status)
	return f.enc.StartResponse(h, http1.Reply{Method: method, Protocol: "HTTP/1.1", Final: final})
}

func (f *encodeHTTP) complete(end *event.MessageEnd) {
	f.open = false
	f.late.end()
	closes, err := f.enc.End(end.Tail)
	if err != nil {
		f.check(err)
		return
	}
	f.raw = f.raw || f.tunnel
	if closes {
		f.over = true
		f.Output(event.EndStream)
		return
	}
	f.Output(end)
}

// check ends the stream when a message cannot be written.
func (f *encodeHTTP) check(err error) {
	if err != nil && !f.over {
		f.over = true
		f.late.end()
		f.Fail(err)
	}
}
