package hessian_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pipy/pipy/codec/hessian"
)

func show(v any) string {
	switch v := v.(type) {
	case *hessian.List:
		return fmt.Sprintf("list(%s)%s", v.Type, shows(v.Items))
	case *hessian.Map:
		return fmt.Sprintf("map(%s)%s%s", v.Type, shows(v.Keys), shows(v.Values))
	case *hessian.Object:
		return fmt.Sprintf("object(%s)%v%s", v.Class.Name, v.Class.Fields, shows(v.Values))
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		return fmt.Sprintf("bytes %q", v)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%T %v", v, v)
}

func shows(list []any) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = show(v)
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// The examples of the Hessian 2.0 serialization specification.
var examples = []struct{ in, want string }{
	{"N", "<nil> <nil>"}, {"T", "bool true"}, {"F", "bool false"},
	{"\x90", "int32 0"}, {"\x80", "int32 -16"}, {"\xbf", "int32 47"}, {"\xc8\x00", "int32 0"},
	{"\xc0\x00", "int32 -2048"}, {"\xc7\x00", "int32 -256"}, {"\xcf\xff", "int32 2047"},
	{"\xd4\x00\x00", "int32 0"}, {"\xd0\x00\x00", "int32 -262144"}, {"\xd7\xff\xff", "int32 262143"},
	{"I\x00\x00\x01\x2c", "int32 300"},
	{"\xe0", "int64 0"}, {"\xd8", "int64 -8"}, {"\xef", "int64 15"}, {"\xf8\x00", "int64 0"},
	{"\xf0\x00", "int64 -2048"}, {"\xff\xff", "int64 2047"}, {"\x3c\x00\x00", "int64 0"},
	{"\x38\x00\x00", "int64 -262144"}, {"\x3f\xff\xff", "int64 262143"}, {"\x59\x00\x00\x01\x2c", "int64 300"},
	{"L\x00\x00\x00\x00\x00\x00\x01\x2c", "int64 300"},
	{"\x5b", "float64 0"}, {"\x5c", "float64 1"}, {"\x5d\x80", "float64 -128"}, {"\x5d\x7f", "float64 127"},
	{"\x5e\x80\x00", "float64 -32768"}, {"\x5e\x7f\xff", "float64 32767"}, {"D\x40\x28\x80\x00\x00\x00\x00\x00", "float64 12.25"},
	{"\x4a\x00\x00\x00\xd0\x4b\x92\x84\xb8", "1998-05-08T09:51:31Z"}, {"\x4b\x00\xe3\x83\x8f", "1998-05-08T09:51:00Z"},
	{"\x00", `""`}, {"\x05hello", `"hello"`}, {"\x01\xc3\x83", `"Ã"`}, {"S\x00\x05hello", `"hello"`},
	{"R\x00\x07hello, \x05world", `"hello, world"`}, {"\x30\x05hello", `"hello"`},
	{"\x02\xed\xa0\xbd\xed\xb8\x80", `"😀"`}, {"\x02\xf0\x9f\x98\x80", `"😀"`},
	{"\x20", `bytes ""`}, {"\x23\x01\x02\x03", `bytes "\x01\x02\x03"`}, {"B\x00\x02ab", `bytes "ab"`},
	{"A\x00\x02ab\x21c", `bytes "abc"`}, {"\x34\x03abc", `bytes "abc"`},
	{"V\x04[int\x92\x90\x91", "list([int)[int32 0 int32 1]"},
	{"\x57\x90\x91Z", "list()[int32 0 int32 1]"},
	{"\x72\x04[int\x90\x91\x73\x90\x92\x93\x94", "list([int)[int32 0 int32 1]; list([int)[int32 2 int32 3 int32 4]"},
	{"\x7a\x90\x91", "list()[int32 0 int32 1]"}, {"\x58\x91\x90", "list()[int32 0]"}, {"\x55\x01x\x90Z", "list(x)[int32 0]"},
	{"M\x13com.caucho.test.Car\x05color\x0aaquamarine\x05model\x06BeetleZ", `map(com.caucho.test.Car)["color" "model"]["aquamarine" "Beetle"]`},
	{"H\x91\x03fee\xa0\x03fieZ", `map()[int32 1 int32 16]["fee" "fie"]`},
	{"C\x0bexample.Car\x92\x05color\x05modelO\x90\x03red\x08corvette\x60\x05green\x05civic",
		`object(example.Car)[color model]["red" "corvette"]; object(example.Car)[color model]["green" "civic"]`},
	{"\x57H\x01a\x91Z\x51\x91Z", `list()[map()["a"][int32 1] map()["a"][int32 1]]`},
}

func TestDecode(t *testing.T) {
	for _, c := range examples {
		values, err := hessian.Decode([]byte(c.in))
		parts := make([]string, len(values))
		for i, v := range values {
			parts[i] = show(v)
		}
		if got := strings.Join(parts, "; "); err != nil || got != c.want {
			t.Errorf("%q: got %s, %v; want %s", c.in, got, err, c.want)
		}
		for _, v := range values {
			b, err := hessian.Append(nil, v)
			if err != nil {
				t.Errorf("%s: %v", show(v), err)
			}
			again, err := hessian.Decode(b)
			if err != nil || len(again) != 1 || !reflect.DeepEqual(again[0], v) {
				t.Errorf("%s: after another round %v, %v", show(v), again, err)
			}
		}
		for n := 1; n < len(c.in); n++ { // cut anywhere it is an error, or fewer values
			if values, err := hessian.Decode([]byte(c.in[:n])); err == nil && len(values) >= len(parts) {
				t.Errorf("%q cut at %d: got %d values", c.in, n, len(values))
			}
		}
	}
}

func TestLongValues(t *testing.T) {
	for _, v := range []any{strings.Repeat("ü😀", 30000), []byte(strings.Repeat("x", 100000)), strings.Repeat("a", 32), strings.Repeat("a", 0x8000)} {
		b, err := hessian.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := hessian.Decode(b)
		if err != nil || !reflect.DeepEqual(again, []any{v}) {
			t.Errorf("%T of %d bytes: got another value, %v", v, len(b), err)
		}
	}
}

func TestAValueThatContainsItself(t *testing.T) {
	l := &hessian.List{}
	l.Items = []any{l}
	b, err := hessian.Append(nil, l)
	if err != nil {
		t.Fatal(err)
	}
	again, err := hessian.Decode(b)
	if err != nil || again[0] != again[0].(*hessian.List).Items[0] {
		t.Errorf("got %v", err)
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"\x40": "0x40 is not known", "\x51\x90": "no value 0", "O\x90": "no class 0", "\x60": "no class 0",
		"V\x90\x91": "no type 0", "\x01\xff": "UTF-8", "\x01\xc3\x00": "UTF-8", "\x01\xf0\x9f\x98\x80": "within a character",
		"\x57": "ends within", "H\x90": "ends within", "I\x00": "ends within", "\x58\xd7\xff\xff": "ends within", "R\x00\x01aN": "want a string",
		strings.Repeat("\x57", 300): "256 values",
	} {
		if v, err := hessian.Decode([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, %v; want %q", in, v, err, want)
		}
	}
	if _, err := hessian.Append(nil, struct{}{}); err == nil {
		t.Error("a struct was encoded")
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range examples {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		values, err := hessian.Decode(b)
		if err != nil {
			return
		}
		for _, v := range values {
			if _, err := hessian.Append(nil, v); err != nil {
				t.Errorf("%q: %v", b, err)
			}
		}
	})
}
