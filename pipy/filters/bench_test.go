package filters_test

import (
	"testing"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/pipeline"
)

// constant is a script's function that costs nothing.
type constant struct{ v any }

func (c constant) Call(*pipeline.Context, ...any) (any, error) { return c.v, nil }

// BenchmarkMessage is the way of one message through a filter.
func BenchmarkMessage(b *testing.B) {
	for _, c := range []struct {
		name string
		args []any
	}{
		{"handleMessageStart", []any{constant{}}},
		{"handleMessageEnd", []any{constant{}}},
		{"handleMessage", []any{constant{}}},
		{"replaceMessage", []any{constant{&event.Message{}}}},
		{"throttleMessageRate", []any{1 << 50}},
		{"throttleDataRate", []any{1 << 50}},
		{"wait", []any{constant{true}}},
		{"use", []any{ft.Array{"a.js"}, "request", ft.Modules{"a.js": {"request": ft.Pipe(ft.Through)}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := ft.New(b, c.name, c.args...)
			layout, ctx := f.Layout, f.Context
			start := &event.MessageStart{}
			out := func(event.Event) {}
			b.ReportAllocs()
			for b.Loop() {
				p := layout.Start(ctx, out)
				p.Process(start)
				p.Process(ft.Flush())
				p.Process(event.End)
				p.Close()
				f.Loop.Turn()
			}
		})
	}
}
