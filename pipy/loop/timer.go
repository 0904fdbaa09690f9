package loop

import (
	"math"
	"time"
)

// Timer is a task to be run at a time. The zero value is a timer that is not
// set; it may be part of a larger object, which then must not be copied.
type Timer struct {
	l    *Loop
	seq  uint64 // of the entry in the heap that counts; 0 when not set
	task Task
}

// entry is an element of the heap. It is dead when its timer has another seq.
type entry struct {
	when int64 // in time of the loop
	seq  uint64
	t    *Timer
}

func (e *entry) live() bool { return e.t.seq == e.seq }

func (e *entry) before(o *entry) bool {
	return e.when < o.when || e.when == o.when && e.seq < o.seq
}

// timers is a heap of four children per node. Stopped timers stay in it until
// they come to the top or are half of it, so stopping is cheap.
type timers struct {
	heap []entry
	seq  uint64
	dead int
}

// After calls f once, d from now. A negative d counts as zero.
func (l *Loop) After(d time.Duration, f func()) *Timer {
	t := &Timer{}
	l.Arm(t, d, Func(f))
	return t
}

// Arm sets t to run task once, d from now, instead of what it was set to.
func (l *Loop) Arm(t *Timer, d time.Duration, task Task) {
	l.check()
	t.Stop()
	when := l.nano
	if d > 0 {
		if when += int64(d); when < 0 {
			when = math.MaxInt64
		}
	}
	l.timers.seq++
	t.l, t.seq, t.task = l, l.timers.seq, task
	l.timers.push(entry{when, t.seq, t})
}

// Stop makes sure that the timer does not run any more. Stopping one that ran,
// was stopped or was never set does nothing.
func (t *Timer) Stop() {
	if t == nil || t.seq == 0 {
		return
	}
	t.l.check()
	t.seq, t.task = 0, nil
	t.l.timers.stopped()
}

// Set tells whether the timer is still going to run.
func (t *Timer) Set() bool { return t != nil && t.seq != 0 }

// fire runs the timers that are due. Those that are set meanwhile wait for the
// next turn.
func (l *Loop) fire() {
	last := l.timers.seq
	for {
		when, ok := l.timers.first()
		if !ok || when > l.nano || l.timers.heap[0].seq > last {
			return
		}
		t := l.timers.heap[0].t
		l.timers.pop()
		task := t.task
		t.seq, t.task = 0, nil
		l.beat()
		task.Run()
	}
}

// first returns the time of the timer that is due first.
func (h *timers) first() (when int64, ok bool) {
	for len(h.heap) > 0 {
		if e := &h.heap[0]; e.live() {
			return e.when, true
		}
		h.pop()
		h.dead--
	}
	return 0, false
}

func (h *timers) push(e entry) {
	h.heap = append(h.heap, e)
	h.up(len(h.heap) - 1)
}

func (h *timers) pop() {
	n := len(h.heap) - 1
	h.heap[0] = h.heap[n]
	h.heap[n] = entry{}
	h.heap = h.heap[:n]
	if n > 0 {
		h.down(0)
	}
}

// stopped counts a dead entry, and clears the heap of them when they are many.
func (h *timers) stopped() {
	h.dead++
	if h.dead < 64 || h.dead*2 < len(h.heap) {
		return
	}
	n := 0
	for i := range h.heap {
		if h.heap[i].live() {
			h.heap[n] = h.heap[i]
			n++
		}
	}
	clear(h.heap[n:])
	h.heap = h.heap[:n]
	h.dead = 0
	for i := (n - 2) / 4; i >= 0 && n > 1; i-- {
		h.down(i)
	}
}

func (h *timers) up(i int) {
	e := h.heap[i]
	for i > 0 {
		p := (i - 1) / 4
		if !e.before(&h.heap[p]) {
			break
		}
		h.heap[i] = h.heap[p]
		i = p
	}
	h.heap[i] = e
}

func (h *timers) down(i int) {
	e := h.heap[i]
	for {
		c := 4*i + 1
		if c >= len(h.heap) {
			break
		}
		best := c
		for k := c + 1; k < min(c+4, len(h.heap)); k++ {
			if h.heap[k].before(&h.heap[best]) {
				best = k
			}
		}
		if !h.heap[best].before(&e) {
			break
		}
		h.heap[i] = h.heap[best]
		i = best
	}
	h.heap[i] = e
}
