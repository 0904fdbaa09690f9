package transport

import (
	"net/netip"
	"slices"
	"sort"

	"pipy/pipy/loop"
)

// Traffic counts connections and bytes.
type Traffic struct {
	Active     int64 // open connections
	Peak       int64 // the most of them at a time
	Total      int64 // connections since the start
	In, Out    int64 // bytes received and sent
	Overflowed int64 // connections that ended with BufferOverflow
}

// fold adds the figures of connections that are over.
func (t *Traffic) fold(o *Traffic) {
	t.Total += o.Total
	t.In += o.In
	t.Out += o.Out
	t.Overflowed += o.Overflowed
	t.Peak = max(t.Peak, o.Peak)
}

// Histogram counts samples by size.
type Histogram struct {
	Counts []int64 // for each limit those up to it, then those above all
	Sum    float64
	Max    float64
}

// Observe counts a sample. limits ascend and are always the same.
func (h *Histogram) Observe(limits []float64, x float64) {
	if h.Counts == nil {
		h.Counts = make([]int64, len(limits)+1)
	}
	i := 0
	for i < len(limits) && x > limits[i] {
		i++
	}
	h.Counts[i]++
	h.Sum += x
	if x > h.Max { // no sample is NaN, of which max would think
		h.Max = x
	}
}

func (h *Histogram) fold(o *Histogram) {
	if h.Counts == nil {
		h.Counts = make([]int64, len(o.Counts))
	}
	for i, n := range o.Counts {
		h.Counts[i] += n
	}
	h.Sum += o.Sum
	h.Max = max(h.Max, o.Max)
}

// Limits of the histograms of a Peer.
var (
	// ConnectLimits are milliseconds: 1.5^n without what is equal.
	ConnectLimits = []float64{1, 2, 3, 5, 7, 11, 17, 25, 38, 57, 86, 129, 194, 291, 437, 656, 985, 1477, 2216, 3325}
	// ResponseLimits are seconds.
	ResponseLimits = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
)

// Peer counts what has to do with one address that we connect to. Filters that
// know what goes over the connections add what they know.
type Peer struct {
	Name    string // "[10.0.0.1]:8080" or "unix:/path"; OtherPeers for all that have no Peer of their own
	Traffic        // of the connections
	Failed  int64  // attempts to connect
	Connect Histogram

	// Responses are those of HTTP by the first digit of their status; the first
	// one counts requests that the connection broke off.
	Responses [6]int64
	Response  Histogram // seconds from a request to the head of its response

	key  peerKey
	used int64 // when a connection was last made, in time of the loop
}

// Responded counts a response and the nanoseconds that it took.
func (p *Peer) Responded(status int, took int64) {
	if class := status / 100; class > 0 && class < len(p.Responses) {
		p.Responses[class]++
	}
	p.Response.Observe(ResponseLimits, float64(took)/1e9)
}

type peerKey struct {
	addr netip.AddrPort
	path string
}

// OtherPeers is the name of the Peer that stands for all peers beyond MaxPeers.
const OtherPeers = "other"

// MaxPeers is how many addresses a loop has figures of. Those without connections
// make room for new ones.
const MaxPeers = 200

// PeerOf returns the figures of the peer from which a source receives; nil when it
// is not a connection that we made.
func PeerOf(src *loop.Source) *Peer {
	if src == nil {
		return nil
	}
	s, ok := src.Pauser().(*socket)
	if !ok {
		return nil
	}
	if o, ok := s.owner.(*Outbound); ok {
		return o.peer
	}
	return nil
}

// peer returns the figures of an address.
func (n *local) peer(a Address) *Peer {
	key := peerKey{addr: netip.AddrPortFrom(a.IP, a.Port), path: a.Path}
	p := n.peers[key]
	if p == nil {
		p = n.newPeer(key)
	}
	p.used = n.loop.NowNano()
	return p
}

func (n *local) newPeer(key peerKey) *Peer {
	if n.peers == nil {
		n.peers = map[peerKey]*Peer{}
	}
	if len(n.peers) >= MaxPeers && !n.dropPeer() {
		return n.others()
	}
	name := bracketed(key.addr)
	switch key.path {
	case "":
	case netlinkPath:
		name = "netlink"
	default:
		name = unixPrefix + key.path
	}
	p := &Peer{Name: name, key: key}
	n.peers[key] = p
	return p
}

