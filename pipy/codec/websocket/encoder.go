package websocket

import (
	"crypto/rand"
	"encoding/binary"

	"pipy/pipy/event"
)

// Encoder makes frames of messages. It belongs to one worker.
type Encoder struct {
	opt   Options
	arena *event.Arena
	out   func(*event.Data)

	head  Head
	body  event.Data // not sent yet
	begun bool       // the first frame was sent
	size  int64
	text  utf8Checker
}

// NewEncoder returns an encoder. Headers, and what is masked, are made in the
// arena.
func NewEncoder(o Options, arena *event.Arena, out func(*event.Data)) *Encoder {
	return &Encoder{opt: o, arena: arena, out: out}
}

// Reset makes the encoder ready for another stream.
func (e *Encoder) Reset() {
	e.body.Release()
	e.begun, e.size = false, 0
}

// Start begins a message.
func (e *Encoder) Start(h Head) error {
	e.body.Release()
	e.begun, e.size, e.text = false, 0, utf8Checker{}
	if h.Opcode == Continuation || h.Opcode < 0 || !known(h.Opcode) {
		return fault("opcode: want 1, 2, 8, 9 or 10, got %d", h.Opcode)
	}
	switch e.opt.Role {
	case Server:
		h.Masked = false
	case Client:
		h.Masked = true
	}
	e.head = h
	return nil
}

// Data takes the bytes of d, which is empty afterwards. A long message is sent
// in frames of 16 KiB.
func (e *Encoder) Data(d *event.Data) error {
	e.size += int64(d.Len())
	if isControl(e.head.Opcode) && e.size > maxControl {
		d.Release()
		return fault("want at most %d bytes in a control frame, got more", maxControl)
	}
	if e.opt.MaxMessage > 0 && e.size > e.opt.MaxMessage {
		d.Release()
		return &Error{MessageTooLarge, "message is too large"}
	}
	if e.head.Opcode == Text && !e.opt.AnyText {
		for i := range d.Pieces() {
			if !e.text.feed(d.Piece(i)) {
				d.Release()
				return &Error{InvalidPayload, "text is not valid UTF-8"}
			}
		}
	}
	e.body.Push(d)
	for e.body.Len() > frameSize {
		e.frame(e.body.Shift(frameSize), false)
	}
	return nil
}

// End completes the message.
func (e *Encoder) End() error {
	if e.head.Opcode == Text && !e.opt.AnyText && !e.text.complete() {
		return &Error{InvalidPayload, "text is not valid UTF-8"}
	}
	if e.head.Opcode == Close {
		if err := checkClose(e.body.Bytes()); err != nil {
			return err
		}
	}
	last := &event.Data{}
	last.Push(&e.body)
	e.frame(last, true)
	return nil
}

// frame sends a frame (RFC 6455, 5.2).
func (e *Encoder) frame(payload *event.Data, fin bool) {
	var b [maxHeader]byte
	opcode := e.head.Opcode
	if e.begun {
		opcode = Continuation
	}
	e.begun = true
	b[0] = byte(opcode)
	if fin {
		b[0] |= 0x80
	}
	size, n := 2, payload.Len()
	switch {
	case n < 126:
		b[1] = byte(n)
	default: // frames are never longer than frameSize
		b[1] = 126
		binary.BigEndian.PutUint16(b[2:], uint16(n))
		size = 4
	}
	frame := &event.Data{}
	if !e.head.Masked {
		e.arena.Write(frame, b[:size])
		frame.Push(payload)
		e.out(frame)
		return
	}
	b[1] |= 0x80
	var key [4]byte
	rand.Read(key[:]) // must not be predictable (RFC 6455, 10.3); it never fails
	size += copy(b[size:], key[:])
	e.arena.Write(frame, b[:size])
	at := 0
	for i := range payload.Pieces() {
		for p := payload.Piece(i); len(p) > 0; {
			k := min(len(p), event.SmallChunk)
			at = mask(e.arena.Reserve(k), p[:k], key, at)
			e.arena.Commit(frame, k)
			p = p[k:]
		}
	}
	payload.Release()
	e.out(frame)
}
