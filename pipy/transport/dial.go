package transport

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// stagger is how long an address is tried before the next one joins it
// (RFC 8305, 5).
const stagger = 250 * time.Millisecond

// dial is one attempt of an Outbound to connect, to any address of its target.
type dial struct {
	o        *Outbound
	addrs    []Address // that were not tried yet
	tries    []*try    // in progress
	deadline loop.Timer
	nextAt   loop.Timer
	err      event.Error // of the last address
	stopped  bool
}

// Run begins: it is deferred when the Outbound is made, or set for a retry.
func (d *dial) Run() {
	o := d.o
	if d.stopped || o.is(closed) {
		return
	}
	if o.retries == 0 {
		o.state("open")
		if d.stopped {
			return
		}
	}
	wait := o.opts.ConnectTimeout
	if wait <= 0 {
		wait = connectCap
	}
	o.began = o.net.loop.NowNano()
	if o.opts.Netlink {
		d.netlink()
		return
	}
	o.net.loop.Arm(&d.deadline, wait, loop.Func(d.timeout))
	if path, ok := strings.CutPrefix(o.target, unixPrefix); ok && path != "" {
		o.host = path
		d.connect([]Address{{Path: path}})
		return
	}
	host, port, ok := splitHostPort(o.target)
	if !ok || port < 1 || port > 65535 {
		text := fmt.Sprintf("invalid target: want 'host:port' or 'unix:/path', got %q", o.target)
		if o.opts.Where != "" {
			text = o.opts.Where + ": " + text
		}
		logError("connect", text)
		d.stop()
		o.fail(event.CannotResolve)
		return
	}
	o.host = host
	if ip, ok := literal(host); ok {
		d.connect([]Address{{IP: ip, Port: uint16(port)}})
		return
	}
	o.state("resolving")
	if d.stopped {
		return
	}
	names.resolve(o.net.loop, host, func(ips []netip.Addr, err error) { d.resolved(ips, uint16(port), err) })
}

// netlink connects to a netlink socket, which is done at once.
func (d *dial) netlink() {
	o := d.o
	o.state("connecting")
	if d.stopped {
		return
	}
	fd, err := connectNetlink(o.opts.NetlinkFamily, o.opts.Bind, o.target)
	a := Address{Path: netlinkPath}
	if err == nil {
		if err = o.net.loop.Add(fd, &try{d: d, fd: fd, addr: a}); err == nil {
			o.connected(fd, a, 0)
			return
		}
		unix.Close(fd)
	}
	o.net.peer(a).Failed++
	o.log(false, "cannot connect: "+err.Error())
	o.failed(event.ConnectionRefused)
}

func (d *dial) resolved(ips []netip.Addr, port uint16, err error) {
	if d.stopped {
		return
	}
	if err != nil {
		d.o.log(false, "cannot resolve hostname: "+err.Error())
		d.o.failed(event.CannotResolve)
		return
	}
	addrs := make([]Address, len(ips))
	for i, ip := range ips {
		addrs[i] = Address{IP: ip, Port: port}
	}
	d.connect(addrs)
}

func (d *dial) connect(addrs []Address) {
	d.addrs = addrs
	d.o.state("connecting")
	d.next()
}

// next tries the next address. When none is left and none is in progress, the
// attempt has failed.
func (d *dial) next() {
	for !d.stopped {
		if len(d.addrs) == 0 {
			if len(d.tries) == 0 {
				d.o.failed(d.err)
			}
			return
		}
		a := d.addrs[0]
		d.addrs = d.addrs[1:]
		if !d.try(a) {
			continue
		}
		if len(d.addrs) > 0 && !d.stopped {
			d.o.net.loop.Arm(&d.nextAt, stagger, loop.Func(d.next))
		}
		return
	}
}

// try begins to connect to one address, and tells whether that is under way.
func (d *dial) try(a Address) bool {
	d.o.remote = netip.AddrPortFrom(a.IP, a.Port)
	fd, err := d.o.newSocket(a.family())
	if err != nil {
		d.refused(a, err)
		return false
	}
	if err = d.o.setOptions(fd, a.family()); err == nil {
		err = unix.Connect(fd, a.sockaddr())
	}
	if err != nil && err != unix.EINPROGRESS && err != unix.EINTR {
		unix.Close(fd)
		d.refused(a, err)
		return false
	}
	t := &try{d: d, fd: fd, addr: a}
	if adderr := d.o.net.loop.Add(fd, t); adderr != nil {
		unix.Close(fd)
		d.refused(a, adderr)
		return false
	}
	d.tries = append(d.tries, t)
	if err == nil {
		t.connected(0)
	}
	return true
}

// refused notes that an address does not answer.
func (d *dial) refused(a Address, err error) {
	switch err {
	case unix.ETIMEDOUT:
		d.err = event.ConnectionTimeout
	case unix.ECONNRESET:
		d.err = event.ConnectionReset
	default:
		d.err = event.ConnectionRefused
	}
	d.o.remote = netip.AddrPortFrom(a.IP, a.Port)
	d.o.net.peer(a).Failed++
	d.o.log(false, "cannot connect: "+strerror(err))
}

func (d *dial) timeout() {
	for _, t := range d.tries {
		d.o.net.peer(t.addr).Failed++
	}
	d.o.log(false, "connection timeout")
	d.o.failed(event.ConnectionTimeout)
}

// stop gives up what is in progress.
func (d *dial) stop() {
	d.stopped = true
	d.deadline.Stop()
	d.nextAt.Stop()
	for _, t := range d.tries {
		d.o.net.loop.CloseFD(t.fd)
	}
	d.tries, d.addrs = nil, nil
}

// drop takes t out of what is in progress.
func (d *dial) drop(t *try) {
	for i := range d.tries {
		if d.tries[i] == t {
			d.tries = append(d.tries[:i], d.tries[i+1:]...)
			return
		}
	}
}

// try is a socket that connects to one address.
type try struct {
	d    *dial
	fd   int
	addr Address
}

// Ready looks how connecting ended.
func (t *try) Ready(ev loop.Events) {
	if ev&(loop.Hangup|loop.Broken) != 0 {
		errno, err := unix.GetsockoptInt(t.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && errno != 0 {
			err = unix.Errno(errno)
		}
		if err != nil {
			d := t.d
			d.drop(t)
			d.o.net.loop.CloseFD(t.fd)
			d.refused(t.addr, err)
			d.next()
			return
		}
	}
	if ev&loop.Writable != 0 {
		t.connected(ev)
	}
}

// connected gives the socket to the Outbound. The others are closed.
func (t *try) connected(ev loop.Events) {
	t.d.drop(t)
	t.d.o.connected(t.fd, t.addr, ev)
}
