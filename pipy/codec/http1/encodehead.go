package http1

import (
	"bytes"
	"fmt"
	"strconv"

	"pipy/pipy/codec/httphead"
)

// A delimiter is how the end of a body shows on the wire (RFC 9112, 6).
type delimiter uint8

const (
	absent  delimiter = iota // no body and no word about it
	omitted                  // no body, but the length that it would have
	sized                    // content-length
	chunked                  // transfer-encoding: chunked
	closing                  // the end of the stream
)

// appendHead appends the head of the message at hand to b. n is the length of
// its body where by needs one, or -1.
func (e *Encoder) appendHead(b []byte, by delimiter, n int64) ([]byte, error) {
	h := e.head
	b, err := e.appendStart(b, h)
	if err != nil {
		return nil, err
	}
	upgrade := e.upgrades(h)
	nominates := nominates(&h.Header)
	for i := range h.Header.Fields {
		f := &h.Header.Fields[i]
		switch len(f.Name) {
		case len("te"):
			if httphead.Equal(f.Name, "te") {
				continue
			}
		case len("upgrade"): // and trailer
			switch {
			case httphead.Equal(f.Name, "upgrade"):
				if !upgrade {
					continue
				}
			case httphead.Equal(f.Name, "trailer"):
				if by != chunked {
					continue
				}
			}
		case len("connection"): // and keep-alive
			if httphead.Equal(f.Name, "connection") || httphead.Equal(f.Name, "keep-alive") {
				continue
			}
		case len("content-length"):
			if !httphead.Equal(f.Name, "content-length") {
				break
			}
			if _, ok := decimal(f.Value); by != omitted || !ok {
				continue
			}
			by = absent // it is said now
		case len("proxy-connection"):
			if httphead.Equal(f.Name, "proxy-connection") {
				continue
			}
		case len("transfer-encoding"):
			if httphead.Equal(f.Name, "transfer-encoding") {
				continue
			}
		}
		if nominates && nominated(&h.Header, f.Name) {
			continue
		}
		if b, err = appendField(b, f); err != nil {
			return nil, err
		}
		if upgrade && len(f.Name) == len("upgrade") && httphead.Equal(f.Name, "upgrade") {
			b = append(b, "connection: upgrade\r\n"...)
		}
	}
	switch {
	case by == chunked:
		b = append(b, "transfer-encoding: chunked\r\n"...)
	case (by == sized || by == omitted) && n >= 0:
		b = append(b, "content-length: "...)
		b = strconv.AppendInt(b, n, 10)
		b = append(b, "\r\n"...)
	}
	return append(append(b, e.connection(h, upgrade)...), "\r\n"...), nil
}

// connection returns the field that tells what becomes of the connection. It
// is left out where legacy clients do not expect it and the default is meant.
func (e *Encoder) connection(h *httphead.Head, upgrade bool) string {
	const keepAlive, close = "connection: keep-alive\r\n", "connection: close\r\n"
	switch {
	case e.request && upgrade, !e.request && h.Status != 0 && h.Status < 200:
		return ""
	case e.request:
		return keepAlive
	case e.closes:
		return close
	case upgrade, h.Status == 204 && e.reply.Protocol != "HTTP/1.0":
		return ""
	}
	return keepAlive
}

// appendStart appends the start line, and the host field of a request that has
// none (RFC 9112, 3.2). The version is ours, not the one of the head (RFC 9110,
// 6.2).
func (e *Encoder) appendStart(b []byte, h *httphead.Head) ([]byte, error) {
	if !e.request {
		return appendStatus(b, h)
	}
	method, path := h.Method, h.Path
	if method == "" {
		method = "GET"
	}
	if path == "" {
		if path = "/"; method == "CONNECT" {
			path = h.Authority
		}
	}
	if !token(method) {
		return nil, &HeadError{"method", "want a token, got " + strconv.Quote(method)}
	}
	if p := view(path); control(p, 0) < len(p) || bytes.IndexByte(p, ' ') >= 0 ||
		bytes.IndexByte(p, '\t') >= 0 || path == "" {
		return nil, &HeadError{"path", "want no blanks and control characters, got " + strconv.Quote(path)}
	}
	b = append(append(b, method...), ' ')
	b = append(append(b, path...), " HTTP/1.1\r\n"...)
	if h.Header.Has("host") {
		return b, nil
	}
	return appendField(b, &httphead.Field{Name: "host", Value: h.Authority})
}

