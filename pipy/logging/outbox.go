package logging

import (
	"sync"
	"time"
)

// Target is where records go. Its methods may be called from any goroutine.
type Target interface {
	// Write queues a copy of a record. It never waits: a record that does not
	// fit into the queue, or comes after Close, is dropped.
	Write(record []byte)
	// Dropped returns how many records were dropped so far.
	Dropped() uint64
	// Flush waits until all that was queued is sent, but not longer than the
	// timeout; it tells whether it is.
	Flush(timeout time.Duration) bool
	// Close sends what is queued, without making the caller wait, and gives
	// the target back.
	Close()
}

// streamLimit is how many bytes may wait for a file or a terminal.
const streamLimit = 1 << 20

// outbox is a queue of records in front of something slow. There is a
// goroutine only while something is queued.
type outbox struct {
	// Immutable:
	limit   int  // bytes
	newline bool // records end with a newline
	send    func(bytes []byte, ends []int) (lost int)
	finish  func() // after the last record; may be nil

	// Guarded by mu:
	mu      sync.Mutex
	bytes   []byte
	ends    []int // of the records in bytes
	spare   []byte
	dropped uint64
	running bool
	closed  bool
	emptied []chan struct{} // who waits for the queue to be sent
}

// Write implements Target.
func (o *outbox) Write(record []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.bytes) > 0 && len(o.bytes)+len(record) > o.limit {
		o.dropped++
		return
	}
	o.bytes = append(o.bytes, record...)
	if o.newline {
		o.bytes = append(o.bytes, '\n')
	}
	o.ends = append(o.ends, len(o.bytes))
	o.start()
}

// Dropped implements Target.
func (o *outbox) Dropped() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// Flush implements Target.
func (o *outbox) Flush(timeout time.Duration) bool {
	o.mu.Lock()
	if !o.running {
		o.mu.Unlock()
		return true
	}
	done := make(chan struct{})
	o.emptied = append(o.emptied, done)
	o.mu.Unlock()
	return waitFor(done, timeout)
}

// Close implements Target.
func (o *outbox) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed = true
		o.start()
	}
}

func (o *outbox) start() {
	if !o.running {
		o.running = true
		go o.run()
	}
}

func (o *outbox) run() {
	var ends []int
	o.mu.Lock()
	for len(o.bytes) > 0 || len(o.ends) > 0 {
		bytes := o.bytes
		ends, o.ends = o.ends, ends[:0]
		o.bytes = o.spare[:0]
		o.mu.Unlock()
		lost := o.send(bytes, ends)
		o.mu.Lock()
		o.spare = bytes
		o.dropped += uint64(lost)
	}
	closed := o.closed
	o.running = false
	waiting := o.emptied
	o.emptied = nil
	o.mu.Unlock()
	if closed && o.finish != nil {
		o.finish() // once: nothing starts a closed outbox again
	}
	for _, done := range waiting {
		close(done)
	}
}

func waitFor(done <-chan struct{}, timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// open are the targets to flush when the process ends.
var open = struct {
	mu      sync.Mutex
	targets map[Target]struct{}
}{targets: make(map[Target]struct{})}

func opened(t Target) {
	open.mu.Lock()
	defer open.mu.Unlock()
	open.targets[t] = struct{}{}
}

func closed(t Target) {
	open.mu.Lock()
	defer open.mu.Unlock()
	delete(open.targets, t)
}

// Flush waits until all targets have sent what is queued, the process log's
// included, but not longer than the timeout; it tells whether they have. It is
// the last thing to do before the process exits.
func Flush(timeout time.Duration) bool {
	open.mu.Lock()
	var list []Target
	for t := range open.targets {
		list = append(list, t)
	}
	open.mu.Unlock()
	deadline := time.Now().Add(timeout)
	sent := make(chan bool, len(list))
	for _, t := range list {
		go func() { sent <- t.Flush(time.Until(deadline)) }()
	}
	all := true
	for range list {
		all = <-sent && all
	}
	return all
}
