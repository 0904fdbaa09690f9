package filters

import (
	"slices"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Hub is where streams meet: swap filters of any pipelines of one worker.
type Hub struct {
	streams []*swap
	joined  int // ever
	most    int // that may ever join; 0 means any number
}

// Swap is a Hub for two streams, once.
type Swap struct{ Hub }

func init() {
	h := spec.NewClass[*Hub]("pipeline.Hub", `A place where streams meet.

Filters swap join it. A hub belongs to the worker that made it: streams of other
workers do not come there.`)
	h.Constructor("Makes a hub.", func(*spec.Method) func(*spec.Call) (*Hub, error) {
		return func(*spec.Call) (*Hub, error) { return &Hub{}, nil }
	})
	s := spec.NewClass[*Swap]("Swap", `A hub for two streams, which are connected back to back.

A third stream ends with an error, even when the others are over.`)
	s.Constructor("Makes a hub for two.", func(*spec.Method) func(*spec.Call) (*Swap, error) {
		return func(*spec.Call) (*Swap, error) { return &Swap{Hub{most: 2}}, nil }
	})
}

type swapOptions struct{ hub any }

const (
	wantsHub = "a pipeline.Hub, a Swap, or a function that returns one"

	// lonelyTime is how long a stream that is alone in its hub lives on when its
	// program has been replaced, so that only what began before can still join.
	lonelyTime = 5 * time.Second
)

var _ = declare(Decl[swapOptions]{
	Name: "swap",
	Doc: `exchanges events with other streams

The filter joins a hub at its first event. What goes in comes out of all other
streams in the hub, and what goes into those comes out here. As long as there is
no other, events are kept; more than 256 KB of them pause their source, as do
those that are slow to take what comes out.

StreamEnd comes out when all others have ended: of two streams, each ends the
other. A stream that goes away without having ended counts as ended with
ConnectionAborted. A function is called with no arguments; as long as it returns
nothing, events are kept and it is asked again at the next one. A third stream
in a Swap ends with RuntimeError.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *swapOptions) {
		spec.Need(p, &o.hub, "hub", "Where the streams meet.")
		typedOption(p, wantsHub, "pipeline.Hub | Swap | (() => pipeline.Hub | Swap | null | undefined)")
		if _, ok := o.hub.(spec.Func); p.Decoding() && !ok {
			if _, err := hubOf(o.hub); err != nil {
				p.Fail("hub", err)
			}
		}
	},
	Build: func(o *swapOptions) (pipeline.New, error) { return newSwap(o), nil },
})

func newSwap(o *swapOptions) pipeline.New {
	return func(s *pipeline.Stage) pipeline.Filter { return &swap{Stage: s, opt: o} }
}

func hubOf(v any) (*Hub, error) {
	switch v := v.(type) {
	case *Hub:
		return v, nil
	case *Swap:
		return &v.Hub, nil
	}
	return nil, &spec.Mismatch{Wants: wantsHub, Got: spec.Show(v)}
}

// swap is a stream in a hub.
type swap struct {
	*pipeline.Stage
	opt   *swapOptions
	hub   *Hub  // nil before it has joined
	kept  queue // what nobody could get yet
	busy  bool  // an event is being passed on
	due   bool  // what is kept is going to be passed on
	ended bool  // its StreamEnd was passed on
	over  bool  // StreamEnd came out
}

func (f *swap) Process(evt event.Event) {
	if f.hub == nil {
		if err := f.join(); err != nil {
			f.kept.clear()
			f.Fail(err)
			return
		}
		if _, ok := evt.(*event.StreamEnd); ok && f.hub == nil {
			f.kept.clear()
			f.Output(evt)
			return
		}
	}
	switch {
	case f.hub == nil || f.busy || f.kept.len() > 0 || f.alone() && !f.hub.full():
		f.kept.push(f.Stage, evt)
		f.feedLater()
	default:
		f.pass(evt)
	}
}

// join makes the stream one of those in the hub, if it is known yet.
func (f *swap) join() error {
	v := f.opt.hub
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context()); err != nil || v == nil {
			return err
		}
	}
	h, err := hubOf(v)
	if err != nil {
		return err
	}
	if h.full() {
		return &spec.Mismatch{Wants: "no more than two streams in a Swap", Got: "another one"}
	}
	h.joined++
	h.streams = append(h.streams, f)
	f.hub = h
	for _, s := range h.streams {
		s.feedLater()
	}
	f.leaveAlone()
	return nil
}

// full tells whether no stream can join any more.
func (h *Hub) full() bool { return h.most > 0 && h.joined >= h.most }

// hears tells whether events can come out of the stream.
func (f *swap) hears() bool { return !f.over && !f.Pipeline().Closed() }

// alone tells whether nobody would get an event of the stream.
func (f *swap) alone() bool {
	return !slices.ContainsFunc(f.hub.streams, func(s *swap) bool { return s != f && s.hears() })
}

// pass makes an event come out of the others. When nobody is there in a hub that
// is full, nobody is going to be.
func (f *swap) pass(evt event.Event) {
	if end, ok := evt.(*event.StreamEnd); ok {
		f.ended = true
		f.hub.quiet(f, end)
		return
	}
	f.busy = true
	h, streams := f.hub, f.hub.streams
	if len(streams) > 2 {
		streams = slices.Clone(streams) // an output may make streams leave
	}
	var last *swap
	for _, s := range streams {
		if s == f || s.hub != h || !s.hears() {
			continue
		}
		if last != nil {
			last.Output(lent(evt))
		}
		last = s
	}
	if last != nil {
		last.Output(evt)
	} else {
		dropEvent(evt)
	}
	f.busy = false
}

// quiet ends those streams that can get nothing any more, because all others
// have ended, or left, as from has now.
func (h *Hub) quiet(from *swap, end *event.StreamEnd) {
	for _, s := range slices.Clone(h.streams) { // those that end leave
		if s != from && s.hub == h && s.hears() && !slices.ContainsFunc(h.streams, func(o *swap) bool { return o != s && !o.ended }) {
			s.over = true
			s.Output(end)
		}
	}
}

// feedLater passes on what is kept in the next turn of the event loop, whose
// source is nobody's: what is slow there has been paused already.
func (f *swap) feedLater() {
	if f.due || f.hub == nil || f.kept.len() == 0 || f.alone() && !f.hub.full() {
		return
	}
	f.due = true
	f.Loop().Next(loop.Func(f.Guard(f.feed)))
}

func (f *swap) feed() {
	f.due = false
	for n := f.kept.len(); n > 0 && f.kept.len() > 0 && (!f.alone() || f.hub.full()); n-- {
		f.pass(f.kept.shift())
	}
	f.feedLater()
}

// Stop says that the program is ending: nobody new is going to join.
func (f *swap) Stop() { f.leaveAlone() }

// leaveAlone ends a stream that has nobody to exchange events with when the
// program is ending.
func (f *swap) leaveAlone() {
	if f.hub == nil || !f.Program().Stopping() || len(f.hub.streams) > 1 {
		return
	}
	if f.Program().Closing() {
		f.finish()
		return
	}
	f.After(lonelyTime, func() {
		if len(f.hub.streams) == 1 {
			f.finish()
		}
	})
}

func (f *swap) finish() {
	if !f.over {
		f.over = true
		f.Output(event.EndFinal)
	}
}

// Close leaves the hub.
func (f *swap) Close() {
	h := f.hub
	if h == nil {
		return
	}
	i := slices.Index(h.streams, f)
	h.streams = slices.Delete(h.streams, i, i+1)
	if !f.ended {
		h.quiet(f, &event.StreamEnd{Err: event.ConnectionAborted, Final: true})
	}
	for _, s := range h.streams {
		s.feedLater()
		s.leaveAlone()
	}
}

// Reset makes the filter ready for another stream.
func (f *swap) Reset() {
	f.kept.clear()
	f.hub = nil
	f.busy, f.due, f.ended, f.over = false, false, false, false
}
