package filters

import (
	"errors"
	"time"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// httpServerOptions are what demuxHTTP and serveHTTP have in common.
type httpServerOptions struct {
	bufferSize    spec.Size
	maxHeaderSize spec.Size
	maxMessages   int
	headTimeout   time.Duration
	maxStreams    int
	http2Options
}

func (o *httpServerOptions) params(p *spec.Params) {
	spec.Opt(p, &o.bufferSize, "bufferSize", httpBuffer, "Bytes of a response body to collect in order to send it with a content-length. A longer body is sent in chunks unless its length is known.")
	spec.Opt(p, &o.maxHeaderSize, "maxHeaderSize", 64<<10, "Bytes that the head of a request may have. A longer one is answered with 431.")
	spec.Opt(p, &o.maxMessages, "maxMessages", 0, "Requests after which the connection is closed. 0 means any number.")
	spec.Opt(p, &o.headTimeout, "headTimeout", 30*time.Second, "How long the head of a request may take from its first byte, and the first one from the beginning of the stream. Later it is answered with 408. 0 waits forever.")
	spec.Opt(p, &o.maxStreams, "maxStreams", 256, "HTTP/2: requests that a client may have open at a time. More are refused.")
	o.http2Options.declare(p)
}

// httpService is what answers the requests of a connection.
type httpService interface {
	// request takes an event of a request: MessageStart, Data or MessageEnd, and
	// in a tunnel Data and StreamEnd. The answer goes to respond of the exchange's
	// server, at once or later.
	request(x *httpExchange, evt event.Event)
	// cancel says that nobody waits for the answer any more.
	cancel(x *httpExchange)
}

const (
	// maxPipelined is the number of requests of one connection that are worked on
	// at once; the connection is paused then until half of them are answered.
	maxPipelined = 100

	// maxHeldInput is the number of bytes that wait for an exchange before the
	// connection is paused.
	maxHeldInput = 64 << 10

	// maxHeldOutput is the number of bytes of a response that wait for the
	// responses before it, until its source is paused. As many as maxPipelined may
	// wait.
	maxHeldOutput = 16 << 10
)

// phase is how far the response of an exchange has come.
type phase uint8

const (
	beforeHead phase = iota // of the final response
	inInterim               // in a 1xx response that is being passed on
	inSkipped               // in a 1xx response that is not for this client
	inResponse
	answered
	tunneling
	tunnelDone // the response direction of the tunnel is over
)

// httpExchange is one request and its response.
type httpExchange struct {
	server *httpServer
	out    func(event.Event) // output, bound once
	next   *httpExchange     // the request that came after this one
	number int               // of the request on its connection, from 1

	method    string
	protocol  string
	upgrade   bool // asks for a tunnel
	accepts   bool // the response accepts it
	bulky     bool // the request has a body that is long, or of unknown length
	received  bool // the request is complete
	last      bool // the connection ends after the response
	continued bool // a 100 was sent or is going to be
	turned    bool // its turn has come
	phase     phase
	failure   int   // the status that answers it, whatever the service says
	kept      queue // the response, until its turn comes

	pipe *pipeline.Pipeline // of demuxHTTP
}

func (x *httpExchange) output(evt event.Event) { x.server.response(x, evt) }

// httpExchanges are the exchanges that one layout keeps for reuse.
type httpExchanges struct{ free []*httpExchange }

func (l *httpExchanges) take(s *httpServer) *httpExchange {
	n := len(l.free)
	if n == 0 {
		x := &httpExchange{server: s}
		x.out = x.output
		return x
	}
	x := l.free[n-1]
	l.free[n-1] = nil
	l.free = l.free[:n-1]
	x.server = s
	return x
}

func (l *httpExchanges) put(x *httpExchange) {
	x.kept.clear()
	*x = httpExchange{out: x.out}
	if len(l.free) < 1024 {
		l.free = append(l.free, x)
	}
}

// httpServer is the server's side of one HTTP/1 connection (RFC 9112): requests
// are given to a service as they come, responses are sent in the order of the
// requests.
type httpServer struct {
	// Immutable:
	stage     *pipeline.Stage
	opt       *httpServerOptions
	service   httpService
	exchanges *httpExchanges
	http2     http2Switch
	dec       *http1.Decoder
	enc       *http1.Encoder

	first, newest *httpExchange // what is not done yet, in order
	current       *httpExchange // the one whose request is being received
	tunnel        *httpExchange // the one that made the connection a tunnel
	count         int           // of exchanges not done yet
	started       int           // requests so far
	depth         int           // calls of the decoder on the stack

	h2c *h2cUpgrade // the request that asks for HTTP/2; nil when there is none

	inputOver bool  // the client's StreamEnd came
	inputErr  error // of that
	deaf      bool  // no further request is read
	over      bool  // our StreamEnd went out
	moved     bool  // a response made progress
	stopping  bool
	turning   bool // advance is on the stack

	paused  bool         // no request is read until some are answered
	source  *loop.Source // of the client's events
	release func()       // of the hold on it; nil when it is not held

	headTimer loop.Timer
	late      lateFlush
}

func newHTTPServer(s *pipeline.Stage, o *httpServerOptions, service httpService, h2 http2Switch, x *httpExchanges) *httpServer {
	h := &httpServer{stage: s, opt: o, service: service, http2: h2, exchanges: x}
	h.dec = http1.NewRequestDecoder(http1.Limits{MaxHead: int(o.maxHeaderSize)}, h.decoded)
	h.enc = http1.NewEncoder(s.Loop().Arena(), int(o.bufferSize), func(d *event.Data) { s.Output(d) })
	h.late = lateFlush{loop: s.Loop(), flush: h.flush}
	return h
}

// process handles an event of the connection.
func (s *httpServer) process(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		if s.over || s.deaf && s.current == nil && s.tunnel == nil {
			e.Release()
			return
		}
		if e.Len() > 0 {
			s.depth++
			err := s.dec.Feed(e)
			s.depth--
			s.decodedAll(err)
		}
		s.watch()
	case *event.StreamEnd:
		s.inputEnd(e.Err)
	}
}

