package filters

import (
	"encoding/binary"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type clientHelloOptions struct{ fn spec.Func }

var _ = declare(Decl[clientHelloOptions]{
	Name: "handleTLSClientHello",
	Doc: `calls back for the ClientHello of a TLS stream

The callback gets a ClientHello with serverNames and protocolNames, arrays of what
the client sent by SNI and ALPN; a member is undefined when the client did not
send it. For a stream that is not TLS there is no call. Data passes unchanged and
without delay.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *clientHelloOptions) {
		spec.Need(p, &o.fn, "callback", "Called with a ClientHello.")
	},
	Build: func(o *clientHelloOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &clientHello{Stage: s, opt: o}
		}, nil
	},
})

// ClientHello is what a TLS client said about itself.
type ClientHello struct {
	ServerNames   []string // from SNI (RFC 6066, 3); nil when that was not sent
	ProtocolNames []string // from ALPN (RFC 7301, 3.1); nil when that was not sent
}

func init() {
	c := spec.NewClass[*ClientHello]("ClientHello", `What a TLS client said about itself.

The callback of handleTLSClientHello gets it.`)
	c.Prop("serverNames", "string[]", "The names of the server that the client asks for; undefined when it sent none.",
		func(h *ClientHello) any { return orNothing(h.ServerNames) })
	c.Prop("protocolNames", "string[]", "The protocols that the client offers, best first; undefined when it sent none.",
		func(h *ClientHello) any { return orNothing(h.ProtocolNames) })
}

// orNothing returns the list; nothing for nil.
func orNothing(list []string) any {
	if list == nil {
		return nil
	}
	return list
}

// helloLimit is the size in bytes up to which a ClientHello is collected.
const helloLimit = 64 << 10

type clientHello struct {
	*pipeline.Stage
	opt  *clientHelloOptions
	seen []byte // the first bytes of the stream
	done bool
}

func (f *clientHello) Process(evt event.Event) {
	if d, ok := evt.(*event.Data); ok && !f.done && d.Len() > 0 {
		if err := f.look(d); err != nil {
			f.Fail(err)
			return
		}
	}
	f.Output(evt)
}

func (f *clientHello) look(d *event.Data) error {
	f.seen = d.AppendTo(f.seen)
	hello, verdict := parseClientHello(f.seen)
	if verdict == incomplete && len(f.seen) < helloLimit {
		return nil
	}
	f.done, f.seen = true, nil
	if verdict != complete {
		return nil
	}
	_, err := f.opt.fn.Call(f.Context(), hello)
	return err
}

// Reset makes the filter ready for another stream.
func (f *clientHello) Reset() { f.done, f.seen = false, nil }

// verdict is what parsing found.
type verdict uint8

const (
	incomplete verdict = iota
	invalid
	complete
)

// parseClientHello parses the beginning of a TLS stream (RFC 8446, 4.1.2 and
// 5.1).
func parseClientHello(b []byte) (*ClientHello, verdict) {
	body, v := handshakeBody(b)
	if v != complete {
		return nil, v
	}
	r := byteReader{b: body}
	r.skip(2 + 32)          // legacy_version, random
	r.skip(int(r.uint8()))  // legacy_session_id
	r.skip(int(r.uint16())) // cipher_suites
	r.skip(int(r.uint8()))  // legacy_compression_methods
	hello := &ClientHello{}
	if r.bad {
		return nil, invalid
	}
	if len(r.b) == 0 {
		return hello, complete
	}
	extensions := r.vector16()
	for len(extensions.b) > 0 && !extensions.bad {
		kind := extensions.uint16()
		data := extensions.vector16()
		switch kind {
		case extensionServerName:
			hello.ServerNames = serverNames(data)
		case extensionALPN:
			hello.ProtocolNames = protocolNames(data)
		}
	}
	if r.bad || extensions.bad {
		return nil, invalid
	}
	return hello, complete
}

const (
	extensionServerName = 0  // RFC 6066, 3
	extensionALPN       = 16 // RFC 7301, 3.1
)

// handshakeBody returns the body of the ClientHello, which may be spread over
// several records.
func handshakeBody(b []byte) ([]byte, verdict) {
	var message []byte
	for {
		if !maybeHandshake(b) {
			return nil, invalid
		}
		if len(b) < 5 {
			return nil, incomplete
		}
		n := int(binary.BigEndian.Uint16(b[3:]))
		message = append(message, b[5:min(5+n, len(b))]...)
		if len(message) >= 4 {
			size := int(message[1])<<16 | int(message[2])<<8 | int(message[3])
			if message[0] != 1 || size > helloLimit {
				return nil, invalid
			}
			if len(message) >= 4+size {
				return message[4 : 4+size], complete
			}
		}
		if len(b) < 5+n {
			return nil, incomplete
		}
		b = b[5+n:]
	}
}

// maybeHandshake tells whether b can be the beginning of a handshake record.
func maybeHandshake(b []byte) bool {
	return (len(b) < 1 || b[0] == 0x16) && (len(b) < 2 || b[1] == 3) && (len(b) < 3 || b[2] <= 4)
}

func serverNames(list byteReader) []string {
	names := []string{}
	for entries := list.vector16(); len(entries.b) > 0 && !entries.bad; {
		kind := entries.uint8()
		name := entries.vector16()
		if kind == 0 && !entries.bad {
			names = append(names, string(name.b))
		}
	}
	return names
}

func protocolNames(list byteReader) []string {
	names := []string{}
	for entries := list.vector16(); len(entries.b) > 0 && !entries.bad; {
		name := entries.take(int(entries.uint8()))
		if !entries.bad {
			names = append(names, string(name))
		}
	}
	return names
}

// byteReader takes bytes apart. After an attempt to read beyond the end it is
// bad, and empty.
type byteReader struct {
	b   []byte
	bad bool
}

func (r *byteReader) take(n int) []byte {
	if n > len(r.b) {
		r.b, r.bad = nil, true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *byteReader) skip(n int) { r.take(n) }

func (r *byteReader) uint8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *byteReader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *byteReader) vector16() byteReader {
	return byteReader{b: r.take(int(r.uint16()))}
}
