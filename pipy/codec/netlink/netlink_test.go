package netlink_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/codec/netlink"
	"pipy/pipy/event"
)

func decoded(b string, n int) (text string, err error) {
	d := netlink.NewDecoder(func(evt event.Event) {
		switch evt := evt.(type) {
		case *event.MessageStart:
			text += fmt.Sprintf("%+v ", evt.Head)
		case *event.Data:
			text += evt.String()
		case *event.MessageEnd:
			text += ";"
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

// message returns a message as bytes, without padding.
func message(length uint32, kind, flags uint16, seq, pid uint32, payload string) string {
	b := binary.NativeEndian.AppendUint32(nil, length)
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = binary.NativeEndian.AppendUint16(b, flags)
	b = binary.NativeEndian.AppendUint32(b, seq)
	b = binary.NativeEndian.AppendUint32(b, pid)
	return string(b) + payload
}

func TestMessages(t *testing.T) {
	in := message(16, 1, 0, 0, 0, "") + message(21, 18, 0x301, 7, 1<<32-1, "hello") + "\x00\x00\x00" +
		message(20, 3, 2, 1<<31, 9, "done")
	want := "{Type:1 Flags:0 Seq:0 PID:0} ;{Type:18 Flags:769 Seq:7 PID:4294967295} hello;" +
		"{Type:3 Flags:2 Seq:2147483648 PID:9} done;"
	for n := 1; n <= len(in); n++ {
		if got, err := decoded(in, n); err != nil || got != want {
			t.Errorf("by %d: got %s, %v", n, got, err)
		}
	}
	out := netlink.Encode(netlink.Head{Type: 1}, &event.Data{})
	out.Push(netlink.Encode(netlink.Head{Type: 18, Flags: 0x301, Seq: 7, PID: 1<<32 - 1}, event.DataString("hello")))
	out.Push(netlink.Encode(netlink.Head{Type: 3, Flags: 2, Seq: 1 << 31, PID: 9}, event.DataString("done")))
	if out.String() != in {
		t.Errorf("encoded: %x, want %x", out.String(), in)
	}
}

func TestThePaddingOfTheLastMessageMayBeMissing(t *testing.T) {
	if got, err := decoded(message(17, 1, 0, 0, 0, "x"), 100); err != nil || got != "{Type:1 Flags:0 Seq:0 PID:0} x;" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		message(15, 1, 0, 0, 0, ""):      "want a length of at least 16, got 15",
		message(20, 1, 0, 0, 0, "abc"):   "ended within",
		message(16, 1, 0, 0, 0, "")[:15]: "ended within",
	} {
		for n := 1; n <= len(in); n++ {
			if _, err := decoded(in, n); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%x by %d: got %v, want %q", in, n, err, want)
			}
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte(message(21, 18, 0x301, 7, 9, "hello\x00\x00\x00")+message(16, 3, 2, 7, 9, "")), 3)
	f.Add([]byte(message(15, 1, 0, 0, 0, "")), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(string(b), len(b)+1)
		cut, cutErr := decoded(string(b), max(1, n%16))
		if (err == nil) != (cutErr == nil) || whole != cut {
			t.Errorf("at once: %s, %v; in pieces: %s, %v", whole, err, cut, cutErr)
		}
	})
}
