package bgp

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"

	"pipy/pipy/event"
)

// Encode returns the bytes of a message.
func Encode(message event.Object, as4 bool) ([]byte, error) {
	name, _ := message.Get("type").(string)
	kind := slices.Index(types, name)
	if kind < 1 {
		return nil, fault("want a type of %q, got %q", types[1:], name)
	}
	w := &writer{as4: as4, b: make([]byte, headerSize)}
	for i := range 16 {
		w.b[i] = 0xff
	}
	w.b[18] = byte(kind)
	body, _ := message.Get("body").(event.Object)
	if body == nil && kind != typeKeepalive {
		return nil, fault("%s: want a body, got none", name)
	}
	switch kind {
	case typeOpen:
		w.open(body)
	case typeUpdate:
		w.update(body)
	case typeNotification:
		w.one(w.number(body, "errorCode", 0, 255))
		w.one(w.number(body, "errorSubcode", 0, 255))
		w.data(body.Get("data"))
	case typeRouteRefresh:
		w.two(w.number(body, "afi", 1, 0xffff))
		w.one(0)
		w.one(w.number(body, "safi", 1, 255))
	}
	if len(w.b) > maxMessage {
		w.fail("want at most %d bytes, got %d", maxMessage, len(w.b))
	}
	if w.err != nil {
		return nil, fmt.Errorf("%s: %w", name, w.err)
	}
	binary.BigEndian.PutUint16(w.b[16:], uint16(len(w.b)))
	return w.b, nil
}

type writer struct {
	b   []byte
	as4 bool
	err error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fault(format, args...)
	}
}

func (w *writer) one(n int)  { w.b = append(w.b, byte(n)) }
func (w *writer) two(n int)  { w.b = binary.BigEndian.AppendUint16(w.b, uint16(n)) }
func (w *writer) four(n int) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(n)) }

// integer checks a number; nil is def.
func (w *writer) integer(name string, v any, def, high int) int {
	if v == nil {
		return def
	}
	n, ok := v.(float64)
	if s, isText := v.(string); isText {
		var err error
		n, err = strconv.ParseFloat(s, 64)
		ok = err == nil
	}
	if !ok || n < 0 || n > float64(high) || n != math.Trunc(n) {
		w.fail("%s: want an integer from 0 to %d, got %v", name, high, v)
		return 0
	}
	return int(n)
}

func (w *writer) number(o event.Object, name string, def, high int) int {
	return w.integer(name, o.Get(name), def, high)
}

func (w *writer) ip(name string, v any) {
	s, _ := v.(string)
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		w.fail("%s: want an IPv4 address, got %v", name, v)
		return
	}
	w.b = append(w.b, a.AsSlice()...)
}

func (w *writer) data(v any) {
	switch v := v.(type) {
	case nil:
	case string:
		w.b = append(w.b, v...)
	case *event.Data:
		w.b = v.AppendTo(w.b)
	default:
		w.fail("want a Data or a string, got a %T", v)
	}
}

// sized writes what f writes after its length of n bytes.
func (w *writer) sized(name string, n int, f func()) {
	at := len(w.b)
	w.b = append(w.b, make([]byte, n)...)
	f()
	size := len(w.b) - at - n
	if size >= 1<<(8*n) {
		w.fail("%s: want at most %d bytes, got %d", name, 1<<(8*n)-1, size)
		return
	}
	if n == 1 {
		w.b[at] = byte(size)
		return
	}
	binary.BigEndian.PutUint16(w.b[at:], uint16(size))
}

func items(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if o, ok := v.(event.Object); ok {
		if list, ok := o.Elements(); ok {
			return list
		}
	}
	return nil
}

func (w *writer) open(o event.Object) {
	w.one(w.number(o, "version", 4, 255))
	as := w.number(o, "myAS", 0, math.MaxUint32)
	if as > 0xffff {
		as = asTrans
	}
	w.two(as)
	w.two(w.number(o, "holdTime", 0, 0xffff))
	w.ip("identifier", o.Get("identifier"))
	w.sized("parameters", 1, func() {
		for _, item := range items(o.Get("parameters")) {
			p, ok := item.(event.Object)
			if !ok {
				w.fail("parameters: want objects, got %v", item)
				return
			}
			def := 0
			if p.Get("name") == "Capabilities" {
				def = 2
			}
			code := w.number(p, "code", def, 255)
			w.one(code)
			w.sized("parameter", 1, func() { w.parameter(code, p.Get("value")) })
		}
	})
}

