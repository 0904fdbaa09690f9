package http1

import (
	"strings"
	"testing"
)

// The functions that look at eight bytes at a time agree with plain loops, for
// every byte at every position.
func TestWordwise(t *testing.T) {
	const tchars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for c := range 256 {
		for at := range 20 {
			for _, filler := range []string{"a", "-", "Z", "\t", "\x80", "1", " "} {
				b := []byte(strings.Repeat(filler, 20))
				b[at] = byte(c)
				isControl := func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }
				isOther := func(c byte) bool { return strings.IndexByte(tchars, c) < 0 }
				for from := range 3 {
					if got, want := control(b, from), index(b, from, isControl); got != want {
						t.Fatalf("control(%q, %d): got %d, want %d", b, from, got, want)
					}
					if got, want := tokenEnd(b, from), index(b, from, isOther); got != want {
						t.Fatalf("tokenEnd(%q, %d): got %d, want %d", b, from, got, want)
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
