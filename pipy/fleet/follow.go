package fleet

import (
	"fmt"
	"sync"

	"pipy/pipy/logging"
)

const (
	// maxFollow bounds what waits to be sent of a log, in bytes.
	maxFollow = 256 << 10
	// maxTail bounds what is sent of the past of a log, in bytes.
	maxTail = 1 << 20
)

// follower sends what is logged, in texts of whole lines.
type follower struct {
	wake chan struct{}
	done chan struct{}

	// Guarded by mu:
	mu      sync.Mutex
	lines   []byte
	dropped int
}

// follow sends what is logged from now on, and first, if tail is true, what was
// logged before. Send returns false when nobody listens any more. It is called
// on one goroutine; stop waits until it is not called any more.
func follow(h *logging.History, tail bool, send func(tail bool, text []byte) bool) (stop func()) {
	f := &follower{wake: make(chan struct{}, 1), done: make(chan struct{})}
	records, cancel := h.Watch(f.add)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if tail && !send(true, joinTail(records)) {
			return
		}
		records = nil
		for {
			select {
			case <-f.done:
				return
			case <-f.wake:
			}
			if text := f.takeLines(); len(text) > 0 && !send(false, text) {
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		cancel()
		close(f.done)
		<-ended
	})
}

// add is called by whoever logs: it must not wait.
func (f *follower) add(record []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.lines)+len(record) > maxFollow {
		f.dropped++
		return
	}
	f.lines = append(append(f.lines, record...), '\n')
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *follower) takeLines() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := f.lines
	if f.dropped > 0 {
		text = fmt.Appendf(text, "(%d records were dropped: too many at a time)\n", f.dropped)
	}
	f.lines, f.dropped = nil, 0
	return text
}

// joinTail makes one text of the last records.
func joinTail(records [][]byte) []byte {
	size, first := 0, len(records)
	for first > 0 && size+len(records[first-1])+1 <= maxTail {
		first--
		size += len(records[first]) + 1
	}
	text := make([]byte, 0, size)
	for _, r := range records[first:] {
		text = append(append(text, r...), '\n')
	}
	return text
}
