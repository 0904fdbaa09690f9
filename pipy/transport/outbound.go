package transport

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
)

const (
	// connectCap is how long an attempt may take when ConnectTimeout is zero.
	connectCap = 75 * time.Second
	// minRetryDelay keeps a peer that refuses from using up the processor.
	minRetryDelay = 10 * time.Millisecond
)

// ConnectOptions are the options of an outbound connection.
type ConnectOptions struct {
	Limits
	// Bind is the local 'ip' or 'ip:port' to connect from; "" for any.
	Bind string
	// RetryCount is the number of further attempts after one that failed, to
	// resolve the name or to connect. -1 means without end.
	RetryCount int
	// RetryDelay is the pause before another attempt, at least 10 ms.
	RetryDelay time.Duration
	// ConnectTimeout ends an attempt, including the lookup of the name. Zero
	// means 75 seconds or what the system waits, if that is less.
	ConnectTimeout time.Duration
	// KeepAlive and NoDelay set SO_KEEPALIVE and TCP_NODELAY.
	KeepAlive, NoDelay bool
	// UDP sends each Data that is not empty as a datagram, and delivers each
	// datagram as a Data. The peer has no end: when our side has ended and nothing
	// moved for two seconds, the stream ends.
	UDP bool
	// Netlink connects to a netlink socket of Linux instead, of the family
	// NetlinkFamily; the target and Bind are 'pid=N;groups=N' then. Data and the end
	// are as with UDP.
	Netlink       bool
	NetlinkFamily int
	// Where is the place in the script that errors tell; it may be empty.
	Where string
	// OnState is told of each new state: "open", "resolving" (names only),
	// "connecting", "connected", "idle" (before another attempt), "closed".
	OnState func(state string)
}

// Outbound is a connection that we make.
type Outbound struct {
	socket
	// Maker is for whoever made the connection.
	Maker any

	opts    *ConnectOptions
	target  string
	host    string         // of target, for the log
	dial    *dial          // nil when connected or closed
	remote  netip.AddrPort // of the connection or the last address tried
	retries int
	began   int64 // when the attempt began, in time of the loop
	peer    *Peer // nil before there is a connection
}

// Connect begins to connect to 'host:port', '[ipv6]:port' or 'unix:/path';
// localhost is 127.0.0.1. receive gets what is read as Data and then exactly
// one StreamEnd, whose error also tells why there is no connection: such as
// CannotResolve (also for an invalid target), ConnectionRefused,
// ConnectionTimeout. It is never called from within Connect or Process, and
// not after Close. opts must not be changed any more.
func Connect(l *loop.Loop, target string, opts *ConnectOptions, receive func(event.Event)) *Outbound {
	n := localOf(l)
	o := &Outbound{opts: opts, target: target, host: target}
	o.socket.init(n, o, &opts.Limits, -1, 0)
	o.receive, o.sum = receive, &n.counters.Outbound
	if opts.UDP || opts.Netlink {
		o.dgram = &udpOutbound{s: &o.socket}
	}
	o.dial = &dial{o: o}
	l.Defer(o.dial)
	return o
}

// Process takes the output. Data waits until there is a connection, and is
// written at the end of the turn. StreamEnd ends our side when all is written;
// reading goes on. The other events mean nothing to a socket.
func (o *Outbound) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		o.send(e)
	case *event.StreamEnd:
		o.endOutput(false)
	}
}

// Close drops the connection, or the attempt to make one, and what is not
// written yet. No function of the caller is called any more.
func (o *Outbound) Close() {
	o.opts = &ConnectOptions{} // without OnState
	o.close()
}

// Closed tells whether the connection is closed.
func (o *Outbound) Closed() bool { return o.is(closed) }

// Connected tells whether there is a connection.
func (o *Outbound) Connected() bool { return o.fd >= 0 }

// RemoteAddress returns the peer's IP address; "" when it is not known yet.
func (o *Outbound) RemoteAddress() string { return ipString(o.remote) }

// RemotePort returns the peer's port.
func (o *Outbound) RemotePort() int { return int(o.remote.Port()) }

