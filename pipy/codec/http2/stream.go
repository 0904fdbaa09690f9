package http2

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// recvState is how far the peer's message has come.
type recvState uint8

const (
	recvHead recvState = iota // of a response
	recvBody
	recvEnd // END_STREAM came
)

// method is what matters of a request's method.
type method uint8

const (
	methodOther method = iota
	methodHead
	methodConnect
)

func methodOf(s string) method {
	switch s {
	case "HEAD":
		return methodHead
	case "CONNECT":
		return methodConnect
	}
	return methodOther
}

// Stream is one exchange of a session (RFC 9113, 5). It is reused when it is
// over.
type Stream struct {
	// Value is for the owner.
	Value any

	session *Session
	id      uint32 // 0 until a client's stream is opened
	chain   *Stream
	all     links
	work    links
	where   *streamList // the one that work links it into; nil for none
	method  method
	over    bool
	tunnel  bool // what comes are raw bytes (RFC 9113, 8.5)

	recv       recvState
	delivered  bool // the end of the message went to the owner
	paused     bool
	resuming   bool
	interims   uint8
	recvWindow int32
	grace      int32             // what may come beyond recvWindow
	due        int               // bytes of it to give back
	unread     int               // bytes that came and were not consumed
	kept       event.Data        // what came while it was paused
	tail       *event.MessageEnd // the end that came, when there are trailers
	left       int64             // bytes of body to come; -1 when that is unknown

	head       *httphead.Head // to be written; nil when there is none
	raw        bool           // what goes out are raw bytes
	begun      bool           // the final head was given
	bodiless   bool
	ended      bool // End was called
	sentEnd    bool // END_STREAM was written
	full       bool
	sendWindow int32
	trailer    *httphead.Tail
	queue      event.Data // not written yet
	given      int64      // bytes of body so far
	promised   int64      // bytes that the written content-length says; -1 for none
}

// ID returns the number of the stream; 0 for one of a client that is not opened
// yet, because the server takes no more at the moment.
func (st *Stream) ID() uint32 { return st.id }

// Session returns what the stream is a part of.
func (st *Stream) Session() *Session { return st.session }

// newStream returns a stream that is in the list of all.
func (s *Session) newStream() *Stream {
	var st *Stream
	if n := len(s.free); n > 0 {
		st = s.free[n-1]
		s.free[n-1] = nil
		s.free = s.free[:n-1]
	} else {
		st = &Stream{}
	}
	st.session = s
	st.left, st.promised = -1, -1
	st.sendWindow = s.peer.window
	s.live.push(st, allLinks)
	return st
}

// open makes the stream of a request that came.
func (s *Session) open(id uint32) *Stream {
	st := s.newStream()
	s.number(st, id)
	return st
}

// number opens a stream on the wire.
func (s *Session) number(st *Stream, id uint32) {
	st.id = id
	st.recvWindow = s.before
	s.streams.put(st)
	s.active++
	s.opt.Counters.Streams++
}

// Open begins a request of a client. head is anything that httphead.Of takes;
// value becomes the Value of the stream. An error is a *HeadError. The stream
// waits for the end of others when the server takes no more.
func (s *Session) Open(head any, value any) (*Stream, error) {
	h := httphead.Of(head)
	if err := s.checkHead(h); err != nil {
		return nil, err
	}
	st := s.newStream()
	st.Value = value
	st.method = methodOf(h.Method)
	st.raw = st.method == methodConnect
	st.head, st.begun = h, true
	s.enqueue(&s.ready, st)
	return st, nil
}

// Respond begins a response of a server, interim (1xx) or final. head is
// anything that httphead.Of takes. An error is a *HeadError: nothing was sent,
// and another response may take its place.
func (st *Stream) Respond(head any) error {
	s := st.session
	h := httphead.Of(head)
	if err := s.checkHead(h); err != nil {
		return err
	}
	if st.over || st.begun {
		return nil
	}
	status := statusOf(h)
	if status < 200 {
		s.writeInterim(st, h)
		return nil
	}
	st.head, st.begun = h, true
	st.raw = st.method == methodConnect && status < 300
	st.bodiless = st.method == methodHead || status == 204 || status == 304
	s.enqueue(&s.ready, st)
	return nil
}

func statusOf(h *httphead.Head) int {
	if h.Status == 0 {
		return 200
	}
	return h.Status
}

