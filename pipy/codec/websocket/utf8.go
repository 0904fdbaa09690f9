package websocket

import "unicode/utf8"

// utf8Checker checks text that comes in pieces.
type utf8Checker struct {
	rest [utf8.UTFMax]byte // the beginning of a character
	n    int
}

// feed tells whether all text so far can be the beginning of valid text.
func (u *utf8Checker) feed(b []byte) bool {
	for u.n > 0 && len(b) > 0 {
		u.rest[u.n] = b[0]
		u.n++
		b = b[1:]
		if utf8.FullRune(u.rest[:u.n]) {
			if !utf8.Valid(u.rest[:u.n]) {
				return false
			}
			u.n = 0
		}
	}
	end := len(b)
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				end = len(b) - i
				u.n += copy(u.rest[u.n:], b[end:])
			}
			break
		}
	}
	return utf8.Valid(b[:end])
}

// complete tells whether the text does not end within a character.
func (u *utf8Checker) complete() bool { return u.n == 0 }
