package loop

import (
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// start runs a real loop and returns it with a function that runs f on it and
// waits.
func start(t testing.TB) (*Loop, func(f func())) {
	t.Helper()
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Run() }()
	t.Cleanup(func() {
		l.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		l.Close()
	})
	return l, func(f func()) {
		ready := make(chan struct{})
		l.Post(func() { f(); close(ready) })
		<-ready
	}
}

func pair(t testing.TB) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if err := unix.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	return fds[0], fds[1]
}

func TestTimersFireInOrder(t *testing.T) {
	l := NewManual(time.Unix(100, 0))
	var got []int
	add := func(n int, d time.Duration) *Timer { return l.After(d, func() { got = append(got, n) }) }
	add(3, 3*time.Second)
	add(1, time.Second)
	stopped := add(9, time.Second)
	add(2, time.Second)
	add(4, time.Hour)
	stopped.Stop()
	l.Advance(3 * time.Second)
	if want := []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("fired %v, want %v", got, want)
	}
	if want := time.Unix(103, 0); !l.Now().Equal(want) {
		t.Errorf("Now is %v, want %v", l.Now(), want)
	}
}

func TestTimerSeesItsOwnTime(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	var at []int64
	var tick func()
	tick = func() {
		at = append(at, l.NowNano())
		l.After(2, tick)
	}
	l.After(2, tick)
	l.Advance(7)
	if want := []int64{2, 4, 6}; !slices.Equal(at, want) {
		t.Errorf("ticks at %v, want %v", at, want)
	}
}

func TestTimerCanBeArmedAgain(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	var timer Timer
	fired := 0
	for range 1000 {
		l.Arm(&timer, time.Second, Func(func() { fired++ }))
	}
	if n := len(l.timers.heap); n > 200 {
		t.Errorf("the heap holds %d entries for one timer", n)
	}
	l.Advance(time.Minute)
	if fired != 1 || timer.Set() {
		t.Errorf("fired %d times, set %v, want once and not set", fired, timer.Set())
	}
}

func TestStoppedTimersLeaveTheRestInOrder(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	var got, want []int
	var all []*Timer
	for i := range 1000 {
		n := i * 7919 % 1000
		all = append(all, l.After(time.Duration(n), func() { got = append(got, n) }))
	}
	for i, tm := range all {
		if n := i * 7919 % 1000; n%3 != 0 {
			tm.Stop()
		}
	}
	for n := 0; n < 1000; n += 3 {
		want = append(want, n)
	}
	l.Advance(time.Second)
	if !slices.Equal(got, want) {
		t.Errorf("fired %v", got)
	}
}

func TestTimerOfZeroWaitsForTheNextTurn(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	n := 0
	var again func()
	again = func() { n++; l.After(0, again) }
	l.After(0, again)
	l.Turn()
	if n != 1 {
		t.Errorf("fired %d times in one turn, want 1", n)
	}
}

func TestDeferredTasksRunInOrderAtTheEndOfTheTurn(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	var got []string
	say := func(s string) Func { return func() { got = append(got, s) } }
	l.Next(Func(func() { got = append(got, "next"); l.Next(say("later")) }))
	l.Post(func() {
		l.Defer(Func(func() { got = append(got, "a"); l.Defer(say("c")) }))
		l.Defer(say("b"))
		got = append(got, "posted")
	})
	l.Turn()
	if want := []string{"posted", "next", "a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("first turn: %v, want %v", got, want)
	}
	l.Turn()
	if got[len(got)-1] != "later" {
		t.Errorf("second turn: %v, want later", got)
	}
}

func TestPostFromManyGoroutines(t *testing.T) {
	l, on := start(t)
	const goroutines, posts = 16, 500
	count := 0 // owned by the loop
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range posts {
				l.Post(func() { count++ })
			}
		})
	}
	wg.Wait()
	on(func() {
		if count != goroutines*posts {
			t.Errorf("ran %d functions, want %d", count, goroutines*posts)
		}
	})
}

func TestPostWakesABlockedLoop(t *testing.T) {
	_, on := start(t)
	for range 200 {
		on(func() {})
	}
}

func TestRealTimerFires(t *testing.T) {
	l, on := start(t)
	fired := make(chan time.Duration, 1)
	on(func() {
		begin := l.Now()
		l.After(3*time.Millisecond, func() { fired <- l.Now().Sub(begin) })
	})
	if d := <-fired; d < 3*time.Millisecond {
		t.Errorf("fired after %v, want at least 3ms", d)
	}
}

func TestStopBeforeRunAndCloseTwice(t *testing.T) {
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	l.Stop()
	if err := l.Run(); err != nil {
		t.Error(err)
	}
	l.Close()
	l.Close()
	l.Post(func() { t.Error("ran after Close") })
}

type handlerFunc func(ev Events)

func (f handlerFunc) Ready(ev Events) { f(ev) }

