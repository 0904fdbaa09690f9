package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

func addresses(texts ...string) (out []netip.Addr) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestLookupsAreSharedAndRemembered(t *testing.T) {
	l := loop.NewManual(time.Unix(0, 0))
	var lookups atomic.Int32
	answer := make(chan error)
	r := newResolver(func(_ context.Context, host string) ([]netip.Addr, error) {
		lookups.Add(1)
		return addresses("10.0.0.1"), <-answer
	})
	now := time.Unix(1000, 0)
	r.now = func() time.Time { return now }
	got := 0
	take := func(addrs []netip.Addr, err error) {
		if err == nil {
			got++
		}
	}
	wait := func(n int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); got < n; {
			l.Turn()
			if time.Now().After(end) {
				t.Fatalf("%d answers, want %d", got, n)
			}
		}
	}
	r.resolve(l, "a", take)
	r.resolve(l, "a", take)
	answer <- nil
	wait(2)
	now = now.Add(nameTTL - 1)
	r.resolve(l, "a", take)
	if got != 3 || lookups.Load() != 1 {
		t.Errorf("%d answers from %d lookups, want 3 from 1", got, lookups.Load())
	}
	now = now.Add(1)
	r.resolve(l, "a", take)
	answer <- nil
	wait(4)
	if lookups.Load() != 2 {
		t.Errorf("%d lookups, want 2", lookups.Load())
	}
}

func TestFailedLookupIsRememberedShortly(t *testing.T) {
	l := loop.NewManual(time.Unix(0, 0))
	var lookups atomic.Int32
	r := newResolver(func(context.Context, string) ([]netip.Addr, error) {
		lookups.Add(1)
		return nil, nil // no addresses are a failure too
	})
	now := time.Unix(1000, 0)
	r.now = func() time.Time { return now }
	fails := 0
	ask := func() {
		n := fails
		r.resolve(l, "a", func(_ []netip.Addr, err error) {
			if err != nil {
				fails++
			}
		})
		for end := time.Now().Add(10 * time.Second); fails == n && time.Now().Before(end); {
			l.Turn()
		}
	}
	ask()
	ask()
	if lookups.Load() != 1 {
		t.Errorf("%d lookups, want 1", lookups.Load())
	}
	now = now.Add(noNameTTL)
	ask()
	if fails != 3 || lookups.Load() != 2 {
		t.Errorf("%d failures from %d lookups, want 3 from 2", fails, lookups.Load())
	}
}

func TestLookupWaitsForItsTurnNoLongerThanItMayTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newResolver(func(ctx context.Context, host string) ([]netip.Addr, error) {
			if host != "last" {
				time.Sleep(2 * lookupTimeout) // a system that does not heed the context
			}
			return addresses("10.0.0.1"), ctx.Err()
		})
		var lookups sync.WaitGroup
		start := time.Now()
		for i := range maxLookups {
			lookups.Go(func() { r.inTurn(string(rune('a' + i))) })
		}
		synctest.Wait()
		_, err := r.inTurn("last")
		if e := (*net.DNSError)(nil); !errors.As(err, &e) || !e.IsTimeout || time.Since(start) != lookupTimeout {
			t.Errorf("got %v after %v, want a timeout after %v", err, time.Since(start), lookupTimeout)
		}
		lookups.Wait()
	})
}

func TestCacheOfNamesIsBounded(t *testing.T) {
	r := newResolver(nil)
	for i := range maxNames + 10 {
		r.makeRoom()
		r.names[string(rune(i))+"x"] = &name{expires: time.Now().Add(time.Hour)}
	}
	if len(r.names) > maxNames {
		t.Errorf("%d names, want at most %d", len(r.names), maxNames)
	}
}

