package http2

// table finds streams by their number.
type table struct {
	buckets []*Stream // a power of two; chained by Stream.chain
	n       int
}

// slot returns the number's place. Numbers of one side differ by two.
func (t *table) slot(id uint32) *(*Stream) { return &t.buckets[int(id>>1)&(len(t.buckets)-1)] }

func (t *table) get(id uint32) *Stream {
	if t.n == 0 {
		return nil
	}
	st := *t.slot(id)
	for st != nil && st.id != id {
		st = st.chain
	}
	return st
}

func (t *table) put(st *Stream) {
	if t.n >= len(t.buckets) {
		t.grow()
	}
	p := t.slot(st.id)
	st.chain, *p = *p, st
	t.n++
}

func (t *table) grow() {
	old := t.buckets
	t.buckets = make([]*Stream, max(16, 2*len(old)))
	for _, st := range old {
		for st != nil {
			next := st.chain
			p := t.slot(st.id)
			st.chain, *p = *p, st
			st = next
		}
	}
}

func (t *table) remove(st *Stream) {
	p := t.slot(st.id)
	for *p != nil {
		if *p == st {
			*p, st.chain = st.chain, nil
			t.n--
			return
		}
		p = &(*p).chain
	}
}

// links are a stream's place in a list.
type links struct {
	prev, next *Stream
	in         bool
}

// streamList is a queue of streams, which are linked by the links that at
// returns.
type streamList struct {
	first, last *Stream
	n           int
}

// A linkOf says which links of a stream a list uses.
type linkOf func(*Stream) *links

func allLinks(st *Stream) *links  { return &st.all }
func workLinks(st *Stream) *links { return &st.work }

func (l *streamList) push(st *Stream, of linkOf) {
	k := of(st)
	k.prev, k.next, k.in = l.last, nil, true
	if l.last == nil {
		l.first = st
	} else {
		of(l.last).next = st
	}
	l.last = st
	l.n++
}

func (l *streamList) remove(st *Stream, of linkOf) {
	k := of(st)
	if k.prev == nil {
		l.first = k.next
	} else {
		of(k.prev).next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		of(k.next).prev = k.prev
	}
	*k = links{}
	l.n--
}

// closed remembers the streams that ended last, because frames of them may be
// on their way (RFC 9113, 5.1).
type closed struct {
	ids   [64]uint32 // twice the number, plus one if the peer had ended its side; 0 for none
	at    int
	reset []uint32 // those that we reset, which are remembered longer
	next  int
}

// maxReset is the number of streams that we reset and still know.
const maxReset = 256

// note remembers a stream that is over.
func (c *closed) note(id uint32, ended bool) {
	v := 2 * id
	if ended {
		v++
	}
	c.ids[c.at%len(c.ids)] = v
	c.at++
}

// noteReset remembers a stream that we reset.
func (c *closed) noteReset(id uint32) {
	if len(c.reset) < maxReset {
		c.reset = append(c.reset, id)
		return
	}
	c.reset[c.next%maxReset] = id
	c.next++
}

// knows tells whether the stream was open not long ago, and whether the peer had
// ended its side.
func (c *closed) knows(id uint32) (known, ended bool) {
	for _, v := range &c.ids {
		if v>>1 == id {
			return true, v&1 == 1
		}
	}
	return false, false
}

// wasReset tells whether we reset the stream not long ago.
func (c *closed) wasReset(id uint32) bool {
	for _, x := range c.reset {
		if x == id {
			return true
		}
	}
	return false
}
