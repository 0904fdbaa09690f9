package bgp_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pipy/pipy/codec/bgp"
	"pipy/pipy/event"
)

// object is an object or an array.
type object struct {
	names  []string
	values []any
	array  bool
}

func (o *object) Get(name string) any {
	if i := slices.Index(o.names, name); i >= 0 {
		return o.values[i]
	}
	return nil
}
func (o *object) Set(string, any)         {}
func (o *object) Keys() []string          { return o.names }
func (o *object) Elements() ([]any, bool) { return o.values, o.array }

func (o *object) String() string {
	var parts []string
	for i, v := range o.values {
		s := fmt.Sprint(v)
		if d, ok := v.(*event.Data); ok {
			s = "x" + hex.EncodeToString(d.Bytes())
		}
		if !o.array {
			s = o.names[i] + ":" + s
		}
		parts = append(parts, s)
	}
	if o.array {
		return "[" + strings.Join(parts, " ") + "]"
	}
	return "{" + strings.Join(parts, " ") + "}"
}

var maker = bgp.Maker{
	Object: func(names []string, values []any) any { return &object{names: names, values: values} },
	List:   func(list []any) any { return &object{values: list, array: true} },
	Prefix: func(bits int, ip []byte) (any, error) {
		return fmt.Sprintf("%d.%d.%d.%d/%d", ip[0], ip[1], ip[2], ip[3], bits), nil
	},
}

func decoded(t *testing.T, b string, n int, as4 bool) (text string, err error) {
	t.Helper()
	d := bgp.NewDecoder(maker, func() (bool, error) { return as4, nil }, func(m any, raw *event.Data) {
		text += fmt.Sprint(m, ";")
		out, err := bgp.Encode(m.(event.Object), as4)
		if err != nil || string(out) != raw.String() {
			t.Errorf("%v: encoded %x, %v; want %x", m, out, err, raw.String())
		}
	})
	for len(b) > 0 && err == nil {
		k := min(n, len(b))
		err = d.Feed(event.NewData([]byte(b[:k])))
		b = b[k:]
	}
	if err == nil {
		err = d.End()
	}
	return text, err
}

// message puts the header before a body (RFC 4271, 4.1).
func message(kind byte, body string) string {
	n := 19 + len(body)
	return strings.Repeat("\xff", 16) + string([]byte{byte(n >> 8), byte(n), kind}) + body
}

// Messages as RFC 4271, 4.2 to 4.5, lays them out.
var messages = []struct {
	name, in string
	as4      bool
	want     string
}{
	{"keepalive", message(4, ""), false, "{type:KEEPALIVE};"},
	{"open", message(1, "\x04\xfd\xe8\x00\xb4\x0a\x00\x00\x01\x00"), false, "{type:OPEN body:{version:4 myAS:65000 holdTime:180 identifier:10.0.0.1 parameters:[]}};"},
	{"open with capabilities", message(1, "\x04\xfd\xe8\x00\xb4\x0a\x00\x00\x01\x0a\x02\x08\x02\x00\x41\x04\x00\x00\xfd\xe8"), false,
		"{type:OPEN body:{version:4 myAS:65000 holdTime:180 identifier:10.0.0.1 parameters:[{name:Capabilities code:2 value:[{code:2 value:x} {code:65 value:x0000fde8}]}]}};"},
	{"update", message(2, "\x00\x04\x18\xc0\x00\x02\x00\x12\x40\x01\x01\x00\x40\x02\x04\x02\x01\xfd\xe8\x40\x03\x04\x0a\x00\x00\x01\x08\x0a\x00"), false,
		"{type:UPDATE body:{withdrawnRoutes:[192.0.2.0/24] pathAttributes:[{name:ORIGIN code:1 value:0 optional:false transitive:true partial:false} " +
			"{name:AS_PATH code:2 value:[[65000]] optional:false transitive:true partial:false} {name:NEXT_HOP code:3 value:10.0.0.1 optional:false transitive:true partial:false}] destinations:[10.0.0.0/8 0.0.0.0/0]}};"},
	{"update with four bytes", message(2, "\x00\x00\x00\x24\x40\x02\x0c\x02\x01\x00\x01\x00\x00\x01\x01\x00\x00\x00\x05\x80\x04\x04\x00\x00\x00\x0a\x40\x06\x00\xc0\x07\x08\x00\x01\x00\x00\x0a\x00\x00\x02"), true,
		"{type:UPDATE body:{withdrawnRoutes:[] pathAttributes:[{name:AS_PATH code:2 value:[[65536] {5:true}] optional:false transitive:true partial:false} " +
			"{name:MULTI_EXIT_DISC code:4 value:10 optional:true transitive:false partial:false} {name:ATOMIC_AGGREGATE code:6 value:<nil> optional:false transitive:true partial:false} " +
			"{name:AGGREGATOR code:7 value:[65536 10.0.0.2] optional:true transitive:true partial:false}] destinations:[]}};"},
	{"unknown attribute", message(2, "\x00\x00\x00\x05\xe0\x20\x02ab"), false,
		"{type:UPDATE body:{withdrawnRoutes:[] pathAttributes:[{name: code:32 value:x6162 optional:true transitive:true partial:true}] destinations:[]}};"},
	{"notification", message(3, "\x06\x02bye"), false, "{type:NOTIFICATION body:{errorCode:6 errorSubcode:2 data:x627965}};"},
	{"route refresh", message(5, "\x00\x01\x00\x01"), false, "{type:ROUTE_REFRESH body:{afi:1 safi:1}};"},
}