func TestFamiliesAlternate(t *testing.T) {
	got := interleave(addresses("::1", "::2", "::3", "1.1.1.1", "::ffff:2.2.2.2"))
	if want := addresses("::1", "1.1.1.1", "::2", "2.2.2.2", "::3"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// resolving makes the process resolve names by f for one test.
func resolving(t *testing.T, f func(context.Context, string) ([]netip.Addr, error)) {
	old := names
	names = newResolver(f)
	t.Cleanup(func() { names = old })
}

func TestNextAddressIsTried(t *testing.T) {
	resolving(t, func(context.Context, string) ([]netip.Addr, error) {
		return addresses("127.0.0.3", "127.0.0.4", "127.0.0.1"), nil // only the last listens
	})
	w := newWorld(t)
	s := w.listen(ListenOptions{}, echo)
	var r record
	var states []string
	w.on(func() {
		o := Connect(w.l, netip.AddrPortFrom(netip.AddrFrom4([4]byte{}), s.Address().Port).String()[len("0.0.0.0"):], &ConnectOptions{}, r.take)
		o.Close()
		port := s.Address().String()[len("127.0.0.1"):]
		o = Connect(w.l, "name"+port, &ConnectOptions{OnState: func(s string) { states = append(states, s) }}, r.take)
		o.Process(event.DataString("hello"))
		o.Process(event.EndStream)
	})
	w.until("the echo ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "hello", "")
		if want := []string{"open", "resolving", "connecting", "connected", "closed"}; !slices.Equal(states, want) {
			t.Errorf("states %v, want %v", states, want)
		}
	})
}

// The first address does not answer at all; the second one joins in before
// anything times out, and wins.
func TestSilentAddressDoesNotHoldUpTheNext(t *testing.T) {
	silent, err := ParseAddress(fullBacklog(t))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	before := descriptors(t)
	var s *Listener
	w.on(func() {
		s, err = Listen(w.l, Address{IP: netip.MustParseAddr("127.0.0.2"), Port: silent.Port}, ListenOptions{}, echo)
	})
	if err != nil {
		t.Skip(err)
	}
	resolving(t, func(context.Context, string) ([]netip.Addr, error) {
		return addresses("127.0.0.1", "127.0.0.2"), nil
	})
	var r record
	w.on(func() {
		o := Connect(w.l, "name"+silent.String()[len("127.0.0.1"):], &ConnectOptions{}, r.take)
		o.Process(event.DataString("hello"))
		o.Process(event.EndStream)
	})
	w.until("the echo ends", func() bool { return r.ends == 1 && s.Active() == 0 })
	w.on(func() {
		r.want(t, "hello", "")
		s.Close()
		if n := descriptors(t); n > before {
			t.Errorf("%d sockets, before %d", n, before)
		}
	})
}

func TestCannotResolve(t *testing.T) {
	resolving(t, func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("no such host") })
	lines := capture(t)
	w := newWorld(t)
	var r record
	w.connect("name:80", &ConnectOptions{RetryCount: 1}, &r)
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "", event.CannotResolve)
		if !contains(*lines, "(name) cannot resolve hostname: no such host") {
			t.Errorf("log %q", *lines)
		}
	})
}

func TestLocalhostIsNotLookedUp(t *testing.T) {
	resolving(t, func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("looked up") })
	w := newWorld(t)
	s := w.listen(ListenOptions{}, echo)
	var r record
	w.on(func() {
		o := Connect(w.l, "localhost"+s.Address().String()[len("127.0.0.1"):], &ConnectOptions{}, r.take)
		o.Process(event.EndStream)
	})
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "", "") })
}

func TestLookupTellsAddressesOfNamesAndOfThemselves(t *testing.T) {
	resolving(t, func(_ context.Context, host string) ([]netip.Addr, error) {
		if host == "none" {
			return nil, errors.New("no such host")
		}
		return addresses("10.0.0.1", "::1"), nil
	})
	l := loop.NewManual(time.Unix(0, 0))
	for host, want := range map[string][]netip.Addr{
		"localhost": addresses("127.0.0.1"), "::ffff:10.0.0.2": addresses("10.0.0.2"), "name": addresses("10.0.0.1", "::1"), "none": nil,
	} {
		done := false
		Lookup(l, host, func(got []netip.Addr, err error) {
			done = true
			if !slices.Equal(got, want) || (err == nil) != (want != nil) {
				t.Errorf("%s: got %v, %v; want %v", host, got, err, want)
			}
		})
		for end := time.Now().Add(10 * time.Second); !done && time.Now().Before(end); {
			l.Turn()
		}
	}
}
