package dns_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"pipy/pipy/codec/dns"
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

var maker = dns.Maker{
	Object: func(names []string, values []any) any { return &object{names: names, values: values} },
	List:   func(list []any) any { return &object{values: list, array: true} },
}

func bytesOf(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// peerMessage is what the other implementation makes of records of all types.
func peerMessage(t testing.TB) dnsmessage.Message {
	name := func(s string) dnsmessage.Name { return dnsmessage.MustNewName(s) }
	record := func(s string, typ dnsmessage.Type, body dnsmessage.ResourceBody) dnsmessage.Resource {
		return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name(s), Type: typ, Class: dnsmessage.ClassINET, TTL: 300}, Body: body}
	}
	var opt dnsmessage.ResourceHeader
	if err := opt.SetEDNS0(1232, dnsmessage.RCodeSuccess, true); err != nil {
		t.Fatal(err)
	}
	return dnsmessage.Message{
		Header: dnsmessage.Header{ID: 4711, Response: true, Authoritative: true, RecursionDesired: true, RecursionAvailable: true, RCode: dnsmessage.RCodeNameError},
		Questions: []dnsmessage.Question{
			{Name: name("www.Example.com."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
		},
		Answers: []dnsmessage.Resource{
			record("www.Example.com.", dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: name("a.Example.com.")}),
			record("a.Example.com.", dnsmessage.TypeA, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}),
			record("a.Example.com.", dnsmessage.TypeAAAA, &dnsmessage.AAAAResource{AAAA: [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}}),
			record("Example.com.", dnsmessage.TypeMX, &dnsmessage.MXResource{Pref: 10, MX: name("mx.Example.com.")}),
			record("Example.com.", dnsmessage.TypeTXT, &dnsmessage.TXTResource{TXT: []string{"one", "two"}}),
			record("_x._tcp.Example.com.", dnsmessage.TypeSRV, &dnsmessage.SRVResource{Priority: 1, Weight: 2, Port: 3, Target: name("a.Example.com.")}),
			record("1.2.0.192.in-addr.arpa.", dnsmessage.TypePTR, &dnsmessage.PTRResource{PTR: name("a.Example.com.")}),
			record("Example.com.", 257, &dnsmessage.UnknownResource{Type: 257, Data: []byte{0, 1, 2}}),
		},
		Authorities: []dnsmessage.Resource{
			record("Example.com.", dnsmessage.TypeNS, &dnsmessage.NSResource{NS: name("ns.Example.com.")}),
			record(".", dnsmessage.TypeSOA, &dnsmessage.SOAResource{NS: name("ns.Example.com."), MBox: name("me.Example.com."), Serial: 1, Refresh: 2, Retry: 3, Expire: 4, MinTTL: 5}),
		},
		Additionals: []dnsmessage.Resource{
			{Header: opt, Body: &dnsmessage.OPTResource{Options: []dnsmessage.Option{{Code: 10, Data: []byte{1, 2}}}}},
		},
	}
}

const peerText = `{id:4711 qr:1 aa:1 rd:1 ra:1 rcode:3 question:[{name:www.Example.com type:A}] ` +
	`answer:[{name:www.Example.com type:CNAME ttl:300 rdata:a.Example.com} {name:a.Example.com type:A ttl:300 rdata:192.0.2.1} ` +
	`{name:a.Example.com type:AAAA ttl:300 rdata:2001:db8::1} {name:Example.com type:MX ttl:300 rdata:{preference:10 exchange:mx.Example.com}} ` +
	`{name:Example.com type:TXT ttl:300 rdata:[one two]} {name:_x._tcp.Example.com type:SRV ttl:300 rdata:{priority:1 weight:2 port:3 target:a.Example.com}} ` +
	`{name:1.2.0.192.in-addr.arpa type:PTR ttl:300 rdata:a.Example.com} {name:Example.com type:257 ttl:300 rdata:000102}] ` +
	`authority:[{name:Example.com type:NS ttl:300 rdata:ns.Example.com} ` +
	`{name: type:SOA ttl:300 rdata:{mname:ns.Example.com rname:me.Example.com serial:1 refresh:2 retry:3 expire:4 minimum:5}}] ` +
	`additional:[{name: type:OPT class:1232 ttl:32768 rdata:000a00020102}]}`

