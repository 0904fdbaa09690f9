package websocket_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"pipy/pipy/codec/websocket"
	"pipy/pipy/event"
)

// decoded decodes b in pieces of n bytes. Each message becomes a line.
func decoded(o websocket.Options, b string, n int) (lines []string, err error) {
	body := ""
	d := websocket.NewDecoder(o, &event.Arena{}, func(evt event.Event) {
		switch evt := evt.(type) {
		case *event.MessageStart:
			h := evt.Head.(*websocket.Head)
			body = fmt.Sprintf("%d ", h.Opcode)
			if h.Masked {
				body = fmt.Sprintf("%d masked ", h.Opcode)
			}
		case *event.Data:
			body += evt.String()
			evt.Release()
		case *event.MessageEnd:
			lines = append(lines, body)
		}
	})
	for len(b) > 0 {
		k := min(n, len(b))
		if err = d.Feed(event.NewData([]byte(b[:k]))); err != nil {
			return lines, err
		}
		b = b[k:]
	}
	return lines, d.End()
}

func TestDecoder(t *testing.T) {
	long := strings.Repeat("x", 200)
	longer := strings.Repeat("y", 70000)
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		// RFC 6455, 5.7
		"text":            {"\x81\x05Hello", []string{"1 Hello"}},
		"masked text":     {"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", []string{"1 masked Hello"}},
		"fragments":       {"\x01\x03Hel\x80\x02lo", []string{"1 Hello"}},
		"ping":            {"\x89\x05Hello", []string{"9 Hello"}},
		"masked pong":     {"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", []string{"10 masked Hello"}},
		"16 bits":         {"\x82\x7e\x00\xc8" + long, []string{"2 " + long}},
		"64 bits":         {"\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70" + longer, []string{"2 " + longer}},
		"empty":           {"\x81\x00\x82\x00", []string{"1 ", "2 "}},
		"empty fragments": {"\x01\x00\x00\x00\x80\x00", []string{"1 "}},
		"ping between":    {"\x01\x03Hel\x89\x01p\x8a\x00\x80\x02lo", []string{"9 p", "10 ", "1 Hello"}},
		"close":           {"\x88\x00", []string{"8 "}},
		"close with code": {"\x88\x05\x03\xe8bye", []string{"8 \x03\xe8bye"}},
		"private code":    {"\x88\x02\x0f\xa0", []string{"8 \x0f\xa0"}},
		"after close":     {"\x88\x00\x81\x05Hello\xff\xff", []string{"8 "}},
		"cut character":   {"\x01\x01\xc3\x80\x01\xa9", []string{"1 é"}},
		"binary is bytes": {"\x82\x02\xff\xfe", []string{"2 \xff\xfe"}},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= len(c.in); n++ {
				if len(c.in) > 1000 && n > 3 && n != 1000 {
					continue
				}
				got, err := decoded(websocket.Options{}, c.in, n)
				if err != nil || !slices.Equal(got, c.want) {
					t.Fatalf("by %d: got %.100q, error %v", n, got, err)
				}
			}
		})
	}
}

