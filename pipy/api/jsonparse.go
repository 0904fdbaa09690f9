package api

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"pipy/pipy/spec"
)

const (
	maxParseDepth = 10000   // levels of arrays and objects in a document
	maxShared     = 8 << 10 // bytes of a document up to which its strings share its memory
	maxNameCached = 32      // bytes of a member's name that is worth remembering
	nameSlots     = 256
)

var errJSON = errors.New("invalid JSON")

// jsonParser turns a JSON document (RFC 8259) into values of an engine.
type jsonParser struct {
	engine spec.Engine
	text   string
	at     int
	depth  int
	shared bool // strings may be parts of text

	values  []any    // of the arrays and objects that are not complete
	members []string // of the objects that are not complete
	scratch []byte   // of a string with escapes

	// names remembers names of members: they repeat within documents and
	// between them, and an engine finds a name that it knows faster.
	names [nameSlots]string
}

var jsonParsers = sync.Pool{New: func() any { return new(jsonParser) }}

// parseJSON returns the value of a document, with Null for null. The text must
// not be shared with memory that changes.
func parseJSON(e spec.Engine, text string) (any, error) {
	p := jsonParsers.Get().(*jsonParser)
	p.engine, p.text, p.at, p.depth = e, text, 0, 0
	p.shared = len(text) <= maxShared
	v, err := p.document()
	clear(p.values)
	clear(p.members)
	p.engine, p.text, p.values, p.members = nil, "", p.values[:0], p.members[:0]
	jsonParsers.Put(p)
	return v, err
}

func (p *jsonParser) document() (any, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.at != len(p.text) {
		return nil, errJSON
	}
	return v, nil
}

// blanks skips white space.
func (p *jsonParser) blanks() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next skips white space and returns the byte behind it without consuming it;
// 0 at the end.
func (p *jsonParser) next() byte {
	p.blanks()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *jsonParser) value() (any, error) {
	switch c := p.next(); c {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		p.at++
		s, err := p.str()
		if err != nil {
			return nil, err
		}
		return s, nil
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return Null, p.word("null")
	}
	return p.number()
}

func (p *jsonParser) word(w string) error {
	if !strings.HasPrefix(p.text[p.at:], w) {
		return errJSON
	}
	p.at += len(w)
	return nil
}

func (p *jsonParser) enter() error {
	p.at++
	if p.depth++; p.depth > maxParseDepth {
		return errJSON
	}
	return nil
}

func (p *jsonParser) array() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	start := len(p.values)
	if p.next() == ']' {
		p.at++
		p.depth--
		return p.engine.NewArray(nil), nil
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		p.values = append(p.values, v)
		c := p.next()
		p.at++
		if c == ',' {
			continue
		}
		if c != ']' {
			return nil, errJSON
		}
		p.depth--
		return p.engine.NewArray(p.take(start)), nil
	}
}

func (p *jsonParser) object() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	start, names := len(p.values), len(p.members)
	if p.next() == '}' {
		p.at++
		p.depth--
		return p.engine.NewObject(nil, nil), nil
	}
	for {
		if p.next() != '"' {
			return nil, errJSON
		}
		p.at++
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if p.next() != ':' {
			return nil, errJSON
		}
		p.at++
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		p.members = append(p.members, name)
		p.values = append(p.values, v)
		c := p.next()
		p.at++
		if c == ',' {
			continue
		}
		if c != '}' {
			return nil, errJSON
		}
		p.depth--
		list := make([]string, len(p.members)-names)
		copy(list, p.members[names:])
		clear(p.members[names:])
		p.members = p.members[:names]
		return p.engine.NewObject(list, p.take(start)), nil
	}
}

// take removes the values from start on and returns a copy of them.
func (p *jsonParser) take(start int) []any {
	list := make([]any, len(p.values)-start)
	copy(list, p.values[start:])
	clear(p.values[start:])
	p.values = p.values[:start]
	return list
}

