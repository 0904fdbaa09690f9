package filters_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/logging"
)

const (
	proxyV1 = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"
	proxyV2 = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x13\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb\x02\x00\x04host"
)

// describe shows what a script sees of a header.
func describe(t *testing.T, v any) string {
	text := ""
	for _, name := range []string{"version", "command", "protocol", "sourceAddress", "sourcePort", "targetAddress", "targetPort"} {
		text += fmt.Sprintf("%v ", property(t, v, name))
	}
	list, _ := property(t, v, "tlvs").([]any)
	for _, item := range list {
		text += fmt.Sprintf("%v=%v ", property(t, item, "type"), property(t, item, "value"))
	}
	return strings.TrimSpace(text)
}

func TestAcceptProxyProtocolTakesTheHeaderOff(t *testing.T) {
	for _, c := range []struct{ input, want string }{
		{proxyV1, "1 <nil> TCP4 192.0.2.1 56324 198.51.100.2 443"},
		{proxyV2, "2 PROXY TCP4 192.0.2.1 56324 198.51.100.2 443 2=host"},
		{"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00", "2 LOCAL UNKNOWN <nil> <nil> <nil> <nil>"},
		{"PROXY UNKNOWN\r\n", "1 <nil> UNKNOWN <nil> <nil> <nil> <nil>"},
	} {
		far := newFarEnd(t)
		got := ""
		f := ft.New(t, "acceptProxyProtocol", far.Layout, func(args ...any) any { got = describe(t, args[0]); return true })
		for i := range len(c.input) + 1 {
			got = ""
			f.Again()
			f.Send(ft.Flush(), ft.Data(c.input[:i]))
			f.Send(ft.Data(c.input[i:] + "hello"))
			if got != c.want {
				t.Fatalf("%q, cut at %d:\n  got  %s\n  want %s", c.input, i, got, c.want)
			}
			if i < len(c.input) {
				far.want(`Data "hello"`)
			} else {
				far.want(`Data ""`, `Data "hello"`)
			}
			far.say(f, ft.Data("answer"))
			f.Want(`Data "answer"`)
			f.Send(ft.End())
			far.want("StreamEnd")
		}
	}
}

func TestAcceptProxyProtocolEndsOtherStreams(t *testing.T) {
	answer := any(true)
	f := ft.New(t, "acceptProxyProtocol", ft.Pipe(ft.Sink), func(...any) any { return answer }, ft.Options{"maxHeaderSize": 200})
	for _, c := range []struct {
		events []event.Event
		want   string
	}{
		{[]event.Event{ft.Data("GET / HTTP/1.1\r\n")}, "StreamEnd ProtocolError"},
		{[]event.Event{ft.Data("PROXY TCP5 ")}, ""},
		{[]event.Event{ft.Data("PROXY TCP4 nonsense\r\n")}, "StreamEnd ProtocolError"},
		{[]event.Event{ft.Data("PROXY "), ft.End()}, "StreamEnd ProtocolError"},
		{[]event.Event{ft.Data("PROXY "), ft.EndWith(event.ConnectionReset)}, "StreamEnd ConnectionReset"},
		{[]event.Event{ft.End()}, "StreamEnd"},
		{[]event.Event{ft.Data(proxyV2[:14] + "\x00\xff")}, "StreamEnd ProtocolError"}, // too long
	} {
		f.Again()
		f.Send(c.events...)
		if c.want == "" {
			f.Want()
			continue
		}
		f.Want(c.want)
		f.Send(ft.Data("more"))
		f.Want()
	}
	answer = false
	f.Again()
	f.Send(ft.Data(proxyV1 + "hello"))
	f.Want("StreamEnd")
}

