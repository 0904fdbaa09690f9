package console

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inputs are the sources of the built files; build/sources.mjs has the same list.
var inputs = []string{"build", "index.html", "package-lock.json", "package.json", "public", "src", "tsconfig.json", "vite.config.ts"}

// maxSize bounds the built files, in bytes, since they are in every program.
const maxSize = 700 << 10

func TestBuiltFilesAreCurrent(t *testing.T) {
	built, err := os.ReadFile("dist/SOURCES")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(built)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	for _, name := range sources(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content)); want[name] != got {
			t.Errorf("%s has changed since dist was built: run `npm ci && npm run build` in pipy/admin/console", name)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is gone since dist was built: run `npm ci && npm run build` in pipy/admin/console", name)
	}
}

// sources returns the paths of all sources.
func sources(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, root := range inputs {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				list = append(list, filepath.ToSlash(name))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(list)
	return list
}

func TestBuiltFilesAreSmall(t *testing.T) {
	total := int64(0)
	err := fs.WalkDir(dist, "dist", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > maxSize {
		t.Errorf("dist has %d bytes, want at most %d", total, maxSize)
	}
}

// get asks the handler for a path, with pairs of header names and values.
func get(path string, header ...string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesAreOnePage(t *testing.T) {
	want := body(t, get("/"))
	if !strings.Contains(want, `<div id="app">`) {
		t.Fatalf("/ is not the page: %q", want)
	}
	for _, path := range []string{"/home", "/repo", "/repo/", "/repo/a/b/", "/docs", "/docs/en/tutorial/01-hello"} {
		res := get(path)
		if got := body(t, res); res.StatusCode != 200 || got != want {
			t.Errorf("%s: got %d and %d bytes, want the page", path, res.StatusCode, len(got))
		}
		if got := res.Header.Get("Cache-Control"); got != ask {
			t.Errorf("%s: Cache-Control: got %q, want %q", path, got, ask)
		}
	}
}

func TestWhatThePageLoadsIsThere(t *testing.T) {
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(body(t, get("/")), -1)
	if len(links) < 3 {
		t.Fatalf("got %d links in the page, want a script, a style sheet and an icon", len(links))
	}
	for _, l := range links {
		res := get(l[1])
		if res.StatusCode != 200 || strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: got %d of type %q", l[1], res.StatusCode, res.Header.Get("Content-Type"))
		}
		if strings.HasPrefix(l[1], assets) && res.Header.Get("Cache-Control") != always {
			t.Errorf("%s: Cache-Control: got %q, want %q", l[1], res.Header.Get("Cache-Control"), always)
		}
	}
}

func TestPageHasNothingInlineAndNothingFromElsewhere(t *testing.T) {
	text := body(t, get("/"))
	for _, pattern := range []string{`<script(?:\s[^>]*)?>[^<]`, `<style`, `\sstyle="`, `\son[a-z]+="`, `https?://`} {
		if m := regexp.MustCompile(pattern).FindString(text); m != "" {
			t.Errorf("the page contains %q", m)
		}
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	for _, path := range []string{"/nothing", "/assets/", "/index.html/x", "/dist/SOURCES", "/SOURCES", "/../console.go", "/homes"} {
		if got := get(path).StatusCode; got != 404 {
			t.Errorf("%s: got %d, want 404", path, got)
		}
	}
}

func TestContentIsSentAsTheClientWants(t *testing.T) {
	plain := body(t, get("/theme.js"))
	for accept, encoding := range map[string]string{
		"gzip": "gzip", "br, gzip;q=0.5": "gzip", "*": "gzip", "X-GZIP": "gzip",
		"": "", "identity": "", "br": "", "gzip;q=0": "", "gzip;q=0, *": "", "gzip;q=x": "",
	} {
		res := get("/theme.js", "Accept-Encoding", accept)
		if got := res.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("Accept-Encoding %q: got Content-Encoding %q, want %q", accept, got, encoding)
			continue
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: got Vary %q", accept, res.Header.Get("Vary"))
		}
		if encoding == "" {
			continue
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != plain {
			t.Errorf("Accept-Encoding %q: got %d bytes and %v, want %d bytes", accept, len(got), err, len(plain))
		}
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	for _, accept := range []string{"gzip", "identity"} {
		tag := get("/", "Accept-Encoding", accept).Header.Get("ETag")
		res := get("/", "Accept-Encoding", accept, "If-None-Match", tag)
		if res.StatusCode != http.StatusNotModified || body(t, res) != "" {
			t.Errorf("%s: got %d, want 304", accept, res.StatusCode)
		}
	}
	if a, b := get("/", "Accept-Encoding", "gzip").Header.Get("ETag"), get("/").Header.Get("ETag"); a == b {
		t.Errorf("both representations have the tag %s", a)
	}
}

func TestPolicyOfOthersIsKept(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := w.Header().Get("Content-Security-Policy"); got != "default-src 'none'" {
		t.Errorf("got %q", got)
	}
	if got := get("/").Header.Get("Content-Security-Policy"); got != policy {
		t.Errorf("got %q, want %q", got, policy)
	}
}

func TestOnlyReading(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", w.Code)
	}
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("HEAD", "/", nil))
	if w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("HEAD: got %d and %d bytes", w.Code, w.Body.Len())
	}
}
