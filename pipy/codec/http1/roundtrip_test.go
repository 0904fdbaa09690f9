package http1_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// TestRoundTrip encodes random messages in random pieces and decodes them in
// other ones.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(9110, 9112))
	for i := range 3000 {
		wantHead, body, trailers := randomMessage(r, i%2 == 0)
		w := newWire(r.IntN(40))
		var err error
		if wantHead.Status == 0 {
			err = w.StartRequest(wantHead)
		} else {
			err = w.StartResponse(wantHead, get)
		}
		for rest := body; err == nil && rest != ""; {
			n := 1 + r.IntN(min(len(rest), 30))
			err = w.Data(source(rest[:n]))
			rest = rest[n:]
		}
		if err == nil {
			_, err = w.End(&httphead.Tail{Header: httphead.Header{Fields: trailers}})
		}
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		wire := w.text.String()
		got := decodeMessage(t, wantHead.Status != 0, wire, r)
		if got.head.Method != wantHead.Method || got.head.Path != wantHead.Path || got.head.Status != wantHead.Status {
			t.Fatalf("%d: got %+v, want %+v", i, got.head, wantHead)
		}
		if g, w := fields(&got.head.Header), fields(&wantHead.Header); !strings.HasPrefix(g, w) {
			t.Fatalf("%d: got fields %s, want %s", i, g, w)
		}
		if got.body != body {
			t.Fatalf("%d: got body %q, want %q in %q", i, got.body, body, wire)
		}
		want := ""
		if strings.Contains(wire, "transfer-encoding: chunked") {
			want = fields(&httphead.Header{Fields: trailers})
		}
		if got.trailers != want {
			t.Fatalf("%d: got trailers %s, want %s", i, got.trailers, want)
		}
	}
}

type decoded struct {
	head           *httphead.Head
	body, trailers string
	messages       int
}

func decodeMessage(t *testing.T, response bool, wire string, r *rand.Rand) decoded {
	t.Helper()
	var m decoded
	out := func(evt event.Event) {
		switch evt := evt.(type) {
		case *event.MessageStart:
			m.head = evt.Head.(*httphead.Head)
			m.messages++
		case *event.Data:
			m.body += evt.String()
		case *event.MessageEnd:
			if tail := httphead.TailOf(evt.Tail); tail != nil {
				m.trailers = fields(&tail.Header)
			}
		}
	}
	d := http1.NewRequestDecoder(http1.Limits{}, out)
	if response {
		d = http1.NewResponseDecoder(http1.Limits{}, nil, out)
	}
	for rest := wire; rest != ""; {
		n := 1 + r.IntN(len(rest))
		if err := d.Feed(source(rest[:n])); err != nil {
			t.Fatalf("%v in %q", err, wire)
		}
		rest = rest[n:]
	}
	if err := d.End(nil); err != nil || m.messages != 1 {
		t.Fatalf("got %d messages, %v in %q", m.messages, err, wire)
	}
	return m
}

// TestNetHTTPUnderstands lets an implementation that is not ours read responses.
func TestNetHTTPUnderstands(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		h, body, trailers := randomMessage(r, true)
		w := newWire(r.IntN(40))
		w.StartResponse(h, get)
		for rest := body; rest != ""; {
			n := 1 + r.IntN(len(rest))
			w.Data(source(rest[:n]))
			rest = rest[n:]
		}
		w.End(&httphead.Tail{Header: httphead.Header{Fields: trailers}})
		in := bufio.NewReader(strings.NewReader(w.text.String()))
		got, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%d: %v in %q", i, err, &w.text)
		}
		gotBody, err := io.ReadAll(got.Body)
		if err != nil || string(gotBody) != body || got.StatusCode != h.Status || in.Buffered() > 0 {
			t.Fatalf("%d: got %d with %q, %v, and %d bytes more in %q", i, got.StatusCode, gotBody, err, in.Buffered(), &w.text)
		}
		for _, f := range h.Header.Fields {
			if v := got.Header.Values(f.Name); len(v) != 1 || v[0] != f.Value {
				t.Fatalf("%d: got %s: %q, want %q", i, f.Name, v, f.Value)
			}
		}
	}
}

func randomMessage(r *rand.Rand, response bool) (h *httphead.Head, body string, trailers []httphead.Field) {
	h = httphead.New()
	if response {
		h.Status = []int{200, 201, 404, 503, 999}[r.IntN(5)]
	} else {
		h.Method = []string{"GET", "POST", "PUT", "X-y"}[r.IntN(4)]
		h.Path = "/" + random(r, "abc/?&=%~\xe4", 10)
		h.Header.Add("Host", "x")
	}
	list := func(prefix string) (fields []httphead.Field) {
		for i := range r.IntN(20) {
			fields = append(fields, httphead.Field{
				Name:  fmt.Sprintf("%s-%d%s", prefix, i, random(r, "aZ!#$%&'*+-.^_`|~09", 20)),
				Value: strings.Trim(random(r, "ab \t,;:\"\\\x80\xff=", 60), " \t"),
			})
		}
		return fields
	}
	h.Header.Fields = append(h.Header.Fields, list("X")...)
	body = random(r, "ab\r\n0\x00", 200)
	if r.IntN(3) == 0 {
		h.Length = int64(len(body))
	}
	return h, body, list("T")
}

func random(r *rand.Rand, alphabet string, most int) string {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}
