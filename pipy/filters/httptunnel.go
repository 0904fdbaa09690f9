package filters

import (
	"fmt"
	"slices"
	"strings"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/codec/websocket"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type acceptTunnelOptions struct{ handler any }

var _ = declare(Decl[acceptTunnelOptions]{
	Name: "acceptHTTPTunnel",
	Doc: `answers requests for a tunnel

It belongs into the sub-pipeline of demuxHTTP. A function gets each request as a
Message and returns the response: a Message, a promise of one, or null for an
empty one with status 200. A Message answers all requests.

When the response accepts a tunnel, the sub-pipeline is started with a clone of
the variables, and gets everything that the client sends from then on as Data;
what it outputs goes to the client. A response accepts CONNECT with a status of
200 to 299, which is the default, and an upgrade with 101, which is the default if
there is a Message. With any other response HTTP goes on. To a 101, the fields are
added that it must have and lacks: upgrade, with the protocol that was asked for,
connection, and for a WebSocket sec-websocket-accept (RFC 6455, 4.2.2).`,
	In: Messages, Out: Messages, Joint: true,
	Params: func(p *spec.Params, o *acceptTunnelOptions) {
		spec.Need(p, &o.handler, "handler", "The response, or a function of the request that returns it.")
		field := &p.Fields[len(p.Fields)-1]
		field.Wants, field.Type = "a Message or a function", "Message | ((request: Message) => Message | Promise<Message | null> | null)"
	},
	Build: func(o *acceptTunnelOptions) (pipeline.New, error) {
		switch o.handler.(type) {
		case *event.Message, spec.Func:
		default:
			return nil, wrongArgument("handler", "a Message or a function", o.handler)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &acceptTunnel{Stage: s, opt: o, request: collector{limit: noLimit}}
			f.out = f.fromTunnel
			f.pass = f.Output
			return f
		}, nil
	},
})

// acceptTunnel is the server's end of a tunnel.
type acceptTunnel struct {
	*pipeline.Stage
	opt     *acceptTunnelOptions
	out     func(event.Event) // fromTunnel, bound once
	pass    func(event.Event) // Output, bound once
	request collector
	asked   *httphead.Head // of the request
	method  string
	upgrade bool               // the request asks for a tunnel
	waiting bool               // for a promise
	later   queue              // what comes meanwhile
	tunnel  *pipeline.Pipeline // nil before a response accepts
	fed     bool               // the tunnel got something
	open    bool               // the response is out
	early   queue              // what came out of the tunnel before that
}

func (f *acceptTunnel) Process(evt event.Event) {
	switch {
	case f.tunnel != nil:
		f.fed = true
		f.tunnel.Process(evt)
	case f.waiting:
		f.later.push(f.Stage, evt)
	default:
		f.message(evt)
	}
}

// message takes an event before there is a tunnel.
func (f *acceptTunnel) message(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		f.request.start(e)
	case *event.Data:
		if !f.request.open {
			e.Release()
			return
		}
		f.request.add(e)
	case *event.MessageEnd:
		if f.request.open {
			f.ask(f.request.end(e))
		}
	case *event.StreamEnd:
		f.Output(e)
	}
}

// ask gets the response to a request.
func (f *acceptTunnel) ask(request *event.Message) {
	head := httphead.Of(request.Head)
	f.asked, f.method, f.upgrade = head, httpMethod(head), asksTunnel(head)
	fn, ok := f.opt.handler.(spec.Func)
	if !ok {
		f.answer(f.opt.handler)
		return
	}
	v, err := fn.Call(f.Context(), request)
	if err != nil {
		f.Fail(err)
		return
	}
	p, ok := v.(spec.Promise)
	if !ok {
		f.answer(v)
		return
	}
	f.waiting = true
	await(f.Stage, p, func(v any, err error) {
		f.waiting = false
		if err != nil {
			f.Fail(err)
			return
		}
		f.answer(v)
		for f.later.len() > 0 && !f.waiting {
			f.Process(f.later.shift())
		}
	})
}