// LocalAddress returns the near IP address; "" when there is no connection.
func (o *Outbound) LocalAddress() string { return ipString(o.local()) }

// LocalPort returns the near port; 0 when there is no connection.
func (o *Outbound) LocalPort() int { return int(o.local().Port()) }

// BytesIn returns the number of bytes received.
func (o *Outbound) BytesIn() int64 { return o.in }

// BytesOut returns the number of bytes sent.
func (o *Outbound) BytesOut() int64 { return o.sent }

// Buffered returns the number of bytes that wait to be sent.
func (o *Outbound) Buffered() int { return o.out.Len() }

func (o *Outbound) local() netip.AddrPort {
	if o.fd < 0 {
		return netip.AddrPort{}
	}
	return localAddr(int(o.fd))
}

func (o *Outbound) state(name string) {
	if o.opts.OnState != nil {
		o.opts.OnState(name)
	}
}

func (o *Outbound) socketClosed() {
	if o.dial != nil {
		o.dial.stop()
		o.dial = nil
	}
	o.state("closed")
}

func (o *Outbound) log(peers bool, text string) {
	level := logging.Error
	if peers {
		level = logging.Warn
	}
	logLine(level, "outbound", func() string {
		var ends string // as far as they are known
		if near := o.local(); near.IsValid() {
			ends = bracketed(near) + " "
		}
		ends += "-> "
		if o.remote.IsValid() {
			ends += bracketed(o.remote) + " "
		}
		return fmt.Sprintf("[outbound %p] %s(%s) %s", o, ends, o.host, text)
	})
}

// connected takes over the socket of a successful attempt.
func (o *Outbound) connected(fd int, a Address, ev loop.Events) {
	o.dial.stop()
	o.dial = nil
	o.fd, o.remote = int32(fd), netip.AddrPortFrom(a.IP, a.Port) // which need not be the last one tried
	o.peer = o.net.peer(a)
	o.net.loop.Replace(fd, &o.socket)
	o.traffic = &o.peer.Traffic
	o.peer.Connect.Observe(ConnectLimits, float64(o.net.loop.NowNano()-o.began)/1e6)
	o.opened()
	o.state("connected")
	if o.is(closed) {
		return
	}
	o.flushLater()
	o.Ready(ev)
}

// failed ends an attempt: there is another one, or the stream ends.
func (o *Outbound) failed(err event.Error) {
	o.dial.stop()
	if o.opts.RetryCount >= 0 && o.retries >= o.opts.RetryCount {
		o.fail(err)
		return
	}
	o.retries++
	o.log(true, fmt.Sprintf("retry connecting... (retries = %d)", o.retries))
	o.state("idle")
	if o.is(closed) {
		return
	}
	o.dial = &dial{o: o}
	o.net.loop.Arm(&o.dial.deadline, max(o.opts.RetryDelay, minRetryDelay), o.dial)
}

// newSocket makes a socket for an attempt.
func (o *Outbound) newSocket(family int) (int, error) {
	switch {
	case !o.opts.UDP:
		return newSocket(family)
	case family == unix.AF_UNIX:
		return -1, unix.EPROTONOSUPPORT
	}
	return newDatagramSocket(family)
}

// setOptions sets what is to be set before a socket is connected.
func (o *Outbound) setOptions(fd, family int) error {
	if family == unix.AF_UNIX {
		return nil
	}
	if o.opts.KeepAlive && !o.opts.UDP {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	}
	if o.opts.NoDelay && !o.opts.UDP {
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if o.opts.Bind == "" {
		return nil
	}
	a, err := parseBind(o.opts.Bind)
	if err != nil {
		return err
	}
	if a.Port == 0 {
		bindLate(fd)
	} else {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if err := unix.Bind(fd, a.sockaddr()); err != nil {
		return &sysError{"bind", err}
	}
	return nil
}

// parseBind parses 'ip', 'ip:port' or '[ipv6]:port'.
func parseBind(s string) (Address, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return Address{IP: ip}, nil
	}
	a, err := ParseAddress(s)
	if err != nil || a.Path != "" {
		return Address{}, fmt.Errorf("invalid bind address: want 'ip' or 'ip:port', got %q", s)
	}
	return a, nil
}
