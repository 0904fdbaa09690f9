package filters

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// An events value is what scripts give where events are wanted: an event, a
// Message, or an array of these in which nothing counts for nothing.

const (
	wantsEvents = "an event, a Message or an array of these"

	// replacementType is the type of an argument that is an events value or a
	// function that returns one.
	replacementType = "Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)"
)

// checkEvents tells whether v is an events value.
func checkEvents(v any) error {
	switch v := v.(type) {
	case nil, event.Event, *event.Message:
		return nil
	case event.Object:
		if items, ok := v.Elements(); ok {
			for i, item := range items {
				switch item.(type) {
				case nil, event.Event, *event.Message:
					continue
				}
				return fmt.Errorf("element %d: %w", i, &spec.Mismatch{Wants: "an event or a Message", Got: spec.Show(item)})
			}
			return nil
		}
	}
	return &spec.Mismatch{Wants: wantsEvents, Got: spec.Show(v)}
}

// emit passes an events value on. What the script gave stays its own: bytes are
// shared, not given away. It emits all or, with an error, nothing.
func emit(v any, out func(event.Event)) error {
	switch v := v.(type) {
	case nil:
		return nil
	case *event.Data:
		out(v.Clone())
		return nil
	case event.Event:
		out(v)
		return nil
	case *event.Message:
		v.Events(out)
		return nil
	}
	if err := checkEvents(v); err != nil {
		return err
	}
	items, _ := v.(event.Object).Elements()
	for _, item := range items {
		emit(item, out) // of a kind that was checked
	}
	return nil
}

// await calls done with the result of a promise, unless the pipeline has been
// closed by then. It may call it at once.
func await(s *pipeline.Stage, p spec.Promise, done func(value any, err error)) {
	var value any
	var reason error
	settled := s.Guard(func() { done(value, reason) })
	p.Then(func(v any, err error) {
		value, reason = v, err
		settled()
	})
}

// number returns n as a script's value. Small ones cost no memory.
func number(n int) any {
	if n < len(numbers) {
		return numbers[n]
	}
	return float64(n)
}

var numbers = func() (list [256]any) {
	for i := range list {
		list[i] = float64(i)
	}
	return list
}()

// lent returns what a script gets when an event that goes on is shown to it: it
// may keep that, so a Data shares the bytes with the one that goes on.
func lent(evt event.Event) event.Event {
	if d, ok := evt.(*event.Data); ok {
		return d.Clone()
	}
	return evt
}
