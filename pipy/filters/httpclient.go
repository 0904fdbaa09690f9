package filters

import (
	"errors"
	"time"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// httpClientOptions are those of one connection to a server.
type httpClientOptions struct {
	bufferSize    spec.Size
	maxHeaderSize spec.Size
}

func (o *httpClientOptions) declare(p *spec.Params) {
	spec.Opt(p, &o.bufferSize, "bufferSize", httpBuffer, "Bytes of a request body to collect in order to send it with a content-length. A longer body is sent in chunks unless its length is known.")
	spec.Opt(p, &o.maxHeaderSize, "maxHeaderSize", 64<<10, "Bytes that the head of a response may have. A longer one is a 502.")
}

// httpClient is the client's side of one HTTP/1 connection (RFC 9112): a
// session of a muxHTTP.
type httpClient struct {
	*muxSession
	pool *httpPool
	dec  *http1.Decoder
	enc  *http1.Encoder
	late lateFlush

	first, newest *httpCall // sent, or being sent, and not answered yet
	interim       bool      // a 1xx response is being received
	accepted      bool      // the response makes the connection a tunnel
	tunnel        *muxHTTP  // the stream that has the tunnel
	endErr        error     // of the session's StreamEnd
	stall         loop.Timer
	peer          *transport.Peer // nil before the first byte, or when it is not known
}

// stallTime is how long requests wait behind a response that nobody takes until
// they are sent on another connection.
const stallTime = time.Second

// openHTTP1 makes the HTTP part of a session.
func (p *httpPool) openHTTP1(m *muxSession) func(event.Event) {
	s := &httpClient{muxSession: m, pool: p}
	opt := m.cluster.all.(*muxHTTPOptions)
	s.dec = http1.NewResponseDecoder(http1.Limits{MaxHead: int(opt.maxHeaderSize)}, s.method, s.decoded)
	s.enc = http1.NewEncoder(p.program.Loop.Arena(), int(opt.bufferSize), s.write)
	s.late = lateFlush{loop: p.program.Loop, flush: s.flush}
	m.conn = s
	return s.receive
}

// send finds a session for a call (see acquire) and sends what there is of the
// request.
func (p *httpPool) send(c *httpCall, alone bool, after int) {
	f := c.stream
	m, err := p.acquire(f.Stage, f.key, alone, after)
	if err != nil {
		p.put(c)
		f.failWith(err)
		return
	}
	if c.retried || c.refusals > 0 {
		p.figures.Retries++
	}
	c.since = p.program.Loop.NowNano()
	m.conn.(httpSession).send(c)
}

func (s *httpClient) write(d *event.Data) { s.process(d) }

func (s *httpClient) method(*httphead.Head) string {
	if s.first == nil {
		return ""
	}
	return s.first.method
}

// send sends what there is of a request. The session may answer, or end, at
// any write.
func (s *httpClient) send(c *httpCall) {
	c.client, c.sent = s, false
	if s.first == nil {
		s.first = c
	} else {
		s.newest.next = c
	}
	s.newest = c
	if s.place == inGone {
		s.failAll(s.endErr)
		return
	}
	if err := s.enc.StartRequest(c.head); err != nil {
		s.invalid(c, err, false)
		return
	}
	if body := c.body; body != nil {
		if c.kept {
			body = body.Clone()
		} else {
			c.body = nil
		}
		s.add(c, body)
		if c.client != s {
			return
		}
	}
	if c.end != nil {
		s.complete(c)
		return
	}
	s.late.begin()
}

// add sends a part of the body.
func (s *httpClient) add(c *httpCall, d *event.Data) {
	if err := s.enc.Data(d); err != nil {
		s.invalid(c, err, errors.Is(err, http1.ErrLength))
	}
}

// complete sends the end of a request.
func (s *httpClient) complete(c *httpCall) {
	s.late.end()
	c.sent = true
	if cut, err := s.enc.End(c.end.Tail); err != nil {
		s.invalid(c, err, cut)
	}
}

// flush sends what was collected of a request that takes its time.
func (s *httpClient) flush() {
	if s.first == nil || s.newest.sent {
		return
	}
	if err := s.enc.Flush(); err != nil {
		s.invalid(s.newest, err, false)
	}
}

// invalid fails the newest request, because it cannot be written. When a part
// of it was sent, the connection ends; it has no other use then.
func (s *httpClient) invalid(c *httpCall, err error, cut bool) {
	f := c.stream
	s.late.end()
	if cut {
		s.kill()
	} else {
		s.takeBack(c)
		s.release()
	}
	f.failWith(err)
}

// takeBack forgets the newest request, of which nothing was sent.
func (s *httpClient) takeBack(c *httpCall) {
	if s.first == c {
		s.first, s.newest = nil, nil
	} else {
		s.newest = s.first
		for s.newest.next != c {
			s.newest = s.newest.next
		}
		s.newest.next = nil
	}
	s.pool.put(c)
}

// kill ends the connection and forgets its calls.
func (s *httpClient) kill() {
	s.late.end()
	s.stall.Stop()
	s.enc.Abort()
	s.muxSession.kill()
	for s.first != nil {
		c := s.first
		s.first = c.next
		s.pool.put(c)
	}
	s.newest, s.tunnel = nil, nil
}

// abandoned handles that nobody waits for the response to c any more. The
// connection ends if that would be the only use of it.
func (s *httpClient) abandoned(c *httpCall) {
	if c.sent {
		for o := s.first; o != nil; o = o.next {
			if o.stream != nil {
				return // the response to c will be dropped
			}
		}
	}
	s.kill()
}

// receive takes the output of the session's pipeline.
func (s *httpClient) receive(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		switch {
		case e.Len() == 0:
		case s.first == nil && s.tunnel == nil: // nobody asked for that
			e.Release()
			s.kill()
		default:
			s.source = s.late.loop.Ambient()
			if s.peer == nil {
				s.peer = transport.PeerOf(s.source)
			}
			if err := s.dec.Feed(e); err != nil {
				s.broken(err)
				return
			}
			if s.first != nil && s.first.next != nil && s.stalled() && !s.stall.Set() {
				s.late.loop.Arm(&s.stall, stallTime, (*httpStall)(s))
			}
		}
	case *event.StreamEnd:
		s.ended(e)
	}
}

