package http1_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// A trace writes events down, one a line, with Data that follow one another
// joined, so that the same bytes give the same text however they were cut.
type trace struct {
	lines []string
	body  []byte
}

func (t *trace) add(evt event.Event) {
	if d, ok := evt.(*event.Data); ok {
		if d.Len() == 0 {
			t.line("empty data")
		}
		t.body = d.AppendTo(t.body)
		d.Release()
		return
	}
	t.flush()
	switch evt := evt.(type) {
	case *event.MessageStart:
		h := evt.Head.(*httphead.Head)
		line := fmt.Sprintf("request %s %s %s", h.Method, h.Path, h.Protocol)
		if h.Status != 0 {
			line = fmt.Sprintf("response %s %d %q", h.Protocol, h.Status, h.StatusText)
		}
		t.line(fmt.Sprintf("%s, length %d%s", line, h.Length, fields(&h.Header)))
	case *event.MessageEnd:
		if tail := httphead.TailOf(evt.Tail); tail != nil {
			t.line("end" + fields(&tail.Header))
		} else {
			t.line("end")
		}
	}
}

func (t *trace) line(s string) { t.lines = append(t.lines, s) }

func (t *trace) flush() {
	if len(t.body) > 0 {
		t.line(fmt.Sprintf("data %q", t.body))
		t.body = nil
	}
}

func (t *trace) String() string {
	t.flush()
	return strings.Join(t.lines, "\n")
}

func fields(h *httphead.Header) string {
	var b strings.Builder
	for _, f := range h.Fields {
		fmt.Fprintf(&b, "; %s=%q", f.Name, f.Value)
	}
	return b.String()
}

// A peer is the kind of decoder that a case is for: that of requests, or that
// of responses to a method.
type peer string

const requests peer = ""

func (p peer) decoder(l http1.Limits, out func(event.Event)) *http1.Decoder {
	if p == requests {
		return http1.NewRequestDecoder(l, out)
	}
	return http1.NewResponseDecoder(l, func(*httphead.Head) string { return string(p) }, out)
}

// decode feeds the pieces to a new decoder, then an orderly end. The error is
// of either.
func (p peer) decode(l http1.Limits, pieces ...string) (string, error) {
	var t trace
	var err error
	d := p.decoder(l, func(evt event.Event) {
		if err != nil {
			t.line("event after the error")
		}
		t.add(evt)
	})
	for _, piece := range pieces {
		if err = d.Feed(source(piece)); err != nil {
			break
		}
	}
	if err == nil {
		err = d.End(nil)
	}
	d.Feed(source("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) // must not do anything any more
	return t.String(), err
}

// source returns Data in pooled memory, as sockets make them.
func source(text string) *event.Data {
	if len(text) > event.LargeChunk {
		return event.NewData([]byte(text))
	}
	b := event.NewBuffer(len(text) > event.SmallChunk)
	defer b.Release()
	return b.Take(copy(b.Free(), text))
}

// atEveryByte runs f with text as it is, cut in two at every position, as
// single bytes, and as one Data of single bytes in memory of their own.
func atEveryByte(text string, f func(how string, pieces ...string)) {
	f("whole", text)
	for i := 1; i < len(text); i++ {
		f(fmt.Sprintf("cut at %d", i), text[:i], text[i:])
	}
	f("bytes", strings.Split(text, "")...)
}

// explain returns what a test wants to know of an error.
func explain(err error) string {
	var e *http1.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return fmt.Sprint(e.Status)
	case errors.Is(err, http1.ErrTruncated):
		return "truncated"
	case errors.Is(err, http1.ErrHTTP2Preface):
		return "HTTP/2"
	}
	return err.Error()
}

type decodeCase struct {
	name  string // what is shown, and where that is written
	peer  peer
	input string
	want  string // the trace
	err   string
}

func (c *decodeCase) run(t *testing.T) {
	t.Helper()
	if testing.Short() && len(c.input) > 4096 {
		t.Skip("long input")
	}
	var text string
	atEveryByte(c.input, func(how string, pieces ...string) {
		got, err := c.peer.decode(http1.Limits{}, pieces...)
		if got != c.want || explain(err) != c.err {
			t.Fatalf("%s: %q\n got %s\n     error %v\nwant %s\n     error %s", how, c.input, got, err, c.want, c.err)
		}
		var e *http1.Error
		if errors.As(err, &e) {
			if text == "" {
				text = e.Text
			}
			if e.Text != text {
				t.Fatalf("%s: %q: error %q, but %q when whole", how, c.input, e.Text, text)
			}
		}
	})
}
