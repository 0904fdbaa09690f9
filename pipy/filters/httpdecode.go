package filters

import (
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var _ = declare(Decl[httpCodecOptions]{
	Name: "decodeHTTPRequest",
	Doc: `decodes HTTP/1 requests

Output is a message for each request. After a request for a tunnel (CONNECT, or
an upgrade) everything else is passed on as raw Data. Input that is no HTTP ends
the stream with the error ProtocolError.`,
	In: Bytes, Out: Messages,
	Params: func(p *spec.Params, o *httpCodecOptions) {
		spec.Arg(p, &o.first, "handler", any(nil), docOnHead)
		o.decodeOptions(p)
	},
	Build: func(o *httpCodecOptions) (pipeline.New, error) {
		if err := o.settle(o.decodeOptions); err != nil {
			return nil, err
		}
		return func(s *pipeline.Stage) pipeline.Filter { return newDecodeHTTP(s, o, false) }, nil
	},
})

var _ = declare(Decl[httpCodecOptions]{
	Name: "decodeHTTPResponse",
	Doc: `decodes HTTP/1 responses

Output is a message for each response, also for interim ones (1xx). After a 101,
and after the answer to a CONNECT, everything is passed on as raw Data. An input
that ends with an error where a response could begin gives a response with status
502 or 504 (401 when TLS verification failed) and then the StreamEnd. Input that
is no HTTP ends the stream with the error ProtocolError.

When the input comes in messages, as the output of muxFastCGI does, the end of
one is the end of a body whose length is not known otherwise.`,
	In: Bytes, Out: Messages,
	Params: func(p *spec.Params, o *httpCodecOptions) {
		spec.Arg(p, &o.first, "request", any(nil), docRequestOf)
		o.decodeResponseOptions(p)
	},
	Build: func(o *httpCodecOptions) (pipeline.New, error) {
		if err := o.settle(o.decodeResponseOptions); err != nil {
			return nil, err
		}
		return func(s *pipeline.Stage) pipeline.Filter { return newDecodeHTTP(s, o, true) }, nil
	},
})
