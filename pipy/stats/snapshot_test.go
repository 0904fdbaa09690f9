package stats

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// worker makes the registry of one worker.
func worker(path string, n float64) *Registry {
	r := new(Registry)
	c := must(r.Counter("requests", Options{Labels: []string{"path"}, Help: "Requests."}))
	c.WithLabels("/").Increase(n)
	c.WithLabels(path).Increase(1)
	must(r.Gauge("open", Options{})).Set(n)
	must(r.Histogram("latency", []float64{1, 10}, Options{Labels: []string{"path"}})).WithLabels(path).Observe(n)
	return r
}

func TestSumAddsByNameAndLabels(t *testing.T) {
	a, b := must(worker("/a", 1).Snapshot()), must(worker("/b", 5).Snapshot())
	got := text(t, Instance{Metrics: must(Sum(a, b, a))})
	want := `# HELP requests Requests.
# TYPE requests counter
requests{path="/"} 7
requests{path="/a"} 2
requests{path="/b"} 1
# TYPE open gauge
open 7
# TYPE latency histogram
latency_bucket{path="/a",le="1"} 2
latency_bucket{path="/a",le="10"} 2
latency_bucket{path="/a",le="+Inf"} 2
latency_sum{path="/a"} 2
latency_count{path="/a"} 2
latency_bucket{path="/b",le="1"} 0
latency_bucket{path="/b",le="10"} 1
latency_bucket{path="/b",le="+Inf"} 1
latency_sum{path="/b"} 5
latency_count{path="/b"} 1
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if a.Find("open").Root.Value != 1 || len(a.Find("requests").Root.Sub) != 2 {
		t.Error("Sum changed what it added up")
	}
}

func TestSumReportsWhatDoesNotAddUp(t *testing.T) {
	make := func(f func(r *Registry)) Snapshot {
		r := new(Registry)
		f(r)
		must(r.Counter("good", Options{})).Increase(1)
		return must(r.Snapshot())
	}
	first := make(func(r *Registry) { must(r.Histogram("m", []float64{1}, Options{Labels: []string{"l"}})) })
	for name, other := range map[string]Snapshot{
		"type":    make(func(r *Registry) { must(r.Gauge("m", Options{Labels: []string{"l"}})) }),
		"labels":  make(func(r *Registry) { must(r.Histogram("m", []float64{1}, Options{})) }),
		"buckets": make(func(r *Registry) { must(r.Histogram("m", []float64{2}, Options{Labels: []string{"l"}})) }),
	} {
		sum, err := Sum(first, other)
		if err == nil || !strings.Contains(err.Error(), "metric m: want the same") {
			t.Errorf("%s: got error %v", name, err)
		}
		if sum.Find("good").Root.Value != 2 || len(sum) != 2 {
			t.Errorf("%s: the other metric was not added up", name)
		}
	}
}

func TestSnapshotOnlyNamed(t *testing.T) {
	s := must(worker("/a", 1).Snapshot()).Only("open", "none", "requests")
	var names []string
	for _, f := range s {
		names = append(names, f.Name)
	}
	if want := []string{"open", "requests"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestCheckFindsWhatCannotBeWritten(t *testing.T) {
	for _, f := range must(worker("/a", 1).Snapshot()) {
		if err := f.Check(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	leaf := func(label string) *Sample { return &Sample{Label: label} }
	for name, f := range map[string]*Family{
		"name":          {Name: "a b", Type: TypeGauge, Root: leaf("")},
		"type":          {Name: "a", Type: "summary", Root: leaf("")},
		"label name":    {Name: "a", Type: TypeGauge, Labels: []string{"a b"}, Root: leaf("")},
		"no root":       {Name: "a", Type: TypeGauge},
		"too deep":      {Name: "a", Type: TypeGauge, Root: &Sample{Sub: []*Sample{leaf("x")}}},
		"twice":         {Name: "a", Type: TypeGauge, Labels: []string{"l"}, Root: &Sample{Sub: []*Sample{leaf("x"), leaf("x")}}},
		"not UTF-8":     {Name: "a", Type: TypeGauge, Labels: []string{"l"}, Root: &Sample{Sub: []*Sample{leaf("\xff")}}},
		"deep":          {Name: "a", Type: TypeHistogram, Labels: []string{"l"}, Root: &Sample{Counts: []uint64{0}, Sub: []*Sample{leaf("x")}}},
		"limits":        {Name: "a", Type: TypeHistogram, Limits: []float64{2, 1}, Root: &Sample{Counts: []uint64{0, 0, 0}}},
		"equal limits":  {Name: "a", Type: TypeHistogram, Limits: []float64{1, 1}, Root: &Sample{Counts: []uint64{0, 0, 0}}},
		"NaN":           {Name: "a", Type: TypeHistogram, Limits: []float64{math.NaN()}, Root: &Sample{Counts: []uint64{0, 0}}},
		"bucket counts": {Name: "a", Type: TypeHistogram, Limits: []float64{1}, Root: &Sample{Counts: []uint64{0}}},
		"total":         {Name: "a", Type: TypeHistogram, Limits: []float64{1}, Root: &Sample{Counts: []uint64{1, 1}, Count: 3}},
	} {
		if f.Check() == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}
