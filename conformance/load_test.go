package conformance

import (
	"flag"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// load is steady traffic in the background.
type load struct {
	stop   chan struct{}
	wg     sync.WaitGroup
	count  atomic.Int64
	mu     sync.Mutex
	errors []string // Guarded by mu.
}

const loadUsage = "usage: load start [-c N] [-fresh] NAME URL, or load stop [-min N] NAME"

// cmdLoad: load start [-c N] [-fresh] NAME URL and load stop [-min N] NAME.
func cmdLoad(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "load")
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	n := flags.Int("c", 4, "")
	flags.IntVar(n, "min", 4, "")
	fresh := flags.Bool("fresh", false, "")
	words := parseFlags(ts, flags, args)
	switch {
	case len(words) == 3 && words[0] == "start":
		startLoad(ts, words[1], words[2], *n, *fresh)
	case len(words) == 2 && words[0] == "stop":
		stopLoad(ts, words[1], *n)
	default:
		ts.Fatalf("%s", loadUsage)
	}
}

func startLoad(ts *testscript.TestScript, name, rawURL string, clients int, fresh bool) {
	u, err := url.Parse(rawURL)
	ts.Check(err)
	l := &load{stop: make(chan struct{})}
	stateOf(ts).loads[name] = l
	for range clients {
		l.wg.Add(1)
		go func() { defer l.wg.Done(); l.client(u, fresh) }()
	}
	if !poll(func() bool { return l.count.Load() >= int64(clients) || l.failed() }) {
		ts.Fatalf("load %s: no answers", name)
	}
}

// client asks again and again. A connection that the server closes after it
// has announced it is replaced; any other end is an error.
func (l *load) client(u *url.URL, fresh bool) {
	req := requestBytes("GET", u, httpFlags{protocol: "HTTP/1.1"})
	var s *session
	for {
		select {
		case <-l.stop:
			if s != nil {
				s.Close()
			}
			return
		default:
		}
		if s == nil {
			c, err := dial(u.Host)
			if err != nil {
				l.fail(err)
				return
			}
			s = c
		}
		ok, last := l.ask(s, req)
		if !ok {
			s.Close()
			return
		}
		if last || fresh {
			s.Close()
			s = nil
		}
	}
}

// ask sends one request; last says that the connection must not be used again.
func (l *load) ask(s *session, req []byte) (ok, last bool) {
	idle := l.count.Load() > 0
	if _, err := s.Write(req); err != nil {
		l.fail(err)
		return false, true
	}
	res, err := s.read("GET")
	if err != nil && len(res.wire) == 0 && idle && s.used {
		// A server may close an idle connection at any time; a client that
		// sees no byte of an answer may ask again (RFC 9112, 9.3.1).
		return true, true
	}
	if err == nil && (res.cut || res.status >= 500) {
		err = fmt.Errorf("got %q", res.wire)
	}
	if err != nil {
		l.fail(err)
		return false, true
	}
	s.used = true
	l.count.Add(1)
	return true, res.field("connection") == "close"
}

func (l *load) fail(err error) {
	l.mu.Lock()
	l.errors = append(l.errors, err.Error())
	l.mu.Unlock()
}

func (l *load) failed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.errors) > 0
}

func (l *load) end() {
	close(l.stop)
	l.wg.Wait()
}

func stopLoad(ts *testscript.TestScript, name string, min int) {
	st := stateOf(ts)
	l := st.loads[name]
	if l == nil {
		ts.Fatalf("no load %s", name)
	}
	poll(func() bool { return l.count.Load() >= int64(min) || l.failed() })
	delete(st.loads, name)
	l.end()
	if l.failed() {
		ts.Fatalf("load %s: %d answers, %d clients failed, the first: %s", name, l.count.Load(), len(l.errors), l.errors[0])
	}
	if n := l.count.Load(); n < int64(min) {
		ts.Fatalf("load %s: want %d answers, got %d", name, min, n)
	}
	ts.Logf("load %s: %d answers", name, l.count.Load())
}
