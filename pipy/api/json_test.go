package api

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

func TestJSONParse(t *testing.T) {
	e := newEngine()
	for text, out := range map[string]string{
		`{"a":1,"b":[true,false,null],"c":{"d":"x"}}`: `{ a: 1, b: [ true, false, null ], c: { d: "x" } }`,
		` [ ] `:                          `[ ]`,
		`{ }`:                            `{ }`,
		`null`:                           `null`,
		`"\u00e9\n\ud83d\ude00\/"`:       "\"é\\n😀/\"",
		`"\"\\\/\b\f\n\r\t\u00C9\u00aF"`: Dump("\"\\/\b\f\n\r\tÉ¯"),
		`["` + strings.Repeat("long", maxShared) + `"]`: `[ "` + strings.Repeat("long", maxShared) + `" ]`,
		`"\ud83dx"`:                             "\"\ufffdx\"",
		`-0.5e2`:                                `-50`,
		`1e400`:                                 `Infinity`,
		`12345678901234567890`:                  `12345678901234567000`,
		`{"a":1,"a":2}`:                         `{ a: 2 }`,
		`{"` + strings.Repeat("n", 40) + `":0}`: `{ ` + strings.Repeat("n", 40) + `: 0 }`,
	} {
		want(t, text, e.do(t, "JSON.parse", text), out)
		want(t, text, e.do(t, "JSON.decode", event.DataString(text)), out)
	}
}

