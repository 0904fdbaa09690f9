package api

import "testing"

func TestURLParts(t *testing.T) {
	e := newEngine()
	for url, parts := range map[string]map[string]any{
		"http://u:p@h.com:81/a/b?x=1#z": {
			"auth": "u:p", "hash": "#z", "host": "h.com:81", "hostname": "h.com", "href": "http://u:p@h.com:81/a/b?x=1#z",
			"origin": "http://h.com:81", "password": "p", "path": "/a/b?x=1", "pathname": "/a/b", "port": "81",
			"protocol": "http:", "query": "x=1", "search": "?x=1", "username": "u",
		},
		"https://h.com":        {"href": "https://h.com/", "host": "h.com", "path": "/", "port": "443", "auth": "", "hash": "", "query": "", "search": "", "username": "", "password": ""},
		"HTTP://h.com?a=b":     {"href": "http://h.com/?a=b", "pathname": "/", "search": "?a=b", "port": "80"},
		"http://[::1]:8080/":   {"host": "[::1]:8080", "hostname": "[::1]", "port": "8080"},
		"http://[::1]/":        {"hostname": "[::1]", "port": "80"},
		"unknown://h/":         {"port": ""},
		"mailto:a@b.c":         {"href": "mailto:a@b.c", "pathname": "a@b.c", "origin": "null", "host": ""},
		"http://h/a?b=/c?d#/e": {"pathname": "/a", "search": "?b=/c?d", "hash": "#/e"},
		"http://a@b@h/":        {"auth": "a@b", "host": "h"},
	} {
		u := e.new(t, "URL", url)
		for name, value := range parts {
			if got := prop(u, name); got != value {
				t.Errorf("%s: %s: got %q, want %q", url, name, got, value)
			}
		}
	}
}

// The examples are from RFC 3986, 5.4.
func TestURLResolvesRelativeReferences(t *testing.T) {
	e := newEngine()
	base := e.new(t, "URL", "http://a/b/c/d;p?q")
	for ref, out := range map[string]string{
		"g:h": "g:h", "g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g/",
		"?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y", "#s": "http://a/b/c/d;p?q#s", "": "http://a/b/c/d;p?q",
		".": "http://a/b/c/", "./": "http://a/b/c/", "..": "http://a/b/", "../g": "http://a/b/g", "../..": "http://a/", "../../../g": "http://a/g", "x//../.y/z": "http://a/b/c/x/.y/z",
	} {
		want(t, ref, e.on(t, e.new(t, "URL", ref, base), "toString"), `"`+out+`"`)
		want(t, ref, prop(e.new(t, "URL", ref, "http://a/b/c/d;p?q"), "href"), `"`+out+`"`)
	}
}

func TestURLErrors(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		args []any
		err  string
	}{
		{[]any{":80"}, `invalid URL: want scheme://host/path, /path, or a base for it, got ":80"`},
		{[]any{"/a", "b"}, `base: invalid URL: want scheme://host/path, /path, or a base for it, got "b"`},
		{[]any{"/a", "/b"}, `base: invalid URL: want scheme://host/path, got "/b"`},
		{[]any{"/a", 1}, "base: want a string or a URL, got 1"},
		{nil, "url: want a string, got nothing"},
	} {
		_, err := e.tryNew("URL", c.args...)
		wantError(t, c.err, err, c.err)
	}
}

func TestURLCoding(t *testing.T) {
	e := newEngine()
	for _, c := range []struct{ name, in, out string }{
		{"encode", "http://h/a b?é=%&c#d", "http://h/a%20b?%C3%A9=%25&c#d"},
		{"encodeComponent", "a/b c?é+😀", "a%2Fb%20c%3F%C3%A9%2B%F0%9F%98%80"},
		{"encodeComponent", "aZ09-_.!~*'()", "aZ09-_.!~*'()"},
		{"decodeComponent", "%41%2f%C3%A9+x", "A/é+x"},
		{"decodeComponent", "100%", "100%"},
		{"decodeComponent", "%zz%4", "%zz%4"},
		{"decodeComponent", "%ff", "\ufffd"},
		{"decode", "%41%2f%3F%20", "A%2f%3F "},
		{"decode", "plain", "plain"},
	} {
		if got := e.do(t, "URL."+c.name, c.in); got != c.out {
			t.Errorf("%s(%q): got %q, want %q", c.name, c.in, got, c.out)
		}
	}
	_, err := e.try("URL.encode", 1)
	wantError(t, "number", err, "text: want a string, got 1")
}

func TestURLSearchParams(t *testing.T) {
	e := newEngine()
	u := e.new(t, "URL", "http://h/?a=1&b=x%20y&a=2&c&d=1+2")
	p := prop(u, "searchParams")
	if prop(u, "searchParams") != p {
		t.Error("want the same object again")
	}
	want(t, "get", e.on(t, p, "get", "a"), `"1"`)
	want(t, "get nothing", e.on(t, p, "get", "x"), "null")
	want(t, "getAll", e.on(t, p, "getAll", "a"), `[ "1", "2" ]`)
	want(t, "getAll nothing", e.on(t, p, "getAll", "x"), `[ ]`)
	want(t, "object", e.on(t, p, "toObject"), `{ a: [ "1", "2" ], b: "x y", c: "", d: "1+2" }`)
	want(t, "string", e.on(t, p, "toString"), `"a=1&b=x%20y&a=2&c=&d=1%2B2"`)
	e.on(t, p, "set", "a", "3")
	e.on(t, p, "set", "b", nil)
	e.on(t, p, "set", "e", arr("x", 1))
	want(t, "after set", e.on(t, p, "toString"), `"a=3&c=&d=1%2B2&e=x&e=1"`)
	want(t, "object", e.on(t, e.new(t, "URLSearchParams", obj("a", arr("1", "2"), "b", 3, "c", "é")), "toString"), `"a=1&a=2&b=3&c=%C3%A9"`)
	want(t, "copy", e.on(t, e.new(t, "URLSearchParams", p), "get", "a"), `"3"`)
	want(t, "string", e.on(t, e.new(t, "URLSearchParams", "?a=b"), "get", "a"), `"b"`)
	want(t, "nothing", e.on(t, e.new(t, "URLSearchParams"), "toString"), `""`)
	_, err := e.tryNew("URLSearchParams", 1)
	wantError(t, "number", err, "query: want a string or an object, got 1")
	_, err = e.tryOn(p, "get")
	wantError(t, "no name", err, "name: want a string, got nothing")
}
