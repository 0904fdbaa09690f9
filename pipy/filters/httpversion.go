package filters

import (
	"errors"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const docHTTPVersion = "The version of HTTP: 1 or 2, one of the names 'http/1', 'http/1.0', 'http/1.1', 'h2' and 'http/2', or a function that returns one of these or a promise of it. The function is called for each session; requests wait for the promise, while the session gets a flush so that it connects. In version 2, requests share one connection whatever maxQueue and maxMessages say."

// httpVersion returns 1 or 2 for a version of HTTP as scripts name it.
func httpVersion(v any) (int, error) {
	switch v {
	case nil, 1.0, "1", "http/1", "http/1.0", "http/1.1":
		return 1, nil
	case 2.0, "2", "h2", "http/2":
		return 2, nil
	}
	return 0, &spec.Mismatch{Wants: "1, 2, or a name like 'http/1.1' or 'h2'", Got: spec.Show(v)}
}

// httpSession is a session of a muxHTTP in one version of HTTP.
type httpSession interface {
	send(c *httpCall)               // sends what there is of a request
	add(c *httpCall, d *event.Data) // sends a part of its body
	complete(c *httpCall)           // sends its end
	abandoned(c *httpCall)          // nobody waits for the response any more
}

// httpTunnel is the session, or the part of one, that became a tunnel.
type httpTunnel interface {
	process(evt event.Event)
	kill()
}

// open makes the HTTP part of a session.
func (p *httpPool) open(m *muxSession) func(event.Event) {
	v := m.cluster.all.(*muxHTTPOptions).version
	if fn, ok := v.(spec.Func); ok {
		s := &httpUndecided{muxSession: m, pool: p, fn: fn}
		m.conn, m.wide = s, true
		return s.receive
	}
	version, _ := httpVersion(v)
	return p.openVersion(m, version)
}

func (p *httpPool) openVersion(m *muxSession, version int) func(event.Event) {
	if version == 2 {
		return p.openHTTP2(m)
	}
	return p.openHTTP1(m)
}

// httpUndecided is a session whose version of HTTP is not known yet. Calls wait
// in it.
type httpUndecided struct {
	*muxSession
	pool  *httpPool
	fn    spec.Func
	asked bool
	over  bool
	calls []*httpCall
	held  []http2Held // who sends more than is kept
	early queue       // what the server sent
	out   func(event.Event)
}

func (s *httpUndecided) receive(evt event.Event) {
	if s.out != nil {
		s.out(evt)
		return
	}
	switch e := evt.(type) {
	case *event.Data:
		if e.Len() > 0 {
			s.early.events = append(s.early.events, e)
		}
	case *event.StreamEnd:
		s.fail(e.Err)
	}
}

func (s *httpUndecided) send(c *httpCall) {
	c.client, c.keep = s, false // the body is collected here
	s.calls = append(s.calls, c)
	if s.over || s.place == inGone {
		s.fail(nil)
		return
	}
	if !s.asked {
		s.asked = true
		s.ask(c)
	}
}

// ask gets the version.
func (s *httpUndecided) ask(c *httpCall) {
	v, err := s.fn.Call(c.stream.Context())
	if err != nil {
		s.broken(err)
		return
	}
	p, ok := v.(spec.Promise)
	if !ok {
		s.decide(v)
		return
	}
	p.Then(func(v any, err error) {
		switch {
		case s.over:
		case err != nil:
			s.broken(err)
		default:
			s.decide(v)
		}
	})
	if !s.over && s.out == nil {
		s.process(&event.Data{})
	}
}

// decide makes the session one of a version.
func (s *httpUndecided) decide(v any) {
	version, err := httpVersion(v)
	if err != nil {
		s.broken(errors.New("options.version: the function returned: " + err.Error()))
		return
	}
	s.over = true
	s.relieve()
	m := s.muxSession
	m.wide = false
	s.out = s.pool.openVersion(m, version)
	calls := s.calls
	s.calls = nil
	if !m.wide {
		m.narrow(calls)
	}
	conn := m.conn.(httpSession)
	for i, c := range calls {
		c.client, c.keep = nil, c.idempotent
		if i == 0 || m.wide {
			conn.send(c)
		} else {
			s.pool.send(c, c.alone(), 0)
		}
	}
	s.early.drain(s.out)
}

// narrow leaves only the first of the calls to a session that turned out not to
// take any number of them.
func (m *muxSession) narrow(calls []*httpCall) {
	if len(calls) == 0 {
		return
	}
	m.narrowed()
	m.active, m.total = 1, 1
	m.alone = calls[0].alone() || m.cluster.serial || m.cluster.opt.maxQueue == 1
	if m.alone || m.used() {
		m.leave()
	}
}

// broken ends the session because its version cannot be had.
func (s *httpUndecided) broken(err error) {
	if len(s.calls) > 0 {
		reportError(s.calls[0].stream.Stage, err)
	}
	s.fail(&event.Failure{Name: event.RuntimeError, Cause: err})
}

// fail ends the session and answers the calls.
func (s *httpUndecided) fail(err error) {
	s.over = true
	s.relieve()
	s.early.clear()
	calls := s.calls
	s.calls = nil
	s.kill()
	for _, c := range calls {
		f := c.stream
		s.release()
		s.pool.put(c)
		f.failed(failureOf(err), err)
	}
}

func (s *httpUndecided) relieve() {
	held := s.held
	s.held = nil
	for _, h := range held {
		h.release()
	}
}

func (s *httpUndecided) add(c *httpCall, d *event.Data) {
	if c.body == nil {
		c.body = &event.Data{}
	}
	c.body.Push(d)
	if c.body.Len() > resendable {
		s.held = hold(s.pool.program.Loop, s.held)
	}
}

func (s *httpUndecided) complete(*httpCall) {}

func (s *httpUndecided) abandoned(c *httpCall) {
	for i, o := range s.calls {
		if o == c {
			s.calls = append(s.calls[:i], s.calls[i+1:]...)
			break
		}
	}
	s.pool.put(c)
	s.release()
}
