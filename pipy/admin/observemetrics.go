package admin

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pipy/pipy/fleet"
	"pipy/pipy/logging"
	"pipy/pipy/stats"
)

// metrics answers with the metrics of this process and of the workers that it
// knows, in the Prometheus text format.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	own, err := s.process.Group().Metrics()
	if own == nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if err != nil {
		logging.Warnf("admin", "metrics: %v", err) // some are missing
	}
	instances := []stats.Instance{{Metrics: own}}
	if s.options.Fleet != nil {
		instances = append(instances, s.options.Fleet.Metrics()...)
	}
	w.Header().Set("Content-Type", stats.TextContentType)
	_ = stats.WriteText(w, instances...) // the client has gone
}

// history answers with the metrics of the last minutes: of this process, or of
// the worker with a uuid; all of them, or one with its sub-series.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	uuid, name, other := strings.Cut(r.PathValue("name"), "/")
	if !other {
		answer(w, http.StatusOK, s.sampler.history(uuid))
		return
	}
	if uuid == s.options.UUID {
		answer(w, http.StatusOK, s.sampler.history(name))
		return
	}
	if s.options.Fleet != nil {
		if h, ok := s.options.Fleet.History(uuid, name); ok {
			answer(w, http.StatusOK, h)
			return
		}
	}
	fail(w, http.StatusNotFound, "there is no instance "+uuid)
}

const (
	samplePoints   = 60 // five minutes
	sampleInterval = 5 * time.Second
)

// sampler keeps the metrics of the last minutes.
type sampler struct {
	// Immutable:
	take  func() (stats.Snapshot, error)
	ended chan struct{}
	once  sync.Once

	// Guarded by mu:
	mu     sync.Mutex
	number int64            // of the newest sample
	past   []stats.Snapshot // the oldest first
}

// newSampler begins to take samples of the metrics of the workers.
func newSampler(s *Server) *sampler {
	p := &sampler{take: func() (stats.Snapshot, error) { return s.process.Group().Metrics() }, ended: make(chan struct{})}
	go p.run()
	return p
}

// stop ends it; a nil sampler has nothing to end.
func (p *sampler) stop() {
	if p != nil {
		p.once.Do(func() { close(p.ended) })
	}
}

func (p *sampler) run() {
	t := time.NewTicker(sampleInterval)
	defer t.Stop()
	for {
		p.sample()
		select {
		case <-p.ended:
			return
		case <-t.C:
		}
	}
}

func (p *sampler) sample() {
	s, _ := p.take() // what cannot be collected has a gap
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number++
	p.past = append(p.past, s)
	if len(p.past) > samplePoints {
		p.past = append(p.past[:0], p.past[1:]...)
	}
}

// history returns all metrics, or the one with a name and its sub-series.
func (p *sampler) history(name string) fleet.History {
	p.mu.Lock()
	past := append([]stats.Snapshot(nil), p.past...)
	number := p.number
	p.mu.Unlock()
	h := fleet.History{Time: number * int64(sampleInterval.Seconds()), Metrics: []fleet.Series{}}
	if len(past) == 0 {
		return h
	}
	for _, f := range past[len(past)-1] {
		if name != "" && f.Name != name {
			continue
		}
		points := make([]*stats.Sample, len(past))
		for i, s := range past {
			if old := s.Find(f.Name); old != nil && old.Type == f.Type && len(old.Limits) == len(f.Limits) {
				points[i] = old.Root
			}
		}
		s := seriesOf(f, points, name != "")
		s.Name, s.Labels, s.Type = f.Name, strings.Join(f.Labels, "/"), typeText(f)
		h.Metrics = append(h.Metrics, s)
	}
	return h
}

// seriesOf returns the values of one node at each point; deep with those of the
// nodes below it. A point is nil when there was no such node.
func seriesOf(f *stats.Family, points []*stats.Sample, deep bool) fleet.Series {
	newest := points[len(points)-1]
	s := fleet.Series{Name: newest.Label, Values: valuesOf(f, points)}
	if !deep {
		return s
	}
	for _, sub := range newest.Sub {
		below := make([]*stats.Sample, len(points))
		for i, p := range points {
			if p == nil {
				continue
			}
			for _, c := range p.Sub {
				if c.Label == sub.Label {
					below[i] = c
				}
			}
		}
		s.Sub = append(s.Sub, seriesOf(f, below, true))
	}
	return s
}

func valuesOf(f *stats.Family, points []*stats.Sample) any {
	if f.Type != stats.TypeHistogram {
		list := make([]float64, len(points))
		for i, p := range points {
			if p != nil {
				list[i] = finite(p.Value)
			}
		}
		return list
	}
	buckets := len(f.Limits) + 1
	if len(f.Limits) > 0 && math.IsInf(f.Limits[len(f.Limits)-1], 1) {
		buckets-- // nothing is above all limits
	}
	lists := make([][]float64, buckets+2)
	for i := range lists {
		lists[i] = make([]float64, len(points))
	}
	for i, p := range points {
		if p == nil {
			continue
		}
		for b, n := range p.Counts[:buckets] {
			lists[b][i] = float64(n)
		}
		lists[buckets][i] = float64(p.Count)
		lists[buckets+1][i] = finite(p.Sum)
	}
	return lists
}

// finite replaces what JSON cannot express.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// typeText is how the history names a type.
func typeText(f *stats.Family) string {
	switch f.Type {
	case stats.TypeCounter:
		return "Counter"
	case stats.TypeGauge:
		return "Gauge"
	}
	limits := make([]string, 0, len(f.Limits)+1)
	for _, x := range f.Limits {
		if !math.IsInf(x, 1) {
			limits = append(limits, strconv.FormatFloat(x, 'g', -1, 64))
		}
	}
	return "Histogram[" + strings.Join(append(limits, "Infinity"), ",") + "]"
}
