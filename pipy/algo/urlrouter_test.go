package algo

import (
	"strings"
	"testing"
)

func TestURLRouterFindsMostSpecificPattern(t *testing.T) {
	tests := []struct {
		patterns string
		find     string // segments, separated by blanks
		want     string // "" for none
	}{
		{"/hi/*", "/hi", "/hi/*"},
		{"/hi/*", "/hi/", "/hi/*"},
		{"/hi/*", "/hi/x/y", "/hi/*"},
		{"/hi/*", "/high", ""},
		{"/hi/*", "/h", ""},
		{"/*", "/", "/*"},
		{"/*", "/a/b", "/*"},
		{"/*", "host", "/*"},
		{"/", "/", "/"},
		{"/", "/a", ""},
		{"/", "host /", "/"},
		{"/a", "/a", "/a"},
		{"/a", "/a/", ""},
		{"/a/", "/a/", "/a/"},
		{"/a/", "/a", ""},
		{"/a/", "/a/b", ""},
		{"/a", "/A", ""},
		{"/a /a/* /*", "/a", "/a"},
		{"/a /a/* /*", "/a/b", "/a/*"},
		{"/a /a/* /*", "/ab", "/*"},
		{"/a/* /a/b/* /a/b/c/d", "/a/b/c", "/a/b/*"},
		{"/a/* /a/b/* /a/b/c/d", "/a/c/d", "/a/*"},
		{"/a/* /a/b/c", "/a/b", "/a/*"},
		{"/a/*/c", "/a/*/c", "/a/*/c"},
		{"/a/*/c", "/a/b/c", ""},
		{"/a*", "/ab", ""},
		{"h.com/a", "h.com /a", "h.com/a"},
		{"h.com/a", "h.com a", "h.com/a"},
		{"h.com/a", "h.com/ /a", "h.com/a"},
		{"h.com/a", "h.com/a", "h.com/a"},
		{"h.com/a/b/c", "h.com a/ /b /c", "h.com/a/b/c"},
		{"h.com/a", "h.com //a", ""},
		{"h.com//a", "h.com //a", "h.com//a"},
		{"h.com/a", "h.com:8080 /a", "h.com/a"},
		{"h.com/a", "H.com /a", ""},
		{"h.com/a", "/a", ""},
		{"h.com/a /a", "x.com /a", "/a"},
		{"h.com/a *.com/a /a", "h.com /a", "h.com/a"},
		{"h.com/a *.com/a /a", "x.com /a", "*.com/a"},
		{"h.com/a *.com/a /a", "y.x.com /a", "/a"},
		{"h.com/a *.com/a /a", "com /a", "/a"},
		{"h.com/a *.com/b /c", "h.com /b", "*.com/b"},
		{"h.com/a *.com/b /c", "h.com /c", "/c"},
		{"h.com/a *.com/b /c", "h.com /d", ""},
		{"h.com/* /a", "h.com /a", "h.com/*"},
		{"*/a", "localhost:80 /a", "*/a"},
		{"*/a", "h.com /a", ""},
		{"*/a", "/a", ""},
		{"*/b /a", "[::1]:80 /a", "/a"},
		{"/a", "h.com /a?b=/c", "/a"},
		{"/a", "/a?b", "/a"},
		{"/a/*", "h.com /a?b a", "/a/*"},
	}
	for _, tt := range tests {
		var r URLRouter
		for _, p := range strings.Fields(tt.patterns) {
			if err := r.Add(p, p); err != nil {
				t.Fatal(err)
			}
		}
		v, ok := r.Find(strings.Fields(tt.find)...)
		if got, _ := v.(string); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: find %s: got %q %v, want %q", tt.patterns, tt.find, got, ok, tt.want)
		}
	}
}

func TestURLRouterFindsInEmptyHost(t *testing.T) {
	var r URLRouter
	r.Add("/a", 1)
	r.Add("*/a", 2)
	if v, _ := r.Find("", "/a"); v != 1 {
		t.Errorf("got %v, want 1", v)
	}
	if _, ok := r.Find(); ok {
		t.Error("found something for nothing")
	}
}

func TestURLRouterRefusesInvalidPatterns(t *testing.T) {
	for _, p := range []string{"", "a", "h.com", "h.com:80/a", "[::1]/a"} {
		if err := new(URLRouter).Add(p, 1); err == nil || !strings.Contains(err.Error(), "invalid URL pattern") {
			t.Errorf("%q: got %v, want invalid URL pattern", p, err)
		}
	}
	if err := new(URLRouter).Add("/a:b", 1); err != nil {
		t.Errorf("a colon in the path: %v", err)
	}
}

func TestURLRouterReplacesValueOfPattern(t *testing.T) {
	var r URLRouter
	r.Add("/a", 1)
	r.Add("/a", nil)
	if v, ok := r.Find("/a"); v != nil || !ok {
		t.Errorf("got %v %v, want nil, true", v, ok)
	}
}

func benchmarkRouter() *URLRouter {
	var r URLRouter
	for _, p := range []string{"/*", "/api/*", "/api/v1/users/*", "/static/*", "example.com/*", "example.com/api/v1/orders/*", "*.example.com/login"} {
		r.Add(p, p)
	}
	return &r
}

func TestURLRouterFindDoesNotAllocate(t *testing.T) {
	r := benchmarkRouter()
	host, path := "example.com:8080", "/api/v1/orders/1234?verbose=1"
	if n := testing.AllocsPerRun(100, func() { r.Find(host, path) }); n != 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}

func BenchmarkURLRouterHost(b *testing.B) {
	r := benchmarkRouter()
	host, path := "example.com:8080", "/api/v1/orders/1234?verbose=1"
	b.ReportAllocs()
	for b.Loop() {
		r.Find(host, path)
	}
}

func BenchmarkURLRouterPathOnly(b *testing.B) {
	r := benchmarkRouter()
	b.ReportAllocs()
	for b.Loop() {
		r.Find("/static/a.css")
	}
}
