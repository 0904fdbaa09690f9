package api

import (
	"fmt"
	"net/netip"

	"pipy/pipy/codec/stun"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("STUN", `Reads and writes messages with which a client finds the address that others see it with (RFC 8489).

A message is { type, transactionId } with what it has of mappedAddress, { ip, port, family }, where family is IPv4 or IPv6; of error, { code, reason }; and of attributes, an array of { type, data } with all others. The types are BindingRequest, BindingIndication, BindingResponse and BindingErrorResponse; transactionId is a Data of 12 random bytes.`)
	ns.Function("decode", "object", "Returns the message in a Data. It throws if it is not valid or not complete, or has a wrong fingerprint. Nobody looks into MESSAGE-INTEGRITY.", func(m *spec.Method) func(*spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes of the datagram.")
		return func(c *spec.Call) (any, error) {
			d, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			msg, err := stun.Decode(d.AppendTo(nil))
			if err != nil {
				return nil, err
			}
			o := c.Engine.NewObject([]string{"type", "transactionId"}, []any{msg.Type, event.NewData(msg.ID)})
			if msg.Mapped.IsValid() {
				family := "IPv6"
				if msg.Mapped.Addr().Is4() {
					family = "IPv4"
				}
				o.Set("mappedAddress", c.Engine.NewObject([]string{"ip", "port", "family"}, []any{msg.Mapped.Addr().String(), msg.Mapped.Port(), family}))
			}
			if msg.Code != 0 {
				o.Set("error", c.Engine.NewObject([]string{"code", "reason"}, []any{msg.Code, msg.Reason}))
			}
			var list []any
			for _, a := range msg.Attributes {
				list = append(list, c.Engine.NewObject([]string{"type", "data"}, []any{a.Type, event.NewData(a.Value)}))
			}
			if list != nil {
				o.Set("attributes", c.Engine.NewArray(list))
			}
			return o, nil
		}
	})
	ns.Function("encode", "Data", "Returns a message as bytes. It throws when something does not fit.", func(m *spec.Method) func(*spec.Call) (any, error) {
		message := spec.In[event.Object](m, "message", "The message. The family of mappedAddress follows from its ip.")
		return func(c *spec.Call) (any, error) {
			o, err := message.Of(c)
			if err != nil {
				return nil, err
			}
			msg, err := toSTUN(o)
			if err != nil {
				return nil, err
			}
			b, err := stun.Encode(msg)
			return event.NewData(b), err
		}
	})
}

func toSTUN(o event.Object) (msg *stun.Message, err error) {
	msg = &stun.Message{}
	msg.Type, _ = o.Get("type").(string)
	id, ok := o.Get("transactionId").(*event.Data)
	if !ok {
		return nil, wrong("transactionId", "a Data", o.Get("transactionId"))
	}
	msg.ID = id.Bytes()
	if mapped, ok := o.Get("mappedAddress").(event.Object); ok {
		ip, err := ipOf(mapped.Get("ip"))
		if err != nil {
			return nil, fmt.Errorf("mappedAddress: %w", err)
		}
		port, err := inRange("mappedAddress.port", mapped.Get("port"), 0, 65535)
		if err != nil {
			return nil, err
		}
		msg.Mapped = netip.AddrPortFrom(ip.Addr, uint16(port))
	}
	if e, ok := o.Get("error").(event.Object); ok {
		if msg.Code, err = inRange("error.code", e.Get("code"), 300, 699); err != nil {
			return nil, err
		}
		msg.Reason, _ = e.Get("reason").(string)
	}
	list, ok := o.Get("attributes").(event.Object)
	if !ok {
		return msg, nil
	}
	items, _ := list.Elements()
	for _, item := range items {
		a, ok := item.(event.Object)
		if !ok {
			return nil, wrong("attributes", "objects", item)
		}
		typ, err := inRange("attributes.type", a.Get("type"), 0, 65535)
		if err != nil {
			return nil, err
		}
		d, ok := a.Get("data").(*event.Data)
		if !ok {
			return nil, wrong("attributes.data", "a Data", a.Get("data"))
		}
		msg.Attributes = append(msg.Attributes, stun.Attribute{Type: typ, Value: d.Bytes()})
	}
	return msg, nil
}

func inRange(name string, v any, low, high int) (int, error) {
	n, ok := v.(float64)
	if !ok || n < float64(low) || n > float64(high) {
		return 0, wrong(name, fmt.Sprintf("a number from %d to %d", low, high), v)
	}
	return int(n), nil
}
