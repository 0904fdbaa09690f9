// Package dubbo reads and writes the frames of the Dubbo protocol: a header of 16
// bytes and a body, which stays as it is. It does no I/O.
//
//	0  magic, 2 bytes: da bb
//	2  flags: request 80, two-way 40, event 20; and the serialization, 5 bits
//	3  status, in responses
//	4  request ID, 8 bytes
//	12 length of the body, 4 bytes
package dubbo

import (
	"encoding/binary"
	"fmt"

	"pipy/pipy/event"
)

// Head is the header of a frame without the length.
type Head struct {
	ID            int64
	Request       bool
	TwoWay        bool
	Event         bool
	Serialization int // 2 for Hessian 2; at most 31
	Status        int // 20 for OK
}

const headerSize = 16

// Decoder makes messages of frames: MessageStart (Head), Data, MessageEnd. It
// belongs to one worker.
type Decoder struct {
	max  int64
	out  func(event.Event)
	in   event.Data
	body int64 // bytes that are left of the body
	open bool
	err  error
}

// NewDecoder returns a decoder for frames whose bodies have up to max bytes; 0
// means any.
func NewDecoder(max int64, out func(event.Event)) *Decoder { return &Decoder{max: max, out: out} }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	*d = Decoder{max: d.max, out: d.out}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	d.in.Push(in)
	for d.err == nil {
		if !d.open && !d.begin() {
			break
		}
		if d.body > 0 {
			if d.in.Len() == 0 {
				break
			}
			part := d.in.Shift(int(min(d.body, int64(d.in.Len()))))
			d.body -= int64(part.Len())
			d.out(part)
		}
		if d.body == 0 {
			d.open = false
			d.out(event.End)
		}
	}
	if d.err != nil {
		d.in.Release()
	}
	return d.err
}

// begin reads a header if all of it is there.
func (d *Decoder) begin() bool {
	n := d.in.Len()
	if n > 0 && d.in.At(0) != 0xda || n > 1 && d.in.At(1) != 0xbb {
		d.err = fmt.Errorf("dubbo: want a frame that begins with da bb, got %02x", d.in.Shift(min(n, 2)).Bytes())
		return false
	}
	if n < headerSize {
		return false
	}
	b := d.in.Shift(headerSize).AppendTo(nil)
	d.body = int64(binary.BigEndian.Uint32(b[12:]))
	if d.max > 0 && d.body > d.max {
		d.err = fmt.Errorf("dubbo: want a body of at most %d bytes, got %d", d.max, d.body)
		return false
	}
	d.open = true
	d.out(&event.MessageStart{Head: Head{
		ID:      int64(binary.BigEndian.Uint64(b[4:])),
		Request: b[2]&0x80 != 0, TwoWay: b[2]&0x40 != 0, Event: b[2]&0x20 != 0,
		Serialization: int(b[2] & 0x1f), Status: int(b[3]),
	}})
	return true
}

// End says that the stream is over. It is an error within a frame.
func (d *Decoder) End() error {
	if d.err == nil && (d.open || d.in.Len() > 0) {
		d.err = fmt.Errorf("dubbo: the stream ended within a frame")
	}
	return d.err
}

// Encode returns a frame. The body is taken, not copied.
func Encode(h Head, body *event.Data) *event.Data {
	b := make([]byte, headerSize)
	b[0], b[1], b[2], b[3] = 0xda, 0xbb, byte(h.Serialization&0x1f), byte(h.Status)
	for i, on := range []bool{h.Request, h.TwoWay, h.Event} {
		if on {
			b[2] |= 0x80 >> i
		}
	}
	binary.BigEndian.PutUint64(b[4:], uint64(h.ID))
	binary.BigEndian.PutUint32(b[12:], uint32(body.Len()))
	d := event.NewData(b)
	d.Push(body)
	return d
}
