package http1_test

import (
	"errors"
	"fmt"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

const (
	upgradeRequest = "GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	upgradeStart   = "request GET /chat HTTP/1.1, length 0; Host=\"x\"; Upgrade=\"websocket\"; Connection=\"Upgrade\"\n"
	nextRequest    = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	nextStart      = "request GET / HTTP/1.1, length 0; Host=\"x\"\nend"
)

// suspending returns a decoder that is suspended at every event of the kind
// that at tells.
func suspending(t *trace, at func(event.Event) bool) *http1.Decoder {
	var d *http1.Decoder
	d = http1.NewRequestDecoder(http1.Limits{}, func(evt event.Event) {
		stop := at(evt)
		t.add(evt)
		if stop {
			d.Suspend()
		}
	})
	return d
}

func isEnd(evt event.Event) bool { _, ok := evt.(*event.MessageEnd); return ok }

func TestTunnelAfterSuspend(t *testing.T) {
	atEveryByte(upgradeRequest+"\x81\x00raw", func(how string, pieces ...string) {
		var tr trace
		d := suspending(&tr, isEnd)
		for _, p := range pieces {
			if err := d.Feed(source(p)); err != nil {
				t.Fatalf("%s: %v", how, err)
			}
		}
		if got, want := tr.String(), upgradeStart+"end"; got != want {
			t.Fatalf("%s: suspended: got %s\nwant %s", how, got, want)
		}
		if d.Held() != 5 || !d.Suspended() {
			t.Fatalf("%s: got %d bytes held, want 5", how, d.Held())
		}
		if err := d.Tunnel(); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		d.Feed(source("more"))
		if err := d.End(nil); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		if got, want := tr.String(), upgradeStart+"end\ndata \"\\x81\\x00rawmore\""; got != want {
			t.Fatalf("%s: got %s\nwant %s", how, got, want)
		}
	})
}

func TestResumeAfterSuspend(t *testing.T) {
	atEveryByte(upgradeRequest+nextRequest, func(how string, pieces ...string) {
		var tr trace
		d := suspending(&tr, func(event.Event) bool { return true })
		for _, p := range pieces {
			d.Feed(source(p))
		}
		if err := d.End(nil); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		for i, want := range []string{
			upgradeStart[:len(upgradeStart)-1],
			upgradeStart + "end",
			upgradeStart + "end\n" + nextStart[:len(nextStart)-4],
			upgradeStart + "end\n" + nextStart,
		} {
			if got := tr.String(); got != want {
				t.Fatalf("%s: after %d times Resume: got %s\nwant %s", how, i, got, want)
			}
			if err := d.Resume(); err != nil {
				t.Fatalf("%s: %v", how, err)
			}
		}
	})
}

// The end of a stream that is suspended in a body waits for Resume.
func TestEndWhileSuspended(t *testing.T) {
	var tr trace
	d := suspending(&tr, func(evt event.Event) bool { _, ok := evt.(*event.Data); return ok })
	d.Feed(source("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"))
	d.Feed(source("a"))
	d.Feed(source("b"))
	if err := d.End(nil); err != nil {
		t.Fatal(err)
	}
	if err := d.Resume(); err != nil || !d.Suspended() {
		t.Fatal(err)
	}
	if err := d.Resume(); !errors.Is(err, http1.ErrTruncated) {
		t.Errorf("got %v, want ErrTruncated", err)
	}
}

// Tunnel from within out, at the start of the message, takes effect at its end.
func TestTunnelAtStart(t *testing.T) {
	atEveryByte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 raw", func(how string, pieces ...string) {
		var tr trace
		var d *http1.Decoder
		d = http1.NewResponseDecoder(http1.Limits{}, nil, func(evt event.Event) {
			if start, ok := evt.(*event.MessageStart); ok && start.Head.(*httphead.Head).Status == 101 {
				d.Tunnel()
			}
			tr.add(evt)
		})
		for _, p := range pieces {
			d.Feed(source(p))
		}
		err := d.End(event.ReadError)
		want := "response HTTP/1.1 101 \"Switching Protocols\", length 0; Upgrade=\"x\"\nend\ndata \"HTTP/1.1 raw\""
		if got := tr.String(); got != want || err != event.ReadError {
			t.Fatalf("%s: got %s, %v\nwant %s", how, got, err, want)
		}
	})
}

func TestRestReturnsThePreface(t *testing.T) {
	const text = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	atEveryByte(text, func(how string, pieces ...string) {
		d := http1.NewRequestDecoder(http1.Limits{}, func(evt event.Event) { t.Fatalf("%s: got %T", how, evt) })
		fed := ""
		var err error
		for i := 0; err == nil && i < len(pieces); i++ {
			fed += pieces[i]
			err = d.Feed(source(pieces[i]))
		}
		rest := d.Rest()
		if !errors.Is(err, http1.ErrHTTP2Preface) || rest.String() != fed {
			t.Fatalf("%s: got %v and %q, want %q", how, err, rest, fed)
		}
	})
}

