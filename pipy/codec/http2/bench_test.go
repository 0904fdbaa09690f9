package http2_test

import (
	"bytes"
	"testing"

	xhttp2 "golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// echoOwner answers all requests with one response.
type echoOwner struct {
	head *httphead.Head
	body *event.Data
	n    int
}

func (o *echoOwner) Receive(st *http2.Stream, evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		e.Release()
	case *event.MessageEnd:
		o.n++
		st.Respond(o.head)
		st.Send(o.body.Clone())
		st.End(nil)
	}
}
func (o *echoOwner) Done(*http2.Stream, error) {}
func (o *echoOwner) Drained(*http2.Stream)     {}
func (o *echoOwner) Write(d *event.Data)       { d.Release() }
func (o *echoOwner) Wake()                     {}
func (o *echoOwner) Closing()                  {}
func (o *echoOwner) Ended(err error)           { panic(err) }

// BenchmarkServer32 is 32 requests in one read and their responses in one write,
// as h2load -m32 sends them, per request.
func BenchmarkServer32(b *testing.B) {
	var arena event.Arena
	o := &echoOwner{head: head(200, "content-type", "text/plain", "server", "pipy"), body: event.DataString("Hi, there!\n")}
	s := http2.NewServer(http2.Options{}, &arena, o)
	var hbuf, in bytes.Buffer
	henc := hpack.NewEncoder(&hbuf)
	framer := xhttp2.NewFramer(&in, nil)
	in.WriteString(http2.Preface)
	framer.WriteSettings()
	feed := func() {
		d := &event.Data{}
		arena.Write(d, in.Bytes())
		s.Feed(d)
		s.Flush()
		in.Reset()
	}
	feed()
	id := uint32(1)
	request := func() {
		framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: id, BlockFragment: hbuf.Bytes(), EndStream: true, EndHeaders: true})
		id += 2
	}
	for range 2 { // the second block is made of indexes
		hbuf.Reset()
		for _, f := range []hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":path", Value: "/"}, {Name: ":scheme", Value: "http"},
			{Name: ":authority", Value: "127.0.0.1:8080"}, {Name: "user-agent", Value: "h2load nghttp2/1.52.0"}} {
			henc.WriteField(f)
		}
		request()
	}
	b.ReportAllocs()
	for b.Loop() {
		request()
		if id%64 == 1 {
			framer.WriteWindowUpdate(0, 32*11)
			feed()
		}
	}
	if o.n == 0 {
		b.Fatal("no request came through")
	}
}
