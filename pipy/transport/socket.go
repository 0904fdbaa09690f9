package transport

import (
	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// flags are the state of a socket.
type flags uint32

const (
	inbound     flags = 1 << iota // a client's connection
	readable                      // there may be something to read
	hungUp                        // the peer sends no more: read up to the end
	paused                        // the receiver wants no more for now
	readQueued                    // a task will go on reading
	atEOF                         // the peer's end was read
	ended                         // StreamEnd was delivered
	bulk                          // the last read filled its buffer
	kept                          // small pieces of input may be kept by the receiver
	blocked                       // the system takes no output for now
	flushQueued                   // a task will write the output
	outEnded                      // no more output is accepted
	outDone                       // output is written and its end sent, or it is lost
	discarding                    // input is thrown away, and its end closes the socket
	closeEOF                      // the peer's end closes the socket, whatever is left to write
	resets                        // the end of the output is a reset, not a FIN
	closed
)

// owner is what a socket is part of.
type owner interface {
	// socketClosed tells that the socket closed itself or was closed. It is
	// called once.
	socketClosed()
	// log writes a line about the connection. What a peer does to us weighs
	// less than what we do to it.
	log(peers bool, text string)
}

// socket is a stream or datagram socket, connected or (for output only) about to be. It is
// the loop's Handler and Pauser.
type socket struct {
	src     loop.Source
	net     *local
	owner   owner
	receive func(event.Event)
	limits  *Limits
	traffic *Traffic    // of the listener or the peer; nil for none
	sum     *Traffic    // of the loop
	out     event.Data  // what is to be written
	jam     *jam        // who is held back; nil when not congested
	dgram   datagrams   // nil for streams
	failure event.Error // of the output, until it is delivered
	timer   loop.Timer

	lastRead, lastWrite int64 // in time of the loop
	lingerEnd           int64 // when lingering is over
	in, sent            int64 // bytes
	turn                uint64
	turnBytes           int32 // read in that turn
	fd                  int32 // -1 when not connected
	flags               flags
}

func (s *socket) init(n *local, o owner, limits *Limits, fd int, f flags) {
	s.net, s.owner, s.limits, s.fd, s.flags = n, o, limits, int32(fd), f
	s.src.Init(n.loop, s)
}

func (s *socket) is(f flags) bool { return s.flags&f != 0 }

// opened begins to count the connection and its time.
func (s *socket) opened() {
	for _, t := range [...]*Traffic{s.traffic, s.sum} {
		if t != nil {
			t.Active++
			t.Total++
			t.Peak = max(t.Peak, t.Active)
		}
	}
	s.lastRead = s.net.loop.NowNano()
	s.lastWrite = s.lastRead
	s.watch()
}

// Ready takes the loop's report.
func (s *socket) Ready(ev loop.Events) {
	if ev&loop.Hangup != 0 {
		s.flags |= hungUp
	}
	if ev&loop.Writable != 0 && s.is(blocked) {
		s.flags &^= blocked
		s.flush()
	}
	if ev&loop.Readable != 0 && !s.is(closed) {
		s.flags |= readable
		s.read()
	}
	if ev&loop.Broken != 0 && !s.is(closed) {
		s.broken()
	}
}

// broken handles a reset that reading did not come across, because reading is
// over or paused. A client that is gone needs no answer; what a server sent
// before the reset is still wanted.
func (s *socket) broken() {
	switch {
	case s.is(ended):
		s.close()
	case s.is(paused) && s.is(inbound):
		s.fail(event.ConnectionReset)
	}
}

// fail ends the stream with an error and closes the socket. It is called from
// the loop, never while the owner is in Process.
func (s *socket) fail(err event.Error) {
	if s.is(closed) {
		return
	}
	s.end(err)
	s.close()
}

// end delivers the StreamEnd, unless one was delivered.
func (s *socket) end(err event.Error) {
	if s.is(ended) {
		return
	}
	s.flags |= ended
	evt := event.EndStream
	if err != "" {
		evt = &event.StreamEnd{Err: err}
	}
	if s.receive != nil {
		prev := s.net.loop.Enter(&s.src)
		s.receive(evt)
		s.net.loop.Leave(prev)
	}
}

// close drops everything at once.
func (s *socket) close() {
	if s.is(closed) {
		return
	}
	s.flags |= closed | ended | outEnded | outDone
	s.src.End()
	s.timer.Stop()
	s.out.Release()
	if s.dgram != nil {
		s.dgram.drop()
	}
	s.relieve()
	s.receive = nil
	if s.fd >= 0 {
		s.net.loop.CloseFD(int(s.fd))
		s.fd = -1
		for _, t := range [...]*Traffic{s.traffic, s.sum} {
			if t != nil {
				t.Active--
			}
		}
	}
	s.owner.socketClosed()
}

// errorOf names the error of a system call on a connection.
func errorOf(err error, other event.Error) event.Error {
	if err == unix.ECONNRESET || err == unix.EPIPE {
		return event.ConnectionReset
	}
	return other
}
