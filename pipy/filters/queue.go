package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// Bytes that a queue takes before it pauses the sources that fill it; they
// resume when half of it is left.
const (
	queueLimit = 256 << 10
	// decisionLimit is the limit of a queue that waits for a script to decide.
	// The decision may depend on the rest of the stream that waits, such as a
	// message's body, so it is larger; a body beyond it stalls the stream.
	decisionLimit = 8 << 20
)

// mostKept bounds the memory for events that an empty queue keeps.
const mostKept = 256

// queue keeps events for later. The zero value is an empty queue.
type queue struct {
	events   []event.Event
	first    int // of the events that are left
	size     int // bytes, with a flat charge for each event
	limit    int // bytes; 0 means queueLimit
	releases []func()
}

// eventCharge is what an event other than Data counts, in bytes.
const eventCharge = 64

func charge(evt event.Event) int {
	if d, ok := evt.(*event.Data); ok {
		return d.Len() + eventCharge
	}
	return eventCharge
}

func (q *queue) len() int { return len(q.events) - q.first }

func (q *queue) most() int {
	if q.limit == 0 {
		return queueLimit
	}
	return q.limit
}

// push appends an event. Beyond the limit the source of the event is paused.
func (q *queue) push(s *pipeline.Stage, evt event.Event) {
	q.events = append(q.events, evt)
	q.size += charge(evt)
	if q.size > q.most() {
		q.releases = append(q.releases, s.Hold())
	}
}

// peek returns the first event of a queue that is not empty.
func (q *queue) peek() event.Event { return q.events[q.first] }

// shift removes and returns the first event; nil when the queue is empty.
func (q *queue) shift() event.Event {
	if q.len() == 0 {
		return nil
	}
	evt := q.events[q.first]
	q.events[q.first] = nil
	q.first++
	q.size -= charge(evt)
	if q.len() == 0 {
		q.events, q.first = q.events[:0], 0
		if cap(q.events) > mostKept {
			q.events = nil
		}
	}
	if q.size <= q.most()/2 {
		q.resume()
	}
	return evt
}

// drain passes all events on, also those that are pushed meanwhile.
func (q *queue) drain(pass func(event.Event)) {
	for q.len() > 0 {
		pass(q.shift())
	}
}

// clear drops everything.
func (q *queue) clear() {
	for _, evt := range q.events[q.first:] {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	}
	q.events, q.first, q.size = nil, 0, 0
	q.resume()
}

func (q *queue) resume() {
	releases := q.releases
	q.releases = nil
	for _, release := range releases {
		release()
	}
}
