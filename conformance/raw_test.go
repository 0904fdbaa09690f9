package conformance

import (
	"bytes"
	"crypto/tls"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pipy/mocks/peers"
)

// pattern is the body of N bytes that scripts write as %N.
func pattern(n int) []byte { return peers.Pattern(n) }

// rawFlags are the flags of the command raw.
type rawFlags struct {
	input   []byte
	split   int           // bytes per write, 0: all at once
	delay   time.Duration // between writes
	half    bool          // close the sending side afterwards
	greet   *regexp.Regexp
	expect  *regexp.Regexp
	golden  []byte // from -expect @file
	closed  bool
	out     string
	nothing bool // want no byte back
	tls     *tls.Config
}

// cmdRaw: raw [flags] host:port [file] sends bytes and writes what comes back
// to standard output, until the server closes or -expect has matched.
func cmdRaw(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "raw")
	f, addr := parseRawFlags(ts, args)
	connect := dial
	if f.tls != nil {
		connect = func(addr string) (*session, error) { return dialTLSWith(addr, f.tls) }
	}
	s, err := connect(addr)
	ts.Check(err)
	defer s.Close()
	var got bytes.Buffer
	if f.greet != nil {
		if err := receive(s.Conn, &got, f.greet.Match); err != nil || !f.greet.Match(got.Bytes()) {
			ts.Fatalf("greeting: want %q, got %q, %v", f.greet, got.Bytes(), err)
		}
	}
	sent := make(chan error, 1)
	go func() { sent <- send(s.Conn, f) }()
	enough := func(b []byte) bool {
		return !f.closed && (f.expect != nil && f.expect.Match(b) || f.golden != nil && bytes.Equal(b, f.golden))
	}
	err = receive(s.Conn, &got, enough)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		ts.Fatalf("neither the end of the connection nor what was expected came, but %q", got.Bytes())
	}
	ts.Check(err)
	s.Close()
	<-sent // a write error shows in what came back
	check(ts, f, got.Bytes())
	if f.out != "" {
		ts.Check(os.WriteFile(ts.MkAbs(f.out), got.Bytes(), 0o666))
	}
	emit(ts, got.Bytes())
}

func check(ts *testscript.TestScript, f rawFlags, got []byte) {
	switch {
	case f.nothing && len(got) > 0:
		ts.Fatalf("want no answer, got %q", got)
	case f.expect != nil && !f.expect.Match(got):
		ts.Fatalf("want %q, got %q", f.expect, got)
	case f.golden != nil && !bytes.Equal(f.golden, got):
		ts.Fatalf("want %q, got %q", f.golden, got)
	}
}

func send(c net.Conn, f rawFlags) error {
	for b := f.input; len(b) > 0; {
		n := len(b)
		if f.split > 0 {
			n = min(n, f.split)
		}
		if _, err := c.Write(b[:n]); err != nil {
			return err
		}
		if b = b[n:]; len(b) > 0 {
			time.Sleep(f.delay)
		}
	}
	if f.half {
		return c.(interface{ CloseWrite() error }).CloseWrite()
	}
	return nil
}

// receive reads until the connection ends (nil), enough is true (nil), or time is over.
func receive(c net.Conn, to *bytes.Buffer, enough func([]byte) bool) error {
	c.SetReadDeadline(time.Now().Add(deadline))
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		to.Write(buf[:n])
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
		if err != nil || n > 0 && enough(to.Bytes()) {
			return err
		}
	}
}

func parseRawFlags(ts *testscript.TestScript, args []string) (rawFlags, string) {
	f := rawFlags{delay: 2 * time.Millisecond}
	crlf, escape, inline, more := false, false, "", ""
	var alpn []string
	flags := flag.NewFlagSet("raw", flag.ContinueOnError)
	flags.StringVar(&inline, "text", "", "")
	flags.Func("repeat", "", func(s string) error {
		n, text, _ := strings.Cut(s, "*")
		times, err := strconv.Atoi(n)
		more = strings.Repeat(text, max(0, times))
		return err
	})
	flags.BoolVar(&crlf, "crlf", false, "")
	flags.BoolVar(&escape, "escape", false, "")
	flags.IntVar(&f.split, "split", 0, "")
	milliseconds(flags, &f.delay, "delay")
	flags.BoolVar(&f.half, "half", false, "")
	flags.BoolVar(&f.closed, "closed", false, "")
	flags.BoolVar(&f.nothing, "nothing", false, "")
	flags.Func("tls", "", func(s string) error { f.tls = insecure(s); return nil })
	flags.Func("alpn", "", func(s string) error { alpn = strings.Split(s, ","); return nil })
	flags.Func("greet", "", func(s string) error { f.greet = compile(ts, s); return nil })
	flags.StringVar(&f.out, "o", "", "")
	flags.Func("expect", "", func(s string) error {
		if file, ok := strings.CutPrefix(s, "@"); ok {
			f.golden = []byte(ts.ReadFile(file))
		} else {
			f.expect = compile(ts, s)
		}
		return nil
	})
	words := parseFlags(ts, flags, args)
	if alpn != nil {
		if f.tls == nil {
			ts.Fatalf("raw: -alpn needs -tls")
		}
		f.tls.NextProtos = alpn
	}
	switch {
	case len(words) == 2 && inline == "":
		f.input = fileInput(ts, words[1], crlf, escape)
	case len(words) == 1:
		text, err := peers.Unescape(inline + more)
		ts.Check(err)
		f.input = []byte(text)
	default:
		ts.Fatalf("usage: raw [flags] host:port file, or raw [flags] -text BYTES host:port")
	}
	return f, words[0]
}

func fileInput(ts *testscript.TestScript, file string, crlf, escape bool) []byte {
	text := ts.ReadFile(file)
	if crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if escape {
		t, err := peers.Unescape(text)
		ts.Check(err)
		text = t
	}
	return []byte(text)
}
