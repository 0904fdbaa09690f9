package algo

import (
	"cmp"
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
	// Capacity returns how many resources a target has; when all are lent,
	// they are shared. Zero or less means any number, and so does nil.
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
	busy     int     // loans under way
	ahead    int     // least-load: uses that Schedule looked ahead to
	made     resources
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
// only looks ahead. It returns the first error of the validator.
func (b *LoadBalancer) Schedule(n int, valid Validator) ([]any, error) {
	var chosen []*backend
	var targets []any
	var err error
	for len(targets) < n {
		var t *backend
		if t, err = b.choose(valid); t == nil {
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

// Allocate lends a resource of the next target that is valid, or returns nil
// when there is none. A key other than nil forces the target that has this key,
// if there is one and it is valid; that does not move a round-robin on. A
// target's free resource that was used least is lent again; without one a new
// one is made, or, when the target has as many as its capacity, the one that is
// lent least is shared. A nil validator takes all for valid; its error comes
// back as it is.
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
	t, err := b.choose(valid)
	if t == nil {
		return nil, err
	}
	b.charge(t)
	return b.lend(t), nil
}

// choose returns the target with the lowest load that passes, or nil. The
// validator sees targets in the order in which they would be chosen.
func (b *LoadBalancer) choose(valid Validator) (*backend, error) {
	b.round++
	round := b.round
	for range b.targets {
		var best *backend
		for _, t := range b.targets {
			if t.weight <= 0 || t.rejected == round {
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
	t.busy++
	if len(t.made) == 0 || t.made[0].lent > 0 && (t.capacity <= 0 || len(t.made) < t.capacity) {
		b.created++
		heap.Push(&t.made, &Resource{lender: t, number: b.created})
	}
	r := t.made[0]
	r.Target = t.target
	r.lent++
	r.uses++
	heap.Fix(&t.made, 0)
	return r
}

func (t *backend) giveBack(r *Resource) {
	t.busy--
	heap.Fix(&t.made, r.index)
	t.owner.forget(t)
}

// resources is a heap: those that are lent least first, then the least used,
// then the oldest.
type resources []*Resource

func (h resources) Len() int { return len(h) }
func (h resources) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h resources) Less(i, j int) bool {
	a, b := h[i], h[j]
	return cmp.Or(cmp.Compare(a.lent, b.lent), cmp.Compare(a.uses, b.uses), cmp.Compare(a.number, b.number)) < 0
}
func (h *resources) Push(r any) {
	r.(*Resource).index = len(*h)
	*h = append(*h, r.(*Resource))
}
func (h *resources) Pop() any { panic("resources stay with their target") }
