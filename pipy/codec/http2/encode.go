package http2

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"

	"pipy/pipy/codec/httphead"
)

// headerEncoder makes header blocks (RFC 7541). The last one is in buf.
type headerEncoder struct {
	hpack   *hpack.Encoder
	buf     []byte
	checked *httphead.Head
	resized bool // the next block begins with a change of the table
}

func (e *headerEncoder) init() { e.hpack = hpack.NewEncoder(e) }

// Write takes the output of the HPACK encoder.
func (e *headerEncoder) Write(p []byte) (int, error) {
	e.buf = append(e.buf, p...)
	return len(p), nil
}

// limitTable obeys SETTINGS_HEADER_TABLE_SIZE.
func (e *headerEncoder) limitTable(size uint32) {
	size = min(size, tableSize)
	if size == e.hpack.MaxDynamicTableSize() {
		return // the encoder would announce even a size that stays
	}
	e.resized = true
	e.hpack.SetMaxDynamicTableSize(size)
}

// Indexes of the static table (RFC 7541, A).
const (
	staticPath          = 4
	staticStatus200     = 8
	staticContentLength = 28
	staticETag          = 34
	staticLocation      = 46
)

func (e *headerEncoder) begin() { e.buf = e.buf[:0] }

// field adds a field. Values that hardly ever come again are kept out of the
// table, secrets out of all tables on the way (RFC 7541, 7.1.3).
func (e *headerEncoder) field(name, value string) {
	switch len(name) {
	case len("etag"):
		if name == "etag" {
			e.literal(staticETag, value)
			return
		}
	case len("location"):
		if name == "location" {
			e.literal(staticLocation, value)
			return
		}
	}
	f := hpack.HeaderField{Name: name, Value: value}
	switch name {
	case "authorization", "proxy-authorization":
		f.Sensitive = true
	}
	e.hpack.WriteField(f)
}

// indexed adds a field that is in the static table with its value, if the block
// can begin with that.
func (e *headerEncoder) indexed(i byte, name, value string) {
	if e.resized {
		e.resized = false
		e.hpack.WriteField(hpack.HeaderField{Name: name, Value: value})
		return
	}
	e.buf = append(e.buf, 0x80|i)
}

// literal adds a field whose name has the index i, without indexing (RFC 7541,
// 6.2.2).
func (e *headerEncoder) literal(i byte, value string) {
	b := e.buf
	if i < 15 {
		b = append(b, i)
	} else {
		b = append(b, 15, i-15)
	}
	if n := len(value); n > 16 && hpack.HuffmanEncodeLength(value) < uint64(n) {
		b = appendInt(b, 0x80, hpack.HuffmanEncodeLength(value))
		e.buf = hpack.AppendHuffmanString(b, value)
		return
	}
	b = appendInt(b, 0, uint64(len(value)))
	e.buf = append(b, value...)
}

// appendInt appends a number behind a prefix of 7 bits (RFC 7541, 5.1).
func appendInt(b []byte, first byte, n uint64) []byte {
	if n < 127 {
		return append(b, first|byte(n))
	}
	b = append(b, first|127)
	for n -= 127; n >= 128; n >>= 7 {
		b = append(b, 0x80|byte(n))
	}
	return append(b, byte(n))
}

// statuses are those of the static table.
var statuses = [...]int{200, 204, 206, 304, 400, 404, 500}

// response encodes the head of a response. length is the content-length, -1 for
// none.
func (e *headerEncoder) response(h *httphead.Head, length int64) {
	e.begin()
	e.status(statusOf(h))
	e.length(length)
	e.fields(&h.Header, false)
}

func (e *headerEncoder) status(status int) {
	for i, n := range statuses {
		if n == status {
			e.indexed(staticStatus200+byte(i), ":status", strconv.Itoa(status))
			return
		}
	}
	e.resized = false
	e.hpack.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(status)})
}

func (e *headerEncoder) length(n int64) {
	if n < 0 {
		return
	}
	var room [20]byte
	digits := strconv.AppendInt(room[:0], n, 10)
	b := append(e.buf, 15, staticContentLength-15, byte(len(digits)))
	e.buf = append(b, digits...)
}

// request encodes the head of a request, whose host becomes the authority.
func (e *headerEncoder) request(h *httphead.Head, length int64) {
	e.begin()
	method, path := h.Method, h.Path
	if path == "" {
		path = "/"
	}
	authority := h.Header.First("host")
	if authority == "" {
		authority = h.Authority
	}
	if method == "CONNECT" {
		if authority == "" || h.Path != "" {
			authority = h.Path
		}
		e.first(method)
		e.hpack.WriteField(hpack.HeaderField{Name: ":authority", Value: authority})
		e.fields(&h.Header, true)
		return
	}
	e.first(method)
	scheme := h.Scheme
	if s, a, p, ok := httphead.CutTarget(path); ok {
		if scheme, authority, path = s, a, p; path == "" {
			if path = "/"; method == "OPTIONS" {
				path = "*" // RFC 9113, 8.3.1
			}
		}
	}
	switch scheme {
	case "", "http":
		e.buf = append(e.buf, 0x86)
	case "https":
		e.buf = append(e.buf, 0x87)
	default:
		e.hpack.WriteField(hpack.HeaderField{Name: ":scheme", Value: scheme})
	}
	if authority != "" {
		e.hpack.WriteField(hpack.HeaderField{Name: ":authority", Value: authority})
	}
	switch path {
	case "/":
		e.buf = append(e.buf, 0x84)
	case "/index.html":
		e.buf = append(e.buf, 0x85)
	default:
		e.literal(staticPath, path)
	}
	e.length(length)
	e.fields(&h.Header, true)
}