// dropPeer makes the figures of a peer that is not used part of the others, and
// tells whether there was one.
func (n *local) dropPeer() bool {
	var oldest *Peer
	for _, p := range n.peers {
		if p.Active == 0 && (oldest == nil || p.used < oldest.used) {
			oldest = p
		}
	}
	if oldest == nil {
		return false
	}
	delete(n.peers, oldest.key)
	o := n.others()
	o.fold(&oldest.Traffic)
	o.Failed += oldest.Failed
	o.Connect.fold(&oldest.Connect)
	o.Response.fold(&oldest.Response)
	for i, r := range oldest.Responses {
		o.Responses[i] += r
	}
	return true
}

func (n *local) others() *Peer {
	if n.other == nil {
		n.other = &Peer{Name: OtherPeers}
	}
	return n.other
}

// Peers returns the figures of all peers, by their names.
func Peers(l *loop.Loop) []*Peer {
	n := localOf(l)
	var list []*Peer
	for _, p := range n.peers {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *Peer) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	if n.other != nil {
		list = append(list, n.other)
	}
	return list
}

// Port is the figures of one address that is or was listened on.
type Port struct {
	Address Address
	Open    bool
	Traffic
}

// maxPorts bounds the addresses of which there are figures when nothing listens
// on them any more.
const maxPorts = 1000

// listening adds a listener to those that have figures.
func (n *local) listening(s *Listener) {
	n.tidy()
	n.listeners = append(n.listeners, s)
}

// tidy keeps of listeners that are over nothing but their figures.
func (n *local) tidy() {
	n.listeners = slices.DeleteFunc(n.listeners, func(s *Listener) bool {
		if s.fd >= 0 || s.traffic.Active > 0 {
			return false
		}
		past, known := n.closed[s.address]
		if !known && len(n.closed) >= maxPorts {
			return true
		}
		past.fold(&s.traffic)
		if n.closed == nil {
			n.closed = map[Address]Traffic{}
		}
		n.closed[s.address] = past
		return true
	})
}

// Ports returns the figures of all addresses that are or were listened on.
func Ports(l *loop.Loop) []Port {
	n := localOf(l)
	n.tidy()
	sums := map[Address]*Port{}
	var order []Address
	at := func(a Address) *Port {
		p := sums[a]
		if p == nil {
			p = &Port{Address: a}
			sums[a] = p
			order = append(order, a)
		}
		return p
	}
	for _, s := range n.listeners {
		p := at(s.address)
		p.Open = p.Open || s.fd >= 0
		p.fold(&s.traffic)
		p.Active += s.traffic.Active
	}
	for a, past := range n.closed {
		at(a).fold(&past)
	}
	ports := make([]Port, len(order))
	for i, a := range order {
		ports[i] = *sums[a]
	}
	// slices.SortFunc would be compiled anew for this type, 13 KB of code.
	sort.Slice(ports, func(i, j int) bool { return ports[i].Address.String() < ports[j].Address.String() })
	return ports
}

// Inbounds returns the connections that ports have accepted and that are open, and
// the peers of UDP ports, in their order.
func Inbounds(l *loop.Loop) (list []*Inbound) {
	l.Each(func(h loop.Handler) {
		switch h := h.(type) {
		case *socket:
			if in, ok := h.owner.(*Inbound); ok {
				list = append(list, in)
			}
		case *udpPort:
			for _, p := range h.peers {
				list = append(list, p.in)
			}
		}
	})
	sort.Slice(list, func(i, j int) bool { return list[i].id < list[j].id })
	return list
}

// Outbounds returns the connections that we have made and that are open.
func Outbounds(l *loop.Loop) (list []*Outbound) {
	l.Each(func(h loop.Handler) {
		if s, ok := h.(*socket); ok {
			if o, ok := s.owner.(*Outbound); ok {
				list = append(list, o)
			}
		}
	})
	return list
}

// Buffered adds up the bytes that wait to be sent: on accepted connections by the
// address of their ports, on others by the name of the peer.
func Buffered(l *loop.Loop) (inbound map[Address]int64, outbound map[string]int64) {
	inbound, outbound = map[Address]int64{}, map[string]int64{}
	l.Each(func(h loop.Handler) {
		s, ok := h.(*socket)
		if !ok {
			return
		}
		switch o := s.owner.(type) {
		case *Inbound:
			inbound[o.listener.address] += int64(s.out.Len())
		case *Outbound:
			if o.peer != nil {
				outbound[o.peer.Name] += int64(s.out.Len())
			}
		}
	})
	return inbound, outbound
}
