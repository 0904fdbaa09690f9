package http2_test

import (
	"fmt"
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/http2"
)

// floods are things that a client can do for ever at no cost of its own.
var floods = []struct {
	name string
	send func(r *rig, i int)
}{
	{"PING", func(r *rig, i int) { r.framer.WritePing(false, [8]byte{}) }},
	{"acknowledgements", func(r *rig, i int) { r.framer.WritePing(true, [8]byte{}) }},
	{"SETTINGS", func(r *rig, i int) { r.framer.WriteSettings() }},
	{"PRIORITY", func(r *rig, i int) { r.framer.WritePriority(uint32(i*2+1), xhttp2.PriorityParam{}) }},
	{"unknown frames", func(r *rig, i int) { r.framer.WriteRawFrame(0x99, 0, 0, nil) }},
	{"empty DATA", func(r *rig, i int) {
		if i == 0 {
			r.request(1, false)
		}
		r.framer.WriteData(1, false, nil)
	}},
	{"small windows", func(r *rig, i int) { r.framer.WriteWindowUpdate(0, 1) }},
	{"rapid reset", func(r *rig, i int) { // CVE-2023-44487
		r.request(uint32(i*2+1), true)
		r.framer.WriteRSTStream(uint32(i*2+1), xhttp2.ErrCodeCancel)
	}},
	{"provoked resets", func(r *rig, i int) { // CVE-2025-8671
		r.request(uint32(i*2+1), true)
		r.framer.WriteWindowUpdate(uint32(i*2+1), 1<<31-1)
	}},
	{"malformed requests", func(r *rig, i int) { r.request(uint32(i*2+1), true, "connection", "x") }},
	{"DATA on closed streams", func(r *rig, i int) {
		if i == 0 {
			r.request(1, false)
			r.framer.WriteRSTStream(1, xhttp2.ErrCodeCancel)
		}
		r.framer.WriteData(1, false, []byte("x"))
	}},
	{"streams beyond the limit", func(r *rig, i int) { r.request(uint32(i*2+1), false) }},
}

func TestFloodsEndTheSession(t *testing.T) {
	for _, c := range floods {
		t.Run(c.name, func(t *testing.T) {
			r := newServer(t, http2.Options{})
			for i := range 3000 {
				c.send(r, i)
				if i%100 == 0 {
					r.send()
				}
			}
			r.send()
			lines := strings.Join(r.take(), "\n")
			if !r.ended || !strings.Contains(lines, "ENHANCE_YOUR_CALM") || r.counts.Floods != 1 {
				t.Errorf("the session goes on; %d resets", strings.Count(lines, "RST_STREAM"))
			}
		})
	}
}

func TestModestUseIsNoFlood(t *testing.T) {
	r := newServer(t, http2.Options{})
	id := uint32(1)
	for i := range 20000 {
		r.now += 10e6 // 100 of these per second
		r.framer.WritePing(false, [8]byte{})
		r.request(id, true)
		r.send()
		if i%3 == 0 {
			r.framer.WriteRSTStream(id, xhttp2.ErrCodeCancel)
			r.send()
		} else {
			respond(t, r.streams[id], 1)
			r.framer.WriteWindowUpdate(0, 1)
			r.send()
		}
		id += 2
		if r.ended {
			t.Fatalf("the session ended after %d requests: %v", i, r.take())
		}
	}
}

func TestContinuationFloodEndsTheSession(t *testing.T) { // CVE-2024-27316
	for _, n := range []int{0, 1, 1000} {
		r := newServer(t, http2.Options{})
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: r.block(":method", "GET")})
		for range 1000 {
			// A literal field without indexing, again and again.
			var fragment []byte
			if n > 0 {
				fragment = append([]byte{0, 1, 'x', byte(min(n-4, 100))}, strings.Repeat("y", max(0, min(n-4, 100)))...)[:min(n, 104)]
			}
			if n == 1 {
				fragment = []byte{0x82}
			}
			r.framer.WriteContinuation(1, false, fragment)
		}
		r.send()
		if lines := r.take(); !r.ended || !strings.Contains(fmt.Sprint(lines), "GOAWAY 0 ENHANCE_YOUR_CALM") {
			t.Errorf("fragments of %d bytes: %v", n, lines)
		}
	}
}

func TestLongHeadIsAnswered431(t *testing.T) { // RFC 6585, 5
	r := newServer(t, http2.Options{MaxHeaderList: 1000})
	r.request(1, true, "x-long", strings.Repeat("x", 1000))
	r.request(3, false, "x-long", strings.Repeat("x", 1000))
	r.request(5, true, "x-after", "1")
	r.send()
	r.want("5 GET / host=a.b x-after=1 (0)", "5 end",
		"> 1 HEADERS :status=431 content-length=0 end",
		"> 3 HEADERS :status=431 content-length=0 end", "> 3 RST_STREAM NO_ERROR")
}

func TestManyFieldsAreAnswered431(t *testing.T) {
	r := newServer(t, http2.Options{})
	var kv []string
	for i := range 250 {
		kv = append(kv, fmt.Sprint("x", i), "y")
	}
	r.request(1, true, kv...)
	r.send()
	r.want("> 1 HEADERS :status=431 content-length=0 end")
}

func TestStreamsBeyondTheLimitAreRefused(t *testing.T) { // RFC 9113, 5.1.2
	r := newServer(t, http2.Options{MaxStreams: 2})
	r.request(1, true)
	r.request(3, true)
	r.request(5, true)
	r.send()
	r.want("1 GET / host=a.b (0)", "1 end", "3 GET / host=a.b (0)", "3 end", "> 5 RST_STREAM REFUSED_STREAM")
	respond(t, r.streams[1], 1)
	r.request(7, true)
	r.flush()
	r.send()
	r.wantPart("7 GET / host=a.b (0)")
}

func TestAnswersThatNobodyReadsEndTheSession(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.s.PauseOutput()
	for range 1100 {
		r.framer.WritePing(false, [8]byte{})
	}
	r.send()
	if !r.ended {
		t.Error("the session goes on")
	}
	r.take()
}
