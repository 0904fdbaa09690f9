package loop

import (
	"testing"
	"time"
)

func TestProbeTellsAStuckTask(t *testing.T) {
	l := NewManual(time.Now())
	if !l.Probe() {
		t.Error("the first probe: got false, want true")
	}
	if l.Probe() {
		t.Error("nothing has gone on since the last probe: got true, want false")
	}
	var inside, between bool
	l.Defer(Func(func() { l.Probe(); inside = l.Probe() }))
	l.Defer(Func(func() { between = l.Probe() }))
	l.Turn()
	if inside {
		t.Error("within one task: got true, want false")
	}
	if !between {
		t.Error("in the next task: got false, want true")
	}
}
