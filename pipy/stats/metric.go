// Package stats counts what operators want to see: counters, gauges and
// histograms with labels, and their Prometheus text form.
//
// Every worker has a Registry, touched only on its loop, so that counting
// takes no locks. A reader takes a Snapshot on each loop and adds them up with
// Sum.
package stats

import (
	"sort"
	"strings"
)

// Type is the kind of a metric, in the words of Prometheus.
type Type string

// The types of metrics.
const (
	TypeCounter   Type = "counter"
	TypeGauge     Type = "gauge"
	TypeHistogram Type = "histogram"
)

// Metric is what counters, gauges and histograms have in common: a tree with
// one level for each label. The root has no label values; a node below it has
// one more than its parent. Every node has its own value: counting in a node
// changes no other.
type Metric struct {
	family *family
	label  string // the last label value
	depth  int    // number of label values

	children map[string]*Metric
	order    []*Metric // the children as they were made

	touched bool // has a value of its own
	value   float64
	counts  []uint64 // of a histogram: one more than limits, for those above all
	samples uint64
	sum     float64
}

// family is what all nodes of a metric share.
type family struct {
	name      string
	help      string
	typ       Type
	labels    []string
	limits    []float64
	onCollect func(*Gauge) error
}

func newMetric(f *family, parent *Metric, label string) *Metric {
	m := &Metric{family: f, label: label}
	if parent != nil {
		m.depth = parent.depth + 1
	}
	m.touched = len(f.labels) == 0 // one without labels has a value from the start
	if f.typ == TypeHistogram {
		m.counts = make([]uint64, len(f.limits)+1)
	}
	return m
}

// Name returns the name of the metric.
func (m *Metric) Name() string { return m.family.name }

// Type returns the kind of the metric.
func (m *Metric) Type() Type { return m.family.typ }

// Label returns the last label value of this node, "" for the root.
func (m *Metric) Label() string { return m.label }

// Dimensions returns how many labels are still without a value here.
func (m *Metric) Dimensions() int { return len(m.family.labels) - m.depth }

// Value returns the value of a counter or a gauge.
func (m *Metric) Value() float64 { return m.value }

// Submetrics returns the nodes with one more label value, as they were made.
func (m *Metric) Submetrics() []*Metric { return append([]*Metric(nil), m.order...) }

// Clear drops the nodes below this one. Who still holds one of them counts in
// vain.
func (m *Metric) Clear() { m.children, m.order = nil, nil }

// WithLabels returns the node for the given values of the labels that follow;
// it is made if there is none. Fewer values than labels lead to a node in
// between, more are ignored. It returns nil when no label is left.
func (m *Metric) WithLabels(values ...string) *Metric {
	if m.Dimensions() == 0 {
		return nil
	}
	for _, v := range values {
		if m.Dimensions() == 0 {
			break
		}
		child := m.children[v]
		if child == nil {
			child = m.child(v)
		}
		m = child
	}
	return m
}

// child makes a node. Label values are UTF-8: what is not is replaced here, so
// that no two nodes look alike in the text form.
func (m *Metric) child(v string) *Metric {
	v = strings.ToValidUTF8(v, "\uFFFD")
	if c := m.children[v]; c != nil {
		return c
	}
	if m.children == nil {
		m.children = make(map[string]*Metric)
	}
	c := newMetric(m.family, m, v)
	m.children[v] = c
	m.order = append(m.order, c)
	return c
}

func (m *Metric) zero() {
	m.touched = true
	m.value, m.samples, m.sum = 0, 0, 0
	clear(m.counts)
}

// Counter is a number that only grows.
type Counter Metric

// Metric returns the counter as a Metric.
func (c *Counter) Metric() *Metric { return (*Metric)(c) }

// WithLabels returns a sub-metric as Metric.WithLabels does.
func (c *Counter) WithLabels(values ...string) *Counter {
	return (*Counter)((*Metric)(c).WithLabels(values...))
}

// Zero sets the counter to 0.
func (c *Counter) Zero() { (*Metric)(c).zero() }

// Increase adds n. Negative numbers and NaN are ignored.
func (c *Counter) Increase(n float64) {
	c.touched = true
	if n > 0 {
		c.value += n
	}
}

// Gauge is a number that goes up and down.
type Gauge Metric

// Metric returns the gauge as a Metric.
func (g *Gauge) Metric() *Metric { return (*Metric)(g) }

// WithLabels returns a sub-metric as Metric.WithLabels does.
func (g *Gauge) WithLabels(values ...string) *Gauge {
	return (*Gauge)((*Metric)(g).WithLabels(values...))
}

// Zero sets the gauge to 0.
func (g *Gauge) Zero() { (*Metric)(g).zero() }

// Set sets the gauge to n.
func (g *Gauge) Set(n float64) { g.touched, g.value = true, n }

// Increase adds n.
func (g *Gauge) Increase(n float64) { g.Set(g.value + n) }

// Decrease subtracts n.
func (g *Gauge) Decrease(n float64) { g.Set(g.value - n) }

// Histogram counts samples in buckets.
type Histogram Metric

// Metric returns the histogram as a Metric.
func (h *Histogram) Metric() *Metric { return (*Metric)(h) }

// WithLabels returns a sub-metric as Metric.WithLabels does.
func (h *Histogram) WithLabels(values ...string) *Histogram {
	return (*Histogram)((*Metric)(h).WithLabels(values...))
}

// Zero forgets all samples.
func (h *Histogram) Zero() { (*Metric)(h).zero() }

// Observe counts a sample in the first bucket whose limit is not below it.
// NaN is ignored.
func (h *Histogram) Observe(x float64) {
	if x != x {
		return
	}
	h.touched = true
	h.counts[sort.SearchFloat64s(h.family.limits, x)]++
	h.samples++
	h.sum += x
}

// Buckets returns the ascending limits and the number of samples in each
// bucket, with one more count for the samples above all limits. Both are the
// histogram's own: they follow its samples and must not be changed.
func (h *Histogram) Buckets() (limits []float64, counts []uint64) {
	return h.family.limits, h.counts
}

// Count returns the number of samples.
func (h *Histogram) Count() uint64 { return h.samples }

// Sum returns the sum of all samples.
func (h *Histogram) Sum() float64 { return h.sum }
