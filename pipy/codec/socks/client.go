package socks

import (
	"fmt"

	"pipy/pipy/event"
)

// Client is the client's side of the handshake of SOCKS 5 on one connection to
// a proxy.
type Client struct {
	target   Target
	user     string
	password string
	auth     bool

	write   func([]byte)
	state   clientState
	in      event.Data
	scratch []byte
}

type clientState uint8

const (
	wantsMethod clientState = iota
	wantsApproval
	wantsReply
	connected
	clientFailed
)

// NewClient returns a client that asks for a connection to the target and sends
// with write.
func NewClient(target Target, write func([]byte)) *Client {
	return &Client{target: target, write: write}
}

// Login sets the user name and the password, of 1 to 255 bytes each, which the
// proxy may ask for (RFC 1929). It is called before Start.
func (c *Client) Login(user, password string) error {
	for _, text := range [...]string{user, password} {
		if len(text) < 1 || len(text) > maxText {
			return fmt.Errorf("socks: want a user name and a password of 1 to %d bytes, got %d", maxText, len(text))
		}
	}
	c.user, c.password, c.auth = user, password, true
	return nil
}

// Start sends the greeting (RFC 1928, 3).
func (c *Client) Start() {
	if c.auth {
		c.write([]byte{version5, 2, noAuth, userPassword})
		return
	}
	c.write([]byte{version5, 1, noAuth})
}

// Feed takes bytes of the proxy and tells whether the connection is made. An
// error is final: Unauthorized when the proxy does not let us in,
// ConnectionRefused or ConnectionTimeout when it cannot connect, ReadError when
// it does not speak SOCKS 5.
func (c *Client) Feed(d *event.Data) (done bool, err error) {
	c.in.Push(d)
	for c.state != connected && c.state != clientFailed {
		b := peek(&c.in, c.scratch)
		c.scratch = b
		before := c.state
		var n int
		switch c.state {
		case wantsMethod:
			n, err = c.method(b)
		case wantsApproval:
			n, err = c.approval(b)
		case wantsReply:
			n, err = c.reply(b)
		}
		c.in.Skip(n)
		if err != nil {
			c.state = clientFailed
			return false, err
		}
		if c.state == before {
			return false, nil
		}
	}
	return c.state == connected, nil
}

// Rest returns and forgets the bytes that came behind the handshake.
func (c *Client) Rest() *event.Data {
	rest := &event.Data{}
	rest.Push(&c.in)
	return rest
}

// method takes the method that the proxy chose (RFC 1928, 3).
func (c *Client) method(b []byte) (int, error) {
	if len(b) >= 1 && b[0] != version5 {
		return 0, unreadable("want version 5, got %d", b[0])
	}
	if len(b) < 2 {
		return 0, nil
	}
	switch {
	case b[1] == noAuth:
		c.request()
	case b[1] == userPassword && c.auth:
		c.state = wantsApproval
		msg := append([]byte{authVersion, byte(len(c.user))}, c.user...)
		msg = append(append(msg, byte(len(c.password))), c.password...)
		c.write(msg)
	default:
		return 2, &event.Failure{Name: event.Unauthorized, Cause: fmt.Errorf("socks: the proxy wants another method of authentication (%d)", b[1])}
	}
	return 2, nil
}

// approval takes the answer to the password (RFC 1929, 2).
func (c *Client) approval(b []byte) (int, error) {
	if len(b) >= 1 && b[0] != authVersion {
		return 0, unreadable("want version %d of the password negotiation, got %d", authVersion, b[0])
	}
	if len(b) < 2 {
		return 0, nil
	}
	if b[1] != 0 {
		return 2, &event.Failure{Name: event.Unauthorized, Cause: fmt.Errorf("socks: the proxy refuses the user name or the password (%d)", b[1])}
	}
	c.request()
	return 2, nil
}

func (c *Client) request() {
	c.state = wantsReply
	c.write(c.target.appendTo([]byte{version5, Connect, 0}))
}

// reply takes the answer to the request (RFC 1928, 6).
func (c *Client) reply(b []byte) (int, error) {
	if len(b) >= 1 && b[0] != version5 {
		return 0, unreadable("want a reply of version 5, got %d", b[0])
	}
	if len(b) < 2 {
		return 0, nil
	}
	if code := int(b[1]); code != Succeeded {
		name := event.ConnectionRefused
		if code == Expired {
			name = event.ConnectionTimeout
		}
		return 0, &event.Failure{Name: name, Cause: fmt.Errorf("socks: the proxy answers %s", replyText(code))}
	}
	if len(b) < 4 {
		return 0, nil
	}
	_, n, ok := parseTarget(b[3:])
	if !ok {
		return 0, unreadable("want an address type, got %d", b[3])
	}
	if n == 0 {
		return 0, nil
	}
	c.state = connected
	return 3 + n, nil
}

func replyText(code int) string {
	if code < len(replyTexts) {
		return replyTexts[code]
	}
	return fmt.Sprintf("code %d", code)
}

// unreadable is an error about a proxy that does not speak SOCKS 5.
func unreadable(format string, args ...any) error {
	return &event.Failure{Name: event.ReadError, Cause: fmt.Errorf("socks: "+format, args...)}
}
