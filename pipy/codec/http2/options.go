package http2

// Options are the limits of a session. A member that is not positive means the
// default.
type Options struct {
	StreamWindow  int // bytes of a body that the peer may send ahead of its consumer; 1 MiB
	ConnWindow    int // bytes in flight on the whole connection, at least 65535; 1 MiB
	MaxStreams    int // streams that the peer may have open; 256
	MaxHeaderList int // bytes of a decoded header list (RFC 9113, 6.5.2); 64 KiB
	MaxFields     int // fields of a head or a tail; 200
	SendBuffer    int // bytes that a stream queues before Full; 64 KiB

	// MaxUnread is the number of bytes that paused streams may keep together
	// before the connection's window is not given back any more, so that one of
	// them does not stop the others; 16 times ConnWindow.
	MaxUnread int

	// Now returns the time in nanoseconds since any moment; nil stands still. It
	// refills the budgets against floods.
	Now func() int64

	// Pong is called with the payload of each answer to a Ping; nil is for those
	// who send none.
	Pong func(payload [8]byte)

	// Counters are counted up; nil counts for nobody.
	Counters *Counters
}

func (o Options) filled() Options {
	fill := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	fill(&o.StreamWindow, 1<<20)
	fill(&o.ConnWindow, 1<<20)
	fill(&o.MaxStreams, 256)
	fill(&o.MaxHeaderList, 64<<10)
	fill(&o.MaxFields, 200)
	fill(&o.SendBuffer, 64<<10)
	o.StreamWindow = min(o.StreamWindow, maxWindow)
	o.ConnWindow = min(max(o.ConnWindow, defaultWindow), maxWindow)
	fill(&o.MaxUnread, 16*o.ConnWindow)
	if o.Now == nil {
		o.Now = func() int64 { return 0 }
	}
	if o.Pong == nil {
		o.Pong = func([8]byte) {}
	}
	if o.Counters == nil {
		o.Counters = &Counters{}
	}
	return o
}

// Counters are numbers about sessions, for metrics. They belong to one worker.
type Counters struct {
	Streams     uint64 // opened, by either side
	Refused     uint64 // streams beyond MaxStreams
	ResetsIn    uint64 // RST_STREAM from peers
	ResetsOut   uint64 // RST_STREAM to peers
	GoAwaysIn   uint64 // GOAWAY from peers
	GoAwaysOut  uint64 // GOAWAY to peers
	Malformed   uint64 // messages that broke the rules of HTTP
	Floods      uint64 // sessions that were ended because of too many frames of no use
	HeadersOver uint64 // heads that were too long
}

// Budgets against peers that send frames which cost work and lead nowhere.
const (
	resetBurst  = 500  // streams that the peer may cancel beyond those that end well
	resetRate   = 50   // of them that are forgiven per second
	uselessMost = 2000 // frames without progress: PING, SETTINGS, PRIORITY, empty DATA
	uselessRate = 500  // of them that are forgiven per second
)

// budget is a bucket of tokens that refills with time.
type budget struct {
	spent int64 // tokens
	since int64 // when spent was right
}

// spend takes a token at a time and tells whether there was one. most is the
// size of the bucket, rate what refills per second.
func (b *budget) spend(now, most, rate int64) bool {
	if back := (now - b.since) * rate / 1e9; back > 0 {
		b.spent = max(0, b.spent-back)
		b.since = now
	} else if b.spent == 0 {
		b.since = now
	}
	b.spent++
	return b.spent <= most
}

// refund gives a token back.
func (b *budget) refund() {
	if b.spent > 0 {
		b.spent--
	}
}
