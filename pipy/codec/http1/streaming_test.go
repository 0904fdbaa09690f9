package http1_test

import (
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/event"
)

func TestLengthMismatch(t *testing.T) {
	w := newWire(2)
	w.StartResponse(newHead(length(5)), get)
	w.Data(event.DataString("123"))
	if closes, err := w.End(nil); !closes || err != http1.ErrLength {
		t.Errorf("short body: got %v, %v", closes, err)
	}
	w = newWire(2)
	w.StartRequest(newHead(length(5)))
	w.Data(event.DataString("123"))
	if err := w.Data(event.DataString("4567")); err != http1.ErrLength {
		t.Errorf("long body: got %v", err)
	}
	if closes, err := w.End(nil); !closes || err != nil {
		t.Errorf("after a long body: got %v, %v", closes, err)
	}
	if got := w.text.String(); !strings.HasSuffix(got, "\r\n\r\n12345") {
		t.Errorf("got %q", got)
	}
}

func TestFlush(t *testing.T) {
	w := newWire(0)
	w.StartResponse(nil, get)
	w.Flush()
	const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n"
	if got := w.text.String(); got != head {
		t.Errorf("got %q", got)
	}
	w.Data(event.DataString("a"))
	w.Flush()
	w.End(nil)
	if got := w.text.String(); got != head+"1\r\na\r\n0\r\n\r\n" {
		t.Errorf("got %q", got)
	}
	w = newWire(0)
	w.StartRequest(newHead(length(0), "host", "x"))
	w.Flush()
	w.End(nil)
	if got := w.text.String(); got != "GET / HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n\r\n" {
		t.Errorf("got %q", got)
	}
	w = newWire(0)
	w.StartResponse(newHead(status(204)), get)
	w.Flush()
	w.End(nil)
	if got := w.text.String(); got != "HTTP/1.1 204 No Content\r\n\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestAbort(t *testing.T) {
	w := newWire(2)
	if w.Abort() {
		t.Error("nothing was begun")
	}
	w.StartResponse(nil, get)
	w.Data(event.DataString("a"))
	if w.Abort() || w.text.Len() > 0 {
		t.Error("the head was sent")
	}
	w.StartResponse(nil, get)
	w.Data(event.DataString("abc"))
	if !w.Abort() {
		t.Error("the head was not sent")
	}
	w.text.Reset()
	if closes, err := w.End(nil); closes || err != nil || w.text.Len() > 0 {
		t.Errorf("after Abort: got %v, %v, %q", closes, err, &w.text)
	}
}

// A small response is one piece of memory, a larger one is head and body.
func TestPieces(t *testing.T) {
	for size, want := range map[int]int{11: 1, 1024: 1, 4096: 2} {
		w := newWire(0)
		w.StartResponse(nil, get)
		w.Data(source(strings.Repeat("x", size)))
		w.End(nil)
		if len(w.pieces) != 1 || w.pieces[0] != want {
			t.Errorf("%d bytes: got pieces %v, want %d in one Data", size, w.pieces, want)
		}
	}
}

// A long chunk is not copied.
func TestLongChunk(t *testing.T) {
	w := newWire(1)
	w.StartResponse(nil, get)
	w.Data(event.DataString("ab"))
	w.Data(source(strings.Repeat("x", 0xfedc)))
	w.End(nil)
	want := "\r\n\r\n2\r\nab\r\nFEDC\r\n" + strings.Repeat("x", 0xfedc) + "\r\n0\r\n\r\n"
	if got := w.text.String(); !strings.HasSuffix(got, want) || w.pieces[1] != 3 {
		t.Errorf("got %d bytes in pieces %v", len(got), w.pieces)
	}
}

// A head may be longer than an arena's memory.
func TestLongHead(t *testing.T) {
	w := newWire(0)
	value := strings.Repeat("v", 3*event.SmallChunk)
	w.StartResponse(newHead(nil, "a", value), get)
	w.End(nil)
	want := "HTTP/1.1 200 OK\r\na: " + value + "\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n"
	if got := w.text.String(); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

func TestReason(t *testing.T) {
	for status, want := range map[int]string{
		100: "Continue", 200: "OK", 226: "IM Used", 308: "Permanent Redirect", 404: "Not Found",
		413: "Payload Too Large", 418: "OK", 430: "Unassigned", 451: "Unavailable For Legal Reasons",
		509: "Unassigned", 511: "Network Authentication Required", 599: "OK", -1: "OK", 0: "OK",
	} {
		if got := http1.Reason(status); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}
