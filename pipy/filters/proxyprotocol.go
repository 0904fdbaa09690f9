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
		typedOption(p, "", "(header: ProxyProtocolHeader) => boolean | Promise<boolean>")
		spec.Opt(p, &o.timeout, "timeout", 10*time.Second, "How long the header may take from the beginning of the stream. 0 waits forever.")
		spec.Opt(p, &o.maxHeaderSize, "maxHeaderSize", 16<<10, "Bytes that a header may have.")
	},
	Build: func(o *acceptProxyProtocolOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &acceptProxyProtocol{gate: gate{Stage: s, out: s.Output}, opt: o}
			f.late = f.tooLate
			return f
		}, nil
	},
})

type acceptProxyProtocol struct {
	gate
	opt  *acceptProxyProtocolOptions
	in   event.Data // what came of the header, and the rest behind it
	seen []byte     // the beginning of in
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
	f.startTimer(f.opt.timeout)
	switch e := evt.(type) {
	case *event.Data:
		f.add(e)
	case *event.StreamEnd:
		if e.Err == nil && f.in.Len() > 0 {
			f.end(&event.Failure{Name: event.ProtocolError, Cause: errors.New("PROXY protocol: the header is cut off")})
			return
		}
		f.in.Release()
		f.finish(e)
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
		if f.opt.fn == nil {
			f.decided(true, nil)
			return
		}
		f.ask(f.decided, f.opt.fn, &ProxyProtocolHeader{h})
	}
}

// decided lets the rest of the stream through, or ends it.
func (f *acceptProxyProtocol) decided(yes bool, err error) {
	switch {
	case err != nil:
		f.in.Release()
		f.failed(err)
	case !yes:
		f.end(nil)
	default:
		rest := &event.Data{}
		rest.Push(&f.in)
		f.enter(rest)
		f.later.drain(f.target.Process)
	}
}

func (f *acceptProxyProtocol) tooLate() {
	f.end(&event.Failure{Name: event.ReadTimeout, Cause: errors.New("PROXY protocol: the header did not come in time")})
}

// end gives back what came, and ends the stream.
func (f *acceptProxyProtocol) end(err error) {
	f.in.Release()
	f.gate.end(err)
}

// Reset makes the filter ready for another stream.
func (f *acceptProxyProtocol) Reset() {
	f.reset()
	f.in.Release()
	f.seen = nil
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
		typedOption(p, "an object or a function that returns one", "object | (() => object)")
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
