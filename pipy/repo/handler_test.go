package repo

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// exchange is a request and what is wanted of the answer. An etag of "" is not
// looked at; a body of "*" neither; one that begins and ends with "*" must be in it.
type exchange struct {
	request string // method, path, and body if any
	header  string // of the request: "name: value"
	status  int
	body    string
	etag    string
}

// talk sends requests to a handler and compares the answers.
func talk(t *testing.T, h http.Handler, list []exchange) {
	t.Helper()
	for _, x := range list {
		w := ask(h, x.request, x.header)
		if w.Code != x.status {
			t.Errorf("%s: got status %d %s, want %d", x.request, w.Code, w.Body, x.status)
			continue
		}
		got := w.Body.String()
		if part, ok := strings.CutPrefix(x.body, "*"); ok && !strings.Contains(got, strings.TrimSuffix(part, "*")) || !ok && got != x.body {
			t.Errorf("%s: got body %q, want %q", x.request, got, x.body)
		}
		if etag := w.Header().Get("ETag"); x.etag != "" && etag != x.etag {
			t.Errorf("%s: got etag %s, want %s", x.request, etag, x.etag)
		}
		if x.status >= 400 && w.Header().Get("Content-Type") == "" && got != "" {
			t.Errorf("%s: got a body without a content type", x.request)
		}
	}
}

