// Package fastcgi reads and writes the records of FastCGI 1.0: bytes in, records
// out, and back. It does no I/O. References are to sections of the specification.
package fastcgi

import (
	"encoding/binary"
	"fmt"

	"pipy/pipy/event"
)

// Types of records (8).
const (
	BeginRequest    = 1
	AbortRequest    = 2
	EndRequest      = 3
	Params          = 4
	Stdin           = 5
	Stdout          = 6
	Stderr          = 7
	GetValues       = 9
	GetValuesResult = 10
	UnknownType     = 11
)

// What a protocolStatus says (5.5).
const (
	RequestComplete = 0
	Overloaded      = 2
	UnknownRole     = 3
)

// KeepConn is the flag of a request whose connection stays open (5.1).
const KeepConn = 1

const (
	headerSize = 8
	maxContent = 65535 // bytes of the content of a record
)

// Record is a record without its padding.
type Record struct {
	Type    int
	ID      int // of the request; 0 for the connection
	Content *event.Data
}

func fault(format string, args ...any) error { return fmt.Errorf("fastcgi: "+format, args...) }

// Decoder finds records in a stream of bytes. It belongs to one worker.
type Decoder struct {
	out func(Record)
	in  event.Data
	err error
}

// NewDecoder returns a decoder that calls out with each record.
func NewDecoder(out func(Record)) *Decoder { return &Decoder{out: out} }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	d.err = nil
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	d.in.Push(in)
	for d.err == nil && d.in.Len() > 0 {
		if v := d.in.At(0); v != 1 {
			d.err = fault("want version 1, got %d", v)
			break
		}
		if d.in.Len() < headerSize {
			break
		}
		length := int(d.in.At(4))<<8 | int(d.in.At(5))
		padding := int(d.in.At(6))
		if d.in.Len() < headerSize+length+padding {
			break
		}
		r := Record{Type: int(d.in.At(1)), ID: int(d.in.At(2))<<8 | int(d.in.At(3))}
		d.in.Skip(headerSize)
		r.Content = d.in.Shift(length)
		d.in.Skip(padding)
		d.out(r)
	}
	if d.err != nil {
		d.in.Release()
	}
	return d.err
}

// End says that the stream is over. It is an error within a record.
func (d *Decoder) End() error {
	if d.err == nil && d.in.Len() > 0 {
		d.err = fault("the stream ended within a record")
	}
	return d.err
}

// Append appends records with the content, which is taken: as many as it needs,
// one that is empty for no content.
func Append(d *event.Data, kind, id int, content *event.Data) {
	for {
		part := content.Shift(maxContent)
		var b [headerSize]byte
		b[0], b[1] = 1, byte(kind)
		binary.BigEndian.PutUint16(b[2:], uint16(id))
		binary.BigEndian.PutUint16(b[4:], uint16(part.Len()))
		padding := -part.Len() & 7 // records are best aligned (3.3)
		b[6] = byte(padding)
		d.Push(event.NewData(append([]byte(nil), b[:]...)))
		d.Push(part)
		if padding > 0 {
			d.Push(event.NewData(make([]byte, padding)))
		}
		if content.Len() == 0 {
			return
		}
	}
}

// AppendBegin appends the record that begins a request (5.1).
func AppendBegin(d *event.Data, id, role int, keep bool) {
	b := make([]byte, 8)
	binary.BigEndian.PutUint16(b, uint16(role))
	if keep {
		b[2] = KeepConn
	}
	Append(d, BeginRequest, id, event.NewData(b))
}

// ParseBegin reads the content of a BeginRequest.
func ParseBegin(content *event.Data) (role int, keep bool, err error) {
	b := content.Bytes()
	if len(b) != 8 {
		return 0, false, fault("begin: want 8 bytes, got %d", len(b))
	}
	return int(binary.BigEndian.Uint16(b)), b[2]&KeepConn != 0, nil
}

// AppendEnd appends the record that ends a request (5.5).
func AppendEnd(d *event.Data, id int, appStatus uint32, protocolStatus int) {
	b := make([]byte, 8)
	binary.BigEndian.PutUint32(b, appStatus)
	b[4] = byte(protocolStatus)
	Append(d, EndRequest, id, event.NewData(b))
}

// ParseEnd reads the content of an EndRequest.
func ParseEnd(content *event.Data) (appStatus uint32, protocolStatus int, err error) {
	b := content.Bytes()
	if len(b) != 8 {
		return 0, 0, fault("end: want 8 bytes, got %d", len(b))
	}
	return binary.BigEndian.Uint32(b), int(b[4]), nil
}

// Param is a name and a value.
type Param struct{ Name, Value string }

// AppendParams appends names and values as they stand in the content of records
// (3.4).
func AppendParams(b []byte, list []Param) []byte {
	length := func(n int) {
		if n < 0x80 {
			b = append(b, byte(n))
			return
		}
		b = binary.BigEndian.AppendUint32(b, uint32(n)|1<<31)
	}
	for _, p := range list {
		length(len(p.Name))
		length(len(p.Value))
		b = append(b, p.Name...)
		b = append(b, p.Value...)
	}
	return b
}

// ParseParams reads names and values.
func ParseParams(b []byte) (list []Param, err error) {
	length := func() int {
		if len(b) > 0 && b[0] < 0x80 {
			n := int(b[0])
			b = b[1:]
			return n
		}
		if len(b) < 4 {
			err = fault("params: a length is cut off")
			return 0
		}
		n := int(binary.BigEndian.Uint32(b) &^ (1 << 31))
		b = b[4:]
		return n
	}
	for len(b) > 0 {
		n, v := length(), 0
		if err == nil {
			v = length()
		}
		if err != nil {
			return nil, err
		}
		if n > len(b) || v > len(b)-n {
			return nil, fault("params: want %d bytes, got %d", n+v, len(b))
		}
		list = append(list, Param{string(b[:n]), string(b[n : n+v])})
		b = b[n+v:]
	}
	return list, nil
}
