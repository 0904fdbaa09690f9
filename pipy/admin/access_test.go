package admin

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRolesDecideWhatIsAnswered tries each kind of request with each kind of
// credentials.
func TestRolesDecideWhatIsAnswered(t *testing.T) {
	const no, low = http.StatusUnauthorized, http.StatusForbidden
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken, ReaderToken: readerToken})
	for _, c := range []struct {
		method, target              string
		body                        string
		nobody, wrong, reader, full int
	}{
		{"GET", "/healthz", "", 200, 200, 200, 200},
		{"GET", "/readyz", "", 200, 200, 200, 200},
		{"GET", "/", "", 200, 200, 200, 200},
		{"GET", "/api/v1/session", "", 200, 200, 200, 200},
		{"GET", "/api/v1/repo", "", no, no, 200, 200},
		{"GET", "/api/v1/repo/app/main.js", "", no, no, 200, 200},
		{"GET", "/api/v1/files", "", no, no, 200, 200},
		{"GET", "/api/v1/files/main.js", "", no, no, 200, 200},
		{"GET", "/api/v1/program", "", no, no, 200, 200},
		{"GET", "/api/v1/reference.json", "", no, no, 200, 200},
		{"GET", "/api/v1/docs/index.json", "", no, no, 200, 200},
		{"GET", "/pipy.d.ts", "", no, no, 200, 200},
		{"GET", "/options", "", no, no, 200, 200},
		{"GET", "/metrics", "", no, no, 200, 200},
		{"GET", "/repo", "", no, no, 200, 200},
		{"GET", "/repo/app/", "", no, no, 200, 200},
		{"GET", "/repo/app/main.js", "", no, no, 200, 200},
		{"HEAD", "/repo/app/", "", no, no, 200, 200},
		{"POST", "/repo/app/", `{"uuid":"u","version":"1","modules":{}}`, no, no, 201, 201},
		{"POST", "/api/v1/repo/new", "{}", no, no, low, 201},
		{"POST", "/api/v1/repo/app/main.js", "pipy()", no, no, low, 201},
		{"PATCH", "/api/v1/repo/app", `{"version":"2"}`, no, no, low, 201},
		{"DELETE", "/api/v1/repo/new", "", no, no, low, 204},
		{"POST", "/api/v1/program", "/app", no, no, low, 201},
		{"PATCH", "/api/v1/program", "", no, no, low, 201},
		{"DELETE", "/api/v1/program", "", no, no, low, 204},
		{"POST", "/api/v1/files/x.js", "x", no, no, low, 201},
		{"DELETE", "/api/v1/files/x.js", "", no, no, low, 204},
		{"POST", "/api/v1/files", `{"main":"/main.js"}`, no, no, low, 201},
		{"POST", "/options", "--log-level=info", no, no, low, 200},
	} {
		b.gate.throttle = throttle{} // the wrong ones are meant
		for _, who := range []struct {
			name    string
			headers []string
			status  int
		}{
			{"nobody", nil, c.nobody},
			{"wrong", bearer("the-token-of-somebody-else"), c.wrong},
			{"reader", bearer(readerToken), c.reader},
			{"admin", bearer(adminToken), c.full},
		} {
			if w := b.ask(c.method, c.target, c.body, who.headers...); w.Code != who.status {
				t.Errorf("%s %s by %s: got %d with %q, want %d", c.method, c.target, who.name, w.Code, w.Body, who.status)
			}
		}
	}
}

func TestReadersDoNotSeeTrafficOrRunCode(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken, ReaderToken: readerToken})
	for _, target := range []string{"/api/v1/tap", "/api/v1/pprof/cpu", "/admin/x"} {
		r := b.ask("GET", target, "", bearer(readerToken)...)
		if r.Code == http.StatusOK {
			t.Errorf("%s: got 200 for a reader", target)
		}
	}
	b.want(b.ask("POST", "/api/v1/check/app", `{"files":{}}`, bearer(readerToken)...), http.StatusForbidden)
}

func TestLoopbackWithoutTokensIsOpen(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		b := newBench(t, host, Access{})
		b.want(b.ask("POST", "/api/v1/program", "/app"), http.StatusCreated)
		if b.NewToken() != "" {
			t.Errorf("%s: a token was made up", host)
		}
	}
}

