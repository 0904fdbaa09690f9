package admin

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pipy/pipy/codebase"
	"pipy/pipy/fleet"
	"pipy/pipy/repo"
	"pipy/pipy/worker"
)

// fake is a process that notes what it is asked for.
type fake struct {
	group *worker.Group
	calls []string
	fail  error // of Play and Reload
}

func (f *fake) Group() *worker.Group { return f.group }
func (f *fake) Program() string      { return "/" }
func (f *fake) Options() string      { return "--log-level=info" }

func (f *fake) Play(ctx context.Context, name string) error {
	f.calls = append(f.calls, "play "+name)
	return f.fail
}

func (f *fake) Reload(context.Context) error {
	f.calls = append(f.calls, "reload")
	return f.fail
}

func (f *fake) Stop() { f.calls = append(f.calls, "stop") }

func (f *fake) SetOptions(flags string) error {
	f.calls = append(f.calls, "options "+flags)
	return nil
}

const (
	adminToken  = "the-token-of-the-administrator"
	readerToken = "the-token-of-the-reader"
)

// bench is a server whose handler is called without a port.
type bench struct {
	*testing.T
	*Server
	process *fake
	dir     string // of the folder
}

// address is where a server is said to listen.
func address(host string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(host), Port: 6060} }

// newBench returns a server that keeps a folder with one script and a repo with
// one codebase, at a host.
func newBench(t *testing.T, host string, a Access) *bench {
	t.Helper()
	return newBenchOf(t, host, Options{Access: a, Mode: ModeRepo})
}

func newBenchOf(t *testing.T, host string, o Options) *bench {
	t.Helper()
	group, err := worker.New(worker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(group.Close)
	b := &bench{T: t, process: &fake{group: group}, dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(b.dir, "main.js"), []byte("pipy()"), 0o640); err != nil {
		t.Fatal(err)
	}
	if o.Folder, err = OpenFolder(b.dir, "/main.js"); err != nil {
		t.Fatal(err)
	}
	if o.Mode == ModeRepo {
		o.Repo, o.Fleet = repo.NewMemory(), fleet.NewRegistry(fleet.RegistryOptions{})
		t.Cleanup(o.Fleet.Close)
		if err := o.Repo.Create("/app", repo.CreateOptions{Version: "1"}); err != nil {
			t.Fatal(err)
		}
	}
	o.Process = b.process
	if b.Server, err = newServer(o, address(host)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.audit.close)
	return b
}

// ask sends a request; headers are pairs of a name and a value.
func (b *bench) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequest(method, "http://localhost:6060/", strings.NewReader(body))
	path, query, _ := strings.Cut(target, "?")
	r.URL.Path, r.URL.RawQuery = path, query
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.http.Handler.ServeHTTP(w, r)
	return w
}

// want compares the status of an answer.
func (b *bench) want(w *httptest.ResponseRecorder, status int) {
	b.Helper()
	if w.Code != status {
		b.Errorf("got status %d with %q, want %d", w.Code, w.Body, status)
	}
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// run makes the process run a script.
func (b *bench) run(script string) error {
	return b.process.group.Run(context.Background(), codebase.NewText(script))
}

// serve opens a port for the server.
func (b *bench) serve(config *tls.Config) *httptest.Server {
	s := httptest.NewUnstartedServer(b.http.Handler)
	s.Config.WriteTimeout, s.Config.ReadTimeout = b.http.WriteTimeout, b.http.ReadTimeout
	if s.TLS = config; config != nil {
		s.StartTLS()
	} else {
		s.Start()
	}
	b.Cleanup(s.Close)
	return s
}
