package http1

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// message makes the MessageStart of the head that is b up to k.line, and
// settles how its body is framed. The text is copied once; all strings of the
// head are parts of it.
func (d *Decoder) message(b []byte, k *block, spans []span) (*event.MessageStart, error) {
	text := string(b[k.start : k.line-len("\r\n\r\n")])
	start, head := httphead.NewMessage(len(spans))
	l := &k.first
	if l.status != 0 {
		head.Status = l.status
		head.StatusText = text[l.b-k.start : l.end-k.start]
		head.Protocol = protocol(text[:l.a-k.start])
	} else {
		head.Method = text[:l.a-k.start]
		head.Path = text[l.a+1-k.start : l.b-k.start]
		head.Protocol = protocol(text[l.b+1-k.start : l.end-k.start])
	}
	f := framing{length: -1}
	split(text, int32(k.start), spans, head.Header.Fields)
	for i := range head.Header.Fields {
		if err := f.note(&head.Header.Fields[i], d.response); err != nil {
			return nil, err
		}
	}
	if err := d.frame(head, &f); err != nil {
		return nil, err
	}
	if !d.response && head.Path[0] != '/' {
		if err := absolute(head); err != nil {
			return nil, err
		}
	}
	return start, nil
}

// absolute makes the host of a request that has its target in absolute form what
// the target says (RFC 9112, 3.2.2), so that nobody acts on another one.
func absolute(h *httphead.Head) error {
	scheme, authority, _, ok := httphead.CutTarget(h.Path)
	if !ok || h.Method == "CONNECT" {
		return nil
	}
	if _, ok := httphead.HostPort(authority); !ok {
		return malformed("invalid authority in the request target") // with a user too (RFC 9110, 4.2.4)
	}
	if (authority == "" || authority[0] == ':') && (httphead.Equal(scheme, "http") || httphead.Equal(scheme, "https")) {
		return malformed("no host in the request target") // RFC 9110, 4.2.1
	}
	h.Header.Set("host", authority)
	return nil
}

// protocol returns the version without keeping the text of the head for it.
func protocol(s string) string {
	switch s {
	case "HTTP/1.1":
		return "HTTP/1.1"
	case "HTTP/1.0":
		return "HTTP/1.0"
	}
	return s
}

// split fills fields with the parts of text, which begins at position start.
func split(text string, start int32, spans []span, fields []httphead.Field) {
	for i, s := range spans {
		fields[i] = httphead.Field{
			Name:  text[s.name-start : s.colon-start],
			Value: text[s.value-start : s.end-start],
		}
	}
}

// trailers makes the fields of a trailer section.
func trailers(b []byte, k *block, spans []span) []httphead.Field {
	if len(spans) == 0 {
		return nil
	}
	text := string(b[k.start : k.line-len("\r\n\r\n")])
	fields := make([]httphead.Field, len(spans))
	split(text, int32(k.start), spans, fields)
	kept := fields[:0]
	for _, f := range fields {
		if !forbiddenInTail(f.Name) {
			kept = append(kept, f)
		}
	}
	return kept
}

// notInTail are fields that a recipient acts on before it sees the body: those
// for framing, routing, authentication, and the format of the content (RFC
// 9110, 6.5.1). A peer that merges trailers into the head must not be fooled.
var notInTail = []string{
	"authorization", "cache-control", "connection", "content-encoding", "content-length",
	"content-range", "content-type", "cookie", "expect", "host", "keep-alive", "max-forwards",
	"proxy-authenticate", "proxy-authorization", "proxy-connection", "range", "set-cookie", "te",
	"trailer", "transfer-encoding", "upgrade", "www-authenticate",
}

func forbiddenInTail(name string) bool {
	for _, n := range notInTail {
		if httphead.Equal(n, name) {
			return true
		}
	}
	return false
}
