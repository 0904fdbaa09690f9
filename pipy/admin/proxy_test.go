package admin

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// newProxy returns a proxy for a server.
func newProxy(t *testing.T, host, upstream string, a Access, token string) *bench {
	t.Helper()
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	return newBenchOf(t, host, Options{Mode: ModeProxy, Access: a, Upstream: u, UpstreamToken: token})
}

func TestProxyPassesTokensThrough(t *testing.T) {
	repo := newBench(t, "0.0.0.0", Access{AdminToken: adminToken}).serve(nil)
	p := newProxy(t, "127.0.0.1", repo.URL, Access{}, "")
	p.want(p.ask("GET", "/api/v1/repo", ""), http.StatusUnauthorized)
	p.want(p.ask("GET", "/api/v1/repo", "", bearer(adminToken)...), http.StatusOK)
	p.want(p.ask("POST", "/api/v1/repo/new", "{}", append(bearer(adminToken), "Origin", "http://localhost:6060", "Sec-Fetch-Site", "same-origin")...), http.StatusCreated)
	cookie := p.login(adminToken)
	p.want(p.ask("GET", "/repo/app/", "", "Cookie", cookie), http.StatusOK)
	p.want(p.ask("GET", "/metrics", "", "Cookie", cookie), http.StatusOK)
	w := p.ask("GET", "/", "")
	p.want(w, http.StatusOK)
	if n := len(w.Header().Values("Content-Security-Policy")); n != 1 {
		t.Errorf("got %d policies", n)
	}
}

// TestProxyIsNoWayIn: what the proxy may do, others may not do through it.
func TestProxyIsNoWayIn(t *testing.T) {
	repo := newBench(t, "0.0.0.0", Access{AdminToken: adminToken}).serve(nil)
	local := newProxy(t, "127.0.0.1", repo.URL, Access{}, adminToken)
	local.want(local.ask("GET", "/api/v1/repo", ""), http.StatusOK)
	local.want(local.ask("GET", "/api/v1/repo", "", "Host", "attacker.example"), http.StatusForbidden)
	local.want(local.ask("POST", "/api/v1/repo/new", "{}", "Origin", "http://attacker.example"), http.StatusForbidden)
	local.want(local.ask("POST", "/api/v1/repo/new", "{}", "Origin", repo.URL), http.StatusForbidden)
	for _, p := range []*bench{
		newProxy(t, "0.0.0.0", repo.URL, Access{}, adminToken),
		newProxy(t, "0.0.0.0", newBench(t, "127.0.0.1", Access{}).serve(nil).URL, Access{}, ""),
	} {
		for _, target := range []string{"/api/v1/repo", "/repo/app/", "/metrics", "/options"} {
			p.want(p.ask("GET", target, ""), http.StatusUnauthorized)
		}
		p.want(p.ask("GET", "/api/v1/repo", "", bearer(p.NewToken())...), http.StatusOK)
		if got := p.ask("GET", "/api/v1/session", "").Body.String(); !strings.Contains(got, `"role":"none"`) {
			t.Errorf("got %s", got)
		}
		cookie := p.login(p.NewToken())
		if got := p.ask("GET", "/api/v1/session", "", "Cookie", cookie).Body.String(); !strings.Contains(got, `"role":"admin"`) {
			t.Errorf("got %s", got)
		}
	}
	reading := newProxy(t, "0.0.0.0", repo.URL, Access{ReaderToken: readerToken}, adminToken)
	var info sessionInfo
	w := reading.ask("GET", "/api/v1/session", "", bearer(readerToken)...)
	if err := json.Unmarshal(w.Body.Bytes(), &info); err != nil || info.Role != "reader" || !info.ReadOnly || info.Mode != ModeRepo {
		t.Errorf("got %s and %v", w.Body, err)
	}
	reading.want(reading.ask("POST", "/api/v1/repo/new", "{}", bearer(readerToken)...), http.StatusForbidden)
}

func TestProxyOfAnOlderRepo(t *testing.T) {
	old := httptest.NewServer(http.NotFoundHandler())
	defer old.Close()
	p := newProxy(t, "127.0.0.1", old.URL, Access{}, "")
	if got := p.ask("GET", "/api/v1/session", "").Body.String(); !strings.Contains(got, `"mode":"proxy","role":"admin","authRequired":false`) {
		t.Errorf("got %s", got)
	}
	old.Close()
	p.want(p.ask("GET", "/api/v1/repo", ""), http.StatusBadGateway)
}

// TestProxyCarriesWebsockets lets a client and a server talk through the proxy.
func TestProxyCarriesWebsockets(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString("got " + line)
		_ = rw.Flush()
	}))
	defer echo.Close()
	s := newProxy(t, "127.0.0.1", echo.URL, Access{}, "").serve(nil)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Write([]byte("GET /api/v1/log//x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v and %v", res, err)
	}
	_, _ = conn.Write([]byte("hello\n"))
	if line, err := r.ReadString('\n'); line != "got hello\n" {
		t.Errorf("got %q and %v", line, err)
	}
}
