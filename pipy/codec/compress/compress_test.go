package compress_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"testing"

	"pipy/pipy/codec/compress"
	"pipy/pipy/event"
)

var codings = []compress.Coding{compress.Gzip, compress.Deflate, compress.Brotli, compress.Zstd}

// text has both what compresses and what does not.
func text(size int) string {
	r := rand.New(rand.NewSource(1))
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "line %d of %x\n", b.Len(), r.Int63())
	}
	return b.String()[:size]
}

func source(s string) *event.Data { return event.NewData([]byte(s)) }

func compressed(t testing.TB, c compress.Coding, l compress.Level, parts ...string) string {
	t.Helper()
	e, err := compress.NewEncoder(c, l, &event.Arena{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Free()
	out := &event.Data{}
	for _, part := range parts {
		if err := e.Write(source(part), out); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// decompressed feeds b in pieces of n bytes.
func decompressed(l compress.Limits, b string, n int, list ...compress.Coding) (string, error) {
	d := compress.NewDecoder(l, list...)
	defer d.Free()
	var got bytes.Buffer
	drain := func() error {
		for {
			out, err := d.Next()
			if out == nil || err != nil {
				return err
			}
			got.WriteString(out.String())
			out.Release()
		}
	}
	for len(b) > 0 {
		k := min(n, len(b))
		d.Feed(source(b[:k]))
		b = b[k:]
		if err := drain(); err != nil {
			return got.String(), err
		}
	}
	d.End()
	err := drain()
	return got.String(), err
}

func TestWhatIsCompressedIsDecompressed(t *testing.T) {
	for _, c := range codings {
		for _, l := range []compress.Level{compress.Default, compress.None, compress.Speed, compress.Best} {
			for _, size := range []int{0, 1, 100, 70000, 300000} {
				want := text(size)
				b := compressed(t, c, l, want[:size/3], want[size/3:])
				for _, n := range []int{1, 7, 4096, 1 << 20} {
					if n == 1 && size > 1000 {
						continue
					}
					got, err := decompressed(compress.Limits{}, b, n, c)
					if err != nil || got != want {
						t.Errorf("%s %s, %d bytes by %d: got %d bytes, error %v", c, l, size, n, len(got), err)
					}
				}
			}
		}
	}
}

func TestManyWritesMakeOneStream(t *testing.T) {
	b := compressed(t, compress.Gzip, compress.Default, strings.Split(text(5000), "\n")...)
	r, err := gzip.NewReader(strings.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	got, err := io.ReadAll(r)
	if err != nil || string(got) != strings.ReplaceAll(text(5000), "\n", "") {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
}

func TestFlushMakesReadable(t *testing.T) {
	for _, c := range codings {
		e, err := compress.NewEncoder(c, compress.Default, &event.Arena{})
		if err != nil {
			t.Fatal(err)
		}
		d := compress.NewDecoder(compress.Limits{}, c)
		for i := range 5 {
			out := &event.Data{}
			want := fmt.Sprintf("event %d\n", i)
			if err := e.Write(source(want), out); err != nil {
				t.Fatal(err)
			}
			if !e.Dirty() {
				t.Errorf("%s: nothing to flush after a write", c)
			}
			if err := e.Flush(out); err != nil {
				t.Fatal(err)
			}
			d.Feed(out)
			got := &event.Data{}
			for {
				part, err := d.Next()
				if err != nil {
					t.Fatalf("%s: %v", c, err)
				}
				if part == nil {
					break
				}
				got.Push(part)
			}
			if got.String() != want {
				t.Errorf("%s: got %q after the flush, want %q", c, got, want)
			}
		}
		e.Free()
		d.Free()
	}
}

func TestCutInput(t *testing.T) {
	want := text(3000)
	for _, c := range codings {
		b := compressed(t, c, compress.Default, want)
		for n := 1; n < len(b); n++ {
			got, err := decompressed(compress.Limits{}, b[:n], 1<<20, c)
			if err == nil || !strings.HasPrefix(want, got) {
				t.Fatalf("%s cut at %d of %d: got %d bytes, error %v", c, n, len(b), len(got), err)
			}
		}
	}
}

func TestDamagedInput(t *testing.T) {
	for _, c := range codings {
		if got, err := decompressed(compress.Limits{}, strings.Repeat("\xff\x00garbage", 50), 10, c); err == nil {
			t.Errorf("%s: got %q, want an error", c, got)
		}
	}
}

func TestDeflateTakesWhatIsSentUnderTheName(t *testing.T) {
	want := text(1000)
	write := func(w io.WriteCloser, b *bytes.Buffer) string {
		io.WriteString(w, want)
		w.Close()
		return b.String()
	}
	var raw, wrapped, zipped bytes.Buffer
	fw, _ := flate.NewWriter(&raw, 5)
	for name, b := range map[string]string{
		"raw":  write(fw, &raw),
		"zlib": write(zlib.NewWriter(&wrapped), &wrapped),
		"gzip": write(gzip.NewWriter(&zipped), &zipped),
	} {
		for range 2 { // the second time with a pooled reader
			if got, err := decompressed(compress.Limits{}, b, 1, compress.Deflate); err != nil || got != want {
				t.Errorf("%s: got %q, error %v", name, got, err)
			}
		}
	}
}

func TestCodingsThatWereAppliedInTurn(t *testing.T) {
	want := text(10000)
	b := compressed(t, compress.Brotli, compress.Default, compressed(t, compress.Gzip, compress.Default, want))
	got, err := decompressed(compress.Limits{}, b, 100, compress.Gzip, compress.Brotli)
	if err != nil || got != want {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
}

func TestLimits(t *testing.T) {
	bomb := strings.Repeat("\x00", 8<<20)
	for _, c := range codings {
		b := compressed(t, c, compress.Default, bomb)
		for _, l := range []compress.Limits{{MaxRatio: 200}, {MaxSize: 1 << 20}} {
			got, err := decompressed(l, b, 1<<10, c)
			var limit *compress.LimitError
			if !errors.As(err, &limit) || len(got) > 2<<20 {
				t.Errorf("%s: %+v: got %d bytes, error %v", c, l, len(got), err)
			}
		}
		if got, err := decompressed(compress.Limits{MaxSize: 8 << 20}, b, 1<<20, c); err != nil || len(got) != len(bomb) {
			t.Errorf("%s: just within the limit: got %d bytes, error %v", c, len(got), err)
		}
	}
}

func TestFreeingInTheMiddle(t *testing.T) {
	for _, c := range codings {
		b := compressed(t, c, compress.Default, text(100000))
		d := compress.NewDecoder(compress.Limits{}, c)
		d.Feed(source(b[:len(b)/2]))
		if _, err := d.Next(); err != nil {
			t.Errorf("%s: %v", c, err)
		}
		d.Free()
		d.Free()
		if got, err := decompressed(compress.Limits{}, b, 1000, c); err != nil || got != text(100000) {
			t.Errorf("%s: after that: %d bytes, error %v", c, len(got), err)
		}
	}
}

func TestChoose(t *testing.T) {
	all := []compress.Coding{compress.Zstd, compress.Brotli, compress.Gzip}
	for _, c := range []struct {
		accept string
		want   compress.Coding // empty: as it is
	}{ // RFC 9110, 12.5.3
		{"", ""},
		{"gzip", compress.Gzip},
		{"GZip", compress.Gzip},
		{"x-gzip", compress.Gzip},
		{"gzip, br", compress.Brotli},
		{"gzip;q=1.0, br;q=0.5", compress.Gzip},
		{"gzip;q=0", ""},
		{"*", compress.Zstd},
		{"*;q=0", ""},
		{"br;q=0, *", compress.Zstd},
		{"gzip, *;q=0", compress.Gzip},
		{"identity", ""},
		{"identity;q=0.5, gzip;q=0.4", ""},
		{"identity;q=0.5, gzip;q=0.8", compress.Gzip},
		{"gzip;q=abc", ""},
		{"gzip;q=2", ""},
		{"gzip ; q=0.2 , deflate", compress.Gzip},
	} {
		if got, _ := compress.Choose(c.accept, all); got != c.want {
			t.Errorf("%q: got %q, want %q", c.accept, got, c.want)
		}
	}
}

func TestParseList(t *testing.T) {
	for value, want := range map[string]string{
		"": "[]", "identity": "[]", "gzip": "[gzip]", "X-GZIP": "[gzip]", "gzip, br": "[gzip br]",
		"gzip, rot13": "-", "gzip,gzip,gzip,gzip": "-", " deflate ,": "[deflate]",
	} {
		got := "-"
		if list, ok := compress.ParseList(value); ok {
			got = fmt.Sprint(list)
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for i, c := range codings {
		f.Add(byte(i), []byte(compressed(f, c, compress.Default, text(200))), 3)
	}
	f.Fuzz(func(t *testing.T, c byte, b []byte, n int) {
		coding := codings[int(c)%len(codings)]
		l := compress.Limits{MaxSize: 1 << 20}
		whole, err := decompressed(l, string(b), len(b)+1, coding)
		cut, cutErr := decompressed(l, string(b), max(1, n%64), coding)
		if (err == nil) != (cutErr == nil) || err == nil && whole != cut {
			t.Errorf("at once: %d bytes, %v; in pieces: %d bytes, %v", len(whole), err, len(cut), cutErr)
		}
	})
}
