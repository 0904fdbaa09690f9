package worker

import (
	"errors"
	"sync/atomic"

	"pipy/pipy/api"
	"pipy/pipy/stats"
)

// sum adds up the metrics of scripts over all workers, for the script of this
// one.
func (w *worker) sum(done func(sum stats.Snapshot, err error)) {
	workers := w.group.workers
	snapshots := make([]stats.Snapshot, len(workers))
	errs := make([]error, len(workers))
	var left atomic.Int32
	left.Store(int32(len(workers)))
	for i, o := range workers {
		o.loop.Post(func() {
			snapshots[i], errs[i] = o.values[api.StatsKey{}].(*stats.Registry).Snapshot()
			if left.Add(-1) > 0 {
				return
			}
			w.loop.Post(func() {
				total, err := stats.Sum(snapshots...)
				done(total, errors.Join(append(errs, err)...))
			})
		})
	}
}
