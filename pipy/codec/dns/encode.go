package dns

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"pipy/pipy/event"
)

// Encode returns the bytes of a message. With compress, names that were written
// before are pointers (4.1.4).
func Encode(message event.Object, compress bool) ([]byte, error) {
	w := &writer{}
	if compress {
		w.places = map[string]int{}
	}
	bits := 0
	for _, f := range header {
		n := w.number(f.name, message.Get(f.name), 0, 1<<f.bits-1)
		bits |= n << f.shift
		if f.name == "opcode" {
			w.update = n == opcodeUpdate
		}
	}
	w.four(bits)
	if w.err != nil {
		return nil, fault("header%w", w.err)
	}
	w.b = append(w.b, make([]byte, headerSize-len(w.b))...)
	for i, section := range sections {
		items, ok := elements(message.Get(section))
		if !ok || len(items) > math.MaxUint16 {
			return nil, fault("%s: want an array of at most %d elements", section, math.MaxUint16)
		}
		binary.BigEndian.PutUint16(w.b[4+2*i:], uint16(len(items)))
		for n, item := range items {
			o, ok := item.(event.Object)
			if !ok {
				w.fail("", "an object", item)
			} else {
				w.item(o, i > 0)
			}
			if w.err == nil && len(w.b) > maxMessage {
				w.err = fmt.Errorf(": want a message of at most %d bytes, got more", maxMessage)
			}
			if w.err != nil {
				return nil, fault("%s[%d]%w", section, n, w.err)
			}
		}
	}
	return w.b, nil
}

// elements returns the elements of an array; nil is an empty one.
func elements(v any) ([]any, bool) {
	if v == nil {
		return nil, true
	}
	if o, ok := v.(event.Object); ok {
		return o.Elements()
	}
	return nil, false
}

type writer struct {
	b      []byte
	places map[string]int // of names; nil to compress none
	update bool
	err    error // begins with the place
}

func (w *writer) fail(name, wants string, got any) {
	if w.err != nil {
		return
	}
	switch v := got.(type) {
	case nil:
		got = "nothing"
	case string:
		got = strconv.Quote(v)
	case event.Object:
		got = "an object"
	case *event.Data:
		got = "a Data"
	}
	if name != "" {
		name = "." + name
	}
	w.err = fmt.Errorf("%s: want %s, got %v", name, wants, got)
}

func (w *writer) two(n int) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(n)) }

func (w *writer) four(n int) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(n)) }

// number checks a number, which may be written as text; nil is def.
func (w *writer) number(name string, v any, def, high int) int {
	n, ok := v.(float64)
	switch v := v.(type) {
	case nil:
		return def
	case bool:
		if ok = true; v {
			n = 1
		}
	case string:
		var err error
		n, err = strconv.ParseFloat(v, 64)
		ok = err == nil
	}
	if !ok || !(n >= 0 && n <= float64(high)) || n != math.Trunc(n) {
		w.fail(name, fmt.Sprintf("an integer from 0 to %d", high), v)
		return 0
	}
	return int(n)
}

// name writes a name, or the start of it and a pointer to the rest.
func (w *writer) name(field string, v any, compress bool) {
	s, ok := v.(string)
	if !ok {
		w.fail(field, "a name", v)
		return
	}
	name, err := parseName(s)
	if err != nil {
		if w.err == nil {
			w.err = fmt.Errorf(".%s: %w", field, err)
		}
		return
	}
	if w.places == nil || !compress {
		w.b = append(w.b, name...)
		return
	}
	for len(name) > 1 {
		place, known := w.places[string(name)]
		if known {
			w.two(0xc000 | place)
			return
		}
		if len(w.b) < 1<<14 {
			w.places[string(name)] = len(w.b)
		}
		n := 1 + int(name[0])
		w.b = append(w.b, name[:n]...)
		name = name[n:]
	}
	w.b = append(w.b, 0)
}

func (w *writer) item(o event.Object, isRecord bool) {
	w.name("name", o.Get("name"), true)
	v := o.Get("type")
	name, isText := v.(string)
	typ, known := typeNamed(name)
	if !known {
		if n, err := strconv.ParseFloat(name, 64); err == nil && isText {
			v = n
		}
		if _, ok := v.(float64); !ok {
			w.fail("type", "the name or the number of a type", v)
		}
		typ = w.number("type", v, 0, math.MaxUint16)
	}
	w.two(typ)
	class := w.number("class", o.Get("class"), classIN, math.MaxUint16)
	w.two(class)
	if !isRecord {
		return
	}
	longest := math.MaxInt32 // RFC 2181, 8
	if typ == typeOPT {
		longest = math.MaxUint32
	}
	w.four(w.number("ttl", o.Get("ttl"), 0, longest))
	at := len(w.b)
	w.two(0)
	w.rdata(typeNumbered(typ), class, o.Get("rdata"))
	binary.BigEndian.PutUint16(w.b[at:], uint16(len(w.b)-at-2)) // checked with the size of the message
}

func (w *writer) rdata(t rrType, class int, v any) {
	raw := t.raw(class)
	switch {
	case v == nil && (raw || w.update):
		return
	case raw:
		w.bytes(v)
		return
	}
	o, isObject := v.(event.Object)
	for _, f := range strings.Fields(t.data) {
		name, kind, ok := strings.Cut(f, ":")
		switch {
		case !ok:
			w.field("rdata", f, v)
		case isObject:
			w.field("rdata."+name, kind, o.Get(name))
		default:
			w.fail("rdata", "an object", v)
		}
	}
}

func (w *writer) bytes(v any) {
	if d, ok := v.(*event.Data); ok {
		w.b = d.AppendTo(w.b)
		return
	}
	s, ok := v.(string)
	b, err := hex.DecodeString(s)
	if !ok || err != nil {
		w.fail("rdata", "hexadecimal digits of whole bytes", v)
	}
	w.b = append(w.b, b...)
}

func (w *writer) field(name, kind string, v any) {
	switch kind {
	case "2", "4":
		if v == nil {
			w.fail(name, "a number", v)
		} else if kind == "2" {
			w.two(w.number(name, v, 0, math.MaxUint16))
		} else {
			w.four(w.number(name, v, 0, math.MaxUint32))
		}
	case "a":
		w.address(name, "an IPv4 address", v, 4)
	case "b":
		w.address(name, "an IPv6 address", v, 16)
	case "t":
		w.texts(name, v)
	default:
		w.name(name, v, kind == "n")
	}
}

func (w *writer) address(name, wants string, v any, size int) {
	s, _ := v.(string)
	ip, _ := netip.ParseAddr(s)
	b := ip.AsSlice()
	if len(b) != size || ip.Zone() != "" {
		w.fail(name, wants, v)
	}
	w.b = append(w.b, b...)
}

// texts writes strings, and one that is too long as several.
func (w *writer) texts(name string, v any) {
	list := []any{v}
	if o, ok := v.(event.Object); ok {
		list, _ = o.Elements()
	}
	if len(list) == 0 {
		w.fail(name, "strings", v)
	}
	for _, v := range list {
		s, ok := v.(string)
		if d, isData := v.(*event.Data); isData {
			s, ok = d.String(), true
		}
		if !ok {
			w.fail(name, "a string or a Data, or an array of them", v)
		}
		for first := true; first || s != ""; first = false {
			n := min(len(s), math.MaxUint8)
			w.b = append(w.b, byte(n))
			w.b = append(w.b, s[:n]...)
			s = s[n:]
		}
	}
}