// decoded handles what the decoder made of the input.
func (s *httpClient) decoded(evt event.Event) {
	if s.tunnel != nil {
		s.tunnel.Output(evt)
		return
	}
	c := s.first
	if c == nil {
		dropEvent(evt)
		s.kill() // a response that answers nothing
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		s.started(c, e)
	case *event.Data:
		if c.stream == nil {
			e.Release()
			return
		}
		c.stream.Output(e)
	case *event.MessageEnd:
		s.answered(c, e)
	}
}

// started handles the head of a response.
func (s *httpClient) started(c *httpCall, start *event.MessageStart) {
	h := start.Head.(*httphead.Head)
	c.answered = true
	s.interim = http1.Interim(h.Status)
	if !s.interim {
		c.begun = true
		if s.peer != nil {
			s.peer.Responded(h.Status, s.late.loop.NowNano()-c.since)
		}
		s.accepted = c.tunnel && acceptsTunnel(c.method, h.Status)
		switch {
		case s.accepted:
			s.isolate()
			s.dec.Tunnel()
		case !http1.KeepAlive(h), h.Status == 101: // which nobody asked for
			s.isolate()
			s.moveRest(true)
		}
	}
	if c.stream != nil {
		c.stream.Output(start)
	}
}

// httpStall is an httpClient as the task of its timer.
type httpStall httpClient

// Run lets nobody wait any longer behind a response that its client does not
// take. The server may answer these requests twice, so they must be safe ones
// (RFC 9110, 9.2.1).
func (t *httpStall) Run() {
	s := (*httpClient)(t)
	if s.first == nil || s.first.next == nil || !s.stalled() {
		return
	}
	for c := s.first.next; c != nil; c = c.next {
		if c.stream != nil && !(c.again() && safe(c.method)) {
			return
		}
	}
	s.isolate()
	s.moveRest(false)
}

