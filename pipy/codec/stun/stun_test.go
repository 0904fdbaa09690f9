package stun_test

import (
	"encoding/hex"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pipy/pipy/codec/stun"
)

func bytesOf(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Responses of RFC 5769, 2.2 and 2.3.
const (
	response4 = "0101003c2112a442b7e7a701bc34d686fa87dfae" + "8022000b7465737420766563746f7220" + "002000080001a147e112a643" +
		"000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7" + "80280004c07d4c96"
	response6 = "010100482112a442b7e7a701bc34d686fa87dfae" + "8022000b7465737420766563746f7220" + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" +
		"00080014a382954e4be67bf11784c97c8292c275bfe3ed41" + "80280004c8fb0b4c"
)

func TestResponsesOfTheSpecification(t *testing.T) {
	for in, want := range map[string]string{response4: "192.0.2.1:32853", response6: "[2001:db8:1234:5678:11:2233:4455:6677]:32853"} {
		m, err := stun.Decode(bytesOf(t, in))
		if err != nil || m.Type != "BindingResponse" || m.Mapped.String() != want || hex.EncodeToString(m.ID) != "b7e7a701bc34d686fa87dfae" {
			t.Fatalf("got %v, %v; want %s", m, err, want)
		}
		if len(m.Attributes) != 2 || m.Attributes[0].Type != 0x8022 || string(m.Attributes[0].Value) != "test vector" {
			t.Errorf("got the attributes %v", m.Attributes)
		}
	}
}

func TestErrors(t *testing.T) {
	const id = "000102030405060708090a0b"
	for in, want := range map[string]string{
		"": "at least 20 bytes", "0101": "at least 20 bytes", "000300002112a442" + id: "the type 0x0003", "000100002112a443" + id: "magic cookie",
		"000100042112a442" + id: "want the length 0", "000100022112a442" + id + "0000": "a multiple of 4", "000100042112a442" + id + "80220001": "attribute 0x8022: want 1 bytes, got 0",
		"010100082112a442" + id + "0020000400017f00": "attribute 0x0020: want an address", "0101000c2112a442" + id + "00200008000200017f000001": "attribute 0x0020: want an address",
		"011100082112a442" + id + "0009000400000200": "attribute 0x0009: want an error code", strings.Replace(response4, "7465", "7466", 1): "want the checksum",
	} {
		if m, err := stun.Decode(bytesOf(t, in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want %q", in, m, err, want)
		}
	}
	for want, m := range map[string]*stun.Message{
		"type: want one of": {}, "transactionId: want 12 bytes": {Type: "BindingRequest"},
		"want attributes of less": {Type: "BindingRequest", ID: make([]byte, 12), Attributes: []stun.Attribute{{Type: 1, Value: make([]byte, 65533)}}},
	} {
		if b, err := stun.Encode(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %x, %v; want %q", m, b, err, want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, m := range []*stun.Message{
		{Type: "BindingRequest", ID: []byte("transaction_")},
		{Type: "BindingResponse", ID: []byte("transaction_"), Mapped: netip.MustParseAddrPort("10.0.0.1:65535"), Attributes: []stun.Attribute{{0x8022, []byte("x")}}},
		{Type: "BindingErrorResponse", ID: []byte("transaction_"), Code: 420, Reason: "Unknown Attribute"},
	} {
		b, err := stun.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := stun.Decode(b); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("got %+v, %v; want %+v", got, err, m)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(bytesOf(f, response4))
	f.Add(bytesOf(f, response6))
	f.Add(bytesOf(f, "011100082112a442000102030405060708090a0b0009000400000401"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := stun.Decode(b)
		if err != nil {
			return
		}
		m.Mapped = netip.AddrPortFrom(m.Mapped.Addr().Unmap(), m.Mapped.Port())
		again, err := stun.Encode(m)
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		if got, err := stun.Decode(again); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("got %+v, %v; want %+v", got, err, m)
		}
	})
}
