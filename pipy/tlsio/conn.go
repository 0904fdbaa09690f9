package tlsio

import (
	"errors"
	"net"
	"sync"
	"time"

	"pipy/pipy/event"
)

// conn is the net.Conn under a tls.Conn. It is in memory and has two lives:
// during the handshake it is shared by the loop and the goroutine of the
// handshake, whose reads block; afterwards it belongs to the loop, and a read
// that finds nothing returns errEmpty.
type conn struct {
	s    *Session      // immutable
	wake chan struct{} // immutable; tells the goroutine that in or end changed

	// Guarded by mu, during the handshake:
	mu  sync.Mutex
	in  []byte // came from the peer
	out []byte // goes to the peer
	end error  // what a read returns behind in; nil while more may come

	// Owned by the loop, after the handshake; end is so too.
	direct bool
	feed   event.Data // came from the peer
	left   int        // bytes that are missing from the record at the front of feed
	sent   event.Data // goes to the peer
}

// errEmpty is what a read returns when there is nothing at the moment. A
// tls.Conn can go on after it because it is temporary.
var errEmpty net.Error = empty{}

type empty struct{}

func (empty) Error() string   { return "nothing to read yet" }
func (empty) Timeout() bool   { return true }
func (empty) Temporary() bool { return true }

// errCut is what a read returns when the stream under the session ended. It is
// not io.EOF, because that is how a tls.Conn reports close_notify.
var errCut = errors.New("the connection ended without close_notify")

// headerSize is the size of a record's header in bytes (RFC 8446, 5.1).
const headerSize = 5

// Read is called by the tls.Conn. After the handshake it returns never more
// than one record, so that nothing is in the tls.Conn when feed is empty, and
// nobody has to ask it.
func (c *conn) Read(p []byte) (int, error) {
	if !c.direct {
		return c.blockingRead(p)
	}
	if c.left == 0 {
		if c.feed.Len() < headerSize {
			if c.end != nil {
				return 0, c.end
			}
			return 0, errEmpty
		}
		c.left = headerSize + int(c.feed.At(3))<<8 + int(c.feed.At(4))
	}
	n := 0
	for n < len(p) && c.left > 0 && c.feed.Len() > 0 {
		b := c.feed.Piece(0)
		m := copy(p[n:], b[:min(len(b), c.left)])
		c.feed.Skip(m)
		c.left -= m
		n += m
	}
	switch {
	case n > 0:
		return n, nil
	case c.end != nil:
		return 0, c.end
	}
	return 0, errEmpty
}

// blockingRead is Read during the handshake.
func (c *conn) blockingRead(p []byte) (int, error) {
	c.mu.Lock()
	for len(c.in) == 0 {
		end, flush := c.end, len(c.out) > 0
		c.mu.Unlock()
		if end != nil {
			return 0, end
		}
		if flush {
			c.s.loop.Post(c.s.flushHandshake)
		}
		slots.leave()
		<-c.wake
		slots.enter()
		c.mu.Lock()
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	c.mu.Unlock()
	return n, nil
}

// Write is called by the tls.Conn, with whole records.
func (c *conn) Write(b []byte) (int, error) {
	if c.direct {
		c.s.space.write(&c.sent, b)
		return len(b), nil
	}
	c.mu.Lock()
	c.out = append(c.out, b...)
	c.mu.Unlock()
	return len(b), nil
}

// push gives bytes of the peer to the handshake and returns how many it has.
func (c *conn) push(d *event.Data) int {
	c.mu.Lock()
	c.in = d.AppendTo(c.in)
	n := len(c.in)
	c.mu.Unlock()
	c.notify()
	return n
}

// finish makes reads return err when they have had everything.
func (c *conn) finish(err error) {
	c.mu.Lock()
	if c.end == nil {
		c.end = err
	}
	c.mu.Unlock()
	c.notify()
}

func (c *conn) notify() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// take returns what the handshake wrote.
func (c *conn) take() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.out
	c.out = nil
	return b
}

// address is that of both ends. An empty name keeps the tls.Conn of a client
// that knows no name of its server from remembering the session.
type address struct{}

func (address) Network() string { return "tls" }
func (address) String() string  { return "" }

// Close does nothing: the session ends the stream.
func (*conn) Close() error { return nil }

// LocalAddr returns an empty address.
func (*conn) LocalAddr() net.Addr { return address{} }

// RemoteAddr returns an empty address.
func (*conn) RemoteAddr() net.Addr { return address{} }

// SetDeadline does nothing: nothing blocks for long without the session.
func (*conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (*conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (*conn) SetWriteDeadline(time.Time) error { return nil }
