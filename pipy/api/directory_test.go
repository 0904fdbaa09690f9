package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

var modified = time.Date(2024, 5, 6, 7, 8, 9, 5e8, time.UTC)

func file(content string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(content), ModTime: modified}
}

func site() fstest.MapFS {
	return fstest.MapFS{
		"secret":                {Data: []byte("secret")},
		"www/index.html":        file("index"),
		"www/a.min.js":          file("plain js"),
		"www/a.min.js.gz":       file("gz js"),
		"www/a.min.js.br":       file("br js"),
		"www/a.min.js.zst":      file("zst js"),
		"www/only.css.gz":       file("gz css"),
		"www/digits.txt":        file("0123456789"),
		"www/empty.txt":         file(""),
		"www/docs/index":        file("docs"),
		"www/bare/x.y":          file("x"),
		"www/.env":              file("hidden"),
		"www/.git/config":       file("hidden"),
		"www/.well-known/a":     file("known"),
		"www/.well-known/.b":    file("hidden"),
		"www/with space/é.txt":  file("unicode"),
		"www/no-date.json":      {Data: []byte("{}")},
		"www/50%.txt":           file("percent"),
		"www/release.TAR.GZ":    file("archive"),
		"www/docs/more/a.b.htm": file("more"),
	}
}

// ask asks a directory for something, with header fields that alternate with
// their values.
func ask(t *testing.T, e *engine, d any, method, path string, fields ...string) *event.Message {
	t.Helper()
	h := httphead.New()
	h.Method, h.Path = method, path
	for i := 0; i < len(fields); i += 2 {
		h.Header.Add(fields[i], fields[i+1])
	}
	m, _ := e.on(t, d, "serve", &event.Message{Head: h}).(*event.Message)
	return m
}

// answer describes a response: its status, the named fields, and the body.
func answer(m *event.Message, fields ...string) string {
	if m == nil {
		return "null"
	}
	h := httphead.Of(m.Head)
	s := Dump(float64(h.Status))
	for _, name := range fields {
		v, ok := h.Header.Joined(name)
		if !ok {
			v = "-"
		}
		s += " " + v
	}
	if m.Body != nil {
		s += " " + m.Body.String()
	}
	return s
}

func TestDirectoryServesWhatIsInIt(t *testing.T) {
	e := newEngine()
	e.files = site()
	d := e.new(t, "http.Directory", "/www")
	for _, c := range []struct{ path, want string }{
		{"/", "200 text/html; charset=utf-8 index"},
		{"", "200 text/html; charset=utf-8 index"},
		{"/index.html?a=/../b", "200 text/html; charset=utf-8 index"},
		{"http://example.com/index.html", "200 text/html; charset=utf-8 index"},
		{"http://example.com", "200 text/html; charset=utf-8 index"},
		{"/a.min.js", "200 application/javascript plain js"},
		{"/x/../digits.txt", "200 text/plain; charset=utf-8 0123456789"},
		{"//digits.txt", "200 text/plain; charset=utf-8 0123456789"},
		{"/%64igits.txt", "200 text/plain; charset=utf-8 0123456789"},
		{"/with%20space/%C3%A9.txt", "200 text/plain; charset=utf-8 unicode"},
		{"/50%25.txt", "200 text/plain; charset=utf-8 percent"},
		{"/release.TAR.GZ", "200 application/gzip archive"},
		{"/docs/", "200 application/octet-stream docs"},
		{"/docs/more/a.b.htm", "200 text/html; charset=utf-8 more"},
		{"/bare/x.y", "200 application/octet-stream x"},
		{"/empty.txt", "200 text/plain; charset=utf-8 "},
		{"/.well-known/a", "200 application/octet-stream known"},
		{"/only.css", "200 text/css; charset=utf-8 gz css"},
		{"/nothing", "null"},
		{"/bare/", "null"},
		{"/bare", "null"},
		{"/digits.txt/", "null"},
		{"/.env", "null"},
		{"/.git/config", "null"},
		{"/.well-known/.b", "null"},
		{"/../secret", "null"},
		{"/%2e%2e/secret", "null"},
		{"/..%2fsecret", "null"},
		{"/..%5Csecret", "null"},
		{`/..\secret`, "null"},
		{"/digits.txt%00", "null"},
		{"/digits.txt%0a", "null"},
		{"/%ff", "null"},
		{"/%zz", "null"},
		{"/%252e%252e/secret", "null"},
		{"/..;/secret", "null"},
	} {
		if got := answer(ask(t, e, d, "GET", c.path), "content-type"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.path, got, c.want)
		}
	}
}

