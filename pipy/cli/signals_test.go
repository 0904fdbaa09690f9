package cli

import (
	"os"
	"syscall"
	"testing"
	"time"
)

func TestSignalsDuringTheStart(t *testing.T) {
	tests := []struct {
		name  string
		given []os.Signal
		done  bool // the start comes to its end after the signals
		ok    bool
		later []os.Signal
	}{
		{"none", nil, true, true, nil},
		{"an end that waits for the start", []os.Signal{syscall.SIGTERM}, true, true, []os.Signal{syscall.SIGTERM}},
		{"an end that does not wait for ever", []os.Signal{syscall.SIGTERM}, false, false, nil},
		{"two ends", []os.Signal{syscall.SIGINT, syscall.SIGINT}, false, false, nil},
		{"others", []os.Signal{syscall.SIGHUP, syscall.SIGTSTP}, true, true, []os.Signal{syscall.SIGHUP, syscall.SIGTSTP}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signals, done := make(chan os.Signal, 16), make(chan error, 1)
			for _, sig := range tt.given {
				signals <- sig
			}
			if tt.done {
				time.AfterFunc(10*time.Millisecond, func() { done <- nil })
			}
			ok, err := patient(done, signals)
			if ok != tt.ok || err != nil {
				t.Fatalf("got %v, %v, want %v", ok, err, tt.ok)
			}
			if !ok {
				return
			}
			if len(signals) != len(tt.later) {
				t.Fatalf("got %d signals afterwards, want %v", len(signals), tt.later)
			}
			for _, want := range tt.later {
				if got := <-signals; got != want {
					t.Errorf("got %v afterwards, want %v", got, want)
				}
			}
		})
	}
}

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
