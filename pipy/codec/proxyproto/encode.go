package proxyproto

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"net/netip"
	"strconv"
)

// AppendTo appends the header in its version, which is 2 for 2 and 1 for
// anything else. Version 1 says UNKNOWN where it has no word for the protocol.
// An error tells which member cannot be written.
func (h *Header) AppendTo(b []byte) ([]byte, error) {
	if h.Version == 2 {
		return h.append2(b)
	}
	if h.Protocol != TCP4 && h.Protocol != TCP6 {
		return append(b, "PROXY UNKNOWN\r\n"...), nil
	}
	source, target, err := h.endpoints()
	if err != nil {
		return b, err
	}
	b = append(append(b, signature1...), h.Protocol...)
	b = source.Addr().AppendTo(append(b, ' '))
	b = target.Addr().AppendTo(append(b, ' '))
	b = strconv.AppendUint(append(b, ' '), uint64(source.Port()), 10)
	b = strconv.AppendUint(append(b, ' '), uint64(target.Port()), 10)
	return append(b, "\r\n"...), nil
}

func (h *Header) append2(b []byte) ([]byte, error) {
	start := len(b)
	command, family := byte(0x21), byte(0)
	if h.Local {
		command = 0x20
	}
	protocol := h.Protocol
	if h.Local {
		protocol = Unknown
	}
	for code, name := range protocols2 {
		if name == protocol {
			family = code
		}
	}
	b = append(append(b, signature2...), command, family, 0, 0)
	var err error
	switch protocol {
	case Unknown:
	case Unix, UnixDatagram:
		b, err = appendPaths(b, h.SourcePath, h.TargetPath)
	default:
		var source, target netip.AddrPort
		if source, target, err = h.endpoints(); err == nil {
			b = append(append(b, source.Addr().AsSlice()...), target.Addr().AsSlice()...)
			b = binary.BigEndian.AppendUint16(b, source.Port())
			b = binary.BigEndian.AppendUint16(b, target.Port())
		}
	}
	if err != nil {
		return b[:start], err
	}
	return h.appendTLVs(b, start)
}

func appendPaths(b []byte, paths ...string) ([]byte, error) {
	for _, p := range paths {
		if len(p) > unixPath {
			return b, fmt.Errorf("path: want at most %d bytes, got %d", unixPath, len(p))
		}
		b = append(b, p...)
		b = append(b, make([]byte, unixPath-len(p))...)
	}
	return b, nil
}

// appendTLVs appends the facts to the header that begins at start, and
// completes it.
func (h *Header) appendTLVs(b []byte, start int) ([]byte, error) {
	sum := 0 // where the checksum is
	for _, t := range h.TLVs {
		value := t.Value
		if t.Type == Checksum {
			if sum != 0 {
				continue
			}
			sum = len(b) + 3
			value = make([]byte, crc32.Size)
		}
		if len(value) > math.MaxUint16 {
			return b[:start], fmt.Errorf("TLV 0x%02x: want at most %d bytes, got %d", t.Type, math.MaxUint16, len(value))
		}
		b = binary.BigEndian.AppendUint16(append(b, t.Type), uint16(len(value)))
		b = append(b, value...)
	}
	size := len(b) - start - fixed2
	if size > math.MaxUint16 {
		return b[:start], fmt.Errorf("TLVs: want at most %d bytes of header, got %d", math.MaxUint16, size)
	}
	binary.BigEndian.PutUint16(b[start+14:], uint16(size))
	if sum != 0 {
		binary.BigEndian.PutUint32(b[sum:], checksum(b[start:], sum-start))
	}
	return b, nil
}

// endpoints returns source and target in the family of the protocol. The zero
// value stands for the unspecified address.
func (h *Header) endpoints() (source, target netip.AddrPort, err error) {
	if source, err = h.endpoint("source", h.Source); err == nil {
		target, err = h.endpoint("target", h.Target)
	}
	return source, target, err
}

func (h *Header) endpoint(name string, a netip.AddrPort) (netip.AddrPort, error) {
	ip := a.Addr().WithZone("")
	if h.Protocol == TCP4 || h.Protocol == UDP4 {
		if !ip.IsValid() {
			ip = netip.IPv4Unspecified()
		}
		if ip = ip.Unmap(); !ip.Is4() {
			return a, fmt.Errorf("%s address: want one of %s, got %s", name, h.Protocol, ip)
		}
		return netip.AddrPortFrom(ip, a.Port()), nil
	}
	if !ip.IsValid() {
		ip = netip.IPv6Unspecified()
	}
	return netip.AddrPortFrom(netip.AddrFrom16(ip.As16()), a.Port()), nil
}