func TestTokenIsMadeUpWhereOthersCome(t *testing.T) {
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1"} {
		b := newBench(t, host, Access{})
		b.want(b.ask("GET", "/api/v1/program", "", "Host", "192.0.2.1"), http.StatusUnauthorized)
		if err := CheckToken(b.NewToken()); err != nil {
			t.Fatal(host, err)
		}
		b.want(b.ask("GET", "/api/v1/program", "", bearer(b.NewToken())...), http.StatusOK)
		if other := newBench(t, host, Access{}); other.NewToken() == b.NewToken() {
			t.Error("two servers made up the same token")
		}
	}
}

func TestNobodyIsAdministratorByAnEmptyToken(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	for _, header := range []string{"Bearer ", "Bearer", "bearer  ", "Basic Og==", "Token " + adminToken, adminToken} {
		b.want(b.ask("GET", "/api/v1/program", "", "Authorization", header), http.StatusUnauthorized)
	}
	b.want(b.ask("POST", "/api/v1/session", `{"token":""}`), http.StatusUnauthorized)
	b.want(b.ask("GET", "/api/v1/program", "", "Cookie", b.gate.cookieName()+"="), http.StatusUnauthorized)
}

// TestDNSRebinding: a page of somebody else, whose name was made to resolve to
// our address, sends its own name.
func TestDNSRebinding(t *testing.T) {
	for _, c := range []struct {
		bound, host string
		allow       []string
		ok          bool
	}{
		{"127.0.0.1", "localhost:6060", nil, true},
		{"127.0.0.1", "localhost", nil, true},
		{"127.0.0.1", "LOCALHOST:6060", nil, true},
		{"127.0.0.1", "localhost.:6060", nil, true},
		{"127.0.0.1", "app.localhost", nil, true},
		{"127.0.0.1", "127.0.0.1:6060", nil, true},
		{"127.0.0.1", "[::1]:6060", nil, true},
		{"127.0.0.1", "attacker.example:6060", nil, false},
		{"127.0.0.1", "localhost.attacker.example", nil, false},
		{"127.0.0.1", "notlocalhost", nil, false},
		{"127.0.0.1", "192.0.2.1", nil, false},
		{"127.0.0.1", "", nil, false},
		{"127.0.0.1", "repo.example:6060", []string{"repo.example"}, true},
		{"127.0.0.1", "attacker.example", []string{"repo.example"}, false},
		{"127.0.0.1", "any.example", []string{"*"}, true},
		{"192.0.2.1", "192.0.2.1:6060", nil, true},
		{"192.0.2.1", "192.0.2.2:6060", nil, false},
		{"0.0.0.0", "192.0.2.2:6060", nil, true},
		{"0.0.0.0", "attacker.example", nil, false},
	} {
		b := newBench(t, c.bound, Access{Hosts: c.allow, OpenRepo: true})
		for _, target := range []string{"/", "/repo/app/main.js", "/api/v1/session"} {
			if got := b.ask("GET", target, "", "Host", c.host).Code == http.StatusOK; got != c.ok {
				t.Errorf("%s as %q at %s with %q: got %v, want %v", target, c.host, c.bound, c.allow, got, c.ok)
			}
		}
	}
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	b.want(b.ask("GET", "/api/v1/program", "", append(bearer(adminToken), "Host", "repo.example")...), http.StatusOK)
	b.want(b.ask("GET", "/healthz", "", "Host", "repo.example"), http.StatusOK)
}

// TestCrossSiteRequests: a page of another site makes a browser send what it
// likes, but not hide where it comes from.
func TestCrossSiteRequests(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="}
	for _, c := range []struct {
		headers []string
		ok      bool
	}{
		{nil, true}, // no browser
		{[]string{"Origin", "http://localhost:6060"}, true},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:6060"}, true},
		{[]string{"Sec-Fetch-Site", "none"}, true}, // the address bar
		{[]string{"Origin", "http://attacker.example"}, false},
		{[]string{"Origin", "http://localhost:8080"}, false},
		{[]string{"Origin", "http://localhost:6060.attacker.example"}, false},
		{[]string{"Origin", "null"}, false},
		{[]string{"Sec-Fetch-Site", "cross-site"}, false},
		{[]string{"Sec-Fetch-Site", "same-site"}, false},
	} {
		for _, r := range []struct{ method, target, body string }{
			{"POST", "/api/v1/program", "/app"},
			{"PATCH", "/api/v1/program", ""},
			{"DELETE", "/api/v1/program", ""},
			{"POST", "/api/v1/repo/app/main.js", "pipy()"},
			{"POST", "/api/v1/files/x.js", "x"},
			{"POST", "/options", "--log-level=info"},
		} {
			if w := b.ask(r.method, r.target, r.body, c.headers...); (w.Code < 400) != c.ok {
				t.Errorf("%s %s with %q: got %d", r.method, r.target, c.headers, w.Code)
			}
		}
		w := b.ask("GET", "/api/v1/log/-/pipy_log", "", append(upgrade, c.headers...)...)
		if (w.Code != http.StatusForbidden) != c.ok {
			t.Errorf("upgrade with %q: got %d with %q", c.headers, w.Code, w.Body)
		}
		w = b.ask("GET", "/repo/app/u1", "", append(upgrade, c.headers...)...)
		if !c.ok && w.Code != http.StatusForbidden { // pages of our own have no business there either
			t.Errorf("upgrade of a worker with %q: got %d with %q", c.headers, w.Code, w.Body)
		}
	}
}

