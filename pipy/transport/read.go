package transport

import (
	"bytes"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// Pause stops reading. It is called by the loop's Source.
func (s *socket) Pause() { s.flags |= paused }

// Resume goes on reading at the end of this turn.
func (s *socket) Resume() {
	if !s.is(paused) {
		return
	}
	s.flags &^= paused
	s.lastRead = s.net.loop.NowNano()
	if s.is(readable) && !s.is(readQueued|closed) {
		s.flags |= readQueued
		s.net.loop.Defer((*readTask)(s))
	}
}

// readTask is a socket that goes on reading.
type readTask socket

// Run reads.
func (t *readTask) Run() {
	s := (*socket)(t)
	s.flags &^= readQueued
	if !s.is(closed) {
		s.read()
	}
}

// wantsInput tells whether there is something to read and somebody to read it.
func (s *socket) wantsInput() bool {
	if s.flags&(readable|closed|atEOF) != readable {
		return false
	}
	return s.is(discarding) || !s.is(paused|ended) && s.receive != nil
}

// read delivers what has arrived, until there is no more, the receiver wants no
// more, or it was enough for this turn. A short read says that there is no more
// for now; but when the peer has hung up, its end is still to be read, which
// raises no event of its own.
func (s *socket) read() {
	if s.dgram != nil {
		s.dgram.read()
		return
	}
	l := s.net.loop
	if turn := l.TurnNumber(); s.turn != turn {
		s.turn, s.turnBytes = turn, 0
	}
	prev := l.Enter(&s.src)
	defer l.Leave(prev)
	for s.wantsInput() {
		if s.turnBytes >= turnLimit {
			if !s.is(readQueued) {
				s.flags |= readQueued
				l.Next((*readTask)(s))
			}
			return
		}
		buf := s.net.buffer(s.is(bulk))
		free := buf.Free()
		n, err := loop.Recv(int(s.fd), free)
		if err != nil {
			s.flags &^= readable | bulk
			s.readError(err)
			return
		}
		if n == 0 {
			s.flags &^= readable | bulk
			s.eof()
			return
		}
		if n == len(free) {
			s.flags |= bulk
		} else {
			s.flags &^= bulk
			if !s.is(hungUp) {
				s.flags &^= readable
			}
		}
		s.received(n)
		if !s.is(discarding) {
			s.deliver(buf, n)
		} else if s.is(outDone) && s.is(resets) {
			s.close()
		}
	}
}

// deliver passes on the first n bytes of a buffer. Somebody who keeps a few
// bytes, such as a part of a body that waits for the rest, keeps the memory of
// the whole buffer, which others have filled. So when that happens, what comes
// in small pieces is copied from then on.
func (s *socket) deliver(buf *event.Buffer, n int) {
	if n > smallPiece {
		s.flags &^= kept
		s.receive(buf.Take(n))
		return
	}
	if s.is(kept) {
		s.receive(event.NewData(bytes.Clone(buf.Free()[:n])))
		return
	}
	s.receive(buf.Take(n))
	if !buf.Rewind() {
		s.flags |= kept
	}
}

func (s *socket) received(n int) {
	s.turnBytes += int32(n)
	s.in += int64(n)
	s.sum.In += int64(n)
	if s.traffic != nil {
		s.traffic.In += int64(n)
	}
	s.lastRead = s.net.loop.NowNano()
}

// readError handles what a read returned instead of bytes.
func (s *socket) readError(err error) {
	if err == unix.EAGAIN {
		if s.failure != "" {
			s.fail(s.failure)
		}
		return
	}
	name := errorOf(err, event.ReadError)
	if !s.is(discarding) {
		if name == event.ConnectionReset {
			s.owner.log(true, "connection reset by peer")
		} else {
			s.owner.log(true, "error reading from peer: "+strerror(err))
		}
	}
	s.fail(name)
}

// eof handles the end of the input.
func (s *socket) eof() {
	s.flags |= atEOF
	switch {
	case s.failure != "":
		s.fail(s.failure)
	case s.is(discarding):
		if s.is(outDone) {
			s.close()
		}
	default:
		s.end("")
		if s.is(closed) {
			return
		}
		if s.is(outDone) {
			s.close()
		} else if s.is(closeEOF) {
			s.deferFlush()
		}
	}
}
