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
	s *Session // immutable

	// Guarded by mu, during the handshake:
	mu  sync.Mutex
	in  []byte // came from the peer
	out []byte // goes to the peer
	end error  // what a read returns behind in; nil while more may come

	// Owned by who reads, the goroutine or the loop:
	left int // bytes of the record at the front that were not read yet

	// Owned by the loop, after the handshake; end is so too.
	direct bool
	feed   event.Data // came from the peer
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
		c.left = recordSize(c.feed.At(3), c.feed.At(4))
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

// blockingRead is Read during the handshake. It too returns never more than one
// record: what follows the handshake must not be in the tls.Conn.
func (c *conn) blockingRead(p []byte) (int, error) {
	c.mu.Lock()
	for !c.readable() {
		end := c.end
		c.mu.Unlock()
		if end != nil {
			return 0, end
		}
		c.s.task.rest(c.s.rests)
		c.mu.Lock()
	}
	if c.left == 0 {
		c.left = recordSize(c.in[3], c.in[4])
	}
	n := copy(p, c.in[:min(len(c.in), c.left)])
	c.in = c.in[n:]
	c.left -= n
	c.mu.Unlock()
	return n, nil
}

// readable tells whether blockingRead has something to return, while mu is
// held.
func (c *conn) readable() bool {
	return len(c.in) >= headerSize || c.left > 0 && len(c.in) > 0
}

// recordSize returns the size of a record, with its header, by the length field
// in that.
func recordSize(high, low byte) int { return headerSize + int(high)<<8 + int(low) }

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

// push gives bytes of the peer to the handshake. It returns how many it has,
// and whether it can go on with them.
func (c *conn) push(d *event.Data) (n int, readable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = d.AppendTo(c.in)
	return len(c.in), c.readable()
}

// finish makes reads return err: when they have had everything, or at once when
// the session is closed.
func (c *conn) finish(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == net.ErrClosed {
		c.in, c.end = nil, err
	} else if c.end == nil {
		c.end = err
	}
}

// ready tells whether a handshake that waits for bytes can go on.
func (c *conn) ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.readable() || c.end != nil
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
