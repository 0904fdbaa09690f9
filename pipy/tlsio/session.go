// Package tlsio is TLS on a loop: sessions that turn what an application sends
// into what a connection carries, and back.
//
// The protocol is that of crypto/tls, over a connection in memory. The
// handshake, which computes for long, runs on a goroutine and comes back to the
// loop when it is done; from then on records are encrypted and decrypted on
// the loop, within the call that brings them, and no goroutine belongs to the
// session any more.
package tlsio

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// Owner is who has a session: it is told on the loop what comes out of it. It
// may Close the session within any of these calls.
type Owner interface {
	// Encrypted gets bytes for the peer.
	Encrypted(d *event.Data)
	// Decrypted gets bytes from the peer.
	Decrypted(d *event.Data)
	// Handshaken is called when the handshake succeeded, before Decrypted.
	Handshaken()
	// Ended is called once, when nothing more comes from the peer: with nil
	// after its close_notify, else with an error that has a documented name.
	Ended(err error)
	// Sent is called once, when all that was given to Send, and close_notify
	// behind it, went to Encrypted; or when the session failed.
	Sent()
}

// state is the life of a session.
type state uint8

const (
	waiting     state = iota // a server that has no whole ClientHello yet
	handshaking              // the goroutine is busy
	open
	failed
	closed
)

// Limits of what a session keeps until the handshake is done, in bytes. Beyond
// them the sources are paused.
const (
	maxEarlyInput  = 64 << 10
	maxEarlyOutput = 256 << 10
)

// Session is one end of a TLS connection. It belongs to its loop.
type Session struct {
	// Immutable:
	loop  *loop.Loop
	owner Owner
	space *space
	tls   *tls.Conn
	gone  chan struct{} // closed by Close

	conn conn

	// Owned by the loop:
	state    state
	hello    event.Data // what came before the handshake began
	pending  event.Data // what is to be encrypted
	src      *loop.Source
	queued   bool  // Run will be called at the end of this turn
	pulling  bool  // pull is running
	received bool  // Decrypted was called
	ended    bool  // Ended was called
	closing  bool  // CloseWrite was called
	sent     bool  // Sent was called
	cut      bool  // the stream under us ended
	cause    error // with this error
	holds    []func()
	timeout  *loop.Timer
}

// NewServer returns the server's end of a connection. Its handshake begins
// when a ClientHello has come.
func NewServer(l *loop.Loop, owner Owner, config *tls.Config) *Session {
	s := newSession(l, owner)
	s.tls = tls.Server(&s.conn, config)
	return s
}

// NewClient returns the client's end of a connection. Start begins its
// handshake.
func NewClient(l *loop.Loop, owner Owner, config *tls.Config) *Session {
	s := newSession(l, owner)
	s.tls = tls.Client(&s.conn, config)
	return s
}

func newSession(l *loop.Loop, owner Owner) *Session {
	s := &Session{loop: l, owner: owner, space: spaceOf(l), gone: make(chan struct{})}
	s.conn.s = s
	s.conn.wake = make(chan struct{}, 1)
	return s
}

// Timeout ends the session with ConnectionTimeout when the handshake is not
// done after d. Zero means never. Call it before anything is received.
func (s *Session) Timeout(d time.Duration) {
	if d > 0 {
		s.timeout = s.loop.After(d, func() {
			if s.state <= handshaking {
				s.fail(&event.Failure{Name: event.ConnectionTimeout, Cause: errors.New("the handshake took too long")})
			}
		})
	}
}

// State returns what the handshake has agreed on. Call it when that is done.
func (s *Session) State() tls.ConnectionState { return s.tls.ConnectionState() }

// Start begins the handshake.
func (s *Session) Start() {
	if s.state != waiting {
		return
	}
	s.state = handshaking
	if s.hello.Len() > 0 {
		s.conn.push(&s.hello)
		s.hello.Release()
	}
	go func() {
		slots.enter()
		err := s.tls.HandshakeContext(context.Background())
		slots.leave()
		s.loop.Post(func() { s.done(err) })
	}()
}

// Ask runs f on the loop and waits until f, or whoever it gives it to, calls
// reply. It is for callbacks of the handshake, on its goroutine. The error is
// that of the reply, or tells that the session was closed.
func (s *Session) Ask(f func(reply func(error))) error {
	answer := make(chan error, 1)
	slots.leave()
	defer slots.enter()
	s.loop.Post(func() {
		if s.state != handshaking {
			answer <- net.ErrClosed
			return
		}
		f(func(err error) {
			select {
			case answer <- err:
			default:
			}
		})
	})
	select {
	case err := <-answer:
		return err
	case <-s.gone:
		return net.ErrClosed
	}
}

