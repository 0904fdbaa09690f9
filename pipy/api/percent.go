package api

import (
	"strings"
	"unicode/utf8"
)

// Characters beyond letters and digits that encoders leave alone.
const (
	unreserved = "-_.!~*'()"   // everywhere in a URL
	reserved   = ";/?:@&=+$,#" // as separators of its parts
)

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// percentEncode encodes all bytes but letters, digits and the safe ones
// (RFC 3986, 2.1).
func percentEncode(s, safe string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if alphanumeric(c) || strings.IndexByte(safe, c) >= 0 {
			continue
		}
		b.WriteString(s[start:i])
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		start = i + 1
	}
	if start == 0 {
		return s
	}
	b.WriteString(s[start:])
	return b.String()
}

// percentDecode decodes all encoded bytes but the kept ones. Malformed
// encodings stay as they are; bytes that are not UTF-8 become U+FFFD.
func percentDecode(s, keep string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0; i = strings.IndexByte(s, '%') {
		b = append(b, s[:i]...)
		s = s[i:]
		n := 1
		if c, ok := escapedByte(s); ok {
			n = 3
			if strings.IndexByte(keep, c) < 0 {
				b = append(b, c)
				s = s[n:]
				continue
			}
		}
		b = append(b, s[:n]...)
		s = s[n:]
	}
	b = append(b, s...)
	if !utf8.Valid(b) {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(b)
}

// escapedByte returns what the %XX at the beginning of s stands for.
func escapedByte(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	high, ok1 := hexDigit(s[1])
	low, ok2 := hexDigit(s[2])
	return high<<4 | low, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
