package admin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of request bodies.
const (
	maxBody   = 64 << 20  // bytes; the biggest file of a codebase
	maxImport = 512 << 20 // bytes; a whole codebase
	// bodyTimeout bounds the time that a client who was let in may take to send
	// a body, and about as much to read an answer.
	bodyTimeout = 10 * time.Minute
)

// consolePattern is the route of the console's own files, which hold no secrets.
const consolePattern = "/"

// contentPolicy lets the console load nothing from elsewhere, run nothing that is
// not a file of its own, and nobody put it into a frame.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// router is a handler that can tell the route of a request before it is handled.
type router interface {
	http.Handler
	Handler(r *http.Request) (h http.Handler, pattern string)
}

// guard lets those requests through to mux that their senders may make.
func (s *Server) guard(mux router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		if isOdd(r.URL.Path) {
			fail(w, http.StatusBadRequest, "want a path without '..', NUL and backslash")
			return
		}
		_, pattern := mux.Handler(r)
		if pattern == healthPattern || pattern == readyPattern {
			mux.ServeHTTP(w, r)
			return
		}
		who := s.gate.identify(r)
		if refused := s.gate.refuse(r, who); refused != "" {
			s.audit.denied(r, who, http.StatusForbidden, refused)
			fail(w, http.StatusForbidden, refused)
			return
		}
		need := s.need(r, pattern)
		if who.role < need {
			s.deny(w, r, who, need)
			return
		}
		s.pass(mux, w, r, who)
	})
}

// isOdd tells whether a path is one that no client in its right mind sends.
func isOdd(path string) bool {
	return strings.ContainsAny(path, "\x00\\") || slices.Contains(strings.Split(path, "/"), "..")
}

// harden sets what every answer carries. There is no Strict-Transport-Security: it
// would hold for all ports of the host, those of other programs too.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// refuse tells why a request may not have been made by whom it looks like: a
// browser sends cookies, and reaches loopback, for any page that it shows. It
// returns "" when nothing is wrong.
func (g *gate) refuse(r *http.Request, who caller) string {
	if who.bearer {
		return ""
	}
	if r.Host == "" {
		return "want a Host field with a name of this server"
	}
	if !g.knows(r.Host) {
		return fmt.Sprintf("this server is not known as %q: to use the name, start pipy with --admin-allow-host=%s", r.Host, hostName(r.Host))
	}
	if !changes(r) && !isUpgrade(r) {
		return ""
	}
	asked := r.Clone(r.Context())
	asked.Method = http.MethodPost // an upgrade of a GET gives as much
	if g.origin.Check(asked) != nil {
		return "the request comes from a page of another site"
	}
	return ""
}

func hostName(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

// changes tells whether a request may change something.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

func isUpgrade(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// isWorkers tells whether a path belongs to what workers use.
func isWorkers(path string) bool { return path == "/repo" || strings.HasPrefix(path, "/repo/") }

// need returns the role that a request takes. What is not named here takes an
// administrator to change and a reader to read.
func (s *Server) need(r *http.Request, pattern string) Role {
	path := r.URL.Path
	switch {
	case pattern == consolePattern || path == "/api/v1/session" || wantsPage(r):
		return RoleNone
	case isWorkers(path):
		return RoleWorker
	case path == "/api/v1/graph":
		return RoleReader
	case changes(r):
		return RoleAdmin
	case strings.HasPrefix(path, "/api/v1/tap"), strings.HasPrefix(path, "/api/v1/pprof"), strings.HasPrefix(path, "/admin/"):
		return RoleAdmin
	}
	return RoleReader
}

// wantsPage tells whether a browser asks for the console's page at the address
// under which workers find a codebase.
func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && isWorkers(r.URL.Path) && !isUpgrade(r) &&
		strings.Contains(r.Header.Get("Accept"), "text/html")
}

// deny answers who may not do what they asked for.
func (s *Server) deny(w http.ResponseWriter, r *http.Request, who caller, need Role) {
	reason, status := who.denied, http.StatusUnauthorized
	switch {
	case who.later:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", fmt.Sprint(int(failureWindow.Seconds())))
	case reason == "" && who.role < RoleReader:
		reason = "want a token: log in at the console, or send 'Authorization: Bearer <token>'"
	case reason == "":
		reason, status = fmt.Sprintf("want the role %v, got %v", need, who.role), http.StatusForbidden
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="pipy"`)
	}
	s.audit.denied(r, who, status, reason)
	fail(w, status, reason)
}

// pass hands a request to its handler and notes what it changed.
func (s *Server) pass(mux http.Handler, w http.ResponseWriter, r *http.Request, who caller) {
	limit := int64(maxBody)
	if strings.HasPrefix(r.URL.Path, "/api/v1/import/") {
		limit = maxImport
	}
	change := &change{who: who}
	r = r.WithContext(context.WithValue(r.Context(), changeKey{}, change))
	if who.role > RoleNone {
		known(r.Context())
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTimeout + writeTimeout))
	}
	if !changes(r) {
		mux.ServeHTTP(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	mux.ServeHTTP(seen, r)
	if isAudited(r.URL.Path) {
		s.audit.changed(r, change, seen.status)
	}
}

// isAudited tells whether requests to a path that are no reads are changes. Those
// of workers are reports, some others only ask about what they send, and logins
// are noted where they are made.
func isAudited(path string) bool {
	for _, asked := range []string{"/api/v1/graph", "/api/v1/check", "/api/v1/session"} {
		if path == asked || strings.HasPrefix(path, asked+"/") {
			return false
		}
	}
	return !isWorkers(path)
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// endless lifts the limits of time of an answer that has no end, such as a
// stream of events.
func endless(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Time{})
}
