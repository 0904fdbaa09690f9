package http2

import "encoding/binary"

const pingSize = 8 // bytes

// idle tells whether a stream was not opened yet (RFC 9113, 5.1).
func (s *Session) idle(id uint32) bool {
	if id&1 == 1 == s.server {
		return id > s.lastPeer
	}
	return id > s.lastOurs // nobody opens those of a server
}

// reply counts a frame that answers another one. A peer that does not read must
// not fill our memory with them.
func (s *Session) reply() bool {
	const most = 1000
	if s.paused {
		if s.replies++; s.replies > most {
			s.fail(EnhanceYourCalm, "too many answers wait to be read")
			return false
		}
	}
	return !s.ended
}

// settings handles SETTINGS (RFC 9113, 6.5).
func (s *Session) settings(payload []byte) {
	h := &s.in.head
	switch {
	case h.stream != 0:
		s.fail(ProtocolError, "SETTINGS on a stream")
		return
	case h.has(flagAck) && len(payload) > 0:
		s.fail(FrameSizeError, "SETTINGS with both an acknowledgement and settings")
		return
	case h.has(flagAck):
		s.settled()
		return
	}
	if s.peer.seen && s.waste() {
		return
	}
	if !s.peer.seen {
		s.peer.maxStreams = maxStreamID // unless they say otherwise
	}
	if err := s.applySettings(payload); err != nil {
		s.fail(err.Code, err.Text)
		return
	}
	s.peer.seen = true
	if s.ended || !s.reply() {
		return
	}
	s.arena.Commit(&s.out, len(appendHeader(s.arena.Reserve(headerSize)[:0], 0, frameSettings, flagAck, 0)))
	s.wake()
}

// settled handles that the peer knows our settings. What it was about to send then
// may exceed windows that became smaller (RFC 9113, 6.9.3): clients that write
// from several threads do so behind their acknowledgement too.
func (s *Session) settled() {
	change := int32(s.opt.StreamWindow) - s.before
	if change == 0 {
		s.waste()
		return
	}
	s.before += change
	for st := s.live.first; st != nil; st = st.all.next {
		if st.id != 0 {
			st.recvWindow += change
			st.grace = max(0, -change)
		}
	}
}

// applySettings obeys settings of the peer.
func (s *Session) applySettings(b []byte) *Error {
	for ; len(b) >= settingSize; b = b[settingSize:] {
		id := settingID(binary.BigEndian.Uint16(b))
		if err := s.applySetting(id, binary.BigEndian.Uint32(b[2:])); err != nil {
			return err
		}
	}
	if len(b) > 0 {
		return &Error{Code: FrameSizeError, Text: "SETTINGS of incomplete settings"}
	}
	return nil
}

func (s *Session) applySetting(id settingID, v uint32) *Error {
	switch id {
	case settingHeaderTableSize:
		s.enc.limitTable(v)
	case settingEnablePush:
		if v > 1 || v == 1 && !s.server {
			return &Error{Code: ProtocolError, Text: "invalid SETTINGS_ENABLE_PUSH"}
		}
	case settingMaxStreams:
		s.peer.maxStreams = v
		s.admit()
	case settingInitialWindow:
		if v > maxWindow {
			return &Error{Code: FlowControlError, Text: "invalid SETTINGS_INITIAL_WINDOW_SIZE"}
		}
		return s.changeWindows(int32(v))
	case settingMaxFrame:
		if v < minFrame || v > maxFrame {
			return &Error{Code: ProtocolError, Text: "invalid SETTINGS_MAX_FRAME_SIZE"}
		}
		s.peer.maxFrame = int(v)
	case settingEnableConnectProt:
		if v > 1 {
			return &Error{Code: ProtocolError, Text: "invalid SETTINGS_ENABLE_CONNECT_PROTOCOL"}
		}
	}
	return nil
}

// changeWindows gives all streams another initial window; theirs may become
// negative (RFC 9113, 6.9.2).
func (s *Session) changeWindows(window int32) *Error {
	change := int64(window) - int64(s.peer.window)
	s.peer.window = window
	for st := s.live.first; st != nil; st = st.all.next {
		w := int64(st.sendWindow) + change
		if w > maxWindow {
			return &Error{Code: FlowControlError, Text: "SETTINGS_INITIAL_WINDOW_SIZE makes a window too large"}
		}
		st.sendWindow = int32(w)
		if change > 0 && st.where == nil && st.hasWork() {
			s.enqueue(&s.ready, st)
		}
	}
	return nil
}

// ping handles PING (RFC 9113, 6.7).
func (s *Session) ping(payload []byte) {
	h := &s.in.head
	switch {
	case h.stream != 0:
		s.fail(ProtocolError, "PING on a stream")
	case len(payload) != pingSize:
		s.fail(FrameSizeError, "PING that is not of 8 bytes")
	case h.has(flagAck):
		if s.stopping && !s.draining && string(payload) == stopPing {
			s.Drain()
			return
		}
		if s.pings > 0 {
			s.pings--
			s.opt.Pong([pingSize]byte(payload))
			return
		}
		s.waste()
	default:
		if s.waste() || !s.reply() {
			return
		}
		b := appendHeader(s.arena.Reserve(headerSize + pingSize)[:0], pingSize, framePing, flagAck, 0)
		s.arena.Commit(&s.out, len(append(b, payload...)))
		s.wake()
	}
}

