package transport

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/loop"
)

const (
	acceptBatch    = 64                     // connections accepted in one turn
	acceptPause    = 100 * time.Millisecond // when the system has no descriptor or memory left
	acceptLogEvery = time.Second
	defaultBacklog = 4096 // connections; the system cuts it to its own limit
)

// ListenOptions are the options of a listener and its connections.
type ListenOptions struct {
	Limits
	// MaxConnections is the number of open connections at which the listener
	// stops accepting until one closes. Zero and less mean no limit.
	MaxConnections int
	// Backlog is the number of connections that wait to be accepted. Zero
	// means as many as the system allows, up to 4096.
	Backlog int
	// ReusePort lets listeners of several loops or processes have the same
	// TCP port.
	ReusePort bool
	// KeepAlive and NoDelay set SO_KEEPALIVE and TCP_NODELAY.
	KeepAlive, NoDelay bool
	// CloseEOF makes either side's end close the whole connection. When the
	// client ends before the pipeline does, pending output is lost that the
	// system does not take at once. Without it, the connection stays half
	// open until the pipeline ends too.
	CloseEOF bool
	// MaxPeers is the number of peers that a UDP port has at a time; datagrams
	// of others are dropped. Zero means 16384.
	MaxPeers int
	// Transparent accepts connections that were redirected here, and finds
	// out where they were to go (Linux).
	Transparent bool
}

// Listener accepts connections on one address. On a UDP port everybody who sends
// something is a connection: each datagram is a Data, and each Data that is not
// empty is sent as one.
type Listener struct {
	net     *local
	fd      int // -1 when closed
	address Address
	opts    *ListenOptions
	accept  func(*Inbound)
	traffic Traffic
	active  int
	full    bool
	queued  bool
	retry   loop.Timer
	logged  int64
	udp     *udpPort // nil for streams
}

// Listen listens on an address. accept is called for each connection and must
// Start it, then or later. Port 0 lets the system choose. An error unwraps to
// the system's.
func Listen(l *loop.Loop, address Address, opts ListenOptions, accept func(*Inbound)) (*Listener, error) {
	if address.UDP {
		return listenUDP(l, address, opts, accept)
	}
	s := &Listener{net: localOf(l), address: address, opts: &opts, accept: accept, logged: -int64(acceptLogEvery)}
	fd, err := newSocket(address.family())
	if err != nil {
		return nil, &sysError{"socket", err}
	}
	s.fd = fd
	if err := s.open(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if err := l.Add(fd, s); err != nil {
		s.Close()
		return nil, err
	}
	s.net.listening(s)
	return s, nil
}

// open binds the socket and begins to listen.
func (s *Listener) open() error {
	if s.address.Path == "" {
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return &sysError{"set SO_REUSEADDR", err}
		}
		if s.opts.ReusePort {
			if err := sharePort(s.fd); err != nil {
				return &sysError{"set SO_REUSEPORT", err}
			}
		}
	}
	if err := s.setOptions(); err != nil {
		return err
	}
	if err := s.bind(); err != nil {
		return &sysError{"bind", err}
	}
	backlog := s.opts.Backlog
	if backlog <= 0 {
		backlog = defaultBacklog
	}
	if err := unix.Listen(s.fd, backlog); err != nil {
		return &sysError{"listen", err}
	}
	if s.address.Path == "" && s.address.Port == 0 {
		s.address.Port = localAddr(s.fd).Port()
	}
	return nil
}

// bind takes the address. The file of a Unix socket on which nobody listens any
// more is replaced.
func (s *Listener) bind() error {
	err := unix.Bind(s.fd, s.address.sockaddr())
	if err != unix.EADDRINUSE || s.address.Path == "" {
		return err
	}
	probe, perr := newSocket(unix.AF_UNIX)
	if perr != nil {
		return err
	}
	defer unix.Close(probe)
	if unix.Connect(probe, s.address.sockaddr()) != unix.ECONNREFUSED {
		return err
	}
	unix.Unlink(s.address.Path)
	return unix.Bind(s.fd, s.address.sockaddr())
}

// setOptions sets what accepted sockets inherit, so that no call is needed for
// each of them.
func (s *Listener) setOptions() error {
	if s.address.Path != "" || s.udp != nil {
		return nil
	}
	unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, number(s.opts.KeepAlive))
	unix.SetsockoptInt(s.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, number(s.opts.NoDelay))
	if s.opts.Transparent {
		if err := setTransparent(s.fd, s.address.family()); err != nil && err != unix.EPERM {
			return &sysError{"set IP_TRANSPARENT", err} // without the right to it, redirection still works
		}
	}
	return nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Address returns the address with the port that the system chose.
func (s *Listener) Address() Address { return s.address }

// Active returns the number of open connections.
func (s *Listener) Active() int { return s.active }

// Traffic returns the listener's counters.
func (s *Listener) Traffic() *Traffic { return &s.traffic }

// Update changes the options and the function for new connections. Connections
// that are open keep theirs; so do Backlog and ReusePort.
func (s *Listener) Update(opts ListenOptions, accept func(*Inbound)) error {
	if s.fd < 0 {
		return fmt.Errorf("update listener on %s: it is closed", s.address)
	}
	s.opts, s.accept = &opts, accept
	err := s.setOptions()
	s.room()
	return err
}

// Close stops accepting. Connections that are open live on.
func (s *Listener) Close() {
	if s.fd < 0 {
		return
	}
	if s.udp != nil {
		s.fd = -1
		s.udp.close()
		return
	}
	s.net.loop.CloseFD(s.fd)
	s.fd = -1
	s.retry.Stop()
	if s.address.Path != "" {
		unix.Unlink(s.address.Path)
	}
}

// Ready accepts what waits.
func (s *Listener) Ready(loop.Events) {
	if !s.queued {
		s.acceptSome()
	}
}

// Run goes on accepting.
func (s *Listener) Run() {
	s.queued = false
	s.acceptSome()
}

// later goes on accepting in the next turn.
func (s *Listener) later() {
	if !s.queued {
		s.queued = true
		s.net.loop.Next(s)
	}
}

func (s *Listener) acceptSome() {
	for range acceptBatch {
		if s.fd < 0 {
			return
		}
		if n := s.opts.MaxConnections; n > 0 && s.active >= n {
			s.full = true
			return
		}
		fd, remote, err := accept(s.fd)
		switch err {
		case nil:
			s.accepted(fd, remote)
		case unix.EAGAIN:
			return
		case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
			s.exhausted(err)
			return
		default: // the connection is gone already; the next may be well
		}
	}
	s.later()
}

// exhausted tries again in a while. Clients wait meanwhile.
func (s *Listener) exhausted(err error) {
	l := s.net.loop
	if now := l.NowNano(); now-s.logged >= int64(acceptLogEvery) {
		s.logged = now
		logError("listener", fmt.Sprintf("cannot accept on %s: %s", s.address, strerror(err)))
	}
	l.Arm(&s.retry, acceptPause, s)
}

func (s *Listener) accepted(fd int, remote netip.AddrPort) {
	in := newInbound(s, fd, remote)
	if err := s.net.loop.Add(fd, &in.socket); err != nil {
		unix.Close(fd)
		logError("listener", fmt.Sprintf("cannot accept on %s: %v", s.address, err))
		return
	}
	s.active++
	in.opened()
	s.accept(in)
}

// released counts a connection that closed.
func (s *Listener) released() {
	s.active--
	s.room()
}

// room goes on accepting when there is room again.
func (s *Listener) room() {
	if s.full && s.fd >= 0 {
		s.full = false
		s.later()
	}
}
