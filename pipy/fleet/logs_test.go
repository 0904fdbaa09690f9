package fleet

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"pipy/pipy/logging"
)

var logNumber atomic.Int32

// logName returns the name of a log that nothing was written to yet.
func logName(t *testing.T) string { return fmt.Sprint(t.Name(), logNumber.Add(1)) }

func TestBrowserWatchesTheLogOfAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := logName(t)
		logger := logging.NewLogger(name)
		logger.Log([]byte("before"))
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		_, stop := start(t, n, "u1", nil)
		synctest.Wait()
		path := "/api/v1/log/u1/" + name
		first := mustOpen(t, n.dial, path)
		first.send("watch\n")
		first.expect("before\n")
		logger.Log([]byte("one"))
		first.expect("one\n")

		second := mustOpen(t, n.dial, path)
		second.send("watch\n")
		second.expect("before\none\n")
		logger.Log([]byte("two"))
		first.expect("two\n")
		second.expect("two\n")

		// The last one who leaves turns it off.
		first.conn.Close()
		synctest.Wait()
		logger.Log([]byte("three"))
		second.expect("three\n")
		second.conn.Close()
		synctest.Wait()
		g.mu.Lock()
		if w := g.instances["u1"].watches; len(w) > 0 || g.viewers != 0 {
			t.Errorf("got %v and %d viewers, want none", w, g.viewers)
		}
		g.mu.Unlock()
		stop()
		synctest.Wait()
	})
}

func TestLogsGoOnWhenTheLinkIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := logName(t)
		logger := logging.NewLogger(name)
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		_, stop := start(t, n, "u1", nil)
		synctest.Wait()
		p := mustOpen(t, n.dial, "/api/v1/log/u1/"+name)
		p.send("watch")
		p.expect("")
		logger.Log([]byte("one"))
		p.expect("one\n")
		g.mu.Lock()
		g.instances["u1"].link.conn.close()
		g.mu.Unlock()
		time.Sleep(2 * reportInterval)
		synctest.Wait()
		logger.Log([]byte("two"))
		p.expect("two\n")
		p.conn.Close()
		stop()
		synctest.Wait()
	})
}

func TestCommandsAboutLogsAreThoseOfNewerReleases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		worker := mustOpen(t, n.dial, "/repo/app/u1")
		worker.send("")
		synctest.Wait()
		viewer := mustOpen(t, n.dial, "/api/v1/log/u1/pipy_log")
		viewer.send("watch\n")
		worker.expect("log/on/pipy_log")
		worker.expect("log/tail/pipy_log")
		worker.send("log/pipy_log\nthis line is in the tail too")
		worker.send("log-tail/pipy_log\nold\nthis line is in the tail too\n")
		worker.send("log/pipy_log\nnew")
		worker.send("log/other\nnot asked for")
		worker.send("log/pipy_log\nnewer\n")
		viewer.expect("old\nthis line is in the tail too\n")
		viewer.expect("new\n")
		viewer.expect("newer\n")
		viewer.conn.Close()
		worker.expect("log/off/pipy_log")
		worker.conn.Close()
		synctest.Wait()
	})
}

func TestBrowserWatchesTheLogOfTheRepo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := logName(t)
		logger := logging.NewLogger(name)
		logger.Log([]byte("before"))
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		p := mustOpen(t, n.dial, "/api/v1/log/-/"+name)
		p.send("watch\n")
		p.expect("before\n")
		logger.Log([]byte("one"))
		p.expect("one\n")
		p.conn.Close()
		synctest.Wait()
	})
}

func TestViewersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{MaxViewers: 1})
		n := newNet(t, repoOf(func() *Registry { return g }))
		report(g, "/app", `{"uuid":"u1"}`)
		for _, c := range []struct {
			path, origin string
			want         ws.StatusError
		}{
			{"/api/v1/log/u1/x", "http://elsewhere", 403},
			{"/api/v1/log/u1/x", "null", 403},
			{"/api/v1/log/unknown/x", "", 404},
			{"/api/v1/log/-/unknown", "", 404},
			{"/api/v1/log/u1/x%0Ay", "", 404},
		} {
			h := http.Header{}
			if c.origin != "" {
				h.Set("origin", c.origin)
			}
			if _, err := open(t, n.dial, c.path, h); err != c.want {
				t.Errorf("%+v: got %v", c, err)
			}
		}
		if len(g.instances) != 1 {
			t.Error("want nobody to become an instance by being asked for")
		}
		p, err := open(t, n.dial, "/api/v1/log/u1/x", http.Header{"Origin": {"http://repo:6060"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, n.dial, "/api/v1/log/u1/x", nil); err != ws.StatusError(503) {
			t.Errorf("got %v, want 503", err)
		}
		p.send("something else")
		p.expect("")
		synctest.Wait()
		q := mustOpen(t, n.dial, "/api/v1/log/u1/x")
		time.Sleep(ioTimeout) // it does not say what it wants
		q.expect("")
		synctest.Wait()
	})
}

func TestAgentKeepsItsLogsToItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := logName(t)
		logging.NewLogger(name).Log([]byte("secret"))
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		w, stop := start(t, n, "u1", func(o *AgentOptions) { o.NoLogs = true })
		w.mu.Lock()
		w.report.Logs = []string{name}
		w.mu.Unlock()
		w.agent.Report()
		synctest.Wait()
		p := mustOpen(t, n.dial, "/api/v1/log/u1/"+name)
		p.send("watch\n")
		got := make(chan string, 1)
		go func() { got <- p.next() }()
		time.Sleep(time.Minute)
		select {
		case text := <-got:
			t.Errorf("got %q", text)
		default:
		}
		if in, _ := g.Instance("u1"); len(in.Logs) > 0 {
			t.Errorf("got %v", in.Logs)
		}
		p.conn.Close()
		stop()
		synctest.Wait()
	})
}

func TestFollowerIsBounded(t *testing.T) {
	name := logName(t)
	logger := logging.NewLogger(name)
	entered, release := make(chan struct{}), make(chan struct{})
	texts := make(chan string, 3)
	stop := follow(logging.LookupHistory(name), true, func(tail bool, text []byte) bool {
		if tail {
			close(entered)
			<-release // the network is slow
			return true
		}
		texts <- string(text)
		return true
	})
	<-entered
	record := strings.Repeat("x", 1023)
	for range maxFollow/1024 + 50 {
		logger.Log([]byte(record))
	}
	close(release)
	text := <-texts
	stop()
	if want := "(50 records were dropped: too many at a time)\n"; !strings.HasSuffix(text, want) || len(text) != maxFollow+len(want) {
		t.Errorf("got %d bytes that end in %q", len(text), text[len(text)-60:])
	}
}

func TestTailIsBounded(t *testing.T) {
	var records [][]byte
	for i := range 3000 {
		records = append(records, fmt.Appendf(nil, "%01023d", i))
	}
	text := joinTail(records)
	if len(text) != maxTail || !strings.HasSuffix(string(text), "2999\n") {
		t.Errorf("got %d bytes", len(text))
	}
}
