package repo

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// raw sends a request with a path as it is, which clients would tidy up.
func raw(t *testing.T, server *httptest.Server, method, path, headers, body string) (status int, answer string) {
	t.Helper()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, err)
	defer c.Close()
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", method, path, headers, len(body), body)
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(b)
}

// badPaths are names that lead elsewhere, or look as if they did, as they come in a
// request.
var badPaths = []string{"..", "../..", "../../../../etc/hostname", "a/../../b", "./a", "a/.", "a/..", "a//b", "/", "//", "a/",
	"%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2fx", "a%2f..%2fb", "a%2f%2fb", "%00", "a%00b", "a%0ab", "a%0d%0aSet-Cookie:x", "a%7f",
	"..%5c..%5cx", "a%5cb", "%ff%fe", "%c0%ae%c0%ae", "%20", "a%20", "_etags", strings.Repeat("x", 300), strings.Repeat("x/", 600) + "x",
	"a%e2%80%a8b", "a%c2%85b"}

func TestNoNameLeadsElsewhere(t *testing.T) {
	dir := t.TempDir()
	r := reopen(t, dir)
	defer r.Close()
	create(t, r, "/cb", "1", "")
	server := httptest.NewServer(NewHandler(r, HandlerOptions{}))
	defer server.Close()
	for _, path := range badPaths {
		for _, prefix := range []string{"/repo/", "/repo/cb/", "/api/v1/repo/", "/api/v1/repo/cb/", "/api/v1/repo-files/", "/api/v1/repo-files/cb/",
			"/api/v1/diff/", "/api/v1/history/", "/api/v1/export/", "/api/v1/import/"} {
			for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT"} {
				status, answer := raw(t, server, method, prefix+path, "", `{"version":1}`)
				if prefix+path == "/api/v1/repo/_etags" {
					continue // a codebase may have this name
				}
				known := prefix+path == "/repo/cb//" || method == "GET" || method == "HEAD"
				if status >= 500 || status < 400 && !known {
					t.Errorf("%s %s: got status %d %s", method, prefix+path, status, answer)
				}
			}
		}
	}
	info, err := r.Info("/cb")
	must(t, err)
	if list := r.List(""); !slices.Equal(list, []string{"/cb"}) || len(info.EditFiles) != 0 {
		t.Errorf("got codebases %v and edits %v, want nothing new", list, info.EditFiles)
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 2 {
		t.Errorf("got files %v in %s, want the store alone", files, filepath.Base(dir))
	}
	checkStore(t, r)
}

// A path is decoded once: what is still encoded then is a name.
func TestPathsAreDecodedOnce(t *testing.T) {
	r := NewMemory()
	create(t, r, "/cb", "1", "")
	server := httptest.NewServer(NewHandler(r, HandlerOptions{}))
	defer server.Close()
	for _, path := range []string{"%252e%252e", "a%20b%2Fc", "%E6%97%A5", "a+b?version=x", "x%3Fy"} {
		if status, answer := raw(t, server, "POST", "/api/v1/repo/cb/"+path, "", "text"); status != 201 {
			t.Errorf("%s: got %d %s", path, status, answer)
		}
		if status, answer := raw(t, server, "GET", "/api/v1/repo-files/cb/"+path, "", ""); status != 200 || answer != "text" {
			t.Errorf("%s: got %d %s", path, status, answer)
		}
	}
	info, err := r.Info("/cb")
	must(t, err)
	if want := []string{"/%2e%2e", "/a b/c", "/a+b", "/x?y", "/日"}; !slices.Equal(info.EditFiles, want) {
		t.Errorf("got %q, want %q", info.EditFiles, want)
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
	r := NewMemory()
	r.limits.file, r.limits.size, r.limits.files = 1000, 3000, 2
	create(t, r, "/cb", "1", "")
	server := httptest.NewServer(NewHandler(r, HandlerOptions{}))
	defer server.Close()
	object := `{"version":1,"x":"` + strings.Repeat("x", maxObject) + `"}`
	for request, body := range map[string]string{
		"POST /api/v1/repo/cb/f":        strings.Repeat("x", 1001),
		"PATCH /api/v1/repo-files/cb/f": strings.Repeat("x", 1001),
		"POST /api/v1/repo/new":         object,
		"PATCH /api/v1/repo/cb":         object,
		"POST /repo/cb/":                object,
		"POST /api/v1/history/cb":       object,
		"POST /api/v1/import/cb":        strings.Repeat("\x00", int(archiveSize(r.limits))+1),
	} {
		method, path, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		NewHandler(r, HandlerOptions{}).ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		if w.Code != http.StatusRequestEntityTooLarge && !strings.Contains(path, "import") || w.Code < 400 {
			t.Errorf("%s: got status %d %s, want 413", request, w.Code, w.Body)
		}
	}
	deep := strings.Repeat("[", 20000)
	if status, answer := raw(t, server, "POST", "/api/v1/repo/new", "", `{"a":`+deep+`}`); status != 400 {
		t.Errorf("got %d %s for deep JSON", status, answer)
	}
}

func FuzzSplit(f *testing.F) {
	for _, path := range append(badPaths, "a/b/c", "a", "abc/d", "a b/%41") {
		f.Add("/" + path)
	}
	r := NewMemory()
	for _, name := range []string{"/a", "/abc", "/d/e", "/日本"} {
		if err := r.Create(name, CreateOptions{Version: "1"}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, path string) {
		name, file := r.Split(path)
		if name+file != path {
			t.Errorf("%q: got %q and %q", path, name, file)
		}
		if file != "" && (file[0] != '/' || !r.Has(name)) {
			t.Errorf("%q: got the file %q in %q", path, file, name)
		}
		if checkFile(path) == nil {
			if path != "/"+strings.TrimPrefix(filepath.ToSlash(filepath.Clean(path)), "/") || strings.Contains(path, "\x00") {
				t.Errorf("%q was taken for the path of a file", path)
			}
		}
	})
}
