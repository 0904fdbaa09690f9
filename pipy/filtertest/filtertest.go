// Package filtertest runs one filter alone: no script engine, no socket, and a
// clock that stands still unless the test moves it.
//
//	f := filtertest.New(t, "pack", 2, filtertest.Options{"separator": ","})
//	f.Send(filtertest.Message("a")...)
//	f.Want() // nothing until the batch is complete
//	f.Send(filtertest.Message("b")...)
//	f.Want("MessageStart", `Data "a,b"`, "MessageEnd")
//
// A test fails when output, or an error of the filter, was not asked for by its
// end, when anything follows a StreamEnd, and when a pipeline is left over.
package filtertest

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Filter is a filter under test: the only one of its pipeline.
type Filter struct {
	// Loop is a manual loop; Advance moves its clock.
	Loop *loop.Loop
	// Layout holds the filter alone.
	Layout *pipeline.Layout
	// Context is what the filter's callbacks run in.
	Context *pipeline.Context
	// Slow holds the source of all output until the test takes it.
	Slow bool

	t       testing.TB
	program *pipeline.Program
	current *pipeline.Pipeline
	source  loop.Source
	paused  bool
	got     []event.Event
	holds   []func()
	ended   bool // StreamEnd came out
	errs    []error
	host    *host
}

// Start is the time at which the clock of every Filter stands first.
var Start = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// New makes the named filter with the arguments of a script's call and starts
// a pipeline of it. An argument may be anything that a script could write, in
// Go form: numbers, strings, bool, Options for an object, Array, any Go
// function that Func takes, a Pipe for a pipeline; Pipelines and Modules say
// what the names of pipelines stand for. A joint filter takes its first Pipe,
// or *pipeline.Layout, as its sub-pipeline.
func New(t testing.TB, name string, args ...any) *Filter {
	t.Helper()
	f, err := Make(t, name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	f.Again()
	return f
}

// Make is New without starting a pipeline: it returns the error of the call.
func Make(t testing.TB, name string, args ...any) (*Filter, error) {
	t.Helper()
	decl := filters.All[name]
	if decl == nil {
		t.Fatalf("there is no filter %q", name)
	}
	f := &Filter{t: t, Loop: loop.NewManual(Start)}
	f.program = pipeline.NewProgram(f.Loop, func(_ *pipeline.Stage, err error) { f.errs = append(f.errs, err) })
	f.Context = pipeline.NewContext(nil, nil)
	f.host = &host{t: t, program: f.program}
	f.source.Init(f.Loop, f)

	node := &pipeline.Node{Name: name, Pos: "test.js:1:1"}
	var joint []spec.Sub
	var plain []any
	for _, arg := range args {
		switch arg := arg.(type) {
		case Pipelines:
			f.host.pipelines = arg
			continue
		case Modules:
			f.host.modules = arg
			continue
		case Pipe:
			if decl.Joint && joint == nil {
				joint = []spec.Sub{{Layout: f.host.layout(arg)}}
				continue
			}
		case *pipeline.Layout:
			if decl.Joint && joint == nil {
				arg.Program = f.program
				joint = []spec.Sub{{Layout: arg}}
				continue
			}
		}
		plain = append(plain, value(arg))
	}
	if err := decl.Make(f.host, node, plain, joint); err != nil {
		return nil, err
	}
	f.Layout = &pipeline.Layout{Name: "test", Program: f.program, Nodes: []*pipeline.Node{node}}
	t.Cleanup(f.finish)
	return f, nil
}

// Pause and Resume are for the loop: they note what backpressure does.
func (f *Filter) Pause() { f.paused = true }

// Resume undoes Pause.
func (f *Filter) Resume() { f.paused = false }

// Paused tells whether the source of what Send feeds is asked to stop.
func (f *Filter) Paused() bool { return f.paused }

// Again closes the pipeline and starts another one of the same layout, which
// reuses the filter if it can be reset.
func (f *Filter) Again() {
	f.Close()
	f.ended = false
	f.current = f.Layout.Start(f.Context, f.output)
	f.Loop.Turn()
}

// Fork starts a further pipeline of the same layout beside the others and
// returns the function that feeds it; its output goes where theirs goes.
func (f *Filter) Fork() (send func(events ...event.Event), stop func()) {
	p := f.Layout.Start(f.Context.Clone(), func(evt event.Event) { f.got = append(f.got, evt) })
	return func(events ...event.Event) {
		for _, evt := range events {
			p.Process(evt)
		}
		f.Loop.Turn()
	}, func() { p.Close(); f.Loop.Turn() }
}

// Pipeline returns the running pipeline.
func (f *Filter) Pipeline() *pipeline.Pipeline { return f.current }

// Close closes the pipeline, as a connection that is gone does.
func (f *Filter) Close() {
	if f.current != nil {
		f.current.Close()
		f.current = nil
		f.Loop.Turn()
	}
}

// Stop tells the filter that its program is to end.
func (f *Filter) Stop() {
	f.program.Stop(true, func() {})
	f.Loop.Turn()
}

func (f *Filter) output(evt event.Event) {
	if f.ended {
		f.t.Errorf("after StreamEnd came %s", Show(evt))
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		f.ended = true
	}
	f.got = append(f.got, evt)
	if f.Slow {
		f.holds = append(f.holds, f.Loop.Hold())
	}
}

// Send feeds events, in one turn of the loop.
func (f *Filter) Send(events ...event.Event) {
	f.t.Helper()
	if f.current == nil {
		f.t.Fatal("Send to a pipeline that was closed")
	}
	prev := f.Loop.Enter(&f.source)
	for _, evt := range events {
		f.current.Process(evt)
	}
	f.Loop.Leave(prev)
	f.Loop.Turn()
}

// Advance moves the clock.
func (f *Filter) Advance(d time.Duration) { f.Loop.Advance(d) }

// patience bounds how long Until waits for goroutines and processes.
const patience = 20 * time.Second

// Until turns the loop until the condition holds, for things that goroutines
// or processes do; the clock of the loop stands still meanwhile.
func (f *Filter) Until(what string, done func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			f.t.Fatalf("waited %v in vain for %s; output: %q", patience, what, Lines(f.got))
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
		f.Loop.Turn()
	}
}

