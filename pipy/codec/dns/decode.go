package dns

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"unicode/utf8"

	"pipy/pipy/event"
)

// Decode returns the message that a datagram begins with (4.1).
func Decode(m Maker, msg []byte) (any, error) {
	if len(msg) < headerSize || len(msg) > maxMessage {
		return nil, fault("want a message of %d to %d bytes, got %d", headerSize, maxMessage, len(msg))
	}
	r := &reader{msg: msg, end: len(msg), make: m}
	var o members
	bits := int(r.four())
	for _, f := range header {
		n := bits >> f.shift & (1<<f.bits - 1)
		if n != 0 {
			o.add(f.name, float64(n))
		}
		if f.name == "opcode" {
			r.update = n == opcodeUpdate
		}
	}
	var counts [len(sections)]int
	for i := range counts {
		counts[i] = r.two()
	}
	for i, count := range counts {
		var list []any
		for n := range count {
			item := r.item(i > 0)
			if r.err != nil {
				return nil, fault("%s[%d]: %w", sections[i], n, r.err)
			}
			list = append(list, item)
		}
		if list != nil {
			o.add(sections[i], m.List(list))
		}
	}
	return m.Object(o.names, o.values), nil
}

// members are those of an object.
type members struct {
	names  []string
	values []any
}

//go:noinline
func (o *members) add(name string, v any) {
	o.names, o.values = append(o.names, name), append(o.values, v)
}

// reader reads a message. After an error it returns zeros.
type reader struct {
	msg     []byte
	at, end int // of what is being read: the message, or a record's data
	update  bool
	make    Maker
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) take(n int) []byte {
	if left := r.end - r.at; r.err != nil || n > left {
		r.fail("want %d more bytes, got %d", n, left)
		return make([]byte, n)
	}
	b := r.msg[r.at : r.at+n]
	r.at += n
	return b
}

func (r *reader) two() int { return int(binary.BigEndian.Uint16(r.take(2))) }

func (r *reader) four() uint32 { return binary.BigEndian.Uint32(r.take(4)) }

func (r *reader) sized() []byte { return r.take(int(r.take(1)[0])) }

// name reads a name and returns its bytes without pointers. A pointer leads to an
// earlier place than the one that was read last (4.1.4).
func (r *reader) name() []byte {
	var name []byte
	in, start := r, r.at
	for pointers := 0; in.err == nil; {
		switch n := int(in.take(1)[0]); n >> 6 {
		case 0:
			name = append(name, byte(n))
			name = append(name, in.take(n)...)
			switch {
			case len(name) > maxName || n > 0 && len(name) == maxName:
				in.fail("want a name of at most %d bytes, got more", maxName)
			case n == 0 && in.err == nil:
				return name
			}
		case 3:
			to := n&0x3f<<8 | int(in.take(1)[0])
			if pointers++; to >= start || pointers > maxPointers {
				in.fail("a name has a pointer to %d at %d: want it to lead to an earlier name", to, in.at-2)
				break
			}
			start = to
			in = &reader{msg: r.msg, at: to, end: len(r.msg), err: in.err}
		default:
			in.fail("want a label or a pointer, got the byte %#02x", n)
		}
	}
	r.err = in.err
	return []byte{0}
}

// item reads a question (4.1.2) or a record (4.1.3).
func (r *reader) item(isRecord bool) any {
	var o members
	o.add("name", text(r.name()))
	typ, class := r.two(), r.two()
	t := typeNumbered(typ)
	if t.name != "" {
		o.add("type", t.name)
	} else {
		o.add("type", float64(typ))
	}
	if class != classIN {
		o.add("class", float64(class))
	}
	if isRecord {
		ttl := r.four()
		if typ != typeOPT && ttl > math.MaxInt32 {
			ttl = 0 // RFC 2181, 8
		}
		o.add("ttl", float64(ttl))
		if v := r.rdata(t, class); v != nil {
			o.add("rdata", v)
		}
	}
	if r.err != nil {
		return nil
	}
	return r.make.Object(o.names, o.values)
}

// rdata reads the data of a record; nil when an update has none (RFC 2136, 2.4).
func (r *reader) rdata(t rrType, class int) (v any) {
	size := r.two()
	if left := r.end - r.at; size > left {
		r.fail("rdata: want %d more bytes, got %d", size, left)
		return nil
	}
	raw := t.raw(class)
	if r.err != nil || size == 0 && r.update && !raw {
		return nil
	}
	whole := r.end
	r.end = r.at + size
	if raw {
		v = hex.EncodeToString(r.bytes(t.data))
	} else {
		v = r.fields(t.data)
	}
	if r.at < r.end {
		r.fail("%d bytes too many", r.end-r.at)
	}
	if r.err != nil {
		r.err = fmt.Errorf("rdata: %w", r.err)
	}
	r.end = whole
	return v
}

func (r *reader) fields(data string) any {
	var o members
	for _, f := range strings.Fields(data) {
		name, kind, ok := strings.Cut(f, ":")
		if !ok {
			return r.field(f)
		}
		o.add(name, r.field(kind))
	}
	return r.make.Object(o.names, o.values)
}

func (r *reader) field(kind string) any {
	switch kind {
	case "2":
		return float64(r.two())
	case "4":
		return float64(r.four())
	case "a":
		return netip.AddrFrom4([4]byte(r.take(4))).String()
	case "b":
		return netip.AddrFrom16([16]byte(r.take(16))).String()
	case "t":
		return r.texts()
	}
	return text(r.name())
}

// texts reads strings, of which there is at least one (3.3.14): a single one stands
// for itself. What is not UTF-8 is a Data.
func (r *reader) texts() any {
	var list []any
	for list == nil || r.at < r.end && r.err == nil {
		b := r.sized()
		if utf8.Valid(b) {
			list = append(list, string(b))
		} else {
			list = append(list, event.NewData(append([]byte(nil), b...)))
		}
	}
	if len(list) == 1 {
		return list[0]
	}
	return r.make.List(list)
}

// bytes reads a record's data and makes its names whole, for pointers are of no use
// elsewhere.
func (r *reader) bytes(data string) (b []byte) {
	for _, kind := range data {
		switch kind {
		case 'n':
			b = append(b, r.name()...)
		case 'c':
			s := r.sized()
			b = append(append(b, byte(len(s))), s...)
		default:
			b = append(b, r.take(int(kind-'0'))...)
		}
	}
	return append(b, r.take(r.end-r.at)...)
}
