package peers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Hello is the body of the "hello" peer.
const Hello = "Hi, there!\n"

// kind is one behaviour: make checks the argument after the colon and returns
// what serves one connection, or nil when nobody shall listen.
type kind struct {
	doc  string
	make func(arg string) (func(*conn), error)
}

// Kinds returns the names that Start accepts, sorted.
func Kinds() []string {
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Describe returns one sentence on what a kind of peer does, or "" if there is none.
func Describe(name string) string { return kinds[name].doc }

// kinds is filled by init because its functions refer to conn, whose peer refers to kinds.
var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"hello":      {`answers "Hi, there!" and a newline`, always(func(c *conn, r *request) error { return c.respond(r, []byte(Hello)) })},
		"echo":       {"answers with the body of the request", always(func(c *conn, r *request) error { return c.respond(r, r.body) })},
		"ip":         {`answers "You are requesting PATH from IP"`, always(tellIP)},
		"headers":    {"answers with the request as it came: head, empty line, body with its framing", always(echoWire)},
		"text":       {"text:T answers T and a newline", text},
		"bytes":      {"bytes:N answers N bytes with a content-length", sized(func(c *conn, r *request, b []byte) error { return c.respond(r, b) })},
		"chunked":    {"chunked:N answers N bytes in chunks with extensions, and a trailer", sized(chunked)},
		"eof":        {"eof:N answers N bytes that end with the connection", sized(untilClose)},
		"status":     {"status:S answers status S with the body \"status S\" (none for 1xx, 204 and 304)", status},
		"raw":        {`raw:BYTES answers each request with BYTES, where \r, \n, \t and \xHH are escapes`, raw},
		"rawclose":   {"rawclose:BYTES is raw that closes after the first answer", rawClose},
		"slow":       {"slow:MS answers hello after MS milliseconds (default 300)", slow},
		"hold":       {"answers hello once the test says so", always(hold)},
		"flaky":      {"flaky:N answers 503 N times and then hello, over and over", flaky},
		"gate":       {"answers .../wait once there was a request for .../go, and others with the number of their connection", plain(gate)},
		"once":       {"closes after one answer without having announced it", plain(once)},
		"second":     {"answers the first request of a connection, reads the second and closes", plain(second)},
		"close":      {"reads a request and closes", plain(closeSilently)},
		"reset":      {"reads a request and resets the connection", plain(resetPeer)},
		"stall":      {"reads and never answers", plain(func(c *conn) { io.Copy(io.Discard, c.r) })},
		"dribble":    {"answers hello byte by byte", always(dribble)},
		"truncate":   {"announces 100 bytes, sends 10 and closes", plain(truncate)},
		"cutchunked": {"sends one chunk of ten bytes and closes without the last one", plain(cutChunked)},
		"lie":        {"announces 5 bytes and sends 16", always(lie)},
		"informs":    {"sends 100 and 103 before it answers hello", always(informs)},
		"garbage":    {"answers with something that is not HTTP", always(func(c *conn, _ *request) error { _, err := c.Write([]byte("bad\x00news\r\n\r\n")); return err })},
		"refuse":     {"has a port on which nobody listens", func(string) (func(*conn), error) { return nil, nil }},
		"tcpecho":    {"sends back every byte", plain(func(c *conn) { io.Copy(c.Conn, c.r) })},
		"banner":     {`says "220 ready" at once, then sends back every byte`, plain(banner)},
		"sink":       {"reads and remembers, sends nothing, closes when the other side does", plain(func(c *conn) { io.Copy(io.Discard, c.r) })},
	}
}

func plain(serve func(*conn)) func(string) (func(*conn), error) {
	return func(arg string) (func(*conn), error) {
		if arg != "" {
			return nil, fmt.Errorf("want no argument, got %q", arg)
		}
		return serve, nil
	}
}

// loop answers all requests of a connection until one fails or the client closes.
func loop(answer func(*conn, *request) error) func(*conn) {
	return func(c *conn) {
		for {
			req, err := c.next()
			if err != nil {
				return
			}
			if err := answer(c, req); err != nil {
				return
			}
			if strings.EqualFold(req.field("connection"), "close") {
				return
			}
		}
	}
}

func always(answer func(*conn, *request) error) func(string) (func(*conn), error) {
	return plain(loop(answer))
}

func sized(answer func(*conn, *request, []byte) error) func(string) (func(*conn), error) {
	return func(arg string) (func(*conn), error) {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("want a number of bytes, got %q", arg)
		}
		body := Pattern(n)
		return loop(func(c *conn, r *request) error { return answer(c, r, body) }), nil
	}
}

