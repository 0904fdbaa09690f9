package algo

// Resource is what a load balancer lends: one use of a target. Its address is
// its identity, so it can key a pool of connections.
type Resource struct {
	// Target is the target as the balancer was given it. The older balancers
	// have names as targets: a string.
	Target   any
	lender   lender
	lent     int    // how often it is lent now
	borrower any    // of the older balancers; nil for none
	uses     uint64 // how often it was lent
	number   uint64 // in order of creation
	index    int    // in the heap of its target
	object   any    // in scripts
}

// Object is the place for what stands for the resource in scripts, so that it
// is the same whenever the resource is lent.
func (r *Resource) Object() *any { return &r.object }

// lender takes a resource back.
type lender interface{ giveBack(r *Resource) }

// Free gives the resource back to its balancer, as often as it was lent. What
// is beyond that does nothing.
func (r *Resource) Free() {
	if r.lent > 0 {
		r.lent--
		r.lender.giveBack(r)
	}
}

// loans are the resources that borrowers hold.
type loans map[any]*Resource

// of returns what a borrower holds, nil if that is nothing.
func (l loans) of(borrower any) *Resource { return l[MapKey(borrower)] }

// lend makes a resource and notes who has it. A nil borrower is not noted.
func (l *loans) lend(target any, from lender, borrower any) *Resource {
	r := &Resource{Target: target, lender: from, lent: 1, borrower: borrower}
	if borrower != nil {
		if *l == nil {
			*l = make(loans)
		}
		(*l)[MapKey(borrower)] = r
	}
	return r
}

func (l loans) returned(r *Resource) {
	if r.borrower != nil {
		delete(l, MapKey(r.borrower))
	}
}

// release frees what a borrower holds.
func (l loans) release(borrower any) {
	if r := l.of(borrower); r != nil {
		r.Free()
	}
}
