package http1

// A block is a run of lines that ends with an empty one, as far as it was read:
// a start line with its fields, or the fields of a tail. Positions count from
// the first byte that the decoder holds of it.
type block struct {
	start   int  // where it begins: after the empty lines that may precede a request
	line    int  // where the line at hand begins; after the block when it is complete
	seen    int  // where to go on looking for the end of that line
	fields  int  // field lines so far
	opened  bool // there is no start line, or it was read
	preface bool // the start line is the one of HTTP/2's preface
	first   startLine
}

// A span is where a field line has its name and its value.
type span struct{ name, colon, value, end int32 }

// preface is what a client says first that speaks HTTP/2 (RFC 9113, 3.4).
const (
	preface     = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	prefaceLine = "PRI * HTTP/2.0"
)

// lines reads on in b, the bytes of a block so far, and tells whether the block
// is complete. A line is judged when it is, or by its first control character;
// so the verdict is the same however the bytes were cut. Spans of the fields
// are appended to spans, if that has room at all.
func (d *Decoder) lines(b []byte, k *block, spans []span) ([]span, bool, error) {
	limit := d.limits.MaxHead
	if d.state == inTrailer {
		limit = d.limits.MaxTrailer
	}
	for {
		if k.preface {
			return spans, false, checkPreface(b[k.start:])
		}
		end := control(b, k.seen)
		k.seen = end
		if !k.opened && end-k.line > d.limits.MaxStartLine {
			return spans, false, &Error{414, "start line too long"}
		}
		if end-k.start > limit {
			return spans, false, &Error{431, "fields too long"}
		}
		if end == len(b) {
			return spans, false, nil
		}
		if b[end] != '\r' {
			return spans, false, malformed(what(b[end]))
		}
		if end+1 == len(b) {
			return spans, false, nil
		}
		if b[end+1] != '\n' {
			return spans, false, malformed(what('\r'))
		}
		from := k.line
		k.line = end + 2
		k.seen = k.line
		switch {
		case !k.opened:
			if err := d.startLine(b, from, end, k); err != nil {
				return spans, false, err
			}
		case from == end:
			return spans, true, nil
		default:
			if k.fields++; k.fields > d.limits.MaxFields {
				return spans, false, &Error{431, "too many fields"}
			}
			s, err := fieldLine(b, from, end)
			if err != nil {
				return spans, false, err
			}
			if cap(spans) > 0 {
				spans = append(spans, s)
			}
		}
	}
}

// fieldLine takes the line b[from:end] apart (RFC 9112, 5).
func fieldLine(b []byte, from, end int) (span, error) {
	i := tokenEnd(b[:end], from)
	switch {
	case i == end:
		return span{}, malformed("field without a colon")
	case b[i] == ':' && i > from:
	case i == from && (b[i] == ' ' || b[i] == '\t'):
		return span{}, malformed("folded field line") // obs-fold (RFC 9112, 5.2)
	case b[i] == ' ' || b[i] == '\t':
		return span{}, malformed("blank in or after a field name") // RFC 9112, 5.1
	default:
		return span{}, malformed("invalid field name")
	}
	v := i + 1
	for v < end && blank(b[v]) {
		v++
	}
	for end > v && blank(b[end-1]) {
		end--
	}
	return span{int32(from), int32(i), int32(v), int32(end)}, nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// checkPreface compares b with HTTP/2's preface as far as it is there.
func checkPreface(b []byte) error {
	n := min(len(b), len(preface))
	if string(b[:n]) != preface[:n] {
		return &Error{505, "HTTP version not supported"}
	}
	if n < len(preface) {
		return nil
	}
	return ErrHTTP2Preface
}