func TestCookieDoesNotHelpAnotherSite(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	cookie := b.login(adminToken)
	b.want(b.ask("DELETE", "/api/v1/program", "", "Cookie", cookie), http.StatusNoContent)
	b.want(b.ask("DELETE", "/api/v1/program", "", "Cookie", cookie, "Origin", "http://attacker.example"), http.StatusForbidden)
	b.want(b.ask("GET", "/api/v1/program", "", "Cookie", cookie, "Host", "attacker.example"), http.StatusForbidden)
}

// login returns the cookie of a new session.
func (b *bench) login(token string) string {
	b.Helper()
	w := b.ask("POST", "/api/v1/session", `{"token":"`+token+`"}`)
	b.want(w, http.StatusOK)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return cookie
}

func TestSessions(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken, ReaderToken: readerToken})
	w := b.ask("POST", "/api/v1/session", `{"token":"`+readerToken+`"}`)
	for _, part := range []string{"pipy_session_6060=", "; HttpOnly", "; SameSite=Strict", "; Path=/"} {
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, part) || strings.Contains(got, "Secure") || strings.Contains(got, readerToken) {
			t.Errorf("got cookie %q, want %q in it", got, part)
		}
	}
	if !strings.Contains(w.Body.String(), `"role":"reader"`) {
		t.Errorf("got %s, want the role of a reader", w.Body)
	}
	reader, admin := b.login(readerToken), b.login(adminToken)
	b.want(b.ask("GET", "/api/v1/program", "", "Cookie", reader), http.StatusOK)
	b.want(b.ask("DELETE", "/api/v1/program", "", "Cookie", reader), http.StatusForbidden)
	b.want(b.ask("DELETE", "/api/v1/program", "", "Cookie", admin), http.StatusNoContent)
	b.want(b.ask("DELETE", "/api/v1/session", "", "Cookie", admin), http.StatusNoContent)
	b.want(b.ask("DELETE", "/api/v1/program", "", "Cookie", admin), http.StatusUnauthorized)
	for _, body := range []string{"", "x", `{"token":1}`, `["` + adminToken + `"]`, `{"token":"` + strings.Repeat("x", 8192) + `"}`} {
		b.want(b.ask("POST", "/api/v1/session", body), http.StatusBadRequest)
	}
}

func TestSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sessions{}
		r, _ := http.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "c", Value: s.open(RoleAdmin, time.Now())})
		time.Sleep(sessionLife - time.Second)
		if _, ok := s.find(r, "c"); !ok {
			t.Error("the session has ended early")
		}
		time.Sleep(2 * time.Second)
		if _, ok := s.find(r, "c"); ok {
			t.Error("the session has not ended")
		}
		for range 2 * maxSessions {
			s.open(RoleReader, time.Now())
		}
		if n := len(s.byID); n > maxSessions {
			t.Errorf("got %d sessions, want at most %d", n, maxSessions)
		}
	})
}

func TestSecureCookieUnderTLS(t *testing.T) {
	g := newGate(Access{AdminToken: adminToken}, address("0.0.0.0"), true)
	if c := g.cookie("x"); !c.Secure {
		t.Error("want a cookie that is sent over TLS only")
	}
}

