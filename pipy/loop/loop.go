// Package loop runs what belongs to one worker, one function at a time.
//
// A Loop waits for descriptors, timers and posted functions and calls their
// handlers, all on the goroutine that called Run. What a worker owns (sockets,
// pipelines, the script engine) is touched on that goroutine only: no method of
// a Loop may be called from another one, except Post and Stop. Before Run
// begins, the goroutine that made the loop may set it up. The build tag
// loopdebug makes a violation of this rule panic (Linux).
//
// One turn of a loop is: wait until something is ready; read the clock; call
// the handlers of ready descriptors; run posted functions and due timers; run
// deferred tasks until none is left. So everything that happens in one turn,
// such as all writes to one socket, can be gathered and done once at its end.
package loop

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"pipy/pipy/event"
)

// Loop is the event loop of one worker. Make one with New or NewManual.
type Loop struct {
	// Immutable:
	poll poller
	base time.Time // the origin of nano
	real bool      // has a poller and follows the clock

	// Owned by the loop:
	now      time.Time
	nano     int64
	yielded  int64 // when the scheduler last ran, as far as we know
	turn     uint64
	slots    []slot // by descriptor
	timers   timers
	deferred []Task // run at the end of this turn
	next     []Task // run in the next turn
	spare    []Task // memory for the next list
	ambient  *Source
	arena    event.Arena
	locals   []local
	owner    owner

	// Guarded by mu:
	mu     sync.Mutex
	posted []func()
	closed bool

	// Atomic:
	pending  atomic.Bool // posted is not empty
	stopping atomic.Bool
	sleeping atomic.Bool // the loop may be blocked in its poller
	probe    atomic.Bool // somebody wants to know whether a task has ended
}

// New returns a loop with a poller of the operating system. Close frees it.
func New() (*Loop, error) {
	l := &Loop{real: true}
	if err := l.poll.open(); err != nil {
		return nil, fmt.Errorf("open poller: %w", err)
	}
	l.base = time.Now()
	l.now = l.base
	return l, nil
}

// NewManual returns a loop without a poller whose clock stands at now. Tests
// drive it with Advance and Turn instead of Run.
func NewManual(now time.Time) *Loop {
	return &Loop{base: now, now: now}
}

// yieldEvery is how often the loop lets the scheduler run. It stays below the
// 10 ms after which the scheduler interrupts a goroutine with a signal.
const yieldEvery = 5 * time.Millisecond

// Run handles events until Stop is called, on the calling goroutine. That is
// not bound to a thread: a bound one costs two switches of threads at each
// yield. An error is one of the poller.
func (l *Loop) Run() error {
	if !l.real {
		return fmt.Errorf("run: a manual loop has no poller")
	}
	l.owner.take()
	defer l.owner.drop()
	l.clock()
	l.endTurn() // what was set up before Run
	for !l.stopping.Load() {
		if err := l.wait(); err != nil {
			return fmt.Errorf("poll: %w", err)
		}
	}
	return nil
}

// Stop ends Run at the end of the current turn. Functions that are posted but
// did not run yet are dropped. It may be called from any goroutine, also
// before Run.
func (l *Loop) Stop() {
	l.stopping.Store(true)
	l.wake()
}

// Close frees the poller's descriptors. Call it when Run has returned or was
// never called. Descriptors that were added stay open. A second call does
// nothing.
func (l *Loop) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	l.posted = nil
	if l.real {
		l.poll.close()
	}
}

// Post runs f on the loop, in one of the next turns. Functions run in the order
// in which they were posted. It may be called from any goroutine; after Stop it
// does nothing.
func (l *Loop) Post(f func()) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.posted = append(l.posted, f)
	l.mu.Unlock()
	l.pending.Store(true)
	l.wake()
}

// wake makes a blocked poller return. The loop says that it sleeps before it
// looks for posted work for the last time, so no wake is lost.
func (l *Loop) wake() {
	if !l.real || !l.sleeping.CompareAndSwap(true, false) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.poll.wake()
	}
}

// Now returns the time at which this turn began.
func (l *Loop) Now() time.Time { return l.now }

// NowNano returns the time at which this turn began in nanoseconds of a
// monotonic clock that starts near zero when the loop is made.
func (l *Loop) NowNano() int64 { return l.nano }

// TurnNumber returns the number of the current turn, which grows by one with
// each.
func (l *Loop) TurnNumber() uint64 { return l.turn }

// Arena returns memory for small Data that are made on this loop.
func (l *Loop) Arena() *event.Arena { return &l.arena }

// clock reads the time, once per turn.
func (l *Loop) clock() {
	l.now = time.Now()
	l.nano = int64(l.now.Sub(l.base))
}

// wait runs one turn of a real loop. It polls without blocking first: under
// load that finds something, and costs no scheduling.
func (l *Loop) wait() error {
	if l.nano-l.yielded > int64(yieldEvery) {
		l.yielded = l.nano
		runtime.Gosched()
	}
	n, err := l.poll.poll()
	if err != nil {
		return err
	}
	if n == 0 && len(l.next) == 0 && !l.pending.Load() {
		if n, err = l.block(); err != nil {
			return err
		}
	}
	l.turn++
	l.beat()
	l.clock()
	l.dispatch(n)
	l.endTurn()
	return nil
}

// block waits until a descriptor is ready, a timer is due or wake is called.
func (l *Loop) block() (int, error) {
	wait := time.Duration(-1)
	if when, ok := l.timers.first(); ok {
		if when == math.MaxInt64 {
			wait = time.Hour
		} else {
			wait = max(0, time.Until(l.base.Add(time.Duration(when))))
		}
	}
	l.sleeping.Store(true)
	if l.pending.Load() || l.stopping.Load() {
		wait = 0
	}
	n, err := l.poll.wait(wait)
	l.sleeping.Store(false)
	return n, err
}

// endTurn does what is done after the descriptors were served.
func (l *Loop) endTurn() {
	l.runPosted()
	l.fire()
	l.runNext()
	l.runDeferred()
}

func (l *Loop) runPosted() {
	if !l.pending.Load() {
		return
	}
	l.pending.Store(false)
	l.mu.Lock()
	fs := l.posted
	l.posted = nil
	l.mu.Unlock()
	for _, f := range fs {
		l.beat()
		f()
	}
}

// Turn runs one turn of a manual loop: posted functions, timers that are due
// and deferred tasks.
func (l *Loop) Turn() {
	l.turn++
	l.endTurn()
}

// Advance moves the clock of a manual loop by d. Timers that become due fire in
// order, each in a turn of its own at its own time.
func (l *Loop) Advance(d time.Duration) {
	target := l.nano + int64(d)
	for {
		when, ok := l.timers.first()
		if !ok || when > target {
			break
		}
		l.set(max(when, l.nano))
		l.Turn()
	}
	l.set(target)
	l.Turn()
}

func (l *Loop) set(nano int64) {
	l.nano = nano
	l.now = l.base.Add(time.Duration(nano))
}

// local is one value of Local.
type local struct{ key, value any }

// Local returns the value that belongs to this loop under key, made by make at
// the first call. A package keeps there what its objects on one loop share; the
// key is a value of a type of its own.
func (l *Loop) Local(key any, make func() any) any {
	for _, v := range l.locals {
		if v.key == key {
			return v.value
		}
	}
	v := make()
	l.locals = append(l.locals, local{key, v})
	return v
}