func TestAcceptProxyProtocolDoesNotWaitForever(t *testing.T) {
	f := ft.New(t, "acceptProxyProtocol", ft.Pipe(ft.Sink), nil, ft.Options{"timeout": 3})
	f.Send(ft.Flush())
	f.Advance(2 * time.Second)
	f.Send(ft.Data("PROXY"))
	f.Advance(time.Second)
	f.Want("StreamEnd ReadTimeout")

	f.Again()
	f.Send(ft.Data(proxyV1))
	f.Advance(time.Hour)
	f.Want()
}

func TestAcceptProxyProtocolDecidesLater(t *testing.T) {
	far := newFarEnd(t)
	p := &ft.Promise{}
	f := ft.New(t, "acceptProxyProtocol", far.Layout, func(...any) any { return p })
	f.Send(ft.Data(proxyV1 + "a"))
	f.Send(ft.Data("b"), ft.End())
	p.Resolve(1)
	f.Loop.Turn()
	far.want(`Data "a"`, `Data "b"`, "StreamEnd")

	p = &ft.Promise{}
	f.Again()
	f.Send(ft.Data(proxyV1))
	p.Reject(errors.New("no database"))
	f.Loop.Turn()
	f.Want("StreamEnd RuntimeError")
	f.WantError("no database")
}

func TestConnectProxyProtocolWritesTheHeaderFirst(t *testing.T) {
	for _, c := range []struct {
		header any
		want   string
	}{
		{ft.Options{}, "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"},
		{ft.Options{"sourceAddress": "192.0.2.1", "sourcePort": 56324, "targetAddress": "198.51.100.2", "targetPort": 443}, proxyV1},
		{ft.Options{"sourceAddress": "::1", "sourcePort": 1}, "PROXY TCP6 ::1 :: 1 0\r\n"},
		{ft.Options{"protocol": "UNKNOWN"}, "PROXY UNKNOWN\r\n"},
		{ft.Options{"version": 2, "sourceAddress": "192.0.2.1", "sourcePort": 56324, "targetAddress": "198.51.100.2", "targetPort": 443,
			"tlvs": ft.Array{ft.Options{"type": 2, "value": "host"}}}, proxyV2},
		{ft.Options{"version": 2, "command": "LOCAL"}, "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"},
		{ft.Options{"version": 2, "protocol": "UNIX", "sourceAddress": "/a"}, "\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8/a" + strings.Repeat("\x00", 214)},
	} {
		far := newFarEnd(t)
		f := ft.New(t, "connectProxyProtocol", far.Layout, c.header)
		f.Send(ft.Data("hello"), ft.End())
		far.want(fmt.Sprintf("Data %q", c.want), `Data "hello"`, "StreamEnd")
		far.say(f, ft.Data("answer"), ft.End())
		f.Want(`Data "answer"`, "StreamEnd")
	}
}

func TestConnectProxyProtocolPassesAHeaderOn(t *testing.T) {
	var header any
	f := ft.New(t, "acceptProxyProtocol", ft.Pipe(ft.Sink), func(args ...any) any { header = args[0]; return true })
	f.Send(ft.Data(proxyV2))
	far := newFarEnd(t)
	f = ft.New(t, "connectProxyProtocol", far.Layout, func() any { return header })
	f.Send(ft.Flush())
	far.want(fmt.Sprintf("Data %q", proxyV2), `Data ""`)
	tlv := property(t, header, "tlvs").([]any)[0].(*filters.ProxyProtocolTLV)
	far = newFarEnd(t)
	f = ft.New(t, "connectProxyProtocol", far.Layout, ft.Options{"version": 2, "protocol": "UNKNOWN", "tlvs": ft.Array{tlv}})
	f.Send(ft.Flush())
	far.want(`Data "\r\n\r\n\x00\r\nQUIT\n!\x00\x00\a\x02\x00\x04host"`, `Data ""`)
}

