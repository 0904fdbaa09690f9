package peers

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// conn is one accepted connection, owned by its goroutine.
type conn struct {
	net.Conn
	peer   *Peer
	number int // 1 for the first one that the peer has accepted
	r      *bufio.Reader
	busy   bool // a request was read and not answered
}

func newConn(p *Peer, c net.Conn, number int) *conn {
	return &conn{Conn: c, peer: p, number: number, r: bufio.NewReader(recorder{p, c})}
}

// recorder copies everything that is read into the peer's record.
type recorder struct {
	peer *Peer
	r    io.Reader
}

func (r recorder) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.peer.record(b[:n])
	return n, err
}

// request is one HTTP/1 request as it came.
type request struct {
	head   string // the start line and the header lines with their line ends, without the empty line
	method string
	path   string
	wire   []byte // the body with its chunk framing, if any
	body   []byte // the body without framing
}

// field returns the value of the first header of that name, without blanks around it.
func (r *request) field(name string) string {
	for _, line := range strings.Split(r.head, "\n")[1:] {
		k, v, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// next reads one request. A connection that ends or breaks gives an error.
func (c *conn) next() (*request, error) {
	c.done()
	req, err := c.readRequest()
	if err == nil {
		c.peer.requestBegins()
		c.busy = true
	}
	return req, err
}

// done says that the last request was answered, or never will be.
func (c *conn) done() {
	if c.busy {
		c.peer.requestEnds()
	}
	c.busy = false
}

func (c *conn) readRequest() (*request, error) {
	var head strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if strings.TrimRight(line, "\r\n") == "" {
			break
		}
		head.WriteString(line)
	}
	req := &request{head: head.String()}
	start, _, _ := strings.Cut(req.head, "\n")
	words := strings.Fields(start)
	if len(words) != 3 {
		return nil, fmt.Errorf("request line: want three words, got %q", start)
	}
	req.method, req.path = words[0], words[1]
	return req, c.readBody(req)
}

func (c *conn) readBody(req *request) error {
	if strings.EqualFold(req.field("transfer-encoding"), "chunked") {
		return c.readChunks(req)
	}
	cl := req.field("content-length")
	if cl == "" {
		return nil
	}
	n, err := strconv.Atoi(cl)
	if err != nil {
		return err
	}
	req.body = make([]byte, n)
	_, err = io.ReadFull(c.r, req.body)
	req.wire = req.body
	return err
}

func (c *conn) readChunks(req *request) error {
	var wire, body bytes.Buffer
	defer func() { req.wire, req.body = wire.Bytes(), body.Bytes() }()
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return err
		}
		wire.WriteString(line)
		hex, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(strings.TrimSpace(hex), 16, 32)
		if err != nil {
			return err
		}
		if n == 0 {
			return c.readTrailers(&wire)
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, chunk); err != nil {
			return err
		}
		wire.Write(chunk)
		body.Write(chunk[:n])
	}
}

func (c *conn) readTrailers(wire *bytes.Buffer) error {
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return err
		}
		wire.WriteString(line)
		if strings.TrimRight(line, "\r\n") == "" {
			return nil
		}
	}
}

// respond writes a response of status 200 with the given body, or only its
// head when the request was HEAD.
func (c *conn) respond(req *request, body []byte) error {
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))
	if req.method == "HEAD" {
		body = nil
	}
	c.done() // before the client can know, so that peak is never too high
	_, err := c.Write(append([]byte(head), body...))
	return err
}

// reset closes the connection so that the other side sees a reset.
func (c *conn) reset() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

// linger closes the sending side and reads until the other side has closed
// too, so that no unread byte turns the end into a reset.
func (c *conn) linger() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		t.CloseWrite()
	}
	io.Copy(io.Discard, c.r)
}