// Got returns the output since the last Want or Take.
func (f *Filter) Got() []event.Event { return f.got }

// Take returns and consumes the output so far.
func (f *Filter) Take() []event.Event {
	got, holds := f.got, f.holds
	f.got, f.holds = nil, nil
	for _, release := range holds {
		release()
	}
	return got
}

// Want consumes the output so far, which must be as the lines say, one event
// each, as Show writes them.
func (f *Filter) Want(lines ...string) {
	f.t.Helper()
	got := Lines(f.Take())
	if strings.Join(got, "\n") != strings.Join(lines, "\n") {
		f.t.Errorf("output:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

// WantError consumes the first error that the filter reported, which must
// contain the text.
func (f *Filter) WantError(text string) {
	f.t.Helper()
	if len(f.errs) == 0 {
		f.t.Errorf("no error was reported, want %q", text)
		return
	}
	err := f.errs[0]
	f.errs = f.errs[1:]
	if !strings.Contains(err.Error(), text) {
		f.t.Errorf("reported error: %q, want %q", err, text)
	}
}

func (f *Filter) finish() {
	f.t.Helper()
	f.Close()
	f.Loop.Turn()
	if len(f.got) > 0 {
		f.t.Errorf("output that nobody asked for: %q", Lines(f.got))
	}
	if err := errors.Join(f.errs...); err != nil {
		f.t.Errorf("errors that nobody asked for: %v", err)
	}
	if n := f.program.Active(); n != 0 {
		f.t.Errorf("%d pipelines are left over", n)
	}
	if f.source.Held() {
		f.t.Error("the source is still held at the end")
	}
}
