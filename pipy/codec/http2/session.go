package http2

import (
	"golang.org/x/net/http2/hpack"

	"pipy/pipy/event"
)

// Owner is whom a session talks to. It may call the methods of the session and
// its streams from within, except in Write.
type Owner interface {
	// Receive takes an event of a message from the peer: MessageStart with an
	// *httphead.Head, Data, and MessageEnd with an *httphead.Tail if there are
	// trailers. In a tunnel, Data and an orderly StreamEnd follow.
	Receive(st *Stream, evt event.Event)

	// Done says that the stream is over and must not be used any more. err is
	// nil when both sides have ended it in an orderly way. It is not called after
	// Reset.
	Done(st *Stream, err error)

	// Drained says that a stream that was Full has sent something. When it has only
	// half of that queued, it is not Full any more.
	Drained(st *Stream)

	// Write takes output. It is called in Flush and when the session ends.
	Write(d *event.Data)

	// Wake asks for a call of Flush at the end of the turn.
	Wake()

	// Closing says that no further streams can be opened. It is called at most
	// once, and only for clients.
	Closing()

	// Ended says that the session is over: all streams are done and all output
	// was written. err is nil for an orderly end.
	Ended(err error)
}

// Session is one end of a connection (RFC 9113, 3.4). It belongs to one worker.
type Session struct {
	// Immutable:
	server bool
	owner  Owner
	arena  *event.Arena
	opt    Options

	in    input
	block block
	enc   headerEncoder
	dec   *hpack.Decoder
	peer  peer

	streams table
	live    streamList // all streams
	ready   streamList // those that have something to send
	starved streamList // those that wait for the connection to take more
	waiting streamList // those of a client that wait for the end of others
	resumed []*Stream  // those that deliver what they kept
	dead    []*Stream  // those that are reused after the turn
	free    []*Stream
	lately  closed // the streams that ended last

	active   int    // streams that were opened and are not over
	lastPeer uint32 // the highest stream that the peer opened
	lastOurs uint32 // the highest stream that we opened
	limit    uint32 // the highest stream that counts after a GOAWAY of ours

	sendWindow int64 // bytes that the connection takes
	recvWindow int64 // bytes that the peer may send
	recvDue    int   // bytes of it to give back
	recvHeld   int   // bytes of it that are given back when streams are read
	unread     int   // bytes that wait in paused streams
	before     int32 // the window of a stream until the peer knows ours

	out       event.Data
	replies   int  // frames in out that answer others, while the output is paused
	paused    bool // the connection takes no more
	woken     bool // Flush is going to be called
	flushing  bool
	draining  bool // the final GOAWAY was sent
	stopping  bool // a GOAWAY was sent
	closing   bool // the peer sent a GOAWAY, or streams ran out
	inputOver bool
	ended     bool

	pings   int // of ours that are not answered
	resets  budget
	useless budget
}

// peer is what the peer's settings say (RFC 9113, 6.5.2).
type peer struct {
	seen       bool // its first SETTINGS came
	window     int32
	maxFrame   int
	maxStreams uint32
}

// NewServer returns the server's end of a connection, which expects the
// client's preface. Frames other than bodies are written into arena.
func NewServer(o Options, arena *event.Arena, owner Owner) *Session {
	return newSession(true, o, arena, owner)
}

// NewClient returns the client's end of a connection. Its preface is written
// with the first Flush.
func NewClient(o Options, arena *event.Arena, owner Owner) *Session {
	return newSession(false, o, arena, owner)
}

func newSession(server bool, o Options, arena *event.Arena, owner Owner) *Session {
	s := &Session{server: server, owner: owner, arena: arena, opt: o.filled(), limit: maxStreamID}
	s.peer = peer{window: defaultWindow, maxFrame: minFrame, maxStreams: 100}
	s.sendWindow = defaultWindow
	s.recvWindow = int64(s.opt.ConnWindow)
	s.before = max(defaultWindow, int32(s.opt.StreamWindow))
	s.dec = hpack.NewDecoder(tableSize, s.block.field)
	s.dec.SetMaxStringLength(s.blockLimit())
	s.block.limit, s.block.maxFields = s.opt.MaxHeaderList, s.opt.MaxFields
	s.enc.init()
	s.in.state = atHeader
	if server {
		s.in.state = atPreface
	}
	s.begin()
	return s
}

// begin writes the preface (RFC 9113, 3.4).
func (s *Session) begin() {
	b := s.arena.Reserve(128)[:0]
	if !s.server {
		b = append(b, Preface...)
	}
	at := len(b)
	b = appendHeader(b, 0, frameSettings, 0, 0)
	if s.server {
		b = appendSetting(b, settingMaxStreams, uint32(s.opt.MaxStreams))
	} else {
		b = appendSetting(b, settingEnablePush, 0)
	}
	b = appendSetting(b, settingInitialWindow, uint32(s.opt.StreamWindow))
	b = appendSetting(b, settingMaxHeaderList, uint32(s.opt.MaxHeaderList))
	b[at+2] = byte(len(b) - at - headerSize)
	if more := s.opt.ConnWindow - defaultWindow; more > 0 {
		b = appendWindowUpdate(b, 0, uint32(more))
	}
	s.arena.Commit(&s.out, len(b))
	s.wake()
}

// wake asks the owner for a Flush, once.
func (s *Session) wake() {
	if !s.woken && !s.ended {
		s.woken = true
		s.owner.Wake()
	}
}

