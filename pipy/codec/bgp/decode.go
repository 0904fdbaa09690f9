package bgp

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"

	"pipy/pipy/event"
)

// reader reads the body of a message. After an error it returns zeros.
type reader struct {
	b    []byte
	make Maker
	as4  bool
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fault(format, args...)
	}
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n > len(r.b) {
		r.fail("a field is longer than its message")
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) one() float64  { return float64(r.take(1)[0]) }
func (r *reader) two() float64  { return float64(binary.BigEndian.Uint16(r.take(2))) }
func (r *reader) four() float64 { return float64(binary.BigEndian.Uint32(r.take(4))) }

func (r *reader) sub(n int) *reader {
	return &reader{b: r.take(n), make: r.make, as4: r.as4, err: r.err}
}

func (r *reader) data(n int) *event.Data {
	return event.NewData(append([]byte(nil), r.take(n)...))
}

func (r *reader) ip() string { return netip.AddrFrom4([4]byte(r.take(4))).String() }

func decode(m Maker, kind int, b []byte, as4 bool) (any, error) {
	r := &reader{b: b, make: m, as4: as4}
	var body any
	switch kind {
	case typeOpen:
		body = r.open()
	case typeUpdate:
		body = r.update()
	case typeNotification:
		code, subcode := r.one(), r.one()
		body = m.Object([]string{"errorCode", "errorSubcode", "data"}, []any{code, subcode, r.data(len(r.b))})
	case typeRouteRefresh:
		afi := r.two()
		r.take(1)
		body = m.Object([]string{"afi", "safi"}, []any{afi, r.one()})
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail("%d bytes too many", len(r.b))
	}
	if r.err != nil {
		return nil, fmt.Errorf("%s: %w", types[kind], r.err)
	}
	names, values := []string{"type"}, []any{types[kind]}
	if body != nil {
		names, values = append(names, "body"), append(values, body)
	}
	return m.Object(names, values), nil
}

// open reads an OPEN (4.2).
func (r *reader) open() any {
	version, as, hold, id := r.one(), r.two(), r.two(), r.ip()
	params := r.sub(int(r.one()))
	list := []any{}
	for len(params.b) > 0 && params.err == nil {
		code := int(params.one())
		value := params.sub(int(params.one()))
		if code != 2 { // RFC 5492
			list = append(list, r.make.Object([]string{"name", "code", "value"}, []any{"", float64(code), value.data(len(value.b))}))
			continue
		}
		capabilities := []any{}
		for len(value.b) > 0 && value.err == nil {
			c := value.one()
			capabilities = append(capabilities, r.make.Object([]string{"code", "value"}, []any{c, value.data(int(value.one()))}))
		}
		if value.err != nil {
			params.err = value.err
		}
		list = append(list, r.make.Object([]string{"name", "code", "value"}, []any{"Capabilities", 2.0, r.make.List(capabilities)}))
	}
	if params.err != nil {
		r.err = params.err
	}
	return r.make.Object([]string{"version", "myAS", "holdTime", "identifier", "parameters"}, []any{version, as, hold, id, r.make.List(list)})
}

// update reads an UPDATE (4.3).
func (r *reader) update() any {
	withdrawn := r.sub(int(r.two()))
	routes := withdrawn.prefixes()
	attrs := r.sub(int(r.two()))
	list := []any{}
	for len(attrs.b) > 0 && attrs.err == nil {
		list = append(list, attrs.attribute())
	}
	destinations := r.prefixes()
	for _, s := range []*reader{withdrawn, attrs} {
		if s.err != nil {
			r.err = s.err
		}
	}
	return r.make.Object([]string{"withdrawnRoutes", "pathAttributes", "destinations"}, []any{routes, r.make.List(list), destinations})
}

func (r *reader) prefixes() any {
	list := []any{}
	for len(r.b) > 0 && r.err == nil {
		bits := int(r.one())
		if bits > 32 {
			r.fail("want a prefix of at most 32 bits, got %d", bits)
			break
		}
		var ip [4]byte
		copy(ip[:], r.take((bits+7)/8))
		v, err := r.make.Prefix(bits, ip[:])
		if err != nil {
			r.fail("prefix: %v", err)
		}
		list = append(list, v)
	}
	return r.make.List(list)
}

func (r *reader) attribute() any {
	flags, code := r.take(1)[0], int(r.one())
	n := 0
	if flags&0x10 != 0 {
		n = int(r.two())
	} else {
		n = int(r.one())
	}
	s := r.sub(n)
	v := s.value(code)
	if s.err == nil && len(s.b) > 0 {
		s.fail("attribute %d: %d bytes too many", code, len(s.b))
	}
	if s.err != nil {
		r.err = s.err
	}
	return r.make.Object([]string{"name", "code", "value", "optional", "transitive", "partial"},
		[]any{attributes[code], float64(code), v, flags&0x80 != 0, flags&0x40 != 0, flags&0x20 != 0})
}

func (r *reader) value(code int) any {
	switch code {
	case 1:
		return r.one()
	case 2:
		return r.path(r.as4)
	case 17:
		return r.path(true)
	case 3:
		return r.ip()
	case 4, 5:
		return r.four()
	case 6:
		return nil
	case 7, 18:
		as := r.number(r.as4 || code == 18)
		return r.make.List([]any{as, r.ip()})
	}
	return r.data(len(r.b))
}

func (r *reader) number(as4 bool) float64 {
	if as4 {
		return r.four()
	}
	return r.two()
}

// path reads the segments of an AS_PATH: a sequence is an array, a set an object.
func (r *reader) path(as4 bool) any {
	segments := []any{}
	for len(r.b) > 0 && r.err == nil {
		kind := int(r.one())
		n := int(r.one())
		var names []string
		var values, numbers []any
		for range n {
			as := r.number(as4)
			numbers = append(numbers, as)
			names = append(names, strconv.FormatFloat(as, 'f', -1, 64))
			values = append(values, true)
		}
		switch kind {
		case 1:
			segments = append(segments, r.make.Object(names, values))
		case 2:
			segments = append(segments, r.make.List(numbers))
		default:
			r.fail("AS_PATH: want a segment of type 1 or 2, got %d", kind)
		}
	}
	return r.make.List(segments)
}
