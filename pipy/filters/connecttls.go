package filters

import (
	"crypto/tls"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/tlsio"
)

var _ = declare(Decl[tlsOptions]{
	Name: "connectTLS",
	Doc: `makes a TLS connection

The sub-pipeline, usually a connect, gets what comes in, encrypted, and its
output, decrypted, is the output. It shares the variables of the stream. The
handshake begins at the first event that is not a StreamEnd, and a flush comes
out when it succeeded.

The certificate of the server is verified: it has to lead to one that is
trusted, and to be valid for the name of the option sni, or else for the host
name that a connect in the sub-pipeline has as its fixed target. Without a name,
only the former is verified, and only when there is the option trusted, which
the log says once; else nothing can be, and the handshake fails. When it fails,
a StreamEnd with the error Unauthorized comes out, and the log gets a line.

StreamEnd sends close_notify and leaves the other direction open; one with an
error does not. In the same way close_notify of the server is an orderly
StreamEnd, and a connection that ends without it a ReadError. Sessions are
resumed.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: connectTLSParams,
	Build: func(o *tlsOptions) (pipeline.New, error) {
		o.client = true
		o.config = tlsio.ClientConfig(&o.common)
		if o.certificate != nil {
			o.config.Certificates = []tls.Certificate{*o.certificate}
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &connectTLS{tlsStream: tlsStream{Stage: s, opt: o}}
			f.plain = s.Output
			f.decrypt = f.fromWire
			return f
		}, nil
	},
})

func connectTLSParams(p *spec.Params, o *tlsOptions) {
	o.declare(p, "The certificate and its private key, which are shown to servers that want one, or a function that returns them, or a promise of them. With a function, sessions are not resumed.",
		typeCertificate+" | (() => any)")
	var alpn any
	spec.Opt(p, &alpn, "alpn", nil, "The protocol, or the protocols, to offer, best first.")
	typedOption(p, "a string or an array of strings", "string | string[]")
	spec.Opt(p, &o.sni, "sni", spec.Fixed(""), "The name of the server: it is sent by SNI, and the server's certificate has to be valid for it. An IP address is only verified.")
	spec.Opt(p, &o.verifyServer, "verifyServer", true, "Verifies the server's certificate. Without that, whoever is in between can read and change everything; the log names each such filter once.")
	if !p.Decoding() || alpn == nil {
		return
	}
	var err error
	if o.common.Protocols, err = protocolsOf(alpn); err != nil {
		p.Fail("options.alpn", err)
	}
}

type connectTLS struct {
	tlsStream
	decrypt func(event.Event)
}

func (f *connectTLS) Process(evt event.Event) {
	if f.session == nil {
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
			return
		}
		f.wire = f.Sub(0, nil, f.decrypt).Process
		if !f.begin() {
			return
		}
	}
	f.fromPlain(evt)
}

// Reset makes the filter ready for another stream.
func (f *connectTLS) Reset() {
	f.wire = nil
	f.reset()
}
