package algo

// Target is a named target of the older balancers.
type Target struct {
	ID string
	// Weight is the target's share. Zero or less means never selected.
	Weight float64
}

// maxSticky is how many sticky keys a balancer remembers, the recently used
// ones. A forgotten key gets a new target.
const maxSticky = 1 << 14

// weighted selects the target with the least load for its weight. Ties go to
// the target that comes first in the list.
type weighted struct {
	unhealthy *Cache
	targets   []*peer
	byID      map[string]*peer // also those that left the list while in use
	sticky    *Cache           // *peer by key
	loans     loans
	counts    bool // load is work under way; otherwise it is hits in this window

	picks  float64 // since the window began
	window float64 // picks until every target had its share
}

type peer struct {
	owner  *weighted
	id     any // a string; boxed once
	weight float64
	load   float64
	listed bool
}

func (w *weighted) init(targets []Target, unhealthy *Cache, counts bool) {
	w.unhealthy = unhealthy
	w.counts = counts
	w.byID = make(map[string]*peer)
	w.sticky = NewCache(nil, nil, maxSticky, 0, nil)
	w.SetTargets(targets)
}

// SetTargets replaces the list. Targets that stay keep their counts; of two
// targets with one ID the last weight counts. What was selected from a target
// that leaves can still be given back.
func (w *weighted) SetTargets(targets []Target) {
	for _, p := range w.targets {
		p.listed = false
	}
	old := w.targets
	w.targets = nil
	for _, t := range targets {
		w.put(t.ID, t.Weight)
	}
	for _, p := range old {
		w.forget(p)
	}
	w.measure()
}

// Set changes the weight of a target, or appends it to the list.
func (w *weighted) Set(id string, weight float64) {
	w.put(id, weight)
	w.measure()
}

func (w *weighted) put(id string, weight float64) {
	p := w.byID[id]
	if p == nil {
		p = &peer{owner: w, id: id}
		w.byID[id] = p
	}
	if !p.listed {
		p.listed = true
		w.targets = append(w.targets, p)
	}
	p.weight = weight
}

// measure sets the length of a window: the sum of the weights, or more when
// there are weights below one.
func (w *weighted) measure() {
	total, least := 0.0, 1.0
	for _, p := range w.targets {
		if p.weight > 0 {
			total += p.weight
			least = min(least, p.weight)
		}
	}
	w.window = total / least
}

// forget drops a target that left the list, unless work is under way there.
func (w *weighted) forget(p *peer) {
	if !p.listed && (!w.counts || p.load == 0) {
		delete(w.byID, p.id.(string))
	}
}

// Select returns the target for a key. A key other than nil is sticky: it gets
// the same target as long as that can be selected. A target with a true entry
// in an unhealthy cache, the one of the balancer or the one given here, is
// passed over; nil means there is none. Ok is false when no target is left.
func (w *weighted) Select(key any, unhealthy *Cache) (id string, ok bool) {
	p := w.pick(key, unhealthy)
	if p == nil {
		return "", false
	}
	return p.id.(string), true
}

// Next lends a target, selected as Select does, to a borrower, who gets the
// same resource until it is given back: by Resource.Free or by Release. A nil
// borrower gets a resource of its own each time. Next returns nil when no
// target is left.
//
// The balancer holds on to the borrower; to lend to an object only as long as
// it lives, pass a weak.Pointer and call Release in its cleanup.
func (w *weighted) Next(borrower, key any, unhealthy *Cache) *Resource {
	if r := w.loans.of(borrower); r != nil {
		return r
	}
	p := w.pick(key, unhealthy)
	if p == nil {
		return nil
	}
	return w.loans.lend(p.id, p, borrower)
}

// Release gives back what Next lent to a borrower, if anything.
func (w *weighted) Release(borrower any) { w.loans.release(borrower) }

func (w *weighted) pick(key any, unhealthy *Cache) *peer {
	if key != nil {
		if v, ok := w.sticky.Find(key); ok {
			if p := v.(*peer); p.listed && w.selectable(p, unhealthy) {
				if w.counts {
					p.load++
				}
				return p
			}
		}
	}
	var best *peer
	for _, p := range w.targets {
		if best != nil && p.load*best.weight >= best.load*p.weight {
			continue
		}
		if w.selectable(p, unhealthy) {
			best = p
		}
	}
	if best == nil {
		return nil
	}
	best.load++
	if !w.counts {
		w.turn()
	}
	if key != nil {
		w.sticky.Set(key, best) // no free function, so no error
	}
	return best
}

// turn begins a new window when this one is complete. So a target that was
// away catches up with one window at most.
func (w *weighted) turn() {
	if w.picks++; w.picks < w.window {
		return
	}
	w.picks = 0
	for _, p := range w.targets {
		p.load = 0
	}
}

func (w *weighted) selectable(p *peer, unhealthy *Cache) bool {
	return p.weight > 0 && !marked(w.unhealthy, p.id) && !marked(unhealthy, p.id)
}

// marked tells whether a cache has a true entry for a target.
func marked(c *Cache, id any) bool {
	if c == nil {
		return false
	}
	v, ok := c.Find(id)
	return ok && truthy(v)
}

func (p *peer) done() {
	if p.owner.counts && p.load > 0 {
		p.load--
		p.owner.forget(p)
	}
}

func (p *peer) giveBack(r *Resource) {
	p.owner.loans.returned(r)
	p.done()
}
