package filters

import (
	"bytes"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type detectOptions struct {
	fn      spec.Func
	timeout time.Duration
}

var _ = declare(Decl[detectOptions]{
	Name: "detectProtocol",
	Doc: `tells the protocol of a stream by its first bytes

The callback gets 'HTTP' (HTTP/1), 'HTTP2', 'TLS', or '' when it is none of them,
once. Data passes without delay, whether or not the protocol is known. Events
that the callback returns are put out.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *detectOptions) {
		spec.Need(p, &o.fn, "callback", "Called with the name of the protocol.")
		spec.Opt(p, &o.timeout, "timeout", time.Second, "Seconds after the first event at which the protocol counts as unknown; 0 means never.")
	},
	Build: func(o *detectOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &detect{Stage: s, opt: o, out: s.Output}
			f.late = f.giveUp
			return f
		}, nil
	},
})

type detect struct {
	*pipeline.Stage
	opt    *detectOptions
	out    func(event.Event)
	late   func()
	cancel func() // the timer
	seen   []byte // the first bytes
	timed  bool
	done   bool
}

func (f *detect) Process(evt event.Event) {
	if !f.done {
		f.look(evt)
	}
	f.Output(evt)
}

func (f *detect) look(evt event.Event) {
	if !f.timed {
		f.timed = true
		if f.opt.timeout > 0 {
			f.cancel = f.After(f.opt.timeout, f.late)
		}
	}
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			return
		}
		for i := 0; i < evt.Pieces() && len(f.seen) < detectLimit; i++ {
			b := evt.Piece(i)
			f.seen = append(f.seen, b[:min(len(b), detectLimit-len(f.seen))]...)
		}
		if name, known := protocolOf(f.seen); known {
			f.tell(name)
		}
	case *event.StreamEnd:
		f.giveUp()
	}
}

func (f *detect) giveUp() {
	if !f.done {
		f.tell("")
	}
}

func (f *detect) tell(name string) {
	f.done = true
	f.seen = f.seen[:0]
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
	v, err := f.opt.fn.Call(f.Context(), name)
	if err == nil && isEvents(v) {
		err = emit(v, f.out)
	}
	if err != nil {
		f.Fail(err)
	}
}

// isEvents tells whether a script returned events, and not just the value of an
// expression such as an assignment.
func isEvents(v any) bool { return v != nil && checkEvents(v) == nil }

// Reset makes the filter ready for another stream.
func (f *detect) Reset() {
	f.cancel, f.timed, f.done = nil, false, false
	f.seen = f.seen[:0]
}

const (
	detectLimit = 4 << 10 // bytes that are looked at
	tlsHeader   = 6       // of a handshake record with the type of its message

	http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" // RFC 9113, 3.4
)

var httpMethods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// protocolOf tells the protocol of a stream that begins with b, and whether
// that is certain.
func protocolOf(b []byte) (name string, known bool) {
	if b[0] == 0x16 {
		return tlsOf(b)
	}
	if n := min(len(b), len(http2Preface)); string(b[:n]) == http2Preface[:n] {
		return "HTTP2", n == len(http2Preface)
	}
	return httpOf(b)
}

// tlsOf looks for a handshake record with a ClientHello (RFC 8446, 5.1 and 4).
func tlsOf(b []byte) (name string, known bool) {
	const clientHello = 1
	if !maybeHandshake(b) || len(b) >= tlsHeader && b[5] != clientHello {
		return "", true
	}
	if len(b) < tlsHeader {
		return "", false
	}
	return "TLS", true
}

// httpOf looks for a request line of HTTP/1 (RFC 9112, 3). The method is
// enough if it is a common one.
func httpOf(b []byte) (name string, known bool) {
	line, _, whole := bytes.Cut(b, []byte("\n"))
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !isToken(method) || len(method) == 0 {
		return "", true
	}
	if !ok {
		return "", whole || len(b) >= detectLimit
	}
	if whole {
		i := bytes.LastIndexByte(rest, ' ')
		if i > 0 && bytes.HasPrefix(rest[i+1:], []byte("HTTP/1.")) {
			return "HTTP", true
		}
		return "", true
	}
	for _, m := range httpMethods {
		if string(method) == m {
			return "HTTP", true
		}
	}
	return "", len(b) >= detectLimit
}

// isToken tells whether b could be a method: capital letters in practice.
func isToken(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
