package logging

import "testing"

func TestLoggerSendsToAllTargets(t *testing.T) {
	defer forget(t.Name())
	l := NewLogger(t.Name())
	one, two := new(memory), new(memory)
	l.Log([]byte("nobody"))
	l.AddTarget(one)
	l.AddTarget(two)
	two.full = true
	l.Log([]byte("a"))
	l.Log([]byte("b\x00c"))
	one.want(t, "a", "b\x00c")
	if l.Name() != t.Name() || l.Dropped() != 2 {
		t.Errorf("got %s with %d dropped, want 2", l.Name(), l.Dropped())
	}
	if got := join(LookupHistory(t.Name()).Records()); got != "nobody a b\x00c" {
		t.Errorf("history: got %q", got)
	}
	l.Close()
	l.Close()
	if one.closed != 1 || two.closed != 1 {
		t.Errorf("closed %d and %d times, want once", one.closed, two.closed)
	}
}