// first begins a request.
func (e *headerEncoder) first(method string) {
	switch method {
	case "", "GET":
		e.indexed(2, ":method", "GET")
	case "POST":
		e.indexed(3, ":method", "POST")
	default:
		e.resized = false
		e.hpack.WriteField(hpack.HeaderField{Name: ":method", Value: method})
	}
}

// tail encodes trailers and tells whether there are any.
func (e *headerEncoder) tail(t *httphead.Tail) bool {
	e.begin()
	for i := range t.Header.Fields {
		f := &t.Header.Fields[i]
		if name := lowerName(f.Name); !forbiddenInTail(name) {
			if e.resized {
				e.resized = false
			}
			e.hpack.WriteField(hpack.HeaderField{Name: name, Value: strings.Trim(f.Value, " \t")})
		}
	}
	return len(e.buf) > 0
}

// fields adds the fields of a head but those that concern one HTTP/1 connection
// (RFC 9113, 8.2.2), and those that have been said.
func (e *headerEncoder) fields(h *httphead.Header, request bool) {
	nominates := nominates(h)
	for i := range h.Fields {
		name, value := lowerName(h.Fields[i].Name), h.Fields[i].Value
		switch len(name) {
		case len("te"):
			if name == "te" {
				if !request || !httphead.Equal(value, "trailers") {
					continue
				}
				value = "trailers"
			}
		case len("host"):
			if request && name == "host" {
				continue
			}
		case len("upgrade"), len("connection"), len("proxy-connection"), len("transfer-encoding"):
			if connectionSpecific(name) {
				continue
			}
		case len("content-length"): // and http2-settings
			if name == "content-length" || name == "http2-settings" {
				continue
			}
		}
		if nominates && name != "te" && nominated(h, name) {
			continue
		}
		if n := len(value); n > 0 && (blank(value[0]) || blank(value[n-1])) {
			value = strings.Trim(value, " \t")
		}
		e.field(name, value)
	}
}

// nominates tells whether connection fields name other fields, that must not
// be passed on (RFC 9110, 7.6.1).
func nominates(h *httphead.Header) bool {
	for i := range h.Fields {
		f := &h.Fields[i]
		if len(f.Name) == len("connection") && httphead.Equal(f.Name, "connection") &&
			!httphead.Equal(f.Value, "keep-alive") && !httphead.Equal(f.Value, "close") {
			return true
		}
	}
	return false
}

// nominated tells whether connection fields name this one.
func nominated(h *httphead.Header, name string) bool {
	for i := range h.Fields {
		f := &h.Fields[i]
		if len(f.Name) != len("connection") || !httphead.Equal(f.Name, "connection") {
			continue
		}
		for item := range strings.SplitSeq(f.Value, ",") {
			if httphead.Equal(strings.Trim(item, " \t"), name) {
				return true
			}
		}
	}
	return false
}

// checkHead tells why a head cannot be sent. The one that was checked last is
// good unless a script has touched it.
func (s *Session) checkHead(h *httphead.Head) error {
	if h == s.enc.checked && h.Script == nil && h.ScriptHeader == nil {
		return nil
	}
	var err error
	if s.server {
		err = checkStatus(h)
	} else {
		err = checkTarget(h)
	}
	if err == nil {
		err = checkFields(&h.Header)
	}
	if err == nil {
		s.enc.checked = h
	}
	return err
}

func checkStatus(h *httphead.Head) error {
	switch wrong := h.CheckStatus(); {
	case wrong != "":
		return &HeadError{"status", wrong}
	case h.Status == 101:
		return &HeadError{"status", "HTTP/2 has no 101 Switching Protocols"}
	}
	return nil
}

func checkTarget(h *httphead.Head) error {
	switch {
	case h.Method != "" && !only(h.Method, isToken):
		return &HeadError{"method", "want a token, got " + strconv.Quote(h.Method)}
	case h.Path != "" && !only(h.Path, isTarget):
		return &HeadError{"path", "want no blanks and control characters, got " + strconv.Quote(h.Path)}
	case h.Scheme != "" && !only(h.Scheme, isToken):
		return &HeadError{"scheme", "want a token, got " + strconv.Quote(h.Scheme)}
	case h.Authority != "" && !only(h.Authority, isTarget):
		return &HeadError{"authority", "want no blanks and control characters, got " + strconv.Quote(h.Authority)}
	}
	return nil
}

func checkFields(h *httphead.Header) error {
	for i := range h.Fields {
		f := &h.Fields[i]
		if !only(f.Name, isToken) {
			return &HeadError{fmt.Sprintf("headers[%q]", f.Name), "want a token as the name"}
		}
		if at := control(f.Value); at >= 0 {
			return &HeadError{fmt.Sprintf("headers[%q]", f.Name),
				fmt.Sprintf("want no control characters, got %q at byte %d", f.Value[at], at)}
		}
	}
	return nil
}
