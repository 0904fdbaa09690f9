package filters_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

// plainOf decompresses with the libraries, not with our filters.
func plainOf(t *testing.T, coding, b string) string {
	t.Helper()
	var r io.Reader
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(strings.NewReader(b))
	case "deflate":
		r, err = zlib.NewReader(strings.NewReader(b))
	case "br":
		r = brotli.NewReader(strings.NewReader(b))
	case "zstd":
		r, err = zstd.NewReader(strings.NewReader(b))
	}
	if err != nil {
		t.Fatalf("%s: %v", coding, err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("%s: %v", coding, err)
	}
	return string(out)
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// body joins the Data of the output, and returns the first head.
func body(events []event.Event) (h *httphead.Head, text string) {
	for _, evt := range events {
		switch evt := evt.(type) {
		case *event.MessageStart:
			if h == nil {
				h = httphead.Of(evt.Head)
			}
		case *event.Data:
			text += evt.String()
		}
	}
	return h, text
}

func head(fields ...string) *httphead.Head {
	h := httphead.New()
	h.Status = 200
	for i := 0; i < len(fields); i += 2 {
		h.Header.Add(fields[i], fields[i+1])
	}
	return h
}

func TestCompressHTTPMakesOneStreamOfABody(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		f := ft.New(t, "compressHTTP", coding)
		for range 2 { // the second time with a reused encoder
			f.Send(&event.MessageStart{Head: head("ETag", `"x"`, "Content-Length", "6", "Accept-Ranges", "bytes")})
			f.Send(ft.Data("abc"), ft.Flush())
			_, first := body(f.Got())
			if first == "" {
				t.Errorf("%s: nothing came after the flush", coding)
			}
			f.Send(ft.Data("def"), event.End)
			h, text := body(f.Take())
			if got := plainOf(t, coding, text); got != "abcdef" {
				t.Errorf("%s: got %q", coding, got)
			}
			if e := h.Header.First("content-encoding"); e != coding {
				t.Errorf("content-encoding: got %q, want %q", e, coding)
			}
			if h.Header.First("etag") != `W/"x"` || h.Header.Has("content-length") || h.Header.Has("accept-ranges") || h.Length >= 0 {
				t.Errorf("got header %v, length %d", h.Header.Fields, h.Length)
			}
		}
	}
}

func TestCompressHTTPNeedsNoFlushWithinATurn(t *testing.T) {
	f := ft.New(t, "compressHTTP", "gzip")
	f.Send(&event.MessageStart{Head: head()}, ft.Data("abc"), ft.Flush(), event.End)
	flushed := f.Take()
	f.Send(&event.MessageStart{Head: head()}, ft.Data("abc"), event.End)
	_, with := body(flushed)
	_, without := body(f.Take())
	if len(with) != len(without) {
		t.Errorf("got %d bytes with a flush, %d without", len(with), len(without))
	}
}

