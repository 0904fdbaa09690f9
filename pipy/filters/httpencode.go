package filters

import (
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var _ = declare(Decl[httpCodecOptions]{
	Name: "encodeHTTPRequest",
	Doc: `encodes HTTP/1 requests

Each message becomes the bytes of a request, between its MessageStart and its
MessageEnd. After a request for a tunnel (CONNECT, or an upgrade) Data pass as
they are.`,
	In: Messages, Out: Bytes,
	Params: func(p *spec.Params, o *httpCodecOptions) {
		spec.Arg(p, &o.first, "handler", any(nil), docOnHead)
		o.encodeOptions(p)
	},
	Build: func(o *httpCodecOptions) (pipeline.New, error) {
		if err := o.settle(o.encodeOptions); err != nil {
			return nil, err
		}
		return func(s *pipeline.Stage) pipeline.Filter { return newEncodeHTTP(s, o, false) }, nil
	},
})

var _ = declare(Decl[httpCodecOptions]{
	Name: "encodeHTTPResponse",
	Doc: `encodes HTTP/1 responses

Each message becomes the bytes of a response, between its MessageStart and its
MessageEnd. After a final response comes a StreamEnd instead of the MessageEnd.
After a 101, and after the answer to a CONNECT, Data pass as they are.`,
	In: Messages, Out: Bytes,
	Params: func(p *spec.Params, o *httpCodecOptions) {
		spec.Arg(p, &o.first, "request", any(nil), docRequestOf)
		o.encodeResponseOptions(p)
	},
	Build: func(o *httpCodecOptions) (pipeline.New, error) {
		if err := o.settle(o.encodeResponseOptions); err != nil {
			return nil, err
		}
		return func(s *pipeline.Stage) pipeline.Filter { return newEncodeHTTP(s, o, true) }, nil
	},
})
