// Package multipart takes multipart bodies apart (RFC 2046, 5.1): bytes in, events
// out. It does no I/O.
//
// Each part becomes MessageStart (*Part), Data and MessageEnd, as it comes. A part
// that is a multipart body itself is taken apart in its place.
package multipart

import (
	"bytes"
	"fmt"
	"mime"
	"strings"

	"pipy/pipy/event"
)

const (
	maxHead   = 64 << 10 // bytes of the header of a part
	maxNested = 8        // multipart bodies within each other
)

// Part is the head of a part.
type Part struct {
	Header []Field
}

// Field is one line of a header, its name in lower case.
type Field struct{ Name, Value string }

// Boundary returns the boundary of a content type; ok is false when it is no
// multipart type, or has no valid boundary (RFC 2046, 5.1.1).
func Boundary(contentType string) (boundary string, ok bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return "", false
	}
	boundary = params["boundary"]
	return boundary, boundary != "" && len(boundary) <= 70
}

func fault(format string, args ...any) error { return fmt.Errorf("multipart: "+format, args...) }

type state uint8

const (
	preamble state = iota
	header
	blank // the line end between the header and the body, or before a delimiter
	body
	epilogue
)

// Decoder takes one body apart. It belongs to one worker.
type Decoder struct {
	delimiter []byte // CRLF, two dashes and the boundary
	level     int
	out       func(event.Event)

	buf   []byte
	state state
	child *Decoder // of the part at hand
	err   error
}

// NewDecoder returns a decoder for a body with the boundary.
func NewDecoder(boundary string, out func(event.Event)) *Decoder {
	// The first delimiter needs no line end before it, so there is one.
	return &Decoder{delimiter: []byte("\r\n--" + boundary), out: out, buf: []byte("\r\n")}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	if d.err == nil && d.state != epilogue {
		d.buf = in.AppendTo(d.buf)
		d.run()
	}
	in.Release()
	return d.err
}

// End says that the body is over. It is an error before the last delimiter.
func (d *Decoder) End() error {
	if d.err == nil && d.state != epilogue {
		d.err = fault("the body ended without its last delimiter")
	}
	return d.err
}

func (d *Decoder) run() {
	for d.err == nil {
		var more bool
		switch d.state {
		case preamble, body:
			more = d.content()
		case header:
			more = d.header()
		case blank:
			more = d.blank()
		case epilogue:
			d.buf = nil
		}
		if !more {
			return
		}
	}
}

// content passes on what comes before the next delimiter. It returns false when
// more input is needed.
func (d *Decoder) content() bool {
	from := 0
	for {
		i := bytes.Index(d.buf[from:], d.delimiter)
		if i < 0 {
			keep := min(len(d.buf)-from, len(d.delimiter)-1)
			d.pass(len(d.buf) - keep)
			return false
		}
		i += from
		rest := d.buf[i+len(d.delimiter):]
		size, last, verdict := delimiterEnd(rest)
		switch verdict {
		case isShort:
			d.pass(i)
			return false
		case isContent:
			from = i + 1
			continue
		}
		d.pass(i)
		d.buf = d.buf[len(d.delimiter)+size:]
		d.endPart()
		d.state = header
		if last {
			d.state = epilogue
		}
		return true
	}
}

type verdict uint8

const (
	isDelimiter verdict = iota
	isContent
	isShort
)

// delimiterEnd looks at what follows a boundary: dashes, or blanks and a line end.
func delimiterEnd(b []byte) (size int, last bool, v verdict) {
	if len(b) > 0 && b[0] == '-' {
		if len(b) == 1 {
			return 0, false, isShort
		}
		if b[1] == '-' {
			return 2, true, isDelimiter
		}
		return 0, false, isContent
	}
	n := 0
	for n < len(b) && (b[n] == ' ' || b[n] == '\t') {
		n++
	}
	switch {
	case n > maxHead:
		return 0, false, isContent
	case len(b) < n+2 && (len(b) == n || b[n] == '\r'):
		return 0, false, isShort
	case b[n] == '\r' && b[n+1] == '\n':
		// The line end may also begin the next delimiter, after an empty header.
		return n, false, isDelimiter
	}
	return 0, false, isContent
}

// pass gives the first n bytes to whom they belong.
func (d *Decoder) pass(n int) {
	if n == 0 {
		return
	}
	if d.state == body {
		part := event.NewData(bytes.Clone(d.buf[:n]))
		if d.child != nil {
			d.err = d.child.Feed(part)
		} else {
			d.out(part)
		}
	}
	d.buf = append(d.buf[:0], d.buf[n:]...)
}

func (d *Decoder) endPart() {
	if d.state != body || d.err != nil {
		return
	}
	if d.child != nil {
		d.err = d.child.End()
		d.child = nil
		return
	}
	d.out(event.End)
}

// header reads the header of a part, which begins with a line end.
func (d *Decoder) header() bool {
	end := bytes.Index(d.buf, []byte("\r\n\r\n"))
	if end < 0 {
		if len(d.buf) > maxHead {
			d.err = fault("want a header of at most %d bytes, got more", maxHead)
		}
		return false
	}
	if end > maxHead {
		d.err = fault("want a header of at most %d bytes, got more", maxHead)
		return false
	}
	p := &Part{}
	if end > 0 {
		if d.err = p.parse(string(d.buf[2:end])); d.err != nil {
			return false
		}
	}
	d.buf = d.buf[end+2:]
	d.state = blank
	d.beginPart(p)
	return true
}

// blank drops the line end after the header, unless it begins a delimiter: then
// the body is empty.
func (d *Decoder) blank() bool {
	if len(d.buf) < len(d.delimiter) && bytes.HasPrefix(d.delimiter, d.buf) {
		return false
	}
	d.state = body
	if bytes.HasPrefix(d.buf, d.delimiter) {
		switch _, _, v := delimiterEnd(d.buf[len(d.delimiter):]); v {
		case isShort:
			d.state = blank
			return false
		case isDelimiter:
			return true
		}
	}
	d.buf = d.buf[2:]
	return true
}

func (d *Decoder) beginPart(p *Part) {
	for _, f := range p.Header {
		if f.Name != "content-type" {
			continue
		}
		if b, ok := Boundary(f.Value); ok {
			if d.level == maxNested {
				d.err = fault("want at most %d multipart bodies within each other, got more", maxNested)
				return
			}
			d.child = NewDecoder(b, d.out)
			d.child.level = d.level + 1
			return
		}
	}
	d.out(&event.MessageStart{Head: p})
}

// parse reads the lines of a header (RFC 5322, 2.2).
func (p *Part) parse(text string) error {
	for line := range strings.SplitSeq(text, "\r\n") {
		if line != "" && (line[0] == ' ' || line[0] == '\t') && len(p.Header) > 0 {
			f := &p.Header[len(p.Header)-1]
			f.Value = strings.TrimSpace(f.Value + " " + strings.TrimSpace(line))
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" {
			return fault("want a header line with a colon, got %.40q", line)
		}
		p.Header = append(p.Header, Field{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
	}
	return nil
}
