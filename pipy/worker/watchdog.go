package worker

import (
	"slices"
	"time"

	"pipy/pipy/logging"
	"pipy/pipy/script"
)

// probes is how often a worker is looked at within the time that a script may
// take. The time is kept to within one such interval.
const probes = 4

// watch interrupts scripts that do not come to their end, until Close.
func (g *Group) watch(limit time.Duration) {
	tick := time.NewTicker(limit / probes)
	defer tick.Stop()
	stuck := make([]int, len(g.workers)) // how many looks ago each was last seen alive
	for {
		select {
		case <-g.closed:
			return
		case <-tick.C:
		}
		for i, w := range g.workers {
			if w.loop.Probe() {
				stuck[i] = 0
				continue
			}
			stuck[i]++
			if stuck[i]%probes != 0 {
				continue
			}
			helped := w.overran.Swap(false)
			if stuck[i] == 2*probes && !helped { // it is in a function of ours or of the language
				logging.Warnf("thread", "worker %d has not come back from one task for %v", w.id, 2*limit)
			}
			w.interrupt(limit)
		}
	}
}

// watch makes a program one of those that are interrupted when the worker does
// not go on.
func (w *worker) watch(p *script.Program) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live = append(w.live, p)
}

// unwatch is called when no script of a program will run any more.
func (w *worker) unwatch(p *script.Program) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live = slices.DeleteFunc(w.live, func(q *script.Program) bool { return q == p })
}

// interrupt ends the script that the worker is busy with. Which of the programs
// it belongs to only the loop knows.
func (w *worker) interrupt(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.live {
		p.Interrupt(limit)
	}
	if w.loop.Probe() { // it came to its end just now
		for _, p := range w.live {
			p.Calm()
		}
	}
}

// calm is called on the loop when a script was interrupted: the other programs
// did nothing wrong.
func (w *worker) calm(culprit *script.Program) {
	w.overran.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.live {
		if p != culprit {
			p.Calm()
		}
	}
}
