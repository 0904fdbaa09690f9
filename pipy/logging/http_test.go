package logging

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// server is a collector without a network, that notes what came when.
type server struct {
	mu       sync.Mutex
	start    time.Time
	requests []string
	err      error
	status   int
	stuck    chan struct{} // nil: answers at once
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	if s.stuck != nil {
		select {
		case <-s.stuck:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, fmt.Sprintf("%v %s", time.Since(s.start), body))
	if s.err != nil {
		return nil, s.err
	}
	return &http.Response{StatusCode: s.status, Status: fmt.Sprint(s.status), Body: http.NoBody, Request: r}, nil
}

func (s *server) want(t *testing.T, requests ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.requests, requests) {
		t.Errorf("got %q, want %q", s.requests, requests)
	}
	s.requests = nil
}

// withCollector runs a test in virtual time.
func withCollector(t *testing.T, o HTTPOptions, f func(t *testing.T, c Target, s *server)) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{start: time.Now(), status: 200}
		c, err := openHTTP("http://collector/log", o, s)
		if err != nil {
			t.Fatal(err)
		}
		f(t, c, s)
		c.Close()
		synctest.Wait()
		if _, there := open.targets[c]; there {
			t.Error("the target is still open")
		}
	})
}

func TestHTTPSendsBatches(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options HTTPOptions
		writes  string // records; + lets a second pass
		want    []string
	}{
		{"by size", HTTPOptions{BatchSize: 2}, "a b c d e + +", []string{"0s ab", "0s cd"}},
		{"by idle time", HTTPOptions{Timeout: 2 * time.Second}, "a + b + c + + +", []string{"4s abc"}},
		{"by interval", HTTPOptions{Interval: 3 * time.Second}, "a + b + c + + d + + + +", []string{"0s a", "3s bc", "6s d"}},
		{"interval and idle time", HTTPOptions{Interval: 5 * time.Second, Timeout: time.Second}, "a + b + + c + d + + +", []string{"0s a", "2s b", "4s c", "5s d"}},
		{"framed", HTTPOptions{BatchSize: 3, Prefix: "[", Separator: ",", Postfix: "]"}, "1 2 3", []string{"0s [1,2,3]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withCollector(t, tt.options, func(t *testing.T, c Target, s *server) {
				for _, w := range strings.Fields(tt.writes) {
					if w == "+" {
						time.Sleep(time.Second)
					} else {
						c.Write([]byte(w))
					}
					synctest.Wait()
				}
				s.want(t, tt.want...)
			})
		})
	}
}

func TestHTTPRepeatsUntilAnswered(t *testing.T) {
	old := std
	defer func() { std = old }()
	withCollector(t, HTTPOptions{BatchSize: 1}, func(t *testing.T, c Target, s *server) {
		l, m := testLog()
		std = l
		s.err = errors.New("refused")
		c.Write([]byte("a"))
		c.Write([]byte("b"))
		time.Sleep(11 * time.Second)
		synctest.Wait()
		s.mu.Lock()
		s.err = nil
		s.mu.Unlock()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		s.want(t, "0s a", "5s a", "10s a", "15s a", "15s b")
		if len(m.lines) != 1 || !strings.Contains(m.lines[0], "[WRN] [log] cannot send to http://collector/log") {
			t.Errorf("got %q, want one line", m.lines)
		}
	})
}

func TestHTTPReportsBadAnswerOnce(t *testing.T) {
	old := std
	defer func() { std = old }()
	withCollector(t, HTTPOptions{BatchSize: 1}, func(t *testing.T, c Target, s *server) {
		l, m := testLog()
		std = l
		s.status = 503
		c.Write([]byte("a"))
		c.Write([]byte("b"))
		synctest.Wait()
		s.want(t, "0s a", "0s b")
		if len(m.lines) != 1 || !strings.Contains(m.lines[0], "503") {
			t.Errorf("got %q, want one line", m.lines)
		}
		if c.Dropped() != 0 {
			t.Errorf("dropped %d, want 0: there was an answer", c.Dropped())
		}
	})
}

func TestHTTPDropsWhenBufferIsFull(t *testing.T) {
	withCollector(t, HTTPOptions{BatchSize: 1, BufferLimit: 3 * (recordCost + 1)}, func(t *testing.T, c Target, s *server) {
		s.stuck = make(chan struct{})
		for _, r := range []string{"a", "b", "c", "d", "e"} {
			c.Write([]byte(r))
			synctest.Wait()
		}
		if c.Dropped() != 2 {
			t.Errorf("dropped %d, want 2", c.Dropped())
		}
		close(s.stuck)
		synctest.Wait()
		c.Write([]byte("f"))
		synctest.Wait()
		s.want(t, "0s a", "0s b", "0s c", "0s f")
	})
}

func TestHTTPFlushSendsIncompleteBatch(t *testing.T) {
	withCollector(t, HTTPOptions{}, func(t *testing.T, c Target, s *server) {
		if !c.Flush(0) {
			t.Error("nothing to flush, but not done")
		}
		c.Write([]byte("a"))
		if !c.Flush(time.Second) {
			t.Error("not flushed")
		}
		s.want(t, "0s a")
		s.stuck = make(chan struct{})
		c.Write([]byte("b"))
		if c.Flush(time.Second) {
			t.Error("flushed to one that does not answer")
		}
		close(s.stuck)
	})
}

func TestHTTPCloseSendsTheRestOnce(t *testing.T) {
	old := std
	defer func() { std = old }()
	std, _ = testLog()
	withCollector(t, HTTPOptions{Timeout: time.Hour}, func(t *testing.T, c Target, s *server) {
		c.Write([]byte("a"))
		c.Close()
		c.Write([]byte("late"))
		synctest.Wait()
		s.want(t, "0s a")
	})
	withCollector(t, HTTPOptions{BatchSize: 1}, func(t *testing.T, c Target, s *server) {
		s.err = errors.New("refused")
		c.Write([]byte("a"))
		c.Write([]byte("b"))
		time.Sleep(time.Second)
		c.Close() // does not wait for the next attempt
		synctest.Wait()
		s.want(t, "0s a", "1s a", "1s b")
		if c.Dropped() != 2 {
			t.Errorf("dropped %d, want 2", c.Dropped())
		}
	})
}

func TestHTTPSpeaksHTTP(t *testing.T) {
	type seen struct{ line, host, kind, agent, body string }
	got := make(chan seen, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- seen{r.Method + " " + r.URL.Path, r.Host, r.Header.Get("Content-Type"), r.Header.Get("User-Agent"), string(body)}
	}))
	defer s.Close()
	o := DefaultHTTPOptions()
	o.Method = "PUT"
	o.Headers = map[string]string{"content-type": "application/json", "Host": "logs"}
	c, err := OpenHTTP(s.URL+"/log", o)
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("{}"))
	if want := (seen{"PUT /log", "logs", "application/json", "", "{}"}); <-got != want {
		t.Errorf("want %+v", want)
	}
	c.Flush(time.Minute)
	c.Close()
}

func TestHTTPRefusesBadOptions(t *testing.T) {
	for _, tt := range []struct {
		url    string
		method string
	}{
		{"", "POST"}, {"collector", "POST"}, {"ftp://collector", "POST"}, {"http://", "POST"},
		{"http://collector:x", "POST"}, {"http://collector", "bad method"},
	} {
		if _, err := OpenHTTP(tt.url, HTTPOptions{Method: tt.method}); err == nil {
			t.Errorf("%s %q: want an error", tt.method, tt.url)
		}
	}
}
