// Package netlink reads and writes the messages of Linux's netlink sockets: a
// header of 16 bytes in the order of the machine, and a payload, which stays as it
// is. Each begins at a multiple of 4 bytes (netlink(3)). It does no I/O.
//
//	0  length of header and payload, 4 bytes
//	4  type, 2 bytes
//	6  flags, 2 bytes
//	8  sequence number, 4 bytes
//	12 port, 4 bytes: 0 for the kernel, often the ID of a process
package netlink

import (
	"encoding/binary"
	"fmt"

	"pipy/pipy/event"
)

// Head is the header of a message without the length.
type Head struct {
	Type, Flags uint16
	Seq, PID    uint32
}

const headerSize = 16

// padding returns how many bytes are between a message and the next one.
func padding(length int64) int64 { return -length & 3 }

// Decoder makes messages of bytes: MessageStart (Head), Data, MessageEnd. It
// belongs to one worker.
type Decoder struct {
	out  func(event.Event)
	in   event.Data
	body int64 // bytes that are left of the payload
	pad  int64 // bytes that are left of the padding before the next message
	open bool
	err  error
}

// NewDecoder returns a decoder.
func NewDecoder(out func(event.Event)) *Decoder { return &Decoder{out: out} }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	*d = Decoder{out: d.out}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	d.in.Push(in)
	for d.err == nil && (d.open || d.begin()) {
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
	skip := min(d.pad, int64(d.in.Len()))
	d.in.Skip(int(skip))
	d.pad -= skip
	if d.in.Len() < headerSize {
		return false
	}
	header := d.in.Shift(headerSize)
	b := header.AppendTo(nil)
	header.Release()
	length := int64(binary.NativeEndian.Uint32(b))
	if length < headerSize {
		d.err = fmt.Errorf("netlink: want a length of at least %d, got %d", headerSize, length)
		return false
	}
	d.open, d.body, d.pad = true, length-headerSize, padding(length)
	d.out(&event.MessageStart{Head: Head{
		Type: binary.NativeEndian.Uint16(b[4:]), Flags: binary.NativeEndian.Uint16(b[6:]),
		Seq: binary.NativeEndian.Uint32(b[8:]), PID: binary.NativeEndian.Uint32(b[12:]),
	}})
	return true
}

// End says that the stream is over. It is an error within a message.
func (d *Decoder) End() error {
	if d.err == nil && (d.open || d.in.Len() > 0) {
		d.err = fmt.Errorf("netlink: the stream ended within a message")
	}
	return d.err
}

// Encode returns a message and its padding. The payload is taken, not copied; it
// must have less than 4 GB.
func Encode(h Head, payload *event.Data) *event.Data {
	length := headerSize + payload.Len()
	b := make([]byte, headerSize)
	binary.NativeEndian.PutUint32(b, uint32(length))
	binary.NativeEndian.PutUint16(b[4:], h.Type)
	binary.NativeEndian.PutUint16(b[6:], h.Flags)
	binary.NativeEndian.PutUint32(b[8:], h.Seq)
	binary.NativeEndian.PutUint32(b[12:], h.PID)
	d := event.NewData(b)
	d.Push(payload)
	if n := padding(int64(length)); n > 0 {
		d.Push(event.NewData(make([]byte, n)))
	}
	return d
}