// Upgrade opens stream 1 of a server for a request that came in HTTP/1 and
// asked for HTTP/2; it is complete. settings are those of its http2-settings
// field, decoded. The response goes to the stream, whose method is the given one
// (RFC 7540, 3.2).
func (s *Session) Upgrade(method string, settings []byte) (*Stream, error) {
	if err := s.applySettings(settings); err != nil {
		return nil, err
	}
	s.lastPeer = 1
	st := s.open(1)
	st.method = methodOf(method)
	st.recv, st.delivered = recvEnd, true
	return st, nil
}

// Idle tells whether there are no streams.
func (s *Session) Idle() bool { return s.live.first == nil }

// Active returns the number of streams that are not over, those included that
// wait for the end of others.
func (s *Session) Active() int { return s.live.n }

// Started tells whether the peer has opened a stream yet.
func (s *Session) Started() bool { return s.lastPeer > 0 }

// Accepts tells whether a client may open further streams.
func (s *Session) Accepts() bool { return !s.closing && !s.ended }

// Stop begins a graceful end of a server (RFC 9113, 6.8): the client is told to
// open no streams, and those that it opened before it heard of that are still
// served. The owner calls Drain when the answer takes too long.
func (s *Session) Stop() {
	if s.ended || s.stopping || s.draining {
		return
	}
	s.stopping = true
	s.goAway(maxStreamID, NoError, "")
	b := appendHeader(s.arena.Reserve(headerSize + pingSize)[:0], pingSize, framePing, 0, 0)
	s.arena.Commit(&s.out, len(append(b, stopPing...)))
	s.wake()
}

// stopPing is the payload of the PING that follows the first GOAWAY.
const stopPing = "pipystop"

// Drain is Stop without waiting for the client: streams that it opens from now
// on are ignored. The session ends with its last stream.
func (s *Session) Drain() {
	if s.ended || s.draining {
		return
	}
	s.draining = true
	s.limit = s.lastPeer
	s.goAway(s.lastPeer, NoError, "")
	s.checkOver()
}

// checkOver ends a session that has no further use.
func (s *Session) checkOver() {
	switch {
	case s.ended || s.live.first != nil:
	case !s.server && s.closing:
		s.goAway(0, NoError, "")
		s.end(nil)
	case s.server && (s.draining || s.inputOver):
		s.end(nil)
	}
}

// Close ends the session at once; open streams are cancelled.
func (s *Session) Close() {
	if s.ended {
		return
	}
	s.goAway(s.lastPeer, NoError, "")
	s.end(nil)
}

// Abandon ends the session without a word to the peer and the owner, but for the
// owner's Done.
func (s *Session) Abandon() {
	s.ended = true
	for st := s.live.first; st != nil; st = s.live.first {
		s.finish(st, named(&Error{Code: Cancel, Text: "the connection was closed"}))
	}
	s.out.Release()
}

// End takes the end of the input. A server still answers the requests that are
// complete.
func (s *Session) End(err error) {
	if s.ended || s.inputOver {
		return
	}
	s.inputOver = true
	if !s.server || err != nil {
		s.end(truncated(err))
		return
	}
	var cut []*Stream
	for st := s.live.first; st != nil; st = st.all.next {
		if st.recv != recvEnd {
			cut = append(cut, st)
		}
	}
	for _, st := range cut {
		if !st.over {
			s.finish(st, truncated(nil))
		}
	}
	s.checkOver()
}

// fail ends the session because of what the peer did (RFC 9113, 5.4.1).
func (s *Session) fail(code Code, text string) {
	if s.ended {
		return
	}
	if code == EnhanceYourCalm {
		s.opt.Counters.Floods++
	}
	s.goAway(s.lastPeer, code, text)
	s.end(named(&Error{Code: code, Text: text}))
}

// end finishes all streams and writes what there is.
func (s *Session) end(err error) {
	s.ended = true
	failure := err
	if failure == nil {
		failure = named(&Error{Code: Cancel, Text: "the session was closed"})
	}
	for st := s.live.first; st != nil; st = s.live.first {
		s.finish(st, failure)
	}
	s.writeOut()
	s.owner.Ended(err)
}

// close says that no streams can be opened any more.
func (s *Session) close() {
	if !s.closing {
		s.closing = true
		if !s.server {
			s.owner.Closing()
		}
	}
}

// maxDebug is the number of bytes of debug data in a GOAWAY that we write or keep.
const maxDebug = 256

// goAway writes a GOAWAY (RFC 9113, 6.8).
func (s *Session) goAway(last uint32, code Code, text string) {
	s.opt.Counters.GoAwaysOut++
	last = min(last, s.limit) // it never grows
	text = text[:min(len(text), maxDebug)]
	b := appendHeader(s.arena.Reserve(headerSize + 8 + maxDebug)[:0], 8+len(text), frameGoAway, 0, 0)
	b = append(b, byte(last>>24), byte(last>>16), byte(last>>8), byte(last))
	b = append(b, byte(code>>24), byte(code>>16), byte(code>>8), byte(code))
	s.arena.Commit(&s.out, len(append(b, text...)))
	s.wake()
}

// waste counts a frame that led nowhere, and ends the session when there were
// too many of them.
func (s *Session) waste() bool {
	if s.useless.spend(s.opt.Now(), uselessMost, uselessRate) {
		return false
	}
	s.fail(EnhanceYourCalm, "too many frames of no use")
	return true
}
