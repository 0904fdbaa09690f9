// Package socks speaks SOCKS 4, 4a and 5, from either side, as state machines
// that take bytes and give bytes: a Server tells what a client asks for, a
// Client asks a proxy for a connection.
//
// SOCKS 5 is RFC 1928, its user names and passwords RFC 1929. SOCKS 4 and 4a
// have no RFC: a request is version, command, port, address, and a user name
// that ends with a zero byte; in 4a a name of a host follows in the same way if
// the address is 0.0.0.x with x not zero.
package socks

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"pipy/pipy/event"
)

// Commands of a request (RFC 1928, 4). SOCKS 4 has the first two.
const (
	Connect   = 1
	Bind      = 2
	Associate = 3
)

// Reply codes of SOCKS 5 (RFC 1928, 6). A Server translates them for SOCKS 4,
// which knows only granted and not granted.
const (
	Succeeded          = 0
	GeneralFailure     = 1
	NotAllowed         = 2
	NetworkUnreachable = 3
	HostUnreachable    = 4
	Refused            = 5
	Expired            = 6
	CommandUnsupported = 7
	AddressUnsupported = 8
)

// replyTexts are the names of the reply codes.
var replyTexts = [...]string{
	"succeeded", "general failure", "not allowed", "network unreachable", "host unreachable",
	"connection refused", "TTL expired", "command not supported", "address type not supported",
}

const (
	version4 = 4
	version5 = 5

	authVersion = 1 // of the negotiation in RFC 1929

	noAuth       = 0x00
	userPassword = 0x02
	noMethod     = 0xff // none of the methods offered is acceptable

	addressIPv4   = 1
	addressDomain = 3
	addressIPv6   = 4

	granted4 = 0x5a
	failed4  = 0x5b

	// maxText bounds the names in a request of SOCKS 4, which has no lengths.
	maxText = 255
)

// Target is where a client wants to connect to.
type Target struct {
	IP     netip.Addr // not valid when there is a Domain
	Domain string
	Port   uint16
}

// ParseTarget parses 'host:port' or '[ipv6]:port'.
func ParseTarget(s string) (Target, error) {
	wrong := func() (Target, error) {
		return Target{}, fmt.Errorf("want a target like 'host:port', got %q", s)
	}
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return wrong()
	}
	host := s[:i]
	port, err := strconv.ParseUint(s[i+1:], 10, 16)
	if err != nil || port == 0 {
		return wrong()
	}
	t := Target{Port: uint16(port)}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		if !ok || err != nil || !ip.Is6() {
			return wrong()
		}
		t.IP = ip.WithZone("")
		return t, nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		t.IP = ip
		return t, nil
	}
	if strings.Contains(host, ":") {
		return wrong()
	}
	if len(host) > maxText {
		return Target{}, fmt.Errorf("want a domain name of at most %d bytes, got %d", maxText, len(host))
	}
	t.Domain = host
	return t, nil
}

// Host returns the address or the domain name.
func (t *Target) Host() string {
	if t.Domain != "" || !t.IP.IsValid() {
		return t.Domain
	}
	return t.IP.String()
}

// String returns 'host:port' or '[ipv6]:port'.
func (t *Target) String() string {
	host := t.Host()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(t.Port))
}

// appendTo appends the address in the form of SOCKS 5: its type, itself and the
// port (RFC 1928, 5).
func (t *Target) appendTo(b []byte) []byte {
	switch {
	case t.Domain != "":
		b = append(b, addressDomain, byte(len(t.Domain)))
		b = append(b, t.Domain...)
	case t.IP.Is6():
		b = append(append(b, addressIPv6), t.IP.AsSlice()...)
	default:
		ip := t.IP.As4()
		b = append(append(b, addressIPv4), ip[:]...)
	}
	return append(b, byte(t.Port>>8), byte(t.Port))
}

// parseTarget parses an address in the form of SOCKS 5. n is its length, or 0
// when b ends too early; ok is false when its type is unknown.
func parseTarget(b []byte) (t Target, n int, ok bool) {
	if len(b) < 2 {
		return t, 0, len(b) == 0 || b[0] == addressIPv4 || b[0] == addressDomain || b[0] == addressIPv6
	}
	at, size := 1, 0
	switch b[0] {
	case addressIPv4:
		size = 4
	case addressIPv6:
		size = 16
	case addressDomain:
		at, size = 2, int(b[1])
	default:
		return t, 0, false
	}
	n = at + size + 2
	if len(b) < n {
		return t, 0, true
	}
	host := b[at : at+size]
	if b[0] == addressDomain {
		t.Domain = string(host)
	} else {
		t.IP, _ = netip.AddrFromSlice(host)
	}
	t.Port = uint16(b[n-2])<<8 | uint16(b[n-1])
	return t, n, true
}

// maxMessage is more bytes than any message that is parsed has: the longest is
// the one with user and password (RFC 1929, 2).
const maxMessage = 3 + 2*maxText + 16

// peek returns the first bytes of d, up to maxMessage, in scratch.
func peek(d *event.Data, scratch []byte) []byte {
	b := scratch[:0]
	for i := 0; i < d.Pieces() && len(b) < maxMessage; i++ {
		p := d.Piece(i)
		b = append(b, p[:min(len(p), maxMessage-len(b))]...)
	}
	return b
}

// malformed is an error about bytes that are not what the protocol wants.
func malformed(format string, args ...any) error {
	return &event.Failure{Name: event.ProtocolError, Cause: fmt.Errorf("socks: "+format, args...)}
}
