package filters_test

import (
	"errors"
	"testing"
	"time"

	ft "pipy/pipy/filtertest"
)

func TestProduceGoesNoFasterThanWhoTakesIt(t *testing.T) {
	calls := 0
	f := ft.New(t, "produce", ft.Func(func(...any) (any, error) {
		if calls++; calls > 3 {
			return ft.End(), nil
		}
		return ft.Data("x"), nil
	}))
	f.Slow = true
	f.Send(ft.Flush(), ft.Data("dropped"))
	for i := range 3 {
		f.Advance(time.Second)
		if calls != i+1 {
			t.Errorf("%d calls, want %d", calls, i+1)
		}
		f.Want(`Data "x"`)
	}
	f.Advance(time.Second)
	f.Want("StreamEnd")
}

func TestProduceLetsOthersHaveTheirTurn(t *testing.T) {
	calls := 0
	f := ft.New(t, "produce", ft.Func(func(...any) (any, error) {
		calls++
		return ft.Data("x"), nil
	}))
	for turn := range 3 {
		f.Send(ft.Flush())
		if calls == 0 || calls > 1000 {
			t.Errorf("turn %d: %d calls", turn, calls)
		}
	}
	f.Take()
	f.Close()
}

func TestProduceWaitsWhenThereIsNothing(t *testing.T) {
	calls := 0
	f := ft.New(t, "produce", ft.Func(func(...any) (any, error) {
		if calls++; calls > 5 {
			return ft.End(), nil
		}
		return nil, nil
	}))
	f.Send(ft.Flush())
	f.Advance(35 * time.Millisecond)
	if calls < 2 || calls > 5 {
		t.Errorf("%d calls in 35 ms, want one in 10 ms", calls)
	}
	f.Advance(time.Second)
	f.Want("StreamEnd")
}

func TestProduceWaitsForPromises(t *testing.T) {
	var promises []*ft.Promise
	f := ft.New(t, "produce", ft.Func(func(...any) (any, error) {
		p := &ft.Promise{}
		promises = append(promises, p)
		return p, nil
	}))
	f.Send(ft.Data("dropped"))
	f.Advance(time.Second)
	if len(promises) != 1 {
		t.Fatalf("%d calls, want 1", len(promises))
	}
	promises[0].Resolve(ft.Data("a"))
	f.Advance(time.Second)
	f.Want(`Data "a"`)
	promises[1].Reject(errors.New("broken"))
	f.WantError("broken")
	f.Advance(time.Second)
	f.Want("StreamEnd RuntimeError")
	if len(promises) != 2 {
		t.Errorf("%d calls, want 2", len(promises))
	}
}
