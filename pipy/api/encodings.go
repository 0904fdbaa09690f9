package api

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is a way to write bytes as text.
type encoding struct {
	name   string
	parse  func(text string) ([]byte, error)
	format func(bytes []byte) (text string, ok bool)
}

var encodings = []encoding{
	{"utf8",
		func(s string) ([]byte, error) { return []byte(s), nil },
		func(b []byte) (string, bool) { return string(b), utf8.Valid(b) }},
	{"utf16be", encodeUTF16(binary.BigEndian), decodeUTF16(binary.BigEndian)},
	{"utf16le", encodeUTF16(binary.LittleEndian), decodeUTF16(binary.LittleEndian)},
	{"hex", decodeHex, func(b []byte) (string, bool) { return hex.EncodeToString(b), true }},
	{"base64", decodeBase64("base64", base64.StdEncoding, base64.RawStdEncoding),
		func(b []byte) (string, bool) { return base64.StdEncoding.EncodeToString(b), true }},
	{"base64url", decodeBase64("base64url", base64.URLEncoding, base64.RawURLEncoding),
		func(b []byte) (string, bool) { return base64.RawURLEncoding.EncodeToString(b), true }},
}

func encodingOf(name string) (*encoding, error) {
	for i := range encodings {
		if encodings[i].name == name {
			return &encodings[i], nil
		}
	}
	return nil, fmt.Errorf(`encoding: unknown encoding: want one of "utf8", "utf16be", "utf16le", "hex", "base64", "base64url", got %q`, name)
}

func decodeHex(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if errors.Is(err, hex.ErrLength) {
		return nil, fmt.Errorf("incomplete hex string: want an even number of digits, got %d", len(s))
	}
	var bad hex.InvalidByteError
	if errors.As(err, &bad) {
		return nil, fmt.Errorf("invalid hex character: want 0-9, a-f or A-F, got %q", rune(bad))
	}
	return b, err
}

// decodeBase64 accepts text with and without padding, and line ends in it
// (RFC 4648, 3.1 and 3.2).
func decodeBase64(name string, padded, raw *base64.Encoding) func(s string) ([]byte, error) {
	return func(s string) ([]byte, error) {
		digits := strings.TrimRight(s, "=\r\n")
		if len(digits)%4 == 1 && !strings.ContainsAny(digits, "\r\n") {
			return nil, fmt.Errorf("incomplete %s string: it ends in the middle of a byte", name)
		}
		enc := raw
		if strings.Contains(s[len(digits):], "=") {
			enc = padded
		}
		b, err := enc.DecodeString(s)
		var at base64.CorruptInputError
		if !errors.As(err, &at) {
			return b, err
		}
		return nil, fmt.Errorf("invalid %s character at position %d", name, int(at))
	}
}

func encodeUTF16(order binary.AppendByteOrder) func(s string) ([]byte, error) {
	return func(s string) ([]byte, error) {
		b := make([]byte, 0, 2*len(s))
		for _, r := range s {
			if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
				b = order.AppendUint16(order.AppendUint16(b, uint16(r1)), uint16(r2))
				continue
			}
			b = order.AppendUint16(b, uint16(r))
		}
		return b, nil
	}
}

func decodeUTF16(order binary.ByteOrder) func(b []byte) (string, bool) {
	return func(b []byte) (string, bool) {
		if len(b)%2 != 0 {
			return "", false
		}
		var s strings.Builder
		for len(b) > 0 {
			r := rune(order.Uint16(b))
			b = b[2:]
			if utf16.IsSurrogate(r) {
				if len(b) == 0 {
					return "", false
				}
				if r = utf16.DecodeRune(r, rune(order.Uint16(b))); r == utf8.RuneError {
					return "", false
				}
				b = b[2:]
			}
			s.WriteRune(r)
		}
		return s.String(), true
	}
}
