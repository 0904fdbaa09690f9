package pipeline

import "pipy/pipy/event"

// Count is the events that came to one place of a layout since somebody began to
// count them.
type Count struct {
	Data, Starts, Ends, StreamEnds uint64
	Bytes                          uint64 // in the Data
}

func (c *Count) add(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		c.Data++
		c.Bytes += uint64(e.Len())
	case *event.MessageStart:
		c.Starts++
	case *event.MessageEnd:
		c.Ends++
	case *event.StreamEnd:
		c.StreamEnds++
	}
}

// A Tap is told of the events in some of the pipelines of a layout.
type Tap struct {
	// Every is how many pipelines there are for each one that is watched; 1, or
	// less, watches all.
	Every uint64
	// Event is called before an event goes on: to the filter of that index, or,
	// when the index is the number of filters, out of the pipeline. number tells
	// the runs of the layout from each other. Event must change nothing.
	Event func(number uint64, at int, evt event.Event)
}

// SetCounting begins to count the events of a layout from zero, or ends that.
// Events of a layout on which nobody counts and taps cost nothing.
func (l *Layout) SetCounting(on bool) {
	switch {
	case !on:
		l.counts = nil
	case l.counts == nil:
		l.counts = make([]Count, len(l.Nodes)+1)
	}
	l.watch()
}

// Counts returns what each filter got, and at last what went out; nil when nobody
// counts. It is the layout's own.
func (l *Layout) Counts() []Count { return l.counts }

// Failures returns how often the i-th filter ended a stream because it could not go on.
func (l *Layout) Failures(i int) uint64 { return l.Nodes[i].failures }

// AddTap adds a tap, also to the pipelines that run.
func (l *Layout) AddTap(t *Tap) {
	l.taps = append(l.taps[:len(l.taps):len(l.taps)], t) // one may be added during a call
	l.watch()
}

// RemoveTap removes a tap. It does nothing when that is not there.
func (l *Layout) RemoveTap(t *Tap) {
	var taps []*Tap
	for _, other := range l.taps {
		if other != t {
			taps = append(taps, other)
		}
	}
	l.taps = taps
	l.watch()
}

func (l *Layout) watched() bool { return l.counts != nil || len(l.taps) > 0 }

// watch tells all pipelines whether somebody wants to know of their events.
func (l *Layout) watch() {
	on := l.watched()
	for _, p := range l.made {
		p.watch(on)
	}
}

func (p *Pipeline) watch(on bool) {
	p.watched = on
	for i := range p.stages {
		p.stages[i].watch(on)
	}
}

// watcher stands before a filter while somebody wants to know what the filter
// gets. So events that nobody watches need not be asked whether somebody does.
type watcher struct {
	Filter
	stage *Stage
}

func (w *watcher) Process(evt event.Event) {
	w.stage.pipeline.observe(w.stage.index, evt)
	w.Filter.Process(evt)
}

// watch puts a watcher before the filter, or takes it away.
func (s *Stage) watch(on bool) {
	f := s.own()
	if f != nil && on {
		f = &watcher{f, s}
	}
	s.filter = f
}

// own returns the filter behind the watcher; nil when there is no filter.
func (s *Stage) own() Filter {
	if w, ok := s.filter.(*watcher); ok {
		return w.Filter
	}
	return s.filter
}

// observe shows an event to those who want to know of it.
func (p *Pipeline) observe(at int, evt event.Event) {
	l := p.layout
	if l.counts != nil {
		l.counts[at].add(evt)
	}
	for _, t := range l.taps {
		if t.Every <= 1 || (p.number-1)%t.Every == 0 {
			t.Event(p.number, at, evt)
		}
	}
}