func appendStatus(b []byte, h *httphead.Head) ([]byte, error) {
	status, reason := h.Status, h.StatusText
	if status == 0 {
		status = 200
	}
	if wrong := h.CheckStatus(); wrong != "" {
		return nil, &HeadError{"status", wrong}
	}
	if reason == "" {
		reason = Reason(status)
	}
	if i := control(view(reason), 0); i < len(reason) {
		return nil, &HeadError{"statusText", misplaced(reason[i], i)}
	}
	b = append(b, "HTTP/1.1 "...)
	b = append(b, byte('0'+status/100), byte('0'+status/10%10), byte('0'+status%10), ' ')
	return append(append(b, reason...), "\r\n"...), nil
}

// appendField appends a field line. What cannot be in one is an error: a head
// must not become two messages (RFC 9110, 5.5).
func appendField(b []byte, f *httphead.Field) ([]byte, error) {
	if err := checkField(f); err != nil {
		return nil, err
	}
	b = append(append(b, f.Name...), ": "...)
	return append(append(b, f.Value...), "\r\n"...), nil
}

func checkField(f *httphead.Field) error {
	if !token(f.Name) {
		return &HeadError{fmt.Sprintf("headers[%q]", f.Name), "want a token as the name"}
	}
	if i := control(view(f.Value), 0); i < len(f.Value) {
		return &HeadError{fmt.Sprintf("headers[%q]", f.Name), misplaced(f.Value[i], i)}
	}
	return nil
}

// check finds out early whether the head can be written, so that another one
// can take its place; what is written is checked in any case. A head that was
// decoded and that no script touched is good.
func (e *Encoder) check() error {
	h := e.head
	if h.Protocol != "" && h.Script == nil && h.ScriptHeader == nil {
		return nil
	}
	var room [256]byte
	if _, err := e.appendStart(room[:0], h); err != nil {
		return err
	}
	for i := range h.Header.Fields {
		if err := checkField(&h.Header.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// misplaced tells about the control character c at byte i.
func misplaced(c byte, i int) string {
	return fmt.Sprintf("want no control characters, got %q at byte %d", c, i)
}

// upgrades tells whether the head goes out with its upgrade field: in requests
// that ask for it, in their acceptance, and in a 426 (RFC 9110, 7.8).
func (e *Encoder) upgrades(h *httphead.Head) bool {
	switch {
	case e.request:
		return Upgrade(h) != ""
	case h.Status == 101 || h.Status == 426:
		return h.Header.Has("upgrade")
	}
	return false
}

// nominates tells whether connection fields name other fields, that must not
// be passed on (RFC 9110, 7.6.1).
func nominates(h *httphead.Header) bool {
	for i := range h.Fields {
		f := &h.Fields[i]
		if len(f.Name) != len("connection") || !httphead.Equal(f.Name, "connection") {
			continue
		}
		if !httphead.Equal(f.Value, "keep-alive") && !httphead.Equal(f.Value, "close") &&
			!httphead.Equal(f.Value, "upgrade") {
			return true
		}
	}
	return false
}

// nominated tells whether connection fields name this one. The host and the
// upgrade, which have rules of their own, cannot be taken away like that.
func nominated(h *httphead.Header, name string) bool {
	return Lists(h, "connection", name) && !httphead.Equal(name, "host") && !httphead.Equal(name, "upgrade")
}