func TestConnectProxyProtocolChecksHeaders(t *testing.T) {
	for text, header := range map[string]any{
		"header: want an object with the addresses":                 1,
		"header.sourceAddress: want an IP address, got \"x\"":       ft.Options{"sourceAddress": "x"},
		"header.targetPort: want a port from 0 to 65535, got 65536": ft.Options{"targetPort": 65536},
		"header.sourcePort: want a port from 0 to 65535, got 1.5":   ft.Options{"sourcePort": 1.5},
		"header.protocol: want one of TCP4":                         ft.Options{"protocol": "SCTP"},
		"header.tlvs: want an array":                                ft.Options{"version": 2, "tlvs": 1},
		"header.tlvs[0]: want an object with type and value":        ft.Options{"version": 2, "tlvs": ft.Array{1}},
		"header.tlvs[0].type: want a number from 0 to 255":          ft.Options{"version": 2, "tlvs": ft.Array{ft.Options{"type": 256}}},
		"header.tlvs[0].value: want a Data or a string":             ft.Options{"version": 2, "tlvs": ft.Array{ft.Options{"type": 1, "value": 1}}},
		"header: source address: want one of TCP4, got ::1":         ft.Options{"protocol": "TCP4", "sourceAddress": "::1"},
		"header: path: want at most 108 bytes, got 109":             ft.Options{"version": 2, "protocol": "UNIX", "sourceAddress": strings.Repeat("x", 109)},
	} {
		if _, err := ft.Make(t, "connectProxyProtocol", ft.Pipe(ft.Sink), header); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %s", err, text)
		}
		f := ft.New(t, "connectProxyProtocol", ft.Pipe(ft.Sink), func() any { return header })
		f.Send(ft.Data("x"))
		f.Want("StreamEnd RuntimeError")
		f.WantError(text)
	}
}

func TestAcceptProxyProtocolTakesOptionsWithoutACallback(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "acceptProxyProtocol", far.Layout, ft.Options{"timeout": 3})
	f.Send(ft.Data(proxyV1 + "hello"))
	far.want(`Data "hello"`)
	f.Again()
	f.Send(ft.Flush())
	f.Advance(3 * time.Second)
	f.Want("StreamEnd ReadTimeout")
	if _, err := ft.Make(t, "acceptProxyProtocol", far.Layout, ft.Options{}, ft.Options{}); err == nil {
		t.Error("an object was accepted as the callback")
	}
}

func TestWhyAHandshakeEndsAStreamIsLogged(t *testing.T) {
	yes := func(...any) any { return true }
	far := newFarEnd(t)
	for _, c := range []struct {
		name   string
		args   []any
		input  []event.Event
		answer []event.Event
		want   string
	}{
		{"acceptProxyProtocol", []any{ft.Pipe(ft.Sink)}, []event.Event{ft.Data("PROXY"), ft.End()}, nil,
			"[WRN] [acceptProxyProtocol] stream ended with ProtocolError: PROXY protocol: the header is cut off"},
		{"acceptSOCKS", []any{ft.Pipe(ft.Sink), yes}, []event.Event{ft.Data("GET /")}, nil,
			"[WRN] [acceptSOCKS] stream ended with ProtocolError: socks: "},
		{"connectSOCKS", []any{far.Layout, "host:80"}, []event.Event{ft.Data("a")}, []event.Event{ft.End()},
			"[WRN] [connectSOCKS] stream ended with ConnectionRefused: the SOCKS proxy closes the connection"},
		{"connectHTTPTunnel", []any{far.Layout, &event.Message{}}, []event.Event{ft.Data("a")}, []event.Event{ft.End()},
			"[WRN] [connectHTTPTunnel] stream ended with ConnectionRefused: the request for a tunnel is not answered"},
	} {
		f := ft.New(t, c.name, c.args...)
		f.Send(c.input...)
		if c.answer != nil {
			far.say(f, c.answer...)
		}
		f.Take()
		records := logging.LookupHistory(logging.ProcessLog).Records()
		if len(records) == 0 || !strings.Contains(string(records[len(records)-1]), c.want) {
			t.Errorf("%s: the log has %q, want %q at the end", c.name, records[max(0, len(records)-2):], c.want)
		}
	}
}
