package filters_test

import (
	"strings"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
)

// again feeds the messages that one filter made to another one.
func again(t *testing.T, name string, events []event.Event, args ...any) []event.Event {
	t.Helper()
	f := ft.New(t, name, args...)
	f.Send(events...)
	return f.Take()
}

// Bytes of each protocol, decoded and encoded again.
func TestWhatIsDecodedIsEncoded(t *testing.T) {
	for _, c := range []struct {
		protocol string
		in       string
		head     map[string]any // some members of the first head
	}{
		{"WebSocket", "\x81\x05Hello\x89\x00", map[string]any{"opcode": 1.0, "masked": false}},
		{"RESP", "*3\r\n:12\r\n$2\r\nhi\r\n*1\r\n-ERR\r\n+OK\r\n$-1\r\n", nil},
		{"Dubbo", "\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x02hi", map[string]any{"id": "7", "requestID": 7.0, "isRequest": true, "isEvent": false}},
		{"MQTT", "\x10\x25\x00\x04MQTT\x04\xee\x00\x0a\x00\x01c\x00\x04will\x00\x03bye\x00\x04user\x00\x05\x00pass" +
			"\x3d\x08\x00\x03a/b\x00\x0ax\x82\x0e\x00\x0a\x00\x03a/b\x01\x00\x03c/d\x02\x90\x05\x00\x0a\x00\x01\x80\xa2\x07\x00\x0a\x00\x03a/b\x40\x02\x00\x01\xc0\x00\xe0\x00",
			map[string]any{"type": "CONNECT", "protocolLevel": 4.0, "clientID": "c", "username": "user", "keepAlive": 10.0}},
		{"MQTT", "\x10\x16\x00\x04MQTT\x05\x40\x00\x0a\x05\x11\x00\x00\x00\x0a\x00\x00\x00\x02pw" +
			"\x82\x0a\x00\x0a\x02\x0b\x07\x00\x02/#\x2d\x30\x0f\x00\x01t\x09\x26\x00\x01k\x00\x03valxx\x20\x0a\x00\x87\x07\x21\x00\x14\x24\x01\x25\x00\xf0\x08\x18\x06\x15\x00\x03abc",
			map[string]any{"protocolLevel": 5.0}},
		{"BGP", strings.Repeat("\xff", 16) + "\x00\x2f\x02\x00\x04\x18\xc0\x00\x02\x00\x12\x40\x01\x01\x00\x40\x02\x04\x02\x01\xfd\xe8\x40\x03\x04\x0a\x00\x00\x01\x08\x0a" + strings.Repeat("\xff", 16) + "\x00\x13\x04", nil},
		{"Thrift", "\x80\x01\x00\x01\x00\x00\x00\x05hello\x00\x00\x00\x07\x0b\x00\x01\x00\x00\x00\x01x\x0f\x00\x02\x08\x00\x00\x00\x01\x00\x00\x00\x05\x0d\x00\x03\x03\x0b\x00\x00\x00\x01\x01\x00\x00\x00\x01y\x00", nil},
	} {
		for n := 1; n <= len(c.in); n += 3 {
			f := ft.New(t, "decode"+c.protocol)
			for at := 0; at < len(c.in); at += n {
				f.Send(ft.Data(c.in[at:min(at+n, len(c.in))]))
			}
			f.Send(ft.End())
			events := f.Take()
			if last := ft.Show(events[len(events)-1]); last != "StreamEnd" {
				t.Fatalf("%s by %d: got %s", c.protocol, n, last)
			}
			head, _ := events[0].(*event.MessageStart).Head.(event.Object)
			for name, want := range c.head {
				if got := head.Get(name); got != want {
					t.Errorf("%s: head.%s: got %v, want %v", c.protocol, name, got, want)
				}
			}
			out := ""
			for _, evt := range again(t, "encode"+c.protocol, events) {
				if d, ok := evt.(*event.Data); ok {
					out += d.String()
				}
			}
			if out != c.in {
				t.Errorf("%s by %d: encoded %q, want %q", c.protocol, n, out, c.in)
			}
		}
	}
}

