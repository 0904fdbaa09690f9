package filters

import (
	"time"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// http2Options are those of both ends of a connection of HTTP/2.
type http2Options struct {
	connectionWindowSize spec.Size
	streamWindowSize     spec.Size
}

func (o *http2Options) declare(p *spec.Params) {
	spec.Opt(p, &o.connectionWindowSize, "connectionWindowSize", 1<<20, "HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB.")
	spec.Opt(p, &o.streamWindowSize, "streamWindowSize", 1<<20, "HTTP/2: bytes of a body that the peer may send ahead of who reads them.")
}

// session returns the options of a session on a loop.
func (o *http2Options) session(l *loop.Loop) http2.Options {
	return http2.Options{
		ConnWindow:   int(o.connectionWindowSize),
		StreamWindow: int(o.streamWindowSize),
		Now:          l.NowNano,
	}
}

// http2Service is what answers the requests of a connection of HTTP/2.
type http2Service interface {
	// request takes an event of a request: MessageStart, Data, MessageEnd and an
	// orderly StreamEnd; for a tunnel, Data come between the last two. The answer
	// goes to the exchange's output, at once or later.
	request(x *http2Exchange, evt event.Event)
	// cancel says that nobody waits for the answer any more. err is why, nil
	// when it was sent.
	cancel(x *http2Exchange, err error)
}

// stopGrace is how long a client may take to hear that it should open no more
// streams.
const stopGrace = time.Second

// http2Server is the server's side of one connection of HTTP/2 (RFC 9113).
type http2Server struct {
	// Immutable:
	stage   *pipeline.Stage
	service http2Service
	session *http2.Session
	streams *HTTP2Streams

	free     []*http2Exchange
	source   loop.Source // of what the session writes
	queued   bool        // Run is going to be called
	over     bool
	started  int // requests so far
	open     int // requests that are not over
	most     int // after which the connection is closed; 0 for any number
	deadline loop.Timer
}

func newHTTP2Server(s *pipeline.Stage, o *httpServerOptions, service http2Service) *http2Server {
	h := &http2Server{stage: s, service: service, streams: &FiguresOf(s.Loop()).HTTP2, most: o.maxMessages}
	h.source.Init(s.Loop(), h)
	opt := o.http2Options.session(s.Loop())
	opt.MaxStreams = o.maxStreams
	opt.MaxHeaderList = int(o.maxHeaderSize)
	h.session = http2.NewServer(opt, s.Loop().Arena(), h)
	return h
}

// process handles an event of the connection.
func (s *http2Server) process(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		s.session.Feed(e)
	case *event.StreamEnd:
		s.session.End(e.Err)
	}
}

// stop ends the connection when the requests are answered that the client sent
// before it heard of that.
func (s *http2Server) stop() {
	s.session.Stop()
	if !s.over {
		s.stage.Loop().Arm(&s.deadline, stopGrace, (*http2Deadline)(s))
	}
}

// http2Deadline is an http2Server as the task of its timer.
type http2Deadline http2Server

// Run does not wait for the client any more.
func (d *http2Deadline) Run() { d.session.Drain() }

// close gives everything back when the pipeline is released.
func (s *http2Server) close() {
	s.over = true
	s.deadline.Stop()
	s.source.End()
	s.session.Abandon()
	s.count(-s.open)
}

// count counts streams that begin or end.
func (s *http2Server) count(n int) {
	s.open += n
	s.streams.Server += int64(n)
}

// Pause is called by the loop when the connection takes no more.
func (s *http2Server) Pause() { s.session.PauseOutput() }

// Resume is called by the loop when it takes more again.
func (s *http2Server) Resume() { s.session.ResumeOutput() }

// Wake implements http2.Owner.
func (s *http2Server) Wake() {
	if !s.queued {
		s.queued = true
		s.stage.Loop().Defer(s)
	}
}

// Run writes what there is at the end of a turn.
func (s *http2Server) Run() {
	s.queued = false
	if !s.over {
		s.session.Flush()
	}
}

// Write implements http2.Owner.
func (s *http2Server) Write(d *event.Data) {
	l := s.stage.Loop()
	prev := l.Enter(&s.source)
	s.stage.Output(d)
	l.Leave(prev)
}

// Closing implements http2.Owner.
func (s *http2Server) Closing() {}

// Ended implements http2.Owner.
func (s *http2Server) Ended(err error) {
	s.over = true
	s.deadline.Stop()
	if err == nil {
		s.stage.Output(event.EndStream)
		return
	}
	s.stage.Output(&event.StreamEnd{Err: err})
}

// Receive implements http2.Owner.
func (s *http2Server) Receive(st *http2.Stream, evt event.Event) {
	x, _ := st.Value.(*http2Exchange)
	if x == nil {
		x = s.begin(st, evt.(*event.MessageStart))
	}
	l := s.stage.Loop()
	prev := l.Enter(&x.source)
	switch evt.(type) {
	case *event.MessageEnd:
		s.service.request(x, evt)
		if !x.tunnel && x.stream == st {
			s.service.request(x, event.EndStream)
		}
	default:
		s.service.request(x, evt)
	}
	l.Leave(prev)
}

// begin opens the exchange of a stream.
func (s *http2Server) begin(st *http2.Stream, start *event.MessageStart) *http2Exchange {
	h := start.Head.(*httphead.Head)
	x := s.take()
	x.stream = st
	x.method, x.tunnel = h.Method, h.Method == "CONNECT"
	x.source.Init(s.stage.Loop(), st)
	st.Value = x
	s.count(1)
	if http1.ExpectContinue(h) {
		// The expectation is met here; passed on, it would be met twice.
		h.Header.Delete("expect")
		st.Respond(&httphead.Head{Status: 100, Length: -1})
	}
	if s.started++; s.started == s.most {
		s.session.Drain()
	}
	return x
}