// answer sends the response, which may open the tunnel.
func (f *acceptTunnel) answer(v any) {
	m, ok := v.(*event.Message)
	switch {
	case ok:
		m = f.agreeing(m)
	case v == nil:
		m = &event.Message{Head: &httphead.Head{Status: 200, Length: -1}}
	default:
		f.Fail(fmt.Errorf("handler: the function returned: %w", &spec.Mismatch{Wants: "a Message", Got: spec.Show(v)}))
		return
	}
	if !f.upgrade || !acceptsTunnel(f.method, httpStatus(httphead.Of(m.Head))) {
		m.Events(f.pass)
		return
	}
	// The tunnel is there before the client's bytes are, which may come while
	// the response is being sent.
	f.tunnel = f.Sub(0, f.Context().Clone(), f.out)
	m.Events(f.pass)
	if f.Pipeline().Closed() {
		return
	}
	f.open = true
	f.early.drain(f.pass)
	if !f.fed && !f.Pipeline().Closed() {
		f.tunnel.Process(&event.Data{}) // the other side may be the first to speak
	}
}

// agreeing returns the response with what one that accepts an upgrade needs and
// the script left out: the status, and the fields that say to what (RFC 9110,
// 7.8).
func (f *acceptTunnel) agreeing(m *event.Message) *event.Message {
	head := httphead.Of(m.Head)
	if !f.upgrade || f.method == "CONNECT" || head.Status != 0 && head.Status != 101 {
		return m
	}
	h := *head
	h.Status, h.Script, h.ScriptHeader = 101, nil, nil
	h.Header.Fields = slices.Clone(head.Header.Fields)
	complete := func(name, value string) {
		if !h.Header.Has(name) && value != "" {
			h.Header.Add(name, value)
		}
	}
	protocol, _, _ := strings.Cut(http1.Upgrade(f.asked), ",") // the one it likes best
	complete("upgrade", strings.TrimSpace(protocol))
	complete("connection", "upgrade")
	if key := f.asked.Header.First("sec-websocket-key"); key != "" && http1.Lists(&h.Header, "upgrade", "websocket") {
		complete("sec-websocket-accept", websocket.Accept(key))
	}
	return &event.Message{Head: &h, Body: m.Body, Tail: m.Tail, Payload: m.Payload}
}

// fromTunnel passes on what comes out of the tunnel, behind the response.
func (f *acceptTunnel) fromTunnel(evt event.Event) {
	if !f.open {
		f.early.push(f.Stage, evt)
		return
	}
	f.Output(evt)
}

// Reset makes the filter ready for another stream.
func (f *acceptTunnel) Reset() {
	f.request.reset()
	f.later.clear()
	f.early.clear()
	f.tunnel, f.asked = nil, nil
	f.waiting, f.fed, f.open = false, false, false
}

type connectTunnelOptions struct {
	handshake any
	onState   spec.Func
}

