package http1

import (
	"strings"

	"pipy/pipy/codec/httphead"
)

// KeepAlive tells whether the sender of a head lets the connection go on after
// the message (RFC 9112, 9.3). A response whose body lasts until the end of the
// stream ends the connection whatever its head says.
func KeepAlive(h *httphead.Head) bool {
	switch {
	case Lists(&h.Header, "connection", "close"):
		return false
	case h.Protocol == "HTTP/1.0":
		return Lists(&h.Header, "connection", "keep-alive")
	}
	return true
}

// Upgrade returns the protocols that a request asks for, or that a 101 agrees
// to, as in its upgrade field; "" when there is no such wish (RFC 9110, 7.8). A
// connection field that does not list upgrade speaks against it; heads that
// scripts make need none.
func Upgrade(h *httphead.Head) string {
	if h.Protocol == "HTTP/1.0" || !h.Header.Has("upgrade") {
		return ""
	}
	if h.Header.Has("connection") && !Lists(&h.Header, "connection", "upgrade") {
		return ""
	}
	value, _ := h.Header.Joined("upgrade")
	return value
}

// ExpectContinue tells whether a request may wait for a 100 before it sends its
// body (RFC 9110, 10.1.1).
func ExpectContinue(h *httphead.Head) bool {
	return h.Protocol != "HTTP/1.0" && h.Length != 0 && Lists(&h.Header, "expect", "100-continue")
}

// Interim tells whether a response with that status is followed by another one
// to the same request (RFC 9110, 15.2). After a 101 comes another protocol.
func Interim(status int) bool { return 100 <= status && status < 200 && status != 101 }

// Lists tells whether a field that is a list of tokens, or one of several such
// fields, has an element, without regard to case (RFC 9110, 5.6.1).
func Lists(h *httphead.Header, name, element string) bool {
	for i := range h.Fields {
		f := &h.Fields[i]
		if len(f.Name) == len(name) && httphead.Equal(f.Name, name) && listed(f.Value, element) {
			return true
		}
	}
	return false
}

func listed(list, element string) bool {
	for more := true; more; {
		var item string
		item, list, more = strings.Cut(list, ",")
		if httphead.Equal(strings.Trim(item, " \t"), element) {
			return true
		}
	}
	return false
}
