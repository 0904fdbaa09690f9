package api

import (
	"fmt"
	"net/netip"
	"strings"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var maskClass = spec.NewClass[*algo.Netmask]("Netmask", "A block of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, 3.1). IPMask is another name for it.")

func init() {
	d := maskClass
	d.Constructor("Makes a block.", func(m *spec.Method) func(*spec.Call) (*algo.Netmask, error) {
		cidr := spec.In[any](m, "cidr", `An address and the length of its mask in bits, such as "10.0.0.0/8"; or that length alone, if the bytes follow.`)
		described(m, "string | number")
		bytes := spec.InOpt[any](m, "bytes", nil, "The 4 or 16 bytes of the address.")
		described(m, "Data | number[]")
		return func(c *spec.Call) (*algo.Netmask, error) {
			v, _ := cidr.Of(c)
			switch v := v.(type) {
			case string:
				return algo.ParseNetmask(v)
			case float64:
				b, _ := bytes.Of(c)
				d, err := newData(b, "utf8")
				if err != nil {
					return nil, err
				}
				return algo.NetmaskFrom(int(v), d.Bytes())
			}
			return nil, wrong("cidr", "a string or a number", v)
		}
	})
	d.Prop("version", "number", "4 or 6.", func(m *algo.Netmask) any { return m.Version() })
	d.Prop("ip", "string", "The address as it was given.", func(m *algo.Netmask) any { return m.IP() })
	d.Prop("bitmask", "number", "The length of the mask in bits.", func(m *algo.Netmask) any { return m.Bitmask() })
	d.Prop("base", "string", "The first address of the block.", func(m *algo.Netmask) any { return m.Base() })
	d.Prop("mask", "string", "The mask as an address.", func(m *algo.Netmask) any { return m.Mask() })
	d.Prop("hostmask", "string", "The complement of the mask.", func(m *algo.Netmask) any { return m.Hostmask() })
	d.Prop("broadcast", "string", "The last address of the block.", func(m *algo.Netmask) any { return m.Broadcast() })
	d.Prop("size", "number", "The number of addresses in the block.", func(m *algo.Netmask) any { return m.Size() })
	d.Prop("first", "string", "The first host address.", func(m *algo.Netmask) any { return m.First() })
	d.Prop("last", "string", "The last host address.", func(m *algo.Netmask) any { return m.Last() })
	d.Method("contains", "boolean", "Tells whether an address is in the block; malformed text is in none.", func(m *spec.Method) func(*algo.Netmask, *spec.Call) (any, error) {
		ip := spec.In[any](m, "ip", "The address.")
		described(m, "string | IP")
		return func(n *algo.Netmask, c *spec.Call) (any, error) {
			v, _ := ip.Of(c)
			switch v := v.(type) {
			case string:
				return n.Contains(v), nil
			case *ipAddress:
				return n.ContainsAddr(v.Addr), nil
			case nil:
				return false, nil
			}
			return nil, wrong("ip", "a string or an IP", v)
		}
	})
	d.Method("next", "string", `Returns the host addresses one by one, from the first to the last, and then "".`, func(*spec.Method) func(*algo.Netmask, *spec.Call) (any, error) {
		return func(n *algo.Netmask, _ *spec.Call) (any, error) { return n.Next(), nil }
	})
	d.Method("decompose", "number[]", "Returns the address in 4 bytes or 8 words of 16 bits.", func(*spec.Method) func(*algo.Netmask, *spec.Call) (any, error) {
		return func(n *algo.Netmask, _ *spec.Call) (any, error) { return ints(n.Decompose()), nil }
	})
	d.Method("toBytes", "number[]", "Returns the 4 or 16 bytes of the address.", func(*spec.Method) func(*algo.Netmask, *spec.Call) (any, error) {
		return func(n *algo.Netmask, _ *spec.Call) (any, error) { return ints(n.Bytes()), nil }
	})
	d.Method("toString", "string", "Returns the block in CIDR notation.", func(*spec.Method) func(*algo.Netmask, *spec.Call) (any, error) {
		return func(n *algo.Netmask, _ *spec.Call) (any, error) {
			return n.String(), nil
		}
	})

	alias := *d.Class
	alias.Name, alias.Doc = "IPMask", "Another name for Netmask."
	spec.Classes = append(spec.Classes, &alias)
	declareIP()
	declareEndpoint()
}

func ints[N int | byte](list []N) []any {
	values := make([]any, len(list))
	for i, n := range list {
		values[i] = int(n)
	}
	return values
}

// ipAddress is an IP address.
type ipAddress struct{ netip.Addr }

// endpoint is an address and a port.
type endpoint struct {
	ip       *ipAddress
	port     int
	protocol string
}

// String returns the address and the port as text.
func (e *endpoint) String() string {
	return netip.AddrPortFrom(e.ip.Addr, uint16(e.port)).String()
}

// Protocol returns "tcp" or "udp".
func (e *endpoint) Protocol() string { return e.protocol }

var (
	ipClass       = spec.NewClass[*ipAddress]("IP", "An IPv4 or IPv6 address.")
	endpointClass = spec.NewClass[*endpoint]("IPEndpoint", "An IP address with a port.")
)

func parseIP(text string) (*ipAddress, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return nil, fmt.Errorf("invalid IP address notation: want an IPv4 or IPv6 address, got %q", text)
	}
	return &ipAddress{addr}, nil
}

