// Package proxyproto reads and writes the header of the PROXY protocol, with
// which a proxy tells a server where a connection comes from: version 1, a line
// of text, and version 2, which is binary. The specification is
// proxy-protocol.txt of HAProxy; its sections are meant where none else is named.
package proxyproto

import (
	"fmt"
	"net/netip"

	"pipy/pipy/event"
)

// The protocols of a Header.
const (
	TCP4         = "TCP4"
	TCP6         = "TCP6"
	UDP4         = "UDP4"
	UDP6         = "UDP6"
	Unix         = "UNIX"
	UnixDatagram = "UNIX_DGRAM"
	Unknown      = "UNKNOWN"
)

// Header is what the protocol says about a connection.
type Header struct {
	Version  int    // 1 or 2
	Local    bool   // version 2: the proxy itself opened the connection
	Protocol string // Unknown has no addresses; Unix and UnixDatagram have paths

	Source, Target         netip.AddrPort
	SourcePath, TargetPath string

	TLVs []TLV // version 2: further facts, in their order
}

// TLV is a fact of a type that the specification lists (2.2).
type TLV struct {
	Type  byte
	Value []byte
}

// Checksum is the type of the TLV that is a CRC32c of the whole header
// (2.2.3). Parse verifies it; AppendTo computes its value.
const Checksum = 0x03

const (
	signature1 = "PROXY "
	signature2 = "\r\n\r\n\x00\r\nQUIT\n"

	maxHeader1 = 107 // bytes of a header of version 1 with its CRLF (2.1)
	fixed2     = 16  // bytes of a header of version 2 without its addresses
	unixPath   = 108 // bytes of a path (2.2)
)

// protocols2 are the protocols by the byte of family and transport (2.2).
var protocols2 = map[byte]string{
	0x00: Unknown, 0x11: TCP4, 0x12: UDP4, 0x21: TCP6, 0x22: UDP6, 0x31: Unix, 0x32: UnixDatagram,
}

// addressBytes returns the size of the addresses of a protocol in version 2.
func addressBytes(protocol string) int {
	switch protocol {
	case TCP4, UDP4:
		return 12
	case TCP6, UDP6:
		return 36
	case Unix, UnixDatagram:
		return 2 * unixPath
	}
	return 0
}

// Known tells whether that is one of the protocols.
func Known(protocol string) bool {
	return protocol == Unknown || addressBytes(protocol) > 0
}

func malformed(format string, args ...any) error {
	return &event.Failure{Name: event.ProtocolError, Cause: fmt.Errorf("PROXY protocol: "+format, args...)}
}
