package conformance

import (
	"bytes"
	"fmt"
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
	f := httpFlags{times: 1, protocol: "HTTP/1.1"}
	var words []string
	value := func() string {
		if len(args) < 2 {
			ts.Fatalf("%s: want a value", args[0])
		}
		args = args[1:]
		return args[0]
	}
	number := func() int {
		n, err := strconv.Atoi(value())
		ts.Check(err)
		return n
	}
	for ; len(args) > 0; args = args[1:] {
		switch args[0] {
		case "-H":
			f.headers = append(f.headers, value())
		case "-d":
			f.hasBody, f.body = true, bodyOf(ts, value())
		case "-status":
			f.status = number()
		case "-n":
			f.times = max(1, number())
		case "-keep":
			f.keep = value()
		case "-protocol":
			f.protocol = value()
		case "-target":
			f.target = value()
		case "-long-target":
			f.target = "/" + strings.Repeat("a", number()-1)
		case "-long-header":
			f.headers = append(f.headers, "X-Long: "+strings.Repeat("a", number()))
		case "-atleast":
			f.atLeast = time.Duration(number()) * time.Millisecond
		case "-atmost":
			f.atMost = time.Duration(number()) * time.Millisecond
		case "-o":
			f.out = value()
		case "-bg":
			f.background = value()
		case "-chunked":
			f.chunked = true
		case "-closed":
			f.closed = true
		case "-cut":
			f.cut = true
		case "-empty":
			f.empty = true
		case "-final":
			f.final = true
		case "-unread":
			f.unread = true
		case "-pipeline":
			f.pipeline = true
		case "-trailers":
			f.trailers = true
		default:
			if strings.HasPrefix(args[0], "-") {
				ts.Fatalf("http: unknown flag %s", args[0])
			}
			words = append(words, args[0])
		}
	}
	return f, words
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
