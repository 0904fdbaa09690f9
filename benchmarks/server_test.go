package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for _, c := range []struct{ kind, out, want string }{
		{kindNginx, "nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.22\n", "1.22.1"},
		{kindHAProxy, "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nStatus: long-term\n", "2.6.12-1+deb12u4"},
		{kindPipy, "Version     : 0.30.0\nCommit      : abc\n", "0.30.0"},
		{kindPipy, "something else\n", ""},
	} {
		if got := parseVersion(c.kind, c.out); got != c.want {
			t.Errorf("parseVersion(%s, %q): got %q, want %q", c.kind, c.out, got, c.want)
		}
	}
}

func TestEveryScenarioHasItsFiles(t *testing.T) {
	for _, sc := range scenarios {
		for _, path := range []string{"configs/nginx-" + sc.config + ".conf", "configs/haproxy-" + sc.config + ".cfg", "scripts/" + sc.script} {
			if _, err := fs.Stat(files, path); err != nil {
				t.Errorf("%s: %v", sc.name, err)
			}
		}
	}
}

func TestCommandTellsTheServerItsPorts(t *testing.T) {
	st := setup{
		Dir: t.TempDir(), Port: 1111, Origin: 2222, Origin2: 3333, Origin3: 4444, H2Origin: 6666,
		Workers: 2, Connections: 5555, Cert: "/c.pem", Key: "/c.pem.key",
	}
	for _, kind := range []string{kindNginx, kindHAProxy} {
		for _, sc := range scenarios {
			s := &server{Name: kind, Path: "/bin/" + kind, kind: kind}
			argv, _, err := s.command(sc, st, "scripts")
			if err != nil {
				t.Fatalf("%s %s: %v", kind, sc.name, err)
			}
			b, err := os.ReadFile(argv[len(argv)-1])
			if err != nil {
				t.Fatal(err)
			}
			wants := []string{"127.0.0.1:1111", "5555"}
			if sc.tls {
				wants = append(wants, st.Cert)
			}
			if sc.needs == featureH2Upstream {
				wants = append(wants, "127.0.0.1:6666")
			}
			for _, want := range wants {
				if !strings.Contains(string(b), want) {
					t.Errorf("%s %s: want %q in:\n%s", kind, sc.name, want, b)
				}
			}
		}
	}
	s := &server{Name: "pipy", Path: "/bin/pipy", kind: kindPipy}
	argv, env, err := s.command(scenarios[0], st, "scripts")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(argv, " "), "/bin/pipy --reuse-port --threads=2 scripts/hello.js"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := strings.Join(env, " "), "PORT=1111 ORIGIN=2222 ORIGIN_2=3333 ORIGIN_3=4444 H2_ORIGIN=6666 CERT=/c.pem KEY=/c.pem.key"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTransferChecksThatAllBytesArrive(t *testing.T) {
	whole := httptest.NewServer(http.HandlerFunc(bulkOrigin))
	defer whole.Close()
	short := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a client that fails shows below
		fmt.Fprint(w, "short")
	}))
	defer short.Close()
	for _, path := range []string{"/download", "/upload"} {
		if err := transfer(context.Background(), whole.Listener.Addr().String(), path, nil, 1); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := transfer(context.Background(), short.Listener.Addr().String(), path, nil, 1); err == nil {
			t.Errorf("%s: want an error for a short answer", path)
		}
	}
}

func TestRoundTripsShareAConnection(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(bulkOrigin))
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range 3 {
		if err := roundTrip(c, "/"); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
}

func TestFreePortsDiffer(t *testing.T) {
	ports, err := freePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	if ports[0] == ports[1] || ports[1] == ports[2] || ports[0] == ports[2] {
		t.Errorf("got %v, want three different ports", ports)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Setenv(envOther, "")
	for _, args := range [][]string{
		{"-rounds", "0"}, {"-duration", "1500ms"}, {"-duration", "0s"}, {"-run", "("},
		{"-servers", "apache"}, {"-servers", "other"}, {"script.js"}, {"-bogus"},
	} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%q: want an error", args)
		}
	}
	t.Setenv(envOther, "/bin/pipy")
	o, err := parseOptions([]string{"-quick", "-run", "hello|proxy"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.rounds != 1 || strings.Join(o.servers, ",") != "nginx,haproxy,pipy,other" {
		t.Errorf("got %d rounds of %v, want 1 of all four", o.rounds, o.servers)
	}
}

func TestHelpListsTheScenarios(t *testing.T) {
	var out strings.Builder
	if _, err := parseOptions([]string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("got %v, want that of -h", err)
	}
	for _, sc := range scenarios {
		if !strings.Contains(out.String(), "  "+sc.name+" ") || !strings.Contains(out.String(), sc.doc) {
			t.Errorf("want %s and what it is in:\n%s", sc.name, out.String())
		}
	}
}

func TestMissingToolsAreNamedWithTheirPackages(t *testing.T) {
	_, err := findTools("no-such-tool", "taskset")
	if err == nil || !strings.Contains(err.Error(), "no-such-tool") {
		t.Errorf("got %v, want an error that names the tool", err)
	}
}

func TestCommandLineIsQuotedForTheShell(t *testing.T) {
	got := commandLine([]string{"-run", "hello|proxy", "-rounds", "3", "-json", "it's.json"})
	if want := `go run ./benchmarks -run 'hello|proxy' -rounds 3 -json 'it'\''s.json'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
