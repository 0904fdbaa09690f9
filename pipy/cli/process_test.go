package cli

import (
	"os"
	"syscall"
	"testing"
	"time"
)

func TestOneWishThatArrivesTwiceDoesNotForceTheEnd(t *testing.T) {
	for _, c := range []struct {
		signal os.Signal
		after  time.Duration
		want   bool
	}{
		{syscall.SIGTERM, 0, false},
		{syscall.SIGINT, 50 * time.Millisecond, false},
		{syscall.SIGINT, sameSignal, true},
		{syscall.SIGTERM, time.Second, true},
		{syscall.SIGHUP, time.Second, false},
	} {
		if got := insists(c.signal, c.after); got != c.want {
			t.Errorf("%v after %v: got %t, want %t", c.signal, c.after, got, c.want)
		}
	}
}
