package algo

import (
	"math"
	"slices"
	"sort"
)

// Percentile estimates below which value a share of the samples lies. It
// counts samples in buckets, not their sums.
type Percentile struct {
	limits []float64 // ascending
	counts []uint64  // one more than limits: the last for samples above all
}

// NewPercentile makes a Percentile with buckets that include their upper
// limits. The limits are sorted if they are not.
func NewPercentile(limits []float64) *Percentile {
	limits = slices.Clone(limits)
	slices.Sort(limits)
	return &Percentile{limits: limits, counts: make([]uint64, len(limits)+1)}
}

// PercentileOf makes a Percentile that looks at somebody else's buckets, such
// as a histogram's: ascending limits, and counts with one more for the samples
// above all. Neither is copied.
func PercentileOf(limits []float64, counts []uint64) *Percentile {
	return &Percentile{limits: limits, counts: counts}
}

// Observe counts a sample. NaN is not counted.
func (p *Percentile) Observe(x float64) {
	if x == x {
		p.counts[sort.SearchFloat64s(p.limits, x)]++
	}
}

// Reset forgets all samples.
func (p *Percentile) Reset() { clear(p.counts) }

// Calculate returns the smallest limit that covers percent of the samples, or
// +Inf when that many do not lie below any limit. Without samples it returns 0.
func (p *Percentile) Calculate(percent float64) float64 {
	total := p.total(len(p.counts))
	if total == 0 {
		return 0
	}
	covered := uint64(0)
	for i, limit := range p.limits {
		covered += p.counts[i]
		if covered > 0 && float64(covered)*100 >= percent*float64(total) {
			return limit
		}
	}
	return math.Inf(1)
}

// Interpolate returns the value below which percent of the samples lie, if the
// samples of a bucket are evenly spread between its limits; the first bucket
// begins at 0. Samples above all limits are ignored. Without others it
// returns 0.
func (p *Percentile) Interpolate(percent float64) float64 {
	total := p.total(len(p.limits))
	if total == 0 {
		return 0
	}
	wanted := min(max(percent, 0), 100) / 100 * float64(total)
	below, lower := 0.0, 0.0
	for i, limit := range p.limits {
		n := float64(p.counts[i])
		if n > 0 && below+n >= wanted {
			lower = min(lower, limit)
			return lower + (limit-lower)*(wanted-below)/n
		}
		below += n
		lower = limit
	}
	return lower
}

func (p *Percentile) total(buckets int) uint64 {
	total := uint64(0)
	for _, n := range p.counts[:buckets] {
		total += n
	}
	return total
}
