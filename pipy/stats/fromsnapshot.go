package stats

import "slices"

// Metric returns the family as a metric that belongs to no Registry: the numbers
// of one moment, to be read like any other metric.
func (f *Family) Metric() *Metric {
	own := &family{name: f.Name, help: f.Help, typ: f.Type, labels: f.Labels, limits: f.Limits}
	m := newMetric(own, nil, "")
	m.fill(f.Root)
	return m
}

func (m *Metric) fill(s *Sample) {
	m.touched, m.value = s.Present, s.Value
	m.samples, m.sum = s.Count, s.Sum
	m.counts = slices.Clone(s.Counts)
	for _, sub := range s.Sub {
		m.child(sub.Label).fill(sub)
	}
}
