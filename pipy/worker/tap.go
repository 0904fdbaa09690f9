package worker

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// TapOptions say what to watch.
type TapOptions struct {
	Module   string // "/main.js"; "" when one module only has such a pipeline
	Pipeline string // as Status and Filters call it
	Every    int    // how many pipelines there are for each one that is watched; 0 and 1 mean all
	Rate     int    // events per second and worker; 0 means 100
	Data     int    // bytes that are shown of the data of an event; 0 means none
}

// TapEvent is an event that went from one filter to the next.
type TapEvent struct {
	Time     time.Time `json:"time"`
	Worker   int       `json:"worker"`
	Pipeline uint64    `json:"pipeline"` // tells the pipelines of a worker from each other
	At       int       `json:"at"`       // index of the filter that gets it; that of none for what leaves the pipeline
	Filter   string    `json:"filter"`   // name of that filter; "" for what leaves the pipeline
	Event    string    `json:"event"`    // MessageStart, Data, MessageEnd or StreamEnd
	Head     any       `json:"head,omitempty"`
	Bytes    int       `json:"bytes"`          // of a Data
	Data     string    `json:"data,omitempty"` // the first of them, if they are text
	Error    string    `json:"error,omitempty"`
	// Dropped is how many events were left out before this one: there were too
	// many, or the watcher was too slow.
	Dropped uint64 `json:"dropped,omitempty"`
}

// ErrNoPipeline is returned by Tap when the running program has no such pipeline.
var ErrNoPipeline = errors.New("there is no such pipeline")

const (
	tapRate    = 100                    // events per second, by default
	tapQueue   = 256                    // events that wait for the watcher
	tapRefresh = 500 * time.Millisecond // how often a new version of the program is looked for
	tapQuiet   = 10 * time.Second       // without an event, until f is called with none
)

// Tap calls f, on the goroutine of the caller, for events that pass the filters of
// a pipeline, until ctx ends, f returns an error, or the pipeline is gone from the
// program. It calls f with nil at first, and then whenever nothing has happened
// for a while. Values that look like secrets are masked. The workers never wait
// for f: what it does not take in time is left out and counted.
func (g *Group) Tap(ctx context.Context, o TapOptions, f func(*TapEvent) error) error {
	t := &tapping{options: o, queue: make(chan TapEvent, tapQueue), taps: make([]*workerTap, len(g.workers))}
	t.options.Rate = cmp.Or(o.Rate, tapRate)
	for i, w := range g.workers {
		wt := &workerTap{tapping: t, w: w, on: map[*pipeline.Layout]*pipeline.Tap{}}
		t.taps[i] = wt
	}
	defer func() {
		_ = g.all(func(w *worker) error {
			t.taps[w.id].attach(nil)
			return nil
		})
	}()
	if !t.attach(g) {
		return ErrNoPipeline
	}
	if err := f(nil); err != nil {
		return err
	}
	refresh, quiet := time.NewTicker(tapRefresh), time.NewTicker(tapQuiet)
	defer refresh.Stop()
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-refresh.C:
			if !t.attach(g) {
				return ErrNoPipeline
			}
		case <-quiet.C:
			if err := f(nil); err != nil {
				return err
			}
		case evt := <-t.queue:
			quiet.Reset(tapQuiet)
			if err := f(&evt); err != nil {
				return err
			}
		}
	}
}

// tapping is one watcher.
type tapping struct {
	options TapOptions
	queue   chan TapEvent
	taps    []*workerTap
	dropped atomic.Uint64 // since the last event that was queued
}

// attach watches the pipelines of the version that runs now, and tells whether
// there are any.
func (t *tapping) attach(g *Group) bool {
	var found atomic.Bool
	_ = g.all(func(w *worker) error {
		var layouts []*pipeline.Layout
		for _, l := range w.layouts() {
			if cmp.Or(l.ID, l.Name) == t.options.Pipeline && (t.options.Module == "" || t.options.Module == l.Module) {
				layouts = append(layouts, l)
				found.Store(true)
			}
		}
		t.taps[w.id].attach(layouts)
		return nil
	})
	return found.Load()
}

// workerTap is the part of a watcher in one worker. It belongs to the worker's
// loop.
type workerTap struct {
	*tapping
	w      *worker
	on     map[*pipeline.Layout]*pipeline.Tap
	second int64 // that is being counted, in time of the loop
	count  int   // events in it
}

// attach watches these layouts and no others.
func (t *workerTap) attach(layouts []*pipeline.Layout) {
	for l, tap := range t.on {
		if !slices.Contains(layouts, l) {
			l.RemoveTap(tap)
			delete(t.on, l)
		}
	}
	for _, l := range layouts {
		if t.on[l] == nil {
			tap := &pipeline.Tap{
				Every: uint64(max(0, t.options.Every)),
				Event: func(number uint64, at int, evt event.Event) { t.event(l, number, at, evt) },
			}
			t.on[l] = tap
			l.AddTap(tap)
		}
	}
}

// event queues an event for the watcher.
func (t *workerTap) event(l *pipeline.Layout, number uint64, at int, evt event.Event) {
	if second := t.w.loop.NowNano() / int64(time.Second); second != t.second {
		t.second, t.count = second, 0
	}
	if t.count++; t.count > t.options.Rate || len(t.queue) == cap(t.queue) {
		t.dropped.Add(1)
		return
	}
	e := TapEvent{Time: t.w.loop.Now(), Worker: t.w.id, Pipeline: number, At: at}
	if at < len(l.Nodes) {
		e.Filter = l.Nodes[at].Name
	}
	e.show(evt, t.options.Data)
	e.Dropped = t.dropped.Swap(0)
	select {
	case t.queue <- e:
	default:
		t.dropped.Add(1 + e.Dropped)
	}
}
