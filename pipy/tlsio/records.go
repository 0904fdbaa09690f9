package tlsio

import (
	"errors"
	"io"
	"net"

	"pipy/pipy/event"
)

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
	full := false // the last read had no room for the whole record
	for d.Len() < maxTurn {
		if s.conn.feed.Len() == 0 && s.conn.end == nil && !full {
			return false, nil
		}
		n, room := 0, 0
		if s.conn.feed.Len() <= smallRecord && !full {
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
		full = n == room
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
			s.encrypt()
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
	s.encrypt()
}

// Flush encrypts what waits now.
func (s *Session) Flush() { s.encrypt() }

// encrypt encrypts what waits, in the name of the source that it came from: so
// it is that source that a full connection pauses.
func (s *Session) encrypt() {
	if s.state != open || s.pending.Len() == 0 {
		return
	}
	prev := s.loop.Enter(s.src)
	s.write(true)
	s.loop.Leave(prev)
	s.src = nil
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
