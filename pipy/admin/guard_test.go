package admin

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnswersAreHardened(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	for _, target := range []string{"/", "/repo/app/main.js", "/api/v1/repo", "/healthz", "/nonesuch", "/api/v1/nonesuch"} {
		h := b.ask("GET", target, "").Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": contentPolicy,
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: got %s: %q, want %q", target, name, got, want)
			}
		}
	}
}

func TestOddPathsAreRefused(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	for _, target := range []string{"/api/v1/files/a\x00b", `/api/v1/files/..\..\x`, "/repo/app/\x00"} {
		b.want(b.ask("GET", target, ""), http.StatusBadRequest)
	}
}

func TestUnknownCallsAreNotPages(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	b.want(b.ask("GET", "/api/v1/nonesuch", ""), http.StatusNotFound)
	b.want(b.ask("PUT", "/api/v1/session", ""), http.StatusMethodNotAllowed)
	b.want(b.ask("PUT", "/", ""), http.StatusMethodNotAllowed)
	for target, want := range map[string]string{
		"/":                "GET, HEAD",
		"/healthz":         "GET, HEAD",
		"/metrics":         "GET, HEAD",
		"/options":         "GET, HEAD, POST",
		"/api/v1/program":  "GET, HEAD, POST, PATCH, DELETE",
		"/api/v1/nonesuch": "GET, HEAD",
	} {
		w := b.ask("PUT", target, "")
		b.want(w, http.StatusMethodNotAllowed)
		if got := w.Header().Get("Allow"); got != want { // RFC 9110, 15.5.6
			t.Errorf("%s: got allow: %q, want %q", target, got, want)
		}
	}
	file := newBenchOf(t, "127.0.0.1", Options{Mode: ModeFile})
	for _, target := range []string{"/repo", "/repo/app/", "/api/v1/repo", "/api/v1/dump-store"} {
		file.want(file.ask("GET", target, ""), http.StatusNotFound)
	}
}

func TestBigBodiesAreRefused(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	for _, c := range []struct {
		target string
		size   int
	}{
		{"/api/v1/files/big.bin", maxBody + 1},
		{"/api/v1/files", maxName + 1},
		{"/api/v1/program", maxName + 1},
		{"/options", maxOptions + 1},
	} {
		r := httptest.NewRequest("POST", "http://localhost:6060"+c.target, io.LimitReader(zeros{}, int64(c.size)))
		w := httptest.NewRecorder()
		b.http.Handler.ServeHTTP(w, r)
		if w.Code < 400 {
			t.Errorf("%s: got %d for %d bytes", c.target, w.Code, c.size)
		}
	}
	if _, err := os.Stat(filepath.Join(b.dir, "big.bin")); err == nil {
		t.Error("the file was written")
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestChangesAreAudited(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.log")
	b := newBench(t, "0.0.0.0", Access{AdminToken: adminToken, ReaderToken: readerToken, AuditFile: file})
	b.ask("GET", "/api/v1/program", "", bearer(adminToken)...) // not a change
	b.ask("POST", "/repo/app/", "{}", bearer(readerToken)...)  // a report
	b.ask("POST", "/api/v1/program", "/app", bearer(adminToken)...)
	b.ask("DELETE", "/api/v1/program", "", bearer(readerToken)...)
	b.ask("PATCH", "/api/v1/program", "")
	b.ask("POST", "/api/v1/files/a\nb", "x", bearer(adminToken)...)
	b.ask("POST", "/api/v1/repo/app/x.js", "x", bearer(adminToken)...)
	b.login(readerToken)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want one that keeps others out", info.Mode())
	}
	want := []string{
		"admin POST /api/v1/program 201 play /app",
		"reader DELETE /api/v1/program 403 denied: want the role admin, got reader",
		"anonymous PATCH /api/v1/program 401 denied: want a token",
		"admin POST /api/v1/files/a\nb 201 write /a?b",
		"admin POST /api/v1/repo/app/x.js 201 write /x.js of /app",
		"reader POST /api/v1/session 200 logged in",
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(lines), len(want), text)
	}
	for i, line := range lines {
		var l auditLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%s %s %s %d %s", l.Who, l.Method, l.Path, l.Status, l.What)
		if !strings.HasPrefix(got, want[i]) || l.From == "" || l.Time.IsZero() {
			t.Errorf("got %+v, want %q", l, want[i])
		}
	}
	for _, secret := range []string{adminToken, readerToken} {
		if strings.Contains(string(text), secret) {
			t.Error("the audit log holds a token")
		}
	}
}

// TestStreamsOutliveTheLimits: an answer that has no end is not cut, whatever
// the server's limits of time are.
func TestStreamsOutliveTheLimits(t *testing.T) {
	const limit = 50 * time.Millisecond
	over := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		endless(w)
		_ = http.NewResponseController(w).Flush()
		<-over
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request has ended: %v", err)
		}
		fmt.Fprintln(w, "still here")
	})
	s := httptest.NewUnstartedServer(mux)
	s.Config.WriteTimeout, s.Config.ReadTimeout = limit, limit
	s.Start()
	defer s.Close()
	res, err := http.Get(s.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	time.AfterFunc(4*limit, func() { close(over) })
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); line != "still here\n" {
		t.Errorf("got %q and %v", line, err)
	}
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}}
	a.cert, err = x509.ParseCertificate(a.sign(t, a.cert, key))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) sign(t *testing.T, c *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// issue returns a certificate for a name.
func (a *authority) issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	return tls.Certificate{Certificate: [][]byte{a.sign(t, c, key)}, PrivateKey: key}
}

// TestCertificates: without tokens the owner of a certificate is an
// administrator, with them a worker; others do not get as far.
func TestCertificates(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	for _, c := range []struct {
		token  string
		target string
		status int
	}{
		{"", "/api/v1/program", 200},
		{"", "/repo/app/", 200},
		{adminToken, "/api/v1/program", 401},
		{adminToken, "/repo/app/", 200},
	} {
		config := &tls.Config{ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, Certificates: []tls.Certificate{ours.issue(t, "server")}}
		b := newBenchOf(t, "0.0.0.0", Options{Mode: ModeRepo, TLS: config, Access: Access{Certificates: true, AdminToken: c.token}})
		if b.NewToken() != "" {
			t.Error("a token was made up")
		}
		s := b.serve(config)
		ask := func(certs ...tls.Certificate) (*http.Response, error) {
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs}}}
			defer client.CloseIdleConnections()
			r, _ := http.NewRequestWithContext(context.Background(), "GET", s.URL+c.target, nil)
			return client.Do(r)
		}
		if res, err := ask(ours.issue(t, "worker")); err != nil || res.StatusCode != c.status {
			t.Errorf("%+v: got %v and %v", c, res, err)
		}
		if _, err := ask(); err == nil {
			t.Error("want a refusal without a certificate")
		}
		if _, err := ask(others.issue(t, "worker")); err == nil {
			t.Error("want a refusal of a certificate of somebody else")
		}
	}
}
