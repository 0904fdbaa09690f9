package api

import (
	"strings"
	"testing"

	"pipy/pipy/stats"
)

func TestCounter(t *testing.T) {
	e := newEngine()
	c := e.new(t, "stats.Counter", "requests", arr("host", "path"))
	e.on(t, c, "increase")
	e.on(t, c, "increase", 2)
	sub := e.on(t, c, "withLabels", "a.com", 5)
	e.on(t, sub, "increase", 4)
	want(t, "value", prop(c, "value"), "3")
	want(t, "valueOf", e.on(t, sub, "valueOf"), "4")
	want(t, "name", prop(sub, "name"), `"requests"`)
	want(t, "type", prop(sub, "type"), `"counter"`)
	want(t, "label", prop(sub, "label"), `"5"`)
	want(t, "dimensions", prop(c, "dimensions"), "2")
	want(t, "no label left", e.on(t, sub, "withLabels", "x"), "null")
	want(t, "submetrics", prop(e.on(t, c, "submetrics").([]any)[0], "label"), `"a.com"`)
	if e.on(t, c, "withLabels", "a.com", "5") != sub {
		t.Error("withLabels: want the same metric again")
	}
	e.on(t, c, "zero")
	want(t, "zero", prop(c, "value"), "0")
	e.on(t, c, "clear")
	want(t, "clear", e.on(t, c, "submetrics"), "[ ]")
	_, err := e.tryOn(c, "increase", "x")
	wantError(t, "increase", err, `number: want a number, got "x"`)
}

func TestGaugeAndHistogram(t *testing.T) {
	e := newEngine()
	registry := &stats.Registry{}
	e.values = map[any]any{StatsKey{}: registry}
	g := e.new(t, "stats.Gauge", "level", nil, fn(func(args ...any) any {
		return e.on(t, args[0], "set", 42)
	}))
	e.on(t, g, "set", 5)
	e.on(t, g, "increase")
	e.on(t, g, "decrease", 3)
	want(t, "gauge", prop(g, "value"), "3")
	h := e.new(t, "stats.Histogram", "time", arr(1, 2, 4), arr("peer"))
	for _, x := range []any{0.5, 2, 3, 9} {
		e.on(t, h, "observe", x)
	}
	want(t, "histogram", prop(h, "value"), "[ 1, 1, 1, 1, 4, 14.5 ]")
	want(t, "percentile", e.on(t, prop(h, "percentile"), "calculate", 50), "2")
	snapshot, err := registry.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := stats.WriteText(&text, stats.Instance{Metrics: snapshot}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"level 42\n", "time_count 4\n"} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("want %q in\n%s", line, text.String())
		}
	}
}

func TestMetricErrors(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		class string
		args  []any
		err   string
	}{
		{"stats.Counter", nil, "name: want a string, got nothing"},
		{"stats.Counter", []any{"a", "b"}, `labels: want an array of strings, got "b"`},
		{"stats.Gauge", []any{"a", nil, 1}, "onCollect: want a function, got 1"},
		{"stats.Histogram", []any{"a"}, "buckets: want an object, got nothing"},
		{"stats.Histogram", []any{"a", obj()}, "buckets: want an array of numbers, got an object"},
		{"stats.Histogram", []any{"a", arr("x")}, `buckets: want an array of numbers, got "x"`},
	} {
		_, err := e.tryNew(c.class, c.args...)
		wantError(t, c.err, err, c.err)
	}
	_, err := e.tryNew("stats.Counter", "not a name")
	if err == nil {
		t.Error("want an error for the name")
	}
	e.values = map[any]any{StatsKey{}: &stats.Registry{}}
	e.new(t, "stats.Gauge", "g", nil, throwing())
	if _, err := e.values[StatsKey{}].(*stats.Registry).Snapshot(); err == nil {
		t.Error("want the error of onCollect")
	}
}
