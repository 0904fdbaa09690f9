package filters_test

import (
	"strings"
	"testing"
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

// passed consumes the output and returns how many messages started and how
// many bytes came.
func passed(f *ft.Filter) (messages, bytes int) {
	for _, evt := range f.Take() {
		switch evt := evt.(type) {
		case *event.MessageStart:
			messages++
		case *event.Data:
			bytes += evt.Len()
		}
	}
	return messages, bytes
}

func TestThrottleMessageRateLetsSoManyPassPerSecond(t *testing.T) {
	f := ft.New(t, "throttleMessageRate", 2)
	for range 5 {
		f.Send(ft.Message("x")...)
	}
	f.Send(ft.End())
	for i, want := range []int{2, 0, 2, 0, 1} { // each half a second
		if n, _ := passed(f); n != want {
			t.Errorf("after %d half seconds: %d messages, want %d", i, n, want)
		}
		if i < 4 && !f.Paused() {
			t.Errorf("after %d half seconds: the source is not paused", i)
		}
		f.Advance(500 * time.Millisecond)
	}
	if f.Paused() {
		t.Error("the source stays paused")
	}
}

func TestThrottleKeepsTheOrder(t *testing.T) {
	f := ft.New(t, "throttleMessageRate", 1)
	f.Send(ft.Message("a")...)
	f.Send(ft.Message("b")...)
	f.Send(ft.End())
	f.Want("MessageStart", `Data "a"`, "MessageEnd")
	f.Advance(time.Second)
	f.Want("MessageStart", `Data "b"`, "MessageEnd", "StreamEnd")
}

func TestThrottleDataRateCutsData(t *testing.T) {
	f := ft.New(t, "throttleDataRate", 4)
	f.Send(ft.Flush(), ft.Data("abcdefghij"), ft.Data("kl"), ft.End())
	f.Want(`Data "abcd"`)
	f.Advance(time.Second)
	f.Want(`Data "efgh"`)
	f.Advance(time.Second)
	f.Want(`Data "ij"`, `Data "kl"`, "StreamEnd")
}

func TestThrottleRateHoldsInEverySecond(t *testing.T) {
	const quota, step = 1000, 50 * time.Millisecond
	f := ft.New(t, "throttleDataRate", "1000")
	var window []int
	total := 0
	for i := range 400 {
		f.Send(ft.Data(strings.Repeat("x", 60+i*7%90)))
		_, n := passed(f)
		f.Advance(step)
		_, m := passed(f)
		n += m
		total += n
		window = append(window, n)
		sum := 0
		for _, n := range window[max(0, len(window)-int(time.Second/step)+1):] {
			sum += n
		}
		if sum > quota {
			t.Fatalf("step %d: %d bytes within a second", i, sum)
		}
	}
	if total < quota*18 { // of 20 seconds in which over 40,000 bytes were sent
		t.Errorf("only %d bytes passed", total)
	}
}

func TestThrottleSharesAccounts(t *testing.T) {
	key := ""
	f := ft.New(t, "throttleMessageRate", 1, func() string { return key })
	key = "a"
	f.Send(ft.Message("")...)
	f.Want("MessageStart", "MessageEnd")
	other, stop := f.Fork()
	other(ft.Message("")...)
	f.Want()
	key = "b"
	third, stopThird := f.Fork()
	third(ft.Message("")...)
	f.Want("MessageStart", "MessageEnd")
	f.Advance(time.Second)
	f.Want("MessageStart", "MessageEnd")
	stop()
	stopThird()
}

func TestThrottleServesWaitersInOrder(t *testing.T) {
	f := ft.New(t, "throttleDataRate", 2)
	f.Send(ft.Data("aabb"))
	other, stop := f.Fork()
	other(ft.Data("CC"))
	f.Want(`Data "aa"`)
	f.Advance(time.Second)
	f.Want(`Data "bb"`)
	f.Send(ft.Data("d"))
	f.Advance(time.Second)
	f.Want(`Data "CC"`)
	f.Advance(time.Second)
	f.Want(`Data "d"`)
	stop()
}

func TestThrottleConcurrencyReturnsAtTheEndOfThePipeline(t *testing.T) {
	f := ft.New(t, "throttleConcurrency", 1)
	f.Send(ft.Flush(), ft.Data("a"), ft.End())
	f.Want(`Data "a"`, "StreamEnd")
	other, stop := f.Fork()
	other(ft.Data("b"))
	f.Want()
	f.Close()
	f.Want(`Data "b"`)
	third, stopThird := f.Fork()
	third(ft.Data("c"))
	f.Want()
	stopThird() // while it waits
	stop()
	f.Again()
	f.Send(ft.Data("d"))
	f.Want(`Data "d"`)
}

func TestThrottleWithAQuota(t *testing.T) {
	var f *ft.Filter
	after := func(d time.Duration, fn func()) func() { return f.Loop.After(d, fn).Stop }
	quota := algo.NewQuota(3, algo.QuotaOptions{Per: time.Second}, after)
	f = ft.New(t, "throttleDataRate", func() any { return quota })
	f.Send(ft.Data("abcdefg"))
	f.Want(`Data "abc"`)
	quota.Produce(1)
	f.Want(`Data "d"`)
	f.Advance(time.Second)
	f.Want(`Data "efg"`)

	slots := algo.NewQuota(1, algo.QuotaOptions{}, nil)
	f = ft.New(t, "throttleConcurrency", slots)
	f.Send(ft.Data("a"))
	f.Want(`Data "a"`)
	if slots.Current() != 0 {
		t.Error("no unit was taken")
	}
	f.Close()
	if slots.Current() != 1 {
		t.Error("the unit was not given back")
	}
}

func TestThrottleWithoutPausingItsSource(t *testing.T) {
	f := ft.New(t, "throttleMessageRate", 1, ft.Options{"blockInput": false})
	f.Send(ft.Message("")...)
	f.Send(ft.Message("")...)
	if f.Paused() {
		t.Error("the source is paused")
	}
	f.Take()
}

func TestThrottleDoesNotLimitWithoutAQuota(t *testing.T) {
	for _, quota := range []any{0, -1, func() any { return 0.0 }} {
		f := ft.New(t, "throttleDataRate", quota)
		f.Send(ft.Data("abc"))
		f.Want(`Data "abc"`)
	}
}

func TestThrottleRefusesWhatIsNoQuota(t *testing.T) {
	for _, bad := range []any{true, "x", ft.Options{}} {
		if _, err := ft.Make(t, "throttleDataRate", bad); err == nil {
			t.Errorf("%v was accepted", ft.Text(bad))
		}
		f := ft.New(t, "throttleDataRate", func() any { return bad })
		f.Send(ft.Data("a"))
		f.WantError("invalid quota")
		f.Want("StreamEnd RuntimeError")
	}
}

func TestThrottleReleasesItsSourceWhenClosed(t *testing.T) {
	f := ft.New(t, "throttleDataRate", 1)
	f.Send(ft.Data("abc"))
	f.Take()
	if !f.Paused() {
		t.Error("the source is not paused")
	}
	f.Again()
	if f.Paused() {
		t.Error("the source stays paused")
	}
}
