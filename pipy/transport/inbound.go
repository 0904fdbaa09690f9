package transport

import (
	"fmt"
	"net/netip"
	"sync/atomic"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
)

// lastID numbers the connections of the process.
var lastID atomic.Uint64

// Inbound is a connection that a listener accepted.
type Inbound struct {
	socket
	listener *Listener
	id       uint64
	onClose  []func()
	remote   netip.AddrPort
	near     netip.AddrPort // zero until somebody asks
	original netip.AddrPort // the same
	opts     *ListenOptions
}

func newInbound(s *Listener, fd int, remote netip.AddrPort) *Inbound {
	in := &Inbound{listener: s, id: lastID.Add(1), remote: remote, opts: s.opts}
	f := inbound
	if s.opts.CloseEOF {
		f |= closeEOF
	}
	in.socket.init(s.net, in, &s.opts.Limits, fd, f)
	in.traffic, in.sum = &s.traffic, &s.net.counters.Inbound
	return in
}

// Start begins to read. receive gets what was read as Data and then exactly one
// StreamEnd, unless the connection is closed by us before; it is never called
// from within Process.
func (in *Inbound) Start(receive func(event.Event)) {
	if in.is(closed) {
		return
	}
	in.receive = receive
	if in.is(readable) && !in.is(readQueued) {
		in.flags |= readQueued
		in.net.loop.Defer((*readTask)(&in.socket))
	}
}

// Process takes the output. Data is written at the end of the turn. StreamEnd
// ends our side when all is written: without an error the client's side stays
// open, unless the event is Final or ListenOptions.CloseEOF says otherwise; with
// an error the connection is over, and ConnectionReset resets it if the client
// was sent nothing. At a StreamEnd a UDP port forgets the peer.
// The other events mean nothing to a socket.
func (in *Inbound) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		in.send(e)
	case *event.StreamEnd:
		if in.dgram != nil {
			in.close() // there is no end to be sent
			return
		}
		unsent := in.sent == 0 && in.out.Len() == 0
		if e.Final && e.Err != nil || e.Err == event.ConnectionReset && unsent {
			in.flags |= resets
		}
		in.endOutput(e.Err != nil || e.Final || in.is(closeEOF))
	}
}

// Close drops the connection and what is not written yet.
func (in *Inbound) Close() { in.close() }

// Closed tells whether the connection is closed.
func (in *Inbound) Closed() bool { return in.is(closed) }

// OnEnd calls f once, at the end of the turn in which the connection is closed,
// for whatever reason. Several functions are called in the order in which they
// were given.
func (in *Inbound) OnEnd(f func()) { in.onClose = append(in.onClose, f) }

func (in *Inbound) socketClosed() {
	in.listener.released()
	for _, f := range in.onClose {
		in.net.loop.Defer(loop.Func(f))
	}
	in.onClose = nil
}

func (in *Inbound) log(peers bool, text string) {
	level := logging.Error
	if peers {
		level = logging.Debug // clients come and go as they like
	}
	logLine(level, "inbound", func() string {
		return fmt.Sprintf("[inbound  %p] %s -> %s %s", in, bracketed(in.remote), bracketed(in.local()), text)
	})
}

// ID returns a number that no other connection of the process has.
func (in *Inbound) ID() uint64 { return in.id }

// Listener returns the listener that accepted the connection.
func (in *Inbound) Listener() *Listener { return in.listener }

// RemoteAddress returns the client's IP address; "" for a Unix socket.
func (in *Inbound) RemoteAddress() string { return ipString(in.remote) }

// RemotePort returns the client's port.
func (in *Inbound) RemotePort() int { return int(in.remote.Port()) }

// LocalAddress returns the IP address that the client connected to; "" for a
// Unix socket.
func (in *Inbound) LocalAddress() string { return ipString(in.local()) }

// LocalPort returns the port that the client connected to.
func (in *Inbound) LocalPort() int { return int(in.local().Port()) }

// DestinationAddress returns where the client wanted to connect to before it
// was redirected, with a transparent listener; else LocalAddress.
func (in *Inbound) DestinationAddress() string { return ipString(in.destination()) }

// DestinationPort returns the port that belongs to DestinationAddress.
func (in *Inbound) DestinationPort() int { return int(in.destination().Port()) }

// BytesIn returns the number of bytes received.
func (in *Inbound) BytesIn() int64 { return in.in }

// BytesOut returns the number of bytes sent.
func (in *Inbound) BytesOut() int64 { return in.sent }

// Buffered returns the number of bytes that wait to be sent.
func (in *Inbound) Buffered() int { return in.out.Len() }

// local returns the near address, asking the system only when the listener's is
// not specific.
func (in *Inbound) local() netip.AddrPort {
	if in.near.IsValid() {
		return in.near
	}
	a := in.listener.address
	bound := netip.AddrPortFrom(a.IP, a.Port)
	if a.Path == "" && !in.opts.Transparent && !a.IP.IsUnspecified() {
		in.near = bound
	} else if in.fd >= 0 && a.Path == "" {
		in.near = localAddr(int(in.fd))
	}
	if !in.near.IsValid() && a.Path == "" {
		return bound
	}
	return in.near
}

func (in *Inbound) destination() netip.AddrPort {
	if in.opts.Transparent && !in.original.IsValid() && in.fd >= 0 {
		in.original = originalDestination(int(in.fd), in.remote.Addr().Is6() && !in.remote.Addr().Is4In6())
	}
	if in.original.IsValid() {
		return in.original
	}
	return in.local()
}
