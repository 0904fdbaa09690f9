package api

import (
	"pipy/pipy/algo"
	"pipy/pipy/codec/bgp"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("BGP", "Reads and writes messages of BGP-4 (RFC 4271), in the form that the filter decodeBGP has for its payloads.")
	ns.Function("decode", "object", "Returns the first message in a Data. It throws if that is not valid, or not complete.", func(m *spec.Method) func(*spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes.")
		as4 := spec.InOpt(m, "enableAS4", false, "Whether AS numbers have four bytes (RFC 6793).")
		return func(c *spec.Call) (any, error) {
			d, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			four, err := as4.Of(c)
			if err != nil {
				return nil, err
			}
			maker := bgp.Maker{
				Object: func(names []string, values []any) any { return c.Engine.NewObject(names, values) },
				List:   func(list []any) any { return c.Engine.NewArray(list) },
				Prefix: func(bits int, ip []byte) (any, error) { return algo.NetmaskFrom(bits, ip) },
			}
			var message any
			dec := bgp.NewDecoder(maker, func() (bool, error) { return four, nil }, func(v any, raw *event.Data) {
				raw.Release()
				if message == nil {
					message = v
				}
			})
			if err := dec.Feed(d.Clone()); err != nil {
				return nil, err
			}
			if message == nil {
				return nil, wrong("data", "a whole message", d)
			}
			return message, nil
		}
	})
	ns.Function("encode", "Data", "Returns a message as bytes.", func(m *spec.Method) func(*spec.Call) (any, error) {
		message := spec.In[event.Object](m, "message", "The message.")
		as4 := spec.InOpt(m, "enableAS4", false, "Whether AS numbers have four bytes (RFC 6793).")
		return func(c *spec.Call) (any, error) {
			o, err := message.Of(c)
			if err != nil {
				return nil, err
			}
			four, err := as4.Of(c)
			if err != nil {
				return nil, err
			}
			b, err := bgp.Encode(o, four)
			return event.NewData(b), err
		}
	})
}
