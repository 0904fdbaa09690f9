package api

import (
	"bytes"
	"compress/gzip"
	"testing"
	"testing/fstest"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

func gzipped(t *testing.T, s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileIsServedInTheBestVariant(t *testing.T) {
	e := newEngine()
	e.files = fstest.MapFS{
		"www/index.html":  {Data: []byte("index")},
		"www/a.js":        {Data: []byte("plain")},
		"www/a.js.gz":     {Data: []byte("gz")},
		"www/a.js.br":     {Data: []byte("br")},
		"www/only.CSS.gz": {Data: gzipped(t, "styles")},
		"www/b.x.br":      {Data: []byte("brotli")},
		"www/empty":       {},
		"secret":          {Data: []byte("secret")},
	}
	for _, c := range []struct{ path, accept, contentType, encoding, body string }{
		{"/www/", "", "text/html", "", "index"},
		{"www", "", "text/html", "", "index"},
		{"/www/a.js", "", "application/javascript", "", "plain"},
		{"/www/a.js", "gzip, deflate", "application/javascript", "gzip", "gz"},
		{"/www/a.js", "gzip, br", "application/javascript", "br", "br"},
		{"/www/a.js", "gzip, br;q=0", "application/javascript", "gzip", "gz"},
		{"/www/a.js", "*", "application/javascript", "br", "br"},
		{"/www/a.js", "*;q=0.000, gzip;q=0.5", "application/javascript", "gzip", "gz"},
		{"/www/only.CSS", "", "text/css", "", "styles"},
		{"/www/b.x", "", "application/octet-stream", "br", "brotli"},
		{"/www/empty", "", "application/octet-stream", "", ""},
		{"/../secret", "", "application/octet-stream", "", "secret"},
	} {
		f := e.do(t, "http.File.from", c.path)
		m := e.on(t, f, "toMessage", c.accept).(*event.Message)
		h := httphead.Of(m.Head)
		if got := h.Header.First("content-type"); got != c.contentType {
			t.Errorf("%s: content-type: got %q, want %q", c.path, got, c.contentType)
		}
		if got := h.Header.First("content-encoding"); got != c.encoding {
			t.Errorf("%s: content-encoding: got %q, want %q", c.path, got, c.encoding)
		}
		if got := m.Body.String(); got != c.body {
			t.Errorf("%s with %q: got %q, want %q", c.path, c.accept, got, c.body)
		}
	}
	for _, path := range []string{"/nothing", "/../../etc/passwd", "", "/www/../.."} {
		want(t, path, e.do(t, "http.File.from", path), "null")
	}
	_, err := e.tryNew("http.File", "/nothing")
	wantError(t, "new", err, "file not found: /nothing: file does not exist")
	e.files = fstest.MapFS{"x.gz": {Data: []byte("no gzip")}}
	_, err = e.tryOn(e.new(t, "http.File", "x"), "toMessage")
	wantError(t, "broken", err, "decompress file: unexpected EOF")
}

func TestMatch(t *testing.T) {
	e := newEngine()
	head := httphead.New()
	head.Path = "/users/7?x"
	for _, c := range []struct {
		pattern string
		path    any
		out     string
	}{
		{"/a/b", "/a/b", "{ }"},
		{"/a/b", "/A/b/", "{ }"},
		{"/a/b", "/a", "null"},
		{"/a", "/a/b", "null"},
		{"/", "/", "{ }"},
		{"/users/{id}", "/users/5#f", `{ id: "5" }`},
		{"/users/{id}", "/users/", "null"},
		{"/users/{id}", head, `{ id: "7" }`},
		{"/users/{id}", obj("path", "/users/8"), `{ id: "8" }`},
		{"/*/x", "/any/x", "{ }"},
		{"/a/*", "/a/b/c", `{ "*": "b/c" }`},
		{"/*", "/", `{ "*": "" }`},
		{"/a", "a", "null"},
	} {
		m := e.new(t, "http.Match", c.pattern)
		want(t, c.pattern, e.on(t, m, "match", c.path), c.out)
		v, err := m.(Callable).Invoke(e.call(c.path))
		if err != nil {
			t.Error(err)
		}
		want(t, c.pattern, v, c.out)
	}
	_, err := e.tryNew("http.Match", "a")
	wantError(t, "no slash", err, `path pattern must begin with '/', got "a"`)
	_, err = e.tryNew("http.Match", "/a{b}c")
	wantError(t, "braces", err, `invalid path pattern: want segments of text, {name} or *, got "/a{b}c"`)
	_, err = e.tryOn(e.new(t, "http.Match", "/a"), "match", 1)
	wantError(t, "number", err, "path: want a string or the head of a request")
}
