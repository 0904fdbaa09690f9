package api

import (
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	e := newEngine()
	timer := e.new(t, "Timeout", "1m")
	e.on(t, timer, "wait")
	e.on(t, timer, "wait")
	e.loop.Advance(time.Minute - 1)
	want(t, "before", e.settled, "[ ]")
	e.loop.Advance(1)
	if len(e.settled) != 2 || e.settled[0] != timer || e.settled[1] != timer {
		t.Errorf("want both promises fulfilled with the Timeout, got %v", e.settled)
	}
	e.on(t, timer, "wait")
	e.on(t, timer, "cancel")
	if len(e.settled) != 3 || e.settled[2] != timer {
		t.Errorf("want a late promise fulfilled at once, got %v", e.settled)
	}
}

func TestTimeoutCancelRejects(t *testing.T) {
	e := newEngine()
	timer := e.new(t, "Timeout", 1)
	e.on(t, timer, "wait")
	e.on(t, timer, "cancel")
	e.on(t, timer, "wait")
	e.loop.Advance(2 * time.Second)
	if len(e.settled) != 2 {
		t.Fatalf("want both promises settled, got %v", e.settled)
	}
	for _, reason := range e.settled {
		if thrown, ok := reason.(*Thrown); !ok || thrown.Value != timer || thrown.Error() != "timeout cancelled" {
			t.Errorf("want the promise rejected with the Timeout, got %v", reason)
		}
	}
}

func TestTimeoutRestarts(t *testing.T) {
	e := newEngine()
	timer := e.new(t, "Timeout", 2)
	e.on(t, timer, "wait")
	e.loop.Advance(time.Second)
	e.on(t, timer, "restart")
	e.loop.Advance(1999 * time.Millisecond)
	want(t, "before", e.settled, "[ ]")
	e.on(t, timer, "restart", 0.5)
	e.loop.Advance(500 * time.Millisecond)
	if len(e.settled) != 1 {
		t.Errorf("want the promise settled, got %v", e.settled)
	}
	_, err := e.tryNew("Timeout")
	wantError(t, "nothing", err, `duration: want seconds or a string like "1m", got nothing`)
	_, err = e.tryOn(timer, "restart", "x")
	wantError(t, "restart", err, `duration: want seconds or a string like "1m", got "x"`)
}