func TestCompressHTTPLeavesAlone(t *testing.T) {
	long := strings.Repeat("text ", 100)
	with := func(status int, fields ...string) *httphead.Head {
		h := head(fields...)
		h.Status = status
		return h
	}
	request := func(method, accept string) func() any {
		h := httphead.New()
		h.Method = method
		h.Header.Add("Accept-Encoding", accept)
		return func() any { return h }
	}
	for name, c := range map[string]struct {
		options ft.Options
		head    *httphead.Head
		body    string
		vary    string
	}{
		"no body":          {nil, with(200), "", ""},
		"already":          {nil, with(200, "content-encoding", "br"), long, ""},
		"unknown encoding": {nil, with(200, "content-encoding", "aes128gcm"), long, ""},
		"partial":          {nil, with(206, "content-range", "bytes 0-499/1000"), long, ""},
		"no transform":     {nil, with(200, "cache-control", "private, No-Transform"), long, ""},
		"interim":          {nil, with(100), "", ""},
		"not modified":     {nil, with(304), "", ""},
		"disabled":         {ft.Options{"enabled": false}, with(200), long, ""},
		"too small":        {ft.Options{"minSize": 501}, with(200), long, ""},
		"known too small":  {ft.Options{"minSize": 501}, with(200, "content-length", "500"), long, ""},
		"other type":       {ft.Options{"types": ft.Array{"text/*", "application/json"}}, with(200, "content-type", "image/png"), long, ""},
		"HEAD":             {ft.Options{"request": request("HEAD", "gzip")}, with(200), "", "accept-encoding"},
		"not acceptable":   {ft.Options{"request": request("GET", "gzip;q=0, br")}, with(200), long, "accept-encoding"},
		"vary is there":    {ft.Options{"request": request("GET", "")}, with(200, "vary", "Accept-Encoding"), long, "Accept-Encoding"},
		"vary grows":       {ft.Options{"request": request("GET", "")}, with(200, "vary", "cookie"), long, "cookie, accept-encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			options := c.options
			if options == nil {
				options = ft.Options{}
			}
			f := ft.New(t, "compressHTTP", options)
			encoding := c.head.Header.First("content-encoding")
			f.Send(ft.MessageWith(c.head, c.body)...)
			h, got := body(f.Take())
			if got != c.body || h.Header.First("content-encoding") != encoding || h.Header.First("vary") != c.vary {
				t.Errorf("got %d bytes, header %v", len(got), h.Header.Fields)
			}
		})
	}
}

func TestCompressHTTPNegotiates(t *testing.T) {
	for accept, want := range map[string]string{"gzip, br": "br", "gzip": "gzip", "br;q=0.5, gzip;q=0.9": "gzip"} {
		asked := httphead.New()
		asked.Method = "GET"
		asked.Header.Add("accept-encoding", accept)
		f := ft.New(t, "compressHTTP", ft.Options{
			"method":  ft.Array{"br", "gzip"},
			"request": func() any { return asked },
			"types":   ft.Array{"text/*"},
		})
		f.Send(ft.MessageWith(head("Content-Type", "TEXT/html; charset=utf-8"), "hello")...)
		h, text := body(f.Take())
		if got := h.Header.First("content-encoding"); got != want || h.Header.First("vary") != "accept-encoding" {
			t.Errorf("%q: got %q, header %v", accept, got, h.Header.Fields)
		} else if plainOf(t, got, text) != "hello" {
			t.Errorf("%q: another body", accept)
		}
	}
}

func TestCompressHTTPByAFunction(t *testing.T) {
	names := []any{"gzip", nil, 1.0}
	f := ft.New(t, "compressHTTP", func(...any) (any, error) {
		name := names[0]
		names = names[1:]
		return name, nil
	})
	f.Send(ft.MessageWith(head(), "one")...)
	if h, text := body(f.Take()); h.Header.First("content-encoding") != "gzip" || plainOf(t, "gzip", text) != "one" {
		t.Errorf("got %q, %v", text, h)
	}
	f.Send(ft.MessageWith(head(), "two")...)
	if _, text := body(f.Take()); text != "two" {
		t.Errorf("got %q", text)
	}
	f.Send(ft.MessageWith(head(), "three")...)
	f.WantError("want a string, got 1")
	f.Want("StreamEnd RuntimeError")
}

func TestCompressHTTPDoesNotTouchTheScriptsHead(t *testing.T) {
	h := ft.Options{"headers": ft.Options{}}
	f := ft.New(t, "compressHTTP", "gzip")
	for range 2 {
		f.Send(ft.MessageWith(h, "hello")...)
		if _, text := body(f.Take()); plainOf(t, "gzip", text) != "hello" {
			t.Errorf("got %q", text)
		}
	}
}

