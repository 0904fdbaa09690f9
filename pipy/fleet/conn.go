package fleet

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const (
	maxQueue  = 256              // messages that wait to be sent on one connection
	pingEvery = 20 * time.Second // so that middleboxes do not forget the connection
	maxIdle   = 3 * pingEvery    // of a partner that is known to send or answer pings
)

// errClosed is the end of a connection in good order.
var errClosed = errors.New("closed by the other side")

// conn is a websocket that carries short texts. One goroutine reads; any may
// send.
type conn struct {
	// Immutable:
	net   net.Conn
	state ws.State // which side we are
	out   chan message
	done  chan struct{}
	once  sync.Once

	// Owned by the reader:
	reader wsutil.Reader
	alive  bool // whether the partner knows pings
}

type message struct {
	op   ws.OpCode
	text []byte
}

// newConn takes over a connection after the handshake; what has been read beyond
// that comes from r. Messages are limited to so many bytes.
func newConn(c net.Conn, r io.Reader, state ws.State, limit int64, pings bool) *conn {
	w := &conn{net: c, state: state, out: make(chan message, maxQueue), done: make(chan struct{})}
	w.reader = wsutil.Reader{
		Source: r, State: state, MaxFrameSize: limit, MaxMessageSize: limit,
		OnIntermediate: w.control,
	}
	go w.write(pings)
	return w
}

// send queues a text, and tells whether the connection still takes any. One
// whose partner is too slow is closed.
func (w *conn) send(text []byte) bool { return w.queue(ws.OpText, text) }

func (w *conn) queue(op ws.OpCode, text []byte) bool {
	select {
	case <-w.done:
		return false
	case w.out <- message{op, text}:
		return true
	default:
		w.close()
		return false
	}
}

// bye says why the connection ends, and ends it when that is sent.
func (w *conn) bye(code ws.StatusCode, reason string) {
	w.queue(ws.OpClose, ws.NewCloseFrameBody(code, reason))
}

// close ends the connection. It does not wait, as TLS may want to say good-bye.
func (w *conn) close() {
	w.once.Do(func() {
		close(w.done)
		go w.net.Close()
	})
}

// write sends what is queued.
func (w *conn) write(pings bool) {
	defer w.close()
	var tick <-chan time.Time
	if pings {
		t := time.NewTicker(pingEvery)
		defer t.Stop()
		tick = t.C
	}
	for {
		m := message{op: ws.OpPing}
		select {
		case <-w.done:
			return
		case m = <-w.out:
		case <-tick:
		}
		w.net.SetWriteDeadline(time.Now().Add(ioTimeout))
		if err := wsutil.WriteMessage(w.net, w.state, m.op, m.text); err != nil || m.op == ws.OpClose {
			return
		}
	}
}

// read returns the next text; pings and the like are answered. After an error
// the connection is of no use.
func (w *conn) read() ([]byte, error) {
	for {
		if w.alive {
			w.net.SetReadDeadline(time.Now().Add(maxIdle))
		}
		h, err := w.reader.NextFrame()
		if err != nil {
			return nil, err
		}
		if !h.OpCode.IsControl() {
			return io.ReadAll(&w.reader)
		}
		if err := w.control(h, &w.reader); err != nil {
			return nil, err
		}
	}
}

// control handles a control frame (RFC 6455, 5.5).
func (w *conn) control(h ws.Header, r io.Reader) error {
	payload, err := io.ReadAll(io.LimitReader(r, h.Length))
	if err != nil {
		return err
	}
	w.alive = true
	switch h.OpCode {
	case ws.OpPing:
		w.queue(ws.OpPong, payload)
	case ws.OpClose:
		w.bye(ws.StatusNormalClosure, "")
		return errClosed
	}
	return nil
}