func TestDecoderErrors(t *testing.T) {
	for name, c := range map[string]struct {
		opt  websocket.Options
		in   string
		code int
		text string
	}{
		"reserved bits":        {in: "\xc1\x00", code: 1002, text: "reserved bits"},
		"reserved opcode":      {in: "\x83\x00", code: 1002, text: "opcode 3 is reserved"},
		"reserved control":     {in: "\x8b\x00", code: 1002, text: "opcode 11 is reserved"},
		"fragmented control":   {in: "\x09\x00", code: 1002, text: "fragmented"},
		"long control":         {in: "\x89\x7e\x00\x7e", code: 1002, text: "at most 125"},
		"continuation":         {in: "\x80\x00", code: 1002, text: "continuation of nothing"},
		"after the last":       {in: "\x81\x00\x80\x00", code: 1002, text: "continuation of nothing"},
		"no continuation":      {in: "\x01\x00\x81\x00", code: 1002, text: "want a continuation"},
		"long form of 16 bits": {in: "\x82\x7e\x00\x7d", code: 1002, text: "shortest form"},
		"long form of 64 bits": {in: "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", code: 1002, text: "shortest form"},
		"highest bit":          {in: "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", code: 1002, text: "highest bit"},
		"no mask":              {opt: websocket.Options{Role: websocket.Server}, in: "\x81\x00", code: 1002, text: "want a mask"},
		"mask":                 {opt: websocket.Options{Role: websocket.Client}, in: "\x81\x80\x00\x00\x00\x00", code: 1002, text: "want no mask"},
		"too large":            {opt: websocket.Options{MaxMessage: 5}, in: "\x81\x06", code: 1009, text: "too large"},
		"too large in all":     {opt: websocket.Options{MaxMessage: 5}, in: "\x01\x03abc\x80\x03", code: 1009, text: "too large"},
		"too large by far":     {opt: websocket.Options{MaxMessage: 5}, in: "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", code: 1009, text: "too large"},
		"not UTF-8":            {in: "\x81\x02\xff\xfe", code: 1007, text: "UTF-8"},
		"surrogate":            {in: "\x81\x03\xed\xa0\x80", code: 1007, text: "UTF-8"},
		"overlong":             {in: "\x81\x02\xc0\xaf", code: 1007, text: "UTF-8"},
		"beyond Unicode":       {in: "\x81\x04\xf4\x90\x80\x80", code: 1007, text: "UTF-8"},
		"cut UTF-8":            {in: "\x81\x01\xc3", code: 1007, text: "UTF-8"},
		"code of 1 byte":       {in: "\x88\x01\x03", code: 1002, text: "1 byte"},
		"code 999":             {in: "\x88\x02\x03\xe7", code: 1002, text: "999"},
		"code 1004":            {in: "\x88\x02\x03\xec", code: 1002, text: "1004"},
		"code 1005":            {in: "\x88\x02\x03\xed", code: 1002, text: "1005"},
		"code 1006":            {in: "\x88\x02\x03\xee", code: 1002, text: "1006"},
		"code 1015":            {in: "\x88\x02\x03\xf7", code: 1002, text: "1015"},
		"code 5000":            {in: "\x88\x02\x13\x88", code: 1002, text: "5000"},
		"reason":               {in: "\x88\x03\x03\xe8\xff", code: 1007, text: "reason"},
		"cut header":           {in: "\x81", code: 1002, text: "ended within"},
		"cut payload":          {in: "\x81\x05Hel", code: 1002, text: "ended within"},
		"cut message":          {in: "\x01\x05Hello", code: 1002, text: "ended within"},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= len(c.in); n++ {
				_, err := decoded(c.opt, c.in, n)
				var e *websocket.Error
				if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Text, c.text) {
					t.Fatalf("by %d: got %v", n, err)
				}
			}
		})
	}
	if got, err := decoded(websocket.Options{AnyText: true}, "\x81\x02\xff\xfe", 1); err != nil || len(got) != 1 {
		t.Errorf("any text: got %q, %v", got, err)
	}
}

func encoded(o websocket.Options, h websocket.Head, body string) (string, error) {
	var b strings.Builder
	e := websocket.NewEncoder(o, &event.Arena{}, func(d *event.Data) { b.WriteString(d.String()) })
	if err := e.Start(h); err != nil {
		return "", err
	}
	if err := e.Data(event.NewData([]byte(body))); err != nil {
		return "", err
	}
	err := e.End()
	return b.String(), err
}

