package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// queueLimit is the number of bytes that a queue takes before it pauses the
// sources that fill it; they resume when half of it is left.
const queueLimit = 256 << 10

// queue keeps events for later. The zero value is an empty queue.
type queue struct {
	events   []event.Event
	size     int // bytes, with a flat charge for each event
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

func (q *queue) len() int { return len(q.events) }

// push appends an event. Beyond the limit the source of the event is paused.
func (q *queue) push(s *pipeline.Stage, evt event.Event) {
	q.events = append(q.events, evt)
	q.size += charge(evt)
	if q.size > queueLimit {
		q.releases = append(q.releases, s.Hold())
	}
}

// unshift puts an event back to the front.
func (q *queue) unshift(evt event.Event) {
	q.events = append([]event.Event{evt}, q.events...)
	q.size += charge(evt)
}

// shift removes and returns the first event; nil when the queue is empty.
func (q *queue) shift() event.Event {
	if len(q.events) == 0 {
		return nil
	}
	evt := q.events[0]
	q.events[0] = nil
	q.events = q.events[1:]
	q.size -= charge(evt)
	if len(q.events) == 0 {
		q.events = nil
	}
	if q.size <= queueLimit/2 {
		q.resume()
	}
	return evt
}

// drain passes all events on, also those that are pushed meanwhile.
func (q *queue) drain(pass func(event.Event)) {
	for len(q.events) > 0 {
		pass(q.shift())
	}
}

// clear drops everything.
func (q *queue) clear() {
	for _, evt := range q.events {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	}
	q.events, q.size = nil, 0
	q.resume()
}

func (q *queue) resume() {
	releases := q.releases
	q.releases = nil
	for _, release := range releases {
		release()
	}
}
