package pipeline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// bench is a program with one layout whose filters are plain functions.
type bench struct {
	t       *testing.T
	loop    *loop.Loop
	program *Program
	log     []string
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, loop: loop.NewManual(time.Unix(0, 0))}
	b.program = NewProgram(b.loop, func(s *Stage, err error) { b.log = append(b.log, s.Node().Name+": "+err.Error()) })
	return b
}

func (b *bench) layout(filters ...New) *Layout {
	l := &Layout{Name: "test", Program: b.program}
	for i, f := range filters {
		l.Nodes = append(l.Nodes, &Node{Name: "f" + string(rune('0'+i)), New: f})
	}
	return l
}

func (b *bench) out(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		b.log = append(b.log, e.String())
	case *event.StreamEnd:
		b.log = append(b.log, "end "+string(event.NameOf(e.Err)))
	}
}

func (b *bench) want(want ...string) {
	b.t.Helper()
	if got := strings.Join(b.log, "|"); got != strings.Join(want, "|") {
		b.t.Errorf("got %s, want %s", got, strings.Join(want, "|"))
	}
	b.log = nil
}

// stage is a filter made of functions.
type stage struct {
	*Stage
	process func(s *stage, evt event.Event)
	closed  func()
	stopped func()
}

func (f *stage) Process(evt event.Event) { f.process(f, evt) }
func (f *stage) Close() {
	if f.closed != nil {
		f.closed()
	}
}
func (f *stage) Stop() {
	if f.stopped != nil {
		f.stopped()
	}
}

func pass(f *stage, evt event.Event) { f.Output(evt) }

func filter(process func(*stage, event.Event)) New {
	return func(s *Stage) Filter { return &stage{Stage: s, process: process} }
}

func TestNothingFollowsStreamEnd(t *testing.T) {
	b := newBench(t)
	twice := func(f *stage, evt event.Event) {
		f.Output(evt)
		f.Output(evt)
	}
	p := b.layout(filter(twice)).Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Process(event.EndStream)
	p.Process(event.DataString("b"))
	b.want("a", "a", "end ")
}

func TestEmptyPipelinePassesThrough(t *testing.T) {
	b := newBench(t)
	p := b.layout().Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Process(event.EndStream)
	b.want("a", "end ")
}

func TestFailureEndsTheStreamOnce(t *testing.T) {
	b := newBench(t)
	p := b.layout(filter(func(f *stage, _ event.Event) {
		f.Fail(errors.New("broken"))
		f.Output(event.DataString("late"))
	}), filter(pass)).Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Process(event.DataString("b"))
	b.want("f0: broken", "end RuntimeError")
}

func TestFilterMayCloseItsOwnPipeline(t *testing.T) {
	b := newBench(t)
	closed := 0
	l := b.layout(func(s *Stage) Filter {
		return &stage{Stage: s, closed: func() { closed++ }, process: func(f *stage, evt event.Event) {
			f.Pipeline().Close()
			f.Output(evt)
			if closed != 0 {
				t.Error("released while it is being called")
			}
		}}
	})
	p := l.Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Close()
	b.loop.Turn()
	if closed != 1 || l.Active() != 0 {
		t.Errorf("closed %d times, %d active", closed, l.Active())
	}
	b.want()
}

func TestSubPipelinesEndWithTheirParent(t *testing.T) {
	b := newBench(t)
	inner := b.layout(filter(pass))
	outer := b.layout(func(s *Stage) Filter {
		f := &stage{Stage: s}
		f.process = func(f *stage, evt event.Event) {
			f.Start(inner, nil, f.Output).Process(evt)
		}
		return f
	})
	p := outer.Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Process(event.DataString("b"))
	if inner.Active() != 2 {
		t.Fatalf("%d sub-pipelines, want 2", inner.Active())
	}
	p.Close()
	b.loop.Turn()
	if inner.Active() != 0 || b.program.Active() != 0 {
		t.Errorf("%d sub-pipelines and %d pipelines are left", inner.Active(), b.program.Active())
	}
	b.want("a", "b")
}

func TestTimersAndGuardsDieWithThePipeline(t *testing.T) {
	b := newBench(t)
	var guarded func()
	l := b.layout(filter(func(f *stage, _ event.Event) {
		f.After(time.Second, func() { b.log = append(b.log, "timer") })
		guarded = f.Guard(func() { b.log = append(b.log, "guarded") })
	}))
	p := l.Start(NewContext(nil, nil), b.out)
	p.Process(event.DataString("a"))
	p.Close()
	b.loop.Turn()
	again := l.Start(NewContext(nil, nil), b.out) // the same memory, another run
	guarded()
	b.loop.Advance(2 * time.Second)
	b.want()
	again.Process(event.DataString("a"))
	guarded()
	b.loop.Advance(2 * time.Second)
	b.want("guarded", "timer")
}

func TestBlockedPipelineKeepsItsInput(t *testing.T) {
	b := newBench(t)
	p := b.layout(filter(pass)).Start(NewContext(nil, nil), b.out)
	unblock := p.Block()
	p.Process(event.DataString("b"))
	b.want()
	unblock(event.DataString("a"))
	unblock(event.DataString("never"))
	b.want("a", "b")
}

func TestStopWaitsForTheLastPipeline(t *testing.T) {
	b := newBench(t)
	told := 0
	l := b.layout(func(s *Stage) Filter {
		return &stage{Stage: s, process: pass, stopped: func() { told++ }}
	})
	p := l.Start(NewContext(nil, nil), b.out)
	idle := false
	b.program.Stop(false, func() { idle = true })
	b.loop.Turn()
	if told != 1 || idle {
		t.Fatalf("told %d times, idle %v", told, idle)
	}
	p.Close()
	b.loop.Turn()
	if !idle {
		t.Error("not idle although no pipeline is left")
	}
}

func TestClonedContextsWakeEachOther(t *testing.T) {
	ctx := NewContext(nil, "inbound")
	clone := ctx.Clone()
	if clone.Inbound != "inbound" || clone.ID() == ctx.ID() {
		t.Error("a clone has the connection of its origin, and an ID of its own")
	}
	calls := 0
	cancel := ctx.Wait(func() { calls++ })
	clone.Notify()
	cancel()
	cancel()
	clone.Notify()
	if calls != 1 {
		t.Errorf("called %d times, want 1", calls)
	}
}