func (w *writer) parameter(code int, v any) {
	if code != 2 {
		w.data(v)
		return
	}
	for _, item := range items(v) {
		c, ok := item.(event.Object)
		if !ok {
			w.fail("capabilities: want objects, got %v", item)
			return
		}
		w.one(w.number(c, "code", 0, 255))
		w.sized("capability", 1, func() { w.data(c.Get("value")) })
	}
}

func (w *writer) update(o event.Object) {
	w.sized("withdrawnRoutes", 2, func() { w.prefixes(o.Get("withdrawnRoutes")) })
	w.sized("pathAttributes", 2, func() {
		for _, item := range items(o.Get("pathAttributes")) {
			a, ok := item.(event.Object)
			if !ok {
				w.fail("pathAttributes: want objects, got %v", item)
				return
			}
			w.attribute(a)
		}
	})
	w.prefixes(o.Get("destinations"))
}

// Prefix is a block of addresses, such as the class IPMask.
type Prefix interface {
	Bitmask() int
	Bytes() []byte
}

func (w *writer) prefixes(v any) {
	for _, item := range items(v) {
		bits, ip := 0, []byte(nil)
		switch p := item.(type) {
		case Prefix:
			bits, ip = p.Bitmask(), p.Bytes()
		case string:
			if n, err := netip.ParsePrefix(p); err == nil {
				bits, ip = n.Bits(), n.Addr().AsSlice()
			}
		}
		if len(ip) != 4 {
			w.fail("want an IPv4 prefix, got %v", item)
			return
		}
		w.one(bits)
		w.b = append(w.b, ip[:(bits+7)/8]...)
	}
}

func (w *writer) attribute(a event.Object) {
	code := 0
	name, _ := a.Get("name").(string)
	for c, n := range attributes {
		if n == name {
			code = c
		}
	}
	code = w.number(a, "code", code, 255)
	if code == 0 {
		w.fail("attribute: want a name or a code, got %q", name)
	}
	wellKnown := code >= 1 && code <= 6 && code != 4
	flags := 0
	flag := func(name string, def bool, bit int) {
		if v, ok := a.Get(name).(bool); ok {
			def = v
		}
		if def {
			flags |= bit
		}
	}
	flag("optional", !wellKnown, 0x80)
	flag("transitive", wellKnown || code == 7 || code == 17 || code == 18, 0x40)
	flag("partial", false, 0x20)
	s := &writer{as4: w.as4}
	s.value(code, a.Get("value"))
	if s.err != nil && w.err == nil {
		w.err = s.err
	}
	n := 1
	if len(s.b) > 255 {
		flags |= 0x10
		n = 2
	}
	w.one(flags)
	w.one(code)
	w.sized("attribute", n, func() { w.b = append(w.b, s.b...) })
}

func (w *writer) value(code int, v any) {
	switch code {
	case 1:
		w.one(w.integer("ORIGIN", v, 0, 2))
	case 2:
		w.path(v, w.as4)
	case 17:
		w.path(v, true)
	case 3:
		w.ip("NEXT_HOP", v)
	case 4, 5:
		w.four(w.integer(attributes[code], v, 0, math.MaxUint32))
	case 6:
	case 7, 18:
		two := items(v)
		if len(two) != 2 {
			w.fail("AGGREGATOR: want an array of a number and an address, got %v", v)
			return
		}
		w.as(two[0], w.as4 || code == 18)
		w.ip("AGGREGATOR", two[1])
	default:
		w.data(v)
	}
}

func (w *writer) as(v any, as4 bool) {
	n := w.integer("AS number", v, 0, math.MaxUint32)
	switch {
	case as4:
		w.four(n)
	case n > 0xffff:
		w.two(asTrans)
	default:
		w.two(n)
	}
}

func (w *writer) path(v any, as4 bool) {
	for _, item := range items(v) {
		kind, numbers := 2, items(item)
		if o, ok := item.(event.Object); ok && numbers == nil {
			if _, isArray := o.Elements(); !isArray {
				kind = 1
				for _, name := range o.Keys() {
					numbers = append(numbers, name)
				}
			}
		}
		if len(numbers) > 255 {
			w.fail("AS_PATH: want segments of at most 255 numbers, got %d", len(numbers))
			return
		}
		w.one(kind)
		w.one(len(numbers))
		for _, n := range numbers {
			w.as(n, as4)
		}
	}
}
