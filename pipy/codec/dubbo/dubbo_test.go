package dubbo_test

import (
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/codec/dubbo"
	"pipy/pipy/event"
)

func decoded(b string, n int) (text string, err error) {
	d := dubbo.NewDecoder(1<<20, func(evt event.Event) {
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

func TestFrames(t *testing.T) {
	in := "\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x02hi" +
		"\xda\xbb\x22\x14\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"
	want := "{ID:7 Request:true TwoWay:true Event:false Serialization:2 Status:0} hi;" +
		"{ID:-1 Request:false TwoWay:false Event:true Serialization:2 Status:20} ;"
	for n := 1; n <= len(in); n++ {
		if got, err := decoded(in, n); err != nil || got != want {
			t.Errorf("by %d: got %s, %v", n, got, err)
		}
	}
	out := dubbo.Encode(dubbo.Head{ID: 7, Request: true, TwoWay: true, Serialization: 2}, event.DataString("hi"))
	out.Push(dubbo.Encode(dubbo.Head{ID: -1, Event: true, Serialization: 2, Status: 20}, &event.Data{}))
	if out.String() != in {
		t.Errorf("encoded: %x", out.String())
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"\xda\xbc": "da bb", "x": "da bb",
		"\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x10\x00\x01": "at most",
		"\xda\xbb\xc2": "ended within",
		"\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x02h": "ended within",
	} {
		for n := 1; n <= len(in); n++ {
			if _, err := decoded(in, n); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%x by %d: got %v, want %q", in, n, err, want)
			}
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x02hi"), 3)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(string(b), len(b)+1)
		cut, cutErr := decoded(string(b), max(1, n%16))
		if (err == nil) != (cutErr == nil) || whole != cut {
			t.Errorf("at once: %s, %v; in pieces: %s, %v", whole, err, cut, cutErr)
		}
	})
}