// inputEnd handles the end of what the client sends, which may wait for its
// responses still.
func (s *httpServer) inputEnd(err error) {
	s.inputOver, s.inputErr = true, err
	s.headTimer.Stop()
	if s.over {
		return
	}
	if err != nil && s.tunnel == nil {
		s.end(err)
		return
	}
	s.depth++
	err = s.dec.End(err)
	s.depth--
	s.decodedAll(err)
}

// decoded handles what the decoder made of the input.
func (s *httpServer) decoded(evt event.Event) {
	if s.over {
		dropEvent(evt)
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		s.begin(e)
	case *event.Data:
		switch {
		case s.current != nil:
			s.service.request(s.current, e)
		case s.tunnel != nil:
			s.service.request(s.tunnel, e)
		default:
			e.Release()
		}
	case *event.MessageEnd:
		s.received(e)
	}
}

// begin opens an exchange for a request.
func (s *httpServer) begin(start *event.MessageStart) {
	h := start.Head.(*httphead.Head)
	if s.first == nil {
		if s.h2c = h2cOf(start); s.h2c != nil {
			s.dec.Suspend()
			return
		}
	}
	x := s.push()
	x.method, x.protocol = h.Method, h.Protocol
	x.upgrade = asksTunnel(h)
	x.bulky = h.Length < 0 || h.Length > maxHeldInput
	x.last = !http1.KeepAlive(h) || s.started == s.opt.maxMessages
	s.current = x
	if http1.ExpectContinue(h) {
		// The expectation is met here; passed on, it would be met twice.
		h.Header.Delete("expect")
		x.continued = true
		if x.turned {
			s.sendContinue()
		}
	}
	s.service.request(x, start)
}

// push appends an exchange.
func (s *httpServer) push() *httpExchange {
	x := s.exchanges.take(s)
	s.started++
	x.number = s.started
	x.kept.limit = maxHeldOutput
	s.count++
	if s.first == nil {
		s.first = x
		x.turned = true
	} else {
		s.newest.next = x
	}
	s.newest = x
	return x
}

func (s *httpServer) sendContinue() {
	s.stage.Output(event.DataString("HTTP/1.1 100 Continue\r\n\r\n"))
}

// received handles the end of a request.
func (s *httpServer) received(end *event.MessageEnd) {
	x := s.current
	s.current = nil
	if x == nil {
		return
	}
	x.received = true
	switch {
	case x.phase == answered:
		s.service.request(x, end)
		s.retire(x)
		return
	case x.phase == tunneling:
	case x.upgrade:
		s.pause()
	case x.last:
		s.deaf = true
		s.dec.Suspend()
	case s.count >= maxPipelined:
		s.pause()
	}
	s.service.request(x, end)
}

// pause stops the reading of requests until resume. What comes meanwhile is
// kept, and soon the connection held.
func (s *httpServer) pause() {
	s.paused = true
	s.source = s.stage.Loop().Ambient()
	s.dec.Suspend()
}

// resume reads on after pause, on behalf of the client.
func (s *httpServer) resume() {
	if !s.paused {
		return
	}
	s.paused = false
	s.onBehalf(s.dec.Resume)
}

// onBehalf runs the decoder on what it has kept, with the client as the source
// of the events, and releases the client.
func (s *httpServer) onBehalf(run func() error) {
	release, source := s.release, s.source
	s.release, s.source = nil, nil
	l := s.stage.Loop()
	if source != nil {
		defer l.Leave(l.Enter(source))
	}
	s.depth++
	err := run()
	s.depth--
	s.decodedAll(err)
	if release != nil {
		release()
	}
}