// Receive takes bytes from the peer.
func (s *Session) Receive(d *event.Data) {
	switch s.state {
	case waiting:
		s.hello.Push(d)
		if helloComplete(&s.hello) {
			s.Start()
		}
	case handshaking:
		if n := s.conn.push(d); n > maxEarlyInput {
			s.holds = append(s.holds, s.loop.Hold())
		}
		d.Release()
	case open:
		s.conn.feed.Push(d)
		s.pull()
	default:
		d.Release()
	}
}

// helloComplete tells whether the first record is complete, or cannot be a
// ClientHello. Only then it is worth a goroutine.
func helloComplete(d *event.Data) bool {
	const handshakeRecord = 22
	if d.Len() > 0 && d.At(0) != handshakeRecord {
		return true
	}
	if d.Len() < headerSize {
		return false
	}
	return d.Len() >= headerSize+int(d.At(3))<<8+int(d.At(4))
}

// ReceiveEnd says that the stream that brings the peer's bytes ended, with an
// error or nil.
func (s *Session) ReceiveEnd(err error) {
	if s.cut {
		return
	}
	s.cut, s.cause = true, err
	switch s.state {
	case waiting:
		s.fail(s.cutError())
	case handshaking:
		s.conn.finish(errCut)
	case open:
		s.conn.end = errCut
		s.pull()
	}
}

// cutError is the error of a stream that ended without close_notify.
func (s *Session) cutError() error {
	switch {
	case s.cause != nil:
		return s.cause
	case s.state == open:
		return &event.Failure{Name: event.ReadError, Cause: errCut}
	}
	return &event.Failure{Name: event.ConnectionReset, Cause: errors.New("the connection ended during the handshake")}
}

// flushHandshake passes on what the handshake has written so far.
func (s *Session) flushHandshake() {
	if s.state != handshaking {
		return
	}
	if b := s.conn.take(); len(b) > 0 {
		s.owner.Encrypted(event.NewData(b))
	}
}

// done is called when the handshake ended.
func (s *Session) done(err error) {
	if s.state != handshaking {
		return
	}
	s.flushHandshake()
	if s.state != handshaking {
		return
	}
	if err != nil {
		if errors.Is(err, errCut) {
			err = s.cutError()
		} else if event.NameOf(err) == event.RuntimeError {
			err = &event.Failure{Name: event.Unauthorized, Cause: err}
		}
		s.fail(err)
		return
	}
	s.state = open
	if s.timeout != nil {
		s.timeout.Stop()
	}
	s.conn.direct = true
	if in := s.conn.in; len(in) > 0 {
		s.conn.feed.Push(event.NewData(in))
	}
	s.conn.in = nil
	s.owner.Handshaken()
	if s.state == open {
		s.write(true)
	}
	s.release()
	s.pull()
}

// fail ends the session before it was open, or because of an error in it.
func (s *Session) fail(err error) {
	s.state = failed
	s.free()
	s.end(err)
	s.finish()
}

func (s *Session) end(err error) {
	if !s.ended {
		s.ended = true
		s.owner.Ended(err)
	}
}

func (s *Session) finish() {
	if !s.sent && s.state != closed {
		s.sent = true
		s.owner.Sent()
	}
}

// Close gives everything back. The owner is told nothing any more.
func (s *Session) Close() {
	if s.state == closed {
		return
	}
	s.state = closed
	s.ended, s.sent = true, true
	s.free()
}

// free ends the goroutine, if there is one, and drops what is kept.
func (s *Session) free() {
	if s.timeout != nil {
		s.timeout.Stop()
	}
	select {
	case <-s.gone:
	default:
		close(s.gone)
		if !s.conn.direct {
			s.conn.finish(net.ErrClosed)
		}
	}
	s.hello.Release()
	s.pending.Release()
	s.conn.feed.Release()
	s.src = nil
	s.release()
}

// release lets the sources go on that were paused during the handshake.
func (s *Session) release() {
	holds := s.holds
	s.holds = nil
	for _, release := range holds {
		release()
	}
}

// maxTurn bounds what is decrypted before it is passed on, in bytes.
const maxTurn = 256 << 10

// pull decrypts what has come.
func (s *Session) pull() {
	if s.pulling {
		return
	}
	s.pulling = true
	for s.state == open && !s.ended {
		d := &event.Data{}
		more, err := s.decrypt(d)
		s.flush() // alerts, key updates
		if d.Len() > 0 && s.state == open {
			s.received = true
			s.owner.Decrypted(d)
		}
		if s.state == open && err != nil {
			s.broken(err)
		}
		if !more {
			break
		}
	}
	s.pulling = false
}

