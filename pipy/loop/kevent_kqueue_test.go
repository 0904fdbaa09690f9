//go:build freebsd || darwin

package loop

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestNumbersOfKqueue(t *testing.T) {
	if keventRead != unix.EVFILT_READ || keventWrite != unix.EVFILT_WRITE || keventEOF != unix.EV_EOF {
		t.Errorf("got %d, %d and %#x, want %d, %d and %#x", keventRead, keventWrite, keventEOF,
			unix.EVFILT_READ, unix.EVFILT_WRITE, unix.EV_EOF)
	}
}
