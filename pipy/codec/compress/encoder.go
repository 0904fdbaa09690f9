package compress

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"pipy/pipy/event"
)

// Level says how much time compressing may take.
type Level string

// The levels. Best stays below what would keep the loop busy for long.
const (
	Default Level = "default"
	None    Level = "none" // the format without compression, where there is one
	Speed   Level = "speed"
	Best    Level = "best"
)

// levels are the numbers of the libraries for a Level.
var levels = map[Level]struct{ flate, brotli, zstd int }{
	Default: {5, 4, 3},
	None:    {0, 0, 1},
	Speed:   {1, 1, 1},
	Best:    {9, 9, 9},
}

const (
	// MaxEncoders is the number of encoders that should be used at one time in
	// the process. Each has 1 to 6 MB of memory.
	MaxEncoders = 128
	// maxIdle is the number of encoders of one coding and level that are kept
	// for the next body.
	maxIdle = 8
	// window bounds what a reader of our zstd and brotli must remember, in bits
	// (RFC 9659 allows 8 MB).
	window = 19
)

var used atomic.Int32

// Busy tells that MaxEncoders are in use. Who can do without compression then
// should.
func Busy() bool { return used.Load() >= MaxEncoders }

// stream is what the libraries' compressors have in common.
type stream interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

// kind names the encoders that can stand for each other.
type kind struct {
	coding Coding
	level  Level
}

// idle holds encoders for the next body. They are large, so they are kept
// beyond garbage collections, and few.
var idle = func() map[kind]chan stream {
	m := map[kind]chan stream{}
	for _, c := range []Coding{Gzip, Deflate, Brotli, Zstd} {
		for l := range levels {
			m[kind{c, l}] = make(chan stream, maxIdle)
		}
	}
	return m
}()

// Encoder compresses one body. It belongs to one worker.
type Encoder struct {
	kind   kind
	stream stream
	sink   sink
	dirty  bool // something was written since the last flush
}

// sink takes what a compressor puts out.
type sink struct {
	arena *event.Arena
	out   *event.Data
}

// Write appends a copy of b.
func (s *sink) Write(b []byte) (int, error) {
	s.arena.Write(s.out, b)
	return len(b), nil
}

// NewEncoder returns an encoder whose output is made in the arena of its
// worker.
func NewEncoder(c Coding, l Level, arena *event.Arena) (*Encoder, error) {
	pool, ok := idle[kind{c, l}]
	if !ok {
		return nil, fmt.Errorf("compress: there is no %s at level %s", c, l)
	}
	e := &Encoder{kind: kind{c, l}, sink: sink{arena: arena}}
	select {
	case e.stream = <-pool:
		e.stream.Reset(&e.sink)
	default:
		var err error
		if e.stream, err = newStream(e.kind, &e.sink); err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
	}
	used.Add(1)
	return e, nil
}

func newStream(k kind, w io.Writer) (stream, error) {
	n := levels[k.level]
	switch k.coding {
	case Gzip:
		return gzip.NewWriterLevel(w, n.flate)
	case Deflate:
		return zlib.NewWriterLevel(w, n.flate)
	case Brotli:
		return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: n.brotli, LGWin: window}), nil
	}
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(n.zstd)),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<window), zstd.WithLowerEncoderMem(true))
}

// Write compresses the bytes of in, which is empty afterwards. What comes out,
// which may be nothing yet, is appended to out.
func (e *Encoder) Write(in, out *event.Data) error {
	e.sink.out = out
	for i := range in.Pieces() {
		if _, err := e.stream.Write(in.Piece(i)); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
	}
	e.dirty = e.dirty || in.Len() > 0
	in.Release()
	return nil
}

// Dirty tells whether there may be something to flush.
func (e *Encoder) Dirty() bool { return e.dirty }

// Flush appends to out what a reader needs to see all that was written.
func (e *Encoder) Flush(out *event.Data) error {
	e.sink.out, e.dirty = out, false
	if err := e.stream.Flush(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return nil
}

// Close appends the end of the compressed form to out.
func (e *Encoder) Close(out *event.Data) error {
	e.sink.out, e.dirty = out, false
	if err := e.stream.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return nil
}

// Free gives the encoder back, whether or not it was closed. It must not be used
// any more.
func (e *Encoder) Free() {
	if e.stream == nil {
		return
	}
	used.Add(-1)
	e.stream.Reset(io.Discard)
	select {
	case idle[e.kind] <- e.stream:
	default:
	}
	e.stream = nil
}
