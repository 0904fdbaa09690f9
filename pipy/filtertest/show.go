package filtertest

import (
	"fmt"
	"strconv"
	"strings"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// Data returns a Data of the text, in pooled memory as a socket's would be.
func Data(text string) *event.Data {
	d := &event.Data{}
	for len(text) > 0 {
		b := event.NewBuffer(false)
		n := copy(b.Free(), text)
		b.TakeInto(d, n)
		b.Release()
		text = text[n:]
	}
	return d
}

// Message returns the events of a message without a head. An empty body makes
// no Data.
func Message(body string) []event.Event { return MessageWith(nil, body) }

// MessageWith returns the events of a message.
func MessageWith(head any, body string) []event.Event {
	events := []event.Event{&event.MessageStart{Head: head}}
	if body != "" {
		events = append(events, Data(body))
	}
	return append(events, event.End)
}

// Flush returns the empty Data that follows each read of a socket.
func Flush() *event.Data { return &event.Data{} }

// End returns the StreamEnd of an orderly end.
func End() *event.StreamEnd { return event.EndStream }

// EndWith returns the StreamEnd of an error.
func EndWith(err error) *event.StreamEnd { return &event.StreamEnd{Err: err} }

// Lines writes events as Want takes them.
func Lines(events []event.Event) []string {
	lines := make([]string, len(events))
	for i, evt := range events {
		lines[i] = Show(evt)
	}
	return lines
}

// Show writes an event: its type, then what it carries. For example
//
//	Data "a,b"
//	MessageStart {"path": "/", "status": 200}
//	MessageEnd tail "t" payload 3
//	StreamEnd ReadError
func Show(evt event.Event) string {
	switch evt := evt.(type) {
	case *event.Data:
		return "Data " + strconv.Quote(evt.String())
	case *event.MessageStart:
		return "MessageStart" + member("", evt.Head)
	case *event.MessageEnd:
		return "MessageEnd" + member(" tail", evt.Tail) + member(" payload", evt.Payload)
	case *event.StreamEnd:
		if evt.Err != nil {
			return "StreamEnd " + string(event.NameOf(evt.Err))
		}
		return "StreamEnd"
	}
	return fmt.Sprintf("%T", evt)
}

func member(name string, v any) string {
	if v == nil {
		return ""
	}
	return name + " " + Text(v)
}

// Text writes a value as a script would, roughly.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case event.Event:
		return Show(v)
	case *event.Message:
		s := "Message"
		if v.Body != nil {
			s += " " + strconv.Quote(v.Body.String())
		}
		return s + member(" head", v.Head) + member(" tail", v.Tail) + member(" payload", v.Payload)
	case *httphead.Head:
		return strings.TrimSpace(fmt.Sprintf("%s %s %d", v.Method, v.Path, v.Status))
	case []any:
		return Text(Array(v))
	case event.Object:
		var parts []string
		if items, ok := v.Elements(); ok {
			for _, item := range items {
				parts = append(parts, Text(item))
			}
			return "[" + strings.Join(parts, ", ") + "]"
		}
		for _, name := range v.Keys() {
			parts = append(parts, strconv.Quote(name)+": "+Text(v.Get(name)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
