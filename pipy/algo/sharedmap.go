package algo

import (
	"math"
	"sync"
)

var sharedMaps struct {
	mu     sync.Mutex
	byName map[string]*SharedMap // guarded by mu
}

// SharedMap is a map that all workers of the process see, and all versions of
// a codebase. Any goroutine may use it. It keeps values as they are given, so
// they must never change: store copies.
type SharedMap struct {
	mu      sync.RWMutex
	entries map[string]any // guarded by mu
}

// OpenSharedMap returns the map of a name; it is made, empty, when it is asked
// for the first time, and stays as long as the process.
func OpenSharedMap(name string) *SharedMap {
	s := &sharedMaps
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byName[name]
	if m == nil {
		m = &SharedMap{entries: make(map[string]any)}
		if s.byName == nil {
			s.byName = make(map[string]*SharedMap)
		}
		s.byName[name] = m
	}
	return m
}

// Size returns the number of entries.
func (m *SharedMap) Size() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.entries)
}

// Clear removes all entries.
func (m *SharedMap) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
}

// Delete removes an entry and tells whether there was one.
func (m *SharedMap) Delete(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.entries[key]
	delete(m.entries, key)
	return ok
}

// Has tells whether there is an entry.
func (m *SharedMap) Has(key string) bool {
	_, ok := m.Get(key)
	return ok
}

// Get returns the value of an entry.
func (m *SharedMap) Get(key string) (value any, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	value, ok = m.entries[key]
	return value, ok
}

// Set stores an entry, in place of an earlier one.
func (m *SharedMap) Set(key string, value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[key] = value
}

// Add adds n to an entry in one step and returns the sum, a float64. It
// changes nothing and returns NaN when there is no entry or no number in it.
func (m *SharedMap) Add(key string, n float64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum float64
	switch v := m.entries[key].(type) {
	case float64:
		sum = v + n
	case int64:
		sum = float64(v) + n
	case int:
		sum = float64(v) + n
	default:
		return math.NaN()
	}
	m.entries[key] = sum
	return sum
}

// Sub is Add of -n.
func (m *SharedMap) Sub(key string, n float64) float64 { return m.Add(key, -n) }
