package fleet

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
)

// oldLink is what a 0.30 worker sends to open its link: without a host, and with
// the same key each time.
const oldLink = "GET /repo/app/ HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
	"sec-websocket-key: j+JGffEjUVnDfyNvq02pAw==\r\nsec-websocket-version: 13\r\n\r\n"

// openOld opens the link of a 0.30 worker with a server on a real port.
func openOld(t *testing.T, address string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, oldLink); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(c)
	res, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if accept := res.Header.Get("sec-websocket-accept"); res.StatusCode != 101 || accept != "7iK22eNYljwIW4H+PggCxFEcctw=" {
		t.Fatalf("got %s, accept %q, want 101 and the answer to the key", res.Status, accept)
	}
	return &peer{t: t, conn: c, reader: br, state: ws.StateClientSide}
}

// serve opens a real port for a registry, and returns its address.
func serve(t *testing.T, g *Registry) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: repoOf(func() *Registry { return g })}
	go server.Serve(Listener(l))
	t.Cleanup(func() { server.Close(); g.Close() })
	return l.Addr().String()
}

// eventually polls for a state.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("gave up waiting for %s", what)
}

func postTo(t *testing.T, address, body string) {
	t.Helper()
	res, err := http.Post("http://"+address+"/repo/app/", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("got %s", res.Status)
	}
}

func TestOldWorkerSendsMetricsOverItsLink(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	address := serve(t, g)
	postTo(t, address, oldReport)
	p := openOld(t, address)
	p.send(`{"uuid":"5409a244","metrics":` + firstFrame + `}`)
	p.send(`{"uuid":"5409a244","metrics":` + secondFrame + `}`)
	eventually(t, "the second frame", func() bool {
		s, _ := g.Sum("/app")
		return strings.Contains(text(t, s), "pipy_object_count 216")
	})
	g.Changed([]string{"/app"}) // is nothing for it

	// The next link begins anew.
	p.conn.Close()
	p = openOld(t, address)
	p.send(`{"uuid":"5409a244","metrics":[{"k":"c","l":"","t":"Counter","v":7}]}`)
	eventually(t, "the frame of the new link", func() bool {
		s, _ := g.Sum("/app")
		return text(t, s) == "c 7"
	})
}

func TestFramesThatBelongToNobodyEndTheLink(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	address := serve(t, g)
	postTo(t, address, oldReport)
	for name, frames := range map[string][]string{
		"of an unknown instance": {`{"uuid":"x","metrics":[]}`},
		"of two instances":       {`{"uuid":"5409a244","metrics":[]}`, `{"uuid":"x","metrics":[]}`},
		"junk":                   {`{`},
		"out of order":           {`{"uuid":"5409a244","metrics":[1]}`},
	} {
		t.Run(name, func(t *testing.T) {
			p := openOld(t, address)
			for _, f := range frames {
				p.send(f)
			}
			p.expect("")
		})
	}
}

func TestNewerWorkerIsToldOfNewVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		n := newNet(t, repoOf(func() *Registry { return g }))
		p := mustOpen(t, n.dial, "/repo/app/u1")
		other := mustOpen(t, n.dial, "/repo/other/u2")
		p.send("")
		synctest.Wait()
		g.Changed([]string{"/base", "/app"})
		p.expect("reload")
		g.Changed([]string{"/other"})
		other.expect("reload")

		if len(g.Instances("/app").(map[string]Instance)) != 0 {
			t.Error("want no instance before it has reported")
		}
		if code := post(t, n, "/repo/app/", `{"uuid":"u1"}`); code != 201 {
			t.Errorf("got %d", code)
		}
		if in, ok := g.Instance("u1"); !ok || !in.Linked {
			t.Errorf("got %+v, want a linked instance", in)
		}
		// A link in place of the one before.
		second := mustOpen(t, n.dial, "/repo/app/u1")
		p.expect("")
		g.Changed([]string{"/app"})
		second.expect("reload")
		second.conn.Close()
		synctest.Wait()
		if in, _ := g.Instance("u1"); in.Linked {
			t.Error("want the instance not to be linked any more")
		}
		other.conn.Close()
		synctest.Wait()
	})
}

func TestLinksAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{MaxInstances: 1})
		n := newNet(t, repoOf(func() *Registry { return g }))
		refused := func(path string, h http.Header, want ws.StatusError) {
			t.Helper()
			if _, err := open(t, n.dial, path, h); err != want {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		refused("/repo/app/u", http.Header{"Origin": {"http://repo:6060"}}, 403)
		refused("/repo/app/"+strings.Repeat("u", maxText+1), nil, 400)
		mustOpen(t, n.dial, "/repo/app/u").send("")
		refused("/repo/app/v", nil, 503)
		g.Close()
		refused("/repo/app/u", nil, 503)
		synctest.Wait()
	})
}

func TestLongMessagesEndTheLink(t *testing.T) {
	g := NewRegistry(RegistryOptions{MaxReport: 1000})
	p := openOld(t, serve(t, g))
	go p.conn.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(make([]byte, 2000)))))
	p.expect("")
}

func TestPingsAreAnswered(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	p := openOld(t, serve(t, g))
	if err := ws.WriteFrame(p.conn, ws.MaskFrame(ws.NewPingFrame([]byte("x")))); err != nil {
		t.Fatal(err)
	}
	h, err := ws.ReadHeader(p.reader)
	if err != nil || h.OpCode != ws.OpPong || h.Length != 1 {
		t.Fatalf("got %+v, %v", h, err)
	}
	payload := make([]byte, 1)
	if _, err := io.ReadFull(p.reader, payload); err != nil || string(payload) != "x" {
		t.Errorf("got %q, %v", payload, err)
	}
}

func TestHostIsAddedToOldLinksOnly(t *testing.T) {
	for _, c := range []struct{ name, sent, want string }{
		{"a link without host", oldLink, "host: "},
		{"a link with host", strings.Replace(oldLink, "\r\n", "\r\nHost: x\r\n", 1), ""},
		{"another request", "GET / HTTP/1.1\r\n\r\n", ""},
		{"something else", "\x16\x03\x01 upgrade: websocket", ""},
		{"half a head", oldLink[:40], ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(client, c.sent)
			client.Close()
			server, err := Listener(l).Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			got, err := io.ReadAll(server)
			want := c.sent
			if c.want != "" {
				want = strings.Replace(c.sent, "\r\n", "\r\nhost: "+l.Addr().String()+"\r\n", 1)
			}
			if err != nil || string(got) != want {
				t.Errorf("got %q %v, want %q", got, err, want)
			}
		})
	}
}
