package filters

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// httpWords is like httpWord, with what matters of a head.
func httpWords(evt event.Event) string {
	if start, ok := evt.(*event.MessageStart); ok {
		if h := httphead.Of(start.Head); h.Status != 0 {
			return fmt.Sprintf("(%d ", h.Status)
		} else if h.Path != "" {
			return "(" + h.Path + " "
		}
	}
	return httpWord(evt)
}

// run feeds a filter and returns what comes out, in words.
func (b *httpBench) run(node *pipeline.Node, events ...event.Event) string {
	var got strings.Builder
	p := b.layout(node).Start(pipeline.NewContext(nil, nil), func(evt event.Event) { got.WriteString(httpWords(evt)) })
	for _, evt := range events {
		p.Process(evt)
	}
	b.loop.Turn()
	p.Close()
	b.loop.Turn()
	return got.String()
}

func message(head any, body string) []event.Event {
	events := []event.Event{&event.MessageStart{Head: head}}
	if body != "" {
		events = append(events, event.DataString(body))
	}
	return append(events, event.End)
}

func TestDecodeHTTPRequest(t *testing.T) {
	for _, k := range []struct{ input, want string }{
		{httpGet("/1") + httpGet("/2"), "(/1 )(/2 )."},
		{"POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab", "(/1 ab)."},
		{"POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nab", "(/1 ab.ConnectionReset"},
		{"CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\nraw", "(a:1 )raw."},
		{"what\r\n\r\n", ".ProtocolError"},
	} {
		b := newHTTPBench(t)
		if got := b.run(b.node("decodeHTTPRequest", nil), event.DataString(k.input), event.EndStream); got != k.want {
			t.Errorf("%q: got %q, want %q", k.input, got, k.want)
		}
	}
	b := newHTTPBench(t)
	var paths string
	n := b.node("decodeHTTPRequest", nil, httpFunc(func(_ *pipeline.Context, args ...any) (any, error) {
		paths += args[0].(*httphead.Head).Path
		return nil, nil
	}))
	if b.run(n, event.DataString(httpGet("/1")+httpGet("/2"))); paths != "/1/2" {
		t.Errorf("the function was called for %s", paths)
	}
	n = b.node("decodeHTTPRequest", nil, httpFunc(func(*pipeline.Context, ...any) (any, error) { return nil, errors.New("oops") }))
	if got := b.run(n, event.DataString(httpGet("/1"))); got != ".RuntimeError" || len(b.errors) != 1 {
		t.Errorf("got %q and the errors %q", got, b.errors)
	}
}

func TestDecodeHTTPResponse(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
	request := func(method string) httpFunc {
		return func(*pipeline.Context, ...any) (any, error) { return httpOptions{"method": method}, nil }
	}
	for _, k := range []struct {
		arg   any
		input string
		end   error
		want  string
	}{
		{nil, ok + "ab" + ok + "cd", nil, "(200 ab)(200 cd)."},
		{httpOptions{"bodiless": true}, ok + ok, nil, "(200 )(200 )."},
		{request("HEAD"), ok + ok, nil, "(200 )(200 )."},
		{request("CONNECT"), "HTTP/1.1 200 OK\r\n\r\nraw", nil, "(200 )raw."},
		{nil, "HTTP/1.1 101 Upgrade\r\nupgrade: x\r\n\r\nraw", nil, "(101 )raw."},
		{nil, "HTTP/1.1 200 OK\r\n\r\nab", nil, "(200 ab)."},
		{nil, "HTTP/1.1 200 OK\r\n\r\nab", event.ReadError, "(200 ab.ReadError"},
		{nil, "", nil, "."},
		{nil, "", event.ConnectionRefused, "(502 ).ConnectionRefused"},
		{nil, ok + "ab", event.ReadTimeout, "(200 ab)(504 ).ReadTimeout"},
		{nil, "HTTP/1.1 2", event.Unauthorized, "(401 ).Unauthorized"},
	} {
		b := newHTTPBench(t)
		var args []any
		if k.arg != nil {
			args = []any{k.arg}
		}
		got := b.run(b.node("decodeHTTPResponse", nil, args...), event.DataString(k.input), &event.StreamEnd{Err: k.end})
		if got != k.want {
			t.Errorf("%q: got %q, want %q", k.input, got, k.want)
		}
	}
}

