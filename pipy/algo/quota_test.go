package algo

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// clock is a loop's clock in small: time passes when a test says so.
type clock struct {
	now    time.Duration
	timers []*timer
}

type timer struct {
	at time.Duration
	f  func()
}

func (c *clock) after(d time.Duration, f func()) (cancel func()) {
	t := &timer{c.now + d, f}
	c.timers = append(c.timers, t)
	return func() { t.f = func() {} }
}

// pass lets time go by, and what is due happen.
func (c *clock) pass(d time.Duration) {
	end := c.now + d
	for {
		i := slices.IndexFunc(c.timers, func(t *timer) bool { return t.at <= end })
		if i < 0 {
			break
		}
		t := c.timers[i]
		c.timers = slices.Delete(c.timers, i, i+1)
		c.now = t.at
		t.f()
	}
	c.now = end
}

func TestQuotaCountsUnits(t *testing.T) {
	q := NewQuota(10, QuotaOptions{Max: 12}, nil)
	for _, step := range []struct {
		name    string
		do      func() float64
		result  float64
		current float64
	}{
		{"consume 4", func() float64 { return q.Consume(4) }, 4, 6},
		{"consume 7", func() float64 { return q.Consume(7) }, 6, 0},
		{"consume 1", func() float64 { return q.Consume(1) }, 0, 0},
		{"consume -1", func() float64 { return q.Consume(-1) }, 0, 0},
		{"produce 5", func() float64 { q.Produce(5); return 0 }, 0, 5},
		{"produce 9", func() float64 { q.Produce(9); return 0 }, 0, 12},
		{"reset", func() float64 { q.Reset(); return 0 }, 0, 10},
	} {
		result := step.do()
		if result != step.result || q.Current() != step.current || q.Initial() != 10 {
			t.Errorf("%s: got %v and %v left, want %v and %v", step.name, result, q.Current(), step.result, step.current)
		}
	}
}