// ask sends one request.
func ask(h http.Handler, request, header string) *httptest.ResponseRecorder {
	parts := append(strings.SplitN(request, " ", 3), "", "")
	r := httptest.NewRequest(parts[0], parts[1], strings.NewReader(parts[2]))
	for line := range strings.SplitSeq(header, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func infoJSON(version, path, main, files, edit, erased, base, derived, etag string) string {
	list := func(s string) string {
		if s == "" {
			return "[]"
		}
		return `["` + strings.ReplaceAll(s, " ", `","`) + `"]`
	}
	return fmt.Sprintf(`{"version":%s,"path":"%s","main":"%s","files":%s,"editFiles":%s,"erasedFiles":%s,"baseFiles":%s,"derived":%s,"instances":{},"etag":"%s"}`,
		version, path, main, list(files), list(edit), list(erased), list(base), list(derived), etag)
}

// What was recorded with release 0.30, but for what is left out there: a commit
// changes the ETag of derived codebases only if it changes something.
func TestHandlerSpeaksTheFirstDialect(t *testing.T) {
	r := NewMemory()
	talk(t, NewHandler(r, HandlerOptions{}), []exchange{
		{request: "GET /repo", status: 404},
		{request: "GET /api/v1/repo", status: 200, body: ""},
		{request: `POST /api/v1/repo/proxy {"version":1}`, status: 201},
		{request: "GET /api/v1/repo", status: 200, body: "/proxy"},
		{request: "GET /api/v1/repo/", status: 200, body: "/proxy"},
		{request: "GET /api/v1/repo/proxy", status: 200, body: infoJSON("1", "/proxy", "/main.js", "/main.js", "", "", "", "", "1")},
		{request: "GET /api/v1/repo/proxy/main.js", status: 200, body: "pipy()"},
		{request: "GET /repo", status: 200, body: "/proxy/\n"},
		{request: "GET /repo/", status: 200, body: "/proxy/\n"},
		{request: "GET /repo/proxy", status: 404},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js", etag: "1"},
		{request: "GET /repo/proxy/main.js", status: 200, body: "pipy()", etag: "1"},
		{request: `POST /api/v1/repo/proxy/config/proxy.json {"a":1}`, status: 201},
		{request: "GET /api/v1/repo/proxy", status: 200, body: infoJSON("1", "/proxy", "/main.js", "/main.js", "/config/proxy.json", "", "", "", "1")},
		{request: "GET /repo/proxy/config/proxy.json", status: 404},
		{request: `POST /api/v1/repo/proxy {"version":2}`, status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js\n/config/proxy.json", etag: "2"},
		{request: "GET /repo/proxy/main.js", status: 200, body: "pipy()", etag: "2"},
		{request: `POST /api/v1/repo/derived/one {"version":1,"base":"/proxy"}`, status: 201},
		{request: "GET /api/v1/repo/derived/one", status: 200, body: strings.Replace(
			infoJSON("1", "/derived/one", "/main.js", "", "", "", "/config/proxy.json /main.js", "", "1"), `"instances"`, `"base":"/proxy","instances"`, 1)},
		{request: "GET /repo/derived/one/", status: 200, body: "/main.js\n/config/proxy.json", etag: "1"},
		{request: "POST /api/v1/repo/proxy/x.json 1", status: 201},
		{request: `POST /api/v1/repo/proxy {"version":3}`, status: 201},
		{request: "GET /repo/derived/one/", status: 200, body: "/main.js\n/config/proxy.json\n/x.json", etag: "2"},
		{request: "GET /repo/derived", status: 200, body: "/derived/one/\n"},
		{request: "GET /repo/derived/", status: 200, body: "/derived/one/\n"},
		{request: "DELETE /api/v1/repo/proxy/config/proxy.json", status: 204},
		{request: "GET /api/v1/repo/proxy", status: 200, body: infoJSON("3", "/proxy", "/main.js",
			"/config/proxy.json /main.js /x.json", "", "/config/proxy.json", "", "/derived/one", "3")},
		{request: "GET /api/v1/repo/proxy/config/proxy.json", status: 404},
		{request: "PATCH /api/v1/repo/proxy/config/proxy.json", status: 201},
		{request: "GET /api/v1/repo/proxy/config/proxy.json", status: 200, body: `{"a":1}`},
		{request: "PATCH /api/v1/repo/proxy/config/proxy.json patched", status: 201},
		{request: "GET /api/v1/repo/proxy/config/proxy.json", status: 200, body: "patched"},
		{request: "DELETE /api/v1/repo/proxy/nofile.txt", status: 204},
		{request: `POST /api/v1/repo/proxy {"main":"/x.json"}`, status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js\n/config/proxy.json\n/x.json", etag: "3"},
		{request: "POST /api/v1/repo/proxy {}", status: 201},
		{request: `POST /api/v1/repo/proxy {"version":4}`, status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "/x.json\n/config/proxy.json\n/main.js", etag: "4"},
		{request: "POST /api/v1/repo/x/", status: 400, body: "Invalid codebase or filename"},
		{request: `POST /api/v1/repo/new {"base":"/nope"}`, status: 400, body: "Base codebase not found"},
		{request: `POST /api/v1/repo/new {"base":1}`, status: 400, body: "Invalid base codebase"},
		{request: `POST /api/v1/repo/proxy {"main":1}`, status: 400, body: "Invalid main filename"},
		{request: `POST /api/v1/repo/proxy {"version":"x"}`, status: 400, body: "Invalid version number"},
		{request: "POST /repo/proxy/ junk", status: 400, body: "Invalid JSON"},
		{request: `POST /repo/proxy/ {"uuid":"u"}`, status: 201},
		{request: "POST /repo/nosuch/ {}", status: 405},
		{request: "POST /repo/proxy {}", status: 405},
		{request: "PUT /api/v1/repo", status: 405},
		{request: "GET /repo/proxy/", header: "Accept: text/html", status: 404},
	})
}

// What was recorded with later releases.
func TestHandlerSpeaksTheSecondDialect(t *testing.T) {
	r := NewMemory()
	talk(t, NewHandler(r, HandlerOptions{}), []exchange{
		{request: "POST /api/v1/repo/proxy {}", status: 201},
		{request: "GET /api/v1/repo/proxy", status: 200, body: infoJSON("0", "/proxy", "/main.js", "", "/main.js", "", "", "", ""), etag: `"0"`},
		{request: "GET /repo/proxy/", status: 404},
		{request: "GET /repo/proxy/main.js", status: 404},
		{request: "GET /repo/proxy/_etags", status: 404},
		{request: "POST /api/v1/repo-files/proxy/main.js pipy()", status: 201},
		{request: "POST /api/v1/repo-files/proxy/config/a.json {}", status: 201},
		{request: "GET /api/v1/repo-files/proxy/config/a.json", status: 200, body: "{}"},
		{request: "GET /api/v1/repo/proxy/config/a.json", status: 200, body: "{}"},
		{request: "POST /api/v1/repo-files/unknown/main.js x", status: 404, body: "Codebase not found"},
		{request: `PATCH /api/v1/repo/proxy {"version":"v1.0"}`, status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js\n/config/a.json", etag: "v1.0"},
		{request: "GET /repo/proxy/_etags", status: 200, body: "/config/a.json#v1.0\n/main.js#v1.0"},
		{request: "POST /api/v1/repo-files/proxy/config/a.json {1}", status: 201},
		{request: "PATCH /api/v1/repo/proxy {}", status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js\n/config/a.json", etag: "v1.0"},
		{request: "GET /repo/proxy/config/a.json", status: 200, body: "{1}", etag: "v1.1"},
		{request: "GET /repo/proxy/main.js", status: 200, body: "pipy()", etag: "v1.0"},
		{request: "GET /repo/proxy/_etags", status: 200, body: "/config/a.json#v1.1\n/main.js#v1.0"},
		{request: `PATCH /api/v1/repo/proxy {"version":8}`, status: 201},
		{request: "GET /repo/proxy/", status: 200, body: "*", etag: "8"},
		{request: `POST /api/v1/repo/derived {"base":"/proxy","version":8}`, status: 201},
		{request: "POST /api/v1/repo-files/proxy/config/a.json {2}", status: 201},
		{request: `PATCH /api/v1/repo/proxy {"version":"9"}`, status: 201},
		{request: "GET /repo/derived/", status: 200, body: "*", etag: "9"},
		{request: "GET /api/v1/repo/derived", status: 200, body: `*"version":9*`},
		{request: `PATCH /api/v1/repo/proxy {"main":"/config/a.json"}`, status: 201},
		{request: "GET /api/v1/repo/proxy", status: 200, body: `*"main":"/config/a.json"*`},
		{request: "GET /repo/proxy/", status: 200, body: "/main.js\n/config/a.json", etag: "9"},
		{request: `POST /api/v1/repo/x {"version":-1}`, status: 400, body: "Invalid version number"},
		{request: `POST /api/v1/repo/x {"version":true}`, status: 400, body: "Invalid version"},
		{request: `POST /api/v1/repo/x {"version":"v 1"}`, status: 400, body: "Invalid version"},
		{request: `POST /api/v1/repo/x []`, status: 400, body: "Invalid JSON object"},
		{request: `POST /api/v1/repo/x null`, status: 400, body: "Invalid JSON object"},
		{request: `POST /api/v1/repo/x {} {}`, status: 400, body: "Invalid JSON"},
		{request: `POST /api/v1/repo/x`, status: 400, body: "Invalid JSON"},
		{request: `POST /api/v1/repo/x/../y {}`, status: 400, body: "*Invalid codebase name*"},
		{request: "GET /api/v1/repo/x", status: 404},
		{request: "PATCH /api/v1/repo/unknown {}", status: 404, body: "Codebase not found"},
		{request: "DELETE /api/v1/repo/unknown", status: 404, body: "Codebase not found"},
		{request: "DELETE /api/v1/repo/proxy", status: 204},
		{request: "GET /api/v1/repo", status: 200, body: ""},
		{request: "GET /repo/derived/", status: 404},
	})
}

func TestHandlerHonoursConditions(t *testing.T) {
	r := NewMemory()
	h := NewHandler(r, HandlerOptions{})
	talk(t, h, []exchange{
		{request: `POST /api/v1/repo/a {"version":1}`, status: 201},
		{request: "POST /api/v1/repo/a/f 1", header: "If-None-Match: *", status: 201},
		{request: "POST /api/v1/repo/a/f 2", header: "If-None-Match: *", status: 412, body: "*/f exists already"},
		{request: "POST /api/v1/repo/a/f 2", header: `If-None-Match: "x"`, status: 400, body: "Invalid If-None-Match: want *"},
		{request: "POST /api/v1/repo/a/f 2", header: `If-Match: "0000000000000000"`, status: 412, body: "*changed by somebody else*"},
		{request: "DELETE /api/v1/repo/a/f", header: `If-Match: "0000000000000000"`, status: 412, body: "*changed by somebody else*"},
		{request: "PATCH /api/v1/repo/a/f", header: `If-Match: "0000000000000000"`, status: 412, body: "*changed by somebody else*"},
		{request: "POST /api/v1/repo/a/new 2", header: "If-Match: *", status: 412, body: "*does not exist any more"},
	})
	tag := ask(h, "GET /api/v1/repo/a/f", "").Header().Get("ETag")
	talk(t, h, []exchange{
		{request: "GET /api/v1/repo/a/f", header: "If-None-Match: " + tag, status: 304, etag: tag},
		{request: "GET /api/v1/repo-files/a/f", header: "If-None-Match: W/" + tag, status: 304, etag: tag},
		{request: "GET /api/v1/repo/a/f", header: `If-None-Match: "no", "neither"`, status: 200, body: "1", etag: tag},
		{request: "POST /api/v1/repo-files/a/f 2", header: `If-Match: "no", ` + tag, status: 201},
		{request: "POST /api/v1/repo-files/a/f 3", header: "If-Match: " + tag, status: 412, body: "*"},
		{request: `POST /api/v1/repo/a {"version":2}`, header: `If-Match: "7"`, status: 412, body: "*"},
		{request: `PATCH /api/v1/repo/a {"main":"/f"}`, header: `If-Match: "7"`, status: 412, body: "*"},
		{request: "PATCH /api/v1/repo/a {}", header: `If-Match: "7"`, status: 412, body: "*"},
		{request: `PATCH /api/v1/repo/a {"version":2}`, header: `If-Match: "1"`, status: 201, etag: `"2"`},
		{request: `POST /api/v1/repo/a {"version":3}`, header: "If-Match: 2", status: 201, etag: `"3"`},
		{request: "GET /repo/a/", header: "If-None-Match: 2", status: 304, etag: "2"},
		{request: "HEAD /repo/a/", header: `If-None-Match: "1", W/"2"`, status: 304, etag: "2"},
		{request: "GET /repo/a/f", header: "If-None-Match: 2", status: 304, etag: "2"},
		{request: "GET /repo/a/f", header: "If-None-Match: 1", status: 200, body: "2", etag: "2"},
	})
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	r := NewMemory()
	server := httptest.NewServer(NewHandler(r, HandlerOptions{}))
	defer server.Close()
	if err := r.Create("/proxy", CreateOptions{Version: "1"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/repo", "/repo/proxy/", "/repo/proxy/main.js", "/repo/proxy/_etags", "/api/v1/repo",
		"/api/v1/repo/proxy", "/api/v1/repo/proxy/main.js", "/api/v1/diff/proxy", "/api/v1/history/proxy", "/repo/none"} {
		var heads [2]http.Header
		for i, method := range []string{"GET", "HEAD"} {
			req, err := http.NewRequest(method, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			res.Header.Del("Date")
			heads[i] = res.Header
		}
		if got, want := fmt.Sprint(heads[1]), fmt.Sprint(heads[0]); got != want {
			t.Errorf("HEAD %s: got %s, want %s", path, got, want)
		}
		if heads[0].Get("Server") != "pipy-repo" || heads[0].Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("GET %s: got header %v", path, heads[0])
		}
	}
}

// recorder notes what the handler passes on.
type recorder struct{ calls []string }

func (f *recorder) note(call string) { f.calls = append(f.calls, call) }

func (f *recorder) ServeStatus(w http.ResponseWriter, _ *http.Request, codebase string) {
	f.note("status " + codebase)
	w.WriteHeader(206)
}

func (f *recorder) ServeLink(w http.ResponseWriter, _ *http.Request, codebase, uuid string) {
	f.note("link " + codebase + " " + uuid)
}

func (f *recorder) Instances(codebase string) any { return map[string]string{"1": codebase} }

func (f *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.note("page " + r.URL.Path) }

func TestHandlerPassesOn(t *testing.T) {
	r := NewMemory()
	create(t, r, "/a/b", "1", "")
	f := &recorder{}
	h := NewHandler(r, HandlerOptions{Workers: f, Fallback: f,
		Author:  func(*http.Request) string { return "somebody" },
		Changed: func(_ *http.Request, what string) { f.note("changed: " + what) }})
	talk(t, h, []exchange{
		{request: "GET /repo/a/b/", header: "Accept: text/html,*/*", status: 200},
		{request: "HEAD /repo", header: "Accept: Text/HTML", status: 200},
		{request: "GET /repo/a/b/", header: "Accept: */*", status: 200, body: "/main.js"},
		{request: "POST /repo/a/b/ {}", header: "Accept: text/html", status: 206},
		{request: "POST /repo/a/b {}", status: 405},
		{request: "GET /repo/a/b/", header: "Upgrade: WebSocket", status: 200},
		{request: "GET /repo/a/b/uuid-1", header: "Upgrade: websocket\nAccept: text/html", status: 200},
		{request: "GET /repo/a/b/uuid/x", header: "Upgrade: websocket", status: 404},
		{request: "GET /repo/none/", header: "Upgrade: websocket", status: 404},
		{request: "GET /repo", header: "Upgrade: websocket", status: 404},
		{request: "GET /api/v1/repo/a/b", header: "Accept: text/html", status: 200, body: `*"instances":{"1":"/a/b"}*`},
		{request: "POST /api/v1/repo/a/b/x.js 1", status: 201},
		{request: `POST /api/v1/repo/a/b {"main":"/x.js"}`, status: 201},
		{request: `POST /api/v1/repo/a/b {"version":2,"message":"why"}`, status: 201},
		{request: "POST /api/v1/repo/a/b {}", status: 201},
		{request: "PATCH /api/v1/repo/a/b/x.js", status: 201},
		{request: "DELETE /api/v1/repo/a/b/x.js", status: 204},
		{request: `POST /api/v1/history/a/b {"version":1,"discard":true}`, status: 200, body: "*"},
		{request: "POST /api/v1/repo/c {}", status: 201},
		{request: "DELETE /api/v1/repo/c", status: 204},
		{request: "DELETE /api/v1/repo/c", status: 404, body: "*"},
	})
	want := []string{"page /repo/a/b/", "page /repo", "status /a/b", "link /a/b ", "link /a/b uuid-1",
		"changed: write /x.js of /a/b", "changed: set main /x.js of /a/b", "changed: commit /a/b version 2",
		"changed: reset /x.js of /a/b", "changed: erase /x.js of /a/b", "changed: roll back /a/b to 1",
		"changed: create codebase /c", "changed: delete codebase /c"}
	if got := strings.Join(f.calls, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	list, err := r.History("/a/b")
	must(t, err)
	if list[0].Author != "somebody" || list[0].Message != "why" {
		t.Errorf("got %+v", list[0])
	}
}

func TestHandlerTellsDifferencesAndHistory(t *testing.T) {
	r := NewMemory()
	create(t, r, "/a", "v1", "")
	write(t, r, "/a", "/binary", "\x00")
	write(t, r, "/a", "/main.js", "new")
	h := NewHandler(r, HandlerOptions{})
	talk(t, h, []exchange{
		{request: "GET /api/v1/diff/a", status: 200, body: `{"version":"v1","changes":[` +
			`{"path":"/binary","change":"added","binary":true,"beforeSize":0,"afterSize":1},` +
			`{"path":"/main.js","change":"changed","before":"pipy()","after":"new","beforeSize":6,"afterSize":3}]}`},
		{request: "DELETE /api/v1/repo/a/main.js", status: 204},
		{request: "PATCH /api/v1/repo/a/binary", status: 201},
		{request: "GET /api/v1/diff/a", status: 200, body: `*[{"path":"/main.js","change":"erased","before":"pipy()","beforeSize":6,"afterSize":0}]*`},
		{request: `PATCH /api/v1/repo/a {"version":2}`, status: 201},
		{request: "GET /api/v1/diff/a", status: 200, body: `{"version":2,"changes":[]}`},
		{request: "GET /api/v1/diff/b", status: 404, body: `{"error":"Codebase not found"}`},
		{request: "GET /api/v1/history/a", status: 200, body: `*[{"id":2,"version":2,"etag":"2","time":"*`},
		{request: "GET /api/v1/history/a", status: 200, body: `*"id":1,"version":"v1","etag":"v1"*`},
		{request: "DELETE /api/v1/history/a", status: 405},
	})
	w := ask(h, "DELETE /api/v1/history/a", "")
	if got := w.Header().Get("Allow"); got != "GET, POST, HEAD" {
		t.Errorf("got allow: %s", got)
	}
	w = ask(h, "GET /api/v1/export/a.tar?version=v1", "")
	if w.Header().Get("Content-Disposition") != "attachment; filename=a.tar" || w.Header().Get("Content-Type") != "application/x-tar" {
		t.Errorf("got header %v of an archive", w.Header())
	}
	archive := w.Body.String()
	w = ask(h, "POST /api/v1/import/b "+archive, "")
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"editFiles":["/main.js"]`) {
		t.Errorf("got %d %s for an archive", w.Code, w.Body)
	}
}
