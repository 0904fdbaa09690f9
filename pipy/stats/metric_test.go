package stats

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWithLabelsWalksTheTree(t *testing.T) {
	var r Registry
	c := must(r.Counter("requests", Options{Labels: []string{"path", "status"}}))
	for _, tt := range []struct {
		name       string
		node       *Counter
		same       *Counter
		label      string
		dimensions int
	}{
		{"root", c, c.WithLabels(), "", 2},
		{"node in between", c.WithLabels("/a"), c.WithLabels("/a"), "/a", 1},
		{"leaf", c.WithLabels("/a", "200"), c.WithLabels("/a").WithLabels("200"), "200", 0},
		{"extra values", c.WithLabels("/a", "200", "x"), c.WithLabels("/a", "200"), "200", 0},
		{"not UTF-8", c.WithLabels("\xff"), c.WithLabels("\xfe"), "\uFFFD", 1},
	} {
		m := tt.node.Metric()
		if tt.node != tt.same || m.Label() != tt.label || m.Dimensions() != tt.dimensions || m.Name() != "requests" || m.Type() != TypeCounter {
			t.Errorf("%s: got %q with %d labels left", tt.name, m.Label(), m.Dimensions())
		}
	}
	if n := c.WithLabels("/a", "200").WithLabels("x"); n != nil {
		t.Errorf("no label left: got %v, want nil", n)
	}
	if n := must(r.Counter("plain", Options{})).WithLabels("x"); n != nil {
		t.Errorf("no labels at all: got %v, want nil", n)
	}
}

func TestEveryNodeHasItsOwnValue(t *testing.T) {
	var r Registry
	c := must(r.Counter("requests", Options{Labels: []string{"path", "status"}}))
	c.Increase(1)
	c.WithLabels("/a", "200").Increase(2)
	if got := [3]float64{c.Metric().Value(), c.WithLabels("/a").Metric().Value(), c.WithLabels("/a", "200").Metric().Value()}; got != [3]float64{1, 0, 2} {
		t.Errorf("got %v, want 1 0 2", got)
	}
	if n := len(c.Metric().Submetrics()); n != 1 {
		t.Errorf("got %d submetrics, want 1", n)
	}
	c.Metric().Clear()
	if n := len(c.Metric().Submetrics()); n != 0 || c.Metric().Value() != 1 {
		t.Errorf("cleared: got %d submetrics and value %v, want 0 and 1", n, c.Metric().Value())
	}
}

func TestValues(t *testing.T) {
	var r Registry
	c := must(r.Counter("c", Options{}))
	g := must(r.Gauge("g", Options{}))
	for _, tt := range []struct {
		name string
		do   func()
		m    *Metric
		want float64
	}{
		{"counter increase", func() { c.Increase(2.5) }, c.Metric(), 2.5},
		{"counter does not shrink", func() { c.Increase(-1) }, c.Metric(), 2.5},
		{"counter ignores NaN", func() { c.Increase(math.NaN()) }, c.Metric(), 2.5},
		{"counter zero", func() { c.Zero() }, c.Metric(), 0},
		{"gauge set", func() { g.Set(7) }, g.Metric(), 7},
		{"gauge increase", func() { g.Increase(1) }, g.Metric(), 8},
		{"gauge decrease", func() { g.Decrease(10) }, g.Metric(), -2},
		{"gauge zero", func() { g.Zero() }, g.Metric(), 0},
	} {
		if tt.do(); tt.m.Value() != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, tt.m.Value(), tt.want)
		}
	}
}

func TestHistogramCountsInBuckets(t *testing.T) {
	var r Registry
	given := []float64{10, 1, 5, 5}
	h := must(r.Histogram("h", given, Options{}))
	for _, x := range []float64{0, 1, 1.5, 5, 10, 11, math.Inf(1), math.NaN()} {
		h.Observe(x)
	}
	limits, counts := h.Buckets()
	if !slices.Equal(limits, []float64{1, 5, 10}) || !slices.Equal(counts, []uint64{2, 2, 1, 2}) || h.Count() != 7 || !math.IsInf(h.Sum(), 1) {
		t.Errorf("got %v %v, %d samples, sum %v", limits, counts, h.Count(), h.Sum())
	}
	if given[0] != 10 {
		t.Error("the caller's limits were sorted in place")
	}
	h.Zero()
	if !slices.Equal(counts, []uint64{0, 0, 0, 0}) || h.Count() != 0 || h.Sum() != 0 {
		t.Errorf("zero: got %v, %d samples, sum %v", counts, h.Count(), h.Sum())
	}
}

