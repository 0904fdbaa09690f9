package algo

// RoundRobin gives every target its weight's share of each window of
// selections, a window being the sum of the weights. Next is the target with
// the fewest hits for its weight; ties go to the first in the list, so weights
// a:3 b:1 give a b a a. Sticky selections that find their target again do not
// count.
type RoundRobin struct{ weighted }

// NewRoundRobin makes a balancer. Targets with a true entry in the unhealthy
// cache are not selected; nil means that all are healthy.
func NewRoundRobin(targets []Target, unhealthy *Cache) *RoundRobin {
	b := new(RoundRobin)
	b.init(targets, unhealthy, false)
	return b
}

// Deselect does nothing: a round robin keeps no account of work under way.
func (b *RoundRobin) Deselect(id string) {}

// LeastWork selects the target with the least work under way for its weight.
// Ties go to the first in the list.
type LeastWork struct{ weighted }

// NewLeastWork makes a balancer. Targets with a true entry in the unhealthy
// cache are not selected; nil means that all are healthy.
func NewLeastWork(targets []Target, unhealthy *Cache) *LeastWork {
	b := new(LeastWork)
	b.init(targets, unhealthy, true)
	return b
}

// Deselect ends one piece of work that Select began. An unknown target and a
// target without work are left alone.
func (b *LeastWork) Deselect(id string) {
	if p := b.byID[id]; p != nil {
		p.done()
	}
}

// Hashing selects targets[Hash(key) mod n].
type Hashing struct {
	unhealthy *Cache
	targets   []any // strings; boxed once
	loans     loans
}

// NewHashing makes a balancer. A target with a true entry in the unhealthy
// cache is not selected, nor is another one in its place; nil means that all
// are healthy.
func NewHashing(targets []string, unhealthy *Cache) *Hashing {
	b := &Hashing{unhealthy: unhealthy}
	b.SetTargets(targets)
	return b
}

// SetTargets replaces the list.
func (b *Hashing) SetTargets(targets []string) {
	b.targets = make([]any, len(targets))
	for i, t := range targets {
		b.targets[i] = t
	}
}

// Add appends a target to the list.
func (b *Hashing) Add(target string) { b.targets = append(b.targets, target) }

// Select returns the target of a key. Ok is false when there are no targets,
// or when that one has a true entry in an unhealthy cache: the balancer's or
// the one given here, which may be nil.
func (b *Hashing) Select(key any, unhealthy *Cache) (id string, ok bool) {
	t := b.pick(key, unhealthy)
	if t == nil {
		return "", false
	}
	return t.(string), true
}

// Deselect does nothing: hashing keeps no account of work under way.
func (b *Hashing) Deselect(id string) {}

// Next lends the target of a key to a borrower, who gets the same resource
// until it is given back: by Resource.Free or by Release. A nil borrower gets
// a resource of its own each time. Next returns nil where Select finds none.
// The balancer holds on to the borrower, as RoundRobin does.
func (b *Hashing) Next(borrower, key any, unhealthy *Cache) *Resource {
	if r := b.loans.of(borrower); r != nil {
		return r
	}
	t := b.pick(key, unhealthy)
	if t == nil {
		return nil
	}
	return b.loans.lend(t, b, borrower)
}

// Release gives back what Next lent to a borrower, if anything.
func (b *Hashing) Release(borrower any) { b.loans.release(borrower) }

func (b *Hashing) pick(key any, unhealthy *Cache) any {
	if len(b.targets) == 0 {
		return nil
	}
	t := b.targets[Hash(key)%uint64(len(b.targets))]
	if marked(b.unhealthy, t) || marked(unhealthy, t) {
		return nil
	}
	return t
}

func (b *Hashing) giveBack(r *Resource) { b.loans.returned(r) }
