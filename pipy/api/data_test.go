package api

import (
	"testing"

	"pipy/pipy/event"
)

func TestDataConstructor(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		args []any
		out  string
	}{
		{nil, `Data ""`},
		{[]any{nil}, `Data ""`},
		{[]any{"héllo"}, `Data "héllo"`},
		{[]any{"hello", nil}, `Data "hello"`},
		{[]any{arr(104, 105, 0, 255)}, `Data "hi\x00\xff"`},
		{[]any{arr(256 + 65)}, `Data "A"`},
		{[]any{event.DataString("abc")}, `Data "abc"`},
		{[]any{"68656C6c6f", "hex"}, `Data "hello"`},
		{[]any{"aGk=", "base64"}, `Data "hi"`},
		{[]any{"aGk", "base64"}, `Data "hi"`},
		{[]any{"-_8=", "base64url"}, `Data "\xfb\xff"`},
		{[]any{"-_8", "base64url"}, `Data "\xfb\xff"`},
		{[]any{"a😀", "utf16be"}, `Data "\x00a\xd8=\xde\x00"`},
		{[]any{"a😀", "utf16le"}, `Data "a\x00=\xd8\x00\xde"`},
	} {
		want(t, c.out, e.new(t, "Data", c.args...), c.out)
	}
}

func TestDataConstructorErrors(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		args []any
		err  string
	}{
		{[]any{1}, "bytes: want a string, a Data or an array of bytes, got 1"},
		{[]any{obj()}, "bytes: want a string, a Data or an array of bytes, got an object"},
		{[]any{arr("a")}, `bytes: want an array of numbers from 0 to 255, got "a"`},
		{[]any{"a", "latin1"}, `encoding: unknown encoding: want one of "utf8", "utf16be", "utf16le", "hex", "base64", "base64url", got "latin1"`},
		{[]any{"a", 1}, "encoding: want a string, got 1"},
		{[]any{"abc", "hex"}, "incomplete hex string: want an even number of digits, got 3"},
		{[]any{"zz", "hex"}, "invalid hex character: want 0-9, a-f or A-F, got 'z'"},
		{[]any{"a", "base64"}, "incomplete base64 string: it ends in the middle of a byte"},
		{[]any{"a-==", "base64"}, "invalid base64 character at position 1"},
	} {
		_, err := e.tryNew("Data", c.args...)
		wantError(t, c.err, err, c.err)
	}
}

func TestDataFromReturnsNullForInvalidText(t *testing.T) {
	e := newEngine()
	want(t, "valid", e.do(t, "Data.from", "6869", "hex"), `Data "hi"`)
	want(t, "plain", e.do(t, "Data.from", "hi"), `Data "hi"`)
	want(t, "invalid", e.do(t, "Data.from", "6", "hex"), "null")
	_, err := e.try("Data.from")
	wantError(t, "nothing", err, "text: want a string, got nothing")
}

func TestDataIsMutable(t *testing.T) {
	e := newEngine()
	d := e.new(t, "Data", "hello")
	other := event.DataString("!!")
	if e.on(t, d, "push", " world") != d {
		t.Error("push: want the same Data")
	}
	e.on(t, d, "push", other)
	e.on(t, d, "push", arr(10))
	want(t, "pushed", d, `Data "hello world!!\n"`)
	want(t, "argument of push", other, `Data "!!"`)
	want(t, "size", prop(d, "size"), "14")
	want(t, "type", prop(d, "type"), `"Data"`)
	want(t, "shift", e.on(t, d, "shift", 6), `Data "hello "`)
	want(t, "pop", e.on(t, d, "pop", 3), `Data "!!\n"`)
	want(t, "rest", d, `Data "world"`)
	want(t, "shift less than nothing", e.on(t, d, "shift", -1), `Data ""`)
	want(t, "shift more", e.on(t, d, "shift", 100), `Data "world"`)
	e.on(t, d, "push", "ab")
	e.on(t, d, "push", d)
	want(t, "pushed to itself", d, `Data "abab"`)
	_, err := e.tryOn(d, "push", nil)
	wantError(t, "push nothing", err, "bytes: want a string, a Data or an array of bytes, got nothing")
	_, err = e.tryOn(d, "shift", "x")
	wantError(t, "shift a string", err, `count: want a number, got "x"`)
}

func TestDataScans(t *testing.T) {
	e := newEngine()
	is := func(b float64) *function { return fn(func(args ...any) any { return args[0] == b }) }
	text := func() *event.Data {
		d := event.DataString("aa\n")
		d.PushString("b\nc")
		return d
	}
	d := text()
	want(t, "shiftTo", e.on(t, d, "shiftTo", is('\n')), `Data "aa\n"`)
	want(t, "shiftTo", e.on(t, d, "shiftTo", is('\n')), `Data "b\n"`)
	want(t, "shiftTo without a hit", e.on(t, d, "shiftTo", is('\n')), `Data "c"`)
	d = text()
	want(t, "shiftWhile", e.on(t, d, "shiftWhile", is('a')), `Data "aa"`)
	want(t, "rest", d, `Data "\nb\nc"`)
	want(t, "shiftWhile without a hit", e.on(t, d, "shiftWhile", is('a')), `Data ""`)
	_, err := e.tryOn(d, "shiftTo", throwing())
	wantError(t, "throwing", err, "thrown")
	want(t, "after throwing", d, `Data "\nb\nc"`)
	_, err = e.tryOn(d, "shiftWhile", 1)
	wantError(t, "no function", err, "predicate: want a function, got 1")
}

func TestDataToStringAndArray(t *testing.T) {
	e := newEngine()
	for _, c := range []struct{ bytes, encoding, out string }{
		{"héllo", "utf8", `"héllo"`},
		{"\xff", "utf8", "undefined"},
		{"hi", "hex", `"6869"`},
		{"h", "base64", `"aA=="`},
		{"\xfb\xff", "base64url", `"-_8"`},
		{"\xd8\x3d\xde\x00\x00a", "utf16be", `"😀a"`},
		{"a\x00", "utf16le", `"a"`},
		{"a", "utf16le", "undefined"},
		{"\xd8\x3d", "utf16be", "undefined"},
		{"\xd8\x3d\x00a", "utf16be", "undefined"},
	} {
		want(t, c.bytes, e.on(t, event.DataString(c.bytes), "toString", c.encoding), c.out)
	}
	want(t, "default", e.on(t, event.DataString("x"), "toString"), `"x"`)
	want(t, "array", e.on(t, event.DataString("a\xff"), "toArray"), "[ 97, 255 ]")
	_, err := e.tryOn(event.DataString("x"), "toString", "x")
	wantError(t, "unknown", err, `encoding: unknown encoding: want one of "utf8", "utf16be", "utf16le", "hex", "base64", "base64url", got "x"`)
}
