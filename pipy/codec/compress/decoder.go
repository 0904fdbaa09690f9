package compress

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"pipy/pipy/event"
)

// Limits protect against a small body that becomes a large one.
type Limits struct {
	// MaxSize is the number of bytes that a body may become; 0 means any.
	MaxSize int64
	// MaxRatio is how many times its compressed size a body may become; 0 means
	// any. It is looked at beyond the first MiB only: small bodies do no harm.
	MaxRatio int64
}

// ratioFloor is the size from which on MaxRatio holds.
const ratioFloor = 1 << 20

// LimitError tells that a body becomes larger than the Limits allow.
type LimitError struct{ Text string }

// Error returns the text.
func (e *LimitError) Error() string { return e.Text }

var errFreed = errors.New("decompress: freed")

// Decoder decompresses one body. It belongs to one worker.
type Decoder struct {
	limits  Limits
	codings []Coding

	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool

	in    event.Data // not read yet
	taken int64      // bytes that were read
	made  int64      // bytes that came out
	ended bool       // no more input comes
	freed bool

	buf    event.Buffer
	out    *event.Data // what the coroutine has made and Next has not returned
	hungry bool        // it waits for input
	done   bool        // it has returned
	err    error
}

// NewDecoder returns a decoder for a body to which the codings were applied in
// this order.
func NewDecoder(l Limits, codings ...Coding) *Decoder {
	return &Decoder{limits: l, codings: codings}
}

// Feed gives the decoder the bytes of d, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) { d.in.Push(in) }

// End says that no more input comes.
func (d *Decoder) End() { d.ended = true }

// Next returns the next part of the body. It returns nil, and no error, when
// more input is needed; after End, when the body is complete. The error is a
// *LimitError or says what is wrong with the input.
func (d *Decoder) Next() (*event.Data, error) {
	if d.resume == nil {
		if d.in.Len() == 0 {
			return nil, nil // a body that is empty needs no compressed form
		}
		d.resume, d.stop = iter.Pull(d.run)
	}
	if d.hungry && d.in.Len() == 0 && !d.ended {
		return nil, nil
	}
	for d.out == nil && !d.done {
		d.hungry = false
		d.resume()
		if d.hungry {
			return nil, nil
		}
	}
	out := d.out
	d.out = nil
	if out != nil {
		return out, nil
	}
	return nil, d.err
}

// Free ends the decoder. It must not be used any more.
func (d *Decoder) Free() {
	if d.freed {
		return
	}
	d.freed = true
	if d.stop != nil {
		d.stop()
	}
	d.in.Release()
	d.buf.Release()
	if d.out != nil {
		d.out.Release()
		d.out = nil
	}
}

// run is the coroutine: it returns at the end of the body.
func (d *Decoder) run(yield func(struct{}) bool) {
	d.yield = yield
	d.err = d.decode()
	d.done = true
}

func (d *Decoder) decode() error {
	var r io.Reader = (*source)(d)
	for i := len(d.codings) - 1; i >= 0; i-- {
		next, free, err := open(d.codings[i], r)
		if err != nil {
			return d.bad(err)
		}
		defer free()
		r = next
	}
	for {
		if !d.buf.Valid() {
			d.buf = event.NewBuffer(false)
		}
		n, err := r.Read(d.buf.Free())
		if d.freed {
			return errFreed
		}
		d.made += int64(n)
		if n > 0 {
			if limit := d.exceeds(); limit != nil {
				return limit
			}
			d.out = d.buf.Take(n)
			if len(d.buf.Free()) < minRead {
				d.buf.Release()
			}
			if !d.yield(struct{}{}) {
				return errFreed
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return d.bad(err)
		}
	}
}

// minRead is the room below which a buffer is not read into any more.
const minRead = 4 << 10

func (d *Decoder) bad(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("decompress %s: %w", d.codings[len(d.codings)-1], err)
}

func (d *Decoder) exceeds() error {
	if l := d.limits.MaxSize; l > 0 && d.made > l {
		return &LimitError{fmt.Sprintf("decompress: want a body of at most %d bytes, got more", l)}
	}
	if l := d.limits.MaxRatio; l > 0 && d.made > ratioFloor && d.made/l > d.taken {
		return &LimitError{fmt.Sprintf("decompress: want at most %d times the compressed size, got %d bytes of %d", l, d.made, d.taken)}
	}
	return nil
}

// source is the input of a decoder as the libraries read it, in the coroutine.
type source Decoder

// Read returns what is there. When there is nothing, it suspends the coroutine.
func (s *source) Read(b []byte) (int, error) {
	for s.in.Len() == 0 {
		if s.freed {
			return 0, errFreed
		}
		if s.ended {
			return 0, io.EOF
		}
		s.hungry = true
		if !s.yield(struct{}{}) {
			return 0, errFreed
		}
	}
	n := copy(b, s.in.Piece(0))
	s.in.Skip(n)
	s.taken += int64(n)
	return n, nil
}
