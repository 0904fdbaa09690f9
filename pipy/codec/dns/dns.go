// Package dns reads and writes messages of the domain name system (RFC 1035),
// with addresses of IPv6 (RFC 3596), SRV (RFC 2782), the OPT record of EDNS
// (RFC 6891) and records of types that it does not know (RFC 3597). It does no I/O.
//
// Messages have the form that scripts see: objects, which a Maker makes, and on the
// way back any event.Object. Sections are those of RFC 1035.
package dns

import (
	"fmt"
	"strconv"
	"strings"
)

// Maker makes the values that are not plain.
type Maker struct {
	Object func(names []string, values []any) any
	List   func(items []any) any
}

const (
	headerSize = 12
	maxMessage = 65535 // the length that precedes a message in TCP has two bytes (4.2.2)
	maxName    = 255   // 2.3.4
	maxLabel   = 63
	// maxPointers bounds how many pointers a name has: more than labels make no
	// sense.
	maxPointers = 127

	typeOPT      = 41
	classIN      = 1
	classChaos   = 3
	opcodeUpdate = 5 // RFC 2136
)

// rrType is a type of records.
type rrType struct {
	number int
	name   string // none if scripts see the bytes of the data
	// data are the fields of a record's data, each a kind with a name before it
	// where there are several. The kinds are 2 and 4 (a number of so many bytes),
	// a and b (an address of IPv4 and IPv6), n (a name), N (one that is not
	// compressed), t (strings to the end) and, where scripts see bytes, c (a string).
	data string
}

// types are those that are known (3.2.2; RFC 3596, 2.1; RFC 2782; RFC 6891, 6.1). Those
// without a name are there for the names in their data, which older servers
// compress (3.3; RFC 3597, 4; RFC 6672, 2.5).
var types = []rrType{
	{1, "A", "a"}, {2, "NS", "n"}, {5, "CNAME", "n"},
	{6, "SOA", "mname:n rname:n serial:4 refresh:4 retry:4 expire:4 minimum:4"},
	{12, "PTR", "n"}, {15, "MX", "preference:2 exchange:n"}, {16, "TXT", "t"}, {28, "AAAA", "b"},
	{33, "SRV", "priority:2 weight:2 port:2 target:N"}, {typeOPT, "OPT", ""},
	{3, "", "n"}, {4, "", "n"}, {7, "", "n"}, {8, "", "n"}, {9, "", "n"}, {14, "", "nn"}, {17, "", "nn"}, {18, "", "2n"},
	{21, "", "2n"}, {24, "", "44442n"}, {26, "", "2nn"}, {30, "", "n"}, {35, "", "4cccn"}, {36, "", "2n"}, {39, "", "n"},
}

// typeNumbered returns what is known about a type.
func typeNumbered(n int) rrType {
	for _, t := range types {
		if t.number == n {
			return t
		}
	}
	return rrType{number: n}
}

// typeNamed returns the number of a type's name; TYPE and a number is one (RFC
// 3597, 5).
func typeNamed(name string) (int, bool) {
	for _, t := range types {
		if t.name != "" && strings.EqualFold(t.name, name) {
			return t.number, true
		}
	}
	digits, ok := strings.CutPrefix(strings.ToUpper(name), "TYPE")
	n, err := strconv.ParseUint(digits, 10, 16)
	return int(n), ok && err == nil
}

// raw tells whether scripts see the bytes of a record's data. The addresses of
// Chaosnet are not those of the Internet.
func (t rrType) raw(class int) bool {
	return t.name == "" || t.number == typeOPT || class == classChaos && (t.data == "a" || t.data == "b")
}

// header are the first two words of a message (4.1.1), where the bits that must be
// zero are three, of which RFC 4035 uses two.
var header = []struct {
	name        string
	shift, bits int
}{
	{"id", 16, 16}, {"qr", 15, 1}, {"opcode", 11, 4}, {"aa", 10, 1}, {"tc", 9, 1}, {"rd", 8, 1}, {"ra", 7, 1}, {"zero", 4, 3}, {"rcode", 0, 4},
}

var sections = [...]string{"question", "answer", "authority", "additional"}

func fault(format string, args ...any) error { return fmt.Errorf("dns: "+format, args...) }

// text returns a name as text (5.1): labels with dots between them, and none
// behind. A dot or a backslash in a label follows a backslash, and what is not
// printable is \DDD.
func text(name []byte) string {
	var s []byte
	for at := 0; name[at] > 0; {
		end := at + 1 + int(name[at])
		for _, c := range name[at+1 : end] {
			switch {
			case c == '.' || c == '\\':
				s = append(s, '\\', c)
			case c <= ' ' || c > '~':
				s = fmt.Appendf(s, `\%03d`, c)
			default:
				s = append(s, c)
			}
		}
		if at = end; name[at] > 0 {
			s = append(s, '.')
		}
	}
	return string(s)
}

// parseName returns the bytes of a name that is written as text.
func parseName(s string) ([]byte, error) {
	name := []byte{0}
	label := 0 // where it begins
	whole := s
	if s == "." {
		s = ""
	}
	for s != "" {
		c := s[0]
		s = s[1:]
		if c == '.' {
			if len(name) == label+1 {
				return nil, fmt.Errorf("want a name without empty labels, got %q", whole)
			}
			label = len(name)
			name = append(name, 0)
			continue
		}
		if c == '\\' {
			var ok bool
			if c, s, ok = unescape(s); !ok {
				return nil, fmt.Errorf(`want \. or \DDD after a backslash, got %q`, whole)
			}
		}
		name = append(name, c)
		if name[label]++; name[label] > maxLabel {
			return nil, fmt.Errorf("want labels of at most %d bytes, got %q", maxLabel, whole)
		}
	}
	if name[label] > 0 {
		name = append(name, 0)
	}
	if len(name) > maxName {
		return nil, fmt.Errorf("want a name of at most %d bytes, got %d", maxName, len(name))
	}
	return name, nil
}

// unescape returns the byte that the text after a backslash stands for.
func unescape(s string) (c byte, rest string, ok bool) {
	if s == "" {
		return 0, s, false
	}
	if s[0] < '0' || s[0] > '9' {
		return s[0], s[1:], true
	}
	if len(s) < 3 {
		return 0, s, false
	}
	n, err := strconv.ParseUint(s[:3], 10, 8)
	return byte(n), s[3:], err == nil
}