// Pattern returns n bytes that repeat "0123456789abcdef" in lines of 64, so
// that a lost or doubled byte is seen.
func Pattern(n int) []byte {
	line := strings.Repeat("0123456789abcdef", 4)
	b := bytes.Repeat([]byte(line[:63]+"\n"), n/64+1)
	return b[:n]
}

func text(arg string) (func(*conn), error) {
	return loop(func(c *conn, r *request) error { return c.respond(r, []byte(arg+"\n")) }), nil
}

func tellIP(c *conn, r *request) error {
	ip, _, _ := net.SplitHostPort(c.RemoteAddr().String())
	return c.respond(r, fmt.Appendf(nil, "You are requesting %s from %s\n", r.path, ip))
}

func echoWire(c *conn, r *request) error {
	return c.respond(r, append([]byte(r.head+"\r\n"), r.wire...))
}

func status(arg string) (func(*conn), error) {
	code, err := strconv.Atoi(arg)
	if err != nil {
		return nil, fmt.Errorf("want a status code, got %q", arg)
	}
	answer := fmt.Sprintf("HTTP/1.1 %d Test\r\n", code)
	if code < 200 || code == 204 || code == 304 {
		answer += "\r\n"
	} else {
		body := "status " + arg
		answer += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return loop(func(c *conn, _ *request) error { _, err := io.WriteString(c, answer); return err }), nil
}

// Unescape replaces \r, \n, \t, \\ and \xHH by the bytes they stand for.
func Unescape(s string) (string, error) {
	return strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(s, `"`, `\"`), "\n", "") + `"`)
}

func raw(arg string) (func(*conn), error) {
	answer, err := Unescape(arg)
	if err != nil {
		return nil, fmt.Errorf("escapes in %q: %w", arg, err)
	}
	return loop(func(c *conn, _ *request) error { _, err := io.WriteString(c, answer); return err }), nil
}

func rawClose(arg string) (func(*conn), error) {
	answer, err := Unescape(arg)
	if err != nil {
		return nil, fmt.Errorf("escapes in %q: %w", arg, err)
	}
	return func(c *conn) {
		if _, err := c.next(); err == nil {
			io.WriteString(c, answer)
			c.linger()
		}
	}, nil
}

func chunked(c *conn, r *request, body []byte) error {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
	if r.method == "HEAD" {
		_, err := c.Write(b.Bytes())
		return err
	}
	for len(body) > 0 {
		n := min(len(body), 1000)
		fmt.Fprintf(&b, "%x;face=\"b00k\"\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	b.WriteString("0\r\nX-Sum: abc\r\n\r\n")
	_, err := c.Write(b.Bytes())
	return err
}

var errDone = errors.New("connection has served its purpose")

func untilClose(c *conn, _ *request, body []byte) error {
	io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	c.Write(body)
	c.linger()
	return errDone
}

func slow(arg string) (func(*conn), error) {
	ms := 300
	if arg != "" {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return nil, fmt.Errorf("want milliseconds, got %q", arg)
		}
		ms = n
	}
	return loop(func(c *conn, r *request) error {
		time.Sleep(time.Duration(ms) * time.Millisecond)
		return c.respond(r, []byte(Hello))
	}), nil
}

func hold(c *conn, r *request) error {
	<-c.peer.released
	return c.respond(r, []byte(Hello))
}

func once(c *conn) {
	if req, err := c.next(); err == nil {
		c.respond(req, []byte(Hello))
		c.linger()
	}
}

func second(c *conn) {
	if req, err := c.next(); err == nil && c.respond(req, []byte(Hello)) == nil {
		closeSilently(c)
	}
}

func closeSilently(c *conn) {
	if _, err := c.next(); err == nil {
		c.linger()
	}
}

func resetPeer(c *conn) {
	if _, err := c.next(); err == nil {
		c.reset()
	}
}

func dribble(c *conn, _ *request) error {
	for _, b := range []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(Hello), Hello)) {
		if _, err := c.Write([]byte{b}); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

func truncate(c *conn) {
	if _, err := c.next(); err == nil {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
		c.linger()
	}
}

func cutChunked(c *conn) {
	if _, err := c.next(); err == nil {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n")
		c.linger()
	}
}

func lie(c *conn, _ *request) error {
	_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n0123456789abcdef")
	return err
}

func informs(c *conn, r *request) error {
	io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
	return c.respond(r, []byte(Hello))
}

func banner(c *conn) {
	io.WriteString(c, "220 ready\r\n")
	io.Copy(c.Conn, c.r)
}
