package filters

import (
	"strings"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// benchmarkStream feeds one request after another, as wrk sends it, into a
// layout; each turn of the loop ends as on a worker.
func benchmarkStream(b *testing.B, t *httpBench, l *pipeline.Layout) {
	request := []byte("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n")
	outputs, bytes := 0, 0
	p := l.Start(pipeline.NewContext(nil, t), func(evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			outputs++
			bytes += d.Len()
			d.Release()
		}
	})
	buf := event.NewBuffer(false)
	var source loop.Source
	source.Init(t.loop, nil)
	b.ReportAllocs()
	for b.Loop() {
		if len(buf.Free()) < len(request) && !buf.Rewind() {
			buf.Release()
			buf = event.NewBuffer(false)
		}
		n := copy(buf.Free(), request)
		prev := t.loop.Enter(&source)
		p.Process(buf.Take(n))
		t.loop.Leave(prev)
		t.loop.Turn()
	}
	if outputs != b.N {
		b.Fatalf("%d outputs for %d requests", outputs, b.N)
	}
}

func BenchmarkServeHTTPConstant(b *testing.B) {
	t := newHTTPBench(b)
	benchmarkStream(b, t, t.layout(t.node("serveHTTP", nil, httpText("Hi, there!\n"))))
}

// A request goes through demuxHTTP, link, muxHTTP and a fake upstream that
// answers as nginx does.
func BenchmarkProxyRequest(b *testing.B) {
	t := newHTTPBench(b)
	response := []byte(strings.ReplaceAll(`HTTP/1.1 200 OK
Server: nginx/1.22.1
Date: Sat, 21 Nov 2026 10:00:00 GMT
Content-Type: text/plain
Content-Length: 12
Last-Modified: Fri, 20 Nov 2026 10:00:00 GMT
Connection: keep-alive
ETag: "655b1f10-c"
Accept-Ranges: bytes

`, "\n", "\r\n") + "Hello world\n")
	buf := event.NewBuffer(false)
	upstream := t.layout(t.filter(func(f *httpFilter, evt event.Event) {
		d, ok := evt.(*event.Data)
		if !ok {
			return
		}
		d.Release()
		if len(buf.Free()) < len(response) && !buf.Rewind() {
			buf.Release()
			buf = event.NewBuffer(false)
		}
		f.Output(buf.Take(copy(buf.Free(), response)))
	}))
	proxy := t.layout(t.node("muxHTTP", upstream, ""))
	link := &pipeline.Node{Name: "link", Subs: []*pipeline.Layout{proxy}}
	link.New, _ = buildRoutes(&linkOptions{routes: []route{{target: 0}}})
	benchmarkStream(b, t, t.layout(t.node("demuxHTTP", t.layout(link))))
}
