package proxyproto

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pipy/pipy/event"
)

const most = 16 << 10

// show parses and says everything about the outcome.
func show(b []byte, most int) string {
	h, n, err := Parse(b, most)
	switch {
	case err != nil:
		return string(event.NameOf(err))
	case n == 0:
		return "incomplete"
	}
	text := fmt.Sprintf("%d bytes: v%d %s", n, h.Version, h.Protocol)
	if h.Local {
		text += " local"
	}
	if h.Source.IsValid() {
		text += fmt.Sprintf(" %s > %s", h.Source, h.Target)
	}
	if h.SourcePath != "" || h.TargetPath != "" {
		text += fmt.Sprintf(" %q > %q", h.SourcePath, h.TargetPath)
	}
	for _, t := range h.TLVs {
		text += fmt.Sprintf(" %02x=%q", t.Type, t.Value)
	}
	return text
}

// v2 makes a header of version 2.
func v2(command, family byte, parts ...string) string {
	body := strings.Join(parts, "")
	return signature2 + string([]byte{command, family, byte(len(body) >> 8), byte(len(body))}) + body
}

const (
	ipv4 = "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"
	ipv6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" +
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\xdc\x04\x01\xbb"
)

func pad(path string) string { return path + strings.Repeat("\x00", unixPath-len(path)) }

