package http1

import (
	"strings"

	"pipy/pipy/codec/httphead"
)

// framing is what the fields of a head say about the message's end.
type framing struct {
	hosts   int
	length  int64 // content-length; -1 when there is none
	coded   bool  // there is a transfer-encoding
	chunked bool  // its last coding so far is chunked
	unknown bool  // it has a coding that we do not know
}

// note takes a field into account. Names are told apart by their length first.
func (f *framing) note(field *httphead.Field, response bool) error {
	switch len(field.Name) {
	case len("host"):
		if response || !httphead.Equal(field.Name, "host") {
			return nil
		}
		// RFC 9112, 3.2
		if f.hosts++; f.hosts > 1 {
			return malformed("several host fields")
		}
		if _, ok := httphead.HostPort(field.Value); !ok {
			return malformed("invalid host")
		}
	case len("content-length"):
		if httphead.Equal(field.Name, "content-length") {
			return f.noteLength(field.Value, response)
		}
	case len("transfer-encoding"):
		if httphead.Equal(field.Name, "transfer-encoding") {
			return f.noteCodings(field.Value)
		}
	}
	return nil
}

// noteLength reads a content-length. A server may repeat the same one, a client
// may not (RFC 9110, 8.6 leaves the choice).
func (f *framing) noteLength(value string, response bool) error {
	for more := true; more; {
		var item string
		item, value, more = strings.Cut(value, ",")
		n, ok := decimal(strings.Trim(item, " \t"))
		if !ok {
			return malformed("invalid content-length")
		}
		if f.length >= 0 && (n != f.length || !response) {
			return malformed("several content-lengths")
		}
		f.length = n
	}
	return nil
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

// noteCodings reads a transfer-encoding (RFC 9112, 6.1), a list in which empty
// elements mean nothing (RFC 9110, 5.6.1.2).
func (f *framing) noteCodings(value string) error {
	f.coded = true
	for more := true; more; {
		var item string
		item, value, more = strings.Cut(value, ",")
		item = strings.Trim(item, " \t")
		name, _, _ := strings.Cut(item, ";")
		name = strings.Trim(name, " \t")
		switch {
		case item == "":
		case f.chunked:
			return malformed("transfer-encoding after chunked")
		case httphead.Equal(item, "chunked"):
			f.chunked = true
		case httphead.Equal(name, "chunked") || !token(name):
			return malformed("invalid transfer-encoding") // chunked has no parameters (RFC 9112, 7.1)
		default:
			f.unknown = true
		}
	}
	return nil
}

// frame decides how the body of a message ends (RFC 9112, 6.3) and sets the
// head's length and the decoder's state accordingly.
func (d *Decoder) frame(h *httphead.Head, f *framing) error {
	old := h.Protocol == "HTTP/1.0"
	if !d.response && f.hosts == 0 && !old {
		return malformed("no host field") // RFC 9112, 3.2
	}
	if !d.response || !Interim(h.Status) {
		d.interims = 0
	} else if d.interims++; d.interims > httphead.MaxInterim {
		return malformed("too many interim responses")
	}
	if d.response && d.bodiless(h) {
		d.begin(h, atEnd, 0)
		return nil
	}
	if f.coded {
		switch {
		case old:
			return malformed("transfer-encoding in HTTP/1.0") // RFC 9112, 6.1
		case f.length >= 0:
			return malformed("both transfer-encoding and content-length") // RFC 9112, 6.3
		case !f.chunked && !(d.response && f.unknown):
			return malformed("transfer-encoding does not end with chunked")
		case f.unknown:
			return &Error{501, "unknown transfer-encoding"}
		}
		d.begin(h, atChunk, -1)
		return nil
	}
	switch {
	case f.length > 0:
		d.begin(h, inBody, f.length)
	case f.length == 0 || !d.response:
		d.begin(h, atEnd, 0)
	default:
		d.begin(h, untilClose, -1)
	}
	return nil
}

func (d *Decoder) begin(h *httphead.Head, s state, length int64) {
	h.Length = length
	d.state, d.left = s, max(length, 0)
}

// bodiless tells whether a response has no body whatever its fields say.
func (d *Decoder) bodiless(h *httphead.Head) bool {
	status := h.Status
	if status < 200 || status == 204 || status == 304 {
		return true
	}
	if d.method == nil {
		return false
	}
	switch d.method(h) {
	case "HEAD":
		return true
	case "CONNECT":
		return status < 300
	}
	return false
}
