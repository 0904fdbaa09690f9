package event

import (
	"bytes"
	"unsafe"
)

// A chunk is a piece of memory that several Data share. It goes back to its
// pool when the last view of it is released; a chunk that nobody releases is
// left to the garbage collector, so that forgetting costs time, not memory.
type chunk struct {
	buf  []byte
	refs int32 // views of it; counted only while pool is set
	pool *chunkPool
}

func (c *chunk) retain() {
	if c.pool != nil {
		c.refs++
	}
}

func (c *chunk) release() {
	if c.pool == nil {
		return
	}
	c.refs--
	if c.refs == 0 {
		c.pool.put(c)
	}
}

// A view is a part of a chunk. Chunks are at most 4 GiB.
type view struct {
	chunk    *chunk
	off, end uint32
}

func (v view) bytes() []byte { return v.chunk.buf[v.off:v.end] }
func (v view) len() int      { return int(v.end - v.off) }

// Data is a run of bytes in one or more chunks. Joining and splitting copy no
// bytes. An empty Data is a flush: what was written so far should go out.
//
// A Data belongs to one worker; its methods must be called on that worker's
// loop. The zero value is an empty Data.
type Data struct {
	views  []view
	size   int
	inline [1]view
}

// NewData returns a Data with the bytes of b, which the caller gives away.
func NewData(b []byte) *Data {
	d := &Data{}
	if len(b) > 0 {
		d.add(view{&chunk{buf: b}, 0, uint32(len(b))})
	}
	return d
}

// DataString returns a Data with the bytes of s, without copying them.
func DataString(s string) *Data {
	if s == "" {
		return &Data{}
	}
	return NewData(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// Len returns the number of bytes.
func (d *Data) Len() int { return d.size }

// add appends a view, whose reference d takes over. A view that continues the
// last one in memory extends it.
func (d *Data) add(v view) {
	d.size += v.len()
	if n := len(d.views); n > 0 {
		if last := &d.views[n-1]; last.chunk == v.chunk && last.end == v.off {
			last.end = v.end
			v.chunk.release()
			return
		}
	} else if d.views == nil {
		d.views = d.inline[:0]
	}
	d.views = append(d.views, v)
}

// Push moves all bytes of o to the end of d. o is empty afterwards.
func (d *Data) Push(o *Data) {
	if o == d {
		o = d.Clone()
	}
	for _, v := range o.views {
		d.add(v)
	}
	o.reset()
}

// PushString appends the bytes of s.
func (d *Data) PushString(s string) {
	if s != "" {
		d.Push(DataString(s))
	}
}

// Clone returns a Data with the same bytes, sharing their memory.
func (d *Data) Clone() *Data {
	o := &Data{}
	if len(d.views) > 1 {
		o.views = make([]view, 0, len(d.views))
	}
	for _, v := range d.views {
		v.chunk.retain()
		o.add(v)
	}
	return o
}

// Shift removes the first n bytes and returns them; all of them when there are
// fewer.
func (d *Data) Shift(n int) *Data {
	o := &Data{}
	if n >= d.size {
		o.Push(d)
		return o
	}
	i := 0
	for n > 0 {
		v := &d.views[i]
		if l := v.len(); l <= n {
			o.add(*v)
			d.size -= l
			n -= l
			i++
			continue
		}
		head := view{v.chunk, v.off, v.off + uint32(n)}
		v.chunk.retain()
		o.add(head)
		v.off += uint32(n)
		d.size -= n
		n = 0
	}
	d.drop(i)
	return o
}

// Pop removes the last n bytes and returns them; all of them when there are
// fewer.
func (d *Data) Pop(n int) *Data {
	o := &Data{}
	if n >= d.size {
		o.Push(d)
		return o
	}
	head := d.Shift(d.size - n)
	o.Push(d)
	d.Push(head)
	return o
}

// Skip removes the first n bytes; all of them when there are fewer.
func (d *Data) Skip(n int) {
	if n >= d.size {
		d.Release()
		return
	}
	d.size -= n
	i := 0
	for n > 0 {
		v := &d.views[i]
		if l := v.len(); l <= n {
			v.chunk.release()
			n -= l
			i++
			continue
		}
		v.off += uint32(n)
		n = 0
	}
	d.drop(i)
}

// drop forgets the first n views, whose references went elsewhere.
func (d *Data) drop(n int) {
	if n == 0 {
		return
	}
	m := copy(d.views, d.views[n:])
	clear(d.views[m:])
	d.views = d.views[:m]
}

func (d *Data) reset() {
	d.views, d.size, d.inline[0] = nil, 0, view{}
}

// Release gives the bytes back and leaves d empty. Slices returned by Piece and
// Bytes must not be used any more.
func (d *Data) Release() {
	for _, v := range d.views {
		v.chunk.release()
	}
	d.reset()
}

// Keep takes the memory of d out of the pools for good, so that slices of it
// stay valid. Use it before bytes are handed to a script or a goroutine.
func (d *Data) Keep() {
	for _, v := range d.views {
		v.chunk.pool = nil
	}
}

// Pieces returns the number of contiguous pieces of memory.
func (d *Data) Pieces() int { return len(d.views) }

// Piece returns the i-th piece of memory, valid until d is changed, passed on
// or released. It must not be written to.
func (d *Data) Piece(i int) []byte { return d.views[i].bytes() }

// Bytes returns all bytes as one slice: the memory itself when it is one piece,
// else a copy. It must not be written to, and is valid like a Piece.
func (d *Data) Bytes() []byte {
	switch len(d.views) {
	case 0:
		return nil
	case 1:
		return d.views[0].bytes()
	}
	return d.AppendTo(make([]byte, 0, d.size))
}

// AppendTo appends a copy of the bytes to b.
func (d *Data) AppendTo(b []byte) []byte {
	for _, v := range d.views {
		b = append(b, v.bytes()...)
	}
	return b
}

// String returns a copy of the bytes as a string.
func (d *Data) String() string {
	if len(d.views) == 1 {
		return string(d.views[0].bytes())
	}
	b := d.AppendTo(make([]byte, 0, d.size))
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// At returns the i-th byte, which must exist.
func (d *Data) At(i int) byte {
	for _, v := range d.views {
		if n := v.len(); i >= n {
			i -= n
			continue
		}
		return v.chunk.buf[int(v.off)+i]
	}
	panic("event: Data.At: index out of range")
}

// IndexByte returns the position of the first c, or -1.
func (d *Data) IndexByte(c byte) int {
	at := 0
	for _, v := range d.views {
		if i := bytes.IndexByte(v.bytes(), c); i >= 0 {
			return at + i
		}
		at += v.len()
	}
	return -1
}