// Drained implements http2.Owner.
func (s *http2Server) Drained(st *http2.Stream) {
	if x, ok := st.Value.(*http2Exchange); ok {
		drained(st, x.held, x.relieve)
	}
}

// Done implements http2.Owner.
func (s *http2Server) Done(st *http2.Stream, err error) {
	if x, ok := st.Value.(*http2Exchange); ok {
		st.Value = nil
		s.count(-1)
		s.drop(x, err)
	}
}

// drop forgets an exchange whose stream is over.
func (s *http2Server) drop(x *http2Exchange, err error) {
	x.stream = nil
	x.source.End()
	x.relieve()
	s.service.cancel(x, err)
	if x.source.Held() || len(s.free) >= 256 {
		return // those who hold it must not hold another one's
	}
	*x = http2Exchange{server: s, out: x.out, held: x.held[:0]}
	s.free = append(s.free, x)
}

func (s *http2Server) take() *http2Exchange {
	n := len(s.free)
	if n == 0 {
		x := &http2Exchange{server: s}
		x.out = x.output
		return x
	}
	x := s.free[n-1]
	s.free[n-1] = nil
	s.free = s.free[:n-1]
	return x
}

// http2Exchange is one request and its response.
type http2Exchange struct {
	server *http2Server
	out    func(event.Event) // output, bound once
	stream *http2.Stream     // nil when it is over
	source loop.Source       // of the request's events
	method string
	tunnel bool // the request asks for one
	phase  phase
	held   []http2Held

	pipe *pipeline.Pipeline // of demuxHTTP
	head any                // of serveHTTP: of the request
	body *event.Data        // of serveHTTP: of the request
}

// http2Held is a source that waits until a stream has sent what is queued.
type http2Held struct {
	source  *loop.Source
	release func()
}

// hold pauses who sends more than a stream takes.
func hold(l *loop.Loop, held []http2Held) []http2Held {
	source := l.Ambient()
	if source == nil {
		return held
	}
	for i := range held {
		if held[i].source == source {
			return held
		}
	}
	return append(held, http2Held{source, source.Hold()})
}

// drained releases those who wait for a stream, or tells them that it moves.
func drained(st *http2.Stream, held []http2Held, relieve func()) {
	if !st.Full() {
		relieve()
		return
	}
	for i := range held {
		held[i].source.Touch()
	}
}

func (x *http2Exchange) relieve() {
	for i, h := range x.held {
		x.held[i] = http2Held{}
		h.release()
	}
	x.held = x.held[:0]
}

// output takes an event of the response.
func (x *http2Exchange) output(evt event.Event) {
	st := x.stream
	if st == nil {
		dropEvent(evt)
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		if x.phase == beforeHead {
			x.respond(httphead.Of(e.Head))
		}
	case *event.Data:
		if x.phase != inResponse && x.phase != tunneling {
			e.Release()
			return
		}
		if err := st.Send(e); err != nil {
			x.cut(err)
			return
		}
		if st.Full() {
			x.held = hold(x.server.stage.Loop(), x.held)
		}
	case *event.MessageEnd:
		x.messageEnd(e.Tail)
	case *event.StreamEnd:
		x.serviceEnded(e.Err)
	}
}

// respond begins a response, interim or final.
func (x *http2Exchange) respond(h *httphead.Head) {
	if err := x.stream.Respond(h); err != nil {
		reportError(x.server.stage, err)
		x.fail(failureOf(event.RuntimeError))
		return
	}
	x.phase = inResponse
	if http1.Interim(httpStatus(h)) {
		x.phase = inInterim
	} else if x.tunnel {
		x.tunnel = acceptsTunnel(x.method, httpStatus(h))
	}
}

func (x *http2Exchange) messageEnd(tail any) {
	switch x.phase {
	case inInterim:
		x.phase = beforeHead
	case inResponse:
		x.phase = answered
		if x.tunnel {
			x.phase = tunneling
		}
		if err := x.stream.End(tail); err != nil {
			x.cut(err)
		}
	}
}

// serviceEnded handles a StreamEnd from the service. An orderly one is the end
// of the response that is open; any other, and one before the response, is a
// failure.
func (x *http2Exchange) serviceEnded(err error) {
	switch x.phase {
	case tunneling:
		x.phase = tunnelDone
		if err != nil {
			x.reset(http2.ConnectError, err)
			return
		}
		x.stream.EndTunnel()
	case inResponse:
		if err != nil {
			x.broken(err)
			return
		}
		x.messageEnd(nil)
		if x.phase == tunneling {
			x.serviceEnded(nil)
		}
	case beforeHead, inInterim:
		x.fail(failureOf(err))
	}
}

// fail answers instead of the service, of whose answer nothing was sent.
func (x *http2Exchange) fail(f httpFailure) {
	x.phase = answered
	x.tunnel = false
	st := x.stream
	st.Respond(f.head())
	st.End(nil)
}

// cut handles that the rest of a response cannot be sent; the stream was reset.
func (x *http2Exchange) cut(err error) {
	reportError(x.server.stage, err)
	x.server.drop(x, &event.Failure{Name: event.ConnectionAborted, Cause: err})
}

// broken handles that a response is not going to be complete.
func (x *http2Exchange) broken(err error) {
	if x.stream.Abort() {
		x.reset(http2.InternalError, err)
		return
	}
	x.relieve()
	x.fail(failureOf(err))
}

// reset breaks the response off, so that the client does not take it for a
// complete one.
func (x *http2Exchange) reset(code http2.Code, err error) {
	x.stream.Reset(code)
	x.server.drop(x, err)
}
