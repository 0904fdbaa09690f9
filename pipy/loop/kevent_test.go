package loop

import "testing"

func TestKeventsMeanWhatEpollWouldSay(t *testing.T) {
	const user = -11 // EVFILT_USER
	for _, c := range []struct {
		what   string
		filter int16
		flags  uint16
		fflags uint32
		want   Events
	}{
		{"bytes to read", keventRead, 0, 0, Readable},
		{"room to write", keventWrite, 0, 0, Writable},
		{"the peer ended its side", keventRead, keventEOF, 0, Readable | Hangup},
		{"the peer reads no more", keventWrite, keventEOF, 0, Writable},
		{"reset, seen by the reader", keventRead, keventEOF, 54, Readable | Writable | Hangup | Broken},
		{"reset, seen by the writer", keventWrite, keventEOF, 54, Readable | Writable | Hangup | Broken},
		{"flags that say nothing about the end", keventRead, 0x20, 7, Readable},
		{"the wake-up", user, 0, 0, 0},
		{"the wake-up with flags", user, keventEOF, 1, 0},
	} {
		if got := keventMeaning(c.filter, c.flags, c.fflags); got != c.want {
			t.Errorf("%s: got %b, want %b", c.what, got, c.want)
		}
	}
}