func TestCompressHTTPSendsTheHeadOfASlowBody(t *testing.T) {
	f := ft.New(t, "compressHTTP", ft.Options{"minSize": 100})
	f.Send(&event.MessageStart{Head: head()})
	f.Want("MessageStart 200")
	f.Send(ft.Data("x"), event.End)
	_, text := body(f.Take())
	if got := plainOf(t, "gzip", text); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestCompressHTTPPassesWhatIsOutsideOfMessages(t *testing.T) {
	f := ft.New(t, "compressHTTP", "gzip")
	f.Send(ft.Data("tunnel"), ft.Flush(), ft.End())
	f.Want(`Data "tunnel"`, `Data ""`, "StreamEnd")
}

func TestCompressHTTPWrongArguments(t *testing.T) {
	for want, args := range map[string][]any{
		"unknown compression algorithm: lzma": {"lzma"},
		"options.level":                       {ft.Options{"level": "fast"}},
		"options.method":                      {ft.Options{"method": ft.Array{}}},
		"algorithm: want":                     {3},
	} {
		if _, err := ft.Make(t, "compressHTTP", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
}

func TestDecompressHTTPUndoesContentEncoding(t *testing.T) {
	b := gzipped("hello hello")
	f := ft.New(t, "decompressHTTP")
	for i := range len(b) {
		f.Send(&event.MessageStart{Head: head("Content-Encoding", "gzip", "Content-Length", "31", "etag", `"e"`)})
		f.Send(ft.Data(b[:i]))
		f.Send(ft.Data(b[i:]), event.End)
		h, text := body(f.Take())
		if text != "hello hello" || h.Header.Has("content-encoding") || h.Header.Has("content-length") || h.Header.First("etag") != `W/"e"` {
			t.Errorf("cut at %d: got %q, header %v", i, text, h.Header.Fields)
		}
	}
}

func TestDecompressHTTPLeavesAlone(t *testing.T) {
	for name, h := range map[string]*httphead.Head{
		"none": head(), "identity": head("content-encoding", "identity"), "unknown": head("content-encoding", "gzip, rot13"),
		"partial": {Status: 206, Header: httphead.Header{Fields: []httphead.Field{{Name: "content-encoding", Value: "gzip"}}}},
	} {
		f := ft.New(t, "decompressHTTP")
		before := len(h.Header.Fields)
		f.Send(ft.MessageWith(h, "bytes")...)
		got, text := body(f.Take())
		if text != "bytes" || len(got.Header.Fields) != before {
			t.Errorf("%s: got %q, %v", name, text, got.Header.Fields)
		}
	}
	f := ft.New(t, "decompressHTTP", func() bool { return false })
	f.Send(ft.MessageWith(head("content-encoding", "gzip"), "bytes")...)
	if _, text := body(f.Take()); text != "bytes" {
		t.Errorf("not enabled: got %q", text)
	}
}

func TestDecompressHTTPTakesAnEmptyBody(t *testing.T) {
	f := ft.New(t, "decompressHTTP")
	f.Send(ft.MessageWith(head("content-encoding", "gzip"), "")...) // answers HEAD
	f.Want("MessageStart 200", "MessageEnd")
}

func TestDecompressHTTPErrors(t *testing.T) {
	b := gzipped(strings.Repeat("x", 100))
	for name, c := range map[string]struct{ body, err, end string }{
		"garbage": {"\x1f\x8bgarbage...", "gzip", "StreamEnd ProtocolError"},
		"cut":     {b[:len(b)-3], "unexpected EOF", "StreamEnd ProtocolError"},
		"bomb":    {gzipped(strings.Repeat("\x00", 4<<20)), "200 times", "StreamEnd BufferOverflow"},
	} {
		f := ft.New(t, "decompressHTTP")
		f.Send(ft.MessageWith(head("content-encoding", "gzip"), c.body)...)
		got := f.Take()
		if last := ft.Show(got[len(got)-1]); last != c.end {
			t.Errorf("%s: got %s", name, last)
		}
		f.WantError(c.err)
	}
	f := ft.New(t, "decompressHTTP", func() bool { return true }, ft.Options{"maxSize": 99})
	f.Send(ft.MessageWith(head("content-encoding", "gzip"), b)...)
	f.Take()
	f.WantError("at most 99 bytes")
}

// A slow reader must not make the filter keep a large body in memory.
func TestDecompressHTTPWaitsForTheOtherSide(t *testing.T) {
	want := strings.Repeat("0123456789", 1<<20)
	b := gzipped(want)
	f := ft.New(t, "decompressHTTP", ft.Options{"maxRatio": 0})
	f.Slow = true
	f.Send(&event.MessageStart{Head: head("content-encoding", "gzip")})
	f.Send(ft.Data(b), event.End)
	f.Send(ft.MessageWith(head(), "next")...)
	if n := len(f.Got()); n > 3 {
		t.Errorf("got %d events before the first was taken", n)
	}
	if !f.Paused() {
		t.Error("the source is not paused")
	}
	var all []event.Event
	for range 10000 {
		got := f.Take()
		if len(got) > 6 { // the last part, its end and the next message
			t.Fatalf("got %d events at once", len(got))
		}
		all = append(all, got...)
		f.Loop.Turn()
		if len(got) == 0 {
			break
		}
	}
	if _, text := body(all); text != want+"next" {
		t.Errorf("got %d bytes", len(text))
	}
	f.Send(ft.End())
	f.Want("StreamEnd")
}

func TestDecompressMessage(t *testing.T) {
	f := ft.New(t, "decompressMessage", "inflate")
	f.Send(ft.Message(gzipped("hello"))...)
	f.Want("MessageStart", `Data "hello"`, "MessageEnd")
	f = ft.New(t, "decompressMessage", func(...any) (any, error) { return nil, nil })
	f.Send(ft.Message("hello")...)
	f.Want("MessageStart", `Data "hello"`, "MessageEnd")
	f = ft.New(t, "decompressMessage", func(...any) (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Message("hello")...)
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
	if _, err := ft.Make(t, "decompressMessage", "rot13"); err == nil || !strings.Contains(err.Error(), "unknown compression algorithm: rot13") {
		t.Errorf("got %v", err)
	}
}

func TestCompressMessageIsCompressHTTP(t *testing.T) {
	f := ft.New(t, "compressMessage", ft.Options{"method": "brotli", "level": "speed"})
	f.Send(ft.MessageWith(head(), "hello")...)
	if h, text := body(f.Take()); plainOf(t, "br", text) != "hello" || h.Header.First("content-encoding") != "br" {
		t.Errorf("got %q", text)
	}
}

func TestCompressAndDecompressStreams(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		f := ft.New(t, "compress", coding)
		f.Send(ft.Data("abc"), ft.Flush())
		got := f.Take()
		_, first := body(got)
		if last := ft.Show(got[len(got)-1]); last != `Data ""` || first == "" {
			t.Errorf("%s: after a flush came %d bytes and %s", coding, len(first), last)
		}
		f.Send(&event.MessageStart{}, ft.Data("def"), event.End, ft.End())
		_, rest := body(f.Take())
		if got := plainOf(t, coding, first+rest); got != "abcdef" {
			t.Errorf("%s: got %q", coding, got)
		}
		d := ft.New(t, "decompress", func() string { return coding })
		d.Send(ft.Data(first))
		if _, text := body(d.Take()); text != "abc" {
			t.Errorf("%s: got %q before the end", coding, text)
		}
		d.Send(ft.Data(rest), ft.End())
		d.Want(`Data "def"`, "StreamEnd")
	}
}

func TestDecompressErrors(t *testing.T) {
	f := ft.New(t, "decompress", "gzip")
	f.Send(ft.Data(gzipped("hello")[:15]), ft.End())
	f.Take()
	f.WantError("unexpected EOF")
	f = ft.New(t, "decompress", func() string { return "rot13" })
	f.Send(ft.Data("x"))
	f.WantError("unknown compression algorithm: rot13")
	f.Want("StreamEnd RuntimeError")
	f = ft.New(t, "decompress", "gzip")
	f.Send(ft.EndWith(event.ConnectionReset))
	f.Want("StreamEnd ConnectionReset")
	if _, err := ft.Make(t, "compress", "rot13"); err == nil {
		t.Error("compress takes rot13")
	}
}

func BenchmarkCompressHTTP(b *testing.B) {
	f := ft.New(b, "compressHTTP", "gzip")
	text := strings.Repeat("some text that repeats ", 50)
	b.ReportAllocs()
	for b.Loop() {
		f.Send(ft.MessageWith(head(), text)...)
		f.Take()
	}
}
