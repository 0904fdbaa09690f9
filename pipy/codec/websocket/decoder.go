package websocket

import (
	"encoding/binary"

	"pipy/pipy/event"
)

// Decoder makes messages of frames. It belongs to one worker.
type Decoder struct {
	opt   Options
	arena *event.Arena
	out   func(event.Event)

	in     event.Data
	header frameHeader
	left   int64 // bytes of the payload of the frame at hand
	at     int   // position in the mask
	frame  bool  // a frame is at hand
	size   int64 // bytes of the message so far

	open    bool // a message was begun whose last frame has not begun
	stream  bool // the message at hand is passed on as it comes
	head    *Head
	kept    event.Data // of a message of several frames
	text    utf8Checker
	control event.Data // of a control frame

	closed bool // a Close frame came: the rest is ignored
	err    error
}

// frameHeader is the header of a frame (RFC 6455, 5.2).
type frameHeader struct {
	fin    bool
	opcode int
	masked bool
	key    [4]byte
	length int64
}

// NewDecoder returns a decoder. Memory for what was masked comes from the arena.
func NewDecoder(o Options, arena *event.Arena, out func(event.Event)) *Decoder {
	return &Decoder{opt: o, arena: arena, out: out}
}

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	d.kept.Release()
	d.control.Release()
	*d = Decoder{opt: d.opt, arena: d.arena, out: d.out}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	if d.err != nil || d.closed {
		in.Release()
		return d.err
	}
	d.in.Push(in)
	for d.err == nil && !d.closed {
		if !d.frame {
			ok, err := d.begin()
			if err != nil {
				d.err = err
			}
			if !ok {
				break
			}
		}
		if d.left > 0 && d.in.Len() == 0 {
			break
		}
		d.payload()
		if d.left > 0 || d.err != nil {
			continue
		}
		d.frame = false
		d.err = d.finish()
	}
	if d.err != nil || d.closed {
		d.in.Release()
	}
	return d.err
}

// End says that the stream is over. It is an error within a message.
func (d *Decoder) End() error {
	if d.err == nil && !d.closed && (d.frame || d.open || d.in.Len() > 0) {
		d.err = fault("the stream ended within a message")
	}
	return d.err
}

// begin reads the header of a frame, and tells whether it was all there.
func (d *Decoder) begin() (bool, error) {
	var b [maxHeader]byte
	n := peek(&d.in, b[:])
	h, size, err := parseHeader(b[:n])
	if err != nil || size == 0 {
		return false, err
	}
	if err := d.check(h); err != nil {
		return false, err
	}
	d.in.Skip(size)
	d.header, d.left, d.at, d.frame = h, h.length, 0, true
	if isControl(h.opcode) {
		return true, nil
	}
	if h.opcode != Continuation {
		d.size, d.text = 0, utf8Checker{}
		d.head = &Head{h.opcode, h.masked}
		d.open = true
		d.stream = h.fin
		if d.stream {
			d.out(&event.MessageStart{Head: d.head})
		}
	}
	d.size += h.length
	if d.opt.MaxMessage > 0 && (d.size > d.opt.MaxMessage || d.size < 0) {
		return false, &Error{MessageTooLarge, "message is too large"}
	}
	return true, nil
}

// peek copies the first bytes of d.
func peek(d *event.Data, b []byte) int {
	n := 0
	for i := 0; i < d.Pieces() && n < len(b); i++ {
		n += copy(b[n:], d.Piece(i))
	}
	return n
}