// name reads the name of a member behind its quote.
func (p *jsonParser) name() (string, error) {
	start := p.at
	for i := start; i < len(p.text) && i-start <= maxNameCached; i++ {
		c := p.text[i]
		if c == '"' {
			p.at = i + 1
			return p.known(p.text[start:i]), nil
		}
		if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return p.str()
}

// known returns a remembered copy of a name.
func (p *jsonParser) known(name string) string {
	h := uint32(2166136261) // FNV-1a
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	slot := &p.names[(h^h>>16)%nameSlots]
	if *slot != name {
		*slot = strings.Clone(name)
	}
	return *slot
}

// str reads a string behind its opening quote.
func (p *jsonParser) str() (string, error) {
	start := p.at
	for i := start; i < len(p.text); i++ {
		c := p.text[i]
		switch {
		case c == '"':
			p.at = i + 1
			return p.part(p.text[start:i]), nil
		case c == '\\':
			return p.escaped(start, i)
		case c < ' ':
			return "", errJSON
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(p.text[i:])
			if r == utf8.RuneError && n == 1 {
				return p.escaped(start, i)
			}
			i += n - 1
		}
	}
	return "", errJSON
}

func (p *jsonParser) part(s string) string {
	if p.shared {
		return s
	}
	return strings.Clone(s)
}

// escaped reads the rest of a string that is not plain text: the text from
// start to at is.
func (p *jsonParser) escaped(start, at int) (string, error) {
	b := append(p.scratch[:0], p.text[start:at]...)
	for at < len(p.text) {
		c := p.text[at]
		switch {
		case c == '"':
			p.at = at + 1
			p.scratch = b
			return string(b), nil
		case c < ' ':
			return "", errJSON
		case c == '\\':
			var n int
			if b, n = unescape(b, p.text[at:]); n == 0 {
				return "", errJSON
			}
			at += n
		case c < utf8.RuneSelf:
			b = append(b, c)
			at++
		default:
			r, n := utf8.DecodeRuneInString(p.text[at:])
			b = utf8.AppendRune(b, r) // U+FFFD for what is not UTF-8
			at += n
		}
	}
	return "", errJSON
}

// unescape appends what the escape sequence at the beginning of s stands for,
// and returns its length; 0 when it is none.
func unescape(b []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return b, 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		return append(b, c), 2
	case 'b':
		return append(b, '\b'), 2
	case 'f':
		return append(b, '\f'), 2
	case 'n':
		return append(b, '\n'), 2
	case 'r':
		return append(b, '\r'), 2
	case 't':
		return append(b, '\t'), 2
	case 'u':
		r := hex4(s)
		if r < 0 {
			return b, 0
		}
		if r >= 0xd800 && r < 0xdc00 {
			if low := hex4(s[6:]); low >= 0xdc00 && low < 0xe000 {
				return utf8.AppendRune(b, (r-0xd800)<<10|(low-0xdc00)+0x10000), 12
			}
		}
		return utf8.AppendRune(b, r), 6 // U+FFFD for half of a pair
	}
	return b, 0
}

// hex4 returns the code of the \uXXXX at the beginning of s, or -1.
func hex4(s string) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	r := rune(0)
	for i := 2; i < 6; i++ {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// number reads a number (RFC 8259, 6). Short integers are computed here, others
// by strconv.
func (p *jsonParser) number() (any, error) {
	s, start, i := p.text, p.at, p.at
	if i < len(s) && s[i] == '-' {
		i++
	}
	first := i
	n := uint64(0)
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		n = n*10 + uint64(s[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 || digits > 1 && s[first] == '0' {
		return nil, errJSON
	}
	if i == len(s) || s[i] != '.' && s[i] != 'e' && s[i] != 'E' {
		p.at = i
		if digits <= 15 {
			f := float64(n)
			if first > start {
				f = -f
			}
			return f, nil
		}
		return parseFloat(s[start:i])
	}
	if s[i] == '.' {
		i++
		from := i
		i = skipDigits(s, i)
		if i == from {
			return nil, errJSON
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from := i
		i = skipDigits(s, i)
		if i == from {
			return nil, errJSON
		}
	}
	p.at = i
	return parseFloat(s[start:i])
}

func skipDigits(s string, i int) int {
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}

// parseFloat reads a number whose form is right; too large ones are infinite.
func parseFloat(s string) (any, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, errJSON
	}
	return f, nil
}
