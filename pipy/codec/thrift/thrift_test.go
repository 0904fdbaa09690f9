package thrift_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	apache "github.com/apache/thrift/lib/go/thrift"

	"pipy/pipy/codec/thrift"
	"pipy/pipy/event"
)

// decoded decodes b in pieces of n bytes.
func decoded(t *testing.T, b string, n int) (list []*thrift.Message, err error) {
	t.Helper()
	raws, all := "", b
	d := thrift.NewDecoder(1<<20, func(m *thrift.Message, raw *event.Data) {
		list = append(list, m)
		raws += raw.String()
	})
	defer d.Reset()
	for len(b) > 0 && err == nil {
		k := min(n, len(b))
		err = d.Feed(event.NewData([]byte(b[:k])))
		b = b[k:]
	}
	if err == nil {
		err = d.End()
	}
	if err == nil && raws != all {
		t.Errorf("got the bytes %x of %x", raws, all)
	}
	return list, err
}

// written is a message with all types, as the library of the project writes it.
func written(t testing.TB, protocol func(apache.TTransport) apache.TProtocol, framed bool) string {
	t.Helper()
	ctx := context.Background()
	buf := apache.NewTMemoryBuffer()
	var tr apache.TTransport = buf
	if framed {
		tr = apache.NewTFramedTransportConf(buf, nil)
	}
	p := protocol(tr)
	p.WriteMessageBegin(ctx, "hello", apache.CALL, 7)
	p.WriteStructBegin(ctx, "args")
	field := func(kind apache.TType, id int16, write func()) {
		p.WriteFieldBegin(ctx, "", kind, id)
		write()
		p.WriteFieldEnd(ctx)
	}
	field(apache.BOOL, 1, func() { p.WriteBool(ctx, true) })
	field(apache.BOOL, 2, func() { p.WriteBool(ctx, false) })
	field(apache.BYTE, 3, func() { p.WriteByte(ctx, -5) })
	field(apache.I16, 40, func() { p.WriteI16(ctx, -300) })
	field(apache.I32, 5, func() { p.WriteI32(ctx, 70000) })
	field(apache.I64, 6, func() { p.WriteI64(ctx, -1<<60) })
	field(apache.DOUBLE, 7, func() { p.WriteDouble(ctx, 1.25) })
	field(apache.STRING, 8, func() { p.WriteString(ctx, "text") })
	field(apache.STRUCT, 9, func() {
		p.WriteStructBegin(ctx, "inner")
		field(apache.I32, 1, func() { p.WriteI32(ctx, 1) })
		p.WriteFieldStop(ctx)
		p.WriteStructEnd(ctx)
	})
	field(apache.MAP, 10, func() {
		p.WriteMapBegin(ctx, apache.STRING, apache.I32, 2)
		p.WriteString(ctx, "a")
		p.WriteI32(ctx, 1)
		p.WriteString(ctx, "b")
		p.WriteI32(ctx, 2)
		p.WriteMapEnd(ctx)
	})
	field(apache.LIST, 11, func() {
		p.WriteListBegin(ctx, apache.BOOL, 20)
		for i := range 20 {
			p.WriteBool(ctx, i%2 == 0)
		}
		p.WriteListEnd(ctx)
	})
	field(apache.SET, 12, func() {
		p.WriteSetBegin(ctx, apache.I64, 1)
		p.WriteI64(ctx, 9)
		p.WriteSetEnd(ctx)
	})
	field(apache.MAP, 13, func() {
		p.WriteMapBegin(ctx, apache.STRING, apache.I32, 0)
		p.WriteMapEnd(ctx)
	})
	p.WriteFieldStop(ctx)
	p.WriteStructEnd(ctx)
	p.WriteMessageEnd(ctx)
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

var wantFields = func(emptyMap *thrift.Map) []thrift.Field {
	bools := &thrift.List{Element: thrift.Bool}
	for i := range 20 {
		bools.Items = append(bools.Items, i%2 == 0)
	}
	return []thrift.Field{
		{ID: 1, Type: thrift.Bool, Value: true}, {ID: 2, Type: thrift.Bool, Value: false}, {ID: 3, Type: thrift.I8, Value: int64(-5)},
		{ID: 40, Type: thrift.I16, Value: int64(-300)}, {ID: 5, Type: thrift.I32, Value: int64(70000)}, {ID: 6, Type: thrift.I64, Value: int64(-1 << 60)},
		{ID: 7, Type: thrift.Double, Value: 1.25}, {ID: 8, Type: thrift.Binary, Value: []byte("text")},
		{ID: 9, Type: thrift.Struct, Value: []thrift.Field{{ID: 1, Type: thrift.I32, Value: int64(1)}}},
		{ID: 10, Type: thrift.MapOf, Value: &thrift.Map{Key: thrift.Binary, Value: thrift.I32, Pairs: [][2]any{{[]byte("a"), int64(1)}, {[]byte("b"), int64(2)}}}},
		{ID: 11, Type: thrift.ListOf, Value: bools}, {ID: 12, Type: thrift.SetOf, Value: &thrift.List{Element: thrift.I64, Items: []any{int64(9)}}},
		{ID: 13, Type: thrift.MapOf, Value: emptyMap},
	}
}

func binary(tr apache.TTransport) apache.TProtocol {
	strict := true
	return apache.NewTBinaryProtocolConf(tr, &apache.TConfiguration{TBinaryStrictWrite: &strict})
}

func old(tr apache.TTransport) apache.TProtocol {
	strict := false
	return apache.NewTBinaryProtocolConf(tr, &apache.TConfiguration{TBinaryStrictWrite: &strict})
}

func compact(tr apache.TTransport) apache.TProtocol { return apache.NewTCompactProtocolConf(tr, nil) }

func TestMessagesOfTheLibrary(t *testing.T) {
	for _, c := range []struct {
		protocol string
		make     func(apache.TTransport) apache.TProtocol
		framed   bool
	}{{"binary", binary, false}, {"old", old, false}, {"compact", compact, false}, {"binary", binary, true}, {"compact", compact, true}} {
		b := written(t, c.make, c.framed)
		empty := &thrift.Map{Key: thrift.Binary, Value: thrift.I32, Pairs: [][2]any{}}
		if c.protocol == "compact" {
			empty = &thrift.Map{Pairs: [][2]any{}}
		}
		want := &thrift.Message{Protocol: c.protocol, Kind: "call", SeqID: 7, Name: "hello", Fields: wantFields(empty), Framed: c.framed}
		for n := 1; n <= len(b); n++ {
			got, err := decoded(t, b+b, n)
			if err != nil || len(got) != 2 || !reflect.DeepEqual(got[0], want) || !reflect.DeepEqual(got[1], want) {
				t.Fatalf("%s by %d: got %d messages, %v", c.protocol, n, len(got), err)
			}
		}
		for n := 1; n < len(b); n++ {
			if got, err := decoded(t, b[:n], n); err == nil {
				t.Fatalf("%s cut at %d: got %d messages", c.protocol, n, len(got))
			}
		}
		again, err := thrift.Encode(want)
		if err != nil || string(again) != b {
			t.Errorf("%s: encoded %x, %v; want %x", c.protocol, again, err, b)
		}
	}
}

func TestUUID(t *testing.T) {
	for _, p := range []string{"binary", "compact", "old"} {
		m := &thrift.Message{Protocol: p, Kind: "oneway", Name: "n", Fields: []thrift.Field{{ID: 1, Type: thrift.UUID, Value: [16]byte{1, 2, 15: 3}}}}
		b, err := thrift.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decoded(t, string(b), 1)
		if err != nil || !reflect.DeepEqual(got[0], m) {
			t.Errorf("%s: got %+v, %v", p, got, err)
		}
	}
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat("\x0c\x00\x01", 100)
	for in, want := range map[string]string{
		"\xff":                             "want a message",
		"\x80\x02\x00\x01":                 "version",
		"\x80\x01\x00\x00":                 "message type",
		"\x82\x22":                         "version",
		"\x82\xa1":                         "message type",
		"\x80\x01\x00\x01\x7f\xff\xff\xff": "at most",
		"\x80\x01\x00\x01\xff\xff\xff\xff": "at most",
		"\x80\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x63\x00\x01":                     "not known",
		"\x80\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x0f\x00\x01\x08\x7f\xff\xff\xff": "elements",
		"\x80\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00" + deep:                          "within each other",
		"\x00\x00\x00\x05\x80\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00":             "frame",
		"\x82\x21\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff":                             "varint",
	} {
		if got, err := decoded(t, in, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30x: got %d messages, %v; want %q", in, len(got), err, want)
		}
	}
	for _, m := range []*thrift.Message{
		{}, {Protocol: "binary"}, {Protocol: "x", Kind: "call"}, {Protocol: "old", Kind: "call", Framed: true},
		{Protocol: "binary", Kind: "call", Fields: []thrift.Field{{Type: 99}}},
		{Protocol: "binary", Kind: "call", Fields: []thrift.Field{{Type: thrift.I8, Value: int64(128)}}},
		{Protocol: "binary", Kind: "call", Fields: []thrift.Field{{Type: thrift.I8, Value: "x"}}},
	} {
		if _, err := thrift.Encode(m); err == nil {
			t.Errorf("%+v: got no error", m)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte(written(f, binary, false)), 3)
	f.Add([]byte(written(f, old, false)), 3)
	f.Add([]byte(written(f, compact, true)), 3)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(t, string(b), len(b)+1)
		cut, cutErr := decoded(t, string(b), max(1, n%16))
		if (err == nil) != (cutErr == nil) || fmt.Sprint(len(whole)) != fmt.Sprint(len(cut)) {
			t.Errorf("at once: %d, %v; in pieces: %d, %v", len(whole), err, len(cut), cutErr)
		}
	})
}
