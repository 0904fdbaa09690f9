package http1

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// DefaultBuffer is the number of body bytes that an Encoder collects to send
// them with a content-length.
const DefaultBuffer = 16 << 10

// copied is the size in bytes up to which a body is copied next to its head:
// one piece of memory is cheaper to write than two.
const copied = 1 << 10

// headRoom is what is reserved for a head; one that is longer goes into memory
// of its own unless the arena happens to have more.
const headRoom = 2 << 10

// Reply is what the encoder of a response has to know besides its head.
type Reply struct {
	Method   string // of the request; empty means GET
	Protocol string // of the request; "HTTP/1.0" gets no chunks
	Final    bool   // the connection ends after this response
	Bodiless bool   // send no body, as if the method was HEAD
}

// Encoder writes one message after another. It belongs to one worker.
//
// A body is collected until it ends and sent with a content-length. When it
// gets longer than the buffer, or on Flush, the head goes out and the rest is
// streamed: under the Length of the head if that is known, else in chunks, or
// to a client of HTTP/1.0 until the connection ends. The head is read when it
// goes out, so that changes up to then count.
//
// The version on the wire is always HTTP/1.1, whatever the head says.
type Encoder struct {
	arena *event.Arena
	out   func(*event.Data)
	limit int // bytes to collect

	head    *httphead.Head // of the message at hand; nil when there is none
	reply   Reply
	request bool
	sent    bool // the head went out
	bare    bool // the message has no body, whatever comes
	closes  bool
	by      delimiter   // once sent
	left    int64       // bytes of a sized body that are to come, once sent
	count   int64       // bytes of body that came
	body    *event.Data // collected; nil when there is nothing
}

// NewEncoder returns an encoder that gives its output to out. Heads and other
// small pieces are written into arena, which others may use as well. bufferSize
// is the number of body bytes to collect: 0 means DefaultBuffer; if it is
// negative, whole bodies are collected unless Flush is called.
func NewEncoder(arena *event.Arena, bufferSize int, out func(*event.Data)) *Encoder {
	if bufferSize == 0 {
		bufferSize = DefaultBuffer
	}
	return &Encoder{arena: arena, limit: bufferSize, out: out}
}

// StartRequest begins a request. head is anything that httphead.Of takes. The
// error is a *HeadError; then there is no message, and Data and End do nothing
// until the next start.
func (e *Encoder) StartRequest(head any) error {
	return e.start(head, Reply{}, true)
}

// StartResponse begins a response, final or interim (1xx). It is like
// StartRequest.
func (e *Encoder) StartResponse(head any, r Reply) error {
	return e.start(head, r, false)
}

func (e *Encoder) start(head any, r Reply, request bool) error {
	e.Abort()
	e.head, e.reply, e.request = httphead.Of(head), r, request
	if err := e.check(); err != nil {
		e.head = nil
		return err
	}
	e.sent, e.count, e.by, e.left = false, 0, absent, 0
	e.closes = r.Final && (e.head.Status == 0 || e.head.Status >= 200)
	e.bare = !request && e.delimitBare() != sized
	return nil
}

// delimitBare returns sized for a response that has a body, else how it goes
// without (RFC 9110, 6.4.1 and 8.6).
func (e *Encoder) delimitBare() delimiter {
	status := e.head.Status
	switch {
	case status != 0 && status < 200, status == 204:
		return absent
	case e.reply.Method == "CONNECT" && (status == 0 || 200 <= status && status < 300):
		return absent
	case status == 304, e.reply.Method == "HEAD", e.reply.Bodiless:
		return omitted
	}
	return sized
}

// Data adds to the body of the message. It takes d over. The error is a
// *HeadError (see StartRequest), or ErrLength if there is more body than was
// announced: then the surplus is dropped and the connection must be closed.
func (e *Encoder) Data(d *event.Data) error {
	n := d.Len()
	e.count += int64(n)
	switch {
	case e.head == nil || e.bare || n == 0:
		d.Release()
		return nil
	case e.sent:
		return e.stream(&event.Data{}, d)
	case e.body == nil:
		e.body = d
	default:
		e.body.Push(d)
	}
	if e.limit >= 0 && e.body.Len() > e.limit {
		return e.Flush()
	}
	return nil
}