// Ping sends a PING; Options.Pong is called when the peer answers (RFC 9113, 6.7).
func (s *Session) Ping(payload [pingSize]byte) {
	if s.ended {
		return
	}
	s.pings++
	b := appendHeader(s.arena.Reserve(headerSize + pingSize)[:0], pingSize, framePing, 0, 0)
	s.arena.Commit(&s.out, len(append(b, payload[:]...)))
	s.wake()
}

// goneAway handles GOAWAY (RFC 9113, 6.8). Streams above the last one were not
// looked at.
func (s *Session) goneAway(payload []byte) {
	switch {
	case s.in.head.stream != 0:
		s.fail(ProtocolError, "GOAWAY on a stream")
		return
	case len(payload) < 8:
		s.fail(FrameSizeError, "GOAWAY of less than 8 bytes")
		return
	}
	s.opt.Counters.GoAwaysIn++
	last := binary.BigEndian.Uint32(payload) & maxStreamID
	e := &Error{Code: Code(binary.BigEndian.Uint32(payload[4:])), Remote: true}
	e.Text = string(payload[8:min(len(payload), 8+maxDebug)])
	if s.server {
		return // it opens no streams of ours; what it does next tells the rest
	}
	s.close()
	s.giveUpAbove(last, e)
	s.checkOver()
}

// giveUpAbove finishes the streams that the server will not look at.
func (s *Session) giveUpAbove(last uint32, e *Error) {
	var lost []*Stream
	for st := s.live.first; st != nil; st = st.all.next {
		if st.id == 0 || st.id > last {
			lost = append(lost, st)
		}
	}
	for _, st := range lost {
		if !st.over {
			own := *e
			own.Stream, own.Unprocessed = st.id, true
			s.finish(st, named(&own))
		}
	}
}

// windowUpdate handles WINDOW_UPDATE (RFC 9113, 6.9).
func (s *Session) windowUpdate(payload []byte) {
	if len(payload) != 4 {
		s.fail(FrameSizeError, "WINDOW_UPDATE that is not of 4 bytes")
		return
	}
	id := s.in.head.stream
	more := int64(binary.BigEndian.Uint32(payload) & maxWindow)
	if id == 0 {
		s.connWindowUpdate(more)
		return
	}
	st := s.streams.get(id)
	switch {
	case st == nil && s.idle(id):
		s.fail(ProtocolError, "WINDOW_UPDATE on an idle stream")
	case st == nil:
		s.waste()
	case more == 0:
		s.streamError(st, ProtocolError, "WINDOW_UPDATE of nothing")
	case int64(st.sendWindow)+more > maxWindow:
		s.streamError(st, FlowControlError, "WINDOW_UPDATE makes the window too large")
	default:
		if st.sendWindow > 0 && more < 256 && s.waste() {
			return
		}
		st.sendWindow += int32(more)
		if st.where == nil && st.hasWork() {
			s.enqueue(&s.ready, st)
		}
	}
}

func (s *Session) connWindowUpdate(more int64) {
	switch {
	case more == 0:
		s.fail(ProtocolError, "WINDOW_UPDATE of nothing")
	case s.sendWindow+more > maxWindow:
		s.fail(FlowControlError, "WINDOW_UPDATE makes the window of the connection too large")
	default:
		if s.sendWindow > 0 && more < 256 && s.waste() {
			return
		}
		s.sendWindow += more
		s.unstarve()
	}
}

// rstStream handles RST_STREAM (RFC 9113, 6.4).
func (s *Session) rstStream(payload []byte) {
	id := s.in.head.stream
	switch {
	case id == 0:
		s.fail(ProtocolError, "RST_STREAM on stream 0")
		return
	case len(payload) != 4:
		s.fail(FrameSizeError, "RST_STREAM that is not of 4 bytes")
		return
	}
	st := s.streams.get(id)
	switch {
	case st == nil && s.idle(id):
		s.fail(ProtocolError, "RST_STREAM on an idle stream")
		return
	case st == nil:
		s.waste()
		return
	}
	s.opt.Counters.ResetsIn++
	code := Code(binary.BigEndian.Uint32(payload))
	if !s.server && st.recv == recvEnd && code == NoError {
		st.giveUpSending() // all of the response is there (RFC 9113, 8.1)
		s.checkDone(st)
		return
	}
	if s.server && !s.resets.spend(s.opt.Now(), resetBurst, resetRate) {
		s.fail(EnhanceYourCalm, "too many streams were reset")
		return
	}
	e := &Error{Code: code, Stream: id, Remote: true}
	e.Unprocessed = code == RefusedStream && !s.server
	s.finish(st, named(e))
	s.checkOver()
}

// priority handles PRIORITY, which means nothing any more (RFC 9113, 5.3.2).
func (s *Session) priority(payload []byte) {
	id := s.in.head.stream
	switch {
	case id == 0:
		s.fail(ProtocolError, "PRIORITY on stream 0")
	case len(payload) != prioritySize:
		s.refuseStream(id, FrameSizeError, "PRIORITY that is not of 5 bytes")
	case binary.BigEndian.Uint32(payload)&maxStreamID == id:
		s.refuseStream(id, ProtocolError, "PRIORITY that makes a stream depend on itself")
	default:
		s.waste()
	}
}

// refuseStream resets a stream that may not be open.
func (s *Session) refuseStream(id uint32, code Code, text string) {
	if st := s.streams.get(id); st != nil {
		s.streamError(st, code, text)
		return
	}
	s.reset(id, code)
}
