package repo

import (
	"archive/tar"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"pipy/pipy/admin/openapi"
)

// operation is one method of a path: the content types by status, "" for no body.
type operation map[int]string

// documented returns the operations of the repo by "METHOD path".
func documented(t *testing.T) map[string]operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]yaml.RawMessage `yaml:"paths"`
	}
	must(t, yaml.Unmarshal(openapi.Document, &doc))
	operations := map[string]operation{}
	for path, methods := range doc.Paths {
		if !isRepoPath(path) {
			continue
		}
		for method, raw := range methods {
			if method == "parameters" {
				continue
			}
			var op struct {
				Responses map[string]struct {
					Content map[string]any `yaml:"content"`
				} `yaml:"responses"`
			}
			must(t, yaml.Unmarshal(raw, &op))
			found := operation{}
			for status, response := range op.Responses {
				code, err := strconv.Atoi(status)
				must(t, err)
				found[code] = strings.Join(sorted(response.Content), " ")
			}
			operations[strings.ToUpper(method)+" "+path] = found
		}
	}
	return operations
}

func isRepoPath(path string) bool {
	for _, prefix := range append(codebaseEndpoints, "/repo", "/api/v1/repo", "/api/v1/repo-files") {
		if _, ok := below(prefix, path); ok {
			return true
		}
	}
	return false
}

func TestDocumentKnowsEveryRoute(t *testing.T) {
	var routes []string
	for path, methods := range endpoints {
		for method := range methods {
			routes = append(routes, method+" "+path)
		}
	}
	slices.Sort(routes)
	if got := slices.Sorted(maps.Keys(documented(t))); !slices.Equal(got, routes) {
		t.Errorf("the document has %q, the handler %q", got, routes)
	}
}

// samples are requests to a repo with the codebase /cb, version 1, that has an edit
// /f, and whose main.js may be known by a tag; one for each documented answer, by
// operation. Each is sent to a repo of its own; EMPTY says that it has no codebases,
// 206 that the worker's metrics are known.
func samples(t *testing.T, tag string) map[string][]string {
	many := strings.Repeat("x", 2000)
	huge := `{"x":"` + strings.Repeat("x", maxObject) + `"}`
	archive := string(archiveOf(t, tar.Header{Name: "a"}))
	list := map[string][]string{
		"GET /repo":                   {"GET /repo", "EMPTY GET /repo"},
		"GET /repo/{prefix}":          {"GET /repo/team", "GET /repo/nobody"},
		"GET /repo/{codebase}/":       {"GET /repo/cb/", "GET /repo/cb/ If-None-Match: 1", "GET /repo/team/draft/"},
		"POST /repo/{codebase}/":      {"POST /repo/cb/ {}", "POST /repo/cb/ []", "POST /repo/none/ {}", "POST /repo/cb/ " + huge, "206 POST /repo/cb/ {}"},
		"GET /repo/{codebase}/_etags": {"GET /repo/cb/_etags", "GET /repo/team/draft/_etags"},
		"GET /repo/{codebase}/{file}": {"GET /repo/cb/main.js", "GET /repo/cb/main.js If-None-Match: 1", "GET /repo/cb/none"},
		"GET /api/v1/repo":            {"GET /api/v1/repo"},
		"GET /api/v1/repo/{codebase}": {"GET /api/v1/repo/cb", "GET /api/v1/repo/none"},
		"POST /api/v1/repo/{codebase}": {"POST /api/v1/repo/new {}", "POST /api/v1/repo/new x", "POST /api/v1/repo/new " + huge,
			`POST /api/v1/repo/cb {"version":2} If-Match: 9`, "POST /api/v1/repo/team {}"},
		"PATCH /api/v1/repo/{codebase}": {"PATCH /api/v1/repo/cb {}", "PATCH /api/v1/repo/cb []", "PATCH /api/v1/repo/none {}",
			"PATCH /api/v1/repo/cb {} If-Match: 9", "PATCH /api/v1/repo/cb " + huge},
		"DELETE /api/v1/repo/{codebase}": {"DELETE /api/v1/repo/cb", "DELETE /api/v1/repo/none"},
		"GET /api/v1/diff/{codebase}":    {"GET /api/v1/diff/cb", "GET /api/v1/diff/none"},
		"GET /api/v1/history/{codebase}": {"GET /api/v1/history/cb", "GET /api/v1/history/none"},
		"GET /api/v1/export/{codebase}":  {"GET /api/v1/export/cb", "GET /api/v1/export/cb.tar?version=1", "GET /api/v1/export/cb?version=7"},
		"POST /api/v1/import/{codebase}": {"POST /api/v1/import/cb?discard=true " + archive, "POST /api/v1/import/new " + archive, "POST /api/v1/import/cb x", "POST /api/v1/import/cb " + archive, "POST /api/v1/import/new " + string(bomb(t))},
		"POST /api/v1/history/{codebase}": {`POST /api/v1/history/cb {"version":1,"discard":true}`, `POST /api/v1/history/cb {"version":1}`,
			`POST /api/v1/history/cb {}`, `POST /api/v1/history/cb {"version":4,"discard":true}`, "POST /api/v1/history/cb " + huge},
	}
	for _, prefix := range []string{"/api/v1/repo", "/api/v1/repo-files"} {
		path := prefix + "/{codebase}/{file}"
		list["GET "+path] = []string{"GET " + prefix + "/cb/f", "GET " + prefix + "/cb/none", "GET " + prefix + "/cb/main.js If-None-Match: " + tag}
		for _, method := range []string{"POST", "PATCH", "DELETE"} {
			list[method+" "+path] = []string{method + " " + prefix + "/cb/f", method + " " + prefix + "/cb/..", method + " " + prefix + "/cb/f 2 If-Match: 9"}
			if method != "DELETE" {
				list[method+" "+path] = append(list[method+" "+path], method+" "+prefix+"/cb/f "+many)
			}
			if prefix != "/api/v1/repo" {
				list[method+" "+path] = append(list[method+" "+path], method+" "+prefix+"/none/f x")
			}
		}
	}
	return list
}

