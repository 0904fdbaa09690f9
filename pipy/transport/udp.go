package transport

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

const (
	// maxDatagram is more bytes than any datagram has.
	maxDatagram = 64 << 10
	// udpGrace is how long a peer that is idle lives on when nothing more is
	// sent to it, or when its port closes.
	udpGrace = 2 * time.Second
	// datagramCharge is what a datagram counts beyond its bytes.
	datagramCharge = 256
)

// datagrams is what a socket does in another way when it is one of UDP.
type datagrams interface {
	read()              // delivers what has arrived
	send(d *event.Data) // takes a datagram, which is not empty
	flush()             // sends what waits, then the end of the output
	drop()              // gives everything back
}

// datagramQueue is datagrams that wait. The zero value is empty.
type datagramQueue struct {
	list []*event.Data
	size int // bytes, with the charge for each
}

func (q *datagramQueue) push(d *event.Data) {
	q.list = append(q.list, d)
	q.size += d.Len() + datagramCharge
}

func (q *datagramQueue) shift() {
	d := q.list[0]
	q.list[0] = nil
	q.list = q.list[1:]
	q.size -= d.Len() + datagramCharge
	if len(q.list) == 0 {
		q.list = nil
	}
}

func (q *datagramQueue) clear() {
	for _, d := range q.list {
		d.Release()
	}
	q.list, q.size = nil, 0
}

// scratch returns memory for one datagram, valid until it is asked for again.
func (n *local) scratch() []byte {
	if n.datagram == nil {
		n.datagram = make([]byte, maxDatagram)
	}
	return n.datagram
}

// contiguous returns the bytes of d as one piece.
func (n *local) contiguous(d *event.Data) []byte {
	if d.Pieces() == 1 {
		return d.Piece(0)
	}
	return d.AppendTo(n.scratch()[:0])
}

// newDatagram returns a copy of b.
func (n *local) newDatagram(b []byte) *event.Data {
	d := &event.Data{}
	n.loop.Arena().Write(d, b)
	return d
}

// sentDatagram counts n bytes of output.
func (s *socket) sentDatagram(n int) {
	s.sent += int64(n)
	s.sum.Out += int64(n)
	if s.traffic != nil {
		s.traffic.Out += int64(n)
	}
	s.lastWrite = s.net.loop.NowNano()
}

// udpOutbound is the part of an Outbound that is connected by UDP.
type udpOutbound struct {
	s       *socket
	waiting datagramQueue
}

func (u *udpOutbound) send(d *event.Data) {
	s := u.s
	u.waiting.push(d)
	s.flushLater()
	if limit := s.limits.BufferLimit; limit > 0 && u.waiting.size > limit {
		s.owner.log(false, "buffer overflow")
		s.overflowed()
		u.waiting.clear()
		s.flags |= outEnded
		s.failure = event.BufferOverflow
		s.deferFlush()
		return
	}
	if u.waiting.size > s.limits.congestion() {
		s.hold()
	}
}

func (u *udpOutbound) flush() {
	s := u.s
	for s.failure == "" && len(u.waiting.list) > 0 && s.fd >= 0 && !s.is(blocked) {
		d := u.waiting.list[0]
		n, err := loop.Send(int(s.fd), s.net.contiguous(d))
		switch err {
		case nil:
			s.sentDatagram(n)
		case unix.EAGAIN:
			s.flags |= blocked
			continue
		case unix.EMSGSIZE:
			s.owner.log(false, fmt.Sprintf("cannot send a datagram of %d bytes: %s", d.Len(), strerror(err)))
		default:
			s.failure = datagramError(err, event.WriteError)
			s.owner.log(true, "error writing to peer: "+strerror(err))
			continue
		}
		u.waiting.shift()
		d.Release()
	}
	if s.failure != "" {
		s.fail(s.failure)
		return
	}
	if u.waiting.size <= s.limits.congestion()/2 {
		s.relieve()
	}
	if s.is(outEnded) && !s.is(outDone) && len(u.waiting.list) == 0 && s.fd >= 0 {
		u.ended()
	}
}

// ended waits for answers for a while only, since the peer has no end.
func (u *udpOutbound) ended() {
	s := u.s
	s.flags |= outDone
	s.limits = s.limits.soon()
	s.watch()
}

// soon returns the limits of a peer that is not expected to say much more.
func (o *Limits) soon() *Limits {
	limits := *o
	if limits.IdleTimeout <= 0 || limits.IdleTimeout > udpGrace {
		limits.IdleTimeout = udpGrace
	}
	return &limits
}

func (u *udpOutbound) read() {
	s := u.s
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
		b := s.net.scratch()
		n, err := loop.Recv(int(s.fd), b)
		if err != nil {
			s.flags &^= readable
			if err == unix.EAGAIN {
				return
			}
			s.owner.log(true, "error reading from peer: "+strerror(err))
			s.fail(datagramError(err, event.ReadError))
			return
		}
		s.received(n)
		s.turnBytes += datagramCharge
		if n > 0 {
			s.receive(s.net.newDatagram(b[:n]))
		}
	}
}

func (u *udpOutbound) drop() { u.waiting.clear() }

// datagramError names the error of a system call. A peer on whose port nobody
// listens answers with ICMP.
func datagramError(err error, other event.Error) event.Error {
	if err == unix.ECONNREFUSED {
		return event.ConnectionRefused
	}
	return other
}