// TestGuessingTokens: whoever is wrong too often is not listened to for a while,
// right or wrong.
func TestGuessingTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(Access{AdminToken: adminToken}, address("0.0.0.0"), false)
		try := func(from, token string) caller {
			r, _ := http.NewRequest("GET", "/", nil)
			r.RemoteAddr = from + ":1"
			r.Header.Set("Authorization", "Bearer "+token)
			return g.identify(r)
		}
		for range maxFailures {
			if c := try("192.0.2.1", "wrong"); c.later || c.role != RoleNone {
				t.Fatalf("got %+v, want a plain refusal", c)
			}
		}
		if c := try("192.0.2.1", adminToken); !c.later || c.role != RoleNone {
			t.Errorf("got %+v, want a delay", c)
		}
		if c := try("192.0.2.2", adminToken); c.role != RoleAdmin {
			t.Errorf("got %+v for somebody else, want an administrator", c)
		}
		time.Sleep(failureWindow + time.Second)
		if c := try("192.0.2.1", adminToken); c.role != RoleAdmin {
			t.Errorf("got %+v after a while, want an administrator", c)
		}
		for range maxFailures { // from all over one network
			try("2001:db8::1", "wrong")
		}
		if c := try("2001:db8::2", adminToken); !c.later {
			t.Errorf("got %+v from the same network, want a delay", c)
		}
		for i := range 2 * maxClients {
			g.throttle.fail(string(rune('a' + i)))
		}
		if n := len(g.throttle.byClient); n > maxClients {
			t.Errorf("got %d clients, want at most %d", n, maxClients)
		}
	})
}

func TestLoginIsThrottled(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	for range maxFailures {
		b.want(b.ask("POST", "/api/v1/session", `{"token":"wrong"}`), http.StatusUnauthorized)
	}
	w := b.ask("POST", "/api/v1/session", `{"token":"`+adminToken+`"}`)
	b.want(w, http.StatusTooManyRequests)
	if w.Header().Get("Retry-After") == "" {
		t.Error("want a header that says when to try again")
	}
	b.want(b.ask("GET", "/api/v1/program", "", bearer(adminToken)...), http.StatusTooManyRequests)
}

// TestOldWorkers send no credentials.
func TestOldWorkers(t *testing.T) {
	open := newBench(t, "0.0.0.0", Access{AdminToken: adminToken, OpenRepo: true})
	closed := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	for _, r := range []struct{ method, target, body string }{
		{"GET", "/repo/app/", ""},
		{"HEAD", "/repo/app/", ""},
		{"GET", "/repo/app/main.js", ""},
		{"POST", "/repo/app/", `{"uuid":"u","version":"1","modules":{}}`},
	} {
		closed.want(closed.ask(r.method, r.target, r.body), http.StatusUnauthorized)
		if w := open.ask(r.method, r.target, r.body); w.Code >= 300 {
			t.Errorf("%s %s: got %d", r.method, r.target, w.Code)
		}
	}
	for _, target := range []string{"/api/v1/repo", "/api/v1/repo/app/main.js", "/metrics", "/api/v1/log", "/api/v1/files"} {
		open.want(open.ask("GET", target, ""), http.StatusUnauthorized)
	}
	open.want(open.ask("POST", "/api/v1/repo/app", `{"version":"9"}`), http.StatusUnauthorized)
}

// TestPagesAreNoWayAround: who asks for a page gets the console, never what
// workers get at the same address.
func TestPagesAreNoWayAround(t *testing.T) {
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken})
	for _, accept := range []string{"text/html", "TEXT/HTML", "*/*, text/html;q=0.1"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
			for _, target := range []string{"/repo", "/repo/app/", "/repo/app/main.js", "/api/v1/repo/app/main.js", "/api/v1/repo", "/metrics"} {
				w := b.ask(method, target, "{}", "Accept", accept)
				if text := w.Body.String(); strings.Contains(text, "pipy()") || strings.Contains(text, "/main.js") || w.Header().Get("ETag") == "1" {
					t.Errorf("%s %s with accept: %s: got %d with %q", method, target, accept, w.Code, text)
				}
				if changes(&http.Request{Method: method}) && w.Code < 400 {
					t.Errorf("%s %s with accept: %s: got %d", method, target, accept, w.Code)
				}
			}
		}
	}
}

func TestUnsuitableTokens(t *testing.T) {
	for token, ok := range map[string]bool{
		"": false, "short": false, "fifteen letters": false, "with a blank in it": false,
		"with-a-\n-line-end": false, "umlaute-äöü-sind-nichts": false, "0123456789abcdef": true,
	} {
		if err := CheckToken(token); (err == nil) != ok {
			t.Errorf("%q: got %v", token, err)
		}
	}
}
