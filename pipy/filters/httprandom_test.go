package filters

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"pipy/pipy/event"
)

// A randomServer answers each request with its path and what of its body came.
type randomServer struct {
	*httpUpstream
	answered int // bytes of got
}

var httpRequestLength = regexp.MustCompile(`content-length: (\d+)`)

// next returns the answer to the next request that is complete; "" when there is none.
func (s *randomServer) next() string {
	got := s.got.String()[s.answered:]
	head, body, found := strings.Cut(got, "\r\n\r\n")
	if !found {
		return ""
	}
	length := 0
	if m := httpRequestLength.FindStringSubmatch(head); m != nil {
		fmt.Sscan(m[1], &length)
	}
	if len(body) < length {
		return ""
	}
	s.answered += len(got) - len(body) + length
	path := strings.Fields(head)[1]
	return fmt.Sprintf(httpUpstreamOK, len(path), path)
}

// Whatever clients and servers do, the answers a client gets belong to its
// requests, in their order, and nothing is left over.
func TestHTTPProxySurvivesDisorder(t *testing.T) {
	for seed := range int64(400) {
		r := rand.New(rand.NewSource(seed))
		us, client := upstreams(t, "", httpOptions{"maxQueue": float64(r.Intn(4)), "maxMessages": float64(r.Intn(8))})
		servers := map[*httpUpstream]*randomServer{}
		clients := []*httpClientEnd{}
		sent := map[*httpClientEnd][]string{}
		pending := map[*httpClientEnd]string{}
		for range 1 + r.Intn(4) {
			clients = append(clients, client())
		}
		for step := range 150 {
			c := clients[r.Intn(len(clients))]
			switch n := r.Intn(20); {
			case n < 8 && c.end == nil && !c.pipe.Closed():
				path := fmt.Sprintf("/%d-%d", seed, step)
				request := httpGet(path)
				if r.Intn(3) == 0 {
					body := strings.Repeat("x", r.Intn(100))
					if r.Intn(10) == 0 {
						body = strings.Repeat("y", 80<<10)
					}
					request = fmt.Sprintf("%s %s HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%s", []string{"PUT", "POST"}[r.Intn(2)], path, len(body), body)
				}
				sent[c] = append(sent[c], path)
				text := pending[c] + request
				cut := len(text)
				if r.Intn(3) == 0 {
					cut = r.Intn(cut + 1)
				}
				pending[c] = text[cut:]
				if cut > 0 {
					c.send(text[:cut])
				}
			case n < 17 && len(us.all) > 0:
				u := us.all[r.Intn(len(us.all))]
				if u.closed || u.end != nil {
					continue
				}
				if servers[u] == nil {
					servers[u] = &randomServer{httpUpstream: u}
				}
				answer := servers[u].next()
				if answer == "" {
					continue
				}
				if r.Intn(12) == 0 {
					answer = strings.Replace(answer, "\r\n", "\r\nconnection: close\r\n", 1)
				}
				for len(answer) > 0 && !u.closed {
					n := 1 + r.Intn(len(answer))
					u.send(answer[:n])
					answer = answer[n:]
				}
			case n == 17 && len(us.all) > 0 && r.Intn(3) == 0:
				if u := us.all[r.Intn(len(us.all))]; !u.closed && u.end == nil {
					u.finish([]error{nil, event.ConnectionReset, event.IdleTimeout}[r.Intn(3)])
				}
			case n == 18 && r.Intn(8) == 0:
				c.ended()
			case n == 19:
				us.loop.Advance(muxTick)
			}
		}
		for _, c := range clients {
			if !c.pipe.Closed() {
				c.send(pending[c])
			}
		}
		for progress := true; progress; {
			progress = false
			for _, u := range us.all {
				if servers[u] == nil {
					servers[u] = &randomServer{httpUpstream: u}
				}
				for !u.closed && u.end == nil {
					answer := servers[u].next()
					if answer == "" {
						break
					}
					progress = true
					u.send(answer)
				}
			}
		}
		for i, c := range clients {
			complete := c.end == nil && !c.pipe.Closed()
			checkAnswers(t, c.got.String(), sent[c], complete)
			if t.Failed() {
				t.Fatalf("seed %d, client %d", seed, i)
			}
			c.ended()
		}
		us.loop.Advance(defaultMaxIdle + 2*muxTick)
		if n := us.program.Active(); n != 0 {
			t.Fatalf("seed %d: %d pipelines are left", seed, n)
		}
		if len(us.errors) > 0 {
			t.Fatalf("seed %d: reported %q", seed, us.errors)
		}
	}
}

var httpAnswer = regexp.MustCompile(`^HTTP/1.1 (\d+) [^\r]*\r\ncontent-length: (\d+)\r\nconnection: \S+\r\n\r\n`)

// checkAnswers compares what a client got with the requests that it sent.
func checkAnswers(t *testing.T, got string, paths []string, complete bool) {
	t.Helper()
	n := 0
	for ; got != ""; n++ {
		m := httpAnswer.FindStringSubmatch(got)
		if m == nil {
			if complete {
				t.Errorf("no answer: %.200q", got)
			}
			return
		}
		length := 0
		fmt.Sscan(m[2], &length)
		got = got[len(m[0]):]
		if n >= len(paths) {
			t.Errorf("more answers than requests")
			return
		}
		if len(got) < length {
			if complete {
				t.Errorf("answer %d is not complete", n)
			}
			return
		}
		if body := got[:length]; m[1] == "200" && body != paths[n] {
			t.Errorf("answer %d is %q, want %q", n, body, paths[n])
			return
		}
		got = got[length:]
	}
	if complete && n != len(paths) {
		t.Errorf("%d answers to %d requests", n, len(paths))
	}
}
