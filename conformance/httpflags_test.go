package conformance

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// httpFlags are the flags of the command http.
type httpFlags struct {
	headers  []string
	body     []byte
	hasBody  bool
	status   int    // 0: any
	times    int    // requests, at least 1
	keep     string // session name; "" gives each request a connection of its own
	protocol string
	target   string // instead of the path of the URL
	out      string // file for the bytes as they came
	chunked  bool   // send the body in two chunks
	closed   bool   // want the server to close after the last response
	cut      bool   // want the server to close before the response is complete
	empty    bool   // want the server to close without any answer
	pipeline bool   // send all requests before reading
	unread   bool   // read nothing
	final    bool   // want an answer and the close, or the close alone
	trailers bool   // show the trailer section after the body

	atLeast, atMost time.Duration // what all exchanges take together; 0: any

	background string // name for http-wait
}

func parseHTTPFlags(ts *testscript.TestScript, args []string) (httpFlags, []string) {
	var f httpFlags
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	flags.Func("H", "", func(s string) error { f.headers = append(f.headers, s); return nil })
	flags.Func("d", "", func(s string) error { f.hasBody, f.body = true, bodyOf(ts, s); return nil })
	flags.IntVar(&f.status, "status", 0, "")
	flags.IntVar(&f.times, "n", 1, "")
	flags.StringVar(&f.keep, "keep", "", "")
	flags.StringVar(&f.protocol, "protocol", "HTTP/1.1", "")
	flags.StringVar(&f.target, "target", "", "")
	number(flags, "long-target", func(n int) { f.target = "/" + strings.Repeat("a", n-1) })
	number(flags, "long-header", func(n int) { f.headers = append(f.headers, "X-Long: "+strings.Repeat("a", n)) })
	milliseconds(flags, &f.atLeast, "atleast")
	milliseconds(flags, &f.atMost, "atmost")
	flags.StringVar(&f.out, "o", "", "")
	flags.StringVar(&f.background, "bg", "", "")
	flags.BoolVar(&f.chunked, "chunked", false, "")
	flags.BoolVar(&f.closed, "closed", false, "")
	flags.BoolVar(&f.cut, "cut", false, "")
	flags.BoolVar(&f.empty, "empty", false, "")
	flags.BoolVar(&f.final, "final", false, "")
	flags.BoolVar(&f.unread, "unread", false, "")
	flags.BoolVar(&f.pipeline, "pipeline", false, "")
	flags.BoolVar(&f.trailers, "trailers", false, "")
	words := parseFlags(ts, flags, args)
	f.times = max(1, f.times)
	return f, words
}

// parseFlags parses the flags of a command wherever they stand among its
// arguments, and returns the others.
func parseFlags(ts *testscript.TestScript, flags *flag.FlagSet, args []string) (words []string) {
	flags.SetOutput(io.Discard)
	for {
		if err := flags.Parse(args); err != nil {
			ts.Fatalf("%s: %v", flags.Name(), err)
		}
		if flags.NArg() == 0 {
			return words
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
}

// number declares a flag with a number.
func number(flags *flag.FlagSet, name string, set func(n int)) {
	flags.Func(name, "", func(s string) error {
		n, err := strconv.Atoi(s)
		if err == nil {
			set(n)
		}
		return err
	})
}

// milliseconds declares a flag with a number of milliseconds.
func milliseconds(flags *flag.FlagSet, d *time.Duration, name string) {
	number(flags, name, func(n int) { *d = time.Duration(n) * time.Millisecond })
}

// bodyOf returns the text itself, the file after @, or N pattern bytes after %.
func bodyOf(ts *testscript.TestScript, arg string) []byte {
	if file, ok := strings.CutPrefix(arg, "@"); ok {
		return []byte(ts.ReadFile(file))
	}
	if size, ok := strings.CutPrefix(arg, "%"); ok {
		n, err := strconv.Atoi(size)
		ts.Check(err)
		return pattern(n)
	}
	return []byte(arg)
}

// requestBytes writes a request in the plainest form: request line, host,
// the given headers, content-length if there is a body.
func requestBytes(method string, u *url.URL, f httpFlags) []byte {
	target := u.RequestURI()
	if f.target != "" {
		target = f.target
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s\r\n", method, target, f.protocol)
	if !hasField(f.headers, "host") {
		fmt.Fprintf(&b, "Host: %s\r\n", u.Host)
	}
	for _, h := range f.headers {
		fmt.Fprintf(&b, "%s\r\n", h)
	}
	if !f.hasBody {
		b.WriteString("\r\n")
		return b.Bytes()
	}
	if f.chunked {
		half := len(f.body) / 2
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		for _, chunk := range [][]byte{f.body[:half], f.body[half:]} {
			if len(chunk) > 0 {
				fmt.Fprintf(&b, "%x\r\n%s\r\n", len(chunk), chunk)
			}
		}
		b.WriteString("0\r\n\r\n")
		return b.Bytes()
	}
	if !hasField(f.headers, "content-length") {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(f.body))
	}
	b.WriteString("\r\n")
	b.Write(f.body)
	return b.Bytes()
}

func hasField(headers []string, name string) bool {
	for _, h := range headers {
		if k, _, _ := strings.Cut(h, ":"); strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}
