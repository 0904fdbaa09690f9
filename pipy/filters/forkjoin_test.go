package filters_test

import (
	"errors"
	"testing"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/pipeline"
)

// branchesOf returns a layout that tells each of its stages to the test.
func branchesOf(stages *[]*pipeline.Stage) *pipeline.Layout {
	l := ft.NewLayout("branch", func(*pipeline.Stage, event.Event) {})
	l.Nodes[0].New = func(s *pipeline.Stage) pipeline.Filter {
		*stages = append(*stages, s)
		return ignore{s}
	}
	return l
}

type ignore struct{ *pipeline.Stage }

func (ignore) Process(event.Event) {}

func TestForkJoinWaitsForAllBranches(t *testing.T) {
	var stages []*pipeline.Stage
	f := ft.New(t, "forkJoin", branchesOf(&stages), func() any { return ft.Array{"a", "b"} })
	for range 2 {
		stages = nil
		f.Send(ft.Message("x")...)
		stages[0].Output(ft.Data("dropped"))
		stages[0].Output(ft.End())
		f.Want()
		stages[1].Output(ft.EndWith(event.ReadError))
		f.Want("MessageStart", `Data "x"`, "MessageEnd")
		f.Send(ft.End())
		f.Want("StreamEnd")
		f.Again()
	}
	f = ft.New(t, "forkJoin", branchesOf(&stages), ft.Array{})
	f.Send(ft.Data("x"))
	f.Want(`Data "x"`)
}

func TestForkRaceTakesTheFirstAnswer(t *testing.T) {
	var stages []*pipeline.Stage
	f := ft.New(t, "forkRace", branchesOf(&stages), ft.Array{"a", "b", "c"})
	for range 2 {
		stages = nil
		f.Send(ft.Data("x"))
		f.Want()
		stages[1].Output(ft.Data("1"))
		stages[0].Output(ft.Data("0"))
		stages[1].Output(ft.End())
		f.Want(`Data "1"`, "StreamEnd")
		f.Again()
	}
	f = ft.New(t, "forkRace", branchesOf(&stages), ft.Array{})
	f.Send(ft.Data("x"), ft.End())
	f.Want("StreamEnd")
}

func TestForkJoinErrorEndsTheStream(t *testing.T) {
	for _, name := range []string{"forkJoin", "forkRace"} {
		f := ft.New(t, name, ft.Pipe(ft.Sink), func() (any, error) { return nil, errors.New("boom") })
		f.Send(ft.Data("x"), ft.End())
		f.WantError("boom")
		f.Want("StreamEnd RuntimeError")
	}
}