func TestBytesThatAreNotValid(t *testing.T) {
	for protocol, in := range map[string]string{
		"WebSocket": "\xff", "RESP": "x\r\n", "Dubbo": "x", "MQTT": "\x00\x00", "Thrift": "\xff", "BGP": "x",
	} {
		f := ft.New(t, "decode"+protocol)
		f.Send(ft.Data(in))
		f.Want("StreamEnd ProtocolError")
		f.WantError(strings.ToLower(protocol) + ":")
		f.Again() // the next stream is not affected
		f.Send(ft.Flush(), ft.EndWith(event.ConnectionReset))
		f.Want(`Data ""`, "StreamEnd ConnectionReset")
	}
}

func TestBytesThatEndInTheMiddle(t *testing.T) {
	for protocol, in := range map[string]string{
		"WebSocket": "\x81\x05He", "RESP": "$5\r\nhe", "Dubbo": "\xda\xbb", "MQTT": "\x30\x08", "Thrift": "\x80\x01", "BGP": "\xff",
	} {
		f := ft.New(t, "decode"+protocol)
		f.Send(ft.Data(in), ft.End())
		got := f.Take()
		if last := ft.Show(got[len(got)-1]); last != "StreamEnd ProtocolError" {
			t.Errorf("%s: got %s", protocol, last)
		}
		f.WantError("ended within")
	}
}

func TestMessagesThatCannotBeEncoded(t *testing.T) {
	payload := func(v any) []event.Event {
		return []event.Event{&event.MessageStart{}, &event.MessageEnd{Payload: v}}
	}
	for _, c := range []struct {
		protocol string
		events   []event.Event
		want     string
	}{
		{"WebSocket", ft.MessageWith(ft.Options{"opcode": 3}, "x"), "opcode"},
		{"WebSocket", ft.MessageWith(ft.Options{"opcode": 9}, strings.Repeat("x", 126)), "125"},
		{"RESP", payload("a\r\nb"), "line end"},
		{"Dubbo", ft.MessageWith(ft.Options{"requestID": "x"}, ""), "requestID"},
		{"Dubbo", ft.MessageWith(ft.Options{"status": 256}, ""), "status"},
		{"MQTT", ft.MessageWith(ft.Options{"type": "PUB"}, ""), "type"},
		{"MQTT", ft.MessageWith(ft.Options{"type": "SUBSCRIBE", "packetIdentifier": 1}, ""), "topicFilters"},
		{"MQTT", ft.MessageWith(ft.Options{"type": "PUBLISH", "qos": 3}, ""), "qos"},
		{"BGP", payload(ft.Options{"type": "X"}), "want a type"},
		{"Thrift", payload(ft.Options{"protocol": "json"}), "protocol"},
		{"Thrift", payload(ft.Options{"fields": ft.Array{ft.Options{"id": 1, "type": "I8", "value": "x"}}}), "field 1"},
	} {
		f := ft.New(t, "encode"+c.protocol)
		f.Send(c.events...)
		got := f.Take()
		if last := ft.Show(got[len(got)-1]); !strings.HasPrefix(last, "StreamEnd") {
			t.Errorf("%s: got %s", c.protocol, last)
		}
		f.WantError(c.want)
	}
}

func TestEncodersDropWhatIsOutsideOfMessages(t *testing.T) {
	for _, protocol := range []string{"WebSocket", "RESP", "Dubbo", "MQTT", "Thrift", "BGP"} {
		f := ft.New(t, "encode"+protocol)
		f.Send(ft.Data("x"), event.End, ft.Flush(), ft.End())
		f.Want(`Data ""`, "StreamEnd")
	}
}

