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
	task  task

	conn conn

	// Owned by the loop:
	state    state
	err      error      // of the handshake; belongs to the goroutine until done
	hello    event.Data // what came before the handshake began
	pending  event.Data // what is to be encrypted
	src      *loop.Source
	queued   bool  // writeTask will run at the end of this turn
	pulling  bool  // pull is running
	received bool  // Decrypted was called
	ended    bool  // Ended was called
	closing  bool  // CloseWrite was called
	sent     bool  // Sent was called
	cut      bool  // the stream under us ended
	cause    error // with this error
	asking   bool  // the handshake waits for an answer, not for bytes
	answer   answer
	lost     func(err error) // hears how an abandoned handshake ended; nil for nobody
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
	s := &Session{loop: l, owner: owner, space: spaceOf(l)}
	s.conn.s = s
	s.task = task{crew: &s.space.crew, run: s.handshake, done: s.done}
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
	s.space.crew.resume(&s.task)
}

// handshake runs on the goroutine.
func (s *Session) handshake() { s.err = s.tls.HandshakeContext(context.Background()) }

// rests is called when the handshake waits for bytes.
func (s *Session) rests() {
	s.flushHandshake()
	if s.conn.ready() { // they came meanwhile
		s.space.crew.resume(&s.task)
	}
}

// answer is what Ask returns.
type answer struct {
	value any
	err   error
}

// Ask runs f on the loop and waits until f, or whoever it gives it to, calls
// reply. It is for callbacks of the handshake, on its goroutine. The result is
// that of the reply, or an error when the session was closed meanwhile.
func (s *Session) Ask(f func(reply func(any, error))) (any, error) {
	s.task.rest(func() {
		s.asking = true
		if s.state != handshaking {
			s.reply(nil, net.ErrClosed)
			return
		}
		f(s.reply)
	})
	return s.answer.value, s.answer.err
}

// reply answers a question, once.
func (s *Session) reply(value any, err error) {
	if s.asking {
		s.asking = false
		s.answer = answer{value, err}
		s.space.crew.resume(&s.task)
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
		n, ready := s.conn.push(d)
		d.Release()
		if n > maxEarlyInput {
			s.holds = append(s.holds, s.loop.Hold())
		}
		if ready && !s.asking {
			s.space.crew.resume(&s.task)
		}
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
	return d.Len() >= recordSize(d.At(3), d.At(4))
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
		s.finishInput(errCut)
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

// finishInput tells the handshake that nothing more comes.
func (s *Session) finishInput(err error) {
	s.conn.finish(err)
	if !s.asking {
		s.space.crew.resume(&s.task)
	}
}

// done is called when the handshake ended.
func (s *Session) done() {
	err := s.err
	if s.state != handshaking {
		if s.lost != nil && err != nil && !errors.Is(err, net.ErrClosed) {
			s.lost(s.named(err))
		}
		return
	}
	s.flushHandshake()
	if s.state != handshaking {
		return
	}
	if err != nil {
		s.fail(s.named(err))
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

// named gives the error of a handshake a documented name.
func (s *Session) named(err error) error {
	switch {
	case errors.Is(err, errCut):
		return s.cutError()
	case event.NameOf(err) == event.RuntimeError:
		return &event.Failure{Name: event.Unauthorized, Cause: err}
	}
	return err
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

// Abandon is Close for a session whose connection is gone. What the peer said
// before, such as why it does not like the certificate, may still be on its way
// through the handshake: when that fails by it, or by the end of the peer's bytes,
// lost is called with the error, later on the loop.
func (s *Session) Abandon(lost func(err error)) {
	if s.state == handshaking {
		s.lost = lost
	}
	s.Close()
}

// Closed tells whether Close was called.
func (s *Session) Closed() bool { return s.state == closed }

// free ends the goroutine, if there is one, and drops what is kept.
func (s *Session) free() {
	if s.timeout != nil {
		s.timeout.Stop()
	}
	if !s.conn.direct && s.task.state != fresh {
		s.finishInput(net.ErrClosed)
		s.reply(nil, net.ErrClosed)
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
