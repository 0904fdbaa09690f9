package algo

import (
	"math"
	"sync"
	"time"
)

// After calls f once, d from now, unless cancel is called first. For a Quota
// of one worker f runs on that worker's loop.
type After func(d time.Duration, f func()) (cancel func())

// QuotaOptions say how a Quota gets new units.
type QuotaOptions struct {
	// Max is how many units Produce and refills can bring it to. Zero means no
	// limit.
	Max float64
	// Per is the time between two refills; the first comes that long after
	// the first unit was taken. Zero means that there are no refills.
	Per time.Duration
	// Produce is what a refill adds, until the quota holds Max, or without a
	// Max its initial number of units; as long as somebody waits it adds in
	// any case. Zero means that a refill goes back to the initial number.
	Produce float64
}

// Quota counts units that can be taken and come back. Those who wait for units
// get them in the order in which they came.
//
// A quota belongs to one worker, except one made by NewSharedQuota, whose units
// are shared by all workers of the process.
type Quota struct {
	counter *counter
	post    func(func()) // runs a function on the loop; nil when not shared
}

// Waiter is a place in the queue of a Quota.
type Waiter struct {
	quota      *Quota
	f          func(taken float64)
	left       float64
	prev, next *Waiter // guarded by the counter; next is nil when not queued
	cancelled  bool    // owned by the loop
}

// counter is what quotas with the same key share.
type counter struct {
	// Guarded by mu where it is shared:
	QuotaOptions
	initial float64
	current float64
	cancel  func() // of the next refill; nil when there is none
	queue   Waiter // queue.next is the first
	serving bool

	// Immutable:
	key    string
	shared bool
	after  After

	mu      sync.Mutex
	resting bool // full, so that nothing is lost when it is forgotten
}

// negligible is below any amount that matters: what rounding leaves over when
// fractions of units are added up.
const negligible = 1e-9

// NewQuota makes a quota that holds the initial number of units. The clock may
// be nil when there are no refills.
func NewQuota(initial float64, o QuotaOptions, after After) *Quota {
	return &Quota{counter: newCounter(initial, o, after)}
}

func newCounter(initial float64, o QuotaOptions, after After) *counter {
	c := &counter{QuotaOptions: o, initial: initial, current: initial, after: after}
	c.queue.prev, c.queue.next = &c.queue, &c.queue
	return c
}

// Initial returns the number of units it began with.
func (q *Quota) Initial() float64 {
	q.counter.lock()
	defer q.counter.unlock()
	return q.counter.initial
}

// Current returns the number of units that can be taken.
func (q *Quota) Current() float64 {
	q.counter.lock()
	defer q.counter.unlock()
	return q.counter.current
}

// Consume takes up to n units at once and returns how many it took: none while
// others wait.
func (q *Quota) Consume(n float64) float64 {
	c := q.counter
	c.lock()
	taken := 0.0
	if c.queue.next == &c.queue {
		taken = max(min(n, c.current), 0)
		c.current -= taken
	}
	c.arm()
	c.unlock()
	return taken
}

// Produce adds n units, up to the maximum, and serves those who wait.
func (q *Quota) Produce(n float64) {
	c := q.counter
	c.lock()
	c.add(n)
	c.unlock()
	c.serve()
}

// Reset goes back to the initial number of units and stops the refill that is
// due. It does nothing to a shared quota.
func (q *Quota) Reset() {
	c := q.counter
	if c.shared {
		return
	}
	c.current = c.initial
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
	c.serve()
}

// Wait takes n units when their turn comes and calls f for what was taken:
// once for all of it, or several times for parts that add up to n. With n zero
// f is called as soon as there is anything to take and nobody stands before.
//
// F runs on the loop; it may use the quota. If units are there and the quota
// is not shared, it runs before Wait returns.
func (q *Quota) Wait(n float64, f func(taken float64)) *Waiter {
	c := q.counter
	w := &Waiter{quota: q, f: f, left: n}
	c.lock()
	w.prev, w.next = c.queue.prev, &c.queue
	w.prev.next, c.queue.prev = w, w
	c.unlock()
	c.serve()
	return w
}

// Cancel leaves the queue: f is not called any more. Units that f was told of
// stay taken.
func (w *Waiter) Cancel() {
	c := w.quota.counter
	w.cancelled = true
	c.lock()
	w.leave()
	c.unlock()
}

func (w *Waiter) leave() {
	if w.next != nil {
		w.prev.next, w.next.prev = w.next, w.prev
		w.prev, w.next = nil, nil
	}
}

// deliver tells a waiter of a shared quota, on its loop, what it got.
func (w *Waiter) deliver(taken float64) {
	if w.cancelled {
		w.quota.Produce(taken)
		return
	}
	w.f(taken)
}

func (c *counter) lock() {
	if c.shared {
		c.mu.Lock()
	}
}

func (c *counter) unlock() {
	if c.shared {
		c.settle()
		c.mu.Unlock()
	}
}

// serve gives units to those who wait, in order, as long as there are some.
func (c *counter) serve() {
	if c.shared {
		c.lock()
		for w, taken := c.grant(); w != nil; w, taken = c.grant() {
			w.quota.post(func() { w.deliver(taken) })
		}
		c.arm()
		c.unlock()
		return
	}
	if c.serving { // called by a waiter; the loop below goes on
		return
	}
	c.serving = true
	defer func() { c.serving = false }()
	for w, taken := c.grant(); w != nil; w, taken = c.grant() {
		w.f(taken)
	}
	c.arm()
}

// grant takes units for the first in the queue.
func (c *counter) grant() (w *Waiter, taken float64) {
	w = c.queue.next
	if w == &c.queue || c.current < negligible {
		return nil, 0
	}
	taken = min(w.left, c.current)
	c.current -= taken
	w.left -= taken
	if w.left < negligible {
		taken += w.left
		w.leave()
	}
	return w, taken
}

func (c *counter) limit() float64 {
	if c.Max > 0 {
		return c.Max
	}
	return math.Inf(1)
}

func (c *counter) add(n float64) {
	c.current = max(c.current, min(c.current+n, c.limit()))
}

// full is the number of units at which refills end.
func (c *counter) full() float64 {
	if c.Produce > 0 && c.Max > 0 {
		return c.Max
	}
	return min(c.initial, c.limit())
}

// arm makes sure that a refill comes when one is needed.
func (c *counter) arm() {
	if c.Per > 0 && c.cancel == nil && (c.current < c.full() || c.queue.next != &c.queue) {
		c.cancel = c.after(c.Per, c.refill)
	}
}

func (c *counter) refill() {
	c.lock()
	c.cancel = nil
	if c.Produce > 0 {
		c.add(c.Produce)
	} else {
		c.current = max(c.current, c.full())
	}
	c.unlock()
	c.serve()
}
