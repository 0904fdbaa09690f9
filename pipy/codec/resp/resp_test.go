package resp_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"pipy/pipy/codec/resp"
	"pipy/pipy/event"
)

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case *event.Data:
		return fmt.Sprintf("data %q", v.String())
	case resp.Error:
		return fmt.Sprintf("error %q", string(v))
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		var parts []string
		for _, item := range v {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(v)
}

// decoded decodes b in pieces of n bytes. What it was read from has to be b.
func decoded(t *testing.T, b string, n int) (string, error) {
	t.Helper()
	var values []string
	raws := ""
	d := resp.NewDecoder(func(v any, raw *event.Data) {
		values = append(values, show(v))
		raws += raw.String()
		out := &event.Data{}
		if err := resp.Append(out, v); err != nil {
			t.Errorf("%s cannot be encoded: %v", show(v), err)
		}
		again := ""
		e := resp.NewDecoder(func(v any, _ *event.Data) { again = show(v) })
		if err := e.Feed(out); err != nil || again != show(v) {
			t.Errorf("%s: after another round: %s, %v", show(v), again, err)
		}
	})
	in := b
	for len(in) > 0 {
		k := min(n, len(in))
		if err := d.Feed(event.NewData([]byte(in[:k]))); err != nil {
			return strings.Join(values, ", "), err
		}
		in = in[k:]
	}
	err := d.End()
	if err == nil && raws != b {
		t.Errorf("got the bytes %q of %q", raws, b)
	}
	return strings.Join(values, ", "), err
}

func TestDecoder(t *testing.T) {
	for in, want := range map[string]string{ // the specification's examples
		"+OK\r\n": `"OK"`,
		"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n": `error "WRONGTYPE Operation against a key holding the wrong kind of value"`,
		":0\r\n":                               "0",
		":1000\r\n":                            "1000",
		":-123\r\n":                            "-123",
		":+7\r\n":                              "7",
		":9223372036854775807\r\n":             "9223372036854775807",
		"$5\r\nhello\r\n":                      `data "hello"`,
		"$0\r\n\r\n":                           `data ""`,
		"$4\r\n\r\n\r\n\r\n":                   `data "\r\n\r\n"`,
		"$-1\r\n":                              "null",
		"*0\r\n":                               "[]",
		"*-1\r\n":                              "null",
		"*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n": `[data "hello" data "world"]`,
		"*3\r\n:1\r\n:2\r\n:3\r\n":             "[1 2 3]",
		"*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*2\r\n+Hello\r\n-World\r\n": `[[1 2 3] ["Hello" error "World"]]`,
		"*3\r\n$5\r\nhello\r\n$-1\r\n$5\r\nworld\r\n":              `[data "hello" null data "world"]`,
		"+OK\r\n:1\r\n*1\r\n*0\r\n":                                `"OK", 1, [[]]`,
	} {
		for n := 1; n <= len(in); n++ {
			if got, err := decoded(t, in, n); err != nil || got != want {
				t.Errorf("%q by %d: got %s, %v; want %s", in, n, got, err, want)
			}
		}
	}
}

func TestDecoderErrors(t *testing.T) {
	for in, want := range map[string]string{
		"PING\r\n":                        "want one of",
		"+OK\n":                           "CRLF",
		"\r\n":                            "CRLF",
		":12a\r\n":                        "want an integer",
		":\r\n":                           "want an integer",
		"$-2\r\n":                         "want a length",
		"$536870913\r\n":                  "at most",
		"*1048577\r\n":                    "at most",
		"$1\r\nab\r\n":                    "CRLF after",
		strings.Repeat("*1\r\n", 33):      "at most",
		"+" + strings.Repeat("x", 64<<10): "at most",
		"+OK":                             "ended within",
		"$5\r\nhel":                       "ended within",
		"*2\r\n:1\r\n":                    "ended within",
	} {
		for _, n := range []int{1, 3, len(in)} {
			if got, err := decoded(t, in, n); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%.40q by %d: got %s, %v; want %q", in, n, got, err, want)
			}
		}
	}
}

func TestAppendErrors(t *testing.T) {
	for _, v := range []any{"a\r\nb", resp.Error("a\nb"), 1.5, []any{true}} {
		if err := resp.Append(&event.Data{}, v); err == nil {
			t.Errorf("%v: got no error", v)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, s := range []string{"+OK\r\n", "*2\r\n$5\r\nhello\r\n$-1\r\n", ":1\r\n-x\r\n", "*1\r\n*0\r\n", "$4\r\n\r\n"} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole, err := decoded(t, string(b), len(b)+1)
		cut, cutErr := decoded(t, string(b), max(1, n%16))
		if fmt.Sprint(err) != fmt.Sprint(cutErr) || whole != cut {
			t.Errorf("at once: %s, %v; in pieces: %s, %v", whole, err, cut, cutErr)
		}
	})
}

// The answers of a real server are understood, and it understands us.
func TestRedisServer(t *testing.T) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed")
	}
	dir := t.TempDir()
	cmd := exec.Command(path, "--port", "0", "--unixsocket", dir+"/s", "--dir", dir, "--save", "")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	conn := dial(t, dir+"/s")
	defer conn.Close()
	ask := &event.Data{}
	bulk := func(words ...string) {
		items := make([]any, len(words))
		for i, w := range words {
			items[i] = event.DataString(w)
		}
		if err := resp.Append(ask, items); err != nil {
			t.Fatal(err)
		}
	}
	bulk("SET", "k", "a\r\nb")
	bulk("GET", "k")
	bulk("GET", "nothing")
	bulk("LPUSH", "l", "1", "2")
	bulk("LRANGE", "l", "0", "-1")
	bulk("NOSUCH")
	if _, err := conn.Write(ask.Bytes()); err != nil {
		t.Fatal(err)
	}
	var got []string
	d := resp.NewDecoder(func(v any, _ *event.Data) { got = append(got, show(v)) })
	buf := make([]byte, 7)
	for len(got) < 6 {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Feed(event.NewData(append([]byte(nil), buf[:n]...))); err != nil {
			t.Fatal(err)
		}
	}
	want := `["OK" data "a\r\nb" null 2 [data "2" data "1"]`
	if s := "[" + strings.Join(got[:5], " "); s != want || !strings.HasPrefix(got[5], `error "ERR unknown command`) {
		t.Errorf("got %s %s", s, got[5])
	}
}
