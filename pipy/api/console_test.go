package api

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/spec"
)

func TestDump(t *testing.T) {
	cycle := obj("a", 1)
	cycle.Set("me", cycle)
	deep := obj()
	for range maxDumpDepth {
		deep = obj("o", deep)
	}
	head := httphead.New()
	head.Path = "/"
	for _, c := range []struct {
		value any
		out   string
	}{
		{nil, "undefined"},
		{Null, "null"},
		{true, "true"},
		{1, "1"},
		{1.5, "1.5"},
		{1e21, "1e+21"},
		{math.NaN(), "NaN"},
		{math.Inf(-1), "-Infinity"},
		{"a\"\n", `"a\"\n"`},
		{arr(), "[ ]"},
		{arr(1, "a", nil, Null), `[ 1, "a", undefined, null ]`},
		{obj(), "{ }"},
		{obj("a", 1, "content-type", Null, "1a", nil), `{ a: 1, "content-type": null, "1a": undefined }`},
		{event.DataString("hello"), "Data[ 68 65 6c 6c 6f ]"},
		{event.DataString("01234567890"), "Data[ 30 31 32 33 34 35 36 37 38 39 30 ]"},
		{event.DataString("012345678901"), "Data[ 30 31 32 33 34 35 36 37 38 39 ... and 2 more bytes ]"},
		{fn(nil), "Function{ }"},
		{cycle, "{ a: 1, me: { ...recursive } }"},
		{&event.MessageStart{Head: head}, `MessageStart{ head: { headers: { }, path: "/" } }`},
		{&event.StreamEnd{Err: event.ReadError}, `StreamEnd{ error: "ReadError" }`},
	} {
		if got := Dump(c.value); got != c.out {
			t.Errorf("got %s, want %s", got, c.out)
		}
	}
	if got := Dump(deep); !strings.Contains(got, "{ ... }") {
		t.Errorf("deep: got %s", got)
	}
}

func TestConsoleWritesToTheLog(t *testing.T) {
	e := newEngine()
	var lines []string
	_, cancel := logging.LookupHistory(logging.ProcessLog).Watch(func(record []byte) { lines = append(lines, string(record)) })
	defer cancel()
	if err := logging.SetLocal("null"); err != nil {
		t.Fatal(err)
	}
	defer logging.SetLocal("stderr")
	for _, level := range []string{"log", "info", "warn", "error", "debug"} {
		e.do(t, "console."+level, level, 1, obj("a", "x"), Null, nil)
	}
	var got []string
	for _, line := range lines {
		got = append(got, line[strings.Index(line, "["):])
	}
	rest := `1 { a: "x" } null undefined`
	want := fmt.Sprintf("[INF] log %[1]s|[INF] info %[1]s|[WRN] warn %[1]s|[ERR] error %[1]s", rest)
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestPrintWritesToStandardOutput(t *testing.T) {
	e := newEngine()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stdout := os.Stdout
	os.Stdout = w
	e.do(t, ".print", "a", 1)
	e.do(t, ".println", obj("b", 2))
	os.Stdout = stdout
	w.Close()
	b, err := io.ReadAll(r)
	if got, want := string(b), "a 1{ b: 2 }\n"; got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestRepeat(t *testing.T) {
	e := newEngine()
	var calls []any
	until := func(n float64, last any) spec.Func {
		calls = nil
		return fn(func(args ...any) any {
			calls = append(calls, args[0])
			if args[len(args)-1] == n {
				return last
			}
			return true
		})
	}
	want(t, "function", e.do(t, ".repeat", until(3, 0.0)), "0")
	want(t, "calls", calls, "[ 0, 1, 2, 3 ]")
	want(t, "undefined ends it", e.do(t, ".repeat", until(1, nil)), "undefined")
	want(t, "number", e.do(t, ".repeat", 2, until(9, nil)), "true")
	want(t, "calls", calls, "[ 0, 1 ]")
	want(t, "number and false", e.do(t, ".repeat", 9, until(1, false)), "false")
	want(t, "calls", calls, "[ 0, 1 ]")
	want(t, "number and undefined", e.do(t, ".repeat", 3, until(1, nil)), "true")
	want(t, "array", e.do(t, ".repeat", arr("a", "b"), until(9, nil)), "true")
	want(t, "calls", calls, `[ "a", "b" ]`)
	_, err := e.try(".repeat", throwing())
	wantError(t, "throwing", err, "thrown")
	_, err = e.try(".repeat", 2)
	wantError(t, "no function", err, "callback: want a function, got nothing")
	_, err = e.try(".repeat", "x", fn(nil))
	wantError(t, "string", err, `count: want a number, an array or a function, got "x"`)
}
