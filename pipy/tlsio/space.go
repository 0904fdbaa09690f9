package tlsio

import (
	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// maxPlain is the most that a record holds, in bytes (RFC 8446, 5.1).
const maxPlain = 16 << 10

// smallRecord is the size in bytes up to which bytes go into an arena, next to
// one another.
const smallRecord = 4 << 10

// space is the memory that the sessions of one loop share.
type space struct {
	arena   *event.Arena // where small records are decrypted to
	small   event.Arena  // where small records are written; not arena: a read may write in between
	bulk    event.Buffer // for larger ones
	scratch []byte       // where small pieces are joined to a record
	crew    crew
}

type spaceKey struct{}

func spaceOf(l *loop.Loop) *space {
	return l.Local(spaceKey{}, func() any {
		return &space{arena: l.Arena(), scratch: make([]byte, 0, maxPlain), crew: crew{loop: l}}
	}).(*space)
}

// room returns bulk memory to be filled: at least n bytes.
func (s *space) room(n int) *event.Buffer {
	if s.bulk.Valid() && (len(s.bulk.Free()) >= n || s.bulk.Rewind()) {
		return &s.bulk
	}
	s.bulk.Release()
	s.bulk = event.NewBuffer(true)
	return &s.bulk
}

// write appends a copy of b to d.
func (s *space) write(d *event.Data, b []byte) {
	if len(b) <= smallRecord {
		s.small.Write(d, b)
		return
	}
	for len(b) > 0 {
		r := s.room(min(len(b), maxPlain))
		n := copy(r.Free(), b)
		r.TakeInto(d, n)
		b = b[n:]
	}
}
