package filters

import (
	"crypto/tls"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/tlsio"
)

var _ = declare(Decl[tlsOptions]{
	Name: "acceptTLS",
	Doc: `accepts a TLS connection

The sub-pipeline gets what the client sent, decrypted, and its output goes to
the client, encrypted. It shares the variables of the stream and gets its first
event, a flush, when the handshake succeeded. A StreamEnd of the sub-pipeline
sends close_notify and leaves the other direction open; one with an error does
not, so that the client can tell that something is missing. In the same way
close_notify of the client is an orderly StreamEnd, and a connection that ends
without it a ReadError. When the handshake fails, both sides get a StreamEnd
with the error Unauthorized, and the log a line. Clients can resume sessions:
the keys for that are shared by all workers and change every day.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: acceptTLSParams,
	Build: func(o *tlsOptions) (pipeline.New, error) {
		o.config = tlsio.ServerConfig(&o.common)
		if o.certificate != nil {
			o.config.Certificates = []tls.Certificate{*o.certificate}
		}
		tlsio.ChooseProtocol(o.config)
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &acceptTLS{tlsStream: tlsStream{Stage: s, opt: o}}
			f.wire = s.Output
			f.encrypt = f.fromPlain
			return f
		}, nil
	},
})

func acceptTLSParams(p *spec.Params, o *tlsOptions) {
	o.declare(p, "The certificate and its private key, or a function of the server name that returns them, or a promise of them. The function is called without a name when a connection begins, and again with the name if the client sends one; null keeps what was returned before.",
		typeCertificate+" | ((name?: string) => any)")
	var alpn any
	spec.Opt(p, &alpn, "alpn", nil, "The protocols that the server speaks: the first one of the client's that is among them is chosen, and a client that offers only others is refused. Or a function that gets the names that the client offers and returns the index of one, or -1 for none.")
	typedOption(p, "an array of strings or a function", "string[] | ((names: string[]) => number)")
	if !p.Decoding() || alpn == nil {
		return
	}
	if fn, ok := alpn.(spec.Func); ok {
		o.alpnFor = fn
		return
	}
	var err error
	if o.common.Protocols, err = protocolsOf(alpn); err != nil {
		p.Fail("options.alpn", err)
	}
}

type acceptTLS struct {
	tlsStream
	encrypt func(event.Event)
}

func (f *acceptTLS) Process(evt event.Event) {
	if f.session == nil {
		f.plain = f.Sub(0, nil, f.encrypt).Process
		if !f.begin() {
			return
		}
	}
	f.fromWire(evt)
}

// Reset makes the filter ready for another stream.
func (f *acceptTLS) Reset() {
	f.plain = nil
	f.reset()
}
