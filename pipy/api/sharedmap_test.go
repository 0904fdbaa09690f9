package api

import (
	"testing"

	"pipy/pipy/event"
)

func TestSharedMapCopiesValues(t *testing.T) {
	e, other := newEngine(), newEngine()
	m := e.new(t, "algo.SharedMap", "map of the test")
	value := obj("a", arr(1, obj("b", Null), Null), "d", event.DataString("x"), "f", fn(nil))
	value.Set("self", value)
	e.on(t, m, "set", "k", value)
	value.Set("a", "changed")
	seen := other.on(t, other.new(t, "algo.SharedMap", "map of the test"), "get", "k").(*object)
	want(t, "array", seen.Get("a"), "[ 1, { b: null }, null ]")
	want(t, "Data", seen.Get("d"), `Data "x"`)
	want(t, "function", seen.Get("f"), "undefined")
	seen.Get("d").(*event.Data).PushString("y")
	want(t, "Data again", other.on(t, m, "get", "k").(*object).Get("d"), `Data "x"`)

	want(t, "size", prop(m, "size"), "1")
	want(t, "has", e.on(t, m, "has", "k"), "true")
	want(t, "get nothing", e.on(t, m, "get", "x"), "undefined")
	want(t, "delete", e.on(t, m, "delete", "k"), "true")
	want(t, "delete again", e.on(t, m, "delete", "k"), "false")
	want(t, "add to nothing", e.on(t, m, "add", "n", 1), "NaN")
	e.on(t, m, "set", "n", 5)
	want(t, "add", e.on(t, m, "add", "n", 2), "7")
	want(t, "sub", e.on(t, m, "sub", "n", 3), "4")
	e.on(t, m, "clear")
	want(t, "cleared", prop(m, "size"), "0")
	_, err := e.tryOn(m, "add", "n")
	wantError(t, "no number", err, "number: want a number, got nothing")
	_, err = e.tryOn(m, "get", 1)
	wantError(t, "key", err, "key: want a string, got 1")
	_, err = e.tryNew("algo.SharedMap")
	wantError(t, "name", err, "name: want a string, got nothing")
}
