// Package admin answers those who operate the process, over HTTP at the admin
// port: people, through the console and its API, workers that run a codebase of
// this process's repo, and what collects metrics.
//
// Who may do what is decided in one place, before any handler runs: see Access.
package admin

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pipy/pipy/fleet"
	"pipy/pipy/logging"
	"pipy/pipy/repo"
	"pipy/pipy/worker"
)

// Mode is what the process is for.
type Mode string

// The modes.
const (
	ModeRepo      Mode = "repo"      // keeps codebases, and may run one of them
	ModeFile      Mode = "file"      // runs a script of the file system
	ModeWorkspace Mode = "workspace" // a folder of scripts, to edit and try
	ModeWorker    Mode = "worker"    // runs a codebase that a server hands out
	ModeProxy     Mode = "proxy"     // a console for the repo of another process
)

// Process is what the admin port asks of the process. Its methods are called on
// goroutines of the HTTP server.
type Process interface {
	// Group returns the workers, or nil in ModeProxy.
	Group() *worker.Group
	// Program names what runs: a codebase of the repo, "/" or a script for the
	// codebase of the process, "" for nothing.
	Program() string
	// Play runs what has that name, in place of what runs. See NotFound,
	// ErrNoCodebase and ErrNoMain; worker.Problems tells the places of other
	// errors.
	Play(ctx context.Context, name string) error
	// Reload runs the newest version of what runs.
	Reload(ctx context.Context) error
	// Stop ends the program, not the process.
	Stop()
	// Options returns the flags in force, as on a command line.
	Options() string
	// SetOptions changes what can be changed in a running process.
	SetOptions(flags string) error
}

// Options are what an admin port is made of.
type Options struct {
	Mode    Mode
	TLS     *tls.Config // nil for plain HTTP
	Access  Access
	Process Process
	Folder  *Folder         // the codebase of the process when its files can be changed; else nil
	Repo    *repo.Repo      // nil in other modes than ModeRepo
	Fleet   *fleet.Registry // the workers of that repo; nil as well

	Version string // of the program, for the console
	UUID    string // of the process
	Name    string // of the process

	// Upstream is the repo that ModeProxy stands for, with the TLS settings and
	// the token that are used toward it.
	Upstream      *url.URL
	UpstreamTLS   *tls.Config
	UpstreamToken string
}

// Server is the admin port.
type Server struct {
	options  Options
	process  Process
	gate     *gate
	audit    *auditLog
	sampler  *sampler // of metrics; made by observe
	listener net.Listener
	http     http.Server
}

// Limits of one client. Handlers whose answers have no end lift those of time
// with endless.
const (
	headTimeout  = 10 * time.Second
	readTimeout  = time.Minute
	writeTimeout = time.Minute
	idleTimeout  = time.Minute
	maxHeader    = 16 << 10 // bytes
)

// Start answers at a listener, which it closes in the end.
func Start(l net.Listener, o Options) (*Server, error) {
	s, err := newServer(o, l.Addr())
	if err != nil {
		l.Close()
		return nil, err
	}
	s.listener = l
	go s.serve(l)
	logging.Infof("admin", "Listening on %s", l.Addr())
	return s, nil
}

// protocols of the port: docs/decisions/132-net-http.md.
var protocols = func() *http.Protocols {
	p := &http.Protocols{}
	p.SetHTTP1(true)
	return p
}()

// newServer returns the server behind an address that is open.
func newServer(o Options, bound net.Addr) (*Server, error) {
	audit, err := openAudit(o.Access.AuditFile)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, process: o.Process, audit: audit}
	s.gate = newGate(o.Access, bound, o.TLS != nil)
	s.http = http.Server{
		Protocols:         protocols,
		Handler:           s.handler(),
		TLSConfig:         o.TLS,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       welcome,
		ErrorLog:          log.New(complaints{}, "", 0),
	}
	return s, nil
}

// serve answers until the port is closed.
func (s *Server) serve(l net.Listener) {
	serve := s.http.Serve
	switch {
	case s.options.TLS != nil:
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	case s.options.Fleet != nil:
		l = fleet.Listener(l)
	}
	if err := serve(&strangers{Listener: l}); !errors.Is(err, http.ErrServerClosed) {
		logging.Errorf("admin", "%v", err)
	}
}

// complaints is where net/http says what went wrong with a connection.
type complaints struct{}

func (complaints) Write(b []byte) (int, error) {
	say := logging.Debugf
	if bytes.HasPrefix(b, []byte("http: panic")) { // a bug of ours
		say = logging.Errorf
	}
	say("admin", "%s", strings.TrimSuffix(string(b), "\n"))
	return len(b), nil
}

// URL is where a browser on this machine finds the port.
func (s *Server) URL() string {
	scheme := "http"
	if s.options.TLS != nil {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.Equal(net.IPv4(127, 0, 0, 1)) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port) + "/"
}

// NewToken returns the administrator's token if it was made up by Start because
// the port can be reached from elsewhere and none was given; else "".
func (s *Server) NewToken() string { return s.gate.made }

// Close closes the port and its connections.
func (s *Server) Close() error {
	err := s.http.Close()
	s.sampler.stop()
	s.audit.close()
	return err
}
