package algo

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// cacheLog is a cache with a clock, and what it told its functions.
type cacheLog struct {
	*Cache
	time  time.Time
	calls []string
	fail  error
}

func newCacheLog(size int, ttl time.Duration, allocates bool) *cacheLog {
	l := &cacheLog{time: time.Unix(1000, 0)}
	var allocate func(key any) (any, error)
	if allocates {
		allocate = func(key any) (any, error) {
			l.calls = append(l.calls, fmt.Sprint("allocate ", key))
			return fmt.Sprint("new ", key), l.fail
		}
	}
	free := func(key, value any) error {
		l.calls = append(l.calls, fmt.Sprint("free ", key, " ", value))
		return l.fail
	}
	l.Cache = NewCache(allocate, free, size, ttl, func() time.Time { return l.time })
	return l
}

func (l *cacheLog) want(t *testing.T, calls ...string) {
	t.Helper()
	if !slices.Equal(l.calls, calls) {
		t.Errorf("calls: got %q, want %q", l.calls, calls)
	}
	l.calls = nil
}

func TestCacheEvictsLeastRecentlyUsed(t *testing.T) {
	for _, use := range []struct {
		name string
		use  func(c *cacheLog)
		want []string
	}{
		{"nothing", func(c *cacheLog) {}, []string{"free a 1"}},
		{"get", func(c *cacheLog) { c.Get("a") }, []string{"free b 2"}},
		{"find", func(c *cacheLog) { c.Find("a") }, []string{"free b 2"}},
		{"has", func(c *cacheLog) { c.Has("a") }, []string{"free b 2"}},
		{"set", func(c *cacheLog) { c.Set("a", 1) }, []string{"free b 2"}},
		{"remove", func(c *cacheLog) { c.Remove("c") }, []string{"free c 3"}},
	} {
		c := newCacheLog(3, 0, false)
		c.Set("a", 1)
		c.Set("b", 2)
		c.Set("c", 3)
		use.use(c)
		c.Set("d", 4)
		t.Run(use.name, func(t *testing.T) { c.want(t, use.want...) })
	}
}

func TestCacheAllocatesOnMissWithoutEvicting(t *testing.T) {
	c := newCacheLog(1, 0, true)
	for _, key := range []string{"a", "b", "a"} {
		if v, ok, err := c.Get(key); v != "new "+key || !ok || err != nil {
			t.Errorf("Get(%q) = %v %v %v", key, v, ok, err)
		}
	}
	c.want(t, "allocate a", "allocate b")
	if c.Len() != 2 {
		t.Errorf("got %d entries, want 2", c.Len())
	}
	c.Set("c", 1)
	c.want(t, "free b new b", "free a new a")
}

func TestCachePassesErrorsUp(t *testing.T) {
	c := newCacheLog(2, 0, true)
	c.fail = errors.New("no")
	if v, ok, err := c.Get("a"); v != nil || ok || err != c.fail {
		t.Errorf("Get = %v %v %v, want the error", v, ok, err)
	}
	c.Set("a", 1)
	if ok, err := c.Remove("a"); !ok || err != c.fail {
		t.Errorf("Remove = %v %v, want true and the error", ok, err)
	}
	c.Set("a", 1)
	c.Set("b", 1)
	if err := c.Set("c", 1); err != c.fail {
		t.Errorf("Set = %v, want the error", err)
	}
	if err := c.Clear(); err != c.fail || c.Len() != 0 {
		t.Errorf("Clear = %v with %d left, want the error and none", err, c.Len())
	}
	c.want(t, "allocate a", "free a 1", "free a 1", "free b 1", "free c 1")
}

func TestCacheEntriesExpireWithoutBeingFreed(t *testing.T) {
	c := newCacheLog(0, 10*time.Second, false)
	c.Set("a", 1)
	c.time = c.time.Add(9 * time.Second)
	if v, ok := c.Find("a"); v != 1 || !ok {
		t.Errorf("after 9 s: got %v %v, want 1", v, ok)
	}
	c.time = c.time.Add(time.Second) // use does not prolong
	if v, ok, _ := c.Get("a"); v != nil || ok {
		t.Errorf("after 10 s: got %v %v, want nothing", v, ok)
	}
	c.Set("a", 2)
	c.time = c.time.Add(10 * time.Second)
	if ok, _ := c.Remove("a"); ok || c.Len() != 0 {
		t.Errorf("removed an expired entry, %d left", c.Len())
	}
	c.want(t)
}

func TestCacheAllocatesAnewWhenExpired(t *testing.T) {
	c := newCacheLog(0, time.Second, true)
	c.Get("a")
	c.time = c.time.Add(time.Second)
	c.Get("a")
	c.time = c.time.Add(time.Second - 1)
	c.Get("a")
	c.want(t, "allocate a", "allocate a")
}

func TestCacheClearFreesInOrder(t *testing.T) {
	c := newCacheLog(0, 0, false)
	c.Set("a", 1)
	c.Set("b", 2)
	c.Set("c", 3)
	c.Get("a")
	if err := c.Clear(); err != nil || c.Len() != 0 || c.Has("a") {
		t.Errorf("Clear = %v, %d left", err, c.Len())
	}
	c.want(t, "free b 2", "free c 3", "free a 1")
}

func TestCacheKeysAreValuesOrIdentities(t *testing.T) {
	c := NewCache(nil, nil, 0, 0, nil)
	one, two := new(int), new(int)
	for i, k := range []any{nil, "1", 1.0, true, one, two, math.NaN()} {
		c.Set(k, i)
		c.Set(k, i)
		if v, ok := c.Find(k); v != i || !ok {
			t.Errorf("key %v: got %v %v, want %d", k, v, ok, i)
		}
		if c.Len() != i+1 {
			t.Errorf("key %v: got %d entries, want %d", k, c.Len(), i+1)
		}
	}
	if ok, _ := c.Remove(math.NaN()); !ok {
		t.Error("NaN was not found again")
	}
}

func TestCacheFunctionsMayUseTheCache(t *testing.T) {
	var c *Cache
	c = NewCache(
		func(key any) (any, error) { return 1, c.Set(key, 2) },
		func(key, value any) error { return c.Set("freed", key) },
		0, 0, nil)
	if v, _, _ := c.Get("a"); v != 1 {
		t.Errorf("got %v, want what allocate returned", v)
	}
	c.Clear()
	if v, _ := c.Find("freed"); v != "a" || c.Len() != 1 {
		t.Errorf("got %v of %d, want what free stored", v, c.Len())
	}
}

func BenchmarkCacheHit(b *testing.B) {
	c := NewCache(nil, nil, 1000, 0, nil)
	var keys [100]any
	for i := range keys {
		keys[i] = fmt.Sprint("key", i)
		c.Set(keys[i], i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Find(keys[i%len(keys)])
	}
}
