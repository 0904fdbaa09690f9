// Package admin answers those who operate the process: over HTTP, at the admin
// port.
package admin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pipy/pipy/logging"
	"pipy/pipy/stats"
)

// Process is what the admin port asks of the process. Its methods are called on
// goroutines of the HTTP server.
type Process interface {
	// Metrics returns the metrics of all workers, added up.
	Metrics() (stats.Snapshot, error)
	// Ready tells whether a program is running and not about to end.
	Ready() bool
}

// Server is the admin port.
type Server struct {
	process Process
	http    http.Server
}

// Limits of one client.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = time.Minute
	maxHeader    = 16 << 10 // bytes
)

// ParseAddress reads '[[ip]:]port'. Without an IP the port is on loopback only.
func ParseAddress(s string) (string, error) {
	host, port := "127.0.0.1", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		port = s[i+1:]
		if s[:i] != "" {
			host = strings.Trim(s[:i], "[]")
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || net.ParseIP(host) == nil {
		return "", fmt.Errorf("want a port or 'ip:port', got %q", s)
	}
	return net.JoinHostPort(host, port), nil
}

// Start opens the admin port.
func Start(address string, p Process) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{process: p}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	s.http = http.Server{
		Handler:           mux,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
	}
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			logging.Errorf("admin", "%v", err)
		}
	}()
	logging.Infof("admin", "Listening on %s", address)
	return s, nil
}

// Close closes the port and its connections.
func (s *Server) Close() error { return s.http.Shutdown(canceled()) }

// canceled is a context that lets Shutdown wait for nobody.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// metrics answers with the Prometheus text format.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	snapshot, err := s.process.Metrics()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("content-type", stats.TextContentType)
	if err := stats.WriteText(w, stats.Instance{Metrics: snapshot}); err != nil {
		logging.Warnf("admin", "metrics: %v", err)
	}
}

// health tells that the process answers.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// ready tells whether the process wants new connections.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if !s.process.Ready() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
