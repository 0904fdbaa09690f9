package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// noLimit is the size of a body that may grow without bounds.
const noLimit spec.Size = -1

// bodyLimit is how much of a body is collected for a callback. Older scripts
// write it first, newer ones among the options.
type bodyLimit struct{ first, option spec.Size }

// lead declares the limit that stands before the other arguments.
func (l *bodyLimit) lead(p *spec.Params, alone bool) {
	spec.Lead(p, &l.first, "sizeLimit", noLimit, alone, "Bytes of a body that the callback gets to see; what is beyond is cut off. -1 means all.")
}

// options declares the limit in the options object.
func (l *bodyLimit) options(p *spec.Params) {
	spec.Opt(p, &l.option, "bufferLimit", noLimit, "The same as sizeLimit.")
}

func (l *bodyLimit) size() spec.Size {
	if l.option != noLimit {
		return l.option
	}
	return l.first
}

// collector gathers the body of a message.
type collector struct {
	limit   spec.Size // noLimit for all
	open    bool      // inside a message
	head    any
	body    *event.Data
	dropped int // bytes beyond the limit
}

// start begins a message.
func (c *collector) start(evt *event.MessageStart) {
	c.open, c.head, c.body, c.dropped = true, evt.Head, &event.Data{}, 0
}

// add takes the bytes of d, which is empty afterwards.
func (c *collector) add(d *event.Data) {
	if c.limit >= 0 {
		if room := int(c.limit) - c.body.Len(); d.Len() > room {
			c.dropped += d.Len() - room
			kept := d.Shift(room)
			d.Release()
			d = kept
		}
	}
	c.body.Push(d)
}

// end closes the message and returns it. End is nil when the stream ended.
func (c *collector) end(end *event.MessageEnd) *event.Message {
	m := &event.Message{Head: c.head, Body: c.body}
	if end != nil {
		m.Tail, m.Payload = end.Tail, end.Payload
	}
	c.open, c.head, c.body = false, nil, nil
	return m
}

// reset forgets the message.
func (c *collector) reset() {
	if c.body != nil {
		c.body.Release()
	}
	c.open, c.head, c.body = false, nil, nil
}