func TestMessagesOfAPeer(t *testing.T) {
	m := peerMessage(t)
	packed, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	got, err := dns.Decode(maker, packed)
	if err != nil || fmt.Sprint(got) != peerText {
		t.Fatalf("got %v, %v; want %s", got, err, peerText)
	}
	for _, compress := range []bool{false, true} {
		b, err := dns.Encode(got.(event.Object), compress)
		if err != nil {
			t.Fatal(err)
		}
		var again dnsmessage.Message
		if err := again.Unpack(b); err != nil {
			t.Fatalf("compress %t: the peer cannot read it: %v", compress, err)
		}
		length := regexp.MustCompile(`Length: \d+`)
		if read, want := length.ReplaceAllString(again.GoString(), ""), length.ReplaceAllString(m.GoString(), ""); read != want {
			t.Errorf("compress %t: the peer reads %s, want %s", compress, read, want)
		}
		if compress && len(b) > len(packed)+16 { // the peer compresses the target of SRV as well
			t.Errorf("got %d bytes, the peer needs %d", len(b), len(packed))
		}
	}
}

func TestNames(t *testing.T) {
	for text, wire := range map[string]string{
		"": "00", "a": "016100", "a.b": "0161016200", `a\.b.c`: "03612e62016300", `\\\000\255\032`: "045c00ff2000",
		"*.x": "012a017800", "_x": "025f7800",
	} {
		q := &object{names: []string{"question"}, values: []any{&object{array: true, values: []any{
			&object{names: []string{"name", "type"}, values: []any{text, "A"}},
		}}}}
		b, err := dns.Encode(q, false)
		if want := bytesOf(t, "000000000001000000000000"+wire+"00010001"); err != nil || !bytes.Equal(b, want) {
			t.Errorf("%q: got %x, %v; want %x", text, b, err, want)
			continue
		}
		got, err := dns.Decode(maker, b)
		if want := fmt.Sprintf("{question:[{name:%s type:A}]}", text); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

// The data of the first record is the root, and pointers of which each leads to the
// one before; the name of the second leads to the last.
func TestChainOfPointersIsBounded(t *testing.T) {
	chain := func(n int) []byte {
		b := bytesOf(t, "000000000000000200000000"+"00ff00000100000000")
		b = binary.BigEndian.AppendUint16(b, uint16(1+2*n))
		to := len(b)
		b = append(b, 0)
		for range n {
			at := len(b)
			b = binary.BigEndian.AppendUint16(b, 0xc000|uint16(to))
			to = at
		}
		b = binary.BigEndian.AppendUint16(b, 0xc000|uint16(to))
		return append(b, bytesOf(t, "0001000100000000000401020304")...)
	}
	if v, err := dns.Decode(maker, chain(100)); err != nil {
		t.Errorf("got %v, %v", v, err)
	}
	if _, err := dns.Decode(maker, chain(8000)); err == nil || !strings.Contains(err.Error(), "answer[1]: a name has a pointer") {
		t.Errorf("got %v, want an error about pointers", err)
	}
}

func FuzzDecode(f *testing.F) {
	m := peerMessage(f)
	packed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(bytesOf(f, "04d2 8580 0000 0001 0000 0000 0178 00 0012 0001 00000001 0004 0001c00c"))
	f.Add(bytesOf(f, "04d2 2800 0000 0001 0000 0000 00 0001 00ff 00000000 0000"))
	f.Add(bytesOf(f, "04d2 8580 0000 0001 0000 0000 00 0023 0001 00000001 000a 00010002 0161 00 00 c00c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := dns.Decode(maker, b)
		if err != nil {
			return
		}
		for _, compress := range []bool{false, true} {
			again, err := dns.Encode(v.(event.Object), compress)
			if err != nil {
				if strings.Contains(err.Error(), "a message of at most") {
					continue
				}
				t.Fatalf("%v: %v", v, err)
			}
			w, err := dns.Decode(maker, again)
			if err != nil || fmt.Sprint(w) != fmt.Sprint(v) {
				t.Errorf("got %v, %v; want %v", w, err, v)
			}
		}
	})
}
