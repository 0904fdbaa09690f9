package http2

import "pipy/pipy/event"

// dataHeader handles the header of a DATA frame (RFC 9113, 6.1). All of its
// payload counts in flow control.
func (s *Session) dataHeader() {
	in, h := &s.in, &s.in.head
	if h.stream == 0 {
		s.fail(ProtocolError, "DATA on stream 0")
		return
	}
	if int64(h.length) > s.recvWindow {
		s.fail(FlowControlError, "DATA exceeds the window of the connection")
		return
	}
	s.recvWindow -= int64(h.length)
	if h.length == 0 && !h.has(flagEndStream) && s.waste() {
		return
	}
	in.st, in.need, in.pad = s.dataStream(), h.length, 0
	if s.ended {
		return
	}
	switch st := in.st; {
	case st == nil:
		s.giveBack(h.length)
		in.state = inNothing
	case h.has(flagPadded) && h.length == 0:
		s.fail(FrameSizeError, "DATA without the length of its padding")
		return
	case int64(h.length) > int64(st.recvWindow)+int64(st.grace):
		s.giveBack(h.length)
		in.st, in.state = nil, inNothing
		s.streamError(st, FlowControlError, "DATA exceeds the window of the stream")
	default:
		st.recvWindow -= int32(h.length)
		if in.state = inData; h.has(flagPadded) {
			in.state = atPadding
			return
		}
		s.bodyHeader(st, h.length)
	}
	if in.need == 0 && !s.ended {
		s.dataRead()
	}
}

// dataStream returns the stream that DATA is for; nil when it is not wanted.
func (s *Session) dataStream() *Stream {
	id := s.in.head.stream
	st := s.streams.get(id)
	switch {
	case st == nil && s.idle(id):
		s.fail(ProtocolError, "DATA on an idle stream")
	case st == nil && (id > s.limit && s.server || s.lately.wasReset(id)):
		s.waste()
	case st == nil:
		if _, ended := s.lately.knows(id); ended {
			s.fail(StreamClosed, "DATA after the end of a stream")
			break
		}
		s.reset(id, StreamClosed)
	case st.recv != recvBody:
		if st.recv == recvEnd {
			s.streamError(st, StreamClosed, "DATA after the end of the stream")
		} else {
			s.streamError(st, ProtocolError, "DATA before the head")
		}
		return nil
	}
	return st
}

// padding takes the length of the padding of DATA.
func (s *Session) padding(n int) {
	in := &s.in
	in.need--
	if n > in.need {
		s.fail(ProtocolError, "DATA has more padding than bytes")
		return
	}
	in.pad = n
	in.need -= n
	st := in.st
	st.credit(n + 1) // nobody reads that
	s.giveBack(n + 1)
	in.state = inData
	s.bodyHeader(st, in.need)
	if in.need == 0 && !s.ended {
		s.dataRead()
	}
}

// bodyHeader counts n bytes of body that are going to come (RFC 9113, 8.1.1).
func (s *Session) bodyHeader(st *Stream, n int) {
	if st.left < 0 {
		return
	}
	if st.left -= int64(n); st.left >= 0 {
		return
	}
	s.giveBack(n)
	s.in.st, s.in.state = nil, inNothing
	s.malformed(st, "the body is longer than its content-length")
}

// data takes bytes of a body from d.
func (s *Session) data(d *event.Data) {
	in := &s.in
	n := min(in.need, d.Len())
	in.need -= n
	st := in.st
	if st == nil || st.over { // it was reset meanwhile
		d.Skip(n)
		s.giveBack(n)
	} else {
		s.body(st, d.Shift(n))
	}
	s.dataRead()
}

// dataRead goes on when a part of a DATA frame was read.
func (s *Session) dataRead() {
	in := &s.in
	if in.need > 0 || s.ended {
		return
	}
	if in.pad > 0 {
		in.need, in.pad, in.state = in.pad, 0, inPadding
		return
	}
	in.state = atHeader
	st := in.st
	in.st = nil
	if st != nil && !st.over && in.head.has(flagEndStream) {
		s.bodyEnd(st, nil)
	}
}

// body delivers a part of a body, or keeps it while the stream is paused.
func (s *Session) body(st *Stream, d *event.Data) {
	n := d.Len()
	s.unread += n
	s.arrived(n)
	st.unread += n
	if st.paused || st.kept.Len() > 0 {
		st.kept.Push(d)
		return
	}
	id := st.id
	s.owner.Receive(st, d)
	if !st.over && st.id == id {
		st.consumed()
	}
}

// bodyEnd handles the end of what the peer sends on a stream.
func (s *Session) bodyEnd(st *Stream, tail *event.MessageEnd) {
	if st.left > 0 {
		s.malformed(st, "the body is shorter than its content-length")
		return
	}
	st.recv = recvEnd
	st.tail = tail
	if st.paused || st.kept.Len() > 0 {
		return
	}
	s.deliverEnd(st)
}

// deliverEnd passes the end of a message on.
func (s *Session) deliverEnd(st *Stream) {
	st.delivered = true
	end := st.tail
	st.tail = nil
	switch {
	case st.tunnel:
		s.owner.Receive(st, event.EndStream)
	case end != nil:
		s.owner.Receive(st, end)
	default:
		s.owner.Receive(st, event.End)
	}
	if !st.over {
		s.checkDone(st)
	}
}