// Flush sends the head and what came of the body, without waiting for the rest.
// It does nothing when they were sent and for messages without body. The error
// is like that of Data.
func (e *Encoder) Flush() error {
	if e.head == nil || e.sent || e.bare {
		return nil
	}
	switch length := e.head.Length; {
	case length >= e.count:
		e.by, e.left = sized, length
	case e.takesChunks():
		e.by = chunked
	default:
		e.by, e.closes = closing, true
	}
	return e.begin()
}

// takesChunks tells whether who gets the message understands chunks (RFC 9112,
// 7.1).
func (e *Encoder) takesChunks() bool { return e.request || e.reply.Protocol != "HTTP/1.0" }

// begin sends the head, for a body that is delimited as was decided, and what
// came of that.
func (e *Encoder) begin() error {
	o, err := e.headWith(nil, e.left)
	if err != nil {
		return err
	}
	e.sent = true
	body := e.body
	if e.body = nil; body == nil {
		e.out(o)
		return nil
	}
	return e.stream(o, body)
}

// stream sends o and d after it as a part of the body.
func (e *Encoder) stream(o, d *event.Data) error {
	var err error
	switch e.by {
	case chunked:
		e.chunk(o, d)
	case sized:
		if int64(d.Len()) > e.left {
			surplus := d
			d = surplus.Shift(int(e.left))
			surplus.Release()
			e.closes, err = true, ErrLength
		}
		e.left -= int64(d.Len())
		o.Push(d)
	default:
		o.Push(d)
	}
	if o.Len() > 0 {
		e.out(o)
	}
	return err
}

// End completes the message. tail is the Tail of its MessageEnd: trailers are
// sent, and the body in chunks for their sake, unless its length was announced in
// a head that has been sent, or the other side takes no chunks. closes tells that the connection must
// end after what was sent. The error is a *HeadError, which concerns the
// trailers when the head was sent, or ErrLength if the body is shorter than it
// was announced; closes is true if the message could not be completed.
func (e *Encoder) End(tail any) (closes bool, err error) {
	if e.head == nil {
		return false, nil
	}
	trailers := httphead.TailOf(tail)
	if !e.sent && (trailers == nil || e.bare || !e.takesChunks()) {
		err = e.whole()
		return e.closes && err == nil, err
	}
	if !e.sent {
		e.by = chunked
		if err := e.begin(); err != nil {
			return false, err
		}
	}
	closes = e.closes
	e.head = nil // the owner may begin the next message when it gets the last piece
	switch {
	case e.by == chunked:
		err = e.lastChunk(trailers)
	case e.left > 0:
		err = ErrLength
	}
	return closes || err != nil, err
}

// Abort gives the message at hand up, and tells whether a part of it was sent,
// so that nothing but closing the connection is left.
func (e *Encoder) Abort() (sent bool) {
	sent = e.head != nil && e.sent
	e.head = nil
	if e.body != nil {
		e.body.Release()
		e.body = nil
	}
	return sent
}

// whole sends a message of which nothing was sent yet.
func (e *Encoder) whole() error {
	n := e.count
	if e.bare {
		if e.by = e.delimitBare(); e.head.Status == 304 || n == 0 && e.head.Protocol != "" {
			n = -1 // what a server left out is not for us to say (RFC 9110, 8.6)
		}
	} else {
		e.by = sized
	}
	o, err := e.headWith(e.body, n)
	if err != nil {
		return err
	}
	e.head, e.body = nil, nil
	e.out(o)
	return nil
}

// headWith returns the head with a body after it, which it takes over unless
// there is an error; n is the whole length. An error ends the message.
func (e *Encoder) headWith(body *event.Data, n int64) (*event.Data, error) {
	if e.request && n == 0 && e.by == sized && !hasContent(e.head.Method) {
		n = -1
	}
	room := e.arena.Reserve(headRoom)
	b, err := e.appendHead(room[:0], e.by, n)
	if err != nil {
		e.Abort()
		return nil, err
	}
	if body != nil && body.Len() <= copied {
		b = body.AppendTo(b)
		body.Release()
		body = nil
	}
	o := &event.Data{}
	if &b[0] == &room[0] {
		e.arena.Commit(o, len(b))
	} else {
		o.Push(event.NewData(b))
	}
	if body != nil {
		o.Push(body)
	}
	return o, nil
}

// hasContent tells whether requests with that method have a content-length
// even if it is 0 (RFC 9110, 8.6).
func hasContent(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}
