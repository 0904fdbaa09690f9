package filters

import (
	"errors"
	"fmt"
	"time"

	"pipy/pipy/codec/proxyproto"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type acceptProxyProtocolOptions struct {
	fn            spec.Func
	timeout       time.Duration
	maxHeaderSize spec.Size
}

var _ = declare(Decl[acceptProxyProtocolOptions]{
	Name: "acceptProxyProtocol",
	Doc: `takes the header of the PROXY protocol off a stream

A proxy in front of us writes a header, of version 1 or 2, that tells where the
connection comes from. The callback gets it as a ProxyProtocolHeader. When it
returns true, or a promise of it, the rest of the stream goes through the
sub-pipeline, whose output goes out; else the stream ends.

The stream ends with ProtocolError when it does not begin with a header or when
the header is wrong, its checksum for example, and with ReadTimeout when it does
not come in time. Nobody but the proxy should be able to reach the port: whoever
writes the header can claim any address.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *acceptProxyProtocolOptions) {
		spec.Callback(p, &o.fn, "callback", "Tells whether the stream may go on. Without it, all may.")
		p.Fields[len(p.Fields)-1].Type = "(header: ProxyProtocolHeader) => boolean | Promise<boolean>"
		spec.Opt(p, &o.timeout, "timeout", 10*time.Second, "How long the header may take from the beginning of the stream. 0 waits forever.")
		spec.Opt(p, &o.maxHeaderSize, "maxHeaderSize", 16<<10, "Bytes that a header may have.")
	},
	Build: func(o *acceptProxyProtocolOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &acceptProxyProtocol{Stage: s, opt: o}
			f.out = f.Output
			f.late = f.tooLate
			return f
		}, nil
	},
})

type acceptProxyProtocol struct {
	*pipeline.Stage
	opt    *acceptProxyProtocolOptions
	out    func(event.Event) // Output, bound once
	late   func()            // tooLate, bound once
	timer  func()            // stops the timer
	begun  bool
	in     event.Data // what came of the header, and the rest behind it
	seen   []byte     // the beginning of in
	asking bool       // waits for a promise
	later  queue      // what comes meanwhile
	target *pipeline.Pipeline
	over   bool // our StreamEnd went out
}

func (f *acceptProxyProtocol) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case f.target != nil:
		f.target.Process(evt)
	case f.asking && !broken(evt):
		f.later.push(f.Stage, evt)
	default:
		f.header(evt)
	}
}

// header takes an event that comes before the end of the header.
func (f *acceptProxyProtocol) header(evt event.Event) {
	if !f.begun {
		f.begun = true
		if f.opt.timeout > 0 {
			f.timer = f.After(f.opt.timeout, f.late)
		}
	}
	switch e := evt.(type) {
	case *event.Data:
		f.add(e)
	case *event.StreamEnd:
		if e.Err == nil && f.in.Len() > 0 {
			f.end(&event.Failure{Name: event.ProtocolError, Cause: errors.New("PROXY protocol: the header is cut off")})
			return
		}
		f.over = true
		f.forget()
		f.Output(e)
	}
}

// add takes bytes, and parses the header when it is there.
func (f *acceptProxyProtocol) add(d *event.Data) {
	most := int(f.opt.maxHeaderSize)
	for i := 0; i < d.Pieces() && len(f.seen) < most; i++ {
		p := d.Piece(i)
		f.seen = append(f.seen, p[:min(len(p), most-len(f.seen))]...)
	}
	f.in.Push(d)
	h, n, err := proxyproto.Parse(f.seen, most)
	switch {
	case err != nil:
		f.end(err)
	case n > 0:
		f.stopTimer()
		f.seen = nil
		f.in.Skip(n)
		f.ask(h)
	}
}

// ask asks the script whether the stream may go on.
func (f *acceptProxyProtocol) ask(h *proxyproto.Header) {
	if f.opt.fn == nil {
		f.decided(true)
		return
	}
	v, err := f.opt.fn.Call(f.Context(), &ProxyProtocolHeader{h})
	if err != nil {
		f.failed(err)
		return
	}
	p, ok := v.(spec.Promise)
	if !ok {
		f.decided(truthy(v))
		return
	}
	f.asking = true
	await(f.Stage, p, func(v any, err error) {
		f.asking = false
		switch {
		case f.over:
		case err != nil:
			f.failed(err)
		default:
			f.decided(truthy(v))
		}
	})
}

// decided lets the rest of the stream through, or ends it.
func (f *acceptProxyProtocol) decided(yes bool) {
	if !yes {
		f.end(nil)
		return
	}
	f.target = f.Sub(0, nil, f.out)
	rest := &event.Data{}
	rest.Push(&f.in)
	f.target.Process(rest) // even if it is empty: the other side may be the first to speak
	f.later.drain(f.target.Process)
}

// failed ends the stream because of an error of the script.
func (f *acceptProxyProtocol) failed(err error) {
	f.over = true
	f.forget()
	f.Fail(err)
}

func (f *acceptProxyProtocol) tooLate() {
	f.end(&event.Failure{Name: event.ReadTimeout, Cause: errors.New("PROXY protocol: the header did not come in time")})
}

// end ends the stream.
func (f *acceptProxyProtocol) end(err error) {
	f.over = true
	f.forget()
	if err == nil {
		f.Output(event.EndFinal)
		return
	}
	warnEnd(f.Stage, err)
	f.Output(&event.StreamEnd{Err: err})
}

func (f *acceptProxyProtocol) stopTimer() {
	if f.timer != nil {
		f.timer()
		f.timer = nil
	}
}

// forget gives back what came.
func (f *acceptProxyProtocol) forget() {
	f.stopTimer()
	f.in.Release()
	f.seen = nil
	f.later.clear()
}

// Reset makes the filter ready for another stream.
func (f *acceptProxyProtocol) Reset() {
	f.forget()
	f.target = nil
	f.begun, f.asking, f.over = false, false, false
}

type connectProxyProtocolOptions struct{ header any }

var _ = declare(Decl[connectProxyProtocolOptions]{
	Name: "connectProxyProtocol",
	Doc: `writes the header of the PROXY protocol before a stream

At the first event of the stream the header goes into the sub-pipeline, usually a
connect, and the stream behind it. The header is an object, or what
acceptProxyProtocol gave to its callback: version (2 is binary, anything else 1),
command ('PROXY' or 'LOCAL', version 2 only), protocol ('TCP4', 'TCP6', 'UDP4',
'UDP6', 'UNIX', 'UNIX_DGRAM' or 'UNKNOWN'; by default TCP, of the family of the
addresses), sourceAddress, sourcePort, targetAddress, targetPort, and for version 2
tlvs, an array of objects with type and value, a Data or a string. The value of a
TLV of type 3, the checksum, is computed.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *connectProxyProtocolOptions) {
		spec.Need(p, &o.header, "header", "The header, or a function that returns it.")
		field := &p.Fields[len(p.Fields)-1]
		field.Wants, field.Type = "an object or a function that returns one", "object | (() => object)"
	},
	Build: func(o *connectProxyProtocolOptions) (pipeline.New, error) {
		var fixed []byte
		if _, ok := o.header.(spec.Func); !ok {
			var err error
			if fixed, err = encodeProxyHeader(o.header); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			return &connectProxyProtocol{Stage: s, opt: o, fixed: fixed, out: s.Output}
		}, nil
	},
})

// encodeProxyHeader returns the bytes of a header that a script wrote.
func encodeProxyHeader(v any) ([]byte, error) {
	h, err := proxyHeader(v)
	if err != nil {
		return nil, err
	}
	b, err := h.AppendTo(nil)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return b, nil
}

type connectProxyProtocol struct {
	*pipeline.Stage
	opt    *connectProxyProtocolOptions
	fixed  []byte // the header, if it is always the same
	out    func(event.Event)
	target *pipeline.Pipeline
}

func (f *connectProxyProtocol) Process(evt event.Event) {
	if f.target == nil {
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
			return
		}
		if !f.start() {
			return
		}
	}
	f.target.Process(evt)
}

// start sends the header.
func (f *connectProxyProtocol) start() bool {
	b := f.fixed
	if fn, ok := f.opt.header.(spec.Func); ok {
		v, err := fn.Call(f.Context())
		if err == nil {
			b, err = encodeProxyHeader(v)
		}
		if err != nil {
			f.Fail(err)
			return false
		}
	}
	f.target = f.Sub(0, nil, f.out)
	f.target.Process(event.NewData(b))
	return true
}

// Reset makes the filter ready for another stream.
func (f *connectProxyProtocol) Reset() { f.target = nil }