func TestMessages(t *testing.T) {
	for _, c := range messages {
		for n := 1; n <= len(c.in); n++ {
			if got, err := decoded(t, c.in+c.in, n, c.as4); err != nil || got != c.want+c.want {
				t.Errorf("%s by %d: got %s, %v", c.name, n, got, err)
				break
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"\xfe": "marker", message(6, ""): "type 6", strings.Repeat("\xff", 16) + "\x00\x12\x04": "length", strings.Repeat("\xff", 16) + "\x10\x01\x04": "length",
		message(4, "x"): "too many", message(1, "\x04"): "longer", message(2, "\x00\x05\x00\x00"): "longer", message(2, "\x00\x00\x00\x00\x21"): "32 bits",
		message(2, "\x00\x00\x00\x05\x40\x02\x02\x03\x00"): "type 1 or 2", message(4, "")[:10]: "ended within",
	} {
		for _, n := range []int{1, 7, len(in)} {
			if got, err := decoded(t, in, n, false); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%x: got %s, %v; want %q", in, got, err, want)
			}
		}
	}
	o := func(pairs ...any) *object {
		o := &object{}
		for i := 0; i < len(pairs); i += 2 {
			o.names, o.values = append(o.names, pairs[i].(string)), append(o.values, pairs[i+1])
		}
		return o
	}
	for _, m := range []*object{
		o(), o("type", "X"), o("type", "OPEN"), o("type", "OPEN", "body", o("identifier", "x")),
		o("type", "UPDATE", "body", o("destinations", &object{array: true, values: []any{"x"}})),
		o("type", "UPDATE", "body", o("pathAttributes", &object{array: true, values: []any{o("name", "X")}})),
		o("type", "NOTIFICATION", "body", o("errorCode", 256.0)),
		o("type", "NOTIFICATION", "body", o("data", strings.Repeat("x", 5000))),
	} {
		if b, err := bgp.Encode(m, false); err == nil {
			t.Errorf("%v: got %x", m, b)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, c := range messages {
		f.Add([]byte(c.in), c.as4, 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, as4 bool, n int) {
		decode := func(n int) (text string, err error) {
			d := bgp.NewDecoder(maker, func() (bool, error) { return as4, nil }, func(m any, _ *event.Data) { text += fmt.Sprint(m) })
			for at := 0; at < len(b) && err == nil; at += n {
				err = d.Feed(event.NewData(slices.Clone(b[at:min(at+n, len(b))])))
			}
			return text, err
		}
		whole, err := decode(len(b) + 1)
		cut, cutErr := decode(max(1, n%16))
		if (err == nil) != (cutErr == nil) || whole != cut {
			t.Errorf("at once: %s, %v; in pieces: %s, %v", whole, err, cut, cutErr)
		}
	})
}
