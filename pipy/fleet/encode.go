package fleet

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"pipy/pipy/stats"
)

// encoder writes metrics as they are sent: in full, or relative to those before.
// Relative ones have the same order and no names; what is new stands at the end.
type encoder struct {
	zeros bool           // nodes without a value have 0, as 0.30 wants it, rather than null
	last  stats.Snapshot // what the receiver has; nil for nothing
	lost  bool           // the receiver may have something else: all is to be sent
}

// encode returns the metrics as a JSON array, and whether they are complete.
func (e *encoder) encode(now stats.Snapshot) (roots []byte, full bool) {
	now = e.ordered(now)
	last := e.last
	aligned, ok := align(last, now)
	if last == nil || e.lost || !ok {
		last, aligned, full = nil, now, true
	}
	b := []byte{'['}
	for i, f := range aligned {
		if i > 0 {
			b = append(b, ',')
		}
		var before *stats.Sample
		if i < len(last) {
			before = last[i].Root
		}
		b = e.sample(b, f, f.Root, before, true)
	}
	e.last, e.lost = aligned, false
	return append(b, ']'), full
}

// ordered returns metrics in the places that they had before, though all are sent:
// repos of other releases keep the label names of a place. What is gone, for a
// reload has dropped it, stands there without a value, unless that is most of it.
func (e *encoder) ordered(now stats.Snapshot) stats.Snapshot {
	if e.zeros || e.last == nil {
		return now
	}
	byName := make(map[string]*stats.Family, len(now))
	for _, f := range now {
		byName[f.Name] = f
	}
	out := make(stats.Snapshot, 0, len(now))
	gone := 0
	for _, l := range e.last {
		f := byName[l.Name]
		if f == nil {
			gone++
			empty := *l
			empty.Root = &stats.Sample{Counts: make([]uint64, len(l.Root.Counts))}
			f = &empty
		}
		out = append(out, f)
		delete(byName, l.Name)
	}
	if gone > len(now) {
		return now
	}
	for _, f := range now {
		if byName[f.Name] == f {
			out = append(out, f)
		}
	}
	return out
}

// sample writes a node; before is what the receiver has of it, or nil.
func (e *encoder) sample(b []byte, f *stats.Family, s, before *stats.Sample, root bool) []byte {
	if before != nil && len(s.Sub) == 0 {
		return e.value(b, f, s)
	}
	b = append(b, '{')
	if before == nil {
		name := s.Label
		if root {
			name = f.Name
		}
		b = append(append(b, `"k":`...), quote(name)...)
		if root {
			b = append(append(b, `,"l":`...), quote(strings.Join(f.Labels, "/"))...)
			b = append(append(b, `,"t":`...), quote(typeText(f.Type, f.Limits))...)
		}
		b = append(b, ',')
	}
	b = e.value(append(b, `"v":`...), f, s)
	if len(s.Sub) > 0 {
		b = append(b, `,"s":[`...)
		for i, c := range s.Sub {
			if i > 0 {
				b = append(b, ',')
			}
			var old *stats.Sample
			if before != nil && i < len(before.Sub) {
				old = before.Sub[i]
			}
			b = e.sample(b, f, c, old, false)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// value writes the value of a node. That of a histogram is the counts of its
// buckets, then the count and the sum of all samples.
func (e *encoder) value(b []byte, f *stats.Family, s *stats.Sample) []byte {
	if !s.Present && !e.zeros {
		return append(b, "null"...)
	}
	if f.Type != stats.TypeHistogram {
		return number(b, s.Value)
	}
	b = append(b, '[')
	finite := len(finiteLimits(f.Limits))
	for _, n := range s.Counts[:finite] {
		b = append(strconv.AppendUint(b, n, 10), ',')
	}
	above := uint64(0) // a script may have named the bucket that is always there
	for _, n := range s.Counts[finite:] {
		above += n
	}
	b = append(strconv.AppendUint(b, above, 10), ',')
	b = append(strconv.AppendUint(b, s.Count, 10), ',')
	return append(number(b, s.Sum), ']')
}

// number writes what JSON knows; what it does not is no value.
func number(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.AppendInt(b, int64(x), 10)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string always can be
	return b
}

// typeText names a type as it is sent. The buckets of a histogram are listed with
// the one above all limits.
func typeText(t stats.Type, limits []float64) string {
	switch t {
	case stats.TypeCounter:
		return "Counter"
	case stats.TypeGauge:
		return "Gauge"
	}
	b := []byte("Histogram[")
	for _, l := range finiteLimits(limits) {
		b = append(strconv.AppendFloat(b, l, 'g', -1, 64), ',')
	}
	return string(append(b, "Infinity]"...))
}

// finiteLimits returns ascending limits without the infinite one at the end.
func finiteLimits(limits []float64) []float64 {
	if n := len(limits); n > 0 && math.IsInf(limits[n-1], 1) {
		return limits[:n-1]
	}
	return limits
}

// align returns metrics in the order of earlier ones, what is new at the end; it
// returns false when something that was there is gone, or is something else.
func align(last, now stats.Snapshot) (stats.Snapshot, bool) {
	byName := make(map[string]*stats.Family, len(now))
	for _, f := range now {
		byName[f.Name] = f
	}
	out := make(stats.Snapshot, 0, len(now))
	for _, l := range last {
		f := byName[l.Name]
		if f == nil || f.Type != l.Type || !slices.Equal(f.Labels, l.Labels) || !slices.Equal(f.Limits, l.Limits) {
			return nil, false
		}
		root, ok := alignSample(l.Root, f.Root)
		if !ok {
			return nil, false
		}
		same := *f
		same.Root = root
		out = append(out, &same)
		delete(byName, l.Name)
	}
	for _, f := range now {
		if byName[f.Name] == f {
			out = append(out, f)
		}
	}
	return out, true
}

func alignSample(last, now *stats.Sample) (*stats.Sample, bool) {
	if len(last.Sub) == 0 {
		return now, true
	}
	byLabel := make(map[string]*stats.Sample, len(now.Sub))
	for _, c := range now.Sub {
		byLabel[c.Label] = c
	}
	out := *now
	out.Sub = make([]*stats.Sample, 0, len(now.Sub))
	for _, l := range last.Sub {
		c := byLabel[l.Label]
		if c == nil {
			return nil, false
		}
		c, ok := alignSample(l, c)
		if !ok {
			return nil, false
		}
		out.Sub = append(out.Sub, c)
		delete(byLabel, l.Label)
	}
	for _, c := range now.Sub {
		if byLabel[c.Label] == c {
			out.Sub = append(out.Sub, c)
		}
	}
	return &out, true
}
