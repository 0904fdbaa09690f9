package peers

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

func start(t *testing.T, kind string) *Peer {
	t.Helper()
	p, err := Start(kind, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func post(t *testing.T, p *Peer, path, body string) string {
	t.Helper()
	res, err := http.Post("http://"+p.Addr()+path, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGoodPeersAnswerWhatNetHTTPUnderstands(t *testing.T) {
	tests := []struct{ kind, body, want string }{
		{"hello", "", "Hi, there!\n"},
		{"echo", "abc", "abc"},
		{"ip", "", "You are requesting /x?y=1 from 127.0.0.1\n"},
		{"text:A", "", "A\n"},
		{"bytes:100", "", string(Pattern(100))},
		{"chunked:2500", "", string(Pattern(2500))},
		{"eof:70", "", string(Pattern(70))},
		{"status:503", "", "status 503"},
		{`raw:HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\x41B`, "", "AB"},
		{"informs", "", "Hi, there!\n"},
		{"dribble", "", "Hi, there!\n"},
		{"once", "", "Hi, there!\n"},
		{"second", "", "Hi, there!\n"},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			p := start(t, tt.kind)
			if got := post(t, p, "/x?y=1", tt.body); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n, _ := p.Count("requests"); n != 1 {
				t.Errorf("requests: got %d, want 1", n)
			}
		})
	}
}

func TestHeadersEchoesTheRequestAsItCame(t *testing.T) {
	p := start(t, "headers")
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wire := "POST /a HTTP/1.1\r\nHoSt: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n"
	io.WriteString(c, wire)
	got, _ := io.ReadAll(c)
	if _, body, _ := bytes.Cut(got, []byte("\r\n\r\n")); string(body) != wire {
		t.Errorf("got %q, want %q", body, wire)
	}
	if string(p.Received()) != wire {
		t.Errorf("received: got %q, want %q", p.Received(), wire)
	}
}

func TestMisbehavingPeersBreakTheExchange(t *testing.T) {
	for _, kind := range []string{"close", "reset", "truncate", "cutchunked", "garbage", "refuse"} {
		t.Run(kind, func(t *testing.T) {
			p := start(t, kind)
			res, err := http.Post("http://"+p.Addr()+"/", "text/plain", nil)
			if err != nil {
				return
			}
			defer res.Body.Close()
			if b, err := io.ReadAll(res.Body); err == nil {
				t.Errorf("want an error, got status %d and body %q", res.StatusCode, b)
			}
		})
	}
}

func TestHoldWaitsForRelease(t *testing.T) {
	p := start(t, "hold")
	done := make(chan string)
	go func() { done <- post(t, p, "/", "") }()
	for n := 0; n == 0; n, _ = p.Count("requests") {
		runtime.Gosched()
	}
	select {
	case got := <-done:
		t.Fatalf("answered %q before the release", got)
	default:
	}
	p.Release()
	if got := <-done; got != Hello {
		t.Errorf("got %q, want %q", got, Hello)
	}
}

func TestStartRefusesAnUnknownKind(t *testing.T) {
	for _, kind := range []string{"nonesuch", "bytes:x", "hello:1", "status:", `raw:\q`} {
		if _, err := Start(kind, "127.0.0.1:0"); err == nil {
			t.Errorf("%s: want an error, got none", kind)
		}
	}
}

func TestGateOpensWhenSomebodyAsksForIt(t *testing.T) {
	p := start(t, "gate")
	waited := make(chan string)
	go func() { waited <- post(t, p, "/a/wait", "") }()
	if got := post(t, p, "/a/go", ""); got != "the gate is open\n" {
		t.Errorf("go: got %q", got)
	}
	if got := <-waited; got != "let through\n" {
		t.Errorf("wait: got %q", got)
	}
	if got := post(t, p, "/a", ""); !strings.HasPrefix(got, "request ") || !strings.Contains(got, " on connection ") {
		t.Errorf("got %q, want the numbers of the request and the connection", got)
	}
}

func TestFlakyFailsSoManyTimes(t *testing.T) {
	p := start(t, "flaky:2")
	for i, want := range []int{503, 503, 200, 503, 503, 200} {
		res, err := http.Get("http://" + p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("request %d: got %d, want %d", i+1, res.StatusCode, want)
		}
	}
}
