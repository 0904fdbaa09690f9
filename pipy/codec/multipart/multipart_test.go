package multipart_test

import (
	"bytes"
	"fmt"
	"io"
	gomultipart "mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"pipy/pipy/codec/multipart"
	"pipy/pipy/event"
)

func decoded(b string, n int) (text string, err error) {
	d := multipart.NewDecoder("b", func(evt event.Event) {
		switch evt := evt.(type) {
		case *event.MessageStart:
			text += fmt.Sprint(evt.Head.(*multipart.Part).Header, " ")
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

var bodies = []struct{ name, in, want string }{
	{"one", "--b\r\nA: 1\r\n\r\nbody\r\n--b--", "[{a 1}] body;"},
	{"two", "--b\r\nA: 1\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n", "[{a 1}] x;[] y;"},
	{"preamble and epilogue", "pre\r\nface\r\n--b\r\n\r\nx\r\n--b--\r\nepi\r\n--b\r\n\r\nlogue", "[] x;"}, // RFC 2046, 5.1.1
	{"padding", "--b \t\r\n\r\nx\r\n--b-- ", "[] x;"},
	{"empty body", "--b\r\nA: 1\r\n\r\n\r\n--b--", "[{a 1}] ;"},
	{"no body", "--b\r\nA: 1\r\n\r\n--b--", "[{a 1}] ;"},
	{"line ends in the body", "--b\r\n\r\n\r\n\r\nx\r\n\r\n--b--", "[] \r\n\r\nx\r\n;"},
	{"longer boundary in the body", "--b\r\n\r\n--bc\r\nx\r\n--b-\r\n--b--", "[] --bc\r\nx\r\n--b-;"},
	{"folded", "--b\r\nA: 1;\r\n\t x=2\r\nB:3\r\n\r\n\r\n--b--", "[{a 1; x=2} {b 3}] ;"},
	{"nested", "--b\r\nContent-Type: multipart/mixed; boundary=\"c c\"\r\n\r\npre\r\n--c c\r\nI: 1\r\n\r\nin\r\n--c c--\r\npost\r\n--b\r\n\r\nout\r\n--b--",
		"[{i 1}] in;[] out;"},
	{"no parts", "--b--", ""},
}

func TestDecoder(t *testing.T) {
	for _, c := range bodies {
		for n := 1; n <= len(c.in); n++ {
			if got, err := decoded(c.in, n); err != nil || got != c.want {
				t.Errorf("%s by %d: got %q, %v; want %q", c.name, n, got, err, c.want)
				break
			}
		}
	}
}

func TestErrors(t *testing.T) {
	nested := ""
	for range 10 {
		nested += "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	}
	for in, want := range map[string]string{
		"": "last delimiter", "--b\r\n\r\nx": "last delimiter", "--b\r\nnonsense\r\n\r\n\r\n--b--": "colon",
		"--b\r\nA: " + strings.Repeat("x", 70000):                                       "at most",
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b--": "last delimiter",
		nested: "",
	} {
		if got, err := decoded(in, 1000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestBoundary(t *testing.T) {
	for in, want := range map[string]string{
		"multipart/form-data; boundary=x": "x", `Multipart/Mixed; charset=utf-8; boundary="a b"`: "a b",
		"text/plain; boundary=x": "", "multipart/mixed": "", "": "", "multipart/mixed; boundary=" + strings.Repeat("x", 71): "",
	} {
		got, ok := multipart.Boundary(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v", in, got, ok)
		}
	}
}

// What the standard library writes is understood.
func TestOfAnotherWriter(t *testing.T) {
	var b bytes.Buffer
	w := gomultipart.NewWriter(&b)
	w.SetBoundary("b")
	for i := range 3 {
		p, _ := w.CreatePart(textproto.MIMEHeader{"X": {fmt.Sprint(i)}})
		io.WriteString(p, strings.Repeat("\r\n--", i))
	}
	w.Close()
	for n := 1; n < 40; n++ {
		if got, err := decoded(b.String(), n); err != nil || got != "[{x 0}] ;[{x 1}] \r\n--;[{x 2}] \r\n--\r\n--;" {
			t.Errorf("by %d: got %q, %v", n, got, err)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, c := range bodies {
		f.Add([]byte(c.in), 2)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(string(b), len(b)+1)
		cut, cutErr := decoded(string(b), max(1, n%16))
		if (err == nil) != (cutErr == nil) || err == nil && whole != cut {
			t.Errorf("at once: %q, %v; in pieces: %q, %v", whole, err, cut, cutErr)
		}
	})
}
