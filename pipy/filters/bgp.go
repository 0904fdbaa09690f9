package filters

import (
	"pipy/pipy/algo"
	"pipy/pipy/codec/bgp"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docBGP = `

The payload of MessageEnd is { type, body }. The type is OPEN, with the body { version,
myAS, holdTime, identifier, parameters: [{ name, code, value }] }, where the value of
Capabilities is [{ code, value }]; UPDATE, with { withdrawnRoutes, pathAttributes: [{
name, code, value, optional, transitive, partial }], destinations }, where routes are
IPMask; NOTIFICATION, with { errorCode, errorSubcode, data }; KEEPALIVE; or
ROUTE_REFRESH, with { afi, safi }. Values of attributes are numbers and addresses; an
AS_PATH is an array of segments, of which a sequence is an array of numbers and a set an
object whose members they are; AGGREGATOR is an array of number and address; what is not
known is a Data.`

type bgpOptions struct{ as4 spec.Dyn[bool] }

func (o *bgpOptions) options(p *spec.Params) {
	spec.Opt(p, &o.as4, "enableAS4", spec.Fixed(false), "Whether AS numbers have four bytes (RFC 6793). A function is called for each message.")
}

var bgpMaker = bgp.Maker{
	Object: func(names []string, values []any) any { return record(names, values) },
	List:   func(list []any) any { return list },
	Prefix: func(bits int, ip []byte) (any, error) { return algo.NetmaskFrom(bits, ip) },
}

var _ = declare(Decl[bgpOptions]{
	Name: "decodeBGP",
	Doc: "decodes messages of BGP-4 (RFC 4271)" + docBGP + `

The body of a message is the bytes that it was read from.` + docDecodeErrors,
	In: Bytes, Out: Messages,
	Params: func(p *spec.Params, o *bgpOptions) { o.options(p) },
	Build: func(o *bgpOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			as4 := func() (bool, error) { return o.as4.Get(s.Context()) }
			return &decodeBytes{Stage: s, dec: bgp.NewDecoder(bgpMaker, as4, func(m any, raw *event.Data) {
				s.Output(&event.MessageStart{})
				s.Output(raw)
				s.Output(&event.MessageEnd{Payload: m})
			})}
		}, nil
	},
})

var _ = declare(Decl[bgpOptions]{
	Name: "encodeBGP",
	Doc: "encodes messages of BGP-4 (RFC 4271)" + docBGP + `

Routes may also be strings in CIDR notation. Bodies do not count.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Params: func(p *spec.Params, o *bgpOptions) { o.options(p) },
	Build: func(o *bgpOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return newEncodeMessages(s, func(f *encodeMessages, m *event.Message) (*event.Data, error) {
				m.Body.Release()
				as4, err := o.as4.Get(f.Context())
				if err != nil {
					return nil, err
				}
				b, err := bgp.Encode(objectOf(m.Payload), as4)
				return event.NewData(b), err
			})
		}, nil
	},
})