func TestDirectoryRedirectsFolders(t *testing.T) {
	e := newEngine()
	e.files = fstest.MapFS{"w/docs/index.html": file("docs"), "w/a:b c/index.html": file("x"), "w/evil.com/index.html": file("x")}
	d := e.new(t, "http.Directory", "w")
	for path, want := range map[string]string{
		"/docs":       "301 ./docs/",
		"/docs?a=b":   "301 ./docs/?a=b",
		"/a:b%20c":    "301 ./a:b%20c/",
		"//evil.com":  "301 ./evil.com/",
		"//docs/..":   "null",
		"/docs/.":     "200 -docs",
		"/docs/../.":  "null",
		"/docs/x/..":  "200 -docs",
		"/evil.com//": "200 -x",
	} {
		got := answer(ask(t, e, d, "GET", path), "location")
		if got != want && strings.ReplaceAll(got, "- ", "-") != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestDirectoryKnowsTwoMethods(t *testing.T) {
	e := newEngine()
	e.files = site()
	d := e.new(t, "http.Directory", "www")
	want(t, "HEAD", answer(ask(t, e, d, "HEAD", "/digits.txt"), "content-length", "content-type"), `"200 10 text/plain; charset=utf-8"`)
	want(t, "POST", answer(ask(t, e, d, "POST", "/digits.txt"), "allow"), `"405 GET, HEAD"`)
	want(t, "DELETE of nothing", answer(ask(t, e, d, "DELETE", "/nothing")), `"null"`)
}

func TestDirectoryNegotiatesTheCoding(t *testing.T) {
	e := newEngine()
	e.files = site()
	d := e.new(t, "http.Directory", "www")
	tags := map[string]bool{}
	for _, c := range []struct{ accept, want string }{
		{"", "200 - accept-encoding plain js"},
		{"gzip", "200 gzip accept-encoding gz js"},
		{"gzip, deflate, br, zstd", "200 br accept-encoding br js"},
		{"gzip, zstd;q=0.9", "200 gzip accept-encoding gz js"},
		{"gzip;q=0.5, zstd;q=0.9", "200 zstd accept-encoding zst js"},
		{"*", "200 br accept-encoding br js"},
		{"br;q=0, *;q=0.1", "200 zstd accept-encoding zst js"},
		{"identity, gzip;q=0.5", "200 - accept-encoding plain js"},
		{"compress", "200 - accept-encoding plain js"},
	} {
		m := ask(t, e, d, "GET", "/a.min.js", "accept-encoding", c.accept)
		if got := answer(m, "content-encoding", "vary"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.accept, got, c.want)
		}
		tags[httphead.Of(m.Head).Header.First("etag")] = true
	}
	if len(tags) != 4 {
		t.Errorf("got %d tags for 4 forms: %v", len(tags), tags)
	}
	want(t, "one form", answer(ask(t, e, d, "GET", "/digits.txt", "accept-encoding", "br"), "content-encoding", "vary"), `"200 - - 0123456789"`)
	want(t, "compressed only", answer(ask(t, e, d, "GET", "/only.css"), "content-encoding"), `"200 gzip gz css"`)
}

func TestDirectoryCompressesWhatTheScriptWants(t *testing.T) {
	e := newEngine()
	text := strings.Repeat("compress me ", 100)
	e.files = fstest.MapFS{"w/a.txt": file(text), "w/b.txt": file(text), "w/c.txt": file(text)}
	var seen string
	d := e.new(t, "http.Directory", "w", obj("compression", fn(func(args ...any) any {
		seen = show(args[1]) + " " + show(args[2]) + " " + show(args[3])
		switch args[2] {
		case "/a.txt":
			return "gzip"
		case "/c.txt":
			return "br"
		}
		return false
	})))
	m := ask(t, e, d, "GET", "/a.txt", "accept-encoding", "gzip, zstd")
	want(t, "arguments", seen, `"{ gzip: true, zstd: true } \"/a.txt\" 1200"`)
	z, err := gzip.NewReader(bytes.NewReader(m.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); string(b) != text || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	plain := ask(t, e, d, "GET", "/a.txt")
	a, b := httphead.Of(m.Head).Header.First("etag"), httphead.Of(plain.Head).Header.First("etag")
	if a == b || plain.Body.String() != text {
		t.Errorf("got tags %s and %s, want different ones", a, b)
	}
	want(t, "known tag", answer(ask(t, e, d, "GET", "/a.txt", "accept-encoding", "gzip", "if-none-match", a), "vary"), `"304 accept-encoding"`)
	want(t, "not wanted", answer(ask(t, e, d, "HEAD", "/b.txt", "accept-encoding", "gzip"), "content-encoding", "vary"), `"200 - accept-encoding"`)
	h := httphead.New()
	h.Method, h.Path = "GET", "/c.txt"
	h.Header.Add("accept-encoding", "gzip")
	_, err = e.tryOn(d, "serve", &event.Message{Head: h})
	wantError(t, "not accepted", err, `options.compression: the function returned: want one of the codings that it got, got "br"`)
}

func TestDirectoryChecksConditions(t *testing.T) {
	e := newEngine()
	e.loop.Advance(modified.Add(time.Hour).Sub(e.loop.Now()))
	e.files = site()
	d := e.new(t, "http.Directory", "www")
	tag := httphead.Of(ask(t, e, d, "GET", "/digits.txt").Head).Header.First("etag")
	const same, before, after = "Mon, 06 May 2024 07:08:09 GMT", "Mon, 06 May 2024 07:08:08 GMT", "Monday, 06-May-24 07:08:10 GMT"
	want(t, "last-modified", answer(ask(t, e, d, "HEAD", "/digits.txt"), "last-modified"), `"200 `+same+`"`)
	for _, c := range []struct {
		status string
		fields []string
	}{
		{"304", []string{"if-none-match", tag}},
		{"304", []string{"if-none-match", "W/" + tag}},
		{"304", []string{"if-none-match", `"a,b" , "c",` + tag}},
		{"304", []string{"if-none-match", "*"}},
		{"200", []string{"if-none-match", `"other"`}},
		{"200", []string{"if-none-match", "rubbish " + tag}},
		{"200", []string{"if-none-match", `"other"`, "if-modified-since", same}},
		{"304", []string{"if-modified-since", same}},
		{"304", []string{"if-modified-since", after}},
		{"200", []string{"if-modified-since", before}},
		{"200", []string{"if-modified-since", "yesterday"}},
		{"200", []string{"if-match", tag}},
		{"200", []string{"if-match", "*"}},
		{"412", []string{"if-match", "W/" + tag}},
		{"412", []string{"if-match", `"other"`}},
		{"412", []string{"if-unmodified-since", before}},
		{"200", []string{"if-unmodified-since", same}},
		{"206", []string{"range", "bytes=0-1", "if-range", tag}},
		{"200", []string{"range", "bytes=0-1", "if-range", "W/" + tag}},
		{"200", []string{"range", "bytes=0-1", "if-range", `"other"`}},
		{"206", []string{"range", "bytes=0-1", "if-range", same}},
		{"200", []string{"range", "bytes=0-1", "if-range", after}},
		{"304", []string{"range", "bytes=0-1", "if-none-match", tag}},
	} {
		got, _, _ := strings.Cut(answer(ask(t, e, d, "GET", "/digits.txt", c.fields...)), " ")
		if got != c.status {
			t.Errorf("%q: got %s, want %s", c.fields, got, c.status)
		}
	}
	noDate := ask(t, e, d, "GET", "/no-date.json", "if-modified-since", same)
	want(t, "no date", answer(noDate, "last-modified", "etag"), `"200 - \"44136fa355b3678a1146ad16f7e8649e\" {}"`)
}

func TestDirectoryServesRanges(t *testing.T) {
	e := newEngine()
	e.files = site()
	d := e.new(t, "http.Directory", "www")
	for _, c := range []struct{ ranges, want string }{
		{"bytes=0-0", "206 bytes 0-0/10 0"},
		{"bytes=2-4", "206 bytes 2-4/10 234"},
		{"Bytes = 8-", "206 bytes 8-9/10 89"},
		{"bytes=8-99999999999999999999", "206 bytes 8-9/10 89"},
		{"bytes=-3", "206 bytes 7-9/10 789"},
		{"bytes=-30", "206 bytes 0-9/10 0123456789"},
		{"bytes=-0", "416 bytes */10"},
		{"bytes=10-", "416 bytes */10"},
		{"bytes=99999999999999999999-", "416 bytes */10"},
		{"bytes=,2-2,", "206 bytes 2-2/10 2"},
		{"bytes=10-,2-2", "206 bytes 2-2/10 2"},
		{"bytes=4-2", "200 - 0123456789"},
		{"bytes=", "200 - 0123456789"},
		{"bytes=-", "200 - 0123456789"},
		{"bytes=+1-2", "200 - 0123456789"},
		{"bytes=a-b", "200 - 0123456789"},
		{"lines=1-2", "200 - 0123456789"},
		{"0-1", "200 - 0123456789"},
		{"bytes=0-,0-", "200 - 0123456789"},
		{"bytes=0-0" + strings.Repeat(",0-0", 16), "200 - 0123456789"},
	} {
		if got := answer(ask(t, e, d, "GET", "/digits.txt", "range", c.ranges), "content-range"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.ranges, got, c.want)
		}
	}
	want(t, "HEAD", answer(ask(t, e, d, "HEAD", "/digits.txt", "range", "bytes=0-1"), "content-length"), `"200 10"`)
	want(t, "empty", answer(ask(t, e, d, "GET", "/empty.txt", "range", "bytes=0-1"), "accept-ranges"), `"200 bytes "`)
}

func TestDirectoryServesSeveralRanges(t *testing.T) {
	e := newEngine()
	e.files = site()
	m := ask(t, e, e.new(t, "http.Directory", "www"), "GET", "/digits.txt", "range", "bytes=1-2, -1")
	h := httphead.Of(m.Head)
	typ, params, err := mime.ParseMediaType(h.Header.First("content-type"))
	if h.Status != 206 || typ != "multipart/byteranges" || err != nil || h.Header.Has("content-range") {
		t.Fatalf("got %d %q, %v", h.Status, typ, err)
	}
	parts := multipart.NewReader(bytes.NewReader(m.Body.Bytes()), params["boundary"])
	for _, want := range []string{"bytes 1-2/10 12", "bytes 9-9/10 9"} {
		p, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(p)
		if got := p.Header.Get("content-range") + " " + string(b); got != want || p.Header.Get("content-type") != "text/plain; charset=utf-8" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}

func TestDirectoryOptions(t *testing.T) {
	e := newEngine()
	e.files = site()
	options := obj("index", arr("none", "x.y"), "contentTypes", obj("txt", "text/x", "min.js", "text/y"),
		"defaultContentType", "a/b", "dotFiles", true, "charset", "")
	d := e.new(t, "http.Directory", "www", options)
	for path, want := range map[string]string{
		"/bare/":      "200 a/b x",
		"/":           "null",
		"/digits.txt": "200 text/x 0123456789",
		"/a.min.js":   "200 text/y plain js",
		"/only.css":   "200 text/css gz css",
		"/.env":       "200 a/b hidden",
	} {
		if got := answer(ask(t, e, d, "GET", path), "content-type"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	d = e.new(t, "http.Directory", "www", obj("index", "digits.txt", "contentTypes", fn(func(args ...any) any {
		if args[1] == "/digits.txt" {
			return "digits/" + httphead.Of(args[0].(*event.Message).Head).Method
		}
		return obj("css", "text/z")
	})))
	want(t, "type of function", answer(ask(t, e, d, "GET", "/"), "content-type"), `"200 digits/GET 0123456789"`)
	want(t, "types of function", answer(ask(t, e, d, "GET", "/only.css"), "content-type"), `"200 text/z gz css"`)
	for _, c := range []struct {
		option, want string
		value        any
	}{
		{"index", "options.index: want an array of strings, got 5", 5.0},
		{"contentTypes", "options.contentTypes: want an object or a function, got true", true},
		{"compression", `options.compression: want a function, got "gzip"`, "gzip"},
		{"fs", "cannot open directory: www: no such file or directory", true},
		{"tarball", "cannot read tar file: www: read www: invalid argument", true},
	} {
		_, err := e.tryNew("http.Directory", "www", obj(c.option, c.value))
		wantError(t, c.option, err, c.want)
	}
	_, err := e.tryNew("http.Directory", "nonesuch")
	wantError(t, "a missing folder", err, "cannot open directory: nonesuch: file does not exist")
	_, err = e.tryNew("http.Directory", "www/digits.txt")
	wantError(t, "a file", err, "cannot open directory: www/digits.txt: want a folder")
	_, err = e.tryOn(e.new(t, "http.Directory", "www"), "serve", "/")
	wantError(t, "no message", err, `request: want an object of class Message, got "/"`)
}

func TestDirectoryOfTheFileSystem(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("outside", "outside")
	write("w/inside.txt", "inside")
	write("w/big.txt", strings.Repeat("b", 1000))
	for link, target := range map[string]string{"w/out": "../outside", "w/in.txt": "inside.txt", "w/abs": "/etc/passwd", "w/up": "..", "w/loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	e := newEngine()
	d := e.new(t, "http.Directory", filepath.Join(dir, "w"), obj("fs", true, "maxFileSize", 100))
	for path, want := range map[string]string{
		"/inside.txt": "200 inside", "/in.txt": "200 inside",
		"/out": "null", "/abs": "null", "/up/outside": "null", "/up/w/inside.txt": "null", "/loop": "null",
	} {
		if got := answer(ask(t, e, d, "GET", path)); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	followed := e.new(t, "http.Directory", filepath.Join(dir, "w"), obj("fs", true, "followSymlinks", true))
	want(t, "followed", answer(ask(t, e, followed, "GET", "/out")), `"200 outside"`)
	want(t, "still below", answer(ask(t, e, followed, "GET", "/../outside")), `"null"`)

	h := httphead.New()
	h.Path = "/big.txt"
	_, err := e.tryOn(d, "serve", &event.Message{Head: h})
	wantError(t, "big", err, "cannot read file: big.txt: want at most 100 bytes (option maxFileSize), got 1000")
	want(t, "big HEAD", answer(ask(t, e, d, "HEAD", "/big.txt"), "content-length"), `"200 1000"`)
	want(t, "big part", answer(ask(t, e, d, "GET", "/big.txt", "range", "bytes=10-"), "content-range"), `"206 bytes 10-109/1000 `+strings.Repeat("b", 100)+`"`)
}

func TestDirectorySeesChanges(t *testing.T) {
	e := newEngine()
	files := fstest.MapFS{"w/a.txt": file("one"), "w/sub/b.txt": file("b")}
	e.files = files
	d := e.new(t, "http.Directory", "w").(*directory)
	want(t, "at first", answer(ask(t, e, d, "GET", "/a.txt")), `"200 one"`)
	files["w/a.txt"] = &fstest.MapFile{Data: []byte("two"), ModTime: modified.Add(time.Second)}
	files["w/a.txt.gz"] = file("gz")
	want(t, "within the interval", answer(ask(t, e, d, "GET", "/a.txt", "accept-encoding", "gzip")), `"200 one"`)
	e.loop.Advance(time.Second)
	want(t, "after it", answer(ask(t, e, d, "GET", "/a.txt")), `"200 two"`)
	want(t, "new form", answer(ask(t, e, d, "GET", "/a.txt", "accept-encoding", "gzip")), `"200 gz"`)
	delete(files, "w/a.txt")
	delete(files, "w/a.txt.gz")
	e.loop.Advance(time.Second)
	want(t, "deleted", answer(ask(t, e, d, "GET", "/a.txt")), `"null"`)
	if d.cache.used != 0 || len(d.cache.files) != 0 {
		t.Errorf("got %d bytes in the cache, want none", d.cache.used)
	}
	m := ask(t, e, d, "GET", "/sub/b.txt")
	m.Body.Push(event.DataString("changed by a script"))
	httphead.Of(m.Head).Header.Set("etag", "changed")
	want(t, "not shared", answer(ask(t, e, d, "GET", "/sub/b.txt")), `"200 b"`)
	files["w/c.txt"] = file("short")
	ask(t, e, d, "HEAD", "/c.txt")
	files["w/c.txt"] = file("longer") // before it is read
	want(t, "changed meanwhile", answer(ask(t, e, d, "GET", "/c.txt")), `"200 longer"`)
}

func TestDirectoryCacheIsBounded(t *testing.T) {
	e := newEngine()
	files := fstest.MapFS{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		files["w/"+name] = file(strings.Repeat(name, 2<<10))
	}
	files["w/large"] = file(strings.Repeat("x", 5<<10))
	e.files = files
	for _, size := range []int{0, 16 << 10} {
		d := e.new(t, "http.Directory", "w", obj("cacheSize", size)).(*directory)
		for range 3 {
			for name := range files {
				if m := ask(t, e, d, "GET", strings.TrimPrefix(name, "w")); m == nil || m.Body.Len() != len(files[name].Data) {
					t.Fatalf("%s: got %v", name, answer(m))
				}
				if d.cache.used > int64(size) {
					t.Errorf("got %d bytes in the cache, want at most %d", d.cache.used, size)
				}
			}
		}
		if got := len(d.cache.files); got != d.cache.order.Len() || got > 8 || size > 0 && got < 5 {
			t.Errorf("got %d files in a cache of %d bytes", got, size)
		}
	}
}

func tarball(t *testing.T, entries ...*tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		content := "content of " + h.Name
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			io.WriteString(w, content)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDirectoryOfATarball(t *testing.T) {
	b := tarball(t,
		&tar.Header{Typeflag: tar.TypeReg, Name: "./index.html"},
		&tar.Header{Typeflag: tar.TypeDir, Name: "docs/"},
		&tar.Header{Typeflag: tar.TypeReg, Name: "docs/index.html"},
		&tar.Header{Typeflag: tar.TypeReg, Name: "../../up.txt"},
		&tar.Header{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd"},
	)
	e := newEngine()
	e.files = fstest.MapFS{"a/site.tar": {Data: b}, "a/site.tgz": {Data: gzipped(t, string(b))}, "a/not.tar": {Data: bytes.Repeat([]byte("x"), 600)}}
	for _, name := range []string{"a/site.tar", "/a/site.tgz"} {
		d := e.new(t, "http.Directory", name, obj("tarball", true))
		for path, want := range map[string]string{
			"/":       "200 - content of ./index.html",
			"/docs/":  "200 - content of docs/index.html",
			"/docs":   "301 -",
			"/up.txt": "200 - content of ../../up.txt",
			"/link":   "null",
			"/a":      "null",
		} {
			if got := answer(ask(t, e, d, "GET", path), "last-modified"); got != want {
				t.Errorf("%s: got %q, want %q", path, got, want)
			}
		}
		want(t, "range", answer(ask(t, e, d, "GET", "/", "range", "bytes=-4")), `"206 html"`)
	}
	_, err := e.tryNew("http.Directory", "a/not.tar", obj("tarball", true))
	wantError(t, "no tar", err, "cannot read tar file: a/not.tar: archive/tar: invalid tar header")
	_, err = e.tryNew("http.Directory", "a/none.tar", obj("tarball", true))
	wantError(t, "no file", err, "cannot open tar file: a/none.tar: file does not exist")
}

func FuzzDirectoryTarget(f *testing.F) {
	for _, s := range []string{"/", "/a/../b", "/%2e%2e/x", "http://h/x?y", "//", "/.well-known/x", "/a%00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		p, ok := parseTarget(target, false)
		if ok && (p.name == "" || strings.HasPrefix(p.name, "/") || strings.Contains("/"+p.name+"/", "/../") || strings.ContainsAny(p.name, "\\\x00")) {
			t.Errorf("%q names %q", target, p.name)
		}
	})
}
