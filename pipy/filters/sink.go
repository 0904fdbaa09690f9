package filters

import (
	"io"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// sinkLimit is the number of bytes from which on a sink pauses those who write
// to it; they resume when half of it is left.
const sinkLimit = 256 << 10

// sink writes to something that can block, such as a pipe. It writes on a
// goroutine, one piece at a time, and pauses its sources when it falls behind.
// It does not depend on the filter that made it: what was written before end
// is written out, unless the sink is dropped.
type sink struct {
	// Immutable:
	loop   *loop.Loop
	failed func(err error) // is told of the first error of writing; may be nil

	// Owned by the loop:
	w        io.WriteCloser // nil as long as there is nothing to write to
	pending  event.Data
	writing  bool
	ended    bool // close when all is written
	closed   bool
	releases []func()
}

// open gives the sink its writer. What was written before is written now.
func (s *sink) open(w io.WriteCloser) {
	s.w = w
	s.next()
}

// write takes the bytes of d.
func (s *sink) write(d *event.Data) {
	if s.ended || s.closed {
		d.Release()
		return
	}
	s.pending.Push(d)
	if s.pending.Len() > sinkLimit {
		s.releases = append(s.releases, s.loop.Hold())
	}
	s.next()
}

// end closes the writer when all is written.
func (s *sink) end() {
	s.ended = true
	s.next()
}

// abandon is open for a writer that could not be had: what was and will be
// written is dropped.
func (s *sink) abandon() {
	s.closed = true
	s.pending.Release()
	s.resume()
}

// drop forgets what is not written yet and closes the writer, which ends a write
// that blocks.
func (s *sink) drop() {
	s.pending.Release()
	s.ended = true
	if s.w != nil {
		s.close()
	}
	s.resume()
}

func (s *sink) close() {
	if !s.closed {
		s.closed = true
		go s.w.Close()
	}
}

func (s *sink) next() {
	if s.w == nil || s.writing || s.closed {
		return
	}
	if s.pending.Len() == 0 {
		if s.ended {
			s.close()
		}
		return
	}
	s.writing = true
	d := s.pending.Shift(sinkLimit / 2)
	d.Keep()
	b := d.Bytes()
	go func() {
		_, err := s.w.Write(b)
		s.loop.Post(func() { s.wrote(err) })
	}()
}

func (s *sink) wrote(err error) {
	s.writing = false
	if err != nil && !s.closed {
		s.close()
		s.pending.Release()
		s.resume()
		if s.failed != nil {
			s.failed(err)
		}
		return
	}
	if s.pending.Len() <= sinkLimit/2 {
		s.resume()
	}
	s.next()
}

func (s *sink) resume() {
	releases := s.releases
	s.releases = nil
	for _, release := range releases {
		release()
	}
}
