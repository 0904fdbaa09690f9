package fleet

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"pipy/pipy/codebase"
	"pipy/pipy/stats"
)

// worker is a process in small.
type worker struct {
	agent   *Agent
	reloads atomic.Int32
	load    atomic.Int64 // the value of its only metric

	mu     sync.Mutex
	report Report
}

// start runs the agent of a worker of /app until the test ends, or stop is called.
func start(t *testing.T, n *memoryNet, uuid string, change func(o *AgentOptions)) (w *worker, stop func()) {
	t.Helper()
	w = &worker{report: Report{Version: "1"}}
	o := AgentOptions{
		URL: "http://repo:6060/repo/app/", UUID: uuid, Name: "name of " + uuid,
		Status: func() Report {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.report
		},
		Metrics: func() (stats.Snapshot, error) {
			r := &stats.Registry{}
			g, err := r.Gauge("load", stats.Options{})
			if err != nil {
				return nil, err
			}
			g.Set(float64(w.load.Load()))
			return r.Snapshot()
		},
		Reload: func() { w.reloads.Add(1) },
	}
	if change != nil {
		change(&o)
	}
	var err error
	if w.agent, err = NewAgent(o); err != nil {
		t.Fatal(err)
	}
	w.agent.dial = n.dial
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.agent.Run(ctx); close(done) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return w, stop
}

func TestAgentReportsAndIsPushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		w, stop := start(t, n, "u1", nil)
		synctest.Wait()
		in, ok := g.Instance("u1")
		if !ok || in.Name != "name of u1" || in.Version != "1" || !in.Linked {
			t.Fatalf("got %+v at the start", in)
		}
		g.Changed([]string{"/app"})
		synctest.Wait() // without any time passing
		if w.reloads.Load() != 1 {
			t.Errorf("got %d reloads after a push, want 1", w.reloads.Load())
		}
		// A version that does not run, reported without waiting for the tick.
		w.mu.Lock()
		w.report.Error = "main.js:1:6: Unexpected end of input"
		w.mu.Unlock()
		w.agent.Report()
		synctest.Wait()
		if in, _ = g.Instance("u1"); in.Error != "main.js:1:6: Unexpected end of input" {
			t.Errorf("got error %q", in.Error)
		}
		for i := range int64(3) {
			w.load.Store(i)
			time.Sleep(reportInterval)
			synctest.Wait()
			if s, _ := g.Sum("/app"); text(t, s) != "load "+string('0'+rune(i)) {
				t.Errorf("got %s, want %d", text(t, s), i)
			}
		}
		stop()
		synctest.Wait()
		if in, _ = g.Instance("u1"); in.Linked {
			t.Error("want the link to end with the agent")
		}
	})
}

func TestAgentComesBackAfterTheRepoWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var current atomic.Pointer[Registry]
		current.Store(NewRegistry(RegistryOptions{}))
		n := newNet(t, repoOf(current.Load))
		w, _ := start(t, n, "u1", nil)
		time.Sleep(time.Minute)
		n.down()
		current.Load().Close()
		current.Store(NewRegistry(RegistryOptions{}))
		time.Sleep(10 * time.Minute)
		n.up()
		time.Sleep(codebase.MaxBackOff)
		synctest.Wait()
		in, ok := current.Load().Instance("u1")
		if s, _ := current.Load().Sum("/app"); !ok || !in.Linked || text(t, s) != "load 0" {
			t.Errorf("got %+v and metrics %q, want all of it again", in, text(t, s))
		}
		if w.reloads.Load() != 1 {
			t.Errorf("got %d reloads, want one: something may have been missed", w.reloads.Load())
		}
	})
}

func TestAgentWithoutStatusHasALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		w, stop := start(t, n, "u1", func(o *AgentOptions) { o.Status = nil })
		time.Sleep(time.Minute)
		g.Changed([]string{"/app"})
		synctest.Wait()
		if _, ok := g.Instance("u1"); ok || w.reloads.Load() != 1 {
			t.Errorf("got instance %v and %d reloads, want none and one", ok, w.reloads.Load())
		}
		stop()
		synctest.Wait()
	})
}