// parseHeader reads a header (RFC 6455, 5.2). size is 0 when there is not enough
// of it.
func parseHeader(b []byte) (h frameHeader, size int, err error) {
	if len(b) < 1 {
		return h, 0, nil
	}
	if b[0]&0x70 != 0 {
		return h, 0, fault("frame: want no extensions, got reserved bits %#x", b[0]&0x70)
	}
	h.fin, h.opcode = b[0]&0x80 != 0, int(b[0]&0x0f)
	if !known(h.opcode) {
		return h, 0, fault("frame: opcode %d is reserved", h.opcode)
	}
	if isControl(h.opcode) && !h.fin {
		return h, 0, fault("frame: a control frame must not be fragmented")
	}
	if len(b) < 2 {
		return h, 0, nil
	}
	h.masked = b[1]&0x80 != 0
	size = 2
	short := b[1] & 0x7f
	if isControl(h.opcode) && short > maxControl {
		return h, 0, fault("frame: want at most %d bytes in a control frame, got more", maxControl)
	}
	switch short {
	case 126:
		size = 4
		if len(b) < size {
			return h, 0, nil
		}
		h.length = int64(binary.BigEndian.Uint16(b[2:]))
		if h.length < 126 {
			return h, 0, fault("frame: the length %d is not in its shortest form", h.length)
		}
	case 127:
		size = 10
		if len(b) < size {
			return h, 0, nil
		}
		n := binary.BigEndian.Uint64(b[2:])
		if n>>63 != 0 {
			return h, 0, fault("frame: the length has its highest bit set")
		}
		if n < 1<<16 {
			return h, 0, fault("frame: the length %d is not in its shortest form", n)
		}
		h.length = int64(n)
	default:
		h.length = int64(short)
	}
	if h.masked {
		if len(b) < size+4 {
			return h, 0, nil
		}
		copy(h.key[:], b[size:])
		size += 4
	}
	return h, size, nil
}

// check looks at what a header means here.
func (d *Decoder) check(h frameHeader) error {
	if d.opt.Role == Server && !h.masked {
		return fault("frame: want a mask from a client, got none")
	}
	if d.opt.Role == Client && h.masked {
		return fault("frame: want no mask from a server, got one")
	}
	if h.opcode == Continuation && !d.open {
		return fault("frame: a continuation of nothing")
	}
	if !isControl(h.opcode) && h.opcode != Continuation && d.open {
		return fault("frame: want a continuation, got opcode %d", h.opcode)
	}
	return nil
}

// payload takes what is there of the payload of the frame.
func (d *Decoder) payload() {
	if d.left == 0 {
		return
	}
	part := d.in.Shift(int(min(d.left, int64(d.in.Len()))))
	d.left -= int64(part.Len())
	if d.header.masked {
		part = d.unmask(part)
	}
	if isControl(d.header.opcode) {
		d.control.Push(part)
		return
	}
	if d.head.Opcode == Text && !d.opt.AnyText && !d.checkText(part) {
		d.err = &Error{InvalidPayload, "text is not valid UTF-8"}
		part.Release()
		return
	}
	if d.stream {
		d.out(part)
		return
	}
	d.kept.Push(part)
}

func (d *Decoder) checkText(part *event.Data) bool {
	for i := range part.Pieces() {
		if !d.text.feed(part.Piece(i)) {
			return false
		}
	}
	return true
}

// unmask returns the bytes without the mask; they are in memory of their own,
// for others may read the ones that came.
func (d *Decoder) unmask(part *event.Data) *event.Data {
	plain := &event.Data{}
	for i := range part.Pieces() {
		for b := part.Piece(i); len(b) > 0; {
			n := min(len(b), event.SmallChunk)
			d.at = mask(d.arena.Reserve(n), b[:n], d.header.key, d.at)
			d.arena.Commit(plain, n)
			b = b[n:]
		}
	}
	part.Release()
	return plain
}

// finish ends the frame.
func (d *Decoder) finish() error {
	h := d.header
	if isControl(h.opcode) {
		return d.finishControl()
	}
	if !h.fin {
		return nil
	}
	d.open = false
	if d.head.Opcode == Text && !d.opt.AnyText && !d.text.complete() {
		return &Error{InvalidPayload, "text is not valid UTF-8"}
	}
	if !d.stream {
		d.out(&event.MessageStart{Head: d.head})
		if d.kept.Len() > 0 {
			body := &event.Data{}
			body.Push(&d.kept)
			d.out(body)
		}
	}
	d.out(event.End)
	return nil
}

func (d *Decoder) finishControl() error {
	body := &event.Data{}
	body.Push(&d.control)
	if d.header.opcode == Close {
		if err := checkClose(body.Bytes()); err != nil {
			return err
		}
		d.closed = true
	}
	d.out(&event.MessageStart{Head: &Head{d.header.opcode, d.header.masked}})
	if body.Len() > 0 {
		d.out(body)
	}
	d.out(event.End)
	return nil
}
