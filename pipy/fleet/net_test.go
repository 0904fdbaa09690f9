package fleet

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// memoryNet is a network in memory with one server, so that time can be virtual.
type memoryNet struct {
	handler http.Handler

	mu     sync.Mutex
	server *http.Server
	conns  chan net.Conn // nil while the server is down
}

func newNet(t *testing.T, h http.Handler) *memoryNet {
	n := &memoryNet{handler: h}
	n.up()
	t.Cleanup(n.down)
	return n
}

func (n *memoryNet) up() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = make(chan net.Conn, 1000)
	l := &memoryListener{conns: n.conns, done: make(chan struct{})}
	n.server = &http.Server{Handler: n.handler}
	go n.server.Serve(l)
}

// down closes the server and its connections, but for those that were upgraded.
func (n *memoryNet) down() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conns != nil {
		n.conns = nil
		n.server.Close()
	}
}

func (n *memoryNet) dial(context.Context, string, string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conns == nil {
		return nil, errors.New("connection refused")
	}
	client, server := net.Pipe()
	n.conns <- server
	return client, nil
}

type memoryListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6060} }

// repoOf is the part of a repo that workers talk to.
func repoOf(g func() *Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/repo/{codebase}/{uuid...}", func(w http.ResponseWriter, r *http.Request) {
		codebase, uuid := "/"+r.PathValue("codebase"), r.PathValue("uuid")
		switch {
		case r.Header.Get("upgrade") != "":
			g().ServeLink(w, r, codebase, uuid)
		case r.Method == http.MethodPost:
			g().ServeStatus(w, r, codebase)
		default:
			http.NotFound(w, r)
		}
	})
	mux.HandleFunc("/api/v1/log/{uuid}/{name}", func(w http.ResponseWriter, r *http.Request) {
		g().ServeLog(w, r, strings.TrimPrefix(r.PathValue("uuid"), "-"), r.PathValue("name"))
	})
	return mux
}

// peer is the other side of a websocket, by hand.
type peer struct {
	t      *testing.T
	conn   net.Conn
	reader io.Reader
	state  ws.State
}

func (p *peer) send(text string) {
	p.t.Helper()
	if err := wsutil.WriteMessage(p.conn, p.state, ws.OpText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the next text, "" at the end of the connection.
func (p *peer) next() string {
	rw := struct {
		io.Reader
		io.Writer
	}{p.reader, p.conn}
	text, _, err := wsutil.ReadData(rw, p.state)
	if err != nil {
		return ""
	}
	return string(text)
}

func (p *peer) expect(want string) {
	p.t.Helper()
	if got := p.next(); got != want {
		p.t.Fatalf("got %q, want %q", got, want)
	}
}

// open makes a websocket with the server of a network.
func open(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), path string, h http.Header) (*peer, error) {
	t.Helper()
	d := ws.Dialer{NetDial: dial, Header: ws.HandshakeHeaderHTTP(h)}
	c, br, _, err := d.Dial(t.Context(), "ws://repo:6060"+path)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { c.Close() })
	p := &peer{t: t, conn: c, reader: c, state: ws.StateClientSide}
	if br != nil {
		p.reader = br
	}
	return p, nil
}

func mustOpen(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), path string) *peer {
	t.Helper()
	p, err := open(t, dial, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// post sends a report and returns the status of the answer.
func post(t *testing.T, n *memoryNet, path, body string) int {
	t.Helper()
	c, err := n.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	req, err := http.NewRequest(http.MethodPost, "http://repo"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	go req.Write(c)
	res, err := http.ReadResponse(bufio.NewReader(c), req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode
}