func TestDescriptorsBecomeReady(t *testing.T) {
	l, on := start(t)
	a, b := pair(t)
	defer unix.Close(b)
	got := make(chan Events, 16)
	on(func() {
		if err := l.Add(a, handlerFunc(func(ev Events) { got <- ev })); err != nil {
			t.Error(err)
		}
	})
	for ev := range got {
		if ev&Writable != 0 && ev&Readable == 0 {
			break
		}
	}
	if _, err := Sendv(b, [][]byte{[]byte("he"), []byte("llo")}); err != nil {
		t.Fatal(err)
	}
	for ev := range got {
		if ev&Readable != 0 {
			break
		}
	}
	buf := make([]byte, 10)
	if n, err := Recv(a, buf); err != nil || string(buf[:n]) != "hello" {
		t.Errorf("read %q, %v, want hello", buf[:n], err)
	}
	if _, err := Recv(a, buf); err != unix.EAGAIN {
		t.Errorf("second read: %v, want EAGAIN", err)
	}
	unix.Shutdown(b, unix.SHUT_WR)
	for ev := range got {
		if ev&Hangup != 0 {
			break
		}
	}
	on(func() { l.CloseFD(a) })
	if _, err := Send(b, []byte("x")); err != unix.EPIPE {
		t.Errorf("send to a closed peer: %v, want EPIPE", err)
	}
	if _, err := Sendv(b, [][]byte{{1}, {2}}); err != unix.EPIPE {
		t.Errorf("sendv to a closed peer: %v, want EPIPE", err)
	}
}

// Two descriptors are ready in one batch. Whichever handler comes first closes
// the other's descriptor and gives its number to a new owner, which must not
// be called for the old one's event.
func TestEventOfARemovedDescriptorReachesNobody(t *testing.T) {
	l, on := start(t)
	type side struct{ near, far int }
	var sides [2]side
	for i := range sides {
		sides[i].near, sides[i].far = pair(t)
	}
	spareNear, spareFar := pair(t)
	armed, called := false, 0
	first := make(chan int, 1)
	on(func() {
		for i := range sides {
			other := sides[1-i]
			l.Add(sides[i].near, handlerFunc(func(ev Events) {
				if !armed || ev&Readable == 0 {
					return
				}
				armed = false
				l.Remove(other.near)
				unix.Close(other.near)
				if err := dup(spareNear, other.near); err != nil {
					t.Error(err)
				}
				l.Add(other.near, handlerFunc(func(ev Events) {
					if ev&Readable != 0 {
						called++
					}
				}))
				first <- i
			}))
		}
	})
	on(func() {
		armed = true
		for i := range sides {
			Send(sides[i].far, []byte("x"))
		}
	})
	<-first
	on(func() {})
	on(func() {
		if called != 0 {
			t.Errorf("the new owner got %d events of the old one", called)
		}
		for i := range sides {
			l.Remove(sides[i].near)
			unix.Close(sides[i].near)
			unix.Close(sides[i].far)
		}
		unix.Close(spareNear)
		unix.Close(spareFar)
	})
}

type valve struct{ pauses, resumes int }

func (v *valve) Pause()  { v.pauses++ }
func (v *valve) Resume() { v.resumes++ }

func TestHoldsAreCountedAndReleasedOnce(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	v := &valve{}
	s := NewSource(l, v)
	prev := l.Enter(s)
	r1, r2 := l.Hold(), l.Hold()
	l.Leave(prev)
	none := l.Hold()
	none()
	r1()
	r1()
	if v.pauses != 1 || v.resumes != 0 || !s.Held() {
		t.Errorf("%+v held %v, want one pause and a hold left", *v, s.Held())
	}
	r2()
	if v.resumes != 1 || s.Held() {
		t.Errorf("%+v held %v, want one resume", *v, s.Held())
	}
	r3 := s.Hold()
	s.End()
	r3()
	if v.pauses != 2 || v.resumes != 1 {
		t.Errorf("%+v, want no resume after End", *v)
	}
}

func TestEnterNests(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	a, b := NewSource(l, &valve{}), NewSource(l, &valve{})
	p := l.Enter(a)
	q := l.Enter(b)
	if l.Ambient() != b {
		t.Error("inner source is not ambient")
	}
	l.Leave(q)
	if l.Ambient() != a {
		t.Error("outer source is not ambient again")
	}
	l.Leave(p)
	if l.Ambient() != nil {
		t.Error("a source is ambient at the end")
	}
}

func TestLocalIsMadeOnce(t *testing.T) {
	l := NewManual(time.Unix(0, 0))
	type key struct{}
	make := func() any { return new(int) }
	if l.Local(key{}, make) != l.Local(key{}, make) {
		t.Error("two values for one key")
	}
}

func BenchmarkTimer(b *testing.B) {
	l := NewManual(time.Unix(0, 0))
	for range 10000 {
		l.After(time.Hour, func() {})
	}
	var t Timer
	task := Func(func() {})
	b.ReportAllocs()
	for b.Loop() {
		l.Arm(&t, time.Minute, task)
		t.Stop()
	}
}
