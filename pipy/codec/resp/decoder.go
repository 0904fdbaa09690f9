package resp

import (
	"bytes"
	"strconv"

	"pipy/pipy/event"
)

// Decoder finds values in a stream of bytes. It belongs to one worker.
type Decoder struct {
	out func(value any, raw *event.Data)

	in    event.Data
	raw   event.Data // the bytes of the value at hand
	line  []byte     // the beginning of a line
	bulk  *event.Data
	left  int // bytes of the bulk string and its line end
	stack []array
	err   error
}

// array is an array whose elements are not all there.
type array struct {
	items []any
	left  int
}

// NewDecoder returns a decoder that calls out with each value and the bytes that
// it was read from.
func NewDecoder(out func(value any, raw *event.Data)) *Decoder { return &Decoder{out: out} }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	d.raw.Release()
	*d = Decoder{out: d.out}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	if d.err != nil {
		in.Release()
		return d.err
	}
	d.in.Push(in)
	for d.err == nil && d.in.Len() > 0 {
		if d.bulk != nil {
			d.err = d.readBulk()
		} else {
			d.err = d.readLine()
		}
	}
	d.in.Release()
	return d.err
}

// End says that the stream is over. It is an error within a value.
func (d *Decoder) End() error {
	if d.err == nil && (d.raw.Len() > 0 || len(d.line) > 0) {
		d.err = fault("the stream ended within a value")
	}
	return d.err
}

// take moves n bytes of the input to the bytes of the value.
func (d *Decoder) take(n int) *event.Data {
	part := d.in.Shift(n)
	d.raw.Push(part.Clone())
	return part
}

func (d *Decoder) readLine() error {
	end := d.in.IndexByte('\n')
	n := end + 1
	if end < 0 {
		n = d.in.Len()
	}
	if len(d.line)+n > maxLine {
		return fault("want a line of at most %d bytes, got more", maxLine)
	}
	part := d.take(n)
	d.line = part.AppendTo(d.line)
	part.Release()
	if end < 0 {
		return nil
	}
	line := d.line
	d.line = d.line[:0]
	if len(line) < 3 || line[len(line)-2] != '\r' {
		return fault("want a line that ends with CRLF, got %.40q", line)
	}
	return d.element(line[0], line[1:len(line)-2])
}

// element takes a line: a value, or the beginning of one.
func (d *Decoder) element(kind byte, text []byte) error {
	if bytes.IndexByte(text, '\r') >= 0 {
		return fault("want no CR within a line, got %.40q", text)
	}
	switch kind {
	case '+':
		d.value(string(text))
		return nil
	case '-':
		d.value(Error(text))
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if kind != ':' && kind != '$' && kind != '*' {
		return fault("want one of + - : $ *, got %q", kind)
	}
	if err != nil {
		return fault("%c: want an integer, got %.40q", kind, text)
	}
	switch {
	case kind == ':':
		d.value(n)
	case n == -1:
		d.value(nil)
	case n < 0:
		return fault("%c: want a length, got %d", kind, n)
	case kind == '$':
		if n > maxBulk {
			return fault("want a bulk string of at most %d bytes, got %d", maxBulk, n)
		}
		d.bulk, d.left = &event.Data{}, int(n)+2
	case n == 0:
		d.value([]any{})
	default:
		if n > maxItems || len(d.stack) == maxDepth {
			return fault("want arrays of at most %d elements in %d levels, got more", maxItems, maxDepth)
		}
		d.stack = append(d.stack, array{left: int(n)})
	}
	return nil
}

func (d *Decoder) readBulk() error {
	part := d.take(min(d.left, d.in.Len()))
	d.left -= part.Len()
	d.bulk.Push(part)
	if d.left > 0 {
		return nil
	}
	end := d.bulk.Pop(2)
	if end.String() != "\r\n" {
		return fault("want CRLF after a bulk string, got %q", end.String())
	}
	end.Release()
	b := d.bulk
	d.bulk = nil
	d.value(b)
	return nil
}

// value takes a value that is complete.
func (d *Decoder) value(v any) {
	for len(d.stack) > 0 {
		top := &d.stack[len(d.stack)-1]
		top.items = append(top.items, v)
		top.left--
		if top.left > 0 {
			return
		}
		v = top.items
		d.stack = d.stack[:len(d.stack)-1]
	}
	raw := &event.Data{}
	raw.Push(&d.raw)
	d.out(v, raw)
}
