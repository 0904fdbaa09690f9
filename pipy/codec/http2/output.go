package http2

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

const (
	// copied is the size in bytes up to which a body is copied next to its
	// frame's header: one piece of memory is cheaper to write than two.
	copied = 1 << 10

	// outRoom is the number of bytes that are handed to the owner at a time.
	outRoom = 256 << 10

	// ownFrame is the number of bytes of DATA that we put into a frame at most,
	// so that other streams get their turn.
	ownFrame = 32 << 10
)

// Flush delivers what streams kept that were resumed, and writes what can be
// sent. The owner calls it at the end of a turn in which Wake was called.
func (s *Session) Flush() {
	if s.flushing {
		return
	}
	s.flushing = true
	s.woken = false
	for len(s.resumed) > 0 && !s.ended {
		list := s.resumed
		s.resumed = nil
		for _, st := range list {
			s.deliver(st)
		}
	}
	for !s.ended {
		s.fill()
		if s.out.Len() == 0 || s.ended {
			break
		}
		s.writeOut()
	}
	s.flushing = false
	if !s.in.running {
		s.recycle()
	}
}

// writeOut gives the output to the owner.
func (s *Session) writeOut() {
	if s.out.Len() == 0 {
		return
	}
	d := &event.Data{}
	d.Push(&s.out)
	s.owner.Write(d)
}

// PauseOutput says that the connection takes no more for now. What streams send
// is queued; answers to frames of the peer are still written.
func (s *Session) PauseOutput() { s.paused = true }

// ResumeOutput undoes PauseOutput.
func (s *Session) ResumeOutput() {
	s.paused, s.replies = false, 0
	if s.ready.n > 0 {
		s.wake()
	}
}

// touch puts a stream to those that have something to send, if it may send.
func (s *Session) touch(st *Stream) {
	if st.where == nil {
		s.enqueue(&s.ready, st)
	}
}

func (s *Session) enqueue(l *streamList, st *Stream) {
	s.dequeue(st)
	l.push(st, workLinks)
	st.where = l
	if l == &s.ready {
		s.wake()
	}
}

func (s *Session) dequeue(st *Stream) {
	if st.where != nil {
		st.where.remove(st, workLinks)
		st.where = nil
	}
}

// hasWork tells whether a stream has something to send.
func (st *Stream) hasWork() bool {
	return st.head != nil || st.queue.Len() > 0 || st.ended && !st.sentEnd
}

// unstarve lets the streams go on that waited for the connection's window.
func (s *Session) unstarve() {
	if s.sendWindow <= 0 {
		return
	}
	for st := s.starved.first; st != nil; st = s.starved.first {
		s.enqueue(&s.ready, st)
	}
}

// admit lets streams of a client be opened that waited for that.
func (s *Session) admit() {
	if st := s.waiting.first; st != nil && uint32(s.active) < s.peer.maxStreams {
		s.enqueue(&s.ready, st)
	}
}

// fill moves what streams have to send into the output, each in its turn.
func (s *Session) fill() {
	for !s.paused && !s.ended && s.ready.first != nil && s.out.Len() < outRoom {
		st := s.ready.first
		s.dequeue(st)
		s.advance(st)
	}
}

// advance writes the head of a stream, a frame of its body, or its end.
func (s *Session) advance(st *Stream) {
	if st.head != nil {
		if st.id == 0 && !s.assign(st) {
			return
		}
		s.writeHead(st)
	}
	if n := st.queue.Len(); n > 0 && !st.sentEnd {
		switch {
		case st.sendWindow <= 0:
			return // a WINDOW_UPDATE brings it back
		case s.sendWindow <= 0:
			s.enqueue(&s.starved, st)
			return
		}
		n = min(n, int(st.sendWindow), int(min(s.sendWindow, maxWindow)), s.peer.maxFrame, ownFrame)
		s.writeData(st, n)
		if st.full {
			st.full = st.queue.Len() > s.opt.SendBuffer/2
			s.owner.Drained(st)
			if st.over {
				return
			}
		}
		if st.queue.Len() > 0 {
			s.enqueue(&s.ready, st)
			return
		}
	}
	if st.ended && !st.sentEnd {
		s.writeEnd(st)
	}
	if st.sentEnd {
		s.checkDone(st)
	}
}

// assign gives a stream of a client its number, if the server takes one more.
func (s *Session) assign(st *Stream) bool {
	if uint32(s.active) >= s.peer.maxStreams {
		s.enqueue(&s.waiting, st)
		return false
	}
	id := s.lastOurs + 2
	if s.lastOurs == 0 {
		id = 1
	}
	s.lastOurs = id
	s.number(st, id)
	if id >= maxStreamID-2 {
		s.close() // the numbers are used up (RFC 9113, 5.1.1)
	}
	s.admit()
	return true
}

