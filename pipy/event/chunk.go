package event

import "sync"

// Sizes of the pooled chunks in bytes.
const (
	SmallChunk = 16 << 10 // a read of a socket; an arena's memory
	LargeChunk = 64 << 10 // a read of a socket that filled the small one
)

// chunkPool recycles chunks of one size. Chunks come and go on all workers.
type chunkPool struct{ sync.Pool }

var smallChunks, largeChunks chunkPool

func init() {
	smallChunks.New = func() any { return &chunk{buf: make([]byte, SmallChunk)} }
	largeChunks.New = func() any { return &chunk{buf: make([]byte, LargeChunk)} }
}

func (p *chunkPool) get() *chunk {
	c := p.Get().(*chunk)
	c.pool = p
	c.refs = 1
	return c
}

func (p *chunkPool) put(c *chunk) {
	p.Put(c)
}

// Buffer is writable memory for one read. Fill some of it, then turn it into
// a Data with Take. It may be filled and taken from several times: each Take
// consumes its bytes.
type Buffer struct {
	chunk *chunk
	off   uint32
}

// NewBuffer returns an empty buffer of SmallChunk or LargeChunk bytes.
func NewBuffer(large bool) Buffer {
	if large {
		return Buffer{chunk: largeChunks.get()}
	}
	return Buffer{chunk: smallChunks.get()}
}

// Valid tells whether the buffer has memory; the zero Buffer has none.
func (b *Buffer) Valid() bool { return b.chunk != nil }

// Free returns the memory that is left to be filled.
func (b *Buffer) Free() []byte { return b.chunk.buf[b.off:] }

// Take returns the first n bytes of Free as a Data.
func (b *Buffer) Take(n int) *Data {
	d := &Data{}
	b.TakeInto(d, n)
	return d
}

// TakeInto appends the first n bytes of Free to d.
func (b *Buffer) TakeInto(d *Data, n int) {
	if n == 0 {
		return
	}
	b.chunk.retain()
	d.add(view{b.chunk, b.off, b.off + uint32(n)})
	b.off += uint32(n)
}

// Rewind makes all of the buffer free again when no Data uses its memory, and
// tells whether it did.
func (b *Buffer) Rewind() bool {
	if b.chunk.pool == nil || b.chunk.refs != 1 {
		return false
	}
	b.off = 0
	return true
}

// Release gives the buffer's own hold of its memory back; the zero Buffer
// remains.
func (b *Buffer) Release() {
	if b.chunk != nil {
		b.chunk.release()
		*b = Buffer{}
	}
}

// Arena makes small Data, such as encoded heads, in memory that follows one
// another, so that consecutive ones join to one piece. It belongs to one
// worker. The zero value is ready to use.
type Arena struct{ buf Buffer }

// Reserve returns room for n bytes, of which Commit makes a Data. n must be at
// most SmallChunk.
func (a *Arena) Reserve(n int) []byte {
	if a.buf.Valid() && (len(a.buf.Free()) >= n || a.buf.Rewind()) {
		return a.buf.Free()
	}
	a.buf.Release()
	a.buf = NewBuffer(false)
	return a.buf.Free()
}

// Commit appends the first n bytes of what Reserve returned to d.
func (a *Arena) Commit(d *Data, n int) { a.buf.TakeInto(d, n) }

// Write appends a copy of b to d.
func (a *Arena) Write(d *Data, b []byte) {
	for len(b) > 0 {
		n := copy(a.Reserve(min(len(b), SmallChunk)), b)
		a.Commit(d, n)
		b = b[n:]
	}
}
