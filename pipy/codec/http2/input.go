package http2

import "pipy/pipy/event"

// inputState is what the input continues with.
type inputState uint8

const (
	atPreface inputState = iota // the client's preface
	atHeader                    // the header of a frame
	inPayload                   // the payload of a frame other than DATA
	atPadding                   // the byte that tells the padding of DATA
	inData                      // the bytes of DATA
	inPadding                   // the padding of DATA
	inNothing                   // DATA that nobody wants, with its padding
)

// input takes frames apart, however their bytes come.
type input struct {
	state   inputState
	running bool
	pending event.Data // what came while it runs

	head frameHeader
	part [max(headerSize, len(Preface))]byte // of a header or the preface
	have int                                 // bytes of that
	buf  []byte                              // the part of a payload that came
	need int                                 // bytes of the payload that are to come
	pad  int                                 // bytes of padding
	st   *Stream                             // whom DATA is for
}

// Feed takes over what came from the peer. Errors end the session.
func (s *Session) Feed(d *event.Data) {
	if s.ended || s.inputOver {
		d.Release()
		return
	}
	if s.in.running {
		s.in.pending.Push(d)
		return
	}
	s.in.running = true
	for !s.ended {
		for d.Len() > 0 && !s.ended {
			s.consume(d)
		}
		if s.in.pending.Len() == 0 {
			break
		}
		d.Push(&s.in.pending)
	}
	s.in.running = false
	s.in.pending.Release()
	d.Release()
}

// consume handles a part of d, which is not empty.
func (s *Session) consume(d *event.Data) {
	in := &s.in
	switch in.state {
	case inData:
		s.data(d)
	case inPadding, inNothing:
		n := min(in.need, d.Len())
		d.Skip(n)
		in.need -= n
		s.dataRead()
	default:
		d.Skip(s.scan(d.Piece(0)))
	}
}

// scan handles what it can of b, which is followed by more, and returns how many
// bytes that was: it stops before the bytes of DATA.
func (s *Session) scan(b []byte) int {
	in := &s.in
	i := 0
	for i < len(b) && !s.ended {
		switch in.state {
		case atPreface:
			n := copy(in.part[in.have:len(Preface)], b[i:])
			i += n
			in.have += n
			if string(in.part[:in.have]) != Preface[:in.have] {
				s.fail(ProtocolError, "want the preface of HTTP/2")
				return i
			}
			if in.have == len(Preface) {
				in.have, in.state = 0, atHeader
			}
		case atHeader:
			if in.have == 0 && len(b)-i >= headerSize {
				in.head = parseHeader(b[i:])
				i += headerSize
			} else {
				n := copy(in.part[in.have:headerSize], b[i:])
				i += n
				in.have += n
				if in.have < headerSize {
					return i
				}
				in.have = 0
				in.head = parseHeader(in.part[:])
			}
			s.header()
		case inPayload:
			if len(in.buf) == 0 && len(b)-i >= in.need {
				n := in.need
				in.state = atHeader
				s.frame(b[i : i+n])
				i += n
				continue
			}
			n := min(in.need, len(b)-i)
			in.buf = append(in.buf, b[i:i+n]...)
			i += n
			if in.need -= n; in.need == 0 {
				payload := in.buf
				in.buf = nil
				in.state = atHeader
				s.frame(payload)
				if in.buf == nil {
					in.buf = payload[:0]
				}
			}
		case atPadding:
			s.padding(int(b[i]))
			i++
		default:
			return i
		}
	}
	return i
}

// header handles the header of a frame.
func (s *Session) header() {
	in, h := &s.in, &s.in.head
	switch {
	case h.length > minFrame:
		s.fail(FrameSizeError, "a frame is longer than 16384 bytes") // RFC 9113, 4.2
	case s.block.open && (h.kind != frameContinuation || h.stream != s.block.stream):
		s.fail(ProtocolError, "want a CONTINUATION of the header block") // RFC 9113, 6.10
	case !s.peer.seen && (h.kind != frameSettings || h.has(flagAck)):
		s.fail(ProtocolError, "want SETTINGS as the first frame") // RFC 9113, 3.4
	case h.kind == frameData:
		s.dataHeader()
	case h.length == 0:
		s.frame(nil)
	default:
		in.state, in.need = inPayload, h.length
	}
}

// frame handles a frame other than DATA. Unknown ones are ignored (RFC 9113,
// 5.5).
func (s *Session) frame(payload []byte) {
	switch s.in.head.kind {
	case frameHeaders:
		s.headers(payload)
	case framePriority:
		s.priority(payload)
	case frameRSTStream:
		s.rstStream(payload)
	case frameSettings:
		s.settings(payload)
	case framePushPromise:
		s.fail(ProtocolError, "PUSH_PROMISE, which is disabled") // RFC 9113, 8.4
	case framePing:
		s.ping(payload)
	case frameGoAway:
		s.goneAway(payload)
	case frameWindowUpdate:
		s.windowUpdate(payload)
	case frameContinuation:
		s.continuation(payload)
	default:
		s.waste()
	}
}