func TestQuotaRefills(t *testing.T) {
	for _, tt := range []struct {
		name    string
		initial float64
		options QuotaOptions
		consume float64
		want    []float64 // each second after the first consumption
	}{
		{"to the initial number", 10, QuotaOptions{Per: time.Second}, 10, []float64{10, 10}},
		{"rest of the initial number", 10, QuotaOptions{Per: time.Second}, 1, []float64{10, 10}},
		{"every two seconds", 10, QuotaOptions{Per: 2 * time.Second}, 5, []float64{5, 10, 10}},
		{"by portions to the maximum", 10, QuotaOptions{Per: time.Second, Produce: 4, Max: 10}, 10, []float64{4, 8, 10, 10}},
		{"by portions to the initial number", 3, QuotaOptions{Per: time.Second, Produce: 2}, 3, []float64{2, 4, 4}},
		{"above the initial number", 0, QuotaOptions{Per: time.Second, Produce: 2, Max: 3}, 1, []float64{2, 3, 3}},
		{"never", 10, QuotaOptions{}, 10, []float64{0, 0}},
	} {
		var c clock
		q := NewQuota(tt.initial, tt.options, c.after)
		c.pass(5500 * time.Millisecond) // nothing was taken yet
		q.Consume(tt.consume)
		var got []float64
		for range tt.want {
			c.pass(time.Second)
			got = append(got, q.Current())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// record notes what waiters got and when.
type record struct {
	clock
	lines []string
}

func (r *record) wait(q *Quota, name string, n float64) *Waiter {
	return q.Wait(n, func(taken float64) {
		r.lines = append(r.lines, fmt.Sprintf("%v %s %v", r.now, name, taken))
	})
}

func (r *record) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(r.lines, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(r.lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestQuotaTwoASecondLetsFivePassInTwoSeconds(t *testing.T) {
	var r record
	q := NewQuota(2, QuotaOptions{Per: time.Second}, r.after)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		r.wait(q, name, 1)
	}
	r.pass(10 * time.Second)
	r.want(t, "0s a 1", "0s b 1", "1s c 1", "1s d 1", "2s e 1")
}

func TestQuotaGivesPartsInOrder(t *testing.T) {
	var r record
	q := NewQuota(100, QuotaOptions{Per: time.Second}, r.after)
	r.wait(q, "big", 250)
	r.wait(q, "nothing", 0)
	r.wait(q, "small", 10)
	if n := q.Consume(1); n != 0 {
		t.Errorf("consumed %v ahead of the queue", n)
	}
	r.pass(10 * time.Second)
	r.want(t, "0s big 100", "1s big 100", "2s big 50", "2s nothing 0", "2s small 10")
}

func TestQuotaCostlessWaitsForNextRefillWhenUsedUp(t *testing.T) {
	var r record
	q := NewQuota(1, QuotaOptions{Per: 300 * time.Millisecond}, r.after)
	q.Consume(1)
	r.wait(q, "start", 1)
	r.wait(q, "end", 0)
	r.pass(time.Second)
	r.want(t, "300ms start 1", "600ms end 0")
}

func TestQuotaWithoutInitialUnitsServesWaiters(t *testing.T) {
	var r record
	q := NewQuota(0, QuotaOptions{Per: time.Second, Produce: 0.1}, r.after)
	r.wait(q, "a", 0.3)
	r.pass(10 * time.Second)
	if n := len(r.lines); n != 3 {
		t.Errorf("got %d parts, want 3: rounding must not cost one more", n)
	}
	if q.Current() > negligible {
		t.Errorf("got %v units after everybody was served, want none", q.Current())
	}
}

func TestQuotaProduceAndResetServeWaiters(t *testing.T) {
	var r record
	q := NewQuota(1, QuotaOptions{}, nil)
	for _, name := range []string{"a", "b", "c"} {
		r.wait(q, name, 1)
	}
	r.pass(time.Second)
	q.Produce(1)
	r.pass(time.Second)
	q.Reset()
	r.want(t, "0s a 1", "1s b 1", "2s c 1")
}

func TestQuotaWaiterMayUseQuota(t *testing.T) {
	var r record
	q := NewQuota(2, QuotaOptions{}, nil)
	q.Wait(1, func(float64) {
		r.wait(q, "inner", 1)
		q.Produce(1)
		r.lines = append(r.lines, "outer")
	})
	r.wait(q, "later", 1)
	r.want(t, "outer", "0s inner 1", "0s later 1")
}

func TestQuotaCancelledWaiterIsNotServed(t *testing.T) {
	var r record
	q := NewQuota(0, QuotaOptions{}, nil)
	r.wait(q, "a", 1)
	b := r.wait(q, "b", 1)
	r.wait(q, "c", 1)
	b.Cancel()
	b.Cancel()
	q.Produce(2)
	r.want(t, "0s a 1", "0s c 1")
	if q.Current() != 0 {
		t.Errorf("got %v left, want 0", q.Current())
	}
}

// line is a loop in small: functions run one by one, later.
type line struct{ c chan func() }

func newLine(t *testing.T) *line {
	l := &line{c: make(chan func(), 100)}
	go func() {
		for f := range l.c {
			f()
		}
	}()
	t.Cleanup(func() { close(l.c) })
	return l
}

func (l *line) post(f func()) { l.c <- f }

// run runs f on the line and waits for it.
func (l *line) run(f func()) {
	done := make(chan struct{})
	l.post(func() { f(); close(done) })
	<-done
}

func TestSharedQuotaLimitsAllWorkersTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := newLine(t), newLine(t)
		key, options := t.Name()+UUID(), QuotaOptions{Per: time.Second}
		var got []string
		start := time.Now()
		got1 := make(chan string, 10)
		var q1, q2 *Quota
		one.run(func() { q1 = NewSharedQuota(key, 2, options, one.post) })
		two.run(func() { q2 = NewSharedQuota(key, 2, options, two.post) })
		note := func(name string) func(float64) {
			return func(n float64) { got1 <- fmt.Sprintf("%v %s %v", time.Since(start), name, n) }
		}
		one.run(func() { q1.Wait(1, note("a")) })
		synctest.Wait()
		two.run(func() { q2.Wait(1, note("b")) })
		synctest.Wait()
		two.run(func() { q2.Wait(1, note("c")) })
		one.run(func() { q1.Wait(2, note("d")) })
		time.Sleep(3 * time.Second)
		synctest.Wait()
		close(got1)
		for s := range got1 {
			got = append(got, s)
		}
		slices.Sort(got)
		want := []string{"0s a 1", "0s b 1", "1s c 1", "1s d 1", "2s d 1"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if q1.Current() != 2 || q2.Current() != 2 {
			t.Errorf("got %v and %v, want 2 and 2", q1.Current(), q2.Current())
		}
	})
}

func TestSharedQuotaTakesLastParameters(t *testing.T) {
	key := t.Name() + UUID()
	post := func(f func()) { t.Error("nobody waits") }
	q := NewSharedQuota(key, 5, QuotaOptions{}, post)
	q.Consume(4)
	q.Reset()
	if q.Current() != 1 {
		t.Errorf("after reset: got %v, want 1: a shared quota is not reset", q.Current())
	}
	NewSharedQuota(key, 8, QuotaOptions{Max: 6}, post)
	if q.Current() != 4 || q.Initial() != 8 {
		t.Errorf("raised by 3: got %v of %v, want 4 of 8", q.Current(), q.Initial())
	}
	NewSharedQuota(key, 2, QuotaOptions{Max: 6}, post)
	q.Produce(100)
	if q.Current() != 6 || q.Initial() != 2 {
		t.Errorf("lowered: got %v of %v, want 6 of 2", q.Current(), q.Initial())
	}
}

func TestSharedQuotaTakesBackWhatCancelledWaiterGot(t *testing.T) {
	key := t.Name() + UUID()
	var posted []func()
	q := NewSharedQuota(key, 1, QuotaOptions{}, func(f func()) { posted = append(posted, f) })
	w := q.Wait(1, func(float64) { t.Error("a cancelled waiter was served") })
	if q.Current() != 0 {
		t.Fatalf("got %v, want the unit on its way", q.Current())
	}
	w.Cancel()
	for _, f := range posted {
		f()
	}
	if q.Current() != 1 {
		t.Errorf("got %v, want the unit back", q.Current())
	}
}

func TestSharedQuotaIsKeptWhileNotFull(t *testing.T) {
	key := t.Name() + UUID()
	post := func(f func()) { f() }
	pinned := func() bool {
		sharedQuotas.mu.Lock()
		defer sharedQuotas.mu.Unlock()
		return sharedQuotas.byKey[key].pinned != nil
	}
	q := NewSharedQuota(key, 2, QuotaOptions{}, post)
	if pinned() {
		t.Error("a full quota is kept for ever")
	}
	q.Consume(1)
	if !pinned() {
		t.Error("a quota in use may be forgotten")
	}
	q.Produce(1)
	if pinned() {
		t.Error("a quota that is full again is kept for ever")
	}
}

func TestSharedMapIsOnePerName(t *testing.T) {
	m := OpenSharedMap(t.Name())
	m.Set("n", 1.0)
	m.Set("s", "text")
	same := OpenSharedMap(t.Name())
	if v, ok := same.Get("n"); v != 1.0 || !ok || same.Size() != 2 || !same.Has("s") {
		t.Errorf("got %v %v of %d", v, ok, same.Size())
	}
	if OpenSharedMap(t.Name()+"2").Size() != 0 {
		t.Error("maps of two names are one")
	}
	if a, b := same.Add("n", 2.5), m.Sub("n", 0.5); a != 3.5 || b != 3 {
		t.Errorf("got %v and %v, want 3.5 and 3", a, b)
	}
	if a, b := same.Add("s", 1), m.Sub("none", 1); !math.IsNaN(a) || !math.IsNaN(b) {
		t.Errorf("got %v and %v, want NaN", a, b)
	}
	if m.Has("none") || !m.Delete("s") || m.Delete("s") {
		t.Error("entries are not what was set")
	}
	m.Clear()
	if same.Size() != 0 {
		t.Errorf("got %d entries, want 0", same.Size())
	}
}

func BenchmarkQuotaConsume(b *testing.B) {
	q := NewQuota(1e18, QuotaOptions{}, nil)
	b.ReportAllocs()
	for b.Loop() {
		q.Consume(1)
	}
}
