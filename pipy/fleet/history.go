package fleet

import (
	"strings"

	"pipy/pipy/stats"
)

// maxPoints is how many points of the past are kept: five minutes.
const maxPoints = 60

// record makes the values of now the newest point. Points that were missed repeat
// the one before.
func (m *metricSet) record(slot int64) {
	steps := int(min(max(0, slot-m.slot), maxPoints))
	if m.slots == 0 {
		steps = 1
	}
	m.slot = max(slot, m.slot)
	m.slots = min(m.slots+steps, maxPoints)
	for _, f := range m.families {
		f.root.record(steps, m.slots)
	}
}

// record adds the value of a node that many times, all but the last time the one
// before, so that there are so many points.
func (n *node) record(steps, points int) {
	value := n.shown()
	size := len(value)
	if len(n.past) == 0 {
		n.past = make([]float64, size, maxPoints*size)
	}
	before := append([]float64(nil), n.past[len(n.past)-size:]...)
	for i := range steps {
		if i < steps-1 {
			n.past = append(n.past, before...)
		} else {
			n.past = append(n.past, value...)
		}
	}
	copy(n.past[len(n.past)-size:], value)
	if extra := len(n.past) - points*size; extra > 0 {
		n.past = append(n.past[:0], n.past[extra:]...)
	} else if extra < 0 {
		n.past = append(make([]float64, -extra, maxPoints*size), n.past...)
	}
	for _, s := range n.subs {
		s.record(steps, points)
	}
}

// shown is the value of a node in the history: that of all below it when it has
// none of its own.
func (n *node) shown() []float64 {
	if n.present || len(n.subs) == 0 {
		return n.value
	}
	sum := make([]float64, len(n.value))
	for _, s := range n.subs {
		for i, x := range s.shown() {
			sum[i] += x
		}
	}
	return sum
}

// History is metrics with their recent past, a point every five seconds. It is
// written as JSON.
type History struct {
	// Time is that of the newest point, in seconds since some moment.
	Time    int64    `json:"time"`
	Metrics []Series `json:"metrics"`
}

// Series is the past of one metric, or of one label value of it.
type Series struct {
	Name   string `json:"k"`           // the label value, for one
	Labels string `json:"l,omitempty"` // their names, with slashes between
	Type   string `json:"t,omitempty"` // Counter, Gauge or Histogram[1,2,Infinity]
	// Values are the points, the oldest first: numbers; for a histogram lists of
	// them, one for each bucket, then one of the counts and one of the sums.
	Values any      `json:"v"`
	Sub    []Series `json:"s,omitempty"`
}

// history returns the past of all metrics, or of the one with a name, then with
// its sub-series.
func (m *metricSet) history(name string) History {
	h := History{Time: m.slot * int64(reportInterval.Seconds()), Metrics: []Series{}}
	for _, f := range m.families {
		if f.bad != nil || name != "" && f.name != name {
			continue
		}
		s := f.root.series(f, name != "")
		s.Name, s.Labels, s.Type = f.name, strings.Join(f.labels, "/"), typeText(f.typ, f.limits)
		h.Metrics = append(h.Metrics, s)
	}
	return h
}

func (n *node) series(f *family, deep bool) Series {
	s := Series{Name: n.label, Values: n.points(f)}
	if deep {
		for _, c := range n.subs {
			s.Sub = append(s.Sub, c.series(f, true))
		}
	}
	return s
}

func (n *node) points(f *family) any {
	if f.typ != stats.TypeHistogram {
		return append([]float64{}, n.past...)
	}
	size := len(n.value)
	lists := make([][]float64, size)
	for i := range lists {
		lists[i] = make([]float64, 0, len(n.past)/size)
	}
	for i, x := range n.past {
		lists[i%size] = append(lists[i%size], x)
	}
	return lists
}

// snapshot returns the metrics as they are now, those that can be shown.
func (m *metricSet) snapshot() stats.Snapshot {
	var s stats.Snapshot
	for _, f := range m.families {
		if f.bad == nil {
			s = append(s, f.export())
		}
	}
	return s
}

func (f *family) export() *stats.Family {
	return &stats.Family{Name: f.name, Type: f.typ, Labels: f.labels, Limits: f.limits, Root: f.root.export(f)}
}

func (n *node) export(f *family) *stats.Sample {
	s := &stats.Sample{Label: n.label, Present: n.present}
	if f.typ == stats.TypeHistogram {
		buckets := len(f.limits) + 1
		for _, x := range n.value[:buckets] {
			s.Counts = append(s.Counts, uint64(x))
		}
		s.Count, s.Sum = uint64(n.value[buckets]), n.value[buckets+1]
	} else {
		s.Value = n.value[0]
	}
	for _, c := range n.subs {
		s.Sub = append(s.Sub, c.export(f))
	}
	return s
}