func TestEncodeHTTP(t *testing.T) {
	post := httpOptions{"method": "POST", "path": "/p", "headers": httpOptions{"Host": "a"}}
	connect := httpOptions{"method": "CONNECT", "path": "a:1", "headers": httpOptions{"host": "a:1"}}
	for _, k := range []struct {
		name   string
		arg    any
		events []event.Event
		want   string
	}{
		{"encodeHTTPRequest", nil, message(post, "ab"), "(/p POST /p HTTP/1.1\r\nHost: a\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nab)"},
		{"encodeHTTPRequest", nil, append(message(connect, ""), event.DataString("raw")),
			"(a:1 CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\nconnection: keep-alive\r\n\r\n)raw"},
		{"encodeHTTPRequest", nil, message(httpOptions{"path": "a b"}, ""), ".RuntimeError"},
		{"encodeHTTPResponse", nil, append(message(nil, "ab"), event.EndStream), "(" + httpOK("ab") + ")."},
		{"encodeHTTPResponse", httpOptions{"bodiless": true}, message(nil, "ab"),
			"(HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n)"},
		{"encodeHTTPResponse", httpOptions{"final": true}, append(message(nil, "ab"), message(nil, "cd")...),
			"(HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nab."},
		{"encodeHTTPResponse", httpFunc(func(*pipeline.Context, ...any) (any, error) { return httpOptions{"method": "HEAD"}, nil }), message(nil, "ab"),
			"(HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n)"},
		{"encodeHTTPResponse", httpFunc(func(*pipeline.Context, ...any) (any, error) { return "HEAD", nil }), message(nil, "ab"), ".RuntimeError"},
		{"encodeHTTPResponse", httpOptions{"bufferSize": 1.0}, message(nil, "ab"),
			"(HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n2\r\nab\r\n0\r\n\r\n)"},
	} {
		b := newHTTPBench(t)
		var args []any
		if k.arg != nil {
			args = []any{k.arg}
		}
		if got := b.run(b.node(k.name, nil, args...), k.events...); got != k.want {
			t.Errorf("%s:\ngot  %q\nwant %q", k.name, got, k.want)
		}
	}
}

func TestFetchHTTP(t *testing.T) {
	request := message(httpOptions{"path": "/1", "headers": httpOptions{"host": "a"}}, "")
	for _, k := range []struct {
		answer string
		end    error
		want   string
	}{
		{"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", nil, "(200 ab)."},
		{"HTTP/1.1 200 OK\r\n\r\nab", nil, "(200 ab)."},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", nil, "(100 )(204 )."},
		{"", nil, "(502 )."},
		{"", event.ConnectionRefused, "(502 ).ConnectionRefused"},
		{"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", nil, "(200 ab.ConnectionReset"},
		{"what\r\n\r\n", nil, "(502 ).ProtocolError"},
	} {
		b := newHTTPBench(t)
		ended := false
		sub := b.layout(b.filter(func(f *httpFilter, evt event.Event) {
			switch evt.(type) {
			case *event.Data:
				f.Output(event.DataString(k.answer))
				f.Output(&event.StreamEnd{Err: k.end})
			case *event.StreamEnd:
				ended = true
			}
		}))
		events := append(append([]event.Event{&event.Data{}}, request...), event.EndStream)
		if got := b.run(b.node("fetchHTTP", sub), events...); got != k.want {
			t.Errorf("%q: got %q, want %q", k.answer, got, k.want)
		}
		if done := strings.HasSuffix(k.want, ")."); done && k.answer != "" && !ended {
			t.Errorf("%q: the sub-pipeline got no StreamEnd", k.answer)
		}
		if n := b.program.Active(); n != 0 {
			t.Errorf("%d pipelines are left", n)
		}
	}
}