func ipOf(v any) (*ipAddress, error) {
	switch v := v.(type) {
	case *ipAddress:
		return v, nil
	case string:
		return parseIP(v)
	case *event.Data, event.Object:
		d, err := newData(v, "utf8")
		if err != nil {
			return nil, err
		}
		addr, ok := netip.AddrFromSlice(d.Bytes())
		if !ok {
			return nil, fmt.Errorf("invalid IP address: want 4 or 16 bytes, got %d", d.Len())
		}
		return &ipAddress{addr}, nil
	}
	return nil, wrong("ip", "a string or an array of bytes", v)
}

func declareIP() {
	d := ipClass
	d.Constructor("Makes an address.", func(m *spec.Method) func(*spec.Call) (*ipAddress, error) {
		ip := spec.In[any](m, "ip", "The address as text, or its 4 or 16 bytes.")
		described(m, "string | Data | number[] | IP")
		return func(c *spec.Call) (*ipAddress, error) {
			v, _ := ip.Of(c)
			return ipOf(v)
		}
	})
	is := func(name, doc string, test func(a netip.Addr) bool) {
		d.Function(name, "boolean", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			text := spec.In[any](m, "text", "The text.")
			return func(c *spec.Call) (any, error) {
				v, _ := text.Of(c)
				s, ok := v.(string)
				if !ok {
					return false, nil
				}
				addr, err := netip.ParseAddr(s)
				return err == nil && test(addr), nil
			}
		})
	}
	is("isV4", "Tells whether a text is an IPv4 address.", netip.Addr.Is4)
	is("isV6", "Tells whether a text is an IPv6 address.", netip.Addr.Is6)
	d.Prop("version", "number", "4 or 6.", func(a *ipAddress) any {
		if a.Is4() {
			return 4
		}
		return 6
	})
	d.Method("toString", "string", "Returns the address as text.", func(*spec.Method) func(*ipAddress, *spec.Call) (any, error) {
		return func(a *ipAddress, _ *spec.Call) (any, error) { return a.String(), nil }
	})
	d.Method("toBytes", "number[]", "Returns the 4 or 16 bytes.", func(*spec.Method) func(*ipAddress, *spec.Call) (any, error) {
		return func(a *ipAddress, _ *spec.Call) (any, error) { return ints(a.AsSlice()), nil }
	})
	d.Method("decompose", "number[]", "Returns the address in 4 bytes or 8 words of 16 bits.", func(*spec.Method) func(*ipAddress, *spec.Call) (any, error) {
		return func(a *ipAddress, _ *spec.Call) (any, error) {
			m, err := algo.NetmaskFrom(a.BitLen(), a.AsSlice())
			if err != nil {
				return nil, err
			}
			return ints(m.Decompose()), nil
		}
	})
}

func declareEndpoint() {
	d := endpointClass
	d.Constructor("Makes an endpoint.", func(m *spec.Method) func(*spec.Call) (*endpoint, error) {
		ip := spec.In[any](m, "ip", `An address, or address and port, such as "1.2.3.4:80" or "[::1]:80".`)
		described(m, "string | IP | Data | number[]")
		port := spec.InOpt(m, "port", 0, "The port, if it is not in the address.")
		protocol := spec.InOpt(m, "protocol", "tcp", `"tcp" or "udp".`)
		return func(c *spec.Call) (*endpoint, error) {
			v, _ := ip.Of(c)
			number, err := port.Of(c)
			if err != nil {
				return nil, err
			}
			name, err := protocol.Of(c)
			if err != nil {
				return nil, err
			}
			return newEndpoint(v, number, name)
		}
	})
	d.Prop("ip", "IP", "The address.", func(e *endpoint) any { return e.ip })
	d.Prop("port", "number", "The port.", func(e *endpoint) any { return e.port })
	d.Prop("protocol", "string", `"tcp" or "udp".`, func(e *endpoint) any { return e.protocol })
	d.Method("toString", "string", "Returns address and port as text.", func(*spec.Method) func(*endpoint, *spec.Call) (any, error) {
		return func(e *endpoint, _ *spec.Call) (any, error) {
			return e.String(), nil
		}
	})
}

func newEndpoint(v any, port int, protocol string) (*endpoint, error) {
	protocol = strings.ToLower(protocol)
	if protocol != "tcp" && protocol != "udp" {
		return nil, fmt.Errorf(`protocol: want one of "tcp", "udp", got %q`, protocol)
	}
	if port < 0 || port > 65535 {
		return nil, fmt.Errorf("port number out of range: want 0 to 65535, got %d", port)
	}
	if s, ok := v.(string); ok {
		if both, err := netip.ParseAddrPort(s); err == nil {
			return &endpoint{&ipAddress{both.Addr()}, int(both.Port()), protocol}, nil
		}
	}
	ip, err := ipOf(v)
	if err != nil {
		return nil, err
	}
	return &endpoint{ip, port, protocol}, nil
}
