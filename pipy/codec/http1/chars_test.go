package http1

import (
	"strings"
	"testing"
)

// The function that looks at eight bytes at a time agrees with a plain loop, for
// every byte at every position.
func TestControl(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			for _, filler := range []string{"a", "-", "Z", "\t", "\x80", "1", " "} {
				b := []byte(strings.Repeat(filler, 20))
				b[at] = byte(c)
				isControl := func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }
				for from := range 3 {
					if got, want := control(b, from), index(b, from, isControl); got != want {
						t.Fatalf("control(%q, %d): got %d, want %d", b, from, got, want)
					}
				}
			}
		}
	}
}

func index(b []byte, i int, f func(byte) bool) int {
	for i < len(b) && !f(b[i]) {
		i++
	}
	return i
}