// The lines are those of proxy-protocol.txt, sections 2.1 and 2.2.
func TestParse(t *testing.T) {
	worst := "PROXY TCP6 ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"
	for _, c := range []struct{ input, want string }{
		{"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "56 bytes: v1 TCP4 255.255.255.255:65535 > 255.255.255.255:65535"},
		{"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "47 bytes: v1 TCP4 192.168.0.1:56324 > 192.168.0.11:443"},
		{"PROXY TCP6 2001:db8::1 ::1 1 0\r\n", "32 bytes: v1 TCP6 [2001:db8::1]:1 > [::1]:0"},
		{"PROXY UNKNOWN\r\n", "15 bytes: v1 UNKNOWN"},
		{"PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "107 bytes: v1 UNKNOWN"},
		{worst, "ProtocolError"},
		{"PROXY TCP4 ::1 ::1 1 1\r\n", "ProtocolError"},
		{"PROXY TCP6 127.0.0.1 127.0.0.1 1 1\r\n", "ProtocolError"},
		{"PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", "ProtocolError"},
		{"PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1 01\r\n", "ProtocolError"},
		{"PROXY TCP4 1.2.3.4 1.2.3.4 1 +1\r\n", "ProtocolError"},
		{"PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", "ProtocolError"},
		{"PROXY \r\n", "ProtocolError"},
		{"PROXY UNKNOWN" + strings.Repeat("x", 95), "ProtocolError"},
		{"proxy TCP4", "ProtocolError"},
		{"GET / HTTP/1.1\r\n\r\n", "ProtocolError"},

		{v2(0x21, 0x11, ipv4), "28 bytes: v2 TCP4 192.0.2.1:56324 > 198.51.100.2:443"},
		{v2(0x21, 0x12, ipv4), "28 bytes: v2 UDP4 192.0.2.1:56324 > 198.51.100.2:443"},
		{v2(0x21, 0x21, ipv6), "52 bytes: v2 TCP6 [2001:db8::1]:56324 > [2001:db8::2]:443"},
		{v2(0x21, 0x22, ipv6), "52 bytes: v2 UDP6 [2001:db8::1]:56324 > [2001:db8::2]:443"},
		{v2(0x21, 0x31, pad("/run/a"), pad("\x00abstract")), `232 bytes: v2 UNIX "/run/a" > "\x00abstract"`},
		{v2(0x21, 0x32, pad("/run/a"), pad("")), `232 bytes: v2 UNIX_DGRAM "/run/a" > ""`},
		{v2(0x21, 0x00), "16 bytes: v2 UNKNOWN"},
		{v2(0x21, 0x00, "whatever"), "24 bytes: v2 UNKNOWN"},
		{v2(0x21, 0x00, "\x02\x00\x01x"), `20 bytes: v2 UNKNOWN 02="x"`},
		{v2(0x20, 0x00), "16 bytes: v2 UNKNOWN local"},
		{v2(0x20, 0x11, ipv4, "\x02\x00\x01x"), "32 bytes: v2 UNKNOWN local"},
		{v2(0x20, 0xff, "junk"), "20 bytes: v2 UNKNOWN local"},
		{v2(0x21, 0x11, ipv4, "\x01\x00\x02h2\x04\x00\x00\x02\x00\x04host"), `43 bytes: v2 TCP4 192.0.2.1:56324 > 198.51.100.2:443 01="h2" 04="" 02="host"`},
		{v2(0x21, 0x11, ipv4, "\x01\x00"), "ProtocolError"},
		{v2(0x21, 0x11, ipv4, "\x01\x00\x02h"), "ProtocolError"},
		{v2(0x21, 0x11, ipv4, "\x03\x00\x04\x00\x00\x00\x00"), "ProtocolError"},
		{v2(0x21, 0x11, ipv4, "\x03\x00\x02\x00\x00"), "ProtocolError"},
		{v2(0x21, 0x11, ipv4[:11]), "ProtocolError"},
		{v2(0x21, 0x13, ipv4), "ProtocolError"},
		{v2(0x21, 0x41, ipv4), "ProtocolError"},
		{v2(0x22, 0x11, ipv4), "ProtocolError"},
		{v2(0x11, 0x11, ipv4), "ProtocolError"},
		{signature2[:11] + "\r", "ProtocolError"},
	} {
		if got := show([]byte(c.input), most); got != c.want {
			t.Errorf("%q:\n  got  %s\n  want %s", c.input, got, c.want)
		}
		if strings.HasPrefix(c.want, "Protocol") {
			continue
		}
		for i := range c.input {
			if got := show([]byte(c.input[:i]), most); got != "incomplete" {
				t.Errorf("%q: got %s, want it to be incomplete", c.input[:i], got)
			}
		}
		if got := show([]byte(c.input+"PROXY more"), most); got != c.want {
			t.Errorf("%q and more: got %s, want %s", c.input, got, c.want)
		}
	}
}

func TestWhatCannotBecomeAHeaderIsAnErrorAtOnce(t *testing.T) {
	for _, input := range []string{"G", "PROXy", "\r\n\r\nG", v2(0x11, 0x11)[:13]} {
		if got := show([]byte(input), most); got != "ProtocolError" {
			t.Errorf("%q: got %s, want ProtocolError", input, got)
		}
	}
}

func TestHeadersHaveALimit(t *testing.T) {
	long := v2(0x21, 0x11, ipv4, "\xe0\x00\x40", strings.Repeat("x", 64)) // 95 bytes
	for _, c := range []struct {
		input string
		most  int
		want  string
	}{
		{long, 95, `95 bytes: v2 TCP4 192.0.2.1:56324 > 198.51.100.2:443 e0="` + strings.Repeat("x", 64) + `"`},
		{long[:16], 94, "ProtocolError"},
		{"PROXY UNKNOWN\r\n", 15, "15 bytes: v1 UNKNOWN"},
		{"PROXY UNKNOWN\r\n", 14, "ProtocolError"},
	} {
		if got := show([]byte(c.input), c.most); got != c.want {
			t.Errorf("%q, at most %d: got %s, want %s", c.input, c.most, got, c.want)
		}
	}
}

func TestChecksumCoversTheHeader(t *testing.T) {
	h := &Header{
		Version: 2, Protocol: TCP4,
		Source: netip.MustParseAddrPort("192.0.2.1:1"), Target: netip.MustParseAddrPort("192.0.2.2:2"),
		TLVs: []TLV{{0x02, []byte("host")}, {Checksum, nil}, {0xe0, []byte("x")}},
	}
	b, err := h.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := show(b, most); !strings.Contains(got, `02="host" 03="`) {
		t.Fatalf("got %s", got)
	}
	for i := 13; i < len(b); i++ {
		if b[i] == Checksum && b[i+2] == 4 {
			continue // another type makes it no checksum
		}
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if got := show(bad, most); got != "ProtocolError" && got != "incomplete" {
			t.Errorf("with byte %d changed: got %s, want ProtocolError", i, got)
		}
	}
}

func TestHeadersComeBackAsTheyWereWritten(t *testing.T) {
	four, six := netip.MustParseAddrPort("192.0.2.1:5"), netip.MustParseAddrPort("[2001:db8::1]:6")
	for _, h := range []Header{
		{Version: 1, Protocol: TCP4, Source: four, Target: four},
		{Version: 1, Protocol: TCP6, Source: six, Target: six},
		{Version: 1, Protocol: Unknown},
		{Version: 2, Protocol: TCP4, Source: four, Target: four, TLVs: []TLV{{1, []byte("h2")}, {4, []byte{}}}},
		{Version: 2, Protocol: UDP6, Source: six, Target: six},
		{Version: 2, Protocol: Unix, SourcePath: "/a", TargetPath: strings.Repeat("b", unixPath)},
		{Version: 2, Protocol: UnixDatagram, SourcePath: "/a"},
		{Version: 2, Protocol: Unknown},
		{Version: 2, Protocol: Unknown, Local: true},
	} {
		b, err := h.AppendTo([]byte("before"))
		if err != nil {
			t.Errorf("%+v: %v", h, err)
			continue
		}
		got, n, err := Parse(b[6:], most)
		if err != nil || n != len(b)-6 || !reflect.DeepEqual(*got, h) {
			t.Errorf("%+v: got %+v, %d of %d bytes, %v", h, got, n, len(b)-6, err)
		}
	}
}

func TestEncode(t *testing.T) {
	four, six := netip.MustParseAddrPort("192.0.2.1:5"), netip.MustParseAddrPort("[2001:db8::1]:6")
	mapped := netip.MustParseAddrPort("[::ffff:192.0.2.1]:7")
	for _, c := range []struct {
		h    Header
		want string
	}{
		{Header{Protocol: TCP4}, "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"},
		{Header{Protocol: TCP6}, "PROXY TCP6 :: :: 0 0\r\n"},
		{Header{Protocol: TCP4, Source: mapped, Target: four}, "PROXY TCP4 192.0.2.1 192.0.2.1 7 5\r\n"},
		{Header{Protocol: TCP6, Source: six, Target: four}, "PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 6 5\r\n"},
		{Header{Protocol: UDP4, Source: four, Target: four}, "PROXY UNKNOWN\r\n"},
		{Header{Protocol: TCP4, Source: six, Target: four}, "error"},
		{Header{Version: 2, Protocol: UDP4, Source: four, Target: six}, "error"},
		{Header{Version: 2, Protocol: Unix, SourcePath: strings.Repeat("x", unixPath+1)}, "error"},
		{Header{Version: 2, Protocol: Unknown, TLVs: []TLV{{1, make([]byte, 65536)}}}, "error"},
		{Header{Version: 2, Protocol: Unknown, TLVs: []TLV{{1, make([]byte, 65533)}}}, "error"},
	} {
		b, err := c.h.AppendTo(nil)
		got := string(b)
		if err != nil {
			got += "error"
		}
		if got != c.want {
			t.Errorf("%+.80v: got %.80q, %v, want %q", c.h, got, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET"))
	f.Add([]byte("PROXY UNKNOWN\r\n"))
	f.Add([]byte(v2(0x21, 0x11, ipv4, "\x01\x00\x02h2\x03\x00\x04\x00\x00\x00\x00")))
	f.Add([]byte(v2(0x21, 0x31, pad("/run/a"), pad("\x00abstract"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := Parse(b, most)
		if err != nil || n == 0 {
			return
		}
		for i := range n {
			if _, m, err := Parse(b[:i], most); m != 0 || err != nil {
				t.Fatalf("%d of %d bytes: got %d, %v", i, n, m, err)
			}
		}
		again, err := h.AppendTo(nil)
		if err != nil {
			t.Fatalf("%+v: %v", h, err)
		}
		g, _, err := Parse(again, 1<<20)
		if err != nil {
			t.Fatalf("%q: %v", again, err)
		}
		if len(h.TLVs) == 0 {
			h.TLVs = nil
		}
		if !reflect.DeepEqual(h, g) && !hasChecksum(h) {
			t.Fatalf("got %+v, want %+v", g, h)
		}
	})
}

// hasChecksum tells whether the header has a checksum, which is computed anew.
func hasChecksum(h *Header) bool {
	for _, t := range h.TLVs {
		if t.Type == Checksum {
			return true
		}
	}
	return false
}
