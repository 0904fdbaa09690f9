package repo

import (
	"net/http"
	"strings"
)

// HandlerOptions are options of NewHandler. All may be left out.
type HandlerOptions struct {
	// Workers takes what workers report. Without it reports are accepted and
	// forgotten.
	Workers Workers
	// Author tells who sends a request, for the history.
	Author func(*http.Request) string
	// Changed is called after each change that a request has made, with a few words
	// on it.
	Changed func(r *http.Request, what string)
	// Fallback answers what is meant for the console: a browser that opens /repo/...
	// gets a page, not a list of files. Without it that is not found.
	Fallback http.Handler
}

// Workers is what the handler knows of the workers that run codebases.
type Workers interface {
	// ServeStatus answers POST /repo/<codebase>/: the report of a worker.
	ServeStatus(w http.ResponseWriter, r *http.Request, codebase string)
	// ServeLink answers a websocket upgrade on /repo/<codebase>/ or, with the uuid
	// of a worker, on /repo/<codebase>/<uuid>.
	ServeLink(w http.ResponseWriter, r *http.Request, codebase, uuid string)
	// Instances returns the JSON value of the workers that run a codebase.
	Instances(codebase string) any
}

// NewHandler serves the repo to workers, below /repo, and to operators, below
// /api/v1/repo, repo-files, diff, history, export and import. It expects these
// paths as they are, unchanged by a mux; others are not found. Who may do what is
// up to the caller.
func NewHandler(r *Repo, o HandlerOptions) http.Handler {
	if o.Author == nil {
		o.Author = func(*http.Request) string { return "" }
	}
	if o.Changed == nil {
		o.Changed = func(*http.Request, string) {}
	}
	return &handler{repo: r, HandlerOptions: o}
}

type handler struct {
	repo *Repo
	HandlerOptions
}

// target is what the path of a request leads to.
type target struct {
	codebase string
	file     string
}

// methods are what can be done at an endpoint. HEAD is GET without the body, which
// net/http leaves out.
type methods map[string]func(*handler, http.ResponseWriter, *http.Request, target)

// endpoints are all that the handler knows, by their names in the OpenAPI document.
var endpoints = map[string]methods{
	"/repo":                   {"GET": (*handler).listWorkers},
	"/repo/{prefix}":          {"GET": (*handler).listWorkers},
	"/repo/{codebase}/":       {"GET": (*handler).manifest, "POST": (*handler).status},
	"/repo/{codebase}/_etags": {"GET": (*handler).etags},
	"/repo/{codebase}/{file}": {"GET": (*handler).publishedFile},

	"/api/v1/repo": {"GET": (*handler).list},
	"/api/v1/repo/{codebase}": {
		"GET":    (*handler).info,
		"POST":   (*handler).post,
		"PATCH":  (*handler).patch,
		"DELETE": (*handler).remove,
	},
	"/api/v1/repo/{codebase}/{file}":       fileMethods,
	"/api/v1/repo-files/{codebase}/{file}": fileMethods,

	"/api/v1/diff/{codebase}":    {"GET": (*handler).diff},
	"/api/v1/export/{codebase}":  {"GET": (*handler).export},
	"/api/v1/import/{codebase}":  {"POST": (*handler).importTar},
	"/api/v1/history/{codebase}": {"GET": (*handler).history, "POST": (*handler).rollback},
}

var fileMethods = methods{
	"GET":    (*handler).readFile,
	"POST":   (*handler).writeFile,
	"PATCH":  (*handler).patchFile,
	"DELETE": (*handler).eraseFile,
}

// codebaseEndpoints are those whose path is a prefix and the name of a codebase.
var codebaseEndpoints = []string{"/api/v1/diff", "/api/v1/export", "/api/v1/import", "/api/v1/history"}

// resolve finds the endpoint of a path, "" when there is none.
func (h *handler) resolve(path string) (endpoint string, t target) {
	if rest, ok := below("/repo", path); ok {
		return h.resolveWorkers(rest)
	}
	if rest, ok := below("/api/v1/repo-files", path); ok {
		t.codebase, t.file = h.repo.Split(rest)
		return "/api/v1/repo-files/{codebase}/{file}", t
	}
	if rest, ok := below("/api/v1/repo", path); ok {
		if rest == "" || rest == "/" {
			return "/api/v1/repo", t
		}
		t.codebase, t.file = h.repo.Split(rest)
		if t.file != "" {
			return "/api/v1/repo/{codebase}/{file}", t
		}
		return "/api/v1/repo/{codebase}", t
	}
	for _, prefix := range codebaseEndpoints {
		if rest, ok := below(prefix, path); ok {
			return prefix + "/{codebase}", target{codebase: rest}
		}
	}
	return "", t
}

// resolveWorkers finds the endpoint of a path below /repo.
func (h *handler) resolveWorkers(rest string) (endpoint string, t target) {
	if rest == "" || rest == "/" {
		return "/repo", t
	}
	t.codebase, t.file = h.repo.Split(rest)
	switch t.file {
	case "":
		return "/repo/{prefix}", t
	case "/":
		return "/repo/{codebase}/", t
	case etagsFile:
		return "/repo/{codebase}/_etags", t
	}
	return "/repo/{codebase}/{file}", t
}

// below returns what follows a prefix in a path: "" or something with a slash.
func below(prefix, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	forWorkers := r.URL.Path == "/repo" || strings.HasPrefix(r.URL.Path, "/repo/")
	head := w.Header()
	if forWorkers {
		head.Add("Vary", "Accept")
		if isGet(r) && acceptsPage(r) && h.Fallback != nil {
			h.Fallback.ServeHTTP(w, r)
			return
		}
	}
	head.Set("Server", "pipy-repo")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-cache")
	if forWorkers && isGet(r) && acceptsPage(r) {
		send(w, http.StatusNotFound, nil)
		return
	}
	endpoint, t := h.resolve(r.URL.Path)
	if forWorkers && isUpgrade(r) && h.Workers != nil {
		h.link(w, r, t)
		return
	}
	if serve := endpoints[endpoint].of(r.Method); serve != nil {
		serve(h, w, r, t)
		return
	}
	if endpoint == "" && isGet(r) {
		send(w, http.StatusNotFound, nil)
		return
	}
	if allow := endpoints[endpoint].allow(); allow != "" {
		head.Set("Allow", allow)
	}
	w.WriteHeader(http.StatusMethodNotAllowed)
}

func (m methods) of(method string) func(*handler, http.ResponseWriter, *http.Request, target) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return m[method]
}

// allow lists the methods for the header of that name (RFC 9110, 10.2.1).
func (m methods) allow() string {
	list := sorted(m)
	if m["GET"] != nil {
		list = append(list, "HEAD")
	}
	return strings.Join(list, ", ")
}

func isGet(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// acceptsPage tells whether a browser asks for a page.
func acceptsPage(r *http.Request) bool {
	return !isUpgrade(r) && strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Accept"), ",")), "text/html")
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