// Begun tells whether a final response was begun.
func (st *Stream) Begun() bool { return st.begun }

// Send adds to the body, or to what goes through the tunnel. It takes d over.
// The error is ErrLength when that is more than was announced: the stream is
// over then.
func (st *Stream) Send(d *event.Data) error {
	n := d.Len()
	if st.over || st.ended || !st.begun || n == 0 {
		d.Release()
		return nil
	}
	st.given += int64(n)
	if st.bodiless {
		d.Release()
		return nil
	}
	if st.promised >= 0 && st.given > st.promised {
		d.Release()
		st.Reset(InternalError)
		return ErrLength
	}
	st.queue.Push(d)
	if st.queue.Len() > st.session.opt.SendBuffer {
		st.full = true
	}
	st.session.touch(st)
	return nil
}

// Full tells whether so much waits to be sent that whoever gives more should
// pause until the owner's Drained is called.
func (st *Stream) Full() bool { return st.full }

// Queued returns the number of bytes that wait to be sent.
func (st *Stream) Queued() int { return st.queue.Len() }

// End completes the message. tail is anything that httphead.TailOf takes. A
// tunnel goes on; EndTunnel ends it. The error is ErrLength when the body is not
// as long as it was announced, or a *HeadError for invalid trailers: the stream
// is over then.
func (st *Stream) End(tail any) error {
	if st.over || st.ended || !st.begun || st.raw {
		return nil
	}
	if st.promised >= 0 && st.given != st.promised && !st.bodiless {
		st.Reset(InternalError)
		return ErrLength
	}
	st.trailer = httphead.TailOf(tail)
	if st.trailer != nil {
		if err := checkFields(&st.trailer.Header); err != nil {
			st.Reset(InternalError)
			return err
		}
	}
	st.ended = true
	st.session.touch(st)
	return nil
}

// EndTunnel ends our side of a tunnel.
func (st *Stream) EndTunnel() {
	if st.over || st.ended || !st.begun {
		return
	}
	st.ended = true
	st.session.touch(st)
}

// Abort takes back a response of which nothing was written yet, so that another
// one may take its place, and tells whether a part of it was.
func (st *Stream) Abort() (sent bool) {
	if st.head == nil {
		return st.begun
	}
	st.head, st.begun, st.raw, st.bodiless = nil, false, false, false
	st.full, st.ended, st.trailer, st.given = false, false, nil, 0
	st.queue.Release()
	st.session.dequeue(st)
	return false
}

// Reset ends the stream at once (RFC 9113, 5.4.2). It must not be used any more;
// the owner's Done is not called.
func (st *Stream) Reset(code Code) {
	if st.over {
		return
	}
	s := st.session
	if st.id != 0 {
		s.writeReset(st.id, code)
	}
	s.forget(st)
	s.checkOver()
}

// Pause keeps what comes from now on and does not give the window back.
func (st *Stream) Pause() { st.paused = true }

// Resume undoes Pause: what was kept is delivered at the end of the turn.
func (st *Stream) Resume() {
	if !st.paused {
		return
	}
	st.paused = false
	if st.over || st.resuming {
		return
	}
	st.resuming = true
	st.session.resumed = append(st.session.resumed, st)
	st.session.wake()
}

// Paused tells whether Pause is in force.
func (st *Stream) Paused() bool { return st.paused }

// deliver passes on what was kept.
func (s *Session) deliver(st *Stream) {
	st.resuming = false
	if st.over || st.paused {
		return
	}
	if n := st.kept.Len(); n > 0 {
		d := &event.Data{}
		d.Push(&st.kept)
		s.owner.Receive(st, d)
	}
	if st.over {
		return
	}
	st.consumed()
	if st.recv == recvEnd && !st.delivered && !st.paused {
		s.deliverEnd(st)
	}
}

// consumed gives back the window of what was delivered, unless it is being held.
func (st *Stream) consumed() {
	n := st.unread - st.kept.Len()
	if st.paused || n == 0 {
		return
	}
	st.unread -= n
	st.session.read(n)
	st.credit(n)
}

