package httphead

import "pipy/pipy/event"

// opened is a MessageStart in one piece of memory with its head.
type opened struct {
	start event.MessageStart
	head  Head
}

// NewMessage returns a MessageStart with a head of n fields. If these are not
// many, all is one allocation. The fields are empty and Length is 0: it is for
// decoders, which fill them in.
func NewMessage(n int) (*event.MessageStart, *Head) {
	var o *opened
	var fields []Field
	switch {
	case n <= 4:
		m := &struct {
			opened
			fields [4]Field
		}{}
		o, fields = &m.opened, m.fields[:n]
	case n <= 8:
		m := &struct {
			opened
			fields [8]Field
		}{}
		o, fields = &m.opened, m.fields[:n]
	case n <= 12:
		m := &struct {
			opened
			fields [12]Field
		}{}
		o, fields = &m.opened, m.fields[:n]
	default:
		o, fields = &opened{}, make([]Field, n)
	}
	o.head.Header.Fields = fields
	o.start.Head = &o.head
	return &o.start, &o.head
}

// MaxInterim is the number of interim responses to one request that clients take
// (RFC 9110, 15.2).
const MaxInterim = 32