// incremental is what workers talk to that has all of their metrics.
type incremental struct{ Workers }

func (incremental) ServeStatus(w http.ResponseWriter, _ *http.Request, _ string) { w.WriteHeader(206) }

func TestDocumentTellsEveryAnswer(t *testing.T) {
	operations := documented(t)
	f := (&work{fresh: map[hash][]byte{}}).add([]byte(emptyMain))
	for name, requests := range samples(t, f.hash.tag()) {
		op := operations[name]
		seen := map[int]bool{}
		for _, request := range requests {
			status, kind := sample(t, request)
			seen[status] = true
			shown := fmt.Sprintf("%.60q", request)
			want, ok := op[status]
			if !ok {
				t.Errorf("%s: %s is answered with %d, which the document does not tell", name, shown, status)
			} else if kind != want {
				t.Errorf("%s: %s is answered with %d and %q, the document tells %q", name, shown, status, kind, want)
			}
		}
		for status := range op {
			if !seen[status] {
				t.Errorf("%s: the document tells of %d, which no sample is answered with", name, status)
			}
		}
		delete(operations, name)
	}
	if len(operations) > 0 {
		t.Errorf("no samples of %q", sorted(operations))
	}
}

// sample sends a request to a repo of its own and returns the status and the content
// type of the answer.
func sample(t *testing.T, request string) (status int, kind string) {
	t.Helper()
	r := NewMemory()
	o := HandlerOptions{}
	rest, empty := strings.CutPrefix(request, "EMPTY ")
	rest, partial := strings.CutPrefix(rest, "206 ")
	if !empty {
		create(t, r, "/cb", "1", "")
		create(t, r, "/team/draft", "", "")
		write(t, r, "/cb", "/f", "1")
	}
	if partial {
		o.Workers = incremental{}
	}
	r.limits.file, r.limits.size = 1000, 2000
	header := ""
	for _, h := range []string{" If-Match: ", " If-None-Match: "} {
		if before, value, ok := strings.Cut(rest, h); ok {
			rest, header = before, strings.TrimSpace(h)+" "+value
		}
	}
	w := ask(NewHandler(r, o), rest, header)
	kind = w.Header().Get("Content-Type")
	if kind != "" {
		parsed, _, err := mime.ParseMediaType(kind)
		must(t, err)
		kind = parsed
	}
	if w.Body.Len() == 0 && w.Code >= 300 {
		kind = ""
	}
	return w.Code, kind
}