// The other side is an independent implementation.
func TestEncoderIsUnderstood(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 16384, 16385, 70000} {
		for _, role := range []websocket.Role{websocket.Either, websocket.Server, websocket.Client} {
			want := strings.Repeat("abcdefghi", size/9+1)[:size]
			b, err := encoded(websocket.Options{Role: role}, websocket.Head{Opcode: 2}, want)
			if err != nil {
				t.Fatal(err)
			}
			r := strings.NewReader(b)
			got, frames := "", 0
			for r.Len() > 0 {
				h, err := ws.ReadHeader(r)
				if err != nil {
					t.Fatal(err)
				}
				f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
				if _, err := io.ReadFull(r, f.Payload); err != nil {
					t.Fatal(err)
				}
				if f.Header.Masked != (role == websocket.Client) || f.Header.Fin != (r.Len() == 0) || (f.Header.OpCode == ws.OpBinary) != (frames == 0) {
					t.Errorf("%d bytes, frame %d: got header %+v", size, frames, f.Header)
				}
				if f.Header.Masked {
					f = ws.UnmaskFrame(f)
				}
				got += string(f.Payload)
				frames++
			}
			if got != want {
				t.Errorf("%d bytes: got %d", size, len(got))
			}
		}
	}
}

func TestDecoderUnderstands(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, 300000} {
		want := strings.Repeat("abcdefghi", size/9+1)[:size]
		var b bytes.Buffer
		half := size / 2
		ws.WriteFrame(&b, ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte(want[:half]))))
		ws.WriteFrame(&b, ws.NewPingFrame([]byte("ping")))
		ws.WriteFrame(&b, ws.MaskFrame(ws.NewFrame(ws.OpContinuation, true, []byte(want[half:]))))
		ws.WriteFrame(&b, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "bye")))
		got, err := decoded(websocket.Options{}, b.String(), 1000)
		if err != nil || !slices.Equal(got, []string{"9 ping", "1 masked " + want, "8 \x03\xe8bye"}) {
			t.Errorf("%d bytes: got %.100q, %v", size, got, err)
		}
	}
}

func TestEncoderErrors(t *testing.T) {
	for _, c := range []struct {
		opt    websocket.Options
		opcode int
		body   string
		want   string
	}{
		{opcode: 0, want: "opcode"},
		{opcode: 3, want: "opcode"},
		{opcode: -1, want: "opcode"},
		{opcode: 16, want: "opcode"},
		{opcode: 9, body: strings.Repeat("x", 126), want: "125"},
		{opcode: 1, body: "\xff", want: "UTF-8"},
		{opcode: 1, body: "\xc3", want: "UTF-8"},
		{opcode: 8, body: "\x03", want: "1 byte"},
		{opcode: 8, body: "\x03\xed", want: "1005"},
		{opcode: 2, body: "123", opt: websocket.Options{MaxMessage: 2}, want: "too large"},
	} {
		if _, err := encoded(c.opt, websocket.Head{Opcode: c.opcode}, c.body); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d %q: got %v, want %q", c.opcode, c.body, err, c.want)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, s := range []string{
		"\x81\x05Hello", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "\x01\x03Hel\x89\x01p\x80\x02lo",
		"\x88\x05\x03\xe8bye", "\x82\x7e\x00\x7d", "\x01\x01\xc3\x80\x01\xa9", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
	} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		o := websocket.Options{MaxMessage: 1 << 16}
		whole, err := decoded(o, string(b), len(b)+1)
		cut, cutErr := decoded(o, string(b), max(1, n%16))
		if fmt.Sprint(err) != fmt.Sprint(cutErr) || !slices.Equal(whole, cut) {
			t.Errorf("at once: %q, %v; in pieces: %q, %v", whole, err, cut, cutErr)
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	frame := "\x82\xfe\x10\x00\x01\x02\x03\x04" + strings.Repeat("x", 4096)
	d := websocket.NewDecoder(websocket.Options{}, &event.Arena{}, func(evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	})
	b.SetBytes(4096)
	b.ReportAllocs()
	for b.Loop() {
		d.Feed(event.DataString(frame))
	}
}
