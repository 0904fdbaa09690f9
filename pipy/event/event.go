// Package event is the vocabulary of a stream: what flows between sockets,
// codecs, filters and scripts.
//
// A stream is a sequence of events that ends with exactly one StreamEnd. It is
// raw bytes (Data...) or messages (MessageStart Data... MessageEnd, repeated).
//
// Events are immutable once sent, with one exception that scripts rely on: the
// head object of a MessageStart is shared by reference. A Data belongs to the
// filter that receives it: it may be passed on, taken apart or released, but
// never both passed on and kept (Clone shares the bytes).
package event

// Event is one of *Data, *MessageStart, *MessageEnd and *StreamEnd.
type Event interface{ isEvent() }

// MessageStart opens a message.
type MessageStart struct {
	// Head is what the codec or the script knows about the message: a Go
	// head such as *httphead.Head, an Object made by a script, or nil.
	Head any
}

// MessageEnd closes a message.
type MessageEnd struct {
	Tail    any // trailers, a Go value or an Object; usually nil
	Payload any // a decoded body, for codecs that have one; usually nil
}

// StreamEnd is the last event of a stream.
type StreamEnd struct {
	// Err is nil for an orderly end; else one of the errors of this package,
	// or an error that wraps RuntimeError.
	Err error
	// Final tells that the sender takes no more input either: a connection that
	// outputs it is over as a whole, not half closed. With an error, the peer is
	// told by a reset that what it got is not all.
	Final bool
}

func (*Data) isEvent()         {}
func (*MessageStart) isEvent() {}
func (*MessageEnd) isEvent()   {}
func (*StreamEnd) isEvent()    {}

// End is the MessageEnd without tail and payload; EndStream and EndFinal are
// orderly ends of streams. They are immutable, so that everybody can send the
// same ones.
var (
	End       = &MessageEnd{}
	EndStream = &StreamEnd{}
	EndFinal  = &StreamEnd{Final: true}
)

// Object is a script's object seen from Go. Values are nil, bool, float64,
// string, a Go value that the script got from us (such as *Data), or an Object.
// It belongs to the worker whose script made it.
type Object interface {
	// Get returns the named member; nil when it is missing, null or undefined.
	Get(name string) any
	// Set makes or replaces a member.
	Set(name string, value any)
	// Keys returns the names of the object's own members in their order.
	Keys() []string
	// Elements returns the elements of an array, and false for other objects.
	Elements() ([]any, bool)
}

// Message is a whole message. It is not an event: where events are wanted it
// stands for its Events.
type Message struct {
	Head    any
	Body    *Data // nil when the message was made without a body
	Tail    any
	Payload any
}

// Events calls emit with MessageStart, Data (when there is a body) and
// MessageEnd. The body is shared, not consumed: a Message may be sent often.
func (m *Message) Events(emit func(Event)) {
	emit(&MessageStart{Head: m.Head})
	if m.Body != nil && m.Body.Len() > 0 {
		emit(m.Body.Clone())
	}
	if m.Tail == nil && m.Payload == nil {
		emit(End)
		return
	}
	emit(&MessageEnd{Tail: m.Tail, Payload: m.Payload})
}
