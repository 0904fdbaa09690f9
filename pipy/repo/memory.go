package repo

import (
	"iter"
	"slices"
	"strings"
	"sync"
)

// memory is a store that lives as long as the process.
type memory struct {
	// Guarded by mu:
	mu     sync.RWMutex
	keys   []string // sorted
	values map[string][]byte
}

func newMemory() *memory { return &memory{values: map[string][]byte{}} }

func (m *memory) close() error { return nil }

func (m *memory) view(f func(tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return f(&memoryTx{memory: m})
}

func (m *memory) update(f func(tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &memoryTx{memory: m}
	err := f(t)
	if err != nil {
		for _, undo := range slices.Backward(t.undo) {
			m.set(undo.key, undo.value)
		}
	}
	return err
}

// set stores a value, or removes the key when it is nil.
func (m *memory) set(key string, value []byte) {
	i, found := slices.BinarySearch(m.keys, key)
	switch {
	case value == nil && found:
		m.keys = slices.Delete(m.keys, i, i+1)
		delete(m.values, key)
	case value != nil && !found:
		m.keys = slices.Insert(m.keys, i, key)
		fallthrough
	case value != nil:
		m.values[key] = value
	}
}

type memoryTx struct {
	*memory
	undo []memoryRecord
}

// memoryRecord is a record as it was before a change; its value is nil when there
// was none.
type memoryRecord struct {
	key   string
	value []byte
}

func (t *memoryTx) get(key string) []byte { return t.values[key] }

func (t *memoryTx) put(key string, value []byte) error {
	t.undo = append(t.undo, memoryRecord{key, t.values[key]})
	t.set(key, append([]byte{}, value...))
	return nil
}

func (t *memoryTx) delete(key string) error {
	t.undo = append(t.undo, memoryRecord{key, t.values[key]})
	t.set(key, nil)
	return nil
}

func (t *memoryTx) scan(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		i, _ := slices.BinarySearch(t.keys, prefix)
		for ; i < len(t.keys) && strings.HasPrefix(t.keys[i], prefix); i++ {
			if !yield(t.keys[i], t.values[t.keys[i]]) {
				return
			}
		}
	}
}
