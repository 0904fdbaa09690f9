package filters

import (
	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/transport"
)

// http2Client is the client's side of one connection of HTTP/2 (RFC 9113): a
// session of a muxHTTP that takes any number of requests at a time.
type http2Client struct {
	*muxSession
	pool    *httpPool
	session *http2.Session
	pinger  *http2Pinger // nil when the script asks for no PINGs
	loop    *loop.Loop
	source  loop.Source // of what the session writes
	queued  bool        // Run is going to be called
	over    bool
	endErr  error
	free    []*http2Call
	peer    *transport.Peer // nil before the first byte, or when it is not known
	streams *HTTP2Streams
}

// http2Call is what a call is in a session of HTTP/2.
type http2Call struct {
	client   *http2Client
	call     *httpCall // nil when nobody waits for the response
	stream   *http2.Stream
	source   loop.Source // of the response's events
	interim  bool        // a 1xx response is being received
	accepted bool        // the response makes the stream a tunnel
	ended    bool        // the server's side of the tunnel is over
	held     []http2Held
}

// openHTTP2 makes the HTTP part of a session.
func (p *httpPool) openHTTP2(m *muxSession) func(event.Event) {
	l := p.program.Loop
	s := &http2Client{muxSession: m, pool: p, loop: l, streams: &FiguresOf(l).HTTP2}
	s.source.Init(l, s)
	opt := m.cluster.all.(*muxHTTPOptions)
	o := opt.http2Options.session(l)
	o.MaxHeaderList = int(opt.maxHeaderSize)
	if opt.ping != nil {
		s.pinger = &http2Pinger{client: s, fn: opt.ping}
		o.Pong = s.pinger.pong
	}
	s.session = http2.NewClient(o, l.Arena(), s)
	m.conn, m.wide = s, true
	return s.receive
}

// Pause is called by the loop when the connection takes no more.
func (s *http2Client) Pause() { s.session.PauseOutput() }

// Resume is called by the loop when it takes more again.
func (s *http2Client) Resume() { s.session.ResumeOutput() }

// Wake implements http2.Owner.
func (s *http2Client) Wake() {
	if !s.queued {
		s.queued = true
		s.loop.Defer(s)
	}
}

// Run writes what there is at the end of a turn.
func (s *http2Client) Run() {
	s.queued = false
	if !s.over {
		s.session.Flush()
	}
}

// Write implements http2.Owner.
func (s *http2Client) Write(d *event.Data) {
	prev := s.loop.Enter(&s.source)
	s.process(d)
	s.loop.Leave(prev)
}

// Closing implements http2.Owner.
func (s *http2Client) Closing() { s.isolate() }

// Ended implements http2.Owner.
func (s *http2Client) Ended(err error) {
	s.over, s.endErr = true, err
	s.source.End()
	s.kill()
}

// shutting says goodbye before the session is ended.
func (s *http2Client) shutting() { s.session.Close() }

// receive takes the output of the session's pipeline.
func (s *http2Client) receive(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		if s.peer == nil {
			s.peer = transport.PeerOf(s.loop.Ambient())
		}
		s.session.Feed(e)
	case *event.StreamEnd:
		s.session.End(e.Err)
	}
}

func (s *http2Client) take(c *httpCall) *http2Call {
	var x *http2Call
	if n := len(s.free); n > 0 {
		x = s.free[n-1]
		s.free[n-1] = nil
		s.free = s.free[:n-1]
	} else {
		x = &http2Call{client: s}
	}
	x.call = c
	s.streams.Client++
	return x
}

// drop forgets a call whose stream is over, and gives the session back.
func (s *http2Client) drop(x *http2Call) {
	if x.call != nil {
		x.call.http2 = nil
	}
	x.stream = nil
	s.streams.Client--
	x.source.End()
	x.relieve()
	if !x.source.Held() && len(s.free) < 256 && !x.accepted {
		*x = http2Call{client: s, held: x.held[:0]}
		s.free = append(s.free, x)
	}
	if !s.session.Accepts() {
		s.isolate()
	}
	s.release()
}

func (x *http2Call) relieve() {
	for i, h := range x.held {
		x.held[i] = http2Held{}
		h.release()
	}
	x.held = x.held[:0]
}

// send sends what there is of a request.
func (s *http2Client) send(c *httpCall) {
	c.client, c.keep = s, true
	if s.over {
		s.release()
		s.failCall(c, s.endErr, false)
		return
	}
	x := s.take(c)
	st, err := s.session.Open(c.head, x)
	if err != nil {
		f := c.stream
		s.drop(x)
		s.pool.put(c)
		f.failWith(err)
		return
	}
	if s.pinger != nil {
		s.pinger.start(c.stream.Stage)
	}
	x.stream = st
	x.source.Init(s.loop, st)
	c.http2 = x
	if body := c.body; body != nil {
		if c.kept {
			body = body.Clone()
		} else {
			c.body = nil
		}
		s.add(c, body)
	}
	if c.end != nil && c.http2 == x {
		s.complete(c)
	}
}

