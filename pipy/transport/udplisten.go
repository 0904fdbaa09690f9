package transport

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
)

const (
	// defaultMaxPeers bounds the peers of a UDP port unless options say
	// otherwise. Whoever can forge addresses can be many.
	defaultMaxPeers = 16384
	// peerQueue is the bytes of datagrams that wait for a peer's pipeline; what
	// comes when there are as many is lost, as it would be in the network.
	peerQueue = 256 << 10
	// receiveBatch is the number of datagrams that a port takes in one turn.
	receiveBatch = 256
)

// udpPort is the part of a Listener that listens for UDP. Everybody who sends
// something is a peer with an Inbound of its own.
type udpPort struct {
	listener *Listener
	net      *local
	fd       int // open until the last peer is gone; -1 then
	io       datagramIO
	peers    map[udpKey]*udpPeer
	waiting  []udpOutput // while the system takes no more
	size     int         // bytes of that
	held     []held      // who waits until that is sent
	blocked  bool
	queued   bool // Run is going to be called
	closing  bool
	logged   int64
}

// udpKey is what makes a peer: its address, and ours if the port has several.
type udpKey struct {
	remote netip.AddrPort
	local  netip.Addr
}

// udpOutput is a datagram that waits to be sent.
type udpOutput struct {
	to udpKey
	d  *event.Data
}

// udpPeer is the part of an Inbound that is a peer of a UDP port.
type udpPeer struct {
	port    *udpPort
	in      *Inbound
	key     udpKey
	waiting datagramQueue // received, and not wanted yet
}