var _ = declare(Decl[connectTunnelOptions]{
	Name: "connectHTTPTunnel",
	Doc: `opens a tunnel through an HTTP proxy or server

At the first event of the stream a request goes into the sub-pipeline, usually a
muxHTTP, which gets a clone of the variables. The stream waits until the response
accepts: CONNECT with a status of 200 to 299, an upgrade with 101. Then the
stream goes through the sub-pipeline as it is, in both directions. Any other
response ends the stream: with Unauthorized if the status is 401 or 407, else
with ConnectionRefused.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *connectTunnelOptions) {
		spec.Need(p, &o.handshake, "handshake", "The request, or a function that returns it.")
		field := &p.Fields[len(p.Fields)-1]
		field.Wants, field.Type = "a Message or a function", "Message | (() => Message)"
		spec.Opt(p, &o.onState, "onState", nil, "Called with the name of each new state: connecting, connected, closed.")
	},
	Build: func(o *connectTunnelOptions) (pipeline.New, error) {
		switch o.handshake.(type) {
		case *event.Message, spec.Func:
		default:
			return nil, wrongArgument("handshake", "a Message or a function", o.handshake)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &connectTunnel{Stage: s, opt: o}
			f.out, f.in = f.received, f.send
			return f
		}, nil
	},
})

// connectTunnel is the client's end of a tunnel.
type connectTunnel struct {
	*pipeline.Stage
	opt    *connectTunnelOptions
	out    func(event.Event) // received, bound once
	in     func(event.Event) // send, bound once
	tunnel *pipeline.Pipeline
	method string
	status int   // of the final response; 0 before its head
	later  queue // what is sent when the tunnel is open
	open   bool
	over   bool // our StreamEnd went out
}

func (f *connectTunnel) Process(evt event.Event) {
	switch evt.(type) {
	case *event.MessageStart, *event.MessageEnd:
		return
	}
	switch {
	case f.over:
		dropEvent(evt)
	case f.tunnel == nil:
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
			return
		}
		f.later.push(f.Stage, evt)
		f.start()
	case broken(evt):
		f.later.clear()
		f.tunnel.Process(evt)
	case !f.open || f.later.len() > 0:
		f.later.push(f.Stage, evt)
	default:
		f.tunnel.Process(evt)
	}
}

// start sends the request.
func (f *connectTunnel) start() {
	v := f.opt.handshake
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context()); err != nil {
			f.fail(err)
			return
		}
	}
	m, ok := v.(*event.Message)
	if !ok {
		f.fail(fmt.Errorf("handshake: the function returned: %w", &spec.Mismatch{Wants: "a Message", Got: spec.Show(v)}))
		return
	}
	f.method = httpMethod(httphead.Of(m.Head))
	tunnel := f.Sub(0, f.Context().Clone(), f.out)
	if f.over { // it ended at its start
		tunnel.Close()
		return
	}
	f.tunnel = tunnel
	f.state("connecting")
	if !f.over {
		m.Events(f.in)
	}
}

func (f *connectTunnel) send(evt event.Event) { f.tunnel.Process(evt) }

// state tells the script, unless the pipeline is closed.
func (f *connectTunnel) state(name string) {
	if f.opt.onState == nil || f.Pipeline().Closed() {
		return
	}
	if _, err := f.opt.onState.Call(f.Context(), name); err != nil {
		f.fail(err)
	}
}

// fail ends the stream because of an error of the script.
func (f *connectTunnel) fail(err error) {
	f.over = true
	f.later.clear()
	if f.tunnel != nil {
		f.tunnel.Close()
	}
	f.Fail(err)
}

// received takes the output of the sub-pipeline.
func (f *connectTunnel) received(evt event.Event) {
	if _, end := evt.(*event.StreamEnd); f.over || f.tunnel == nil && !end {
		dropEvent(evt) // without a tunnel, it comes from an onStart
		return
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		if !f.open {
			f.response(httpStatus(httphead.Of(e.Head)))
		}
	case *event.Data:
		if f.open {
			f.Output(e)
			return
		}
		e.Release() // the body of a response that refuses
	case *event.MessageEnd:
		if !f.open && acceptsTunnel(f.method, f.status) {
			f.opened()
		}
	case *event.StreamEnd:
		f.ended(e)
	}
}

// response handles the head of a response.
func (f *connectTunnel) response(status int) {
	if status < 200 && status != 101 {
		return // interim
	}
	f.status = status
	if !acceptsTunnel(f.method, status) {
		// The sub-pipeline may go on to say that the response is its own, and
		// why; it does so within this turn.
		f.Loop().Defer(loop.Func(f.Guard(func() { f.refused(f.refusal()) })))
	}
}

func (f *connectTunnel) refusal() error {
	name := event.ConnectionRefused
	if f.status == 401 || f.status == 407 {
		name = event.Unauthorized
	}
	return &event.Failure{Name: name, Cause: fmt.Errorf("the request for a tunnel is answered with status %d", f.status)}
}

// opened lets the stream through.
func (f *connectTunnel) opened() {
	f.open = true
	f.state("connected")
	for f.later.len() > 0 && !f.over {
		f.tunnel.Process(f.later.shift())
	}
}

// ended handles the end of the sub-pipeline. Before the tunnel is open, it is
// an error in any case.
func (f *connectTunnel) ended(end *event.StreamEnd) {
	switch {
	case f.open && end.Err == nil:
		f.over = end.Final
		f.state("closed")
		f.Output(end)
	case end.Err != nil:
		f.end(end.Err)
	case f.status != 0:
		f.refused(f.refusal())
	default:
		f.refused(&event.Failure{Name: event.ConnectionRefused, Cause: fmt.Errorf("the request for a tunnel is not answered")})
	}
}

// refused ends the stream because there is no tunnel.
func (f *connectTunnel) refused(err error) {
	if !f.over {
		warnEnd(f.Stage, err)
	}
	f.end(err)
}

// end ends the stream with an error.
func (f *connectTunnel) end(err error) {
	if f.over {
		return
	}
	f.over = true
	f.later.clear()
	if f.tunnel != nil {
		f.tunnel.Close()
	}
	f.state("closed")
	f.Output(&event.StreamEnd{Err: err})
}

// Reset makes the filter ready for another stream.
func (f *connectTunnel) Reset() {
	f.later.clear()
	*f = connectTunnel{Stage: f.Stage, opt: f.opt, out: f.out, in: f.in}
}
