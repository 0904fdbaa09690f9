package transport

import (
	"time"

	"pipy/pipy/event"
)

// lingerTime is how long a socket whose stream is over waits for the peer to
// end too.
const lingerTime = 5 * time.Second

// resetTime is how long a reset waits for the first bytes of a peer that has
// not sent any: at once it would look like a connection that was refused.
const resetTime = time.Second

// quietTime is how long nothing was read or written on a socket that need not
// linger: the peer has what it was sent, and nothing is on its way.
const quietTime = time.Second

func (s *socket) quiet() bool {
	return s.net.loop.NowNano()-max(s.lastRead, s.lastWrite) > int64(quietTime)
}

// timeoutTask is a socket whose timer fired.
type timeoutTask socket

// Run ends the stream when a limit is reached. There is one timer per socket,
// which nobody moves when bytes do: it looks at the clock when it fires, and is
// set again.
func (t *timeoutTask) Run() {
	s := (*socket)(t)
	if s.is(closed) {
		return
	}
	now := s.net.loop.NowNano()
	wait, err := s.deadline(now)
	if err == "" {
		return
	}
	if wait > 0 {
		s.net.loop.Arm(&s.timer, wait, t)
		return
	}
	if s.lingerEnd != 0 {
		s.close()
		return
	}
	if s.dgram != nil && s.is(outDone) {
		err = "" // there are no more answers
	}
	s.end(err)
	if s.is(closed) {
		return
	}
	if s.out.Len() > 0 && !s.is(blocked) {
		s.write() // what the receiver said about it, if the peer takes it now
	}
	s.close()
}

// watch sets the timer when there is something to watch.
func (s *socket) watch() {
	if wait, err := s.deadline(s.net.loop.NowNano()); err != "" {
		s.net.loop.Arm(&s.timer, wait, (*timeoutTask)(s))
	}
}

// deadline returns how long it is until the first limit, and its error; "" when
// there is no limit. A limit that does not apply now counts as begun now, so
// that the timer comes back in time for when it applies.
func (s *socket) deadline(now int64) (time.Duration, event.Error) {
	if s.lingerEnd != 0 {
		return time.Duration(s.lingerEnd - now), event.IdleTimeout
	}
	var wait time.Duration
	var name event.Error
	limit := func(d time.Duration, since int64, err event.Error) {
		if d > 0 {
			if left := d - time.Duration(now-since); name == "" || left < wait {
				wait, name = left, err
			}
		}
	}
	reading, writing := s.lastRead, s.lastWrite
	if s.is(paused | ended) {
		reading = now
	}
	if s.out.Len() == 0 {
		writing = now
	}
	limit(s.limits.ReadTimeout, reading, event.ReadTimeout)
	limit(s.limits.WriteTimeout, writing, event.WriteTimeout)
	limit(s.limits.IdleTimeout, max(s.lastRead, s.lastWrite, s.src.Touched()), event.IdleTimeout)
	return wait, name
}
