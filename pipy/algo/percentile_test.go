package algo

import (
	"math"
	"testing"
)

func TestPercentileCountsSamples(t *testing.T) {
	for _, tt := range []struct {
		limits       []float64
		samples      []float64
		percent      float64
		calculate    float64
		interpolated float64
	}{
		{[]float64{1, 2, 4}, nil, 50, 0, 0},
		{[]float64{1, 2, 4}, []float64{1, 1, 2, 2}, 50, 1, 1},
		{[]float64{1, 2, 4}, []float64{1, 1, 2, 2}, 51, 2, 1.02},
		{[]float64{1, 2, 4}, []float64{1, 1, 2, 2}, 75, 2, 1.5},
		{[]float64{1, 2, 4}, []float64{3, 3}, 50, 4, 3},
		{[]float64{1, 2, 4}, []float64{3, 3}, 0, 4, 2},
		{[]float64{1, 2, 4}, []float64{3, 3}, 100, 4, 4},
		{[]float64{1, 2, 4}, []float64{1, 5}, 50, 1, 0.5},
		{[]float64{1, 2, 4}, []float64{1, 5}, 51, math.Inf(1), 0.51},
		{[]float64{1, 2, 4}, []float64{5}, 50, math.Inf(1), 0},
		{[]float64{4, 1, 2}, []float64{2, 2}, 50, 2, 1.5},
		{[]float64{100, 1000}, []float64{1000, 1000, 1000, 5}, 25, 100, 100},
		{nil, []float64{1}, 50, math.Inf(1), 0},
		{[]float64{1}, []float64{math.NaN()}, 50, 0, 0},
	} {
		p := NewPercentile(tt.limits)
		for _, x := range tt.samples {
			p.Observe(x)
		}
		if got := p.Calculate(tt.percent); got != tt.calculate {
			t.Errorf("%v %v: Calculate(%v) = %v, want %v", tt.limits, tt.samples, tt.percent, got, tt.calculate)
		}
		if got := p.Interpolate(tt.percent); math.Abs(got-tt.interpolated) > 1e-12 {
			t.Errorf("%v %v: Interpolate(%v) = %v, want %v", tt.limits, tt.samples, tt.percent, got, tt.interpolated)
		}
		p.Reset()
		if got := p.Calculate(tt.percent); got != 0 {
			t.Errorf("after Reset: got %v, want 0", got)
		}
	}
}

func TestPercentileOfSharesCounts(t *testing.T) {
	counts := []uint64{0, 0, 0}
	p := PercentileOf([]float64{1, 2}, counts)
	counts[1] = 3
	if got := p.Calculate(50); got != 2 {
		t.Errorf("got %v, want 2", got)
	}
}