// writeHead writes the head of a stream, and the end if nothing follows.
func (s *Session) writeHead(st *Stream) {
	h := st.head
	st.head = nil
	end := st.ended && st.queue.Len() == 0 && st.trailer == nil
	length := st.lengthOf(h)
	if s.server {
		s.enc.response(h, length)
	} else {
		s.enc.request(h, length)
	}
	s.writeBlock(st.id, end)
	st.sentEnd = end
}

// lengthOf returns the content-length that goes out with a head, -1 for none:
// only one that is certainly true (RFC 9110, 8.6).
func (st *Stream) lengthOf(h *httphead.Head) int64 {
	server := st.session.server
	switch {
	case st.raw || server && h.Status == 204:
		return -1
	case st.bodiless:
		if n, ok := decimal(h.Header.First("content-length")); ok {
			return n
		}
		if st.ended && st.given > 0 {
			return st.given
		}
		return -1
	case st.ended:
		if st.given == 0 && !server && !hasBody(h.Method) {
			return -1
		}
		return st.given
	case h.Length >= st.given:
		st.promised = h.Length
		return h.Length
	}
	return -1
}

// hasBody tells whether requests of a method have a body, though it may be
// empty (RFC 9110, 8.6).
func hasBody(method string) bool { return method == "POST" || method == "PUT" || method == "PATCH" }

// writeInterim writes a response that another one follows (RFC 9110, 15.2).
func (s *Session) writeInterim(st *Stream, h *httphead.Head) {
	s.enc.response(h, -1)
	s.writeBlock(st.id, false)
	s.wake()
}

// writeBlock writes the header block that was encoded (RFC 9113, 6.2 and 6.10).
func (s *Session) writeBlock(id uint32, end bool) {
	block := s.enc.buf
	kind, flags := frameHeaders, uint8(0)
	if end {
		flags = flagEndStream
	}
	for {
		n := min(len(block), minFrame-headerSize) // a frame fits into a chunk
		if n == len(block) {
			flags |= flagEndHeaders
		}
		b := appendHeader(s.arena.Reserve(headerSize + n)[:0], n, kind, flags, id)
		s.arena.Commit(&s.out, len(append(b, block[:n]...)))
		block = block[n:]
		if len(block) == 0 {
			return
		}
		kind, flags = frameContinuation, 0
	}
}

// writeData writes n bytes of the queue of a stream.
func (s *Session) writeData(st *Stream, n int) {
	st.sendWindow -= int32(n)
	s.sendWindow -= int64(n)
	all := n == st.queue.Len()
	flags := uint8(0)
	if all && st.ended && st.trailer == nil {
		flags = flagEndStream
		st.sentEnd = true
	}
	if all && n <= copied {
		b := appendHeader(s.arena.Reserve(headerSize + n)[:0], n, frameData, flags, st.id)
		s.arena.Commit(&s.out, len(st.queue.AppendTo(b)))
		st.queue.Release()
		return
	}
	s.arena.Commit(&s.out, len(appendHeader(s.arena.Reserve(headerSize)[:0], n, frameData, flags, st.id)))
	if all {
		s.out.Push(&st.queue)
		return
	}
	s.out.Push(st.queue.Shift(n))
}

// writeEnd ends a message whose body is written.
func (s *Session) writeEnd(st *Stream) {
	st.sentEnd = true
	if t := st.trailer; t != nil && s.enc.tail(t) {
		s.writeBlock(st.id, true)
		return
	}
	s.arena.Commit(&s.out, len(appendHeader(s.arena.Reserve(headerSize)[:0], 0, frameData, flagEndStream, st.id)))
}

func appendWindowUpdate(b []byte, id uint32, n uint32) []byte {
	b = appendHeader(b, 4, frameWindowUpdate, 0, id)
	return append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func (s *Session) writeWindowUpdate(id uint32, n int) {
	b := appendWindowUpdate(s.arena.Reserve(headerSize + 4)[:0], id, uint32(n))
	s.arena.Commit(&s.out, len(b))
	s.wake()
}

// writeReset writes a RST_STREAM (RFC 9113, 6.4).
func (s *Session) writeReset(id uint32, code Code) {
	s.opt.Counters.ResetsOut++
	s.lately.noteReset(id)
	b := appendHeader(s.arena.Reserve(headerSize + 4)[:0], 4, frameRSTStream, 0, id)
	b = append(b, byte(code>>24), byte(code>>16), byte(code>>8), byte(code))
	s.arena.Commit(&s.out, len(b))
	s.wake()
}

// reset resets a stream that is not open here.
func (s *Session) reset(id uint32, code Code) {
	if s.waste() || !s.reply() {
		return
	}
	s.writeReset(id, code)
}

// tooLarge answers a request whose head is too long (RFC 6585, 5).
func (s *Session) tooLarge(id uint32) {
	if s.waste() || !s.reply() {
		return
	}
	s.enc.response(&httphead.Head{Status: 431}, 0)
	s.writeBlock(id, true)
	if !s.block.endStream {
		s.writeReset(id, NoError)
	}
	s.lately.note(id, s.block.endStream)
	s.wake()
}