// add sends a part of the body.
func (s *http2Client) add(c *httpCall, d *event.Data) {
	x := c.http2
	if x == nil {
		d.Release()
		return
	}
	if err := x.stream.Send(d); err != nil {
		s.invalid(x, err)
		return
	}
	if x.stream.Full() {
		x.held = hold(s.loop, x.held)
	}
}

// complete sends the end of a request.
func (s *http2Client) complete(c *httpCall) {
	c.sent = true
	if x := c.http2; x != nil {
		if err := x.stream.End(c.end.Tail); err != nil {
			s.invalid(x, err)
		}
	}
}

// invalid fails a request that cannot be sent to its end; the stream was reset.
func (s *http2Client) invalid(x *http2Call, err error) {
	c := x.call
	f := c.stream
	s.drop(x)
	s.pool.put(c)
	f.failWith(err)
}

// abandoned handles that nobody waits for the response to c any more.
func (s *http2Client) abandoned(c *httpCall) {
	if x := c.http2; x != nil {
		x.stream.Reset(http2.Cancel)
		s.drop(x)
	}
	s.pool.put(c)
}

// Drained implements http2.Owner.
func (s *http2Client) Drained(st *http2.Stream) {
	x := st.Value.(*http2Call)
	drained(st, x.held, x.relieve)
}

// Receive implements http2.Owner.
func (s *http2Client) Receive(st *http2.Stream, evt event.Event) {
	x := st.Value.(*http2Call)
	c := x.call
	if c == nil {
		dropEvent(evt)
		return
	}
	prev := s.loop.Enter(&x.source)
	defer s.loop.Leave(prev)
	f := c.stream
	switch e := evt.(type) {
	case *event.MessageStart:
		h := e.Head.(*httphead.Head)
		c.answered = true
		x.interim = http1.Interim(h.Status)
		if !x.interim {
			c.begun = true
			if s.peer != nil {
				s.peer.Responded(h.Status, s.loop.NowNano()-c.since)
			}
			x.accepted = c.tunnel && acceptsTunnel(c.method, h.Status)
		}
		f.Output(evt)
	case *event.MessageEnd:
		switch {
		case x.interim:
			x.interim = false
			f.Output(e)
		case x.accepted:
			f.Output(e)
			f.tunneled((*http2Tunnel)(x))
		default:
			x.call, c.http2 = nil, nil
			s.pool.put(c)
			f.answered(e)
		}
	case *event.StreamEnd:
		x.ended = true
		f.Output(e)
	default:
		f.Output(evt)
	}
}

// Done implements http2.Owner.
func (s *http2Client) Done(st *http2.Stream, err error) {
	x := st.Value.(*http2Call)
	c, opened, ended := x.call, st.ID() != 0, x.ended
	s.drop(x)
	switch {
	case c == nil:
	case ended:
		s.pool.put(c)
	default:
		s.failCall(c, err, !opened || http2.Unprocessed(err))
	}
}

// maxUnprocessed is how often a request is sent again because the server did not
// look at it.
const maxUnprocessed = 3

// failCall settles a request that was not answered: it is sent again, or fails.
func (s *http2Client) failCall(c *httpCall, err error, unprocessed bool) {
	f := c.stream
	if !c.answered && c.kept {
		switch {
		case unprocessed && c.refusals < maxUnprocessed && !s.over:
			c.refusals++
			c.client = nil
			s.pool.send(c, c.tunnel, 0)
			return
		case unprocessed && c.refusals < maxUnprocessed && lost(err), c.again() && lost(err) && !s.session.Accepts():
			c.client, c.retried, c.sent = nil, true, false
			c.refusals++
			s.pool.send(c, c.tunnel, s.pool.started)
			return
		}
	}
	begun := c.begun
	if s.peer != nil {
		s.peer.Responses[0]++
	}
	s.pool.put(c)
	if begun {
		f.call, f.tunnel = nil, nil
		f.cut(err)
		return
	}
	f.failed(failureOf(err), err)
}

// http2Tunnel is the call whose stream became a tunnel.
type http2Tunnel http2Call

func (t *http2Tunnel) process(evt event.Event) {
	st := t.stream
	if st == nil {
		dropEvent(evt)
		return
	}
	switch e := evt.(type) {
	case *event.Data:
		st.Send(e)
		if st.Full() {
			t.held = hold(t.client.loop, t.held)
		}
	case *event.StreamEnd:
		if e.Err != nil {
			t.kill()
			return
		}
		st.EndTunnel()
	}
}

func (t *http2Tunnel) kill() {
	if st := t.stream; st != nil {
		st.Reset(http2.Cancel)
		t.client.drop((*http2Call)(t))
	}
}
