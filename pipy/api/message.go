package api

import (
	"errors"
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var (
	startClass   = spec.NewClass[*event.MessageStart]("MessageStart", "The beginning of a message.")
	endClass     = spec.NewClass[*event.MessageEnd]("MessageEnd", "The end of a message.")
	streamClass  = spec.NewClass[*event.StreamEnd]("StreamEnd", "The end of a stream: the last event of a pipeline.")
	messageClass = spec.NewClass[*event.Message]("Message", `A whole message.

It is not an event; where events are wanted it stands for a MessageStart with the head, a Data with the body, if there is one, and a MessageEnd with the tail.`)
)

const (
	docHead    = "What is known about the message, such as method, path, status and headers. It is shared by reference. In HTTP/1 its headerNames, which is not among its keys, has the spelling of the header names that are not in lower case, by their lower case; what is set there is how they go out."
	docTail    = "What is known at the end: headers, which are the trailers, null if there are none; of messages decoded from HTTP/1 also headSize and bodySize, bytes on the wire with the framing of chunks."
	docPayload = "The decoded body, for codecs that have one."
	docError   = `The name of an error, or any other value, which makes the error a RuntimeError. Without it the stream ends in good order.

The names are UnknownError, RuntimeError, ReadError, WriteError, CannotResolve, ConnectionAborted, ConnectionCanceled, ConnectionReset, ConnectionRefused, ConnectionTimeout, ReadTimeout, WriteTimeout, IdleTimeout, Unauthorized, BufferOverflow, ProtocolError and Replay.

Sent to a client that was sent nothing yet, ConnectionReset resets its TCP connection: at the first bytes that the client sends, or after a second. After the other errors, and behind output, the connection ends in an orderly way.`
)

// optional declares an argument of a constructor that may be any value or none.
func optional(m *spec.Method, name, typ, doc string) spec.Input[any] {
	in := spec.In[any](m, name, doc)
	f := &m.Fields[len(m.Fields)-1]
	f.Optional, f.Type = true, typ
	return in
}

func init() {
	declareStart()
	declareEnd()
	declareStreamEnd()
	declareMessage()
}

func declareStart() {
	d := startClass
	d.Class.Base = eventClass.Class.Name
	typed(d)
	d.Constructor("Makes the event.", func(m *spec.Method) func(*spec.Call) (*event.MessageStart, error) {
		head := optional(m, "head", "object", docHead)
		return func(c *spec.Call) (*event.MessageStart, error) {
			h, _ := head.Of(c)
			return &event.MessageStart{Head: h}, nil
		}
	})
	d.Prop("head", "any", docHead, func(e *event.MessageStart) any { return e.Head })
}

func declareEnd() {
	d := endClass
	d.Class.Base = eventClass.Class.Name
	typed(d)
	d.Constructor("Makes the event.", func(m *spec.Method) func(*spec.Call) (*event.MessageEnd, error) {
		tail := optional(m, "tail", "object", docTail)
		payload := optional(m, "payload", "any", docPayload)
		return func(c *spec.Call) (*event.MessageEnd, error) {
			t, _ := tail.Of(c)
			p, _ := payload.Of(c)
			if t == nil && p == nil {
				return event.End, nil
			}
			return &event.MessageEnd{Tail: t, Payload: p}, nil
		}
	})
	d.Prop("tail", "any", docTail, func(e *event.MessageEnd) any { return e.Tail })
	d.Prop("payload", "any", docPayload, func(e *event.MessageEnd) any { return e.Payload })
}

func declareStreamEnd() {
	d := streamClass
	d.Class.Base = eventClass.Class.Name
	typed(d)
	d.Constructor("Makes the event.", func(m *spec.Method) func(*spec.Call) (*event.StreamEnd, error) {
		reason := optional(m, "error", "string | any", docError)
		return func(c *spec.Call) (*event.StreamEnd, error) {
			v, _ := reason.Of(c)
			if v == nil || v == "" {
				return event.EndStream, nil
			}
			if s, ok := v.(string); ok {
				if name, ok := event.Named(s); ok {
					return &event.StreamEnd{Err: name}, nil
				}
			}
			return &event.StreamEnd{Err: &event.Failure{Name: event.RuntimeError, Cause: kept(c, 0)}}, nil
		}
	})
	d.Prop("error", "any", `The name of the error, or the value that a script gave for it or threw, or an Error when a filter cannot go on for a reason that has no name; "" when the stream ended in good order.`, func(e *event.StreamEnd) any { return errorValue(e.Err) })
}

// errorValue is what a script sees of a stream's error: its name, or what a
// script gave or threw, or an Error if the failure is one of a filter.
func errorValue(err error) any {
	name := event.NameOf(err)
	if name != event.RuntimeError {
		return string(name)
	}
	for f := (*event.Failure)(nil); errors.As(err, &f); {
		cause, isError := f.Cause.(error)
		switch {
		case f.Cause == nil:
			return string(name)
		case !isError:
			return f.Cause
		}
		err = cause
	}
	if err == name {
		return string(name)
	}
	return err
}

func declareMessage() {
	d := messageClass
	typed(d)
	d.Constructor("Makes a message: of nothing, of a body, of a head, of a head and a body, or of all parts. A single argument is the body if it is a string or a Data, else the head.", func(m *spec.Method) func(*spec.Call) (*event.Message, error) {
		head := optional(m, "head", "object | string | Data", docHead)
		body := optional(m, "body", "string | Data | any", "The body; what is no string and no Data is the payload.")
		tail := optional(m, "tail", "object", docTail)
		return func(c *spec.Call) (*event.Message, error) {
			if c.Args.Len() < 2 {
				return messageOf(c.Args.At(0))
			}
			h, _ := head.Of(c)
			b, _ := body.Of(c)
			t, _ := tail.Of(c)
			if h != nil && !isObject(h) {
				return nil, wrong("head", "an object", h)
			}
			msg := &event.Message{Head: h, Tail: t}
			switch b := b.(type) {
			case nil:
			case string:
				msg.Body = event.DataString(b)
			case *event.Data:
				msg.Body = b
			default:
				msg.Payload = b
			}
			return msg, nil
		}
	})
	d.Prop("head", "any", docHead, func(m *event.Message) any { return m.Head })
	d.Prop("body", "Data | null", "The body; null when the message was made without one.", func(m *event.Message) any {
		if m.Body == nil {
			return Null
		}
		return m.Body
	})
	d.Prop("tail", "any", docTail, func(m *event.Message) any { return m.Tail })
	d.Prop("payload", "any", docPayload, func(m *event.Message) any { return m.Payload })
}

func messageOf(v any) (*event.Message, error) {
	switch v := v.(type) {
	case nil:
		return &event.Message{}, nil
	case string:
		return &event.Message{Body: event.DataString(v)}, nil
	case *event.Data:
		return &event.Message{Body: v}, nil
	}
	if !isObject(v) {
		return nil, fmt.Errorf("head or body: %w", &spec.Mismatch{Wants: "an object, a string or a Data", Got: spec.Show(v)})
	}
	return &event.Message{Head: v}, nil
}

// isObject tells objects, of scripts and of Go, from other values.
func isObject(v any) bool {
	switch v.(type) {
	case nil, bool, float64, int, string, spec.Func:
		return false
	}
	return true
}
