package api

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/logging"
)

func records(name string) []string {
	var list []string
	for _, r := range logging.LookupHistory(name).Records() {
		list = append(list, string(r))
	}
	return list
}

func TestLoggersMakeRecords(t *testing.T) {
	e := newEngine()
	o := obj("a", 1)
	for _, c := range []struct {
		class string
		args  []any
		out   string
	}{
		{"logging.TextLogger", []any{"x", 1, true, o, event.DataString("data"), Null, nil}, `x 1 true {"a":1} data null undefined`},
		{"logging.JSONLogger", []any{o, "x", 1}, `{"a":1}"x"1`},
		{"logging.BinaryLogger", []any{"x", event.DataString("\x00"), arr(65), nil}, "x\x00A"},
	} {
		l := e.new(t, c.class, c.class)
		want(t, "name", prop(l, "name"), `"`+c.class+`"`)
		e.on(t, l, "log", c.args...)
		got := records(c.class)
		if len(got) == 0 || got[len(got)-1] != c.out { // the history is that of the process
			t.Errorf("%s: got %q, want %q", c.class, got, c.out)
		}
	}
	_, err := e.tryOn(e.new(t, "logging.BinaryLogger", "b"), "log", 1)
	wantError(t, "number", err, "bytes: want a string, a Data or an array of bytes, got 1")
}

func TestLoggerWritesToFile(t *testing.T) {
	e := newEngine()
	path := filepath.Join(t.TempDir(), "log")
	l := e.new(t, "logging.TextLogger", "file of the test")
	if e.on(t, l, "toFile", path, obj("maxFileSize", "1m")) != l {
		t.Error("toFile: want the logger")
	}
	e.on(t, l, "log", "one")
	e.on(t, l, "log", "two")
	if !logging.Flush(10 * time.Second) {
		t.Fatal("not flushed")
	}
	b, err := os.ReadFile(path)
	if got, want := string(b), "one\ntwo\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestLoggerSendsToHTTP(t *testing.T) {
	e := newEngine()
	type request struct{ method, header, body string }
	came := make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		came <- request{r.Method, r.Header.Get("x-a"), string(b)}
	}))
	defer server.Close()
	l := e.new(t, "logging.JSONLogger", "HTTP of the test")
	e.on(t, l, "toHTTP", server.URL, obj("method", "PUT", "headers", obj("x-a", 1), "batch", obj("size", 2, "prefix", "[", "postfix", "]", "separator", ",", "interval", 0, "timeout", 0)))
	e.on(t, l, "log", obj("n", 1))
	e.on(t, l, "log", obj("n", 2))
	if got, want := <-came, (request{"PUT", "1", `[{"n":1},{"n":2}]`}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoggerTrustsGivenCertificates(t *testing.T) {
	e := newEngine()
	came := make(chan string, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		came <- string(b)
	}))
	defer server.Close()
	trusted := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	key, err := keys.Generate("ec", 0, "P-256")
	if err != nil {
		t.Fatal(err)
	}
	own, err := keys.Issue(&keys.Request{Subject: []keys.Entry{{Name: "CN", Value: "logger"}}, From: time.Now(), To: time.Now().Add(time.Hour), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	pemKey, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	for _, options := range []*object{
		obj("trusted", arr(trusted)),
		obj("trusted", arr(&keys.Certificate{X509: server.Certificate()}), "certificate", obj("cert", own, "key", key)),
		obj("trusted", arr(&keys.Chain{Certificates: []*x509.Certificate{server.Certificate()}}), "certificate", obj("cert", string(own.PEM()), "key", string(pemKey))),
	} {
		l := e.new(t, "logging.TextLogger", "HTTPS of the test")
		e.on(t, l, "toHTTP", server.URL, obj("batch", obj("size", 1), "tls", options))
		e.on(t, l, "log", "secret")
		if got := <-came; got != "secret" {
			t.Errorf("got %q, want secret", got)
		}
		want(t, "dropped", prop(l, "dropped"), "0")
	}
}

func TestLoggerErrors(t *testing.T) {
	e := newEngine()
	_, err := e.tryNew("logging.TextLogger")
	wantError(t, "no name", err, "name: want a string, got nothing")
	l := e.new(t, "logging.TextLogger", "errors of the test")
	for _, c := range []struct {
		method string
		args   []any
		err    string
	}{
		{"toFile", nil, "path: want a string, got nothing"},
		{"toFile", []any{"x", obj("rotateInterval", "x")}, `options.rotateInterval: want seconds or a string like "1m", got "x"`},
		{"toHTTP", []any{"http://127.0.0.1/", obj("batch", obj("size", "x"))}, `options.batch.size: want a number, got "x"`},
		{"toHTTP", []any{"https://127.0.0.1/", obj("tls", obj("trusted", arr("x")))}, "options.tls.trusted[0]: want a certificate: got neither PEM nor DER"},
		{"toHTTP", []any{"https://127.0.0.1/", obj("tls", obj("certificate", "x"))}, `options.tls.certificate: want an object of cert and key, got "x"`},
		{"toHTTP", []any{"https://127.0.0.1/", obj("tls", obj("certificate", obj("cert", 5)))}, "options.tls.certificate: cert: want a Certificate or a text in PEM, got 5"},
		{"toHTTP", []any{"https://127.0.0.1/", obj("tls", obj("certificate", obj("cert", &keys.Chain{})))}, "options.tls.certificate: key: want a PrivateKey or a text in PEM, got nothing"},
	} {
		_, err := e.tryOn(l, c.method, c.args...)
		wantError(t, c.err, err, c.err)
	}
	for method, arg := range map[string]string{"toFile": t.TempDir(), "toHTTP": "not a URL", "toSyslog": "LOUD"} {
		if _, err := e.tryOn(l, method, arg); err == nil {
			t.Errorf("%s(%q): want an error", method, arg)
		}
	}
}