// safe tells whether a request changes nothing (RFC 9110, 9.2.1).
func safe(method string) bool {
	return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE"
}

// moveRest sends the requests behind the first one again on other sessions.
// serial tells that the server has said that it does not look at them (RFC 9112,
// 9.6): then no others are sent to it in this way.
func (s *httpClient) moveRest(serial bool) {
	c := s.first.next
	s.first.next, s.newest = nil, s.first
	for c != nil {
		next := c.next
		c.next, c.client = nil, nil
		if c.stream == nil {
			s.pool.put(c)
		} else {
			if cluster, err := c.stream.cluster(); err == nil && serial {
				cluster.serial = true
			}
			s.pool.send(c, c.tunnel, 0)
		}
		c = next
	}
}

// answered handles the end of a response.
func (s *httpClient) answered(c *httpCall, end *event.MessageEnd) {
	f := c.stream
	if s.interim {
		s.interim = false
		if f != nil {
			f.Output(end)
		}
		return
	}
	s.first = c.next
	if s.first == nil {
		s.newest = nil
	}
	sent := c.sent
	s.pool.put(c)
	switch {
	case s.accepted:
		s.tunnel = f
	case !sent || s.first == nil && (s.place == inGone || s.dec.Held() > 0):
		// The rest of the request is of no use, or it was the last one, or there
		// is more than was asked for, which must not answer another request.
		s.kill()
	default:
		s.release()
	}
	switch {
	case f == nil:
	case s.accepted:
		f.Output(end)
		f.tunneled(s)
	default:
		f.answered(end)
	}
}

// broken ends a connection that sent what is no HTTP.
func (s *httpClient) broken(err error) {
	if s.first != nil {
		s.first.answered = true
	}
	s.isolate()
	s.failAll(&event.Failure{Name: event.ProtocolError, Cause: err})
}

// ended handles the end of the session's pipeline.
func (s *httpClient) ended(end *event.StreamEnd) {
	if s.tunnel != nil {
		s.tunnel.Output(end)
		return
	}
	s.isolate()
	s.endErr = end.Err
	if s.first != nil && s.dec.InHead() {
		s.first.answered = true
	}
	err := s.dec.End(end.Err) // which may complete a response
	if s.first == nil || !s.first.answered {
		err = end.Err
	}
	s.failAll(err)
}

// failAll ends the connection and settles what was not answered: it is sent
// again, or fails.
func (s *httpClient) failAll(err error) {
	c := s.first
	s.first, s.newest = nil, nil
	s.kill()
	after := s.pool.started // what is sent again goes to a connection that is newer
	for c != nil {
		next := c.next
		c.next = nil
		s.failCall(c, err, after)
		c = next
	}
}

func (s *httpClient) failCall(c *httpCall, err error, after int) {
	f := c.stream
	if f != nil && !c.answered && c.again() && lost(err) {
		c.client, c.retried, c.sent = nil, true, false
		s.pool.send(c, c.tunnel, after)
		return
	}
	begun := c.begun
	if s.peer != nil {
		s.peer.Responses[0]++
	}
	s.pool.put(c)
	switch {
	case f == nil:
	case begun:
		f.call = nil
		f.cut(err)
	default:
		f.failed(failureOf(err), err)
	}
}

// again tells whether a request may be sent once more, because doing so twice
// is like doing it once (RFC 9110, 9.2.2), and all of it is there.
func (c *httpCall) again() bool {
	return c.idempotent && c.kept && c.end != nil && !c.retried
}

// lost tells whether the end of a stream may mean that the server did not see
// the last request.
func lost(err error) bool {
	switch event.NameOf(err) {
	case "", event.ConnectionReset, event.ConnectionAborted, event.ReadError, event.WriteError:
		return true
	}
	return false
}
