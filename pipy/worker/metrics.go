package worker

import (
	"cmp"
	"errors"
	"fmt"

	"pipy/pipy/api"
	"pipy/pipy/filters"
	"pipy/pipy/script"
	"pipy/pipy/stats"
	"pipy/pipy/transport"
)

// Metrics returns the metrics of scripts, of the workers, added up over all of
// them, and of the process. A script's metric that cannot be collected is left
// out; the error tells why, and the others are good.
func (g *Group) Metrics() (stats.Snapshot, error) {
	snapshots := make([]stats.Snapshot, len(g.workers)+1)
	errs := make([]error, len(g.workers)+1)
	_ = g.all(func(w *worker) error {
		scripts, err := w.values[api.StatsKey{}].(*stats.Registry).Snapshot()
		snapshots[w.id] = append(w.measure(), scripts...)
		errs[w.id] = err
		return nil
	})
	snapshots[len(g.workers)] = processMetrics()
	total, err := stats.Sum(snapshots...)
	errs[len(g.workers)] = err
	return total, errors.Join(errs...)
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

// measurement collects the metrics of one worker.
type measurement struct {
	snapshot stats.Snapshot
	names    map[string]*stats.Family
}

// family returns the metric of a name.
func (m *measurement) family(d described, t stats.Type) *stats.Family {
	f := m.names[d.name]
	if f == nil {
		f = &stats.Family{Name: d.name, Type: t, Help: d.help, Labels: d.labels, Root: &stats.Sample{Present: true}}
		m.names[d.name] = f
		m.snapshot = append(m.snapshot, f)
	}
	return f
}

// below returns the sample of the label values below another, which is made if it
// is not there.
func below(s *stats.Sample, labels []string) *stats.Sample {
next:
	for _, label := range labels {
		for _, sub := range s.Sub {
			if sub.Label == label {
				s = sub
				continue next
			}
		}
		sub := &stats.Sample{Label: label}
		s.Sub = append(s.Sub, sub)
		s = sub
	}
	return s
}

// number adds to the value of some label values, and to the total.
func (m *measurement) number(d described, t stats.Type, value int64, labels ...string) {
	f := m.family(d, t)
	f.Root.Value += float64(value)
	if len(labels) > 0 {
		s := below(f.Root, labels)
		s.Present = true
		s.Value += float64(value)
	}
}

func (m *measurement) gauge(d described, value int64, labels ...string) {
	m.number(d, stats.TypeGauge, value, labels...)
}

func (m *measurement) counter(d described, value int64, labels ...string) {
	m.number(d, stats.TypeCounter, value, labels...)
}

// histogram adds to the samples of some label values, and to all.
func (m *measurement) histogram(d described, limits []float64, h *transport.Histogram, labels ...string) {
	f := m.family(d, stats.TypeHistogram)
	f.Limits = limits
	if f.Root.Counts == nil {
		f.Root.Counts = make([]uint64, len(limits)+1)
	}
	if h == nil || h.Counts == nil {
		return
	}
	sub := below(f.Root, labels)
	if sub.Counts == nil {
		sub.Counts = make([]uint64, len(limits)+1)
	}
	sub.Present = true
	for _, s := range []*stats.Sample{f.Root, sub} {
		for i, n := range h.Counts {
			s.Counts[i] += uint64(n)
			s.Count += uint64(n)
		}
		s.Sum += h.Sum
	}
}

// measure returns the worker's own metrics.
func (w *worker) measure() stats.Snapshot {
	m := &measurement{names: map[string]*stats.Family{}}
	m.pipelines(w)
	m.inbound(w)
	m.outbound(w)
	figures := filters.FiguresOf(w.loop)
	m.gauge(http2StreamCount, figures.HTTP2.Server, "Server")
	m.gauge(http2StreamCount, figures.HTTP2.Client, "Client")
	m.muxes(figures)
	m.gauge(workerCount, 1)
	m.gauge(drainingVersions, int64(len(w.old)))
	return m.snapshot
}

// pipelines measures what runs, in all versions.
func (m *measurement) pipelines(w *worker) {
	m.gauge(pipelineCount, 0)
	for _, v := range w.versions() {
		if v == w.staged {
			continue
		}
		for _, l := range v.prog.Layouts().Layouts {
			m.gauge(pipelineCount, int64(l.Active()), l.Module, cmp.Or(l.ID, l.Name))
		}
	}
}

func (m *measurement) inbound(w *worker) {
	all := &transport.CountersOf(w.loop).Inbound
	ports := transport.Ports(w.loop)
	for _, d := range inboundMetrics {
		for _, p := range ports {
			m.number(d.described, d.typ, d.value(&p.Traffic), script.ListenName(p.Address))
		}
		m.family(d.described, d.typ).Root.Value = float64(d.value(all))
	}
}

func (m *measurement) outbound(w *worker) {
	all := &transport.CountersOf(w.loop).Outbound
	peers := transport.Peers(w.loop)
	for _, d := range outboundMetrics {
		for _, p := range peers {
			m.number(d.described, d.typ, d.value(&p.Traffic), p.Name)
		}
		m.family(d.described, d.typ).Root.Value = float64(d.value(all))
	}
	m.counter(outboundFailed, 0)
	m.histogram(outboundConnTime, transport.ConnectLimits, nil)
	m.counter(upstreamResponses, 0)
	m.histogram(upstreamSeconds, transport.ResponseLimits, nil)
	for _, p := range peers {
		m.counter(outboundFailed, p.Failed, p.Name)
		m.histogram(outboundConnTime, transport.ConnectLimits, &p.Connect, p.Name)
		m.histogram(upstreamSeconds, transport.ResponseLimits, &p.Response, p.Name)
		for class, n := range p.Responses {
			if n > 0 {
				m.counter(upstreamResponses, n, p.Name, className(class))
			}
		}
	}
}

// className is what a class of responses is called.
func className(class int) string {
	if class == 0 {
		return "broken"
	}
	return fmt.Sprintf("%dxx", class)
}

func (m *measurement) muxes(f *filters.Figures) {
	for _, x := range f.Muxes() {
		for _, d := range muxMetrics {
			m.number(d.described, d.typ, d.value(x), x.Module, x.Pipeline, x.Filter)
		}
	}
}
