package worker

import (
	"errors"
	"runtime"

	"pipy/pipy/api"
	"pipy/pipy/stats"
	"pipy/pipy/transport"
)

// Metrics returns the metrics of scripts and of the workers themselves, added
// up over all workers. A script's metric that cannot be collected is left out;
// the error tells why.
func (g *Group) Metrics() (stats.Snapshot, error) {
	snapshots := make([]stats.Snapshot, len(g.workers))
	err := g.all(func(w *worker) error {
		own, err := w.measure()
		if err != nil {
			return err
		}
		scripts, err := w.values[api.StatsKey{}].(*stats.Registry).Snapshot()
		snapshots[w.id] = append(own, scripts...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return stats.Sum(snapshots...)
}

// errNotReady tells that a worker has no program.
var errNotReady = errors.New("no program is running")

// Ready tells whether all workers have a program that takes connections.
func (g *Group) Ready() bool {
	return g.all(func(w *worker) error {
		if w.current == nil {
			return errNotReady
		}
		return nil
	}) == nil
}

// measure returns the worker's own metrics.
func (w *worker) measure() (stats.Snapshot, error) {
	r := &stats.Registry{}
	var failed error
	gauge := func(name, help string, value float64) {
		m, err := r.Gauge(name, stats.Options{Help: help})
		if err != nil {
			failed = err
			return
		}
		m.Set(value)
	}
	counter := func(name, help string, value int64) {
		m, err := r.Counter(name, stats.Options{Help: help})
		if err != nil {
			failed = err
			return
		}
		m.Increase(float64(value))
	}
	sockets := transport.CountersOf(w.loop)
	for _, side := range []struct {
		name, help string
		traffic    *transport.Traffic
	}{
		{"inbound", "accepted connections", &sockets.Inbound},
		{"outbound", "connections to servers", &sockets.Outbound},
	} {
		prefix := "pipy_" + side.name
		gauge(prefix+"_count", "Open "+side.help+".", float64(side.traffic.Active))
		counter(prefix+"_total", "All "+side.help+" so far.", side.traffic.Total)
		counter(prefix+"_in", "Bytes received on "+side.help+".", side.traffic.In)
		counter(prefix+"_out", "Bytes sent on "+side.help+".", side.traffic.Out)
	}
	pipelines, _ := w.active()
	gauge("pipy_pipeline_count", "Pipelines that run.", float64(pipelines))
	gauge("pipy_draining_versions", "Replaced versions whose connections have not ended yet.", float64(len(w.old)))
	if w.id == 0 { // of the process, so not to be added up
		gauge("pipy_goroutines", "Goroutines of the process.", float64(runtime.NumGoroutine()))
	}
	if failed != nil {
		return nil, failed
	}
	return r.Snapshot()
}
