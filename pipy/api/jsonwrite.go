package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"pipy/pipy/algo"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const (
	maxWriteDepth = 100 // levels below which values are written as null
	maxSpace      = 10  // blanks of indentation per level
)

// jsonWriter writes a script's values as JSON.
type jsonWriter struct {
	out      []byte
	replacer spec.Func       // nil: none
	allowed  map[string]bool // the names of members to be written; nil: all
	indent   string          // of one level; empty: all on one line
	parents  []any           // the objects around the one being written
	err      error           // of the replacer
}

var jsonBuffers = sync.Pool{New: func() any { return new([]byte) }}

// writeJSON returns the text of a value; ok is false when it has none, such as
// undefined and functions. Replacer is a function, an array or nil, space a
// number, a string or nil.
func writeJSON(v, replacer, space any) (text []byte, ok bool, err error) {
	buffer := jsonBuffers.Get().(*[]byte)
	defer jsonBuffers.Put(buffer)
	w := jsonWriter{out: (*buffer)[:0], indent: indentOf(space)}
	switch r := replacer.(type) {
	case spec.Func:
		w.replacer = r
		v = w.replace("", v, nil)
	case event.Object:
		w.allowed = namesOf(r)
	}
	ok = w.err == nil && w.value(v)
	*buffer = w.out
	if w.err != nil || !ok {
		return nil, false, w.err
	}
	return append([]byte(nil), w.out...), true, nil
}

func indentOf(space any) string {
	switch s := space.(type) {
	case float64:
		if s >= 1 {
			return strings.Repeat(" ", int(min(s, maxSpace)))
		}
	case string:
		if runes := []rune(s); len(runes) > maxSpace {
			return string(runes[:maxSpace])
		}
		return s
	}
	return ""
}

func namesOf(list event.Object) map[string]bool {
	items, ok := list.Elements()
	if !ok {
		return nil
	}
	names := make(map[string]bool, len(items))
	for _, item := range items {
		names[httphead.Text(item)] = true
	}
	return names
}

// replace asks the replacer what to write for a member.
func (w *jsonWriter) replace(name string, v, parent any) any {
	r, err := w.replacer.Call(nil, name, v, parent)
	if err != nil {
		w.err = err
		return nil
	}
	if r == nil && v == Null {
		return Null
	}
	return r
}

// value writes v and tells whether it has a text.
func (w *jsonWriter) value(v any) bool {
	switch v := v.(type) {
	case NullValue:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case float64:
		w.out = appendNumber(w.out, v)
	case int:
		w.out = strconv.AppendInt(w.out, int64(v), 10)
	case *intValue:
		w.out = append(w.out, v.String()...)
	case string:
		w.out = appendQuoted(w.out, v)
	case time.Time:
		w.out = appendQuoted(w.out, v.UTC().Format("2006-01-02T15:04:05.000Z"))
	case *algo.Netmask, *ipAddress, *endpoint, *address, *cString:
		w.out = appendQuoted(w.out, v.(fmt.Stringer).String())
	case nil, spec.Func, spec.Raw:
		return false
	case event.Object:
		if items, ok := v.Elements(); ok {
			w.array(v, items)
			break
		}
		w.object(v, func(show func(string, any)) { members(v, show) })
	default:
		w.object(v, func(show func(string, any)) { fields(v, show) })
	}
	return true
}

// enter tells whether v may be written inside of what is being written.
func (w *jsonWriter) enter(v any) bool {
	if len(w.parents) >= maxWriteDepth {
		return false
	}
	for _, p := range w.parents {
		if p == v {
			return false
		}
	}
	w.parents = append(w.parents, v)
	return true
}

func (w *jsonWriter) leave() { w.parents = w.parents[:len(w.parents)-1] }

func (w *jsonWriter) array(v event.Object, items []any) {
	if !w.enter(v) {
		w.out = append(w.out, "null"...)
		return
	}
	w.out = append(w.out, '[')
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line()
		if w.replacer != nil && w.err == nil {
			item = w.replace(strconv.Itoa(i), item, v)
		}
		if !w.value(item) {
			w.out = append(w.out, "null"...)
		}
	}
	w.leave()
	if len(items) > 0 {
		w.line()
	}
	w.out = append(w.out, ']')
}

func (w *jsonWriter) object(v any, walk func(show func(name string, value any))) {
	if !w.enter(v) {
		w.out = append(w.out, "null"...)
		return
	}
	w.out = append(w.out, '{')
	empty := true
	walk(func(name string, value any) {
		if w.err != nil || w.allowed != nil && !w.allowed[name] {
			return
		}
		if w.replacer != nil {
			value = w.replace(name, value, v)
		}
		back := len(w.out)
		if !empty {
			w.out = append(w.out, ',')
		}
		w.line()
		w.out = append(appendQuoted(w.out, name), ':')
		if w.indent != "" {
			w.out = append(w.out, ' ')
		}
		if !w.value(value) {
			w.out = w.out[:back]
			return
		}
		empty = false
	})
	w.leave()
	if !empty {
		w.line()
	}
	w.out = append(w.out, '}')
}

// line begins a new line when there is indentation.
func (w *jsonWriter) line() {
	if w.indent == "" {
		return
	}
	w.out = append(w.out, '\n')
	for range w.parents {
		w.out = append(w.out, w.indent...)
	}
}

// appendNumber writes a number as scripts print it; null when it is not finite.
func appendNumber(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if f == 0 {
		return append(b, '0') // also for -0
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); b[n-2] == '0' && b[n-3] == '-' { // e-07: exponents have no leading zeros
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// appendQuoted writes a string with its quotes (RFC 8259, 7).
func appendQuoted(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(append(b, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
