package proxyproto

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strconv"
	"strings"
)

// Parse reads the header at the beginning of b and returns it with its length,
// which is 0 as long as b has not all of it. most is the number of bytes that a
// header may have. An error, a ProtocolError, comes as soon as b cannot become a
// header any more.
func Parse(b []byte, most int) (h *Header, n int, err error) {
	switch {
	case begins(b, signature1):
		return parse1(b, min(most, maxHeader1))
	case begins(b, signature2):
		return parse2(b, most)
	}
	return nil, 0, malformed("the stream does not begin with a header but with %q", b[:min(len(b), fixed2)])
}

// begins tells whether b and the signature agree as far as both go.
func begins(b []byte, signature string) bool {
	n := min(len(b), len(signature))
	return string(b[:n]) == signature[:n]
}

// parse1 reads a line (2.1).
func parse1(b []byte, most int) (*Header, int, error) {
	end := bytes.Index(b[:min(len(b), most)], []byte("\r\n"))
	if end < 0 {
		if len(b) >= most {
			return nil, 0, malformed("the line is longer than %d bytes", most)
		}
		return nil, 0, nil
	}
	n := end + 2
	words := strings.Split(string(b[len(signature1):end]), " ")
	h := &Header{Version: 1, Protocol: words[0]}
	switch {
	case h.Protocol == Unknown:
		return h, n, nil // whatever follows is to be ignored
	case h.Protocol != TCP4 && h.Protocol != TCP6:
		return nil, 0, malformed("want TCP4, TCP6 or UNKNOWN, got %q", h.Protocol)
	case len(words) != 5:
		return nil, 0, malformed("want two addresses and two ports, got %d words", len(words)-1)
	}
	var err error
	if h.Source, err = endpoint1(h.Protocol, words[1], words[3]); err != nil {
		return nil, 0, err
	}
	if h.Target, err = endpoint1(h.Protocol, words[2], words[4]); err != nil {
		return nil, 0, err
	}
	return h, n, nil
}

func endpoint1(protocol, host, port string) (netip.AddrPort, error) {
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Is4() != (protocol == TCP4) || ip.Zone() != "" {
		return netip.AddrPort{}, malformed("want an address of %s, got %q", protocol, host)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || len(port) > 1 && port[0] == '0' {
		return netip.AddrPort{}, malformed("want a port, got %q", port)
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

// parse2 reads the binary form (2.2).
func parse2(b []byte, most int) (*Header, int, error) {
	if len(b) <= len(signature2) {
		return nil, 0, nil
	}
	command := b[12] & 0x0f
	if b[12]>>4 != 2 || command > 1 {
		return nil, 0, malformed("want version 2 and command LOCAL or PROXY, got 0x%02x", b[12])
	}
	if len(b) < fixed2 {
		return nil, 0, nil
	}
	size := int(binary.BigEndian.Uint16(b[14:]))
	n := fixed2 + size
	if n > most {
		return nil, 0, malformed("want a header of at most %d bytes, got %d", most, n)
	}
	h := &Header{Version: 2, Local: command == 0, Protocol: Unknown}
	known := ""
	if !h.Local { // else family and addresses mean nothing
		if known = protocols2[b[13]]; known == "" {
			return nil, 0, malformed("want a known family and transport, got 0x%02x", b[13])
		}
		if size < addressBytes(known) {
			return nil, 0, malformed("want %d bytes of addresses, got %d", addressBytes(known), size)
		}
	}
	if len(b) < n {
		return nil, 0, nil
	}
	if h.Local {
		return h, n, nil
	}
	h.Protocol = known
	h.addresses(b[fixed2:n])
	err := h.parseTLVs(b[:n], fixed2+addressBytes(known))
	switch {
	case err != nil && known == Unknown:
		h.TLVs = nil // without addresses, what follows may be anything
	case err != nil:
		return nil, 0, err
	}
	return h, n, nil
}

// addresses takes the addresses of version 2.
func (h *Header) addresses(b []byte) {
	size := 4
	switch h.Protocol {
	case Unknown:
		return
	case Unix, UnixDatagram:
		h.SourcePath, h.TargetPath = path(b[:unixPath]), path(b[unixPath:2*unixPath])
		return
	case TCP6, UDP6:
		size = 16
	}
	source, _ := netip.AddrFromSlice(b[:size])
	target, _ := netip.AddrFromSlice(b[size : 2*size])
	ports := b[2*size:]
	h.Source = netip.AddrPortFrom(source, binary.BigEndian.Uint16(ports))
	h.Target = netip.AddrPortFrom(target, binary.BigEndian.Uint16(ports[2:]))
}

// path returns a path that is filled up with zeros. A leading zero belongs to
// an abstract name.
func path(b []byte) string {
	return string(bytes.TrimRight(b, "\x00"))
}

// parseTLVs reads the facts that begin at a position of the whole header.
func (h *Header) parseTLVs(b []byte, at int) error {
	for at < len(b) {
		if len(b)-at < 3 {
			return malformed("a TLV is cut off")
		}
		size := int(binary.BigEndian.Uint16(b[at+1:]))
		from := at + 3
		if len(b)-from < size {
			return malformed("a TLV of type 0x%02x has %d bytes, want %d", b[at], len(b)-from, size)
		}
		value := bytes.Clone(b[from : from+size])
		if b[at] == Checksum {
			if err := verify(b, from, value); err != nil {
				return err
			}
		}
		h.TLVs = append(h.TLVs, TLV{b[at], value})
		at = from + size
	}
	return nil
}

// verify compares the checksum at a position with that of the header.
func verify(b []byte, at int, sum []byte) error {
	if len(sum) != crc32.Size {
		return malformed("want a checksum of %d bytes, got %d", crc32.Size, len(sum))
	}
	want := checksum(b, at)
	if got := binary.BigEndian.Uint32(sum); got != want {
		return malformed("want checksum %08x, got %08x", want, got)
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the checksum of a header, of which the four bytes at the
// position count as zeros.
func checksum(b []byte, at int) uint32 {
	var zeros [crc32.Size]byte
	sum := crc32.Update(0, castagnoli, b[:at])
	sum = crc32.Update(sum, castagnoli, zeros[:])
	return crc32.Update(sum, castagnoli, b[at+crc32.Size:])
}
