package algo

import "time"

// Cache is a map that forgets: entries expire after a time, and the least
// recently used ones make room for new ones.
type Cache struct {
	// Immutable:
	allocate func(key any) (any, error)
	free     func(key, value any) error
	size     int
	ttl      time.Duration
	now      func() time.Time

	// Owned by the loop:
	entries map[any]*cacheEntry
	root    cacheEntry // root.next is the least recently used entry, root.prev the most
}

type cacheEntry struct {
	key, value any
	expires    time.Time
	prev, next *cacheEntry
}

// nanKey stands for NaN, which a Go map would never find again.
type nanKey struct{}

// NewCache makes a cache.
//
// Allocate makes the value for a key that Get misses; nil means that Get makes
// none. Free is told of entries that Set evicts, Remove takes out or Clear
// drops, but not of expired or overwritten ones; nil means nobody is told.
// Both may call the cache. Size is the number of entries above which Set
// evicts, ttl the age at which an entry expires; zero means no limit. Now is
// the clock; nil means time.Now.
func NewCache(allocate func(key any) (any, error), free func(key, value any) error, size int, ttl time.Duration, now func() time.Time) *Cache {
	if now == nil {
		now = time.Now
	}
	c := &Cache{allocate: allocate, free: free, size: size, ttl: ttl, now: now}
	c.reset()
	return c
}

func (c *Cache) reset() {
	c.entries = make(map[any]*cacheEntry)
	c.root.prev, c.root.next = &c.root, &c.root
}

// Len returns the number of entries, expired ones that nobody asked for
// included.
func (c *Cache) Len() int { return len(c.entries) }

// Get returns the value of key and marks it as used. On a miss the allocate
// function makes a value, which is stored without evicting others; ok is false
// when there is no such function. An error of allocate comes back as it is and
// nothing is stored.
func (c *Cache) Get(key any) (value any, ok bool, err error) {
	if value, ok = c.Find(key); ok || c.allocate == nil {
		return value, ok, nil
	}
	if value, err = c.allocate(key); err != nil {
		return nil, false, err
	}
	c.put(key, value)
	return value, true, nil
}

// Find returns the value of key and marks it as used. It never allocates.
func (c *Cache) Find(key any) (value any, ok bool) {
	e := c.live(key)
	if e == nil {
		return nil, false
	}
	c.use(e)
	return e.value, true
}

// Has tells whether key has a value, and marks it as used.
func (c *Cache) Has(key any) bool {
	_, ok := c.Find(key)
	return ok
}

// Set stores a value, with a new time to live, as the most recently used, and
// evicts entries until the size is kept. It returns the first error of the
// free function; all evictions happen all the same.
func (c *Cache) Set(key, value any) error {
	c.put(key, value)
	var first error
	for c.size > 0 && len(c.entries) > c.size {
		e := c.root.next
		c.unlink(e)
		if err := c.release(e); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Remove takes out key and frees its value. It tells whether key was present,
// and returns the error of the free function.
func (c *Cache) Remove(key any) (bool, error) {
	e := c.live(key)
	if e == nil {
		return false, nil
	}
	c.unlink(e)
	return true, c.release(e)
}

// Clear frees all entries, the least recently used first. It returns the first
// error of the free function; the cache is empty all the same.
func (c *Cache) Clear() error {
	first, last := c.root.next, c.root.prev
	c.reset() // before free runs, which may fill the cache again
	if first == &c.root {
		return nil
	}
	last.next = nil
	var failed error
	for e := first; e != nil; e = e.next {
		if err := c.release(e); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// live returns the entry of key, or nil; an expired one is dropped.
func (c *Cache) live(key any) *cacheEntry {
	e := c.entries[MapKey(key)]
	if e == nil {
		return nil
	}
	if c.ttl > 0 && !c.now().Before(e.expires) {
		c.unlink(e)
		return nil
	}
	return e
}

func (c *Cache) put(key, value any) {
	k := MapKey(key)
	e := c.entries[k]
	if e == nil {
		e = &cacheEntry{key: key}
		c.entries[k] = e
		c.link(e)
	} else {
		c.use(e)
	}
	e.value = value
	if c.ttl > 0 {
		e.expires = c.now().Add(c.ttl)
	}
}

func (c *Cache) use(e *cacheEntry) {
	if e == c.root.prev {
		return
	}
	e.prev.next, e.next.prev = e.next, e.prev
	c.link(e)
}

func (c *Cache) link(e *cacheEntry) {
	e.prev, e.next = c.root.prev, &c.root
	e.prev.next, c.root.prev = e, e
}

func (c *Cache) unlink(e *cacheEntry) {
	e.prev.next, e.next.prev = e.next, e.prev
	delete(c.entries, MapKey(e.key))
}

func (c *Cache) release(e *cacheEntry) error {
	if c.free == nil {
		return nil
	}
	return c.free(e.key, e.value)
}

// MapKey returns what stands for a script's value as the key of a map: NaN is
// equal to itself there, as in a Map.
func MapKey(key any) any {
	if f, ok := key.(float64); ok && f != f {
		return nanKey{}
	}
	return key
}

// truthy tells whether a script takes v for true. Values of a script engine
// say it themselves.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0 && v == v
	case int64:
		return v != 0
	case int:
		return v != 0
	case interface{ ToBoolean() bool }:
		return v.ToBoolean()
	}
	return true
}
