package worker

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/script"
	"pipy/pipy/transport"
)

// State is where a version is in its life.
type State string

// The states of a version, in their order.
const (
	Loading  State = "loading"  // being evaluated; no port is open
	Running  State = "running"  // gets new connections
	Draining State = "draining" // replaced or stopped; its last connections are ending
	Ended    State = "ended"
)

// version is one program in one worker.
type version struct {
	w       *worker
	number  int
	state   State
	prog    *script.Program
	timers  []loop.Timer     // of the tasks
	asked   []*script.Listen // what promises asked for before the version ran
	reading int              // files that are being fed
	stopped bool
}

// accept returns what a port does with a new connection.
func (v *version) accept(l *pipeline.Layout) func(*transport.Inbound) {
	return func(in *transport.Inbound) {
		ctx := v.prog.NewContext(in)
		p := l.Start(ctx, in.Process, in)
		in.OnEnd(p.Close)
		in.Start(p.Process)
		if !in.Closed() {
			p.Process(&event.Data{}) // lets filters act before the first byte
		}
	}
}

// listen opens, changes or closes a port after the program was loaded: at once
// while it runs, or when it begins to.
func (v *version) listen(l *script.Listen) error {
	switch v.state {
	case Loading:
		v.asked = append(v.asked, l)
		return nil
	case Running:
	default:
		return fmt.Errorf("the program has been replaced")
	}
	w := v.w
	listener := w.listeners[l.Address]
	switch {
	case l.Layout == nil && listener != nil:
		w.close(l.Address, listener)
		return nil
	case l.Layout == nil:
		return nil
	case listener != nil:
		return listener.Update(l.Options, v.accept(l.Layout))
	}
	return w.listen(v, l)
}

// start begins what runs by itself.
func (v *version) start() {
	for _, r := range v.prog.Readers {
		v.read(r)
	}
	v.timers = make([]loop.Timer, len(v.prog.Tasks))
	for i, t := range v.prog.Tasks {
		if t.Signal == "" {
			v.run(t, &v.timers[i])
		}
	}
	for _, w := range v.prog.Watches {
		v.watch(w)
	}
}

// watch runs a pipeline whenever files have changed. While it runs, changes wait.
func (v *version) watch(w *script.Watch) {
	w.Start(func(names []any) {
		w.Stop()
		v.once(w.Layout, func() {
			if !v.stopped {
				v.watch(w)
			}
		}, names)
	})
}

// run runs a task, and again at its interval. While a run has not ended, the
// next one is left out.
func (v *version) run(t *script.Task, timer *loop.Timer) {
	var busy bool
	var tick func()
	tick = func() {
		if v.stopped {
			return
		}
		if !busy {
			busy = true
			v.once(t.Layout, func() { busy = false })
		}
		if t.Every > 0 {
			v.w.loop.Arm(timer, t.Every, loop.Func(tick))
		}
	}
	tick()
}

// once runs a layout that has no source of events, until it outputs StreamEnd; args
// are for onStart.
func (v *version) once(l *pipeline.Layout, done func(), args ...any) {
	var p *pipeline.Pipeline
	ended := false
	p = l.Start(v.prog.NewContext(nil), func(evt event.Event) {
		if _, ok := evt.(*event.StreamEnd); !ok || ended {
			return
		}
		ended = true
		if p != nil {
			p.Close()
		}
	}, args...)
	p.OnDone(func(*pipeline.Pipeline) {
		done()
		v.w.group.settled()
	})
	if ended { // while it was being started
		p.Close()
		return
	}
	if l.OnStart == nil {
		p.Process(&event.MessageStart{})
		p.Process(event.End)
	}
}

// signal runs the tasks that wait for a signal, and tells whether there are
// any.
func (v *version) signal(name string) bool {
	found := false
	for _, t := range v.prog.Tasks {
		if t.Signal == name {
			found = true
			v.once(t.Layout, func() {})
		}
	}
	return found
}

// recurring tells whether a task will run again, or a pipeline for changes.
func (v *version) recurring() bool {
	if len(v.prog.Watches) > 0 {
		return true
	}
	for _, t := range v.prog.Tasks {
		if t.Every > 0 || t.Signal != "" {
			return true
		}
	}
	return false
}

// exits runs what is to run before the end.
func (v *version) exits(done func()) {
	left := len(v.prog.Exits) + 1
	ended := func() {
		if left--; left == 0 {
			done()
		}
	}
	for _, l := range v.prog.Exits {
		v.once(l, ended)
	}
	v.prog.End(ended)
}

// stop starts nothing new and calls ended when the last pipeline has ended.
// closing tells whether the process is about to end.
func (v *version) stop(closing bool, ended func()) {
	v.stopped = true
	for i := range v.timers {
		v.timers[i].Stop()
	}
	for _, w := range v.prog.Watches {
		w.Stop()
	}
	v.prog.Layouts().Stop(closing, ended)
}