func TestRestReturnsHalfAHead(t *testing.T) {
	d := http1.NewRequestDecoder(http1.Limits{}, func(event.Event) {})
	d.Feed(source(nextRequest + "GET "))
	d.Feed(source("/ab"))
	if got := d.Rest().String(); got != "GET /ab" {
		t.Errorf("got %q", got)
	}
	if got := d.Rest().String(); got != "" {
		t.Errorf("again: got %q", got)
	}
}

func TestIdleAndInHead(t *testing.T) {
	d := http1.NewRequestDecoder(http1.Limits{}, func(event.Event) {})
	type facts struct{ idle, inHead, inMessage bool }
	for _, step := range []struct {
		input string
		want  facts
	}{
		{"", facts{true, false, false}},
		{"\r", facts{false, true, false}},
		{"\n", facts{true, false, false}},
		{"\r\nP", facts{false, true, false}},
		{"UT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r", facts{false, true, false}},
		{"\n", facts{false, false, true}},
		{"a", facts{false, false, true}},
		{"b", facts{true, false, false}},
		{"b", facts{false, true, false}},
	} {
		if err := d.Feed(source(step.input)); err != nil {
			t.Fatal(err)
		}
		if got := (facts{d.Idle(), d.InHead(), d.InMessage()}); got != step.want {
			t.Errorf("after %q: got %+v, want %+v", step.input, got, step.want)
		}
	}
}

// A body is not copied: what comes out shares the memory of what went in.
func TestBodyIsNotCopied(t *testing.T) {
	in := source("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + nextRequest)
	memory := in.Piece(0)
	var body *event.Data
	d := http1.NewRequestDecoder(http1.Limits{}, func(evt event.Event) {
		if data, ok := evt.(*event.Data); ok {
			body = data
		}
	})
	if err := d.Feed(in); err != nil {
		t.Fatal(err)
	}
	if at := len(memory) - len(nextRequest) - 5; &body.Piece(0)[0] != &memory[at] {
		t.Error("the body was copied")
	}
}

func TestFacts(t *testing.T) {
	head := func(protocol string, fields ...string) *httphead.Head {
		h := &httphead.Head{Protocol: protocol, Length: -1}
		for i := 0; i < len(fields); i += 2 {
			h.Header.Add(fields[i], fields[i+1])
		}
		return h
	}
	for _, c := range []struct {
		head      *httphead.Head
		keepAlive bool
		upgrade   string
		expect    bool
	}{
		{head("HTTP/1.1"), true, "", false}, // RFC 9112, 9.3
		{head("HTTP/1.0"), false, "", false},
		{head("HTTP/1.1", "connection", "CLOSE"), false, "", false},
		{head("HTTP/1.1", "connection", "te", "Connection", "x , close"), false, "", false},
		{head("HTTP/1.1", "connection", "closed"), true, "", false},
		{head("HTTP/1.0", "Connection", "Keep-Alive"), true, "", false},
		{head("HTTP/1.0", "Connection", "keep-alive, close"), false, "", false},
		{head("HTTP/1.1", "Upgrade", "h2c", "connection", "upgrade, HTTP2-Settings"), true, "h2c", false}, // RFC 9110, 7.8
		{head("HTTP/1.1", "upgrade", "h2c", "connection", "keep-alive"), true, "", false},
		{head("HTTP/1.0", "upgrade", "h2c", "connection", "upgrade"), false, "", false},
		{head("", "upgrade", "websocket"), true, "websocket", false},
		{head("HTTP/1.1", "expect", "100-Continue"), true, "", true}, // RFC 9110, 10.1.1
		{head("HTTP/1.0", "expect", "100-continue"), false, "", false},
	} {
		if got := http1.KeepAlive(c.head); got != c.keepAlive {
			t.Errorf("KeepAlive(%v): got %v", c.head, got)
		}
		if got := http1.Upgrade(c.head); got != c.upgrade {
			t.Errorf("Upgrade(%v): got %q", c.head, got)
		}
		if got := http1.ExpectContinue(c.head); got != c.expect {
			t.Errorf("ExpectContinue(%v): got %v", c.head, got)
		}
	}
	for status, want := range map[int]bool{100: true, 101: false, 103: true, 200: false} {
		if got := http1.Interim(status); got != want {
			t.Errorf("Interim(%d): got %v", status, got)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	_, err := requests.decode(http1.Limits{}, "GET / HTTP/1.1\r\nHost : x\r\n\r\n")
	if got, want := fmt.Sprint(err), "http1: blank in or after a field name (400)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h := httphead.New()
	h.Header.Add("x-a", "1\n2")
	err = newWire(0).StartResponse(h, http1.Reply{})
	if got, want := fmt.Sprint(err), `http1: headers["x-a"]: want no control characters, got '\n' at byte 1`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
