package http1

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// chunk appends a chunk of d's bytes to o (RFC 9112, 7.1).
func (e *Encoder) chunk(o, d *event.Data) {
	n := d.Len()
	b := appendHex(e.arena.Reserve(copied + 32)[:0], uint64(n))
	b = append(b, "\r\n"...)
	if n <= copied {
		b = append(d.AppendTo(b), "\r\n"...)
		d.Release()
		e.arena.Commit(o, len(b))
		return
	}
	e.arena.Commit(o, len(b))
	o.Push(d)
	b = append(e.arena.Reserve(len("\r\n"))[:0], "\r\n"...)
	e.arena.Commit(o, len(b))
}

// appendHex appends n in upper-case hexadecimal digits.
func appendHex(b []byte, n uint64) []byte {
	shift := 0
	for n>>shift > 0xf {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		b = append(b, "0123456789ABCDEF"[n>>shift&0xf])
	}
	return b
}

// lastChunk sends the last chunk and the trailers, if any (RFC 9112, 7.1.2).
// When these are invalid nothing is sent: the message remains unfinished.
func (e *Encoder) lastChunk(t *httphead.Tail) error {
	o := &event.Data{}
	if t == nil {
		b := append(e.arena.Reserve(len("0\r\n\r\n"))[:0], "0\r\n\r\n"...)
		e.arena.Commit(o, len(b))
		e.out(o)
		return nil
	}
	b := []byte("0\r\n")
	for i := range t.Header.Fields {
		f := &t.Header.Fields[i]
		if forbiddenInTail(f.Name) {
			continue
		}
		var err error
		if b, err = appendField(b, f); err != nil {
			return err
		}
	}
	e.arena.Write(o, append(b, "\r\n"...))
	e.out(o)
	return nil
}
