package socks

import (
	"bytes"
	"fmt"
	"net/netip"

	"pipy/pipy/event"
)

// Request is what a client asks for.
type Request struct {
	Target
	Version  int    // 4 or 5
	Command  int    // Connect; the server refuses the others itself
	ID       string // the user name of SOCKS 4
	User     string // of SOCKS 5, when the server asked for it
	Password string // the same
}

// Step is what a Server waits for.
type Step uint8

const (
	// More: further bytes of the client, for Feed.
	More Step = iota
	// Authenticate: a call of Authenticated, for the User and the Password of
	// the request.
	Authenticate
	// Decide: a call of Reply, for the Target of the request.
	Decide
)

// Server is the proxy's side of the handshake on one connection. After the
// reply the connection belongs to the client and the target; what came of it
// already is Rest.
type Server struct {
	Request Request

	auth    bool
	write   func([]byte)
	state   serverState
	in      event.Data
	scratch []byte
}

type serverState uint8

const (
	inVersion serverState = iota
	inMethods
	inPassword
	inChecking // waits for Authenticated
	inRequest
	inDeciding // waits for Reply
	serverDone
)

// NewServer returns a server that sends with write. auth tells whether clients
// have to send a user name and a password; SOCKS 4 has none and is refused then.
func NewServer(auth bool, write func([]byte)) *Server {
	return &Server{auth: auth, write: write}
}

// Feed takes bytes of the client and tells what the server waits for then. An
// error is final, and the client has got its answer, if there is one: it is
// Unauthorized, ProtocolError, or ConnectionRefused for commands and addresses
// that are not supported.
func (s *Server) Feed(d *event.Data) (Step, error) {
	s.in.Push(d)
	return s.next()
}

// Authenticated answers the user name and password, and goes on.
func (s *Server) Authenticated(ok bool) (Step, error) {
	if !ok {
		s.state = serverDone
		s.write([]byte{authVersion, 1})
		return More, &event.Failure{Name: event.Unauthorized, Cause: fmt.Errorf("socks: wrong user name or password")}
	}
	s.write([]byte{authVersion, 0})
	s.state = inRequest
	return s.next()
}

// Reply answers the request with one of the reply codes. The handshake is over
// then.
func (s *Server) Reply(code int) {
	s.state = serverDone
	if s.Request.Version == version5 {
		// The address from which we connect is not known, and nobody needs it.
		s.write([]byte{version5, byte(code), 0, addressIPv4, 0, 0, 0, 0, 0, 0})
		return
	}
	reply := [8]byte{1: failed4}
	if code == Succeeded {
		reply[1] = granted4
	}
	s.write(reply[:])
}

// Fail answers what the server waits for with a failure that is ours.
func (s *Server) Fail() {
	switch s.state {
	case inChecking:
		s.state = serverDone
		s.write([]byte{authVersion, 1})
	case inDeciding:
		s.Reply(GeneralFailure)
	}
}

// Rest returns and forgets the bytes that came behind the handshake.
func (s *Server) Rest() *event.Data {
	rest := &event.Data{}
	rest.Push(&s.in)
	return rest
}

// next parses what is there.
func (s *Server) next() (Step, error) {
	for {
		b := peek(&s.in, s.scratch)
		s.scratch = b
		if len(b) == 0 && s.state != inChecking && s.state != inDeciding {
			return More, nil
		}
		before := s.state
		n, err := 0, error(nil)
		switch s.state {
		case inVersion:
			err = s.version(b[0])
		case inMethods:
			n, err = s.methods(b)
		case inPassword:
			n, err = s.password(b)
		case inRequest:
			n, err = s.request(b)
		case inChecking:
			return Authenticate, nil
		case inDeciding:
			return Decide, nil
		}
		s.in.Skip(n)
		if err != nil {
			s.state = serverDone
			return More, err
		}
		if s.state == before {
			return More, nil
		}
	}
}

func (s *Server) version(v byte) error {
	switch {
	case v == version5:
		s.state = inMethods
	case v == version4 && !s.auth:
		s.state = inRequest
	case v == version4:
		s.Request.Version = version4
		s.Reply(NotAllowed)
		return &event.Failure{Name: event.Unauthorized, Cause: fmt.Errorf("socks: version 4 knows no password")}
	default:
		return malformed("want version 4 or 5, got %d", v)
	}
	s.Request.Version = int(v)
	return nil
}

