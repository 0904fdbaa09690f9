package stats

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Snapshot is the metrics of one moment. Nobody changes it any more, so any
// goroutine may read it.
type Snapshot []*Family

// Family is a metric with all its label values.
type Family struct {
	Name   string
	Type   Type
	Help   string
	Labels []string
	Limits []float64 // of a histogram, ascending
	Root   *Sample
}

// Sample is one node of a Family.
type Sample struct {
	Label   string  // the last label value, "" at the root
	Present bool    // whether the node has a value of its own
	Value   float64 // of a counter or gauge

	Counts []uint64 // of a histogram: one more than Limits, for those above all
	Count  uint64   // of a histogram: all samples
	Sum    float64  // of a histogram

	Sub []*Sample // nodes with one more label value
}

// Find returns the metric of a name, or nil.
func (s Snapshot) Find(name string) *Family {
	for _, f := range s {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Only returns the metrics with the given names, in their order; names that
// are not there are left out.
func (s Snapshot) Only(names ...string) Snapshot {
	var only Snapshot
	for _, n := range names {
		if f := s.Find(n); f != nil {
			only = append(only, f)
		}
	}
	return only
}

// Check tells what is wrong with a metric that came from elsewhere: names,
// type, limits, or nodes that WriteText would write twice. It returns nil for
// every metric of a Registry.
func (f *Family) Check() error {
	switch f.Type {
	case TypeCounter, TypeGauge, TypeHistogram:
	default:
		return fmt.Errorf("metric %s: type: want counter, gauge or histogram, got %q", f.Name, f.Type)
	}
	if err := checkNames(f.Type, f.Name, f.Labels); err != nil {
		return err
	}
	for i, limit := range f.Limits {
		if limit != limit || i > 0 && limit <= f.Limits[i-1] {
			return fmt.Errorf("%s %s: buckets: want ascending limits, got %v", f.Type, f.Name, f.Limits)
		}
	}
	if f.Root == nil {
		return fmt.Errorf("%s %s: want a root, got none", f.Type, f.Name)
	}
	return f.checkSample(f.Root, 0)
}

func (f *Family) checkSample(s *Sample, depth int) error {
	if f.Type == TypeHistogram {
		total := uint64(0)
		for _, n := range s.Counts {
			total += n
		}
		if len(s.Counts) != len(f.Limits)+1 || total != s.Count {
			return fmt.Errorf("histogram %s: want %d buckets that count %d samples, got %v", f.Name, len(f.Limits)+1, s.Count, s.Counts)
		}
	}
	if len(s.Sub) > 0 && depth == len(f.Labels) {
		return fmt.Errorf("%s %s: want %d label values, got more", f.Type, f.Name, depth)
	}
	seen := make(map[string]bool, len(s.Sub))
	for _, c := range s.Sub {
		if seen[c.Label] || !utf8.ValidString(c.Label) {
			return fmt.Errorf("%s %s: want different label values in UTF-8, got %q", f.Type, f.Name, c.Label)
		}
		seen[c.Label] = true
		if err := f.checkSample(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// Sum adds up the metrics of several workers, by name and label values. A
// metric that has another type, other labels or other buckets than the first
// of its name is left out and reported; the sum of the others is good.
func Sum(snapshots ...Snapshot) (Snapshot, error) {
	var sum Snapshot
	var errs []error
	byName := make(map[string]*Family)
	for _, s := range snapshots {
		for _, f := range s {
			total := byName[f.Name]
			if total == nil {
				c := *f
				c.Root = &Sample{Counts: make([]uint64, len(f.Root.Counts))}
				total = &c
				byName[f.Name] = total
				sum = append(sum, total)
			}
			if err := total.differs(f); err != nil {
				errs = append(errs, err)
				continue
			}
			total.Root.add(f.Root)
		}
	}
	return sum, errors.Join(errs...)
}

// differs returns an error when the values of two metrics cannot be added up.
func (f *Family) differs(other *Family) error {
	if f.Type != other.Type || !slices.Equal(f.Labels, other.Labels) || !slices.Equal(f.Limits, other.Limits) {
		return fmt.Errorf("metric %s: want the same on all workers, a %s of %v %v, got a %s of %v %v",
			f.Name, f.Type, f.Labels, f.Limits, other.Type, other.Labels, other.Limits)
	}
	return nil
}

func (s *Sample) add(other *Sample) {
	s.Present = s.Present || other.Present
	s.Value += other.Value
	s.Count += other.Count
	s.Sum += other.Sum
	for i, n := range other.Counts {
		s.Counts[i] += n
	}
	if len(other.Sub) == 0 {
		return
	}
	byLabel := make(map[string]*Sample, len(s.Sub))
	for _, c := range s.Sub {
		byLabel[c.Label] = c
	}
	for _, o := range other.Sub {
		c := byLabel[o.Label]
		if c == nil {
			c = &Sample{Label: o.Label, Counts: make([]uint64, len(o.Counts))}
			byLabel[o.Label] = c
			s.Sub = append(s.Sub, c)
		}
		c.add(o)
	}
}
