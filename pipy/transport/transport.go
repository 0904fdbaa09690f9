// Package transport makes sockets sources and sinks of events.
//
// An Inbound is a connection that a Listener accepted, an Outbound one that
// Connect makes. Both give what they read to a function as events, and take
// what is to be written with Process. What is written in one turn of the loop
// goes out at its end, with one system call where the system takes it.
//
// Everything here belongs to one loop and is used on it only.
package transport

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// Sizes in bytes.
const (
	// DefaultCongestionLimit is how much unsent output pauses its sources
	// unless options say otherwise.
	DefaultCongestionLimit = 1 << 20

	minRead    = 4 << 10   // less room than this in a read buffer is not used
	turnLimit  = 256 << 10 // what one socket may read in one turn
	earlyFlush = 256 << 10 // unsent output that does not wait for the end of the turn
	smallPiece = 512       // a piece of output up to this is copied to save a vector
)

// Limits are the options that all connections have.
type Limits struct {
	// ReadTimeout ends the stream with ReadTimeout when nothing was received
	// for this long. Zero means never.
	ReadTimeout time.Duration
	// WriteTimeout ends the stream with WriteTimeout when the peer took
	// nothing of the pending output for this long. Zero means never.
	WriteTimeout time.Duration
	// IdleTimeout ends the stream with IdleTimeout when neither direction
	// moved for this long. Zero means never.
	IdleTimeout time.Duration
	// CongestionLimit is the number of unsent bytes from which on the sources
	// of the output are paused, until half of it is left. Zero means
	// DefaultCongestionLimit.
	CongestionLimit int
	// BufferLimit is the number of unsent bytes above which the connection is
	// dropped with BufferOverflow. Zero means no limit.
	BufferLimit int
}

func (o *Limits) congestion() int {
	if o.CongestionLimit > 0 {
		return o.CongestionLimit
	}
	return DefaultCongestionLimit
}

// Counters are the sums over all connections of one loop. They belong to it.
type Counters struct {
	Inbound  Traffic
	Outbound Traffic
}

// CountersOf returns the counters of l.
func CountersOf(l *loop.Loop) *Counters { return &localOf(l).counters }

// local is what the sockets of one loop share.
type local struct {
	loop     *loop.Loop
	counters Counters
	small    event.Buffer // what sockets read into
	large    event.Buffer // the same for sockets that have much to read
	closing  []*udpPort   // ports that are closed, but for their peers
	datagram []byte       // what datagrams are read into; nil before the first
	pieces   [loop.MaxPieces][]byte

	peers     map[peerKey]*Peer
	other     *Peer               // nil when all have one of their own
	listeners []*Listener         // that are open, or have connections
	closed    map[Address]Traffic // of those that are neither
}

type localKey struct{}

func localOf(l *loop.Loop) *local {
	return l.Local(localKey{}, func() any { return &local{loop: l} }).(*local)
}

// buffer returns memory to read into: the same again and again as long as
// nobody keeps what was read.
func (n *local) buffer(large bool) *event.Buffer {
	b := &n.small
	if large {
		b = &n.large
	}
	if b.Valid() && (b.Rewind() || len(b.Free()) >= minRead) {
		return b
	}
	b.Release()
	*b = event.NewBuffer(large)
	return b
}
