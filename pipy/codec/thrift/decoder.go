package thrift

import (
	"errors"
	"iter"

	"pipy/pipy/event"
)

var (
	errStopped = errors.New("thrift: stopped")
	errEnded   = errors.New("thrift: the stream ended within a message")
)

// Decoder finds messages in a stream of bytes. It belongs to one worker. The
// parser runs in a coroutine that is suspended when there is nothing to read, so it
// reads each byte once.
type Decoder struct {
	max int
	out func(m *Message, raw *event.Data)

	in      event.Data
	raw     event.Data // the bytes of the message at hand
	size    int        // their number
	ended   bool
	stopped bool
	resume  func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	err     error
}

// NewDecoder returns a decoder for messages of up to max bytes, which calls out
// with each message and the bytes that it was read from.
func NewDecoder(max int, out func(m *Message, raw *event.Data)) *Decoder {
	return &Decoder{max: max, out: out}
}

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.stopped = true
	if d.stop != nil {
		d.stop()
	}
	d.in.Release()
	d.raw.Release()
	*d = Decoder{max: d.max, out: d.out}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	if d.err != nil {
		in.Release()
		return d.err
	}
	d.in.Push(in)
	return d.run()
}

// End says that the stream is over. It is an error within a message.
func (d *Decoder) End() error {
	d.ended = true
	if d.err == nil && d.size > 0 {
		d.run()
		if d.err == nil {
			d.err = errEnded
		}
	}
	return d.err
}

func (d *Decoder) run() error {
	if d.resume == nil {
		d.resume, d.stop = iter.Pull(func(yield func(struct{}) bool) {
			d.yield = yield
			for d.err == nil {
				d.message()
			}
		})
	}
	d.resume()
	return d.err
}

// message reads a message, in the coroutine.
func (d *Decoder) message() {
	r := &reader{d: d}
	m := r.message()
	if r.err != nil {
		d.err = r.err
		return
	}
	raw := &event.Data{}
	raw.Push(&d.raw)
	d.size = 0
	d.out(m, raw)
}

// read returns the next n bytes, which stay valid until the next call.
func (d *Decoder) read(n int) ([]byte, error) {
	if n < 0 || n > d.max-d.size {
		return nil, fault("want a message of at most %d bytes, got more", d.max)
	}
	part := &event.Data{}
	for part.Len() < n {
		if d.in.Len() > 0 {
			got := d.in.Shift(n - part.Len())
			d.size += got.Len()
			part.Push(got)
			continue
		}
		if d.stopped {
			return nil, errStopped
		}
		if d.ended {
			return nil, errEnded
		}
		if !d.yield(struct{}{}) {
			return nil, errStopped
		}
	}
	d.raw.Push(part.Clone())
	b := part.AppendTo(make([]byte, 0, n))
	part.Release()
	return b, nil
}