// decrypt appends what can be decrypted to d, and tells whether there may be
// more.
func (s *Session) decrypt(d *event.Data) (more bool, err error) {
	for d.Len() < maxTurn {
		if s.conn.feed.Len() == 0 && s.conn.end == nil {
			return false, nil
		}
		n, room := 0, 0
		if s.conn.feed.Len() <= smallRecord {
			free := s.space.arena.Reserve(smallRecord)
			room = len(free)
			n, err = s.tls.Read(free)
			s.space.arena.Commit(d, n)
		} else {
			b := s.space.room(maxPlain)
			room = len(b.Free())
			n, err = s.tls.Read(b.Free())
			b.TakeInto(d, n)
		}
		if err == errEmpty {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		_ = room
	}
	return true, nil
}

// broken handles what a read returned instead of bytes.
func (s *Session) broken(err error) {
	switch {
	case err == io.EOF:
		s.conn.feed.Release()
		s.end(nil)
	case errors.Is(err, errCut):
		s.end(s.cutError())
	default:
		name := event.ReadError
		var remote *net.OpError
		if errors.As(err, &remote) && remote.Op == "remote error" && !s.received {
			// What the server thinks of our certificate comes after the
			// handshake (RFC 8446, 4.4.2).
			name = event.Unauthorized
		}
		s.fail(&event.Failure{Name: name, Cause: err})
	}
}

// Send takes bytes for the peer. They are encrypted at once when they fill a
// record, else at the end of the turn.
func (s *Session) Send(d *event.Data) {
	if s.closing || s.state >= failed {
		d.Release()
		return
	}
	if d.Len() == 0 {
		return
	}
	if s.state < open {
		s.pending.Push(d)
		if s.pending.Len() > maxEarlyOutput {
			s.holds = append(s.holds, s.loop.Hold())
		}
		return
	}
	if src := s.loop.Ambient(); src != s.src {
		if s.pending.Len() > 0 { // it belongs to another source
			s.Run()
		}
		s.src = src
	}
	s.pending.Push(d)
	if s.pending.Len() >= maxPlain {
		s.write(false)
	}
	if s.pending.Len() > 0 && !s.queued && s.state == open {
		s.queued = true
		s.loop.Defer((*writeTask)(s))
	}
}

// Pending tells whether bytes wait to be encrypted.
func (s *Session) Pending() bool { return s.pending.Len() > 0 }

// CloseWrite sends close_notify behind what was given to Send. The peer's
// bytes still come.
func (s *Session) CloseWrite() {
	if s.closing {
		return
	}
	s.closing = true
	if s.state == open {
		s.write(true)
	}
}

// writeTask is a session with something to be encrypted at the end of the turn.
type writeTask Session

// Run encrypts.
func (t *writeTask) Run() {
	s := (*Session)(t)
	s.queued = false
	s.Run()
}

// Run encrypts what waits, in the name of the source that it came from.
func (s *Session) Run() {
	if s.state != open || s.pending.Len() == 0 {
		return
	}
	prev := s.loop.Enter(s.src)
	s.write(true)
	s.loop.Leave(prev)
}

// write encrypts what waits: all of it, or what fills records.
func (s *Session) write(all bool) {
	for s.pending.Len() >= maxPlain || all && s.pending.Len() > 0 {
		if err := s.writeSome(all); err != nil {
			s.flush()
			s.fail(&event.Failure{Name: event.WriteError, Cause: err})
			return
		}
	}
	closing := s.closing && !s.sent
	if closing {
		s.tls.CloseWrite() // writes to memory
	}
	s.flush()
	if closing {
		s.finish()
	}
}

// writeSome encrypts the first piece that waits, if it is large, or joins
// smaller ones to a record.
func (s *Session) writeSome(all bool) error {
	b := s.pending.Piece(0)
	if len(b) >= maxPlain || s.pending.Pieces() == 1 {
		if !all {
			b = b[:len(b)-len(b)%maxPlain]
		}
		n, err := s.tls.Write(b)
		s.pending.Skip(n)
		return err
	}
	joined := s.space.scratch[:0]
	for i := 0; i < s.pending.Pieces() && len(joined) < maxPlain; i++ {
		b := s.pending.Piece(i)
		joined = append(joined, b[:min(len(b), maxPlain-len(joined))]...)
	}
	n, err := s.tls.Write(joined)
	s.pending.Skip(n)
	return err
}

// flush passes on what was encrypted.
func (s *Session) flush() {
	if s.conn.sent.Len() == 0 {
		return
	}
	d := &event.Data{}
	d.Push(&s.conn.sent)
	if s.state == open {
		s.owner.Encrypted(d)
	}
}
