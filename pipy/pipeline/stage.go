package pipeline

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// Stage is the place of one filter in one pipeline: what the filter may see of
// the world.
type Stage struct {
	pipeline *Pipeline
	filter   Filter
	index    int
	ended    bool // StreamEnd went in, or the stage failed
	mute     bool // StreamEnd went out after a failure
	subs     *Pipeline
	timers   []*loop.Timer
	run      uint32 // counts the releases, so that late calls are recognised
}

// input feeds an event to the stage's filter.
func (s *Stage) input(evt event.Event) {
	if s.ended {
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		s.ended = true
	}
	s.filter.Process(evt)
}

// Output passes an event to the next filter, or out of the pipeline.
func (s *Stage) Output(evt event.Event) {
	p := s.pipeline
	if p.closed || s.mute {
		return
	}
	if next := s.index + 1; next < len(p.stages) {
		p.stages[next].input(evt)
		return
	}
	p.emit(evt)
}

// Fail ends the stream because this filter cannot go on: the error is reported
// to the operator with the position of the filter in the script, and a StreamEnd
// with it (RuntimeError, unless it has another documented name) is sent. The
// filter receives nothing any more.
func (s *Stage) Fail(err error) {
	if s.pipeline.closed || s.mute {
		return
	}
	s.ended = true
	s.Node().failures++
	if report := s.pipeline.layout.Program.OnError; report != nil {
		report(s, err)
	}
	if event.NameOf(err) == event.RuntimeError {
		err = &event.Failure{Name: event.RuntimeError, Cause: err}
	}
	s.Output(&event.StreamEnd{Err: err})
	s.mute = true
}

// Ended tells whether the stage's input is over.
func (s *Stage) Ended() bool { return s.ended }

// Before calls is with the filters in front of this one, the nearest first,
// until it returns true.
func (s *Stage) Before(is func(Filter) bool) {
	for i := s.index - 1; i >= 0; i-- {
		if is(s.pipeline.stages[i].own()) {
			return
		}
	}
}

// Pipeline returns the pipeline of the stage.
func (s *Stage) Pipeline() *Pipeline { return s.pipeline }

// Node returns the filter's place in the layout.
func (s *Stage) Node() *Node { return s.pipeline.layout.Nodes[s.index] }

// Context returns the variables of the stage's pipeline.
func (s *Stage) Context() *Context { return s.pipeline.ctx }

// Loop returns the worker's loop.
func (s *Stage) Loop() *loop.Loop { return s.pipeline.layout.Program.Loop }

// Program returns what the layouts of this version share.
func (s *Stage) Program() *Program { return s.pipeline.layout.Program }

// Hold pauses the source of the event being processed until release is called.
// Holds nest and are counted; calling release twice is harmless.
func (s *Stage) Hold() (release func()) { return s.Loop().Hold() }

// After calls f on the loop after d, unless the pipeline is closed or cancel
// is called before.
func (s *Stage) After(d time.Duration, f func()) (cancel func()) {
	run := s.run
	t := s.Loop().After(d, func() {
		if s.run == run && !s.pipeline.closed {
			f()
		}
	})
	if len(s.timers) >= 8 {
		s.timers = s.timers[:copy(s.timers, s.timers[1:])] // fired long ago, or guarded by run
	}
	s.timers = append(s.timers, t)
	return t.Stop
}

// Guard returns a function that calls f unless the pipeline has been closed by
// then. Everything asynchronous that comes back to a filter goes through it.
func (s *Stage) Guard(f func()) func() {
	run := s.run
	return func() {
		if s.run == run && !s.pipeline.closed {
			f()
		}
	}
}

// Sub starts the i-th sub-pipeline of the filter; its output goes to out. A nil
// ctx shares the context of the stage. The sub-pipeline is closed with the
// pipeline of the stage, or earlier by the filter.
func (s *Stage) Sub(i int, ctx *Context, out func(event.Event), args ...any) *Pipeline {
	return s.Start(s.Node().Subs[i], ctx, out, args...)
}

// Start is Sub for a layout that is not one of the node's own.
func (s *Stage) Start(l *Layout, ctx *Context, out func(event.Event), args ...any) *Pipeline {
	return s.StartIn(s.pipeline.chain, l, ctx, out, args...)
}

// StartIn is Start at another position in a chain of layouts.
func (s *Stage) StartIn(c *Chain, l *Layout, ctx *Context, out func(event.Event), args ...any) *Pipeline {
	if ctx == nil {
		ctx = s.pipeline.ctx
	}
	p := l.take()
	p.ctx, p.out, p.chain = ctx, out, c
	p.owner = s
	p.next = s.subs
	if p.next != nil {
		p.next.prev = p
	}
	s.subs = p
	p.begin(args)
	return p
}

// Session starts the i-th sub-pipeline of the filter as one that outlives the
// pipeline of the stage: the filter must close it.
func (s *Stage) Session(i int, ctx *Context, out func(event.Event), args ...any) *Pipeline {
	p := s.Node().Subs[i].take()
	p.ctx, p.out, p.chain = ctx, out, s.pipeline.chain
	p.begin(args)
	return p
}

func (s *Stage) remove(p *Pipeline) {
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		s.subs = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	}
	p.owner, p.prev, p.next = nil, nil, nil
}

// release gives everything back and leaves the stage ready for the next run.
func (s *Stage) release() {
	for s.subs != nil {
		s.subs.Close()
	}
	for _, t := range s.timers {
		t.Stop()
	}
	s.timers = nil
	f := s.own()
	if c, ok := f.(Closer); ok {
		c.Close()
	}
	s.ended, s.mute = false, false
	s.run++
	if r, ok := f.(Resetter); ok {
		r.Reset()
		return
	}
	s.filter = nil
}
