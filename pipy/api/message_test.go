package api

import (
	"errors"
	"fmt"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

func TestMessageConstructor(t *testing.T) {
	e := newEngine()
	head, data := obj("path", "/"), event.DataString("data")
	goHead := httphead.New()
	for _, c := range []struct {
		name                      string
		args                      []any
		head, body, tail, payload any
	}{
		{"nothing", nil, nil, Null, nil, nil},
		{"null", []any{Null}, nil, Null, nil, nil},
		{"string", []any{"text"}, nil, "text", nil, nil},
		{"Data", []any{data}, nil, data, nil, nil},
		{"head", []any{head}, head, Null, nil, nil},
		{"Go head", []any{goHead}, goHead, Null, nil, nil},
		{"head and string", []any{head, "text"}, head, "text", nil, nil},
		{"head and Data", []any{head, data}, head, data, nil, nil},
		{"null and string", []any{Null, "text"}, nil, "text", nil, nil},
		{"head and null", []any{head, Null}, head, Null, nil, nil},
		{"payload", []any{head, obj("a", 1)}, head, Null, nil, obj("a", 1)},
		{"number payload", []any{head, 1}, head, Null, nil, 1},
		{"tail", []any{head, "text", obj("t", 1)}, head, "text", obj("t", 1), nil},
	} {
		m := e.new(t, "Message", c.args...)
		if prop(m, "head") != c.head {
			t.Errorf("%s: head: got %s, want %s", c.name, show(prop(m, "head")), show(c.head))
		}
		if c.body == data && prop(m, "body") != c.body {
			t.Errorf("%s: want the very Data", c.name)
		}
		if s, ok := c.body.(string); ok {
			c.body = event.DataString(s)
		}
		want(t, c.name+": body", prop(m, "body"), show(c.body))
		want(t, c.name+": tail", prop(m, "tail"), show(c.tail))
		want(t, c.name+": payload", prop(m, "payload"), show(c.payload))
		want(t, c.name+": type", prop(m, "type"), `"Message"`)
	}
	_, err := e.tryNew("Message", 1)
	wantError(t, "number", err, "head or body: want an object, a string or a Data, got 1")
	_, err = e.tryNew("Message", "a", "b")
	wantError(t, "two strings", err, `head: want an object, got "a"`)
}

func TestMessageStartAndEnd(t *testing.T) {
	e := newEngine()
	head := obj("path", "/")
	if got := prop(e.new(t, "MessageStart", head), "head"); got != head {
		t.Errorf("head: got %v, want the very object", got)
	}
	want(t, "no head", prop(e.new(t, "MessageStart"), "head"), "undefined")
	want(t, "type", prop(e.new(t, "MessageStart"), "type"), `"MessageStart"`)
	end := e.new(t, "MessageEnd", obj("a", 1), "payload")
	want(t, "tail", prop(end, "tail"), "{ a: 1 }")
	want(t, "payload", prop(end, "payload"), `"payload"`)
	want(t, "type", prop(end, "type"), `"MessageEnd"`)
	want(t, "no tail", prop(e.new(t, "MessageEnd"), "tail"), "undefined")
}

func TestStreamEndError(t *testing.T) {
	e := newEngine()
	value := obj("code", 1)
	for _, c := range []struct {
		name string
		arg  any
		err  event.Error
		out  string
	}{
		{"nothing", nil, "", `""`},
		{"empty", "", "", `""`},
		{"name", "IdleTimeout", event.IdleTimeout, `"IdleTimeout"`},
		{"other string", "oops", event.RuntimeError, `"oops"`},
		{"number", 5, event.RuntimeError, "5"},
		{"object", value, event.RuntimeError, "{ code: 1 }"},
	} {
		end := e.new(t, "StreamEnd", c.arg).(*event.StreamEnd)
		if got := event.NameOf(end.Err); got != c.err {
			t.Errorf("%s: got %q, want %q", c.name, got, c.err)
		}
		want(t, c.name, prop(end, "error"), c.out)
	}
	want(t, "type", prop(event.EndStream, "type"), `"StreamEnd"`)
	want(t, "error of Go", prop(&event.StreamEnd{Err: &event.Failure{Name: event.RuntimeError, Cause: errors.New("x")}}, "error"), "error x")
	thrown := &event.Failure{Name: event.RuntimeError, Cause: &event.Failure{Name: event.RuntimeError, Cause: value}}
	want(t, "what was thrown", prop(&event.StreamEnd{Err: fmt.Errorf("filter: %w", thrown)}, "error"), "{ code: 1 }")
	want(t, "name without a cause", prop(&event.StreamEnd{Err: event.RuntimeError}, "error"), `"RuntimeError"`)
	want(t, "named error of Go", prop(&event.StreamEnd{Err: &event.Failure{Name: event.ConnectionRefused, Cause: "x"}}, "error"), `"ConnectionRefused"`)
}
