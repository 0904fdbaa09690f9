package algo

import (
	"runtime"
	"sync"
	"time"
	"weak"
)

// sharedQuotas finds the counter of a key. It holds on to counters that are
// not full; a full one is forgotten with the last Quota that uses it, because
// a new one is the same. So keys made from addresses do not pile up.
var sharedQuotas struct {
	mu    sync.Mutex
	byKey map[string]*sharedCounter // guarded by mu
}

type sharedCounter struct {
	counter weak.Pointer[counter]
	pinned  *counter
}

// NewSharedQuota returns a quota whose units are shared by all quotas of the
// process with the same key. The parameters of the last one made hold for all;
// a higher initial number adds the difference.
//
// Post runs a function on the caller's loop, later and in order; the functions
// given to Wait run there. Only the loop that made a Quota may use it.
func NewSharedQuota(key string, initial float64, o QuotaOptions, post func(func())) *Quota {
	c := findCounter(key, initial, o)
	c.lock()
	c.QuotaOptions = o
	if initial > c.initial {
		c.current += initial - c.initial
	}
	c.initial = initial
	c.unlock()
	c.serve()
	return &Quota{counter: c, post: post}
}

func findCounter(key string, initial float64, o QuotaOptions) *counter {
	s := &sharedQuotas
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byKey[key]; e != nil {
		if c := e.counter.Value(); c != nil {
			return c
		}
	}
	c := newCounter(initial, o, afterFunc)
	c.key, c.shared, c.resting = key, true, true
	if s.byKey == nil {
		s.byKey = make(map[string]*sharedCounter)
	}
	s.byKey[key] = &sharedCounter{counter: weak.Make(c)}
	runtime.AddCleanup(c, forgetCounter, key)
	return c
}

func forgetCounter(key string) {
	s := &sharedQuotas
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byKey[key]; e != nil && e.counter.Value() == nil {
		delete(s.byKey, key)
	}
}

// settle pins the counter when it is no longer full, and lets it go when it is
// again. It is called with mu held.
func (c *counter) settle() {
	resting := c.current >= c.full() && c.queue.next == &c.queue
	if resting == c.resting {
		return
	}
	c.resting = resting
	s := &sharedQuotas
	s.mu.Lock()
	defer s.mu.Unlock()
	if resting {
		s.byKey[c.key].pinned = nil
	} else {
		s.byKey[c.key].pinned = c
	}
}

// afterFunc is the clock of shared counters, which belong to no loop.
func afterFunc(d time.Duration, f func()) (cancel func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}
