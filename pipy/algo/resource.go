package algo

// Resource is what a load balancer lends: one use of a target. Its address is
// its identity, so it can key a pool of connections.
type Resource struct {
	// Target is the target as the balancer was given it. The older balancers
	// have names as targets: a string.
	Target any

	lender   lender // nil when it is not lent
	borrower any    // of the older balancers; nil for none
	uses     uint64 // how often it was lent
	number   uint64 // in order of creation
}

// lender takes a resource back.
type lender interface{ giveBack(r *Resource) }

// Free gives the resource back to its balancer. The second Free of one loan
// does nothing.
func (r *Resource) Free() {
	if l := r.lender; l != nil {
		r.lender = nil
		l.giveBack(r)
	}
}

// loans are the resources that borrowers hold.
type loans map[any]*Resource

// lend makes a resource and notes who has it. A nil borrower is not noted.
func (l *loans) lend(target any, from lender, borrower any) *Resource {
	r := &Resource{Target: target, lender: from, borrower: borrower}
	if borrower != nil {
		if *l == nil {
			*l = make(loans)
		}
		(*l)[borrower] = r
	}
	return r
}

func (l loans) returned(r *Resource) {
	if r.borrower != nil {
		delete(l, r.borrower)
	}
}

// release frees what a borrower holds.
func (l loans) release(borrower any) {
	if r := l[borrower]; r != nil {
		r.Free()
	}
}
