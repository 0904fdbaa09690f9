package filters

import (
	"errors"
	"strings"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

func TestServeHTTPAnswersWithAMessage(t *testing.T) {
	b := newHTTPBench(t)
	c := b.connect(b.layout(b.node("serveHTTP", nil, httpText("Hi, there!\n"))))
	for range 3 {
		c.send(httpGet("/"))
		c.want("HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: keep-alive\r\n\r\nHi, there!\n")
	}
	if c.datas != 3 {
		t.Errorf("%d Data, want one for each response", c.datas)
	}
	c.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\nHi, there!\n")
	c.wantEnd("")
	httpNoErrors(b)
}

func echo(_ *pipeline.Context, args ...any) (any, error) {
	m := args[0].(*event.Message)
	if m.Body == nil {
		return nil, errors.New("no body")
	}
	return &event.Message{Body: m.Body.Clone()}, nil
}

func TestServeHTTPGivesTheWholeRequestToAFunction(t *testing.T) {
	b := newHTTPBench(t)
	l := b.layout(b.node("serveHTTP", nil, httpFunc(echo)))
	for _, size := range []int{0, 1, 16 << 10, 1 << 20} {
		c := b.connect(l)
		body := strings.Repeat("x", size)
		c.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
		if size > 0 {
			c.send(strings.Replace("SIZE\r\n", "SIZE", hexadecimal(size), 1))
			c.send(body)
			c.send("\r\n")
		}
		c.want("")
		c.send("0\r\n\r\n")
		c.loop.Turn()
		got := c.got.String()
		c.got.Reset()
		if size <= 16<<10 {
			if want := httpOK(body); got != want {
				t.Errorf("size %d: got %.100q, want %.100q", size, got, want)
			}
		} else if !strings.Contains(got, "transfer-encoding: chunked") || !strings.HasSuffix(got, "\r\n0\r\n\r\n") {
			t.Errorf("size %d: want a chunked response, got %.100q", size, got)
		}
		c.send(httpGet("/"))
		c.want(httpOK(""))
	}
	httpNoErrors(b)
}

func hexadecimal(n int) string {
	const digits = "0123456789abcdef"
	if n < 16 {
		return digits[n : n+1]
	}
	return hexadecimal(n/16) + digits[n%16:n%16+1]
}

func TestServeHTTPAnswersFailuresWith500(t *testing.T) {
	const failed = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n"
	for name, result := range map[string]httpFunc{
		"an error": func(*pipeline.Context, ...any) (any, error) { return nil, errors.New("oops") },
		"nothing":  func(*pipeline.Context, ...any) (any, error) { return nil, nil },
		"a string": func(*pipeline.Context, ...any) (any, error) { return "text", nil },
		"an invalid head": func(*pipeline.Context, ...any) (any, error) {
			h := httpHead(200, "")
			h.Header.Add("x", "a\r\nb")
			return &event.Message{Head: h}, nil
		},
	} {
		b := newHTTPBench(t)
		c := b.connect(b.layout(b.node("serveHTTP", nil, result)))
		for range 2 {
			c.send(httpGet("/"))
			c.want(failed)
		}
		if len(b.errors) != 2 {
			t.Errorf("%s: %d errors reported, want 2: %q", name, len(b.errors), b.errors)
		}
	}
}

func TestServeHTTPWaitsForPromises(t *testing.T) {
	b := newHTTPBench(t)
	var promises []*httpPromise
	c := b.connect(b.layout(b.node("serveHTTP", nil, httpFunc(func(*pipeline.Context, ...any) (any, error) {
		p := &httpPromise{}
		promises = append(promises, p)
		return p, nil
	}))))
	c.send(httpGet("/1") + httpGet("/2"))
	if len(promises) != 1 {
		t.Fatalf("%d requests were handled, want 1", len(promises))
	}
	c.want("")
	promises[0].done(httpText("one"), nil)
	c.want(httpOK("one"))
	promises[1].done(nil, errors.New("oops"))
	c.want("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	c.send(httpGet("/3"))
	c.feed(event.EndStream)
	c.wantOpen()
	promises[2].done(httpText("three"), nil)
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nthree")
	c.wantEnd("")
}

func TestServeHTTPLimitsBodies(t *testing.T) {
	b := newHTTPBench(t)
	c := b.connect(b.layout(b.node("serveHTTP", nil, httpFunc(echo), httpOptions{"maxBodySize": 4.0})))
	c.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n1234")
	c.want(httpOK("1234"))
	c.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n12345")
	c.want("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
	c.wantEnd("")
}

func TestServeHTTPWantsAMessageOrAFunction(t *testing.T) {
	b := newHTTPBench(t)
	if err := b.wrong("serveHTTP", nil, "text"); err == nil {
		t.Error("a string was accepted")
	}
}
