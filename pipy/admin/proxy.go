package admin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"

	"pipy/pipy/logging"
)

// forward returns a router that sends the calls of a repo to another process;
// everything else is up to mux. Who is let in here is asked here; what they may
// do there is decided there: tokens pass through, unless this process has one of
// its own for the repo.
func (s *Server) forward(mux *http.ServeMux) router {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = s.options.UpstreamTLS
	transport.ForceAttemptHTTP2 = false // upgrades need HTTP/1.1
	proxy := &httputil.ReverseProxy{
		Rewrite:        s.rewrite,
		Transport:      transport,
		FlushInterval:  -1, // streams of events
		ModifyResponse: s.adapt,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			logging.Warnf("admin", "%s %q: %v", r.Method, r.URL.Path, err)
			fail(w, http.StatusBadGateway, "the repo at "+s.options.Upstream.Host+" does not answer: "+err.Error())
		},
	}
	endlessly := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		endless(w)
		proxy.ServeHTTP(w, r)
	})
	if s.gate.required {
		mux.HandleFunc("POST /api/v1/session", s.login)
		mux.HandleFunc("DELETE /api/v1/session", s.logout)
		mux.HandleFunc("GET /api/v1/session", func(w http.ResponseWriter, r *http.Request) {
			if role := callerOf(r).role; role < RoleReader {
				s.tell(w, role)
				return
			}
			endlessly(w, r)
		})
	}
	return &forwarder{mux, endlessly}
}

// forwarder is a router in front of a mux, which would change paths: it sends
// calls to the repo as they came.
type forwarder struct {
	*http.ServeMux
	repo http.Handler
}

// forwardedPattern is the route of what goes to the repo.
const forwardedPattern = "repo"

// Handler returns the handler of a request.
func (f *forwarder) Handler(r *http.Request) (http.Handler, string) {
	h, pattern := f.ServeMux.Handler(r)
	ours := pattern != "" && pattern != consolePattern
	if !ours && !wantsPage(r) && (isCall(r.URL.Path) || r.URL.Path == "/pipy.d.ts") {
		return f.repo, forwardedPattern
	}
	return h, pattern
}

// ServeHTTP answers a request.
func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h, pattern := f.Handler(r); pattern == forwardedPattern {
		h.ServeHTTP(w, r)
		return
	}
	f.ServeMux.ServeHTTP(w, r)
}

// rewrite turns a request to us into one to the repo.
func (s *Server) rewrite(r *httputil.ProxyRequest) {
	up := s.options.Upstream
	r.Out.URL.Scheme, r.Out.URL.Host = up.Scheme, up.Host
	r.Out.Host = up.Host
	r.SetXForwarded()
	h := r.Out.Header
	// That the page is ours has been checked; the repo knows us by another name.
	h.Del("Sec-Fetch-Site")
	if h.Get("Origin") != "" {
		h.Set("Origin", up.Scheme+"://"+up.Host)
	}
	if s.options.UpstreamToken != "" {
		h.Set("Authorization", "Bearer "+s.options.UpstreamToken)
		h.Del("Cookie")
	}
}

// adapt turns an answer of the repo into ours.
func (s *Server) adapt(r *http.Response) error {
	for _, name := range []string{"Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
		"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Strict-Transport-Security"} {
		r.Header.Del(name) // ours are set
	}
	if s.options.TLS == nil {
		for i, c := range r.Header["Set-Cookie"] {
			r.Header["Set-Cookie"][i] = strings.ReplaceAll(c, "; Secure", "")
		}
	}
	if r.Request.URL.Path == "/api/v1/session" && r.Request.Method == http.MethodGet {
		return s.adaptSession(r)
	}
	return nil
}

// adaptSession lets nobody expect more than both processes allow. Older repos
// know no sessions: there, everything is allowed.
func (s *Server) adaptSession(r *http.Response) error {
	ours := s.sessionOf(callerOf(r.Request).role)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxName))
	r.Body.Close()
	if err != nil {
		return err
	}
	theirs := ours
	switch {
	case r.StatusCode == http.StatusNotFound:
		r.StatusCode, r.Status = http.StatusOK, ""
	case r.StatusCode != http.StatusOK || json.Unmarshal(body, &theirs) != nil:
		theirs = sessionInfo{Mode: ModeProxy, Role: RoleNone.String(), AuthRequired: true, ReadOnly: true}
	case ours.Role != RoleAdmin.String() && theirs.Role == RoleAdmin.String():
		theirs.Role, theirs.ReadOnly = ours.Role, true
	}
	if body, err = json.Marshal(theirs); err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}
