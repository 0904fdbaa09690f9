package fleet

import (
	"bytes"
	"net"
)

// Listener lets links of 0.30 workers in. They lack the host field that HTTP/1.1
// demands (RFC 9112, 3.2), and net/http refuses them for that; here they get one:
// the address that they have connected to. Other connections are left as they
// are.
func Listener(l net.Listener) net.Listener { return &listener{l} }

type listener struct{ net.Listener }

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &firstRead{Conn: c}, nil
}

// firstRead is a connection whose first bytes are looked at.
type firstRead struct {
	net.Conn
	looked bool
	rest   []byte // read, and not yet given away
}

// maxLinkHead bounds the head of a request that may be that of a link, in bytes.
// A 0.30 worker writes it at once, so it comes with one read.
const maxLinkHead = 2 << 10

// Read implements net.Conn.
func (c *firstRead) Read(b []byte) (int, error) {
	if len(c.rest) > 0 {
		n := copy(b, c.rest)
		c.rest = c.rest[n:]
		return n, nil
	}
	if c.looked || len(b) == 0 {
		return c.Conn.Read(b)
	}
	n, err := c.Conn.Read(b)
	c.looked = true
	head := b[:n]
	if !lacksHost(head) {
		return n, err
	}
	line := bytes.IndexByte(head, '\n') + 1
	with := append([]byte{}, head[:line]...)
	with = append(with, "host: "+c.LocalAddr().String()+"\r\n"...)
	with = append(with, head[line:]...)
	n = copy(b, with)
	c.rest = with[n:]
	return n, err
}

// lacksHost tells whether bytes are the head of an upgrade without a host.
func lacksHost(b []byte) bool {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || end > maxLinkHead || !bytes.HasPrefix(b, []byte("GET /")) {
		return false
	}
	fields := bytes.ToLower(b[bytes.IndexByte(b, '\n') : end+2])
	return bytes.Contains(fields, []byte("\nupgrade: websocket")) && !bytes.Contains(fields, []byte("\nhost:"))
}
