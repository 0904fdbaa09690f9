package logging

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// DefaultHistoryLimit is how many bytes of records a History keeps.
const DefaultHistoryLimit = 1 << 20

// ProcessLog is the name of the process log's History.
const ProcessLog = "pipy_log"

// History is the recent records of a log, up to a number of bytes.
type History struct {
	// Guarded by mu:
	mu       sync.Mutex
	limit    int
	buf      []byte // records with their lengths in front
	start    int    // of the oldest record in buf
	total    uint64 // records that ever came
	kept     uint64 // records in buf
	watchers []*watcher
}

type watcher struct{ f func(record []byte) }

// recordHead is the length in front of a record in a History; it counts
// against the limit.
const recordHead = 4

// histories are those of the process, by name of the log.
var histories = struct {
	mu     sync.Mutex
	limit  int
	byName map[string]*History
}{limit: DefaultHistoryLimit, byName: make(map[string]*History)}

// LookupHistory returns the history of the log with a name: ProcessLog, or
// that of a Logger. It returns nil when there never was such a log.
func LookupHistory(name string) *History {
	h := &histories
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.byName[name]
}

// SetHistoryLimit sets how many bytes each history of the process keeps, now
// and later. Zero keeps nothing.
func SetHistoryLimit(bytes int) {
	h := &histories
	h.mu.Lock()
	defer h.mu.Unlock()
	h.limit = bytes
	for _, r := range h.byName {
		r.setLimit(bytes)
	}
}

// Histories returns the names of the process log and of all logs that ever had a
// record, in order.
func Histories() []string {
	h := &histories
	h.mu.Lock()
	defer h.mu.Unlock()
	var names []string
	for name, log := range h.byName {
		if _, total := log.After(math.MaxUint64); total > 0 || name == ProcessLog {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// openHistory returns the history of a name, made if it is not there.
func openHistory(name string) *History {
	h := &histories
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.byName[name]
	if r == nil {
		r = &History{limit: h.limit}
		h.byName[name] = r
	}
	return r
}

// Records returns copies of the records, the oldest first, without line ends.
func (h *History) Records() [][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.after(0)
}

// After returns copies of the records but for the first n that ever came, and
// the number of those that came. Of the records that are asked for, those that
// are not kept any more are left out.
func (h *History) After(n uint64) (records [][]byte, total uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.after(n), h.total
}

// Follow is Watch for those who have seen the first n records that ever came. The
// records that it returns are the last of total; f gets the number of each, which
// is one more than that of the record before.
func (h *History) Follow(n uint64, f func(number uint64, record []byte)) (records [][]byte, total uint64, cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.after(n), h.total, h.watch(func(record []byte) { f(h.total, record) })
}

// Watch returns the records so far, as Records does, and from then on calls f
// for each new one, in order. F is called by whoever logs: it must be quick,
// must not log, and must copy what it keeps.
func (h *History) Watch(f func(record []byte)) (records [][]byte, cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.after(0), h.watch(f)
}

func (h *History) watch(f func(record []byte)) (cancel func()) {
	w := &watcher{f}
	h.watchers = append(h.watchers, w)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watchers = slices.DeleteFunc(h.watchers, func(other *watcher) bool { return other == w })
	}
}

// after returns copies of the records but for the first n that ever came.
func (h *History) after(n uint64) [][]byte {
	var list [][]byte
	number := h.total - h.kept
	for at := h.start; at < len(h.buf); {
		end := at + recordHead + h.length(at)
		if number++; number > n {
			list = append(list, slices.Clone(h.buf[at+recordHead:end]))
		}
		at = end
	}
	return list
}

func (h *History) length(at int) int { return int(binary.LittleEndian.Uint32(h.buf[at:])) }

func (h *History) setLimit(bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.limit = bytes
	h.makeRoom(0)
	h.buf, h.start = slices.Clone(h.buf[h.start:]), 0
}

// add appends a record and forgets the oldest to keep the limit. A record that
// is longer than the limit is not kept.
func (h *History) add(record []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	for _, w := range h.watchers {
		w.f(record)
	}
	size := recordHead + len(record)
	h.makeRoom(size)
	if size > h.limit {
		return
	}
	if len(h.buf)+size > cap(h.buf) && h.start > len(h.buf)/2 {
		h.buf, h.start = append(h.buf[:0], h.buf[h.start:]...), 0
	}
	h.buf = binary.LittleEndian.AppendUint32(h.buf, uint32(len(record)))
	h.buf = append(h.buf, record...)
	h.kept++
}

func (h *History) makeRoom(size int) {
	for h.start < len(h.buf) && len(h.buf)-h.start+size > h.limit {
		h.start += recordHead + h.length(h.start)
		h.kept--
	}
}
