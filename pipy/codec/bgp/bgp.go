// Package bgp reads and writes the messages of BGP-4 (RFC 4271), with numbers of
// autonomous systems of two or four bytes (RFC 6793). It does no I/O.
//
// Messages have the form that scripts see: objects, which a Maker makes, and on the
// way back any event.Object. Sections are those of RFC 4271.
package bgp

import (
	"encoding/binary"
	"fmt"

	"pipy/pipy/event"
)

// Maker makes the values that are not plain.
type Maker struct {
	Object func(names []string, values []any) any
	List   func(items []any) any
	// Prefix makes a block of addresses from the first bits of an address.
	Prefix func(bits int, ip []byte) (any, error)
}

// Types of messages (4.1; RFC 2918).
var types = []string{"", "OPEN", "UPDATE", "NOTIFICATION", "KEEPALIVE", "ROUTE_REFRESH"}

const (
	typeOpen         = 1
	typeUpdate       = 2
	typeNotification = 3
	typeKeepalive    = 4
	typeRouteRefresh = 5

	headerSize = 19
	maxMessage = 4096
	asTrans    = 23456 // stands for a number that needs four bytes (RFC 6793)
)

// Attributes (4.3, 5.1; RFC 6793).
var attributes = map[int]string{
	1: "ORIGIN", 2: "AS_PATH", 3: "NEXT_HOP", 4: "MULTI_EXIT_DISC", 5: "LOCAL_PREF",
	6: "ATOMIC_AGGREGATE", 7: "AGGREGATOR", 17: "AS4_PATH", 18: "AS4_AGGREGATOR",
}

func fault(format string, args ...any) error { return fmt.Errorf("bgp: "+format, args...) }

// Decoder finds messages in a stream of bytes. It belongs to one worker.
type Decoder struct {
	as4  func() (bool, error)
	make Maker
	out  func(message any, raw *event.Data)
	in   event.Data
	err  error
}

// NewDecoder returns a decoder that calls out with each message and its bytes. as4
// tells whether AS numbers have four bytes.
func NewDecoder(m Maker, as4 func() (bool, error), out func(message any, raw *event.Data)) *Decoder {
	return &Decoder{as4: as4, make: m, out: out}
}

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	d.err = nil
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	d.in.Push(in)
	for d.err == nil && d.in.Len() > 0 {
		var h [headerSize]byte
		n := 0
		for i := 0; i < d.in.Pieces() && n < headerSize; i++ {
			n += copy(h[n:], d.in.Piece(i))
		}
		size, err := checkHeader(h[:n])
		if err != nil {
			d.err = err
			break
		}
		if size == 0 || d.in.Len() < size {
			break
		}
		raw := d.in.Shift(size)
		as4, err := d.as4()
		var v any
		if err == nil {
			v, err = decode(d.make, int(h[18]), raw.Bytes()[headerSize:], as4)
		}
		if err != nil {
			d.err = err
			break
		}
		d.out(v, raw)
	}
	if d.err != nil {
		d.in.Release()
	}
	return d.err
}

// checkHeader returns the size of a message, 0 when its header is not complete
// (6.1).
func checkHeader(b []byte) (int, error) {
	for _, c := range b[:min(len(b), 16)] {
		if c != 0xff {
			return 0, fault("want a marker of ones, got %02x", c)
		}
	}
	if len(b) < headerSize {
		return 0, nil
	}
	size := int(binary.BigEndian.Uint16(b[16:]))
	if size < headerSize || size > maxMessage {
		return 0, fault("want a length from %d to %d, got %d", headerSize, maxMessage, size)
	}
	if t := int(b[18]); t < 1 || t >= len(types) {
		return 0, fault("the type %d is not known", t)
	}
	return size, nil
}

// End says that the stream is over. It is an error within a message.
func (d *Decoder) End() error {
	if d.err == nil && d.in.Len() > 0 {
		d.err = fault("the stream ended within a message")
	}
	return d.err
}
