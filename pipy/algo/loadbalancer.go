package algo

import (
	"container/heap"
	"fmt"
)

// Algorithms of a LoadBalancer.
const (
	AlgorithmRoundRobin = "round-robin"
	AlgorithmLeastLoad  = "least-load"
)

// LoadBalancerOptions say how a LoadBalancer sees its targets. The functions
// are called once for each target when the list is provisioned.
type LoadBalancerOptions struct {
	// Algorithm is AlgorithmRoundRobin, also when it is empty, or
	// AlgorithmLeastLoad.
	Algorithm string
	// Key returns what tells a target from the others, and across two lists.
	// Nil means the target itself.
	Key func(target any) (any, error)
	// Weight returns a target's share; zero or less means never chosen. Nil
	// means 1 for all.
	Weight func(target any) (float64, error)
	// Capacity returns how many resources of a target may be lent at a time;
	// zero or less means any number, and so does nil.
	Capacity func(target any) (int, error)
}

// Validator tells whether a target may be chosen now.
type Validator func(target any) (bool, error)

// LoadBalancer lends resources of weighted targets.
//
// Each target has a load; a use adds the total weight divided by the target's
// own. The target with the lowest load is next; ties go to the first in the
// list, so round-robin over a:2 b:1 c:1 gives a b c a and again a b c a. With
// least-load, giving back takes the load off again. A target that was not
// available for a while rejoins round-robin where the others are: it does not
// make up for what it missed.
type LoadBalancer struct {
	options LoadBalancerOptions
	least   bool
	targets []*backend
	byKey   map[any]*backend // also those that left the list while in use
	clock   float64          // round-robin: the load at which the last choice was made
	round   uint64
	created uint64
}

type backend struct {
	owner    *LoadBalancer
	key      any
	target   any
	weight   float64
	step     float64
	capacity int
	load     float64 // round-robin only
	busy     int     // resources that are lent
	ahead    int     // least-load: uses that Schedule looked ahead to
	idle     idleResources
	listed   bool
	rejected uint64 // the round in which it was turned down
}

// NewLoadBalancer makes a balancer. It returns an error for an unknown
// algorithm, and those of the functions in the options.
func NewLoadBalancer(targets []any, o LoadBalancerOptions) (*LoadBalancer, error) {
	b := &LoadBalancer{options: o, byKey: make(map[any]*backend)}
	switch o.Algorithm {
	case "", AlgorithmRoundRobin:
	case AlgorithmLeastLoad:
		b.least = true
	default:
		return nil, fmt.Errorf("options.algorithm: want one of %s, %s, got %q", AlgorithmRoundRobin, AlgorithmLeastLoad, o.Algorithm)
	}
	return b, b.Provision(targets)
}

// Provision replaces the list of targets. A target whose key was in the old
// list keeps its load and its resources; of two targets with one key the first
// counts. Resources of targets that leave may still be freed. An error of a
// function leaves the old list in place.
func (b *LoadBalancer) Provision(targets []any) error {
	fresh := make([]backend, len(targets))
	for i, t := range targets {
		if err := b.describe(&fresh[i], t); err != nil {
			return err
		}
	}
	old := b.targets
	b.targets = nil
	for _, t := range old {
		t.listed = false
	}
	total := 0.0
	for i := range fresh {
		f := &fresh[i]
		t := b.byKey[MapKey(f.key)]
		if t == nil {
			t = &backend{owner: b, key: f.key}
			b.byKey[MapKey(f.key)] = t
		}
		if t.listed {
			continue
		}
		t.listed = true
		t.target, t.weight, t.capacity = f.target, f.weight, f.capacity
		b.targets = append(b.targets, t)
		total += max(t.weight, 0)
	}
	for _, t := range b.targets {
		t.step = total / t.weight // not used when the weight is not positive
	}
	for _, t := range old {
		b.forget(t)
	}
	return nil
}

func (b *LoadBalancer) describe(t *backend, target any) (err error) {
	t.target, t.key, t.weight = target, target, 1
	if b.options.Key != nil {
		if t.key, err = b.options.Key(target); err != nil {
			return err
		}
	}
	if b.options.Weight != nil {
		if t.weight, err = b.options.Weight(target); err != nil {
			return err
		}
	}
	if b.options.Capacity != nil {
		t.capacity, err = b.options.Capacity(target)
	}
	return err
}

