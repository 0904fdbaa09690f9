package peers

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
)

// maxRecorded is how many received bytes a Peer keeps for Received.
const maxRecorded = 4 << 20

// Peer is one running server. Its methods may be called from any goroutine.
type Peer struct {
	// Immutable:
	addr     string
	listener net.Listener // nil for kind "refuse"
	serve    func(*conn)

	// Guarded by mu:
	mu       sync.Mutex
	conns    int
	requests int
	busy     int // requests read and not answered
	peak     int // the most that busy has been
	open     map[net.Conn]struct{}
	received []byte
	released chan struct{}
	closed   bool
}

// Start runs a peer of the given kind on addr ("host:port"; port 0 picks one).
// The caller ends it with Close.
func Start(kind, addr string) (*Peer, error) {
	name, arg, _ := strings.Cut(kind, ":")
	k, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("kind: want one of %s, got %q", strings.Join(Kinds(), ", "), name)
	}
	serve, err := k.make(arg)
	if err != nil {
		return nil, fmt.Errorf("kind %s: %w", kind, err)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &Peer{
		addr:     ln.Addr().String(),
		listener: ln,
		serve:    serve,
		open:     map[net.Conn]struct{}{},
		released: make(chan struct{}),
	}
	if serve == nil { // refuse: the port is known and nobody listens on it
		p.listener = nil
		return p, ln.Close()
	}
	go p.accept()
	return p, nil
}

func (p *Peer) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		number := p.opened(c)
		if number == 0 {
			c.Close()
			return
		}
		go func() {
			defer p.ended(c)
			conn := newConn(p, c, number)
			defer conn.done()
			p.serve(conn)
		}()
	}
}

// opened takes a connection and returns its number, 0 when the peer is closed.
func (p *Peer) opened(c net.Conn) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return 0
	}
	p.conns++
	p.open[c] = struct{}{}
	return p.conns
}

func (p *Peer) ended(c net.Conn) {
	c.Close()
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
}

// Addr is the address that the peer listens on, as "ip:port".
func (p *Peer) Addr() string { return p.addr }

// Port is the port of Addr.
func (p *Peer) Port() int {
	_, port, _ := net.SplitHostPort(p.addr)
	n, _ := strconv.Atoi(port)
	return n
}

// Count returns one counter: "conns" is the connections accepted so far,
// "requests" the HTTP requests read so far, "open" the connections open now,
// "peak" the most requests that were being answered at one time.
func (p *Peer) Count(what string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch what {
	case "conns":
		return p.conns, nil
	case "requests":
		return p.requests, nil
	case "open":
		return len(p.open), nil
	case "peak":
		return p.peak, nil
	}
	return 0, fmt.Errorf("counter: want conns, requests, open or peak, got %q", what)
}

// Received returns a copy of what all connections have sent to the peer, in
// the order of arrival, up to some megabytes.
func (p *Peer) Received() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]byte(nil), p.received...)
}

// Release lets everything that waits in a "hold" peer go on, now and later.
func (p *Peer) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.released:
	default:
		close(p.released)
	}
}

// Close stops listening and closes all connections. It does not wait for them.
func (p *Peer) Close() {
	p.Release()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	if p.listener != nil {
		p.listener.Close()
	}
	for c := range p.open {
		c.Close()
	}
}

func (p *Peer) record(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if room := maxRecorded - len(p.received); room < len(b) {
		b = b[:room]
	}
	p.received = append(p.received, b...)
}

func (p *Peer) requestBegins() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	p.busy++
	p.peak = max(p.peak, p.busy)
}

func (p *Peer) requestEnds() {
	p.mu.Lock()
	p.busy--
	p.mu.Unlock()
}
