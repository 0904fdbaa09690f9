package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Registry holds the metrics of one worker. The zero value is empty. It is
// touched only on the worker's loop.
type Registry struct {
	metrics []*Metric // in the order of their names' first appearance
	byName  map[string]int
}

// Options describe a metric beyond its name and type.
type Options struct {
	// Labels are the names of the labels, from the root down.
	Labels []string
	// Help is one line for the reader of the numbers; it may be empty.
	Help string
	// OnCollect is called, on the loop, before a gauge is read, so that it can
	// set it. Nil means that the gauge is up to date by itself.
	OnCollect func(*Gauge) error
}

// Counter makes a counter. A metric of the same name leaves the registry. It
// returns an error for names of metrics or labels that Prometheus does not
// know, and for names that its text form would mix up with a histogram's.
func (r *Registry) Counter(name string, o Options) (*Counter, error) {
	m, err := r.add(&family{name: name, typ: TypeCounter, labels: o.Labels, help: o.Help})
	return (*Counter)(m), err
}

// Gauge makes a gauge; replacement and errors are those of Counter.
func (r *Registry) Gauge(name string, o Options) (*Gauge, error) {
	m, err := r.add(&family{name: name, typ: TypeGauge, labels: o.Labels, help: o.Help, onCollect: o.OnCollect})
	return (*Gauge)(m), err
}

// Histogram makes a histogram with buckets that include their upper limits;
// those above all limits have a bucket of their own, which is that of +Inf if it
// is among them. Limits are sorted, and equal ones count once; NaN is an error.
// Replacement and other errors are those of Counter.
func (r *Registry) Histogram(name string, limits []float64, o Options) (*Histogram, error) {
	limits = slices.Clone(limits)
	slices.Sort(limits)
	limits = slices.Compact(limits)
	if len(limits) > 0 && math.IsNaN(limits[0]) { // NaN sorts first
		return nil, fmt.Errorf("histogram %s: buckets: want numbers, got NaN", name)
	}
	if last := len(limits) - 1; last >= 0 && math.IsInf(limits[last], 1) {
		limits = limits[:last]
	}
	m, err := r.add(&family{name: name, typ: TypeHistogram, labels: o.Labels, help: o.Help, limits: limits})
	return (*Histogram)(m), err
}

// Lookup returns the metric of a name, or nil.
func (r *Registry) Lookup(name string) *Metric {
	i, ok := r.byName[name]
	if !ok {
		return nil
	}
	return r.metrics[i]
}

func (r *Registry) add(f *family) (*Metric, error) {
	f.labels = slices.Clone(f.labels)
	for i, l := range f.labels {
		f.labels[i] = strings.Map(labelRune, l)
	}
	if err := checkNames(f.typ, f.name, f.labels); err != nil {
		return nil, err
	}
	if other := r.clash(f); other != "" {
		return nil, fmt.Errorf("%s %s: want a name that no other metric's series have, got one of %s", f.typ, f.name, other)
	}
	m := newMetric(f, nil, "")
	if i, ok := r.byName[f.name]; ok {
		r.metrics[i] = m
		return m, nil
	}
	if r.byName == nil {
		r.byName = make(map[string]int)
	}
	r.byName[f.name] = len(r.metrics)
	r.metrics = append(r.metrics, m)
	return m, nil
}

var histogramSuffixes = []string{"_bucket", "_count", "_sum"}

// clash returns the name of a metric whose series in the text form would have
// names of f's: those of a histogram x are x_bucket, x_count and x_sum.
func (r *Registry) clash(f *family) string {
	for _, suffix := range histogramSuffixes {
		if f.typ == TypeHistogram && r.Lookup(f.name+suffix) != nil {
			return f.name + suffix
		}
		if base, ok := strings.CutSuffix(f.name, suffix); ok {
			if m := r.Lookup(base); m != nil && m.family.typ == TypeHistogram {
				return base
			}
		}
	}
	return ""
}

// labelRune makes an underscore of what labels cannot have, such as the dots in
// "host.name".
func labelRune(r rune) rune {
	if r < utf8.RuneSelf && validName("_"+string(r), false) {
		return r
	}
	return '_'
}

// checkNames tells whether Prometheus knows such names.
func checkNames(t Type, name string, labels []string) error {
	if !validName(name, true) {
		return fmt.Errorf("%s: name: want letters, digits, _ and :, not beginning with a digit, got %q", t, name)
	}
	for i, l := range labels {
		switch {
		case !validName(l, false) || strings.HasPrefix(l, "__"):
			return fmt.Errorf("%s %s: label: want letters, digits and _, not beginning with a digit or __, got %q", t, name, l)
		case l == "le" && t == TypeHistogram:
			return fmt.Errorf("histogram %s: label: want another name than that of the bucket limits, got %q", name, l)
		case slices.Contains(labels[:i], l):
			return fmt.Errorf("%s %s: label: want different names, got %q twice", t, name, l)
		}
	}
	return nil
}

func validName(s string, colon bool) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || colon && c == ':'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// Snapshot copies all values, in the order in which the metrics were made. It
// calls the OnCollect functions first; their errors come back joined, with a
// complete snapshot.
func (r *Registry) Snapshot() (Snapshot, error) {
	var errs []error
	s := make(Snapshot, 0, len(r.metrics))
	for _, m := range slices.Clone(r.metrics) { // OnCollect may add some
		if m.family.onCollect != nil {
			if err := m.family.onCollect((*Gauge)(m)); err != nil {
				errs = append(errs, fmt.Errorf("gauge %s: onCollect: %w", m.family.name, err))
			}
		}
		s = append(s, &Family{
			Name: m.family.name, Type: m.family.typ, Help: m.family.help,
			Labels: m.family.labels, Limits: m.family.limits,
			Root: m.sample(),
		})
	}
	return s, errors.Join(errs...)
}

func (m *Metric) sample() *Sample {
	s := &Sample{Label: m.label, Present: m.touched, Value: m.value, Count: m.samples, Sum: m.sum}
	s.Counts = slices.Clone(m.counts)
	for _, c := range m.order {
		s.Sub = append(s.Sub, c.sample())
	}
	return s
}
