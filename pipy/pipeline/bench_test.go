package pipeline

import (
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// passing is the filter that does the least.
type passing struct{ *Stage }

func (f passing) Process(evt event.Event) { f.Output(evt) }
func (f passing) Reset()                  {}

// tenFilters returns a layout of ten filters.
func tenFilters() *Layout {
	l := &Layout{Name: "ten", Program: NewProgram(loop.NewManual(time.Unix(0, 0)), nil)}
	for range 10 {
		l.Nodes = append(l.Nodes, &Node{Name: "pass", New: func(s *Stage) Filter { return passing{s} }})
	}
	return l
}

// benchmarkTen sends a message through ten filters of a pipeline that runs.
func benchmarkTen(b *testing.B, l *Layout) {
	p := l.Start(NewContext(nil, nil), func(event.Event) {})
	start, data := &event.MessageStart{}, event.DataString("abc")
	for b.Loop() {
		p.Process(start)
		p.Process(data)
		p.Process(event.End)
	}
}

func BenchmarkTenFilters(b *testing.B) { benchmarkTen(b, tenFilters()) }

// BenchmarkTenPipelines starts a pipeline for each message, as HTTP does.
func BenchmarkTenPipelines(b *testing.B) {
	l := tenFilters()
	ctx := NewContext(nil, nil)
	start, data := &event.MessageStart{}, event.DataString("abc")
	for b.Loop() {
		p := l.Start(ctx, func(event.Event) {})
		p.Process(start)
		p.Process(data)
		p.Process(event.End)
		p.Process(event.EndStream)
		p.Close()
		l.Program.Loop.Turn()
	}
}

func BenchmarkTenFiltersCounted(b *testing.B) {
	l := tenFilters()
	l.SetCounting(true)
	benchmarkTen(b, l)
}
