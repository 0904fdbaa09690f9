package conformance

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// session is one connection of the test's own HTTP/1 client. The client is raw
// on purpose: it shows what was on the wire and forgives nothing.
type session struct {
	net.Conn
	wire bytes.Buffer // all that was read for the current response
	used bool         // a response has been read
	r    *bufio.Reader
}

func newSession(c net.Conn) *session { return &session{Conn: c, r: bufio.NewReader(c)} }

// dial connects, and tries again while the connection is refused.
func dial(addr string) (*session, error) {
	for end := time.Now().Add(deadline); ; time.Sleep(interval) {
		c, err := net.DialTimeout("tcp", addr, deadline)
		if err == nil {
			return newSession(c), nil
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Now().After(end) {
			return nil, err
		}
	}
}

// response is one final response with the informational ones before it.
type response struct {
	interim string // heads of 1xx responses, each with its empty line, in LF form
	head    string // status line and header lines in LF form, without the empty line
	status  int
	body    []byte // without chunk framing
	trailer string // trailer lines in LF form
	wire    []byte // everything as it came
	cut     bool   // the connection ended before the message did
}

// field returns the values of all headers of that name, joined by ", ".
func (r *response) field(name string) string {
	var values []string
	for _, line := range strings.Split(r.head, "\n")[1:] {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			values = append(values, strings.TrimSpace(v))
		}
	}
	return strings.Join(values, ", ")
}

// text is the response as scripts see it: heads with plain line ends, body without chunk framing.
func (r *response) text() string {
	return r.interim + r.head + "\n" + string(r.body)
}

// read reads the response to a request of the given method.
func (s *session) read(method string) (*response, error) {
	s.SetReadDeadline(time.Now().Add(deadline))
	s.wire.Reset()
	res := &response{}
	err := s.readMessage(method, res)
	res.wire = bytes.Clone(s.wire.Bytes())
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) && res.status != 0 {
		res.cut, err = true, nil
	}
	return res, err
}

func (s *session) readMessage(method string, res *response) error {
	for {
		head, status, err := s.readHead()
		if err != nil {
			return err
		}
		if status >= 200 || status == 101 {
			res.head, res.status = head, status
			break
		}
		res.interim += head + "\n"
	}
	return s.readBody(method, res)
}

func (s *session) line() (string, error) {
	line, err := s.r.ReadString('\n')
	s.wire.WriteString(line)
	if err != nil {
		return line, err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\x00") {
		return line, fmt.Errorf("response line: want it to end with CRLF and hold no CR or NUL, got %q", line)
	}
	return text + "\n", nil
}

func (s *session) readHead() (head string, status int, err error) {
	for {
		line, err := s.line()
		if err == io.EOF && head != "" {
			err = fmt.Errorf("the connection ended inside a response head: %q", head+line)
		}
		if err != nil {
			return head, 0, err
		}
		if line == "\n" {
			break
		}
		head += line
	}
	start, _, _ := strings.Cut(head, "\n")
	words := strings.SplitN(start, " ", 3)
	if len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/1.") || len(words[1]) != 3 {
		return head, 0, fmt.Errorf("status line: want HTTP/1.x and three digits, got %q", start)
	}
	status, err = strconv.Atoi(words[1])
	return head, status, err
}

func (s *session) readBody(method string, res *response) error {
	te, cl := res.field("transfer-encoding"), res.field("content-length")
	if te != "" && cl != "" {
		return fmt.Errorf("response has both transfer-encoding and content-length:\n%s", res.head)
	}
	switch {
	case method == "HEAD" || res.status < 200 || res.status == 204 || res.status == 304:
		return nil
	case method == "CONNECT" && res.status < 300:
		return nil
	case strings.EqualFold(te, "chunked"):
		return s.readChunks(res)
	case te != "":
		return fmt.Errorf("transfer-encoding: want chunked, got %q", te)
	case cl != "":
		n, err := strconv.Atoi(cl)
		if err != nil {
			return fmt.Errorf("content-length: want a number, got %q", cl)
		}
		return s.readN(&res.body, n)
	}
	return s.readToEnd(res)
}

func (s *session) readN(to *[]byte, n int) error {
	b := make([]byte, n)
	got, err := io.ReadFull(s.r, b)
	s.wire.Write(b[:got])
	*to = append(*to, b[:got]...)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (s *session) readChunks(res *response) error {
	for {
		line, err := s.line()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		hex, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ";")
		n, err := strconv.ParseUint(hex, 16, 31)
		if err != nil {
			return fmt.Errorf("chunk size: want hexadecimal digits, got %q", line)
		}
		if n == 0 {
			break
		}
		if err := s.readN(&res.body, int(n)); err != nil {
			return err
		}
		if line, err := s.line(); err != nil || line != "\n" {
			return fmt.Errorf("end of chunk: want CRLF, got %q, %w", line, err)
		}
	}
	for {
		line, err := s.line()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil || line == "\n" {
			return err
		}
		res.trailer += line
	}
}

func (s *session) readToEnd(res *response) error {
	b, err := io.ReadAll(s.r)
	s.wire.Write(b)
	res.body = b
	return err
}

// ended waits until the server has closed the connection; extra is what it
// has sent before that, after the last response.
func (s *session) ended() (extra []byte, err error) {
	s.SetReadDeadline(time.Now().Add(deadline))
	extra, err = io.ReadAll(s.r)
	if errors.Is(err, syscall.ECONNRESET) {
		err = nil
	}
	return extra, err
}
