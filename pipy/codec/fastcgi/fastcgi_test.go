package fastcgi_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"reflect"
	"strings"
	"testing"

	"pipy/pipy/codec/fastcgi"
	"pipy/pipy/event"
)

func decoded(b string, n int) (text string, err error) {
	d := fastcgi.NewDecoder(func(r fastcgi.Record) { text += fmt.Sprintf("%d/%d %q;", r.Type, r.ID, r.Content.String()) })
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

func TestRecords(t *testing.T) {
	out := &event.Data{}
	fastcgi.AppendBegin(out, 258, 1, true)
	fastcgi.Append(out, fastcgi.Stdin, 258, event.DataString("hello"))
	fastcgi.Append(out, fastcgi.Stdin, 258, &event.Data{})
	fastcgi.AppendEnd(out, 258, 1, 3)
	in := out.String()
	if len(in) != 16+16+8+16 {
		t.Errorf("got %d bytes", len(in))
	}
	want := `1/258 "\x00\x01\x01\x00\x00\x00\x00\x00";5/258 "hello";5/258 "";3/258 "\x00\x00\x00\x01\x03\x00\x00\x00";`
	for n := 1; n <= len(in); n++ {
		if got, err := decoded(in, n); err != nil || got != want {
			t.Errorf("by %d: got %s, %v", n, got, err)
		}
	}
	fastcgi.Append(out, fastcgi.Stdout, 1, event.NewData(make([]byte, 70000)))
	if got, _ := decoded(out.String(), 1000); strings.Count(got, "6/1") != 2 {
		t.Errorf("70000 bytes: got %d records", strings.Count(got, "6/1"))
	}
}

func TestParams(t *testing.T) {
	want := []fastcgi.Param{{"A", "1"}, {"", ""}, {"LONG", strings.Repeat("x", 200)}, {strings.Repeat("n", 128), ""}}
	b := fastcgi.AppendParams(nil, want)
	if got, err := fastcgi.ParseParams(b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for n := 1; n < len(b); n++ {
		if got, err := fastcgi.ParseParams(b[:n]); err == nil && len(got) >= len(want) {
			t.Errorf("cut at %d: got %v", n, got)
		}
	}
	if _, err := fastcgi.ParseParams([]byte("\xff\xff\xff\xff\xff\xff\xff\xff")); err == nil {
		t.Error("a length beyond the data was taken")
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{"\x02": "version", "\x01\x05\x00": "ended within", "\x01\x05\x00\x01\x00\x05\x00\x00hel": "ended within"} {
		if _, err := decoded(in, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", in, err)
		}
	}
	if _, _, err := fastcgi.ParseBegin(event.DataString("x")); err == nil {
		t.Error("a begin of 1 byte was taken")
	}
	if _, _, err := fastcgi.ParseEnd(event.DataString("x")); err == nil {
		t.Error("an end of 1 byte was taken")
	}
}

// The server of the standard library understands us, and we understand it.
func TestOfTheStandardLibrary(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go fcgi.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, b)
	}))
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	out := &event.Data{}
	fastcgi.AppendBegin(out, 1, 1, false)
	fastcgi.Append(out, fastcgi.Params, 1, event.NewData(fastcgi.AppendParams(nil, []fastcgi.Param{
		{"REQUEST_METHOD", "POST"}, {"REQUEST_URI", "/path"}, {"SERVER_PROTOCOL", "HTTP/1.1"}, {"CONTENT_LENGTH", "4"},
	})))
	fastcgi.Append(out, fastcgi.Params, 1, &event.Data{})
	fastcgi.Append(out, fastcgi.Stdin, 1, event.DataString("body"))
	fastcgi.Append(out, fastcgi.Stdin, 1, &event.Data{})
	conn.Write(out.Bytes())
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decoded(string(b), 7)
	if err != nil || !strings.Contains(got, "POST /path body") || !strings.Contains(got, `3/1 "\x00\x00\x00\x00\x00\x00\x00\x00"`) {
		t.Errorf("got %s, %v", got, err)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\x01\x05\x00\x01\x00\x05\x03\x00hello\x00\x00\x00"), 3)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(string(b), len(b)+1)
		cut, cutErr := decoded(string(b), max(1, n%16))
		if (err == nil) != (cutErr == nil) || whole != cut {
			t.Errorf("at once: %s, %v; in pieces: %s, %v", whole, err, cut, cutErr)
		}
		fastcgi.ParseParams(b)
	})
}
