package admin

import (
	"fmt"
	"net/http"
)

// The routes that need no role: those who ask have none.
const (
	healthPattern = "GET /healthz"
	readyPattern  = "GET /readyz"
)

// health tells that the process answers.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// ready tells whether the process does what it is for: a repo and a proxy
// answer, everything else runs a program.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	g := s.process.Group()
	program := s.options.Mode == ModeFile || s.options.Mode == ModeWorker
	if program && (g == nil || !g.Ready()) {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
