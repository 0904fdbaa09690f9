package http1_test

import (
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// A request as browsers send it, and the response of a small page.
const (
	typicalRequest = "GET /api/v1/items/12345?fields=name,price HTTP/1.1\r\n" +
		"Host: shop.example.com\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
		"Accept-Language: en-US,en;q=0.5\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef\r\n" +
		"Connection: keep-alive\r\n\r\n"
	typicalResponse = "HTTP/1.1 200 OK\r\n" +
		"Server: nginx\r\n" +
		"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n" +
		"Content-Length: 11\r\n" +
		"Connection: keep-alive\r\n" +
		"ETag: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"\r\n\r\n" +
		"Hi, there!\n"
)

// arena makes Data in pooled memory, as a socket does.
type arena struct{ event.Arena }

func (s *arena) data(text []byte) *event.Data {
	d := &event.Data{}
	s.Write(d, text)
	return d
}

func benchmarkDecode(b *testing.B, d func(out func(event.Event)) *http1.Decoder, text string) {
	var s arena
	dec := d(func(evt event.Event) {
		if data, ok := evt.(*event.Data); ok {
			data.Release()
		}
	})
	bytes := []byte(text)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := dec.Feed(s.data(bytes)); err != nil || !dec.Idle() {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRequest(b *testing.B) {
	benchmarkDecode(b, func(out func(event.Event)) *http1.Decoder {
		return http1.NewRequestDecoder(http1.Limits{}, out)
	}, typicalRequest)
}

func BenchmarkDecodeShortRequest(b *testing.B) {
	benchmarkDecode(b, func(out func(event.Event)) *http1.Decoder {
		return http1.NewRequestDecoder(http1.Limits{}, out)
	}, "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
}

func BenchmarkDecodeResponse(b *testing.B) {
	benchmarkDecode(b, func(out func(event.Event)) *http1.Decoder {
		return http1.NewResponseDecoder(http1.Limits{}, func(*httphead.Head) string { return "GET" }, out)
	}, typicalResponse)
}

func decodedHead(b *testing.B, d *http1.Decoder, head **httphead.Head, text string) {
	if err := d.Feed(event.DataString(text)); err != nil || *head == nil {
		b.Fatal(err)
	}
}

func BenchmarkEncodeRequest(b *testing.B) {
	var head *httphead.Head
	decodedHead(b, http1.NewRequestDecoder(http1.Limits{}, func(evt event.Event) {
		if s, ok := evt.(*event.MessageStart); ok {
			head = s.Head.(*httphead.Head)
		}
	}), &head, typicalRequest)
	enc := http1.NewEncoder(&event.Arena{}, 0, func(d *event.Data) { d.Release() })
	b.ReportAllocs()
	for b.Loop() {
		if err := enc.StartRequest(head); err != nil {
			b.Fatal(err)
		}
		if _, err := enc.End(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeResponse(b *testing.B) {
	var head *httphead.Head
	decodedHead(b, http1.NewResponseDecoder(http1.Limits{}, nil, func(evt event.Event) {
		if s, ok := evt.(*event.MessageStart); ok {
			head = s.Head.(*httphead.Head)
		}
	}), &head, typicalResponse)
	enc := http1.NewEncoder(&event.Arena{}, 0, func(d *event.Data) { d.Release() })
	body := event.DataString("Hi, there!\n")
	b.ReportAllocs()
	for b.Loop() {
		if err := enc.StartResponse(head, http1.Reply{Method: "GET", Protocol: "HTTP/1.1"}); err != nil {
			b.Fatal(err)
		}
		if err := enc.Data(body.Clone()); err != nil { // the clone counts too: one allocation
			b.Fatal(err)
		}
		if _, err := enc.End(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeChunked(b *testing.B) {
	text := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
		strings.Repeat("1000\r\n"+strings.Repeat("x", 4096)+"\r\n", 16) + "0\r\n\r\n"
	benchmarkDecode(b, func(out func(event.Event)) *http1.Decoder {
		return http1.NewResponseDecoder(http1.Limits{}, nil, out)
	}, text)
}

// BenchmarkInput is the part of the decoding benchmarks that is not decoding.
func BenchmarkInput(b *testing.B) {
	var s arena
	text := []byte(typicalRequest)
	b.ReportAllocs()
	for b.Loop() {
		s.data(text).Release()
	}
}
