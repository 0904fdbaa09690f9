package codebase

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServersCertificateIsVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "pipy()") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate()) // of 127.0.0.1 and example.com
	otherName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for _, c := range []struct {
		name, url string
		config    *tls.Config
		fails     string
	}{
		{"trusted", server.URL, &tls.Config{RootCAs: pool}, ""},
		{"not trusted", server.URL, nil, "--tls-trusted"},
		{"another host name", otherName, &tls.Config{RootCAs: pool}, "localhost"},
		{"verification switched off", otherName, &tls.Config{InsecureSkipVerify: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewRemote(c.url+"/x.js", &RemoteOptions{TLS: c.config})
			if err != nil {
				t.Fatal(err)
			}
			defer r.client.CloseIdleConnections()
			_, err = r.Load(t.Context())
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("got %v, want %q", err, c.fails)
			}
		})
	}
}

func TestRedirectToPlainHTTPIsRefused(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "pipy()") }))
	defer plain.Close()
	server := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/x.js", http.StatusFound))
	defer server.Close()
	r, err := NewRemote(server.URL+"/x.js", &RemoteOptions{TLS: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "want to stay with https") {
		t.Errorf("got %v", err)
	}
}
