package http2

import (
	"encoding/binary"
	"strings"

	"golang.org/x/net/http2/hpack"

	"pipy/pipy/codec/httphead"
)

// Pseudo-header fields (RFC 9113, 8.3), as bits of block.seen.
const (
	pseudoMethod = 1 << iota
	pseudoScheme
	pseudoAuthority
	pseudoPath
	pseudoStatus
)

// block is a header block that is being received (RFC 9113, 4.3), and what its
// fields say.
type block struct {
	// Immutable:
	limit     int // bytes of a header list
	maxFields int

	open      bool // CONTINUATION is to follow
	stream    uint32
	endStream bool
	itself    bool // the stream depends on itself
	size      int  // encoded bytes
	fragments int

	list    int    // bytes of the header list (RFC 9113, 6.5.2)
	over    bool   // there is more than the limit, which was not kept
	fault   string // what is malformed; "" for nothing
	regular bool   // a field other than a pseudo-header came
	seen    uint8
	cookies int

	method, scheme, authority, path, status string

	host   string
	hosts  int
	length int64 // content-length; -1 when there is none
	fields []httphead.Field
	cookie int // the index of the first one
}

func (b *block) begin(stream uint32, endStream, itself bool) {
	clear(b.fields)
	*b = block{limit: b.limit, maxFields: b.maxFields, fields: b.fields[:0],
		stream: stream, endStream: endStream, itself: itself, length: -1}
}

// blockLimit is the number of encoded bytes of a header block that we look at.
// A list that is somewhat longer than it may be gets an answer; this much is an
// attack.
func (s *Session) blockLimit() int { return 4 * s.opt.MaxHeaderList }

// headers handles HEADERS (RFC 9113, 6.2).
func (s *Session) headers(p []byte) {
	h := &s.in.head
	if h.stream == 0 || s.server && h.stream&1 == 0 {
		s.fail(ProtocolError, "HEADERS on a stream that cannot be the peer's")
		return
	}
	pad, itself := 0, false
	if h.has(flagPadded) {
		if len(p) == 0 {
			s.fail(FrameSizeError, "HEADERS without the length of its padding")
			return
		}
		pad, p = int(p[0]), p[1:]
	}
	if h.has(flagPriority) {
		if len(p) < prioritySize {
			s.fail(FrameSizeError, "HEADERS without all of its priority")
			return
		}
		itself = binary.BigEndian.Uint32(p)&maxStreamID == h.stream
		p = p[prioritySize:]
	}
	if pad > len(p) {
		s.fail(ProtocolError, "HEADERS has more padding than bytes")
		return
	}
	s.block.begin(h.stream, h.has(flagEndStream), itself)
	s.dec.SetEmitEnabled(true)
	s.fragment(p[:len(p)-pad])
}

// continuation handles CONTINUATION (RFC 9113, 6.10).
func (s *Session) continuation(p []byte) {
	if !s.block.open {
		s.fail(ProtocolError, "CONTINUATION without HEADERS")
		return
	}
	s.fragment(p)
}

// fragment decodes a part of a header block, and handles the whole.
func (s *Session) fragment(p []byte) {
	b := &s.block
	b.size += len(p)
	b.fragments++
	if b.size > s.blockLimit() || b.fragments > 32+b.size/512 {
		s.fail(EnhanceYourCalm, "a header block is too long")
		return
	}
	if b.over {
		s.dec.SetEmitEnabled(false)
	}
	if _, err := s.dec.Write(p); err != nil {
		s.fail(CompressionError, err.Error())
		return
	}
	b.open = !s.in.head.has(flagEndHeaders)
	if b.open {
		return
	}
	if err := s.dec.Close(); err != nil {
		s.fail(CompressionError, err.Error())
		return
	}
	s.blockEnd()
}

// field takes a field of the block from the HPACK decoder.
func (b *block) field(f hpack.HeaderField) {
	b.list += len(f.Name) + len(f.Value) + 32
	if b.list > b.limit || len(b.fields) >= b.maxFields {
		b.over = true
		return
	}
	switch {
	case b.fault != "":
	case f.Name == "":
		b.fault = "a field without name"
	case f.Name[0] == ':':
		b.pseudo(&f)
	default:
		b.regular = true
		b.add(f.Name, f.Value)
	}
}

// pseudo takes a pseudo-header field, which comes once and before others (RFC
// 9113, 8.3).
func (b *block) pseudo(f *hpack.HeaderField) {
	var to *string
	var bit uint8
	switch f.Name {
	case ":method":
		to, bit = &b.method, pseudoMethod
	case ":scheme":
		to, bit = &b.scheme, pseudoScheme
	case ":authority":
		to, bit = &b.authority, pseudoAuthority
	case ":path":
		to, bit = &b.path, pseudoPath
	case ":status":
		to, bit = &b.status, pseudoStatus
	default:
		b.fault = "an unknown pseudo-header field"
		return
	}
	switch {
	case b.regular:
		b.fault = "a pseudo-header field after others"
	case b.seen&bit != 0:
		b.fault = "a pseudo-header field twice"
	case !validValue(f.Value):
		b.fault = "an invalid pseudo-header field"
	}
	b.seen |= bit
	*to = f.Value
}

// add takes a field. Names are told apart by their length first.
func (b *block) add(name, value string) {
	if !validName(name) || !validValue(value) {
		b.fault = "an invalid field" // RFC 9113, 8.2.1
		return
	}
	switch len(name) {
	case len("te"):
		if name == "te" && value != "trailers" {
			b.fault = "te" // RFC 9113, 8.2.2
		}
	case len("host"):
		if name == "host" {
			b.hosts++
			b.host = value
			return
		}
	case len("cookie"):
		if name == "cookie" {
			if b.cookies++; b.cookies == 1 {
				b.cookie = len(b.fields)
			}
		}
	case len("content-length"):
		if name == "content-length" {
			n, ok := decimal(value)
			if !ok || b.length >= 0 && b.length != n {
				b.fault = "an invalid content-length"
			}
			if b.length >= 0 {
				return
			}
			b.length = n
		}
	case len("upgrade"), len("connection"), len("proxy-connection"), len("transfer-encoding"):
		if connectionSpecific(name) {
			b.fault = "a field of HTTP/1 connections" // RFC 9113, 8.2.2
		}
	}
	b.fields = append(b.fields, httphead.Field{Name: name, Value: value})
}

// connectionSpecific tells whether a field is about one HTTP/1 connection. The
// name is in lower case.
func connectionSpecific(name string) bool {
	switch name {
	case "upgrade", "connection", "keep-alive", "proxy-connection", "transfer-encoding":
		return true
	}
	return false
}

// joinCookies makes one field of the crumbs (RFC 9113, 8.2.3).
func (b *block) joinCookies() {
	if b.cookies < 2 {
		return
	}
	crumbs := make([]string, 0, b.cookies)
	kept := b.fields[:b.cookie+1]
	for _, f := range b.fields[b.cookie:] {
		if f.Name == "cookie" {
			crumbs = append(crumbs, f.Value)
		} else {
			kept = append(kept, f)
		}
	}
	b.fields = kept
	b.fields[b.cookie].Value = strings.Join(crumbs, "; ")
}

// decimal reads digits as a number of at most 63 bits.
func decimal(s string) (n int64, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 || n > (1<<63-1-int64(c))/10 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, s != ""
}
