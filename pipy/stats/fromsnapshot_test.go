package stats

import (
	"reflect"
	"testing"
)

func TestFamilyBecomesAMetricAgain(t *testing.T) {
	r := &Registry{}
	c, err := r.Counter("c", Options{Labels: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	c.WithLabels("x", "y").Increase(3)
	c.WithLabels("x").Increase(2)
	h, err := r.Histogram("h", []float64{1, 10}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.Observe(5)
	s, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s {
		if got := f.Metric().sample(); !reflect.DeepEqual(got, f.Root) {
			t.Errorf("%s: got %+v, want %+v", f.Name, got, f.Root)
		}
	}
	m := s.Find("c").Metric()
	if m.Name() != "c" || m.Type() != TypeCounter || m.WithLabels("x", "y").Value() != 3 || m.WithLabels("x").Dimensions() != 1 {
		t.Errorf("got %s %s %v", m.Name(), m.Type(), m.WithLabels("x", "y").Value())
	}
	m.WithLabels("x").zero()
	if c.WithLabels("x").Metric().Value() != 2 {
		t.Error("want the counter to stay as it is")
	}
}
