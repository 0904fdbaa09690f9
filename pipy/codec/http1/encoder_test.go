package http1_test

import (
	"cmp"
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// newHead returns a head as a script makes it; fields are names and values in
// turn.
func newHead(set func(h *httphead.Head), fields ...string) *httphead.Head {
	h := httphead.New()
	if set != nil {
		set(h)
	}
	for i := 0; i < len(fields); i += 2 {
		h.Header.Add(fields[i], fields[i+1])
	}
	return h
}

func status(n int) func(*httphead.Head)     { return func(h *httphead.Head) { h.Status = n } }
func method(m string) func(*httphead.Head)  { return func(h *httphead.Head) { h.Method = m } }
func length(n int64) func(h *httphead.Head) { return func(h *httphead.Head) { h.Length = n } }

// A wire is an encoder whose output is kept as text.
type wire struct {
	*http1.Encoder
	text   strings.Builder
	pieces []int // of each Data that came out
}

func newWire(bufferSize int) *wire {
	w := &wire{}
	w.Encoder = http1.NewEncoder(&event.Arena{}, bufferSize, func(d *event.Data) {
		w.pieces = append(w.pieces, d.Pieces())
		w.text.WriteString(d.String())
		d.Release()
	})
	return w
}

var get = http1.Reply{Method: "GET", Protocol: "HTTP/1.1"}

func TestEncodeResponse(t *testing.T) {
	const keepAlive = "connection: keep-alive\r\n\r\n"
	long := strings.Repeat("x", 10)
	for _, c := range []struct {
		name   string
		head   any
		reply  http1.Reply
		body   []string
		tail   any
		buffer int // 0 means 8
		want   string
		closes bool
	}{
		{
			name: "all defaults", reply: get, buffer: 11, body: []string{"Hi, ", "there!\n"},
			want: "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n" + keepAlive + "Hi, there!\n",
		}, {
			name: "no body", reply: get,
			want: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + keepAlive,
		}, {
			name: "final", reply: http1.Reply{Final: true}, body: []string{"a"}, closes: true,
			want: "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\na",
		}, {
			name:  "order and spelling stay; what is of one connection goes (RFC 9110, 7.6.1)",
			reply: get, body: []string{"a"},
			head: newHead(status(404), "Server", "x", "Connection", "close, X-Hop", "Keep-Alive", "timeout=5",
				"TRANSFER-ENCODING", "chunked", "X-HOP", "1", "Content-length", "77", "set-cookie", "a", "Set-Cookie", "b",
				"Proxy-Connection", "x", "TE", "trailers", "Trailer", "x", "Upgrade", "h2"),
			want: "HTTP/1.1 404 Not Found\r\nServer: x\r\nset-cookie: a\r\nSet-Cookie: b\r\ncontent-length: 1\r\n" + keepAlive + "a",
		}, {
			name: "the phrase of the head, but our version (RFC 9112, 2.3)", reply: get,
			head: newHead(func(h *httphead.Head) { h.Protocol, h.Status, h.StatusText = "HTTP/1.0", 502, "Connection Refused" }),
			want: "HTTP/1.1 502 Connection Refused\r\ncontent-length: 0\r\n" + keepAlive,
		}, {
			name: "unknown code", reply: get, head: newHead(status(418)),
			want: "HTTP/1.1 418 OK\r\ncontent-length: 0\r\n" + keepAlive,
		}, {
			name: "interim responses have neither body nor framing (RFC 9110, 15.2)", reply: http1.Reply{Final: true},
			head: newHead(status(100), "content-length", "3"), body: []string{"abc"},
			want: "HTTP/1.1 100 Continue\r\n\r\n",
		}, {
			name: "101 (RFC 9110, 7.8)", reply: get,
			head: newHead(status(101), "Upgrade", "websocket", "Sec-WebSocket-Accept", "x"),
			want: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nconnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
		}, {
			name: "426 names what to upgrade to (RFC 9110, 15.5.22)", reply: http1.Reply{Final: true}, closes: true,
			head: newHead(status(426), "upgrade", "h2c"),
			want: "HTTP/1.1 426 Upgrade Required\r\nupgrade: h2c\r\nconnection: upgrade\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
		}, {
			name: "204 (RFC 9110, 8.6)", reply: get, head: newHead(status(204), "Content-Length", "0"), body: []string{"abc"},
			want: "HTTP/1.1 204 No Content\r\n\r\n",
		}, {
			name: "final 204", reply: http1.Reply{Final: true}, head: newHead(status(204)), closes: true,
			want: "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
		}, {
			name: "304 has the length that a 200 would have (RFC 9110, 8.6)", reply: get,
			head: newHead(status(304), "Content-Length", "5", "etag", "x"), body: []string{"abc"},
			want: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\netag: x\r\n" + keepAlive,
		}, {
			name: "304 without length", reply: get, head: newHead(status(304)),
			want: "HTTP/1.1 304 Not Modified\r\n" + keepAlive,
		}, {
			name: "HEAD with the length of the head, at its place (RFC 9110, 8.6)", reply: http1.Reply{Method: "HEAD"},
			head: newHead(nil, "Content-Length", "5", "etag", "x"), body: []string{"abc"},
			want: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\netag: x\r\n" + keepAlive,
		}, {
			name: "HEAD with the length of the body", reply: http1.Reply{Method: "HEAD"}, body: []string{"abc", long},
			want: "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n" + keepAlive,
		}, {
			name: "HEAD with an invalid length", reply: http1.Reply{Method: "HEAD"},
			head: newHead(nil, "Content-Length", "5\r\nX: y"), want: "HeadError",
		}, {
			name: "HEAD of a server that named no length (RFC 9110, 8.6)", reply: http1.Reply{Method: "HEAD"},
			head: &httphead.Head{Protocol: "HTTP/1.1", Status: 200}, want: "HTTP/1.1 200 OK\r\n" + keepAlive,
		}, {
			name: "bodiless", reply: http1.Reply{Bodiless: true}, body: []string{"abc"},
			want: "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n" + keepAlive,
		}, {
			name: "2xx to CONNECT (RFC 9110, 9.3.6)", reply: http1.Reply{Method: "CONNECT"},
			head: newHead(nil, "content-length", "5"), body: []string{"abc"},
			want: "HTTP/1.1 200 OK\r\n" + keepAlive,
		}, {
			name: "other answers to CONNECT", reply: http1.Reply{Method: "CONNECT"}, head: newHead(status(403)), body: []string{"no"},
			want: "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n" + keepAlive + "no",
		}, {
			name: "chunks when the body is longer than the buffer (RFC 9112, 7.1)", reply: get,
			head: newHead(nil, "trailer", "digest"), body: []string{"1234", "", "56789", "", long},
			tail: &httphead.Tail{Header: httphead.Header{Fields: []httphead.Field{{Name: "digest", Value: "x"}, {Name: "Host", Value: "y"}}}},
			want: "HTTP/1.1 200 OK\r\ntrailer: digest\r\ntransfer-encoding: chunked\r\n" + keepAlive +
				"9\r\n123456789\r\nA\r\nxxxxxxxxxx\r\n0\r\ndigest: x\r\n\r\n",
		}, {
			name: "chunks for the sake of trailers (RFC 9110, 6.5)", reply: get, head: newHead(length(4)), body: []string{"1234"},
			tail: &httphead.Tail{Header: httphead.Header{Fields: []httphead.Field{{Name: "digest", Value: "x"}}}},
			want: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + keepAlive + "4\r\n1234\r\n0\r\ndigest: x\r\n\r\n",
		}, {
			name: "trailers without a body", reply: get,
			tail: &httphead.Tail{Header: httphead.Header{Fields: []httphead.Field{{Name: "digest", Value: "x"}}}},
			want: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + keepAlive + "0\r\ndigest: x\r\n\r\n",
		}, {
			name: "no trailers for HTTP/1.0", reply: http1.Reply{Protocol: "HTTP/1.0"}, body: []string{"1234"},
			tail: &httphead.Tail{Header: httphead.Header{Fields: []httphead.Field{{Name: "digest", Value: "x"}}}},
			want: "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n" + keepAlive + "1234",
		}, {
			name: "HTTP/1.0 gets no chunks (RFC 9112, 6.1)", reply: http1.Reply{Protocol: "HTTP/1.0"}, body: []string{"1234", "56789", long},
			want:   "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n123456789" + long,
			closes: true,
		}, {
			name: "the announced length of a long body", reply: get, head: newHead(length(13), "x", "y"), body: []string{long, "abc"},
			want: "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 13\r\n" + keepAlive + long + "abc",
		}, {
			name: "an announced length that was exceeded before the head went out", reply: get, head: newHead(length(3)), body: []string{long},
			want: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + keepAlive + "A\r\n" + long + "\r\n0\r\n\r\n",
		}, {
			name: "an announced length that does not matter for a short body", reply: get, head: newHead(length(3)), body: []string{"ab"},
			want: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + keepAlive + "ab",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(cmp.Or(c.buffer, 8))
			if err := w.StartResponse(c.head, c.reply); err != nil {
				if c.want != "HeadError" {
					t.Fatal(err)
				}
				return
			}
			for _, b := range c.body {
				if err := w.Data(event.DataString(b)); err != nil {
					t.Fatal(err)
				}
			}
			closes, err := w.End(c.tail)
			if err != nil || closes != c.closes {
				t.Errorf("got closes %v, %v", closes, err)
			}
			if got := w.text.String(); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestEncodeRequest(t *testing.T) {
	const keepAlive = "connection: keep-alive\r\n\r\n"
	for _, c := range []struct {
		name string
		head any
		body []string
		want string
	}{
		{"all defaults, with a host as there must be one (RFC 9112, 3.2)", nil, nil, "GET / HTTP/1.1\r\nhost: \r\n" + keepAlive},
		{"the host stays at its place", newHead(nil, "a", "b", "Host", "x"), nil, "GET / HTTP/1.1\r\na: b\r\nHost: x\r\n" + keepAlive},
		{"the authority of HTTP/2 becomes the host (RFC 9113, 8.3.1)",
			newHead(func(h *httphead.Head) { h.Authority = "x" }), nil, "GET / HTTP/1.1\r\nhost: x\r\n" + keepAlive},
		{"CONNECT of HTTP/2 (RFC 9113, 8.5)",
			newHead(func(h *httphead.Head) { h.Method, h.Authority = "CONNECT", "x:1" }), nil, "CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n" + keepAlive},
		{"POST without body (RFC 9110, 8.6)", newHead(method("POST"), "host", "x"), nil, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n" + keepAlive},
		{"GET with a body", newHead(nil, "host", "x", "Content-Length", "9"), []string{"abc"}, "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n" + keepAlive + "abc"},
		{"a version that is not ours, of a client that closes",
			newHead(func(h *httphead.Head) { h.Protocol = "HTTP/1.0" }, "connection", "close", "host", "x"), nil, "GET / HTTP/1.1\r\nhost: x\r\n" + keepAlive},
		{"chunks", newHead(method("PUT"), "host", "x"), []string{"123456789", "a"},
			"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n" + keepAlive + "9\r\n123456789\r\n1\r\na\r\n0\r\n\r\n"},
		{"an announced length", newHead(length(10), "host", "x"), []string{"123456789", "a"},
			"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n" + keepAlive + "123456789a"},
		{"an upgrade by a script (RFC 9110, 7.8)", newHead(nil, "host", "x", "upgrade", "websocket", "a", "b"), nil,
			"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\na: b\r\n\r\n"},
		{"an upgrade that was passed on", newHead(nil, "host", "x", "Connection", "Upgrade, HTTP2-Settings", "upgrade", "h2c", "HTTP2-Settings", "x"), nil,
			"GET / HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"},
		{"an upgrade that was not meant for us", newHead(nil, "host", "x", "connection", "keep-alive", "upgrade", "h2c"), nil,
			"GET / HTTP/1.1\r\nhost: x\r\n" + keepAlive},
		{"the host cannot be nominated away", newHead(nil, "host", "x", "connection", "host, a", "a", "b"), nil,
			"GET / HTTP/1.1\r\nhost: x\r\n" + keepAlive},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(8)
			if err := w.StartRequest(c.head); err != nil {
				t.Fatal(err)
			}
			for _, b := range c.body {
				if err := w.Data(event.DataString(b)); err != nil {
					t.Fatal(err)
				}
			}
			if closes, err := w.End(nil); err != nil || closes {
				t.Errorf("got closes %v, %v", closes, err)
			}
			if got := w.text.String(); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}