func TestRegistryRefusesInvalidNames(t *testing.T) {
	for _, tt := range []struct {
		name   string
		labels []string
		want   string // "" for no error
	}{
		{"requests_total", []string{"a", "b2", "_c"}, ""},
		{"job:requests:rate", nil, ""},
		{"", nil, `got ""`},
		{"request-count", nil, `got "request-count"`},
		{"2xx", nil, `got "2xx"`},
		{"größe", nil, `got "größe"`},
		{"a", []string{"b-c", "b.d"}, ""},
		{"a", []string{"b-c", "b_c"}, `got "b_c" twice`},
		{"a", []string{""}, `got ""`},
		{"a", []string{"__name__"}, `got "__name__"`},
		{"a", []string{"b", "b"}, `got "b" twice`},
	} {
		var r Registry
		_, err := r.Counter(tt.name, Options{Labels: tt.labels})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q %q: got error %v, want %q", tt.name, tt.labels, err, tt.want)
		}
	}
	var r Registry
	if _, err := r.Histogram("h", nil, Options{Labels: []string{"le"}}); err == nil {
		t.Error("a histogram with a label le: want an error")
	}
	if _, err := r.Histogram("h", []float64{1, math.NaN()}, Options{}); err == nil {
		t.Error("a histogram with a limit NaN: want an error")
	}
}

func TestRegistryRefusesSeriesOfOthers(t *testing.T) {
	for _, tt := range [][2]string{{"h", "h_count"}, {"h", "h_sum"}, {"h", "h_bucket"}} {
		var r Registry
		must(r.Histogram(tt[0], nil, Options{}))
		if _, err := r.Counter(tt[1], Options{}); err == nil {
			t.Errorf("counter %s beside histogram %s: want an error", tt[1], tt[0])
		}
		r = Registry{}
		must(r.Gauge(tt[1], Options{}))
		if _, err := r.Histogram(tt[0], nil, Options{}); err == nil {
			t.Errorf("histogram %s beside gauge %s: want an error", tt[0], tt[1])
		}
		if _, err := r.Counter(tt[0], Options{}); err != nil {
			t.Errorf("counter %s beside gauge %s: %v", tt[0], tt[1], err)
		}
	}
}

func TestNewMetricReplacesOneOfTheSameName(t *testing.T) {
	var r Registry
	must(r.Counter("a", Options{})).Increase(5)
	must(r.Counter("b", Options{}))
	g := must(r.Gauge("a", Options{}))
	if r.Lookup("a") != g.Metric() || r.Lookup("c") != nil {
		t.Error("the registry does not find the new metric")
	}
	s := must(r.Snapshot())
	if len(s) != 2 || s[0].Name != "a" || s[0].Type != TypeGauge || s[0].Root.Value != 0 {
		t.Errorf("got %+v, want a fresh gauge a, then b", s)
	}
}

func TestSnapshotCollectsGauges(t *testing.T) {
	var r Registry
	n, failure := 0.0, errors.New("no")
	must(r.Gauge("good", Options{OnCollect: func(g *Gauge) error { n++; g.Set(n); return nil }}))
	must(r.Gauge("bad", Options{OnCollect: func(g *Gauge) error { return failure }}))
	must(r.Counter("last", Options{}))
	for want := 1.0; want < 3; want++ {
		s, err := r.Snapshot()
		if !errors.Is(err, failure) || len(s) != 3 || s[0].Root.Value != want {
			t.Errorf("got %v of %d metrics and error %v, want %v", s[0].Root.Value, len(s), err, want)
		}
	}
}

func TestSnapshotDoesNotFollow(t *testing.T) {
	var r Registry
	h := must(r.Histogram("h", []float64{1}, Options{Labels: []string{"l"}}))
	h.WithLabels("x").Observe(1)
	s := must(r.Snapshot())
	h.WithLabels("x").Observe(1)
	h.WithLabels("y").Observe(1)
	if x := s[0].Root.Sub; len(x) != 1 || x[0].Counts[0] != 1 || x[0].Count != 1 {
		t.Errorf("got %+v, want one sample in x", x)
	}
}

func TestObservingResolvedNodeDoesNotAllocate(t *testing.T) {
	var r Registry
	c := must(r.Counter("c", Options{Labels: []string{"a", "b"}}))
	h := must(r.Histogram("h", []float64{1, 2, 4, 8}, Options{Labels: []string{"a"}}))
	leaf := h.WithLabels("x")
	c.WithLabels("x", "y")
	if n := testing.AllocsPerRun(100, func() { leaf.Observe(3); c.WithLabels("x", "y").Increase(1) }); n != 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}

func BenchmarkCounterIncrease(b *testing.B) {
	var r Registry
	c := must(r.Counter("c", Options{Labels: []string{"a"}})).WithLabels("x")
	for b.Loop() {
		c.Increase(1)
	}
}

func BenchmarkCounterWithLabelsIncrease(b *testing.B) {
	var r Registry
	c := must(r.Counter("c", Options{Labels: []string{"a", "b"}}))
	b.ReportAllocs()
	for b.Loop() {
		c.WithLabels("/path", "200").Increase(1)
	}
}

func BenchmarkHistogramObserve(b *testing.B) {
	var r Registry
	h := must(r.Histogram("h", []float64{1, 2, 3, 5, 7, 11, 17, 25, 38, 57, 86, 129, 194, 291, 437, 656, 985, 1477, 2216, 3325}, Options{}))
	for b.Loop() {
		h.Observe(200)
	}
}