// methods answers the methods that the client offers (RFC 1928, 3).
func (s *Server) methods(b []byte) (int, error) {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return 0, nil
	}
	n := 2 + int(b[1])
	method, next := byte(noAuth), inRequest
	if s.auth {
		method, next = userPassword, inPassword
	}
	if bytes.IndexByte(b[2:n], method) < 0 {
		s.write([]byte{version5, noMethod})
		return n, &event.Failure{Name: event.Unauthorized, Cause: fmt.Errorf("socks: the client does not offer method %d", method)}
	}
	s.write([]byte{version5, method})
	s.state = next
	return n, nil
}

// password takes the user name and the password (RFC 1929, 2).
func (s *Server) password(b []byte) (int, error) {
	if b[0] != authVersion {
		return 0, malformed("want version %d of the password negotiation, got %d", authVersion, b[0])
	}
	if len(b) < 2 {
		return 0, nil
	}
	at := 2 + int(b[1])
	if len(b) <= at || len(b) < at+1+int(b[at]) {
		return 0, nil
	}
	n := at + 1 + int(b[at])
	s.Request.User, s.Request.Password = string(b[2:at]), string(b[at+1:n])
	s.state = inChecking
	return n, nil
}

func (s *Server) request(b []byte) (int, error) {
	if s.Request.Version == version4 {
		return s.request4(b)
	}
	if b[0] != version5 {
		s.Reply(GeneralFailure)
		return 0, malformed("want a request of version 5, got %d", b[0])
	}
	if len(b) < 4 {
		return 0, nil
	}
	t, n, ok := parseTarget(b[3:])
	if !ok {
		s.Reply(AddressUnsupported)
		return 0, refusal("address type %d is not supported", b[3])
	}
	if n == 0 {
		return 0, nil
	}
	if t.Domain == "" && b[3] == addressDomain {
		s.Reply(GeneralFailure)
		return 0, malformed("the domain name is empty")
	}
	s.Request.Command, s.Request.Target = int(b[1]), t
	return 3 + n, s.requested()
}

// request4 takes a request of SOCKS 4 or 4a.
func (s *Server) request4(b []byte) (int, error) {
	const fixed = 8
	if len(b) < fixed {
		return 0, nil
	}
	id, n, err := text4(b, fixed)
	if n == 0 {
		return 0, err
	}
	ip := [4]byte(b[4:8])
	t := Target{Port: uint16(b[2])<<8 | uint16(b[3])}
	if ip[0] == 0 && ip[1] == 0 && ip[2] == 0 && ip[3] != 0 {
		if t.Domain, n, err = text4(b, n); n == 0 {
			return 0, err
		}
		if t.Domain == "" {
			s.Reply(GeneralFailure)
			return 0, malformed("the domain name is empty")
		}
	} else {
		t.IP = netip.AddrFrom4(ip)
	}
	s.Request.Command, s.Request.ID, s.Request.Target = int(b[1]), id, t
	return n, s.requested()
}

// text4 returns the text at a position, which ends with a zero byte, and the
// position behind that; 0 when it does not end yet, or is too long.
func text4(b []byte, at int) (string, int, error) {
	b = b[at:]
	if i := bytes.IndexByte(b[:min(len(b), maxText+1)], 0); i >= 0 {
		return string(b[:i]), at + i + 1, nil
	}
	if len(b) > maxText {
		return "", 0, malformed("want at most %d bytes of a name", maxText)
	}
	return "", 0, nil
}

// requested checks the command.
func (s *Server) requested() error {
	s.state = inDeciding
	if s.Request.Command != Connect {
		s.Reply(CommandUnsupported)
		return refusal("command %d is not supported", s.Request.Command)
	}
	return nil
}

// refusal is an error about a request that is not granted.
func refusal(format string, args ...any) error {
	return &event.Failure{Name: event.ConnectionRefused, Cause: fmt.Errorf("socks: "+format, args...)}
}