// oldRepo is a repo of 0.30 as far as workers see it: whatever asks for an upgrade
// is answered as a plain request, and then sends frames.
type oldRepo struct {
	t *testing.T

	mu      sync.Mutex
	reports []map[string]any
	metrics metricSet
	frames  []string
	links   int
}

func (r *oldRepo) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("server", "pipy-repo")
	if req.Method == http.MethodPost {
		var report map[string]any
		if err := json.NewDecoder(req.Body).Decode(&report); err != nil {
			r.t.Error(err)
		}
		r.mu.Lock()
		r.reports = append(r.reports, report)
		r.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		return
	}
	if req.Header.Get("upgrade") == "" || req.URL.Path != "/repo/app/" {
		http.NotFound(w, req)
		return
	}
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		r.t.Error(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 200 OK\r\nserver: pipy-repo\r\ncontent-type: text/plain\r\netag: 1\r\ncontent-length: 8\r\nconnection: keep-alive\r\n\r\n/main.js")
	r.mu.Lock()
	r.links++
	r.mu.Unlock()
	p := &peer{t: r.t, conn: c, reader: rw.Reader, state: ws.StateServerSide}
	for first := true; ; first = false {
		text := p.next()
		if text == "" {
			return
		}
		var f wireFrame
		err := json.Unmarshal([]byte(text), &f)
		r.mu.Lock()
		r.frames = append(r.frames, text)
		if err = errors.Join(err, r.metrics.apply(first, f.Metrics, 0)); err != nil {
			r.t.Errorf("%s: %v", text, err)
		}
		r.mu.Unlock()
	}
}

func TestAgentSpeaksTheOldFormWithAnOldRepo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		repo := &oldRepo{t: t}
		n := newNet(t, repo)
		w, stop := start(t, n, "u1", nil)
		time.Sleep(time.Second)
		w.load.Store(7)
		time.Sleep(3 * reportInterval)
		synctest.Wait()
		repo.mu.Lock()
		first, second := repo.frames[0], repo.frames[1]
		last := repo.reports[len(repo.reports)-1]
		repo.mu.Unlock()
		if want := `{"uuid":"u1","metrics":[{"k":"load","l":"","t":"Gauge","v":0}]}`; first != want {
			t.Errorf("first frame: got %s, want %s", first, want)
		}
		if want := `{"uuid":"u1","metrics":[7]}`; second != want {
			t.Errorf("second frame: got %s, want %s", second, want)
		}
		if last["uuid"] != "u1" || last["name"] != "name of u1" || last["version"] != "1" || last["modules"] == nil || last["metrics"] != nil {
			t.Errorf("got %v, want a report without metrics", last)
		}
		stop()
		synctest.Wait()
		if repo.links != 1 {
			t.Errorf("got %d links, want 1", repo.links)
		}
	})
}

func TestAgentSpeaksTheNewerFormWithANewerRepo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type metrics struct {
			Version float64
			Last    *float64
			Roots   []any
		}
		var mu sync.Mutex
		var got []metrics
		texts := make(chan string, 10)
		push := make(chan string)
		n := newNet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/repo/app/u1" && r.Header.Get("upgrade") == "websocket" {
				c, rw, _, err := ws.UpgradeHTTP(r, w)
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				p := &peer{t: t, conn: c, reader: rw.Reader, state: ws.StateServerSide}
				text := p.next()
				texts <- text
				for command := range push {
					p.send(command)
				}
				return
			}
			var report struct{ Metrics metrics }
			if err := json.NewDecoder(r.Body).Decode(&report); err != nil || r.URL.Path != "/repo/app/" || r.Method != http.MethodPost {
				t.Errorf("got %s %s, %v", r.Method, r.URL, err)
			}
			mu.Lock()
			got = append(got, report.Metrics)
			count := len(got)
			mu.Unlock()
			if count == 3 { // as after a restart
				w.WriteHeader(http.StatusCreated)
				return
			}
			w.WriteHeader(http.StatusPartialContent)
		}))
		w, _ := start(t, n, "u1", nil)
		if first := <-texts; first != "" {
			t.Errorf("got %q, want an empty text", first)
		}
		push <- "reload"
		synctest.Wait()
		if w.reloads.Load() != 1 {
			t.Error("want a reload")
		}
		time.Sleep(4 * reportInterval)
		close(push)
		synctest.Wait()
		for i, full := range []bool{true, false, false, true} {
			m := got[i]
			_, isFull := m.Roots[0].(map[string]any)
			if isFull != full || full != (m.Last == nil) || !full && *m.Last != got[i-1].Version {
				t.Errorf("report %d: got %+v, want full=%v", i, m, full)
			}
		}
	})
}

