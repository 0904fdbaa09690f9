package transport

import (
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// send takes d over and writes it at the end of this turn.
func (s *socket) send(d *event.Data) {
	if s.is(outEnded) {
		d.Release()
		return
	}
	if d.Len() == 0 {
		return
	}
	if s.dgram != nil {
		s.dgram.send(d)
		return
	}
	if s.out.Len() == 0 {
		s.lastWrite = s.net.loop.NowNano()
	}
	s.queue(d)
	s.flushLater()
	n := s.out.Len()
	if n >= earlyFlush && s.fd >= 0 && !s.is(blocked) {
		if err := s.write(); err != nil {
			s.writeError(err)
		}
		n = s.out.Len()
	}
	if limit := s.limits.BufferLimit; limit > 0 && n > limit {
		s.owner.log(false, "buffer overflow")
		s.overflowed()
		s.out.Release()
		s.flags |= outEnded
		s.failure = event.BufferOverflow
		s.deferFlush()
		return
	}
	if n > s.limits.congestion() {
		s.hold()
	}
}

// queue appends d to the output. A small piece that does not follow the last
// one in memory is copied behind it, which costs less than another vector, and
// leaves the memory that it came from free.
func (s *socket) queue(d *event.Data) {
	n := s.out.Pieces()
	if n == 0 || d.Len() > smallPiece || follows(s.out.Piece(n-1), d.Piece(0)) {
		s.out.Push(d)
		return
	}
	arena := s.net.loop.Arena()
	for i := range d.Pieces() {
		arena.Write(&s.out, d.Piece(i))
	}
	d.Release()
}

// follows tells whether b lies behind a in memory.
func follows(a, b []byte) bool {
	return cap(a) > len(a) && &a[:len(a)+1][len(a)] == &b[0]
}

// endOutput sends the end of the stream when the output is written. When the
// input is not wanted any more either, what still comes in is thrown away
// until the peer ends too, so that it does not turn our output into a reset.
func (s *socket) endOutput(discard bool) {
	if s.is(closed) {
		return
	}
	if discard {
		s.flags |= discarding | ended
	}
	if s.is(outEnded) {
		return
	}
	s.flags |= outEnded
	s.flushLater()
}

// flushTask is a socket with output.
type flushTask socket

// Run writes the output.
func (t *flushTask) Run() {
	s := (*socket)(t)
	s.flags &^= flushQueued
	if !s.is(closed) {
		s.flush()
	}
}

// flushLater makes the output be written at the end of this turn, once.
func (s *socket) flushLater() {
	if s.fd >= 0 && !s.is(blocked) {
		s.deferFlush()
	}
}

func (s *socket) deferFlush() {
	if !s.is(flushQueued) {
		s.flags |= flushQueued
		s.net.loop.Defer((*flushTask)(s))
	}
}

// flush writes output and, behind the last, the end.
func (s *socket) flush() {
	if s.dgram != nil {
		s.dgram.flush()
		return
	}
	if s.failure == "" && s.out.Len() > 0 && s.fd >= 0 && !s.is(blocked) {
		if err := s.write(); err != nil {
			s.writeError(err)
		}
	}
	switch {
	case s.is(closeEOF) && s.is(atEOF) && !s.is(outEnded):
		s.close()
	case s.failure == event.BufferOverflow:
		s.fail(s.failure)
	case s.failure != "":
		s.writeFailed()
	case s.fd >= 0 && s.out.Len() == 0 && s.is(outEnded) && !s.is(outDone):
		s.finishOutput()
	}
}

// write passes output to the system until it takes no more, and returns errors
// other than that. It calls nobody.
func (s *socket) write() error {
	before := s.out.Len()
	var err error
	for s.out.Len() > 0 {
		pieces := s.out.Pieces()
		var n, want int
		if pieces == 1 {
			b := s.out.Piece(0)
			want = len(b)
			n, err = loop.Send(int(s.fd), b)
		} else {
			list := s.net.pieces[:min(pieces, loop.MaxPieces)]
			for i := range list {
				list[i] = s.out.Piece(i)
				want += len(list[i])
			}
			n, err = loop.Sendv(int(s.fd), list)
			clear(list)
		}
		if err == unix.EAGAIN {
			err = nil
			s.flags |= blocked
			break
		}
		if err != nil {
			break
		}
		s.out.Skip(n)
		if n < want {
			s.flags |= blocked
			break
		}
	}
	if n := before - s.out.Len(); n > 0 {
		s.wrote(n)
	}
	return err
}

func (s *socket) overflowed() {
	s.sum.Overflowed++
	if s.traffic != nil {
		s.traffic.Overflowed++
	}
}

func (s *socket) wrote(n int) {
	s.sent += int64(n)
	s.sum.Out += int64(n)
	if s.traffic != nil {
		s.traffic.Out += int64(n)
	}
	s.lastWrite = s.net.loop.NowNano()
	if s.jam != nil {
		s.progress()
	}
}

// writeError remembers that the output cannot be written.
func (s *socket) writeError(err error) {
	s.failure = errorOf(err, event.WriteError)
	if s.failure == event.WriteError {
		s.owner.log(true, "error writing to peer: "+strerror(err))
	}
}

// writeFailed gives the output up. What the peer sent before is still read;
// then the error is delivered.
func (s *socket) writeFailed() {
	if s.is(outDone) {
		return
	}
	s.out.Release()
	s.relieve()
	s.flags |= outEnded | outDone
	if s.is(ended) || s.is(paused) && s.is(inbound) {
		s.fail(s.failure)
		return
	}
	s.flags |= readable | hungUp
	s.read()
}

// finishOutput sends the end of the stream.
func (s *socket) finishOutput() {
	s.flags |= outDone
	if s.is(resets) {
		_ = unix.SetsockoptLinger(int(s.fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		if s.in == 0 && !s.is(atEOF) {
			s.linger(resetTime)
			return
		}
	}
	if s.is(atEOF|resets) || s.is(discarding) && s.quiet() {
		s.close()
		return
	}
	unix.Shutdown(int(s.fd), unix.SHUT_WR)
	if s.is(discarding) {
		s.linger(lingerTime)
	}
}

// linger closes the socket when the peer has ended or the time is over.
func (s *socket) linger(d time.Duration) {
	s.lingerEnd = s.net.loop.NowNano() + int64(d)
	s.net.loop.Arm(&s.timer, d, (*timeoutTask)(s))
	s.read()
}
