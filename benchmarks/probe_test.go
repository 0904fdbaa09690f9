package main

import (
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// startTLS serves h over TLS with an identity of its own, which it returns with
// the address.
func startTLS(t *testing.T, h http.HandlerFunc, change func(*tls.Config)) (*identity, string) {
	t.Helper()
	id, err := newIdentity(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(id.cert, id.key)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if change != nil {
		change(srv.TLS)
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return id, srv.Listener.Addr().String()
}

func TestProbeWantsTheConstantAnswer(t *testing.T) {
	for body, ok := range map[string]bool{helloBody: true, "No handler": false} {
		answer := func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }
		plain := httptest.NewUnstartedServer(http.HandlerFunc(answer))
		plain.Config.Protocols = new(http.Protocols)
		plain.Config.Protocols.SetHTTP1(true)
		plain.Config.Protocols.SetUnencryptedHTTP2(true)
		plain.Start()
		id, secure := startTLS(t, answer, nil)
		for addr, p := range map[string][]probe{
			plain.Listener.Addr().String(): {{path: "/"}, {path: "/", h2: true}},
			secure:                         {{path: "/", tls: id.client}},
		} {
			for _, p := range p {
				if _, err := p.get(t.Context(), addr); (err == nil) != ok {
					t.Errorf("answer %q, HTTP/2 %v, TLS %v: got %v", body, p.h2, p.tls != nil, err)
				}
			}
		}
		plain.Close()
	}
}

func TestProbeSpeaksHTTP2WithoutHTTP1(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, helloBody)
	}))
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	defer srv.Close()
	if _, err := (probe{path: "/", h2: true}).get(t.Context(), srv.Listener.Addr().String()); err != nil {
		t.Error(err)
	}
}

func TestProbeWantsJSONCompressed(t *testing.T) {
	for _, c := range []struct {
		coding string
		ok     bool
	}{{"gzip", true}, {"", false}} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c.coding == "" || r.Header.Get("Accept-Encoding") != "gzip" {
				_, _ = w.Write(jsonBody) // the probe tells
				return
			}
			w.Header().Set("Content-Encoding", c.coding)
			z := gzip.NewWriter(w)
			_, _ = z.Write(jsonBody)
			_ = z.Close()
		}))
		size, err := probe{path: "/data.json", gzip: true}.get(t.Context(), srv.Listener.Addr().String())
		if (err == nil) != c.ok {
			t.Errorf("coding %q: got %v", c.coding, err)
		}
		if c.ok && (size == 0 || size >= len(jsonBody)) {
			t.Errorf("got %d bytes, want fewer than %d", size, len(jsonBody))
		}
		srv.Close()
	}
}

func TestJSONBodyIsADocumentOf20KB(t *testing.T) {
	if !json.Valid(jsonBody) || len(jsonBody) < 20_000 || len(jsonBody) > 20_300 {
		t.Errorf("got %d bytes, valid %v", len(jsonBody), json.Valid(jsonBody))
	}
}

func TestHandshakesAreFullOrResumed(t *testing.T) {
	id, addr := startTLS(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, helloBody) }, nil)
	for _, resume := range []bool{false, true} {
		list := newHandshakers(addr, id.client, resume)[:2]
		for _, h := range list {
			if err := h.prime(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := shake(t.Context(), list, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.times) != 2 || got.errors != 0 || got.percentile(0) > got.percentile(1) {
			t.Errorf("resume %v: got %+v, want one good connection of each", resume, got)
		}
	}
}

func TestServersThatDoNotResumeAreMarked(t *testing.T) {
	id, addr := startTLS(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, helloBody) },
		func(c *tls.Config) { c.SessionTicketsDisabled = true })
	err := newHandshakers(addr, id.client, true)[0].prime(t.Context())
	if _, ok := errors.AsType[cannot](err); !ok {
		t.Errorf("got %v, want that it cannot", err)
	}
}

func TestHandshakesThatFailAreCounted(t *testing.T) {
	id, addr := startTLS(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "something else") }, nil)
	got, err := shake(t.Context(), newHandshakers(addr, id.client, false)[:1], 0)
	if err != nil {
		t.Fatal(err)
	}
	if got.errors != 1 || got.err == nil || len(got.times) != 0 {
		t.Errorf("got %+v, want an error", got)
	}
}

func TestTransferReadsOverTLS(t *testing.T) {
	id, addr := startTLS(t, bulkOrigin, nil)
	if err := transfer(t.Context(), addr, "/download", id.client, 1); err != nil {
		t.Error(err)
	}
}