// forget drops a target that left the list, unless some of it is lent.
func (b *LoadBalancer) forget(t *backend) {
	if !t.listed && t.busy == 0 {
		delete(b.byKey, MapKey(t.key))
	}
}

// Schedule returns the next n targets, fewer when none is valid; a nil
// validator takes all for valid. It moves a round-robin on; with least-load it
// only looks ahead. Capacities are not considered. It returns the first error
// of the validator.
func (b *LoadBalancer) Schedule(n int, valid Validator) ([]any, error) {
	var chosen []*backend
	var targets []any
	var err error
	for len(targets) < n {
		var t *backend
		if t, err = b.choose(valid, false); t == nil {
			break
		}
		b.charge(t)
		t.ahead++
		chosen = append(chosen, t)
		targets = append(targets, t.target)
	}
	for _, t := range chosen {
		t.ahead = 0
	}
	return targets, err
}

// Allocate lends a resource of the next target that is valid and below its
// capacity, or returns nil. A key other than nil forces the target that has
// this key, if there is one and it is valid; then the result is nil when it
// has no capacity left. Of a target's free resources the least used is lent
// again. A nil validator takes all for valid; its error comes back as it is.
func (b *LoadBalancer) Allocate(key any, valid Validator) (*Resource, error) {
	if key != nil {
		if t := b.byKey[MapKey(key)]; t != nil && t.listed && t.weight > 0 {
			ok, err := t.valid(valid)
			if err != nil {
				return nil, err
			}
			if ok {
				return b.lend(t), nil
			}
		}
	}
	t, err := b.choose(valid, true)
	if t == nil {
		return nil, err
	}
	return b.lend(t), nil
}

// choose returns the target with the lowest load that passes, or nil. The
// validator sees targets in the order in which they would be chosen.
func (b *LoadBalancer) choose(valid Validator, limited bool) (*backend, error) {
	b.round++
	round := b.round
	for range b.targets {
		var best *backend
		for _, t := range b.targets {
			if t.weight <= 0 || t.rejected == round || limited && t.full() {
				continue
			}
			if best == nil || b.level(t) < b.level(best) {
				best = t
			}
		}
		if best == nil {
			return nil, nil
		}
		ok, err := best.valid(valid)
		if err != nil {
			return nil, err
		}
		if ok {
			return best, nil
		}
		best.rejected = round
	}
	return nil, nil
}

func (t *backend) valid(valid Validator) (bool, error) {
	if valid == nil {
		return true, nil
	}
	return valid(t.target)
}

func (t *backend) full() bool { return t.capacity > 0 && t.busy >= t.capacity }

func (b *LoadBalancer) level(t *backend) float64 {
	if b.least {
		return float64(t.busy+t.ahead) * t.step
	}
	return max(t.load, b.clock)
}

func (b *LoadBalancer) charge(t *backend) {
	if !b.least {
		b.clock = b.level(t)
		t.load = b.clock + t.step
	}
}

func (b *LoadBalancer) lend(t *backend) *Resource {
	if t.full() {
		return nil
	}
	b.charge(t)
	t.busy++
	var r *Resource
	if len(t.idle) > 0 {
		r = heap.Pop(&t.idle).(*Resource)
	} else {
		b.created++
		r = &Resource{number: b.created}
	}
	r.Target, r.lender = t.target, t
	r.uses++
	return r
}

func (t *backend) giveBack(r *Resource) {
	t.busy--
	heap.Push(&t.idle, r)
	t.owner.forget(t)
}

// idleResources is a heap: the least used first, then the oldest.
type idleResources []*Resource

func (h idleResources) Len() int      { return len(h) }
func (h idleResources) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h idleResources) Less(i, j int) bool {
	if h[i].uses != h[j].uses {
		return h[i].uses < h[j].uses
	}
	return h[i].number < h[j].number
}
func (h *idleResources) Push(r any) { *h = append(*h, r.(*Resource)) }
func (h *idleResources) Pop() any {
	last := len(*h) - 1
	r := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return r
}
