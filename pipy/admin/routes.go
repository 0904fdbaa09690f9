package admin

import (
	"net/http"
	"strings"

	"pipy/pipy/admin/console"
	"pipy/pipy/admin/manual"
	"pipy/pipy/repo"
)

// console returns the handler of the console's own files, and of everything
// that has no other in mux: what looks like a call of the API must not get a page.
func (s *Server) console(mux *http.ServeMux) http.Handler {
	pages := console.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", allowed(mux, r))
			w.WriteHeader(http.StatusMethodNotAllowed)
		case isCall(r.URL.Path) && !wantsPage(r):
			fail(w, http.StatusNotFound, "there is no "+r.URL.Path+" here")
		default:
			pages.ServeHTTP(w, r)
		}
	})
}

// allowed lists the methods that the resource of a request has. Those of the
// console's own files belong to all resources.
func allowed(mux *http.ServeMux, r *http.Request) string {
	methods := []string{http.MethodGet, http.MethodHead}
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := mux.Handler(&other); pattern != consolePattern {
			methods = append(methods, method)
		}
	}
	return strings.Join(methods, ", ")
}

// isCall tells whether a path is one of those that programs ask for, in some
// mode.
func isCall(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "api", "repo", "metrics", "status", "log", "dump", "options", "admin":
		return true
	}
	return false
}

// handler returns everything that the port answers.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(healthPattern, s.health)
	mux.HandleFunc(readyPattern, s.ready)
	mux.Handle(consolePattern, s.console(mux))
	mux.Handle("GET /api/v1/docs/", manual.Handler("/api/v1/docs/"))
	if s.options.Mode == ModeProxy {
		return s.guard(s.forward(mux))
	}
	mux.HandleFunc("GET /api/v1/session", s.session)
	mux.HandleFunc("POST /api/v1/session", s.login)
	mux.HandleFunc("DELETE /api/v1/session", s.logout)
	mux.HandleFunc("GET /api/v1/program", s.program)
	mux.HandleFunc("POST /api/v1/program", s.play)
	mux.HandleFunc("PATCH /api/v1/program", s.reload)
	mux.HandleFunc("DELETE /api/v1/program", s.stop)
	mux.HandleFunc("GET /options", s.getOptions)
	mux.HandleFunc("POST /options", s.setOptions)
	mux.HandleFunc("GET /api/v1/reference.json", s.reference)
	mux.HandleFunc("GET /pipy.d.ts", s.types)
	s.files(mux)
	if s.options.Repo != nil {
		s.repo(mux)
	}
	mux.HandleFunc("GET /api/v1/openapi.yaml", s.openapi)
	s.observe(mux)
	guarded := s.guard(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Later releases ask for a log of the process itself with an empty uuid.
		if name, ok := strings.CutPrefix(r.URL.Path, "/api/v1/log//"); ok {
			r.URL.Path = "/api/v1/log/" + localLog + "/" + name
		}
		guarded.ServeHTTP(w, r)
	})
}

// repo adds the routes of the repo: for workers and for operators.
func (s *Server) repo(mux *http.ServeMux) {
	handler := repo.NewHandler(s.options.Repo, repo.HandlerOptions{
		Workers:  s.options.Fleet,
		Author:   author,
		Changed:  note,
		Fallback: s.console(mux),
	})
	mux.Handle("/repo", handler)
	for _, tree := range []string{"/repo", "/api/v1/repo", "/api/v1/repo-files", "/api/v1/diff", "/api/v1/history", "/api/v1/export", "/api/v1/import"} {
		mux.Handle(tree+"/", handler)
	}
	mux.Handle("/api/v1/repo", handler)
}