// credit gives back n bytes of the stream's window, in large portions (RFC 9113,
// 6.9).
func (st *Stream) credit(n int) {
	s := st.session
	if st.recv == recvEnd || s.in.st == st && s.in.head.has(flagEndStream) {
		return // nothing more is going to come
	}
	st.due += n
	if 2*st.due >= s.opt.StreamWindow {
		s.writeWindowUpdate(st.id, st.due)
		st.recvWindow += int32(st.due)
		st.due = 0
	}
}

// arrived counts n bytes that came. The connection's window is given back at
// once, unless paused streams keep very much. A client opens no further streams
// when half of that is there, as they would have to wait for those.
func (s *Session) arrived(n int) {
	if !s.server && 2*s.unread > s.opt.MaxUnread {
		s.close()
	}
	if s.unread <= s.opt.MaxUnread {
		s.giveBack(n)
		return
	}
	s.recvHeld += n
}

// read counts n bytes that were consumed.
func (s *Session) read(n int) {
	s.unread -= n
	if s.recvHeld > 0 && s.unread <= s.opt.MaxUnread {
		n, s.recvHeld = s.recvHeld, 0
		s.giveBack(n)
	}
}

// giveBack gives back n bytes of the connection's window.
func (s *Session) giveBack(n int) {
	s.recvDue += n
	if 2*s.recvDue >= s.opt.ConnWindow && !s.ended {
		s.writeWindowUpdate(0, s.recvDue)
		s.recvWindow += int64(s.recvDue)
		s.recvDue = 0
	}
}

// giveUpSending forgets what is not sent yet.
func (st *Stream) giveUpSending() {
	st.queue.Release()
	st.ended, st.sentEnd, st.head = true, true, nil
	st.session.dequeue(st)
}

// checkDone finishes a stream of which no more is wanted. The rest of a request
// that was answered is not read, and that of one that got its response not
// sent (RFC 9113, 8.1).
func (s *Session) checkDone(st *Stream) {
	switch {
	case s.server && st.sentEnd:
		if st.recv != recvEnd {
			if st.tunnel && st.raw {
				return
			}
			s.writeReset(st.id, NoError)
		}
	case !s.server && st.delivered:
		if !st.sentEnd {
			if st.tunnel {
				return
			}
			s.writeReset(st.id, Cancel)
		}
	default:
		return
	}
	if st.tunnel && st.raw && !st.delivered {
		return // the other direction of the tunnel is kept
	}
	s.resets.refund()
	s.finish(st, nil)
	s.checkOver()
}

// streamError resets a stream because of what the peer did (RFC 9113, 5.4.2).
func (s *Session) streamError(st *Stream, code Code, text string) {
	id := st.id
	s.writeReset(id, code)
	s.finish(st, named(&Error{Code: code, Stream: id, Text: text}))
	s.provoked()
	s.checkOver()
}

// malformed resets a stream whose message breaks the rules of HTTP (RFC 9113,
// 8.1.1).
func (s *Session) malformed(st *Stream, text string) {
	s.opt.Counters.Malformed++
	s.streamError(st, ProtocolError, text)
}

// provoked counts a stream that the client made us reset, which is as good as
// resetting it itself.
func (s *Session) provoked() {
	if s.server && !s.ended && !s.resets.spend(s.opt.Now(), resetBurst, resetRate) {
		s.fail(EnhanceYourCalm, "too many streams had to be reset")
	}
}

// finish ends a stream and tells the owner.
func (s *Session) finish(st *Stream, err error) {
	s.forget(st)
	s.owner.Done(st, err)
}

// forget takes a stream out of everything. It is reused after the turn.
func (s *Session) forget(st *Stream) {
	st.over = true
	s.live.remove(st, allLinks)
	s.dequeue(st)
	if st.id != 0 {
		s.streams.remove(st)
		s.lately.note(st.id, st.recv == recvEnd)
		s.active--
		s.admit()
	}
	if s.in.st == st {
		s.in.st = nil
	}
	if n := st.unread; n > 0 {
		st.unread = 0
		s.read(n)
	}
	st.kept.Release()
	st.queue.Release()
	s.dead = append(s.dead, st)
	s.wake()
}

// recycle makes streams that are over ready for reuse.
func (s *Session) recycle() {
	for i, st := range s.dead {
		s.dead[i] = nil
		if st.resuming || len(s.free) >= s.opt.MaxStreams {
			continue
		}
		*st = Stream{}
		s.free = append(s.free, st)
	}
	s.dead = s.dead[:0]
}