func TestEncodeDubboCountsAndTakesAnotherHead(t *testing.T) {
	f := ft.New(t, "encodeDubbo")
	for i := range 2 {
		f.Send(ft.Message("x")...)
		got := f.Take()
		if id := got[1].(*event.Data).At(11); int(id) != i {
			t.Errorf("message %d: got the ID %d", i, id)
		}
	}
	f = ft.New(t, "encodeDubbo", func(...any) any { return ft.Options{"id": "9", "isRequest": false, "status": 20} })
	f.Send(ft.Message("x")...)
	if got := f.Take()[1].(*event.Data).String(); got != "\xda\xbb\x42\x14\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x01x" {
		t.Errorf("got %q", got)
	}
}

func TestDecodeMQTTIsToldTheLevel(t *testing.T) {
	f := ft.New(t, "decodeMQTT", ft.Options{"protocolLevel": func(...any) any { return 5.0 }})
	f.Send(ft.Data("\xe0\x01\x04"))
	if head := f.Take()[0].(*event.MessageStart).Head.(event.Object); head.Get("reasonCode") != 4.0 {
		t.Errorf("got %v", head)
	}
	if _, err := ft.Make(t, "decodeMQTT", ft.Options{"protocolLevel": 6}); err == nil {
		t.Error("level 6 was taken")
	}
}

func TestWebSocketGoesAwayAtTheEnd(t *testing.T) {
	f := ft.New(t, "encodeWebSocket")
	f.Send(&event.MessageStart{Head: ft.Options{"masked": false}}, ft.Data("x"))
	f.Stop()
	f.Send(event.End)
	got := f.Take()
	if last := ft.Show(got[len(got)-1]); last != "StreamEnd" {
		t.Errorf("got %s", last)
	}
	if d := ft.Show(got[len(got)-2]); d != `Data "\x88\x02\x03\xe9"` {
		t.Errorf("got %s", d)
	}
}

func TestDecodeMultipart(t *testing.T) {
	in := "--b\r\nA: 1\r\nA: 2\r\n\r\none\r\n--b\r\nContent-Type: multipart/x; boundary=c\r\n\r\n--c\r\n\r\ntwo\r\n--c--\r\n--b--"
	for n := 1; n <= len(in); n++ {
		f := ft.New(t, "decodeMultipart")
		f.Send(&event.MessageStart{Head: head("Content-Type", "multipart/form-data; boundary=b")})
		f.Send(ft.Data(in[:n]))
		f.Send(ft.Data(in[n:]), event.End)
		text := ""
		for _, evt := range f.Take() {
			switch evt := evt.(type) {
			case *event.MessageStart:
				text += ft.Text(evt.Head)
			case *event.Data:
				text += evt.String()
			case *event.MessageEnd:
				text += ";"
			}
		}
		if text != `{"headers": {"a": ["1", "2"]}}one;{"headers": {}}two;` {
			t.Errorf("cut at %d: got %s", n, text)
		}
	}
	f := ft.New(t, "decodeMultipart")
	f.Send(ft.MessageWith(head("Content-Type", "text/plain"), "plain")...)
	f.Want("MessageStart 200", `Data "plain"`, "MessageEnd")
	f.Send(ft.MessageWith(head("Content-Type", "multipart/x; boundary=b"), "--b\r\n\r\n")...)
	f.Want("MessageStart {\"headers\": {}}", "StreamEnd ProtocolError")
	f.WantError("last delimiter")
}

func TestRecordIsTheScriptsObject(t *testing.T) {
	f := ft.New(t, "decodeWebSocket")
	f.Send(ft.Data("\x81\x00"))
	r := f.Take()[0].(*event.MessageStart).Head.(*filters.Record)
	r.Set("opcode", 2.0)
	made := 0
	make := func(names []string, values []any) event.Object {
		made++
		o := ft.NewOrdered()
		for i, name := range names {
			o.Set(name, values[i])
		}
		return o
	}
	if r.Object(make) != r.Object(make) || made != 1 {
		t.Errorf("made %d objects", made)
	}
	r.Object(make).Set("opcode", 9.0)
	r.Set("more", "x")
	if r.Get("opcode") != 9.0 || strings.Join(r.Keys(), " ") != "opcode masked more" || r.Object(make).Get("more") != "x" {
		t.Errorf("got %v", ft.Text(r))
	}
}
