package mqtt

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"pipy/pipy/event"
)

// maxVariable is the largest variable byte integer (1.5.5).
const maxVariable = 268435455

// reader reads the fields of a packet. After an error it returns zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n > len(r.b) {
		r.fail("a field is longer than its packet")
		return make([]byte, min(n, 4))
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) sub(n int) *reader {
	if n > len(r.b) {
		r.fail("a field is longer than its packet")
		n = 0
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return &reader{b: b, err: r.err}
}

func (r *reader) byte() byte { return r.take(1)[0] }
func (r *reader) two() int   { return int(binary.BigEndian.Uint16(r.take(2))) }
func (r *reader) four() uint32 {
	return binary.BigEndian.Uint32(r.take(4))
}

// variable reads a variable byte integer (1.5.5).
func (r *reader) variable() int {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		c := r.byte()
		n |= int(c&0x7f) << shift
		if c&0x80 == 0 {
			if c == 0 && shift > 0 {
				r.fail("a variable byte integer is not in its shortest form")
			}
			return n
		}
	}
	r.fail("a variable byte integer has more than 4 bytes")
	return 0
}

// text reads a UTF-8 string (1.5.4).
func (r *reader) text() string {
	n := r.two()
	if r.err != nil {
		return ""
	}
	s := string(r.take(n))
	if r.err != nil {
		return ""
	}
	if !validText(s) {
		r.fail("a string is not valid UTF-8, or has a null character")
	}
	return s
}

func validText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func (r *reader) binary() *event.Data {
	n := r.two()
	if r.err != nil {
		return &event.Data{}
	}
	b := r.take(n)
	if r.err != nil {
		return &event.Data{}
	}
	return event.NewData(append([]byte(nil), b...))
}

// writer writes the fields of a packet.
type writer struct {
	b   []byte
	err error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *writer) byte(b byte) { w.b = append(w.b, b) }
func (w *writer) two(n int)   { w.b = binary.BigEndian.AppendUint16(w.b, uint16(n)) }

func (w *writer) variable(n int) {
	if n > maxVariable {
		w.fail("want a length of at most %d, got %d", maxVariable, n)
	}
	for n >= 0x80 {
		w.byte(byte(n) | 0x80)
		n >>= 7
	}
	w.byte(byte(n))
}

func (w *writer) text(s string) {
	if len(s) > 0xffff || !validText(s) {
		w.fail("want UTF-8 of at most 65535 bytes without null characters, got %.40q", s)
		return
	}
	w.two(len(s))
	w.b = append(w.b, s...)
}

func (w *writer) binary(d *event.Data) {
	if d == nil {
		d = &event.Data{}
	}
	if d.Len() > 0xffff {
		w.fail("want at most 65535 bytes, got %d", d.Len())
		return
	}
	w.two(d.Len())
	w.b = d.AppendTo(w.b)
}
