package filters

import (
	"errors"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// response takes an event of the response to x.
func (s *httpServer) response(x *httpExchange, evt event.Event) {
	s.moved = true
	switch {
	case s.over || x.failure != 0 || x.phase == answered || x.phase == tunnelDone:
		dropEvent(evt)
	case x.phase == tunneling:
		s.tunnelOutput(x, evt)
	case !x.turned:
		x.kept.push(s.stage, evt)
	default:
		s.respond(x, evt)
	}
}

// respond encodes an event of the response whose turn it is.
func (s *httpServer) respond(x *httpExchange, evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if x.phase == beforeHead {
			s.respondHead(x, httphead.Of(e.Head))
		}
	case *event.Data:
		if x.phase != inResponse {
			e.Release()
		} else if err := s.enc.Data(e); err != nil {
			s.encodeFailed(x, err)
		}
	case *event.MessageEnd:
		switch x.phase {
		case inInterim:
			s.enc.End(nil)
			x.phase = beforeHead
		case inSkipped:
			x.phase = beforeHead
		case inResponse:
			s.respondEnd(x, e.Tail)
		}
	case *event.StreamEnd:
		s.serviceEnded(x, e.Err)
	}
}

// respondHead begins a response, interim or final.
func (s *httpServer) respondHead(x *httpExchange, h *httphead.Head) {
	status := httpStatus(h)
	if http1.Interim(status) {
		s.interimHead(x, h, status)
		return
	}
	x.accepts = x.upgrade && acceptsTunnel(x.method, status)
	switch {
	case status == 101 && !x.accepts:
		reportError(s.stage, errors.New("a 101 answers a request that asked for no upgrade"))
		s.fail(x, failureOf(nil))
		return
	case x.accepts:
		x.last = false
	case s.stopping && x == s.newest:
		x.last = true
	}
	err := s.enc.StartResponse(h, http1.Reply{Method: x.method, Protocol: x.protocol, Final: x.last})
	if err != nil {
		s.encodeFailed(x, err)
		return
	}
	x.phase = inResponse
	s.late.begin()
}

// interimHead passes a 1xx response on to a client that understands it (RFC
// 9110, 15.2) and did not get it from us.
func (s *httpServer) interimHead(x *httpExchange, h *httphead.Head, status int) {
	x.phase = inSkipped
	if x.protocol == "HTTP/1.0" || status == 100 && x.continued {
		return
	}
	if err := s.enc.StartResponse(h, http1.Reply{Method: x.method, Protocol: x.protocol}); err != nil {
		reportError(s.stage, err)
		return
	}
	x.phase = inInterim
}

// respondEnd completes a final response.
func (s *httpServer) respondEnd(x *httpExchange, tail any) {
	s.late.end()
	closes, err := s.enc.End(tail)
	switch {
	case err != nil && closes:
		s.cut(err)
	case err != nil:
		s.encodeFailed(x, err)
	case x.accepts:
		s.openTunnel(x)
	default:
		x.last = x.last || closes
		s.responded(x)
	}
}

// responded closes the exchange, or the connection, after a response.
func (s *httpServer) responded(x *httpExchange) {
	x.phase = answered
	switch {
	case x.last:
		s.end(nil)
	case x.received:
		s.retire(x)
	}
}

// serviceEnded handles a StreamEnd from the service. An orderly one is the end
// of the response that is open; any other, and one before the response, is a
// failure.
func (s *httpServer) serviceEnded(x *httpExchange, err error) {
	if x.phase == inResponse && err == nil {
		s.respondEnd(x, nil)
		if x.phase == tunneling {
			s.tunnelOutput(x, event.EndStream)
		}
		return
	}
	s.late.end()
	if s.enc.Abort() {
		s.end(&event.Failure{Name: event.ConnectionAborted, Cause: err})
		return
	}
	s.fail(x, failureOf(err))
}

// encodeFailed handles a response that cannot be written as it is.
func (s *httpServer) encodeFailed(x *httpExchange, err error) {
	s.late.end()
	if errors.Is(err, http1.ErrLength) {
		s.cut(err)
		return
	}
	reportError(s.stage, err)
	s.fail(x, failureOf(event.RuntimeError))
}

// cut closes the connection because the response cannot be completed.
func (s *httpServer) cut(err error) {
	reportError(s.stage, err)
	s.end(&event.Failure{Name: event.ConnectionAborted, Cause: err})
}

// fail answers instead of the service, of whose answer nothing was sent.
func (s *httpServer) fail(x *httpExchange, f httpFailure) {
	s.service.cancel(x)
	x.failure = f.status
	if !x.received && x.bulky {
		x.last = true // rather than read a body for nothing
	}
	s.answer(x, f)
}

// answerFailure answers a request that was refused, unless a part of the
// response is out already.
func (s *httpServer) answerFailure(x *httpExchange) {
	s.late.end()
	if s.enc.Abort() {
		s.end(&event.Failure{Name: event.ConnectionAborted, Cause: event.ProtocolError})
		return
	}
	s.answer(x, httpFailure{status: x.failure})
}

// answer sends a response without body.
func (s *httpServer) answer(x *httpExchange, f httpFailure) {
	if s.stopping && x == s.newest {
		x.last = true
	}
	s.enc.StartResponse(f.head(), http1.Reply{Method: x.method, Protocol: x.protocol, Final: x.last})
	s.enc.End(nil)
	s.responded(x)
}

// retire takes an exchange that is done off the list.
func (s *httpServer) retire(x *httpExchange) {
	s.first = x.next
	if s.first == nil {
		s.newest = nil
	}
	s.count--
	s.service.cancel(x)
	s.exchanges.put(x)
	s.advance()
}

// advance gives the exchanges that have become the first their turn.
func (s *httpServer) advance() {
	if s.turning {
		return
	}
	s.turning = true
	for x := s.first; x != nil && !x.turned && !s.over; x = s.first {
		x.turned = true
		s.turn(x)
	}
	s.turning = false
	if s.over {
		return
	}
	if s.paused && s.count <= maxPipelined/2 && (s.newest == nil || !s.newest.upgrade) {
		s.resume()
	}
	if s.depth == 0 {
		s.checkStop()
	}
}

// turn sends what there is of the response to x.
func (s *httpServer) turn(x *httpExchange) {
	if x.failure != 0 {
		s.answerFailure(x)
		return
	}
	if x.continued && !x.received {
		s.sendContinue()
	}
	for s.first == x && x.kept.len() > 0 {
		s.response(x, x.kept.shift())
	}
}

// flush sends what was collected of a response that takes its time.
func (s *httpServer) flush() {
	if s.stage.Pipeline().Closed() || s.first == nil {
		return
	}
	if err := s.enc.Flush(); err != nil {
		s.encodeFailed(s.first, err)
	}
}

// openTunnel makes the connection a tunnel after the response that accepts it.
func (s *httpServer) openTunnel(x *httpExchange) {
	x.phase = tunneling
	s.tunnel = x
	s.headTimer.Stop()
	s.paused = false
	s.onBehalf(s.dec.Tunnel)
}

// tunnelOutput sends what comes out of the tunnel.
func (s *httpServer) tunnelOutput(x *httpExchange, evt event.Event) {
	switch evt.(type) {
	case *event.Data:
		s.stage.Output(evt)
	case *event.StreamEnd:
		x.phase = tunnelDone
		s.stage.Output(evt)
	}
}