// decodedAll settles what is to be done when the decoder stands still.
func (s *httpServer) decodedAll(err error) {
	if s.depth > 0 || s.over {
		return
	}
	if s.tunnel != nil {
		if s.inputOver && s.current == nil {
			s.service.request(s.tunnel, &event.StreamEnd{Err: s.inputErr})
		}
		return
	}
	if s.deaf {
		return
	}
	switch {
	case s.h2c != nil || err == http1.ErrHTTP2Preface:
		s.goHTTP2(s.h2c)
	case err != nil && !s.inputOver:
		s.refuse(statusOf(err))
	case s.dec.Suspended():
		switch {
		case s.inputOver && s.dec.Idle():
			s.newest.last = true
		case s.paused && s.release == nil && s.dec.Held() > maxHeldInput:
			s.release = s.stage.Hold()
		}
	case s.inputOver:
		s.noMoreRequests()
	default:
		s.checkStop()
	}
}

// statusOf returns the status that answers what cannot be decoded.
func statusOf(err error) int {
	if e := (*http1.Error)(nil); errors.As(err, &e) {
		return e.Status
	}
	return 400
}

// noMoreRequests handles an orderly end of the client's stream.
func (s *httpServer) noMoreRequests() {
	switch {
	case s.current != nil:
		s.refuse(400)
	case s.first == nil:
		s.end(nil)
	default:
		s.deaf = true
		s.newest.last = true
		s.stage.Loop().Arm(&s.headTimer, halfCloseGrace, (*httpHeadTimeout)(s))
	}
}

// halfCloseGrace is how long a client that has ended its side, and may be gone,
// is waited upon while its responses make no progress. Then its exchanges are
// cancelled.
const halfCloseGrace = 5 * time.Second

// refuse answers what cannot be decoded, after the answers that come before,
// and closes the connection then.
func (s *httpServer) refuse(status int) {
	s.deaf = true
	s.headTimer.Stop()
	x := s.current
	s.current = nil
	switch {
	case status == 0:
		s.end(nil)
		return
	case x == nil:
		x = s.push()
	case x.phase == answered:
		s.end(nil)
		return
	default:
		s.service.cancel(x)
		x.kept.clear()
	}
	x.received, x.last, x.failure = true, true, status
	if x.turned {
		s.answerFailure(x)
	}
}

// watch sets the timer for the head of a request, or stops it.
func (s *httpServer) watch() {
	waits := !s.over && !s.deaf && !s.inputOver && s.tunnel == nil && (s.dec.InHead() || s.started == 0)
	switch {
	case waits == s.headTimer.Set() || s.opt.headTimeout <= 0:
	case waits:
		s.stage.Loop().Arm(&s.headTimer, s.opt.headTimeout, (*httpHeadTimeout)(s))
	default:
		s.headTimer.Stop()
	}
}

// httpHeadTimeout is an httpServer as the task of its timer.
type httpHeadTimeout httpServer

// Run gives up waiting for a head.
func (t *httpHeadTimeout) Run() {
	s := (*httpServer)(t)
	switch {
	case s.over || s.stage.Pipeline().Closed():
	case s.inputOver && s.moved:
		s.moved = false
		s.stage.Loop().Arm(&s.headTimer, halfCloseGrace, t)
	case s.inputOver:
		s.end(event.ConnectionAborted)
	case s.stopping && s.started == 0 && s.dec.Idle():
		s.end(nil)
	default:
		s.refuse(408)
	}
}

// freshGrace is how long a connection without a request so far may bring one
// when the program is to end. The client has just opened it, or keeps it ready.
const freshGrace = 2 * time.Second

// stop ends the connection at the next good moment: after the response to the
// newest request, and when the process is about to end, at once if it is idle.
func (s *httpServer) stop() {
	s.stopping = true
	if s.depth == 0 {
		s.checkStop()
	}
}

func (s *httpServer) checkStop() {
	switch {
	case !s.stopping || s.over || s.first != nil || s.tunnel != nil || !s.dec.Idle():
	case !s.stage.Program().Closing(): // the response to the next request will be the last
	case s.started > 0:
		s.end(nil)
	default:
		s.stage.Loop().Arm(&s.headTimer, freshGrace, (*httpHeadTimeout)(s))
	}
}

// end sends the StreamEnd and forgets all exchanges. An error tells the client
// that what it got may not be all.
func (s *httpServer) end(err error) {
	s.over = true
	s.forget()
	if err == nil {
		s.stage.Output(event.EndFinal)
		return
	}
	s.stage.Output(&event.StreamEnd{Err: err, Final: true})
}

// forget gives up everything that is going on.
func (s *httpServer) forget() {
	s.headTimer.Stop()
	s.late.end()
	s.enc.Abort()
	s.dec.Rest().Release()
	s.current, s.tunnel, s.newest = nil, nil, nil
	for s.first != nil {
		x := s.first
		s.first = x.next
		s.service.cancel(x)
		s.exchanges.put(x)
	}
	s.count = 0
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

// close gives everything back when the pipeline is released.
func (s *httpServer) close() {
	s.over = true
	s.forget()
}
