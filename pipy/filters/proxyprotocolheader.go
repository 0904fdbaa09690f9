package filters

import (
	"fmt"
	"net/netip"

	"pipy/pipy/codec/proxyproto"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// ProxyProtocolHeader is a header that acceptProxyProtocol received.
type ProxyProtocolHeader struct{ *proxyproto.Header }

// ProxyProtocolTLV is one of the facts in a header of version 2.
type ProxyProtocolTLV struct {
	Type  int
	Value *event.Data
}

func init() {
	c := spec.NewClass[*ProxyProtocolHeader]("ProxyProtocolHeader", `What a header of the PROXY protocol says about a connection.

The callback of acceptProxyProtocol gets it, and connectProxyProtocol takes it.`)
	c.Prop("version", "number", "1 or 2.", func(h *ProxyProtocolHeader) any { return float64(h.Version) })
	c.Prop("command", "string", "'PROXY', or 'LOCAL' when the proxy itself opened the connection; undefined in version 1.", func(h *ProxyProtocolHeader) any {
		switch {
		case h.Version != 2:
			return nil
		case h.Local:
			return "LOCAL"
		}
		return "PROXY"
	})
	c.Prop("protocol", "string", "'TCP4', 'TCP6', 'UDP4', 'UDP6', 'UNIX', 'UNIX_DGRAM' or 'UNKNOWN'.", func(h *ProxyProtocolHeader) any { return h.Protocol })
	c.Prop("sourceAddress", "string", "Where the connection comes from: an IP address or the path of a Unix socket; undefined when that is unknown.",
		func(h *ProxyProtocolHeader) any { return addressOf(h.Source, h.SourcePath) })
	c.Prop("targetAddress", "string", "Where the connection was made to, in the same way.",
		func(h *ProxyProtocolHeader) any { return addressOf(h.Target, h.TargetPath) })
	c.Prop("sourcePort", "number", "The port of the source; undefined when there is none.",
		func(h *ProxyProtocolHeader) any { return portOf(h.Source) })
	c.Prop("targetPort", "number", "The port of the target; undefined when there is none.",
		func(h *ProxyProtocolHeader) any { return portOf(h.Target) })
	c.Prop("tlvs", "ProxyProtocolTLV[]", "Further facts in version 2; undefined in version 1.", func(h *ProxyProtocolHeader) any {
		if h.Version != 2 {
			return nil
		}
		list := make([]any, len(h.TLVs))
		for i, t := range h.TLVs {
			list[i] = &ProxyProtocolTLV{int(t.Type), event.NewData(t.Value)}
		}
		return list
	})

	t := spec.NewClass[*ProxyProtocolTLV]("ProxyProtocolTLV", `A fact in a header of the PROXY protocol, version 2.

The types are listed in the specification of the protocol: 1 is ALPN, 2 the
authority, 5 a unique ID, 32 TLS.`)
	t.Prop("type", "number", "Its type, 0 to 255.", func(t *ProxyProtocolTLV) any { return float64(t.Type) })
	t.Prop("value", "Data", "Its bytes.", func(t *ProxyProtocolTLV) any { return t.Value.Clone() })
}

func addressOf(a netip.AddrPort, path string) any {
	if a.IsValid() {
		return a.Addr().String()
	}
	return orUndefined(path)
}

func portOf(a netip.AddrPort) any {
	if !a.IsValid() {
		return nil
	}
	return float64(a.Port())
}

// proxyHeader returns the header that a script wrote.
func proxyHeader(v any) (*proxyproto.Header, error) {
	if h, ok := v.(*ProxyProtocolHeader); ok {
		return h.Header, nil
	}
	o, ok := v.(event.Object)
	if !ok {
		return nil, fmt.Errorf("header: %w", &spec.Mismatch{Wants: "an object with the addresses of source and target", Got: spec.Show(v)})
	}
	m := members{o: o}
	h := &proxyproto.Header{Version: 1}
	if o.Get("version") == 2.0 {
		h.Version = 2
		h.Local = m.text("command") == "LOCAL"
	}
	h.Protocol = m.text("protocol")
	source, target := m.text("sourceAddress"), m.text("targetAddress")
	switch h.Protocol {
	case proxyproto.Unix, proxyproto.UnixDatagram:
		h.SourcePath, h.TargetPath = source, target
	case proxyproto.Unknown:
	default:
		h.Source = m.endpoint("sourceAddress", source, "sourcePort")
		h.Target = m.endpoint("targetAddress", target, "targetPort")
	}
	if h.Protocol == "" {
		h.Protocol = proxyproto.TCP4
		if isIPv6(h.Source) || isIPv6(h.Target) {
			h.Protocol = proxyproto.TCP6
		}
	}
	if h.Version == 2 {
		m.tlvs(&h.TLVs)
	}
	if m.err == nil && !proxyproto.Known(h.Protocol) {
		m.fail("protocol", "one of TCP4, TCP6, UDP4, UDP6, UNIX, UNIX_DGRAM and UNKNOWN", h.Protocol)
	}
	return h, m.err
}

func isIPv6(a netip.AddrPort) bool { return a.IsValid() && !a.Addr().Unmap().Is4() }

// members reads the members of a header that a script wrote. The first error
// stays.
type members struct {
	o   event.Object
	err error
}

func (m *members) fail(name, wants string, got any) {
	if m.err == nil {
		m.err = fmt.Errorf("header.%s: %w", name, &spec.Mismatch{Wants: wants, Got: spec.Show(got)})
	}
}

func (m *members) text(name string) string {
	v := m.o.Get(name)
	if v == nil {
		return ""
	}
	s, err := spec.Convert[string](v)
	if err != nil {
		m.fail(name, "a string", v)
	}
	return s
}

// endpoint returns an address and the port of that name; the zero value when
// the script wrote neither.
func (m *members) endpoint(name, address, port string) netip.AddrPort {
	number, ok := m.o.Get(port).(float64)
	if v := m.o.Get(port); v != nil && (!ok || number < 0 || number > 65535 || number != float64(uint16(number))) {
		m.fail(port, "a port from 0 to 65535", v)
		number = 0
	}
	if address == "" {
		return netip.AddrPortFrom(netip.Addr{}, uint16(number))
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		m.fail(name, "an IP address", address)
	}
	return netip.AddrPortFrom(ip, uint16(number))
}

// tlvs appends the member tlvs to list.
func (m *members) tlvs(list *[]proxyproto.TLV) {
	v := m.o.Get("tlvs")
	if v == nil {
		return
	}
	array, _ := v.(event.Object)
	if array == nil {
		m.fail("tlvs", "an array", v)
		return
	}
	items, ok := array.Elements()
	if !ok {
		m.fail("tlvs", "an array", v)
		return
	}
	for i, item := range items {
		name := fmt.Sprintf("tlvs[%d]", i)
		switch t := item.(type) {
		case *ProxyProtocolTLV:
			*list = append(*list, proxyproto.TLV{Type: byte(t.Type), Value: t.Value.AppendTo(nil)})
		case event.Object:
			*list = append(*list, m.tlv(name, t))
		default:
			m.fail(name, "an object with type and value", item)
		}
	}
}

func (m *members) tlv(name string, o event.Object) proxyproto.TLV {
	kind, ok := o.Get("type").(float64)
	if !ok || kind < 0 || kind > 255 || kind != float64(byte(kind)) {
		m.fail(name+".type", "a number from 0 to 255", o.Get("type"))
		return proxyproto.TLV{}
	}
	t := proxyproto.TLV{Type: byte(kind)}
	switch v := o.Get("value").(type) {
	case nil:
	case string:
		t.Value = []byte(v)
	case *event.Data:
		t.Value = v.AppendTo(nil)
	default:
		m.fail(name+".value", "a Data or a string", v)
	}
	return t
}
