package tlsio

import (
	"runtime"

	"pipy/pipy/loop"
)

// crew is the goroutines of the handshakes of one loop. A goroutine computes or
// rests, waiting for the peer or for the script; the loop decides when it goes
// on, so that only so many compute at one time, first come first served: more
// than there are processors would not be done sooner, but keep the loop from
// being scheduled. Those that rest cost memory only, and their connection has a
// timeout.
type crew struct {
	loop     *loop.Loop
	busy     int
	queue    []*task
	idle     []chan *task // goroutines without a task
	yielding bool
}

// maxIdle bounds the goroutines that are kept for the next handshake, whose
// stacks have the right size already.
const maxIdle = 16

// task is what a goroutine does for one handshake.
type task struct {
	crew *crew
	run  func() // computes, and calls rest where it has to wait
	done func() // is called on the loop when run returned

	// Owned by the loop:
	state taskState
	wake  chan struct{} // nil until the task began; the loop sends, the goroutine receives
}

type taskState uint8

const (
	fresh   taskState = iota // has not been started
	queued                   // waits for its turn
	running                  // computes, or has just said that it rests
	resting                  // waits for resume
	over
)

// limit is how many compute at one time.
var limit = max(2, runtime.GOMAXPROCS(0))

// resume lets a task begin or go on, now or when it is its turn. It does
// nothing unless the task is fresh or rests.
func (c *crew) resume(t *task) {
	if t.state != fresh && t.state != resting {
		return
	}
	if c.busy >= limit {
		t.state = queued
		c.queue = append(c.queue, t)
		return
	}
	c.launch(t)
}

func (c *crew) launch(t *task) {
	c.busy++
	t.state = running
	switch {
	case t.wake != nil:
		t.wake <- struct{}{}
	case len(c.idle) > 0:
		t.wake = make(chan struct{}, 1)
		n := len(c.idle) - 1
		c.idle[n] <- t
		c.idle = c.idle[:n]
	default:
		t.wake = make(chan struct{}, 1)
		tasks := make(chan *task, 1)
		tasks <- t
		go c.work(tasks)
	}
	if !c.yielding {
		c.yielding = true
		c.loop.Defer(c)
	}
}

// Run lets goroutines have the loop's processor before it may go to sleep with
// it. The loop calls it at the end of a turn.
func (c *crew) Run() {
	c.yielding = false
	runtime.Gosched()
}

// work is a goroutine of the crew.
func (c *crew) work(tasks chan *task) {
	for t := range tasks {
		t.run()
		c.loop.Post(func() {
			t.state = over
			if len(c.idle) < maxIdle {
				c.idle = append(c.idle, tasks)
			} else {
				close(tasks)
			}
			t.done()
			c.next()
		})
	}
}

// rest is called by a task that has to wait: it tells the loop so, which calls
// resting there, and returns when the task may go on.
func (t *task) rest(rests func()) {
	t.crew.loop.Post(func() {
		t.state = resting
		rests()
		t.crew.next()
	})
	<-t.wake
}

// next gives the place of a task that rests or is over to another.
func (c *crew) next() {
	c.busy--
	for c.busy < limit && len(c.queue) > 0 {
		t := c.queue[0]
		c.queue[0] = nil
		c.queue = c.queue[1:]
		c.launch(t)
	}
}
