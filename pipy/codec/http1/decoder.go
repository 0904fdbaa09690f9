package http1

import (
	"errors"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// state is what the decoder expects next.
type state uint8

const (
	inHead     state = iota // a head, or the empty lines before one
	inBody                  // left bytes of body
	untilClose              // bytes of body until the stream ends
	atChunk                 // the line before a chunk
	inChunk                 // left bytes of a chunk
	atChunkCR               // the CR after a chunk
	atChunkLF               // the LF after that
	inTrailer               // the fields after the last chunk, or the empty line
	atEnd                   // nothing: the MessageEnd is due
	tunnel                  // raw bytes
	over                    // nothing any more
)

// Decoder makes messages of the bytes of one direction of a connection. It
// emits MessageStart with an *httphead.Head, Data, and MessageEnd with an
// *httphead.Tail. Data are parts of the input, not copies.
// It belongs to one worker.
//
// Head.Length is the announced content-length, 0 when there is no body, and -1
// when its length is not known beforehand.
type Decoder struct {
	out      func(event.Event)
	method   func(*httphead.Head) string // responses only; may be nil
	limits   Limits
	response bool

	state     state
	part      chunkPart
	begun     bool // a message was decoded
	running   bool // run is on the stack
	suspended bool
	tunnels   bool // Tunnel was called inside a message
	ended     bool // End was called
	empty     int  // empty lines before the request line
	interims  int  // responses in a row that are interim
	lineLen   int  // bytes of the line before a chunk so far
	left      int64
	headSize  int64 // bytes of the message's head
	bodySize  int64 // and of what followed so far

	input  *event.Data // not decoded yet; nil when there is none
	buf    []byte      // the part of a head or a tail that came in earlier input
	block  block       // how far buf was read
	err    error       // what Feed and End return from now on
	endErr error       // what End was called with
}

// NewRequestDecoder returns a decoder of what a client sends. Events go to out,
// which may call the decoder's methods.
func NewRequestDecoder(l Limits, out func(event.Event)) *Decoder {
	return &Decoder{limits: l.filled(), out: out}
}

// NewResponseDecoder returns a decoder of what a server sends. method is called
// with the head of each final response and returns the method of the request
// that it answers; nil means that all are like GET. Interim responses
// (1xx) are messages of their own (RFC 9110, 15.2). The Status of an Error is
// always 502.
func NewResponseDecoder(l Limits, method func(*httphead.Head) string, out func(event.Event)) *Decoder {
	return &Decoder{limits: l.filled(), out: out, method: method, response: true}
}

// Feed decodes data, which it takes over. The error is final: it is returned
// again by all later calls, and no more events come.
func (d *Decoder) Feed(data *event.Data) error {
	if d.state == over || d.ended {
		data.Release()
		return d.err
	}
	if d.input == nil {
		d.input = data
	} else {
		d.input.Push(data)
	}
	return d.run()
}

// End tells that the stream is over, in an orderly way if err is nil. A body
// that lasts until then is complete if it is. Inside a message the result wraps
// ErrTruncated and err, and has the name of err or ConnectionReset for
// event.NameOf; else it is err. When the decoder is suspended, the end takes
// effect after Resume, which returns the result then.
func (d *Decoder) End(err error) error {
	if d.state == over || d.ended {
		return d.err
	}
	d.ended, d.endErr = true, err
	return d.run()
}

// EndBody tells that a body that lasts until the end of the stream is complete,
// though the stream goes on: the input comes in messages of its own. At any other
// place it does nothing.
func (d *Decoder) EndBody() {
	if d.state == untilClose && !d.running && !d.suspended {
		d.close(nil)
	}
}

// Suspend stops decoding at once; from then on input is kept. No event comes
// after it, not even the MessageEnd of a message without body when it is called
// for the MessageStart. The owner bounds what is kept by holding the source.
func (d *Decoder) Suspend() { d.suspended = true }

// Suspended tells whether Suspend is in force.
func (d *Decoder) Suspended() bool { return d.suspended }

// Resume ends a suspension and decodes what was kept. It returns what Feed and
// End would have returned; nil when called from within out, as the outer call
// returns the error then.
func (d *Decoder) Resume() error {
	d.suspended = false
	return d.run()
}

// Tunnel passes all further input on as raw Data, after the end of the message
// at hand if there is one. It ends a suspension. The error is that of Resume.
func (d *Decoder) Tunnel() error {
	switch d.state {
	case inHead:
		d.input = d.undecoded()
		d.state = tunnel
	case tunnel, over:
	default:
		d.tunnels = true
	}
	return d.Resume()
}

// Rest ends the decoding and returns the input that was not decoded, which may
// be empty: after ErrHTTP2Preface all of it, after any other error nothing, and
// in between two messages that are not complete as they came.
func (d *Decoder) Rest() *event.Data {
	rest := d.undecoded()
	d.state = over
	if rest == nil {
		rest = &event.Data{}
	}
	return rest
}

// undecoded takes what came and was not decoded; nil when there is nothing.
func (d *Decoder) undecoded() *event.Data {
	rest := d.input
	if len(d.buf) > 0 {
		all := event.NewData(d.buf)
		if rest != nil {
			all.Push(rest)
		}
		rest = all
	}
	d.input, d.buf, d.block = nil, nil, block{}
	return rest
}

// Idle tells whether the decoder is between two messages and has no input.
func (d *Decoder) Idle() bool {
	return d.state == inHead && len(d.buf) == 0 && d.input == nil
}

// InHead tells whether a part of a head came, but not all of it.
func (d *Decoder) InHead() bool { return d.state == inHead && len(d.buf) > 0 }

// InMessage tells whether a MessageStart went out whose MessageEnd did not.
func (d *Decoder) InMessage() bool { return inHead < d.state && d.state < tunnel }

// Held returns the number of bytes that Suspend keeps.
func (d *Decoder) Held() int {
	if d.input == nil {
		return 0
	}
	return d.input.Len()
}

// run decodes as far as the input goes.
func (d *Decoder) run() error {
	if d.running {
		return nil
	}
	d.running = true
	for !d.suspended && d.step() {
	}
	if d.ended && !d.suspended && d.state != over {
		d.finish()
	}
	d.running = false
	return d.err
}

// step decodes something and tells whether there may be more.
func (d *Decoder) step() bool {
	switch d.state {
	case inHead, inTrailer:
		return d.collect()
	case inBody, inChunk:
		return d.body()
	case untilClose, tunnel:
		return d.raw()
	case atChunk:
		return d.chunkLine()
	case atChunkCR, atChunkLF:
		return d.chunkEnd()
	case atEnd:
		d.close(nil)
		return true
	}
	return false
}

// finish settles what the end of the stream means.
func (d *Decoder) finish() {
	switch {
	case d.Idle(), d.state == tunnel:
		d.err = d.endErr
	case d.state == untilClose && d.endErr == nil:
		d.close(nil)
	default:
		d.err = truncated(d.endErr)
	}
	d.Rest().Release()
}

// fail ends the decoding with an error.
func (d *Decoder) fail(err error) bool {
	d.err = err
	if e := (*Error)(nil); errors.As(err, &e) && d.response {
		d.err = &Error{502, e.Text}
	}
	if err == ErrHTTP2Preface {
		d.state = over
		return false
	}
	d.Rest().Release()
	return false
}

// available tells whether there is input, which has a first piece then.
func (d *Decoder) available() bool { return d.input != nil && d.input.Len() > 0 }

// skip drops the first n bytes of the input.
func (d *Decoder) skip(n int) {
	if n >= d.input.Len() {
		d.input.Release()
		d.input = nil
		return
	}
	d.input.Skip(n)
}

// take removes up to n bytes from the input, which there must be.
func (d *Decoder) take(n int64) *event.Data {
	if int64(d.input.Len()) <= n {
		data := d.input
		d.input = nil
		return data
	}
	return d.input.Shift(int(n))
}

// raw passes all input on.
func (d *Decoder) raw() bool {
	if !d.available() {
		d.input = nil
		return false
	}
	n := int64(d.input.Len())
	d.bodySize += n
	d.out(d.take(n))
	return true
}

// body passes on what belongs to a body or a chunk of known size.
func (d *Decoder) body() bool {
	if !d.available() {
		d.input = nil
		return false
	}
	data := d.take(d.left)
	d.left -= int64(data.Len())
	d.bodySize += int64(data.Len())
	switch {
	case d.left > 0:
	case d.state == inChunk:
		d.state = atChunkCR
	default:
		d.state = atEnd
	}
	d.out(data)
	return true
}

// close ends the message, which has these trailers.
func (d *Decoder) close(trailers []httphead.Field) {
	d.state = inHead
	if d.tunnels {
		d.state = tunnel
	}
	d.block = block{}
	end := &struct { // in one piece
		event.MessageEnd
		tail httphead.Tail
	}{tail: httphead.Tail{HeadSize: d.headSize, BodySize: d.bodySize}}
	end.tail.Header.Fields = trailers
	end.Tail = &end.tail
	d.out(&end.MessageEnd)
}
