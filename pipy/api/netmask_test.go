package api

import "testing"

func TestNetmask(t *testing.T) {
	e := newEngine()
	m := e.new(t, "Netmask", "10.1.2.3/24")
	for name, value := range map[string]any{
		"version": 4, "ip": "10.1.2.3", "bitmask": 24, "base": "10.1.2.0", "mask": "255.255.255.0", "hostmask": "0.0.0.255",
		"broadcast": "10.1.2.255", "size": 256, "first": "10.1.2.1", "last": "10.1.2.254",
	} {
		want(t, name, prop(m, name), show(script(value)))
	}
	want(t, "contains", e.on(t, m, "contains", "10.1.2.77"), "true")
	want(t, "contains", e.on(t, m, "contains", "10.1.3.77"), "false")
	want(t, "contains", e.on(t, m, "contains", "nonsense"), "false")
	want(t, "contains", e.on(t, m, "contains", e.new(t, "IP", "10.1.2.9")), "true")
	want(t, "contains nothing", e.on(t, m, "contains", nil), "false")
	want(t, "next", e.on(t, m, "next"), `"10.1.2.1"`)
	want(t, "next", e.on(t, m, "next"), `"10.1.2.2"`)
	want(t, "decompose", e.on(t, m, "decompose"), "[ 10, 1, 2, 3 ]")
	want(t, "toBytes", e.on(t, m, "toBytes"), "[ 10, 1, 2, 3 ]")
	want(t, "toString", e.on(t, m, "toString"), `"10.1.2.3/24"`)
	want(t, "bytes", e.on(t, e.new(t, "IPMask", 8, arr(10, 0, 0, 1)), "toString"), `"10.0.0.1/8"`)
	_, err := e.tryNew("Netmask", "x")
	wantError(t, "text", err, `invalid CIDR notation: want address/bits, got "x"`)
	_, err = e.tryNew("Netmask")
	wantError(t, "nothing", err, "cidr: want a string or a number, got nothing")
	_, err = e.tryNew("Netmask", 8)
	wantError(t, "no bytes", err, "want an address of 4 or 16 bytes, got 0")
	_, err = e.tryOn(m, "contains", 1)
	wantError(t, "contains", err, "ip: want a string or an IP, got 1")
}

func TestIP(t *testing.T) {
	e := newEngine()
	ip := e.new(t, "IP", "2001:db8::1")
	want(t, "version", prop(ip, "version"), "6")
	want(t, "toString", e.on(t, ip, "toString"), `"2001:db8::1"`)
	want(t, "decompose", e.on(t, ip, "decompose"), "[ 8193, 3512, 0, 0, 0, 0, 0, 1 ]")
	four := e.new(t, "IP", arr(1, 2, 3, 4))
	want(t, "version", prop(four, "version"), "4")
	want(t, "toBytes", e.on(t, four, "toBytes"), "[ 1, 2, 3, 4 ]")
	want(t, "isV4", e.do(t, "IP.isV4", "1.2.3.4"), "true")
	want(t, "isV4", e.do(t, "IP.isV4", "::1"), "false")
	want(t, "isV6", e.do(t, "IP.isV6", "::1"), "true")
	want(t, "isV6", e.do(t, "IP.isV6", "x"), "false")
	want(t, "isV6", e.do(t, "IP.isV6", nil), "false")
	_, err := e.tryNew("IP", "1.2.3")
	wantError(t, "text", err, `invalid IP address notation: want an IPv4 or IPv6 address, got "1.2.3"`)
	_, err = e.tryNew("IP", arr(1))
	wantError(t, "bytes", err, "invalid IP address: want 4 or 16 bytes, got 1")
	_, err = e.tryNew("IP")
	wantError(t, "nothing", err, "ip: want a string or an array of bytes, got nothing")
}

func TestIPEndpoint(t *testing.T) {
	e := newEngine()
	p := e.new(t, "IPEndpoint", "[::1]:80")
	want(t, "port", prop(p, "port"), "80")
	want(t, "protocol", prop(p, "protocol"), `"tcp"`)
	want(t, "toString", e.on(t, p, "toString"), `"[::1]:80"`)
	p = e.new(t, "IPEndpoint", e.new(t, "IP", "1.2.3.4"), 53, "UDP")
	want(t, "ip", e.on(t, prop(p, "ip"), "toString"), `"1.2.3.4"`)
	want(t, "protocol", prop(p, "protocol"), `"udp"`)
	_, err := e.tryNew("IPEndpoint", "1.2.3.4", 65536)
	wantError(t, "port", err, "port number out of range: want 0 to 65535, got 65536")
	_, err = e.tryNew("IPEndpoint", "1.2.3.4", 1, "sctp")
	wantError(t, "protocol", err, `protocol: want one of "tcp", "udp", got "sctp"`)
	_, err = e.tryNew("IPEndpoint", "host", 1)
	wantError(t, "host", err, `invalid IP address notation: want an IPv4 or IPv6 address, got "host"`)
}