func TestServersThatAreNoReposAreLeftInPeace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posts, gets atomic.Int32
		n := newNet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			gets.Add(1)
			io.WriteString(w, "a page") // 200 to everything
		}))
		w, _ := start(t, n, "u1", nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if posts.Load() < 12 || gets.Load() != 1 || w.reloads.Load() != 0 {
			t.Errorf("got %d reports, %d attempts to link, %d reloads", posts.Load(), gets.Load(), w.reloads.Load())
		}
		w.agent.mu.Lock()
		defer w.agent.mu.Unlock()
		for what, err := range w.agent.wrong {
			if err != nil {
				t.Errorf("%s: got %v, want no complaint", what, err)
			}
		}
	})
}

func TestAgentWaitsForItsCodebase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		var there atomic.Bool
		repo := repoOf(func() *Registry { return g })
		n := newNet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !there.Load() {
				w.Header().Set("server", "pipy-repo")
				w.WriteHeader(http.StatusNotFound)
				return
			}
			repo.ServeHTTP(w, r)
		}))
		_, stop := start(t, n, "u1", nil)
		time.Sleep(10 * time.Minute)
		there.Store(true)
		time.Sleep(codebase.MaxBackOff)
		synctest.Wait()
		if in, ok := g.Instance("u1"); !ok || !in.Linked {
			t.Errorf("got %+v, want a link soon after the codebase was made", in)
		}
		stop()
		synctest.Wait()
	})
}

func TestAgentSendsItsToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		seen := map[string]string{}
		n := newNet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			seen[r.Method+" "+r.URL.Path] = r.Header.Get("authorization")
			w.WriteHeader(http.StatusForbidden)
		}))
		w, _ := start(t, n, "u1", func(o *AgentOptions) { o.Token = "secret" })
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if seen["POST /repo/app/"] != "Bearer secret" || seen["GET /repo/app/u1"] != "Bearer secret" {
			t.Errorf("got %v", seen)
		}
		w.agent.mu.Lock()
		defer w.agent.mu.Unlock()
		if err := w.agent.wrong["status"]; err == nil || !strings.Contains(err.Error(), "the repo wants a token") {
			t.Errorf("got %v", w.agent.wrong)
		}
	})
}

func TestAgentVerifiesTheRepo(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	server := httptest.NewUnstartedServer(repoOf(func() *Registry { return g }))
	server.StartTLS()
	defer server.Close()
	defer g.Close()
	pool := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	for _, c := range []struct {
		name, host string
		config     *tls.Config
		good       bool
	}{
		{"trusted", "127.0.0.1", &tls.Config{RootCAs: pool}, true},
		{"not trusted", "127.0.0.1", nil, false},
		{"another host name", "localhost", &tls.Config{RootCAs: pool}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := NewAgent(AgentOptions{
				URL: strings.Replace(server.URL, "127.0.0.1", c.host, 1) + "/repo/app/", UUID: c.name, TLS: c.config,
				Status: func() Report { return Report{} },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer a.client.CloseIdleConnections()
			if err := a.report(t.Context()); (err == nil) != c.good {
				t.Errorf("report: got %v", err)
			}
			conn, old, err := a.connect(t.Context())
			if (err == nil) != c.good || old {
				t.Errorf("link: got %v %v", old, err)
			}
			if conn != nil {
				conn.close()
			}
		})
	}
}

func TestBadAgentOptions(t *testing.T) {
	for _, o := range []AgentOptions{{URL: "x", UUID: "u"}, {URL: "http://h/"}, {URL: "http://h/", UUID: "a/b"}, {URL: "ftp://h/", UUID: "u"}} {
		if _, err := NewAgent(o); err == nil {
			t.Errorf("%+v: want an error", o)
		}
	}
}
