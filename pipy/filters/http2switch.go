package filters

import (
	"encoding/base64"
	"strings"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// http2Switch is how a connection goes from HTTP/1 to HTTP/2: by the preface of
// a client that knows that we speak it (RFC 9113, 3.3), or by an upgrade (RFC
// 7540, 3.2).
type http2Switch interface {
	// toHTTP2 returns the connection's new side, which the filter uses from then
	// on.
	toHTTP2() *http2Server
}

// h2cUpgrade is a request that asks for HTTP/2.
type h2cUpgrade struct {
	start    *event.MessageStart
	settings []byte
}

// h2cOf returns the upgrade that a request asks for; nil when there is none that
// we take. A request with a body is answered in HTTP/1, which a server may
// always do.
func h2cOf(start *event.MessageStart) *h2cUpgrade {
	h := start.Head.(*httphead.Head)
	if h.Length != 0 || !http1.Lists(&h.Header, "upgrade", "h2c") || http1.Upgrade(h) == "" ||
		!http1.Lists(&h.Header, "connection", "http2-settings") {
		return nil
	}
	values := h.Header.Values("http2-settings")
	if len(values) != 1 {
		return nil
	}
	settings, err := base64.RawURLEncoding.DecodeString(values[0])
	if err != nil || len(settings)%6 != 0 {
		return nil
	}
	return &h2cUpgrade{start, settings}
}

// goHTTP2 gives the connection to a server of HTTP/2, with what came and was not
// decoded, and the request that asked for it, if any.
func (s *httpServer) goHTTP2(up *h2cUpgrade) {
	rest := s.dec.Rest()
	stopping := s.stopping
	s.over = true
	s.forget()
	if up != nil {
		s.stage.Output(event.DataString("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"))
	}
	c := s.http2.toHTTP2()
	if up != nil {
		c.upgrade(up)
	}
	if rest.Len() > 0 {
		c.process(rest)
	}
	if stopping {
		c.stop()
	}
	if s.inputOver {
		c.process(&event.StreamEnd{Err: s.inputErr})
	}
}

// upgrade begins with a request that came in HTTP/1.
func (s *http2Server) upgrade(up *h2cUpgrade) {
	h := up.start.Head.(*httphead.Head)
	connection, _ := h.Header.Joined("connection")
	for name := range strings.SplitSeq(connection, ",") {
		if name = strings.Trim(name, " \t"); !httphead.Equal(name, "host") {
			h.Header.Delete(name) // RFC 9110, 7.6.1
		}
	}
	h.Header.Delete("connection")
	st, err := s.session.Upgrade(h.Method, up.settings)
	if err != nil {
		s.session.Close()
		return
	}
	s.Receive(st, up.start)
	if x, ok := st.Value.(*http2Exchange); ok && x.stream == st {
		s.Receive(st, event.End)
	}
}

var _ http2.Owner = (*http2Server)(nil)
