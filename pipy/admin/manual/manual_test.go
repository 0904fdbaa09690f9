package manual_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pipy/pipy/admin/manual"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	manual.Handler("/docs/").ServeHTTP(w, r)
	return w
}

func TestEachPageOfTheListIsThere(t *testing.T) {
	w := get(t, "/docs/index.json")
	var list []struct{ Path, Title, Group, Lang string }
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) < 30 {
		t.Fatalf("got %d pages, %v", len(list), err)
	}
	for _, p := range list {
		w := get(t, "/docs/"+p.Path+".html")
		if w.Code != 200 || w.Header().Get("content-type") != "text/html; charset=utf-8" || w.Body.Len() < 100 {
			t.Errorf("%s: got %d, %s, %d bytes", p.Path, w.Code, w.Header().Get("content-type"), w.Body.Len())
		}
		if p.Title == "" || p.Group == "" || p.Lang == "" {
			t.Errorf("%+v: something is missing", p)
		}
	}
}

func TestPagesAreRevalidated(t *testing.T) {
	tag := get(t, "/docs/index.json").Header().Get("etag")
	if w := get(t, "/docs/index.json", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("etag %q: got %d, want 304", tag, w.Code)
	}
}

func TestOtherNamesAreNotFound(t *testing.T) {
	for _, path := range []string{"/docs/", "/docs/guides", "/docs/nope.html", "/docs/../index.json", "/docs//index.json",
		"/docs/" + strings.Repeat("x/", 3000)} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		manual.Handler("/docs/").ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%.40s: got %d, want 404", path, w.Code)
		}
	}
}
