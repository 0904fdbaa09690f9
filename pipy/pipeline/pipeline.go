// Package pipeline connects filters.
//
// A Layout is what a script describes: a list of filters and, for some of them,
// sub-layouts. A Pipeline is one run of a layout: for one connection, one
// message, one run of a task. Events are passed from filter to filter by plain
// calls; output of the last filter goes to the function that the creator of
// the pipeline gave.
//
// Everything here belongs to one worker and is touched only on its loop.
package pipeline

import (
	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// Filter handles the events of one stage of one pipeline. What it has to say
// goes to Stage.Output, at once or later. It receives nothing after StreamEnd.
type Filter interface {
	Process(evt event.Event)
}

// Closer is a Filter that holds something. Close is called once when the
// pipeline is released, whether or not a StreamEnd came; Output is dead by then.
type Closer interface{ Close() }

// Resetter is a Filter that can serve the next pipeline of the same layout.
// Reset is called instead of making a new filter; it must leave the filter as
// new.
type Resetter interface{ Reset() }

// Stopper is a Filter that is told when its program is replaced or the process
// wants to end, so that it can end its stream at the next good moment. It may be
// told more than once.
type Stopper interface{ Stop() }

// New makes the filter of one stage.
type New func(*Stage) Filter

// Node is one filter of a layout.
type Node struct {
	Name  string    // the filter's name, as scripts call it
	Label string    // what graphs show, when it differs from Name
	Pos   string    // where the script made it: "main.js:12:5"
	Host  string    // the name of the server that the filter connects to, when it is fixed
	Fork  bool      // the filter passes its input on beside its sub-pipelines
	New   New       // set before the first run
	Subs  []*Layout // sub-pipelines, by the index that Stage.Sub takes; nil passes through
	Names []string  // what the script calls the Subs

	failures uint64 // of its stages
}

// Layout is what a script builds: shared by its pipelines, immutable once it
// runs.
type Layout struct {
	Name    string // "request", "Listen on 8080 at 0.0.0.0"
	ID      string // what metrics and graphs call it: unique in the module, set before it runs
	Module  string // "/main.js"
	Pos     string // where the script opened it: "main.js:10:3"
	Nodes   []*Node
	OnStart func(p *Pipeline, args []any) // feeds the initial events; may be nil
	OnEnd   func(p *Pipeline) any         // called at the release; may be nil
	Program *Program

	free   []*Pipeline
	made   []*Pipeline // those that run and those that are free
	active int
	total  uint64
	counts []Count // of what the filters get, then of the output; nil when nobody counts
	taps   []*Tap
}

// Active returns the number of pipelines that run.
func (l *Layout) Active() int { return l.active }

// Allocated returns the number of pipelines that run or wait to be used again.
func (l *Layout) Allocated() int { return len(l.made) }

// Total returns the number of pipelines that were started.
func (l *Layout) Total() uint64 { return l.total }

// maxFree bounds the pipelines that a layout keeps for reuse.
const maxFree = 256

// Program is what all layouts of one version of a script in one worker share.
type Program struct {
	Loop     *loop.Loop
	OnError  func(s *Stage, err error) // reports a stage's failure to the operator
	Layouts  []*Layout
	active   int
	stopping bool
	closing  bool
	running  map[*Pipeline]struct{} // pipelines with a Stopper, to be told
	idle     func()
}

// NewProgram returns a program without layouts on the given loop. onError may
// be nil.
func NewProgram(l *loop.Loop, onError func(s *Stage, err error)) *Program {
	return &Program{Loop: l, OnError: onError, running: map[*Pipeline]struct{}{}}
}

// Active returns the number of pipelines that run.
func (g *Program) Active() int { return g.active }

// Stopping tells whether Stop was called.
func (g *Program) Stopping() bool { return g.stopping }

// Closing tells whether the whole process is about to end: what is idle should
// end now. Without it, a Stop is about a new version of the program: peers that
// are idle keep their connections until their next request.
func (g *Program) Closing() bool { return g.closing }

// Stop tells all pipelines to end at the next good moment, and calls idle when
// none is left, which may be at once. closing tells whether the whole process is
// about to end. A second call may only turn a stop into a closing one.
func (g *Program) Stop(closing bool, idle func()) {
	g.stopping = true
	g.closing = closing
	g.idle = idle
	for p := range g.running {
		p.stop()
	}
	g.checkIdle()
}

func (g *Program) checkIdle() {
	if g.stopping && g.active == 0 && g.idle != nil {
		idle := g.idle
		g.idle = nil
		g.Loop.Defer(loop.Func(idle))
	}
}

// Pipeline is one run of a layout.
type Pipeline struct {
	layout *Layout
	ctx    *Context
	out    func(event.Event)
	stages []Stage
	chain  *Chain

	// The owner's list of its sub-pipelines.
	owner      *Stage
	prev, next *Pipeline

	closed  bool
	ended   bool // StreamEnd went out
	stops   bool // some filter is a Stopper
	watched bool // somebody wants to know what goes out
	blocked bool // input waits in waiting
	waiting []event.Event
	run     uint32 // counts the releases, so that late calls are recognised
	at      int32  // the index in made of the layout
	number  uint64 // of this run, among those of the layout
	onDone  func(*Pipeline)

	Result any // what Layout.OnEnd returned
}

// Chain is the list of layouts that the chain filters of a pipeline go through.
type Chain struct {
	Layouts []*Layout
	Args    []any
	Next    *Chain // what follows; nil at the end
}

// Start makes a pipeline that runs in ctx and sends its output to out, which
// may be nil. The caller owns it and must Close it; args go to onStart.
func (l *Layout) Start(ctx *Context, out func(event.Event), args ...any) *Pipeline {
	p := l.take()
	p.ctx, p.out = ctx, out
	p.begin(args)
	return p
}

func (p *Pipeline) begin(args []any) {
	l := p.layout
	for i := range p.stages {
		s := &p.stages[i]
		if s.filter != nil {
			continue // reset by the last release
		}
		s.filter = l.Nodes[i].New(s)
		if _, ok := s.filter.(Stopper); ok {
			p.stops = true
		}
		s.watch(p.watched)
	}
	l.active++
	l.total++
	p.number = l.total
	g := l.Program
	g.active++
	if p.stops {
		g.running[p] = struct{}{}
		if g.stopping {
			p.stop()
		}
	}
	if l.OnStart != nil {
		l.OnStart(p, args)
	}
}

// take returns a pipeline from the layout's free list, or a new one.
func (l *Layout) take() *Pipeline {
	if n := len(l.free); n > 0 {
		p := l.free[n-1]
		l.free[n-1] = nil
		l.free = l.free[:n-1]
		p.closed = false
		return p
	}
	p := &Pipeline{layout: l, stages: make([]Stage, len(l.Nodes))}
	for i := range p.stages {
		p.stages[i].pipeline = p
		p.stages[i].index = i
	}
	p.at = int32(len(l.made))
	l.made = append(l.made, p)
	if l.watched() {
		p.watch(true)
	}
	return p
}

// forget drops a pipeline that is not used again.
func (l *Layout) forget(p *Pipeline) {
	n := len(l.made) - 1
	last := l.made[n]
	l.made[p.at], last.at = last, p.at
	l.made[n] = nil
	l.made = l.made[:n]
}

// Layout returns what the pipeline is a run of.
func (p *Pipeline) Layout() *Layout { return p.layout }

// Context returns the variables of the pipeline.
func (p *Pipeline) Context() *Context { return p.ctx }

// Chain returns the position in the chain of layouts, nil outside of one.
func (p *Pipeline) Chain() *Chain { return p.chain }

// OnDone sets a function to be called when the pipeline has been released.
func (p *Pipeline) OnDone(f func(*Pipeline)) { p.onDone = f }

// Closed tells whether Close was called.
func (p *Pipeline) Closed() bool { return p.closed }

// Process feeds an event to the first filter. A pipeline without filters passes
// it through; a closed one drops it; one that is blocked keeps it.
func (p *Pipeline) Process(evt event.Event) {
	if p.closed {
		return
	}
	if p.blocked {
		p.waiting = append(p.waiting, evt)
		return
	}
	if len(p.stages) == 0 {
		p.emit(evt)
		return
	}
	p.stages[0].input(evt)
}

// Block keeps all input until the returned function is called, which first
// feeds the given events and then what was kept. It does nothing when the
// pipeline has been closed by then.
func (p *Pipeline) Block() (unblock func(first ...event.Event)) {
	p.blocked = true
	run := p.run
	return func(first ...event.Event) {
		if p.run != run || p.closed || !p.blocked {
			return
		}
		p.blocked = false
		waiting := p.waiting
		p.waiting = nil
		for _, evt := range append(first, waiting...) {
			p.Process(evt)
		}
	}
}

// emit sends an event out of the pipeline. Nothing follows a StreamEnd.
func (p *Pipeline) emit(evt event.Event) {
	if p.out == nil || p.closed || p.ended {
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		p.ended = true
	}
	if p.watched {
		p.observe(len(p.stages), evt)
	}
	p.out(evt)
}

func (p *Pipeline) stop() {
	for i := range p.stages {
		if f, ok := p.stages[i].own().(Stopper); ok && !p.closed {
			f.Stop()
		}
	}
}

// Close ends the pipeline: from now on its input is dropped and its output is
// dead. Its filters give back what they hold at the end of this turn of the
// loop, so that a filter may close the pipeline that is calling it. Closing
// twice is harmless.
func (p *Pipeline) Close() {
	if p.closed {
		return
	}
	p.closed = true
	if p.owner != nil {
		p.owner.remove(p)
	}
	p.layout.Program.Loop.Defer(p)
}

// Run releases a closed pipeline; it is the loop that calls it.
func (p *Pipeline) Run() {
	l := p.layout
	if l.OnEnd != nil {
		p.Result = l.OnEnd(p)
	}
	for i := range p.stages {
		p.stages[i].release()
	}
	if p.stops {
		delete(l.Program.running, p)
	}
	done := p.onDone
	if done != nil {
		done(p)
	}
	p.ctx, p.out, p.chain, p.Result, p.onDone = nil, nil, nil, nil, nil
	p.ended, p.blocked, p.waiting = false, false, nil
	p.run++
	l.active--
	l.Program.active--
	l.Program.checkIdle()
	if len(l.free) < maxFree && !l.Program.stopping {
		l.free = append(l.free, p)
		return
	}
	l.forget(p)
}