// listenUDP opens a UDP port.
func listenUDP(l *loop.Loop, address Address, opts ListenOptions, accept func(*Inbound)) (*Listener, error) {
	s := &Listener{net: localOf(l), address: address, opts: &opts, accept: accept, logged: -int64(acceptLogEvery)}
	if address.Path != "" {
		return nil, &sysError{"listen", unix.EPROTONOSUPPORT}
	}
	s.net.endClosing(address)
	fd, err := newDatagramSocket(address.family())
	if err != nil {
		return nil, &sysError{"socket", err}
	}
	s.fd = fd
	p := &udpPort{listener: s, net: s.net, fd: fd, peers: map[udpKey]*udpPeer{}, logged: s.logged}
	s.udp = p
	if err := p.open(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if err := l.Add(fd, p); err != nil {
		unix.Close(fd)
		return nil, err
	}
	s.net.listening(s)
	return s, nil
}

func (p *udpPort) open() error {
	s := p.listener
	if s.opts.ReusePort {
		if err := sharePort(p.fd); err != nil {
			return &sysError{"set SO_REUSEPORT", err}
		}
	}
	if err := unix.Bind(p.fd, s.address.sockaddr()); err != nil {
		return &sysError{"bind", err}
	}
	p.io.init(p.fd, s.address)
	if s.address.Port == 0 {
		s.address.Port = localAddr(p.fd).Port()
	}
	return nil
}

// Ready takes the loop's report.
func (p *udpPort) Ready(ev loop.Events) {
	if ev&loop.Writable != 0 && p.blocked {
		p.blocked = false
		p.flush()
	}
	if ev&(loop.Readable|loop.Broken) != 0 && !p.queued {
		p.Run()
	}
}

// Run receives what has come.
func (p *udpPort) Run() {
	p.queued = false
	for range receiveBatch {
		if p.fd < 0 {
			return
		}
		b := p.net.scratch()
		n, from, err := p.io.receive(p.fd, b)
		switch err {
		case nil:
			p.datagram(b[:n], from)
		case unix.EAGAIN:
			return
		default: // an answer of the network to something that was sent
		}
	}
	p.queued = true
	p.net.loop.Next(p)
}

// datagram gives a datagram to its peer, a new one maybe.
func (p *udpPort) datagram(b []byte, from udpKey) {
	peer := p.peers[from]
	if peer == nil {
		if p.closing || p.full() {
			return
		}
		// The bytes are in memory that the peer's first output may use.
		b = append([]byte(nil), b...)
		if peer = p.add(from); peer == nil {
			return
		}
	}
	peer.arrived(b)
}

// full tells whether there are as many peers as there may be, and says so in
// the log.
func (p *udpPort) full() bool {
	most := p.listener.opts.MaxPeers
	if most <= 0 {
		most = defaultMaxPeers
	}
	if n := p.listener.opts.MaxConnections; n > 0 {
		most = min(most, n)
	}
	if len(p.peers) < most {
		return false
	}
	if now := p.net.loop.NowNano(); now-p.logged >= int64(acceptLogEvery) {
		p.logged = now
		logError("listener", fmt.Sprintf("too many peers on UDP port %d at %s: %d", p.listener.address.Port, p.listener.address.IP, most))
	}
	return true
}

// add makes a peer; nil when its pipeline ended at once.
func (p *udpPort) add(from udpKey) *udpPeer {
	s := p.listener
	peer := &udpPeer{port: p, key: from, in: newInbound(s, -1, from.remote)}
	peer.in.dgram = peer
	if from.local.IsValid() {
		peer.in.near = netip.AddrPortFrom(from.local, s.address.Port)
	}
	p.peers[from] = peer
	s.active++
	peer.in.opened()
	s.accept(peer.in)
	if peer.in.is(closed) {
		return nil
	}
	return peer
}

// arrived delivers a datagram, or keeps it.
func (u *udpPeer) arrived(b []byte) {
	s := &u.in.socket
	s.received(len(b))
	if len(b) == 0 {
		return
	}
	if len(u.waiting.list) > 0 || s.is(paused) || s.receive == nil {
		if u.waiting.size < peerQueue {
			u.waiting.push(s.net.newDatagram(b))
			s.flags |= readable // for Start and Resume
		} else {
			u.in.log(true, "a datagram is lost: the pipeline is too slow")
		}
		return
	}
	u.deliver(s.net.newDatagram(b))
}

func (u *udpPeer) deliver(d *event.Data) {
	l := u.port.net.loop
	prev := l.Enter(&u.in.src)
	u.in.receive(d)
	l.Leave(prev)
}

func (u *udpPeer) read() {
	s := &u.in.socket
	for len(u.waiting.list) > 0 && s.wantsInput() {
		d := u.waiting.list[0]
		u.waiting.shift()
		u.deliver(d)
	}
	if len(u.waiting.list) == 0 {
		s.flags &^= readable
	}
}

// send sends a datagram at once, unless others wait. It calls nobody.
func (u *udpPeer) send(d *event.Data) {
	p := u.port
	n := d.Len()
	if p.fd < 0 {
		d.Release()
		return
	}
	u.in.sentDatagram(n)
	if len(p.waiting) == 0 && !p.blocked && p.transmit(u.key, d) {
		return
	}
	if limit := u.in.limits.BufferLimit; limit > 0 && p.size > limit {
		u.in.log(true, "a datagram is lost: buffer overflow")
		d.Release()
		return
	}
	p.waiting = append(p.waiting, udpOutput{u.key, d})
	p.size += n + datagramCharge
	if p.size > u.in.limits.congestion() {
		p.hold()
	}
}

// transmit sends a datagram, and tells whether that is done with: it is given
// back then.
func (p *udpPort) transmit(to udpKey, d *event.Data) bool {
	err := p.io.transmit(p.fd, to, p.net.contiguous(d))
	switch err {
	case nil:
	case unix.EAGAIN:
		p.blocked = true
		return false
	default:
		level := logging.Debug // clients come and go as they like
		if err == unix.EMSGSIZE {
			level = logging.Error
		}
		logLine(level, "inbound", func() string {
			return fmt.Sprintf("[inbound] cannot send a datagram of %d bytes to %s: %s", d.Len(), bracketed(to.remote), strerror(err))
		})
	}
	d.Release()
	return true
}

// flush sends what waits.
func (p *udpPort) flush() {
	for len(p.waiting) > 0 && !p.blocked && p.fd >= 0 {
		o := p.waiting[0]
		n := o.d.Len()
		if !p.transmit(o.to, o.d) {
			break
		}
		p.waiting[0] = udpOutput{}
		p.waiting = p.waiting[1:]
		p.size -= n + datagramCharge
	}
	if len(p.waiting) == 0 {
		p.waiting = nil
	}
	if p.size <= p.listener.opts.congestion()/2 {
		p.relieve()
	}
}

// hold pauses the source of the output that is too much, once.
func (p *udpPort) hold() {
	src := p.net.loop.Ambient()
	if src == nil {
		return
	}
	for i := range p.held {
		if p.held[i].src == src {
			return
		}
	}
	p.held = append(p.held, held{src, src.Hold()})
}

func (p *udpPort) relieve() {
	list := p.held
	p.held = nil
	for i := range list {
		list[i].release()
	}
}

// flush has nothing to do: what waits belongs to the port.
func (u *udpPeer) flush() {}

// drop forgets the peer. What it sent already goes out.
func (u *udpPeer) drop() {
	u.waiting.clear()
	p := u.port
	delete(p.peers, u.key)
	for _, t := range [...]*Traffic{u.in.traffic, u.in.sum} {
		t.Active--
	}
	if p.closing && len(p.peers) == 0 {
		p.shut()
	}
}

// close takes no further peers. Those that are idle end soon.
func (p *udpPort) close() {
	p.closing = true
	for _, peer := range p.peers {
		peer.in.limits = peer.in.limits.soon()
		peer.in.watch()
	}
	if len(p.peers) == 0 {
		p.shut()
		return
	}
	p.net.closing = append(p.net.closing, p)
}

// endClosing ends the peers that keep a port open which is wanted again.
func (n *local) endClosing(a Address) {
	for _, p := range slices.Clone(n.closing) {
		if p.listener.address != a {
			continue
		}
		for _, peer := range p.peers {
			peer.in.close()
		}
	}
}

// shut closes the socket.
func (p *udpPort) shut() {
	if p.fd < 0 {
		return
	}
	p.net.closing = slices.DeleteFunc(p.net.closing, func(o *udpPort) bool { return o == p })
	p.net.loop.CloseFD(p.fd)
	p.fd = -1
	for _, o := range p.waiting {
		o.d.Release()
	}
	p.waiting = nil
	p.relieve()
}