func TestJSONParseReturnsUndefinedForInvalidText(t *testing.T) {
	e := newEngine()
	for _, text := range []string{
		``, ` `, `{`, `[`, `[1,]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `[1 2]`, `01`, `1.`, `.5`, `1e`, `-`, `+1`, `tru`, `nul`,
		`"`, `"\x"`, `"\u12"`, `"a` + "\n" + `"`, `1 2`, `{"a":1]`, `'a'`, strings.Repeat("[", maxParseDepth+1), `undefined`, `NaN`,
	} {
		want(t, text, e.do(t, "JSON.parse", text), "undefined")
	}
}

func TestJSONParseOfNothing(t *testing.T) {
	e := newEngine()
	want(t, "undefined", e.do(t, "JSON.parse"), "undefined")
	want(t, "null", e.do(t, "JSON.decode", Null), "null")
	_, err := e.try("JSON.parse", 1)
	wantError(t, "number", err, "text: want a string or a Data, got 1")
	_, err = e.try("JSON.parse", "1", 2)
	wantError(t, "reviver", err, "reviver: want a function, got 2")
}

func TestJSONParseRevives(t *testing.T) {
	e := newEngine()
	var calls []string
	reviver := fn(func(args ...any) any {
		calls = append(calls, fmt.Sprint(args[0]))
		switch args[0] {
		case "gone":
			return nil
		case "n":
			return args[1].(float64) + 1
		}
		return args[1]
	})
	want(t, "revived", e.do(t, "JSON.parse", `{"a":[{"n":1},null],"gone":1,"z":null}`, reviver), `{ a: [ { n: 2 }, null ], z: null }`)
	if got, want := strings.Join(calls, " "), "n 0 1 a gone z "; got != want {
		t.Errorf("order: got %q, want %q", got, want)
	}
	_, err := e.try("JSON.parse", `{"a":1}`, throwing())
	wantError(t, "throwing reviver", err, "thrown")
}

func TestJSONStringify(t *testing.T) {
	e := newEngine()
	head := httphead.New()
	head.Method, head.Path = "GET", "/"
	head.Header.Add("Host", "a")
	head.Header.Add("X-A", "1")
	head.Header.Add("x-a", "2")
	head.Extra = map[string]any{"z": true, "n": 1.0}
	for _, c := range []struct {
		name  string
		value any
		out   string
	}{
		{"object", obj("a", 1, "b", "x", "c", arr(true, Null, nil), "d", Null, "e", nil, "f", fn(nil), "g", obj()), `{"a":1,"b":"x","c":[true,null,null],"d":null,"g":{}}`},
		{"first member left out", obj("a", nil, "b", 1), `{"b":1}`},
		{"numbers", arr(0.1, 1e21, 1e-7, 1.5e-10, math.Copysign(0, -1), 123456789012, 1e20, 0.000001), `[0.1,1e+21,1e-7,1.5e-10,0,123456789012,100000000000000000000,0.000001]`},
		{"not finite", arr(nan(), inf(1), inf(-1)), `[null,null,null]`},
		{"escapes", "\"\\/\b\f\n\r\t\a\v\x7fé😀\u2028<>&", `"\"\\/\b\f\n\r\t\u0007\u000b` + "\x7fé😀\u2028<>&\""},
		{"not UTF-8", "a\xff\xfeb", "\"a\ufffd\ufffdb\""},
		{"null", Null, "null"},
		{"Data", obj("d", event.DataString("x")), `{"d":{}}`},
		{"head", head, `{"headers":{"host":"a","x-a":"1, 2"},"method":"GET","path":"/","n":1,"z":true}`},
	} {
		got := e.do(t, "JSON.stringify", c.value)
		if got != c.out {
			t.Errorf("%s: got %v, want %s", c.name, got, c.out)
		}
		want(t, c.name, e.do(t, "JSON.encode", c.value), show(event.DataString(c.out)))
	}
}

// simple is an object that only does what every object does.
type simple struct{ event.Object }

func TestJSONOfSimpleObjects(t *testing.T) {
	e := newEngine()
	want(t, "null and undefined are the same", e.do(t, "JSON.stringify", simple{obj("a", 1, "b", Null, "c", nil)}), Dump(`{"a":1,"b":null,"c":null}`))
	o := simple{obj("a", 1, "b", 2)}
	if err := reviveMembers(o, fn(func(args ...any) any { return nil })); err != nil {
		t.Fatal(err)
	}
	want(t, "removed members are undefined", o.Object, "{ a: undefined, b: undefined }")
}

func TestJSONStringifyReturnsUndefinedForWhatHasNoJSON(t *testing.T) {
	e := newEngine()
	want(t, "undefined", e.do(t, "JSON.stringify", nil), "undefined")
	want(t, "nothing", e.do(t, "JSON.encode"), "undefined")
	want(t, "function", e.do(t, "JSON.encode", fn(nil)), "undefined")
}

func TestJSONStringifyEndsAtCyclesAndDepth(t *testing.T) {
	e := newEngine()
	o := obj("a", 1)
	o.Set("self", o)
	o.Set("list", arr(o))
	want(t, "cycle", e.do(t, "JSON.stringify", o), Dump(`{"a":1,"self":null,"list":[null]}`))
	deep := arr()
	for range maxWriteDepth {
		deep = arr(deep)
	}
	want(t, "deep", e.do(t, "JSON.stringify", deep), Dump(strings.Repeat("[", maxWriteDepth)+"null"+strings.Repeat("]", maxWriteDepth)))
	shared := obj()
	want(t, "twice is no cycle", e.do(t, "JSON.stringify", arr(shared, shared)), Dump(`[{},{}]`))
}

func TestJSONStringifyIndents(t *testing.T) {
	e := newEngine()
	o := obj("a", 1, "b", arr(1, 2), "c", obj(), "d", arr())
	lines := "{\n-\"a\": 1,\n-\"b\": [\n--1,\n--2\n-],\n-\"c\": {},\n-\"d\": []\n}"
	for _, c := range []struct {
		space  any
		indent string
	}{{2, "  "}, {"\t", "\t"}, {20, strings.Repeat(" ", 10)}, {"abcdefghijklm", "abcdefghij"}} {
		want(t, fmt.Sprint(c.space), e.do(t, "JSON.stringify", o, nil, c.space), Dump(strings.ReplaceAll(lines, "-", c.indent)))
	}
	want(t, "0", e.do(t, "JSON.stringify", arr(1), nil, 0), Dump("[1]"))
}

func TestJSONStringifyReplaces(t *testing.T) {
	e := newEngine()
	o := obj("a", 1, "b", "secret", "c", arr(1, 2), "d", Null)
	var keys []string
	replacer := fn(func(args ...any) any {
		keys = append(keys, args[0].(string))
		switch args[0] {
		case "b":
			return nil
		case "a":
			return 10.0
		}
		return args[1]
	})
	want(t, "function", e.do(t, "JSON.stringify", o, replacer), Dump(`{"a":10,"c":[1,2],"d":null}`))
	if want := []string{"", "a", "b", "c", "0", "1", "d"}; !slices.Equal(keys, want) {
		t.Errorf("keys: got %q, want %q", keys, want)
	}
	want(t, "array", e.do(t, "JSON.stringify", obj("a", 1, "b", obj("a", 2, "c", 3)), arr("a", "b")), Dump(`{"a":1,"b":{"a":2}}`))
	_, err := e.try("JSON.stringify", o, throwing())
	wantError(t, "throwing", err, "thrown")
}

// plainJSON turns what encoding/json decodes into values like ours.
func plainJSON(v any) any {
	switch v := v.(type) {
	case nil:
		return Null
	case []any:
		list := &object{isArray: true}
		for i, item := range v {
			list.names = append(list.names, fmt.Sprint(i))
			list.values = append(list.values, plainJSON(item))
		}
		return list
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		o := &object{}
		for _, name := range names {
			o.Set(name, plainJSON(v[name]))
		}
		return o
	}
	return v
}

func sortMembers(v any) any {
	o, ok := v.(*object)
	if !ok {
		return v
	}
	sorted := &object{isArray: o.isArray}
	names := slices.Clone(o.names)
	if !o.isArray {
		slices.Sort(names)
	}
	for i, name := range names {
		at := i
		if !o.isArray {
			at = slices.Index(o.names, name)
		}
		sorted.names = append(sorted.names, name)
		sorted.values = append(sorted.values, sortMembers(o.values[at]))
	}
	return sorted
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,-3e-7,"x\u0041\ud800\n",null,true]}`, `"\xff"`, `[[[]]]`, `{"":{"é":1}}`, `0`, `-0.0`, " 1 "} {
		f.Add(s)
	}
	e := newEngine()
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseJSON(e, text)
		if !json.Valid([]byte(text)) {
			if err == nil {
				t.Fatalf("%q: want an error, got %s", text, show(got))
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var reference any
		if json.Unmarshal([]byte(text), &reference) != nil {
			return // a number out of range
		}
		if want := plainJSON(reference); !reflect.DeepEqual(sortMembers(got), want) {
			t.Fatalf("%q: got %s, want %s", text, show(got), show(want))
		}
		written, ok, err := writeJSON(got, nil, nil)
		if err != nil || !ok || !json.Valid(written) {
			t.Fatalf("%q: written as %q, %v", text, written, err)
		}
		var again any
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatal(err)
		}
		if strings.Count(text, "[")+strings.Count(text, "{") < maxWriteDepth && !strings.Contains(text, "-0") && !reflect.DeepEqual(again, reference) {
			t.Fatalf("%q: written as %s", text, written)
		}
	})
}

const smallJSON = `{"id":12345,"name":"hello","tags":["a","b"],"ok":true}`

func largeJSON() string {
	var b strings.Builder
	b.WriteString(`{"items":[`)
	for i := 0; b.Len() < 10<<10; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"item %d","price":%d.5,"tags":["x","y"],"active":true,"parent":null}`, i, i, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

// nothing is an engine whose objects cost nothing.
type nothing struct{ *engine }

var noObject = &object{}

func (nothing) NewObject([]string, []any) event.Object { return noObject }
func (nothing) NewArray([]any) event.Object            { return noObject }

func benchmarkDecode(b *testing.B, text string) {
	decode := method(class("JSON").Statics, "decode")
	c := newEngine().call(event.DataString(text))
	c.Engine = nothing{newEngine()}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := decode.Call(nil, c); v == nil {
			b.Fatal("not decoded")
		}
	}
}

func BenchmarkJSONDecodeSmall(b *testing.B) { benchmarkDecode(b, smallJSON) }
func BenchmarkJSONDecode10K(b *testing.B)   { benchmarkDecode(b, largeJSON()) }

func BenchmarkJSONEncodeSmall(b *testing.B) {
	e := newEngine()
	v, _ := parseJSON(e, smallJSON)
	c := e.call(v)
	encode := method(class("JSON").Statics, "encode")
	b.ReportAllocs()
	for b.Loop() {
		encode.Call(nil, c)
	}
}
