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

// Whatever a script writes into a head, nothing of it may end a line.
func TestNothingSplitsAMessage(t *testing.T) {
	bad := []string{"a\r\nb: c", "a\nb", "a\rb", "a\x00b", "\x7f", "a\x1fb"}
	heads := map[string]*httphead.Head{
		`status`:           newHead(status(1000)),
		`method`:           newHead(method("GET /")),
		`path`:             newHead(func(h *httphead.Head) { h.Path = "/a b" }),
		`headers["a b"]`:   newHead(nil, "a b", "c"),
		`headers[""]`:      newHead(nil, "", "c"),
		`headers["a:"]`:    newHead(nil, "a:", "c"),
		`headers["\xc3"]`:  newHead(nil, "\xc3", "c"),
		`headers["a\r\n"]`: newHead(nil, "a\r\n", "c"),
	}
	check := func(place string, h *httphead.Head) {
		t.Helper()
		w := newWire(0)
		start := func() error { return w.StartResponse(h, get) }
		if h.Method != "" || h.Path != "" || h.Authority != "" {
			start = func() error { return w.StartRequest(h) }
		}
		var e *http1.HeadError
		if err := start(); !errors.As(err, &e) || e.Place != place {
			t.Errorf("got %v, want an error about %s", err, place)
		}
		w.Data(event.DataString("lost"))
		if _, err := w.End(nil); err != nil || w.text.Len() > 0 {
			t.Errorf("got output %q, %v", &w.text, err)
		}
		// The same when the head gets bad only before it goes out.
		good := httphead.New()
		if start = func() error { return w.StartResponse(good, get) }; h.Method != "" || h.Path != "" || h.Authority != "" {
			start = func() error { return w.StartRequest(good) }
		}
		if err := start(); err != nil {
			t.Fatal(err)
		}
		*good = *h
		if _, err := w.End(nil); !errors.As(err, &e) || e.Place != place || w.text.Len() > 0 {
			t.Errorf("late: got %v and output %q, want an error about %s", err, &w.text, place)
		}
	}
	for place, h := range heads {
		check(place, h)
	}
	for _, s := range bad {
		check("method", newHead(method(s)))
		check("path", newHead(func(h *httphead.Head) { h.Path = s }))
		check("statusText", newHead(func(h *httphead.Head) { h.StatusText = s }))
		check(`headers["x"]`, newHead(nil, "x", s))
		check(fmt.Sprintf("headers[%q]", s), newHead(nil, s, "x"))
		check(`headers["host"]`, newHead(func(h *httphead.Head) { h.Authority = s }))
	}
	w := newWire(1)
	w.StartResponse(nil, get)
	w.Data(event.DataString("ab"))
	tail := &httphead.Tail{Header: httphead.Header{Fields: []httphead.Field{{Name: "x", Value: "a\r\n"}}}}
	var e *http1.HeadError
	if closes, err := w.End(tail); !errors.As(err, &e) || !closes || strings.HasSuffix(w.text.String(), "0\r\n\r\n") {
		t.Errorf("trailer: got %v, %v, %q", closes, err, &w.text)
	}
}
