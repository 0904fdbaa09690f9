package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pipy/pipy/codebase"
)

// fleetRepo is a repo with one codebase, /app, of two files.
type fleetRepo struct {
	*Registry
	links http.Handler

	mu      sync.Mutex
	version int
	text    string
	heads   atomic.Int32
}

func (r *fleetRepo) commit(text string) {
	r.mu.Lock()
	r.version++
	r.text = text
	r.mu.Unlock()
	r.Changed([]string{"/app"})
}

func (r *fleetRepo) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPost || req.Header.Get("upgrade") != "" {
		r.links.ServeHTTP(w, req)
		return
	}
	if req.Method == http.MethodHead {
		r.heads.Add(1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("etag", fmt.Sprint(r.version))
	w.Header().Set("content-type", "text/plain")
	switch req.URL.Path {
	case "/repo/app/":
		fmt.Fprint(w, "/main.js\n/lib.js")
	case "/repo/app/main.js", "/repo/app/lib.js":
		fmt.Fprint(w, r.text)
	default:
		http.NotFound(w, req)
	}
}

// member is one worker: a Remote and an Agent.
type member struct {
	remote *codebase.Remote
	tried  atomic.Int32 // versions
	text   atomic.Pointer[string]
}

// reload does what workers do: a version that is broken does not run.
func (m *member) reload() {
	v, err := m.remote.Load(context.Background())
	if err != nil {
		return
	}
	m.tried.Add(1)
	f, err := v.Files.(interface {
		ReadFile(name string) ([]byte, error)
	}).ReadFile("main.js")
	if err == nil && strings.Contains(string(f), "broken") {
		err = errors.New("main.js:1:1: broken")
	}
	if err == nil {
		text := string(f)
		m.text.Store(&text)
	}
	m.remote.Tried(v, err)
}

// startFleet starts a repo and its workers.
func startFleet(t *testing.T, size int, interval time.Duration) (*fleetRepo, []*member) {
	t.Helper()
	repo := &fleetRepo{Registry: NewRegistry(RegistryOptions{})}
	repo.links = repoOf(func() *Registry { return repo.Registry })
	repo.commit("one")
	server := httptest.NewUnstartedServer(repo)
	server.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		wait.Wait()
		repo.Close()
		server.Close()
	})
	var members []*member
	for i := range size {
		remote, err := codebase.NewRemote(server.URL+"/repo/app/", &codebase.RemoteOptions{Interval: interval})
		if err != nil {
			t.Fatal(err)
		}
		m := &member{remote: remote}
		agent, err := NewAgent(AgentOptions{
			URL: remote.URL(), UUID: fmt.Sprint("u", i), Reload: remote.Poke, Interval: interval,
			Status: func() Report {
				r := Report{}
				if s := remote.State(); s.Error != nil {
					r.Error = s.Error.Error()
				} else {
					r.Version = s.Running
				}
				return r
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		agent.dial = (&net.Dialer{}).DialContext
		remote.OnState(agent.Report)
		m.reload()
		wait.Go(func() { remote.Watch(ctx, m.reload) })
		wait.Go(func() { agent.Run(ctx) })
		members = append(members, m)
	}
	return repo, members
}

// all tells whether a fact holds for all instances of the fleet.
func (r *fleetRepo) all(size int, f func(in Instance) bool) bool {
	list := r.List()
	for _, in := range list {
		if !f(in) {
			return false
		}
	}
	return len(list) == size
}

func TestFleetIsPushedBeforeItPolls(t *testing.T) {
	const size = 50
	repo, members := startFleet(t, size, 1e6*time.Hour) // so that nobody polls
	eventually(t, "all links", func() bool { return repo.all(size, func(in Instance) bool { return in.Linked && in.Version == "1" }) })
	if n := repo.heads.Load(); n != size {
		t.Fatalf("got %d polls, want one for each download at the start", n)
	}

	begin := time.Now()
	repo.commit("two")
	eventually(t, "version 2 everywhere", func() bool {
		for _, m := range members {
			if *m.text.Load() != "two" {
				return false
			}
		}
		return true
	})
	t.Logf("a commit reached %d workers by push in %v", size, time.Since(begin))
	eventually(t, "reports of version 2", func() bool { return repo.all(size, func(in Instance) bool { return in.Version == "2" }) })

	begin = time.Now()
	repo.commit("broken")
	eventually(t, "the reason from everybody", func() bool {
		return repo.all(size, func(in Instance) bool { return in.Error == "version 3 does not run: main.js:1:1: broken" })
	})
	t.Logf("all of them told why the next one is broken in %v", time.Since(begin))
	for i, m := range members {
		if got := *m.text.Load(); got != "two" {
			t.Errorf("worker %d runs %q, want what ran before", i, got)
		}
		m.remote.Poke() // the version is not tried again
	}
	repo.commit("three")
	eventually(t, "version 4 everywhere", func() bool {
		return repo.all(size, func(in Instance) bool { return in.Version == "4" && in.Error == "" })
	})
	for i, m := range members {
		if n := m.tried.Load(); n != 4 {
			t.Errorf("worker %d tried %d versions, want 4", i, n)
		}
	}
}

func TestFleetPollsWhenNobodyPushes(t *testing.T) {
	const size = 50
	repo, members := startFleet(t, size, 100*time.Millisecond)
	eventually(t, "all reports", func() bool { return repo.all(size, func(Instance) bool { return true }) })
	repo.mu.Lock()
	repo.version++
	repo.text = "two"
	repo.mu.Unlock()
	begin := time.Now()
	eventually(t, "version 2 everywhere", func() bool {
		for _, m := range members {
			if *m.text.Load() != "two" {
				return false
			}
		}
		return true
	})
	t.Logf("a commit reached %d workers by polls each 100 ms in %v", size, time.Since(begin))
}
