package http1

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Classes of bytes.
const (
	isToken = 1 << iota // tchar (RFC 9110, 5.6.2)
	isHex
)

var class [256]uint8

func init() {
	mark := func(chars string, c uint8) {
		for i := 0; i < len(chars); i++ {
			class[chars[i]] |= c
		}
	}
	const (
		digits = "0123456789"
		alphas = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	)
	mark(digits+alphas+"!#$%&'*+-.^_`|~", isToken)
	mark(digits+"abcdefABCDEF", isHex)
}

// token tells whether s is a token: a method, a field name.
func token(s string) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&isToken == 0 {
			return false
		}
	}
	return s != ""
}

// tokenEnd returns the position of the first byte of b, from i on, that is not
// of a token, or len(b). Names are too short for looking at words of memory, as
// control does: measured.
func tokenEnd(b []byte, i int) int {
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// control returns the position of the first control character but HTAB in b,
// from i on, or len(b): the first byte that cannot be in a field value or a
// reason phrase (RFC 9110, 5.5).
func control(b []byte, i int) int {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		// In the lowest byte with its high bit set in m, and in no byte before
		// it, x has a byte below 0x20 or a 0x7f.
		m := ((x - 0x20*ones) | ((x ^ 0x7f*ones) - ones)) &^ x & highs
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) / 8
		if b[i] != '\t' {
			return i
		}
		i++
	}
	for ; i < len(b); i++ {
		if c := b[i]; (c < ' ' && c != '\t') || c == 0x7f {
			return i
		}
	}
	return i
}

// view returns the bytes of s, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// what names a control character for an error.
func what(c byte) string {
	switch c {
	case '\r':
		return "carriage return without line feed"
	case '\n':
		return "line feed without carriage return"
	case 0:
		return "NUL"
	}
	return "control character"
}
