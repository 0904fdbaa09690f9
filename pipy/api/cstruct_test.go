package api

import (
	"bytes"
	"fmt"
	"testing"

	"pipy/pipy/event"
)

// The layouts are those that a C compiler for amd64 gives (System V ABI, 3.1.2).
func TestCStructIsLaidOutAsInC(t *testing.T) {
	e := newEngine()
	inner := e.new(t, "CStruct", obj("a", "int16", "b", "char"))
	for _, c := range []struct {
		class   string
		fields  *object
		size    int
		offsets string
	}{
		{"CStruct", obj("a", "int8", "b", "int32", "c", "int8"), 12, "a0 b4 c8"},
		{"CStruct", obj("a", "char[3]", "b", "double", "c", "float[3]"), 32, "a0 b8 c16"},
		{"CStruct", obj("a", "int8", "s", inner, "b", "uint8"), 8, "a0 s2 b6"},
		{"CStruct", obj("x", "uint64", "0", e.new(t, "CUnion", obj("a", "int8[5]", "b", "uint16")), "y", "char"), 16, "x0 a8 b8 y14"},
		{"CUnion", obj("a", "int8[5]", "b", "int32"), 8, "a0 b0"},
		{"CStruct", obj(), 0, ""},
	} {
		s := e.new(t, c.class, c.fields)
		got := ""
		info := e.on(t, s, "reflect").(event.Object)
		for _, name := range info.Keys() {
			got += fmt.Sprintf(" %s%v", name, info.Get(name).(event.Object).Get("offset"))
		}
		if size := prop(s, "size"); fmt.Sprint(size) != fmt.Sprint(c.size) || got != " "+c.offsets && got != c.offsets {
			t.Errorf("%v: got size %v and%s, want %d and %s", c.fields.names, size, got, c.size, c.offsets)
		}
	}
}

func FuzzCStruct(f *testing.F) {
	f.Add("int8", "uint16[3]", "char[4]", []byte("0123456789abcdefgh"))
	f.Add("float", "int64", "double[2]", []byte("\x00\x00\xa0\x7f0123456789abcdefgh0123456789abcdefgh"))
	f.Add("uint64", "char", "int32", []byte("hi"))
	f.Fuzz(func(t *testing.T, a, b, c string, data []byte) {
		e := newEngine()
		inner, err := newCStruct(obj("a", a, "b", b), len(data)%2 == 1)
		if err != nil {
			return
		}
		s, err := newCStruct(obj("b", b, "s", inner, "0", inner, "c", c), false)
		if err != nil || s.size > 1<<16 {
			return
		}
		v, err := e.tryOn(s, "decode", event.NewData(bytes.Clone(data)))
		if (err == nil) != (len(data) >= s.end) {
			t.Fatalf("%d bytes of %d: got %v, %v", len(data), s.end, v, err)
		}
		if err != nil {
			return
		}
		once, err := e.tryOn(s, "encode", v)
		if err != nil {
			t.Fatalf("%s: %v", jsonOf(t, e, v), err)
		}
		again, err := e.tryOn(s, "decode", once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := e.tryOn(s, "encode", again); err != nil || show(twice) != show(once) {
			t.Errorf("got %s, %v; want %s", show(twice), err, show(once))
		}
	})
}
