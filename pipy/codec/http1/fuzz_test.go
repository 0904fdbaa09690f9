package http1_test

import (
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// decodeStrictly decodes text and fails the test when events come in an order
// that no stream has, or a head cannot be sent on as it came.
func decodeStrictly(t *testing.T, p peer, text string) {
	t.Helper()
	inside, failed := false, false
	var method string
	d := p.decoder(http1.Limits{}, func(evt event.Event) {
		if failed {
			t.Fatalf("%T after the error", evt)
		}
		switch evt := evt.(type) {
		case *event.MessageStart:
			if inside {
				t.Fatal("a MessageStart inside a message")
			}
			inside = true
			h := evt.Head.(*httphead.Head)
			method = h.Method
			sendOn(t, p, h)
		case *event.Data:
			if !inside || evt.Len() == 0 {
				t.Fatalf("%d bytes of Data, inside a message: %v, %s", evt.Len(), inside, method)
			}
		case *event.MessageEnd:
			if !inside {
				t.Fatal("a MessageEnd outside a message")
			}
			inside = false
		}
	})
	err := d.Feed(source(text))
	failed = err != nil
	if again := d.Feed(source("GET / HTTP/1.1\r\n\r\n")); failed && again != err {
		t.Fatalf("got %v, then %v", err, again)
	}
}

// sendOn encodes a decoded head and decodes that: what was one message remains
// one.
func sendOn(t *testing.T, p peer, h *httphead.Head) {
	t.Helper()
	w := newWire(0)
	var err error
	if p == requests {
		err = w.StartRequest(h)
	} else {
		err = w.StartResponse(h, http1.Reply{Method: string(p), Protocol: "HTTP/1.1"})
	}
	if err == nil {
		_, err = w.End(nil)
	}
	if err != nil {
		t.Fatalf("%+v cannot be encoded: %v", h, err)
	}
	got, err := p.decode(http1.Limits{}, w.text.String())
	if err != nil || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\nend") {
		// A response that is not to HEAD has a length now; an interim one has none.
		t.Fatalf("%q was sent on as %q: got %s, %v", fields(&h.Header), &w.text, got, err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(typicalRequest))
	f.Fuzz(func(t *testing.T, text []byte) {
		decodeStrictly(t, requests, string(text))
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte(typicalResponse), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, method uint8) {
		decodeStrictly(t, []peer{"GET", "HEAD", "CONNECT"}[method%3], string(text))
	})
}

// FuzzSplit compares what becomes of bytes that come at once with what becomes
// of them in pieces, the lengths of which are the bytes of cuts.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(typicalRequest), []byte{1, 100}, false)
	f.Add([]byte(typicalResponse), []byte{17, 1, 1}, true)
	f.Fuzz(func(t *testing.T, text, cuts []byte, response bool) {
		p := requests
		if response {
			p = "GET"
		}
		var pieces []string
		rest := string(text)
		for _, n := range cuts {
			n := min(int(n), len(rest))
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		whole, wholeErr := p.decode(http1.Limits{}, string(text))
		split, splitErr := p.decode(http1.Limits{}, append(pieces, rest)...)
		if whole != split || explain(wholeErr) != explain(splitErr) {
			t.Errorf("whole: %s, %v\nsplit: %s, %v", whole, wholeErr, split, splitErr)
		}
	})
}
