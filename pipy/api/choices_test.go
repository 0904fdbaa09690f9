package api

import (
	"strings"
	"testing"
)

func TestChoices(t *testing.T) {
	e := newEngine()
	never := fn(func(...any) any {
		t.Error("called, although it does not count")
		return nil
	})
	for _, c := range []struct {
		name string
		args []any
		out  string
	}{
		{"branch", []any{false, never, true, "b", never, never}, `"b"`},
		{"branch", []any{0, 1, "", 2, Null, 3, "default"}, `"default"`},
		{"branch", []any{false, 1}, "undefined"},
		{"branch", []any{}, "undefined"},
		{"branch", []any{fn(func(...any) any { return 1 }), fn(func(...any) any { return "called" })}, `"called"`},
		{"select", []any{"b", "a", never, "b", 2, never, never}, "2"},
		{"select", []any{3, fn(func(...any) any { return 3 }), "three"}, `"three"`},
		{"select", []any{"3", 3, "three", "other"}, `"three"`},
		{"select", []any{"3", "3.0", "three", "other"}, `"other"`},
		{"select", []any{true, 1, "yes", "other"}, `"yes"`},
		{"select", []any{"x", 0, "zero", "other"}, `"other"`},
		{"select", []any{Null, nil, 1, Null, 2}, "1"},
		{"select", []any{0, nil, 1, Null, 2, "", 3}, "3"},
		{"select", []any{fn(func(...any) any { return 3 }), 3, "three"}, `"three"`},
		{"select", []any{1}, "undefined"},
		{"invoke", []any{fn(func(...any) any { return 7 }), never}, "7"},
		{"invoke", []any{throwing(), fn(func(args ...any) any { return args[0] })}, "error thrown"},
	} {
		want(t, c.name, e.do(t, c.name, c.args...), c.out)
	}
	_, err := e.try("invoke", throwing())
	wantError(t, "no catcher", err, "thrown")
	_, err = e.try("branch", throwing(), 1)
	wantError(t, "condition throws", err, "thrown")
	_, err = e.try("invoke", 1)
	wantError(t, "no function", err, "function: want a function, got 1")
}

func TestStatsSumOfOneWorker(t *testing.T) {
	e := newEngine()
	c := e.new(t, "stats.Counter", "requests", arr("path"))
	e.on(t, e.on(t, c, "withLabels", "/a"), "increase", 5)
	e.on(t, e.new(t, "stats.Histogram", "latency", arr(1, 10)), "observe", 3)
	e.on(t, e.new(t, "stats.Gauge", "other"), "set", 3)
	e.do(t, "stats.sum", arr("latency", "requests", "nonesuch"))
	sum := e.settled[0].(*object)
	want(t, "names", strings.Join(sum.names, " "), `"latency requests"`)
	want(t, "counter", prop(e.on(t, sum.Get("requests"), "withLabels", "/a"), "value"), "5")
	want(t, "histogram", prop(sum.Get("latency"), "value"), "[ 0, 1, 0, 1, 3 ]")
	e.do(t, "stats.sum")
	want(t, "all", strings.Join(e.settled[1].(*object).names, " "), `"requests latency other"`)
	e.do(t, "stats.sum", "other")
	want(t, "one", strings.Join(e.settled[2].(*object).names, " "), `"other"`)
	_, err := e.try("stats.sum", 5)
	wantError(t, "number", err, "names: want a string or an array of strings, got 5")
}
