package filters_test

import (
	"errors"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/pipeline"
)

// farEnd is a sub-pipeline that shows what came and says what the test wants.
type farEnd struct {
	*pipeline.Layout
	t     testing.TB
	stage *pipeline.Stage // of the newest pipeline
	got   []event.Event
}

func newFarEnd(t testing.TB) *farEnd {
	e := &farEnd{t: t}
	e.Layout = ft.NewLayout("far", func(s *pipeline.Stage, evt event.Event) {
		e.stage = s
		e.got = append(e.got, evt)
	})
	return e
}

// say outputs events.
func (e *farEnd) say(f *ft.Filter, events ...event.Event) {
	for _, evt := range events {
		e.stage.Output(evt)
	}
	f.Loop.Turn()
}

// want consumes what came.
func (e *farEnd) want(lines ...string) {
	e.t.Helper()
	got := ft.Lines(e.got)
	e.got = nil
	if len(got) != len(lines) {
		e.t.Errorf("the sub-pipeline got %q, want %q", got, lines)
		return
	}
	for i := range lines {
		if got[i] != lines[i] {
			e.t.Errorf("the sub-pipeline got %q, want %q", got, lines)
			return
		}
	}
}

func request(method string, fields ...string) *httphead.Head {
	h := &httphead.Head{Method: method, Path: "host:80", Length: -1}
	for i := 0; i < len(fields); i += 2 {
		h.Header.Add(fields[i], fields[i+1])
	}
	return h
}

func connectRequest() *httphead.Head { return request("CONNECT") }

func upgradeRequest() *httphead.Head {
	return request("GET", "connection", "upgrade", "upgrade", "websocket")
}

// status returns a response; 0 stands for one without a status.
func status(n int) *event.Message {
	return &event.Message{Head: &httphead.Head{Status: n, Length: -1}}
}

func TestAcceptHTTPTunnelOpensWhereTheResponseAccepts(t *testing.T) {
	for _, c := range []struct {
		name     string
		request  *httphead.Head
		response any
		opens    bool
		status   int
	}{
		{"CONNECT and 200", connectRequest(), status(200), true, 200},
		{"CONNECT and 299", connectRequest(), status(299), true, 299},
		{"CONNECT and no status", connectRequest(), status(0), true, 0},
		{"CONNECT and null", connectRequest(), nil, true, 200},
		{"CONNECT and 403", connectRequest(), status(403), false, 403},
		{"upgrade and 101", upgradeRequest(), status(101), true, 101},
		{"upgrade and no status", upgradeRequest(), status(0), true, 101},
		{"upgrade and null", upgradeRequest(), nil, false, 200},
		{"upgrade and 200", upgradeRequest(), status(200), false, 200},
		{"another request", request("GET"), status(200), false, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			far := newFarEnd(t)
			f := ft.New(t, "acceptHTTPTunnel", far.Layout, func(...any) any { return c.response })
			f.Send(ft.MessageWith(c.request, "")...)
			got := f.Take()
			if len(got) != 2 || httphead.Of(got[0].(*event.MessageStart).Head).Status != c.status {
				t.Fatalf("got %q, want a response with status %d", ft.Lines(got), c.status)
			}
			if !c.opens {
				far.want()
				f.Send(ft.MessageWith(c.request, "")...) // HTTP goes on
				if got := f.Take(); len(got) != 2 {
					t.Errorf("to a further request: got %q", ft.Lines(got))
				}
				return
			}
			far.want(`Data ""`)
			f.Send(ft.Data("ping"))
			far.want(`Data "ping"`)
			far.say(f, ft.Data("pong"))
			f.Want(`Data "pong"`)
			f.Send(ft.End())
			far.want("StreamEnd")
			far.say(f, ft.Data("after the client's end"), ft.End())
			f.Want(`Data "after the client's end"`, "StreamEnd")
		})
	}
}

func TestAcceptHTTPTunnelWaitsForAPromise(t *testing.T) {
	far := newFarEnd(t)
	var p *ft.Promise
	f := ft.New(t, "acceptHTTPTunnel", far.Layout, func(...any) any { return p })
	for _, accepts := range []bool{true, false} {
		p = &ft.Promise{}
		f.Again()
		f.Send(ft.MessageWith(connectRequest(), "")...)
		f.Send(ft.Data("early"))
		f.Want()
		if !accepts {
			p.Resolve(status(502))
			f.Loop.Turn()
			if got := f.Take(); len(got) != 2 {
				t.Errorf("got %q, want a response", ft.Lines(got))
			}
			far.want()
			continue
		}
		p.Resolve(nil)
		f.Loop.Turn()
		if got := f.Take(); len(got) != 2 {
			t.Errorf("got %q, want a response", ft.Lines(got))
		}
		far.want(`Data ""`, `Data "early"`)
	}
	p = &ft.Promise{}
	f.Again()
	f.Send(ft.MessageWith(connectRequest(), "")...)
	p.Reject(errors.New("no way"))
	f.Loop.Turn()
	f.Want("StreamEnd RuntimeError")
	f.WantError("no way")
}

func TestAcceptHTTPTunnelSendsTheResponseFirst(t *testing.T) {
	hasty := ft.NewLayout("hasty", func(s *pipeline.Stage, evt event.Event) {
		if _, ok := evt.(*event.Data); ok {
			s.Output(ft.Data("hello"))
		}
	})
	f := ft.New(t, "acceptHTTPTunnel", hasty, status(200))
	f.Send(ft.MessageWith(connectRequest(), "")...)
	got := ft.Lines(f.Take())
	if len(got) != 3 || got[1] != "MessageEnd" || got[2] != `Data "hello"` {
		t.Errorf("got %q, want the response and then what the tunnel says", got)
	}
}

func TestAcceptHTTPTunnelWantsAMessage(t *testing.T) {
	f := ft.New(t, "acceptHTTPTunnel", ft.Pipe(ft.Sink), func(...any) any { return "yes" })
	f.Send(ft.MessageWith(connectRequest(), "")...)
	f.Want("StreamEnd RuntimeError")
	f.WantError(`handler: the function returned: want a Message, got "yes"`)
	if _, err := ft.Make(t, "acceptHTTPTunnel", ft.Pipe(ft.Sink), "yes"); err == nil {
		t.Error("a string for a handler: got no error")
	}
}

func TestConnectHTTPTunnelHoldsTheStreamUntilTheResponse(t *testing.T) {
	for _, c := range []struct {
		request *httphead.Head
		status  int
	}{{connectRequest(), 200}, {upgradeRequest(), 101}} {
		far := newFarEnd(t)
		var states []string
		f := ft.New(t, "connectHTTPTunnel", far.Layout, &event.Message{Head: c.request},
			ft.Options{"onState": func(args ...any) { states = append(states, args[0].(string)) }})
		f.Send(ft.Data("one"), ft.Data("two"))
		if len(far.got) != 2 {
			t.Fatalf("the sub-pipeline got %q, want the request alone", ft.Lines(far.got))
		}
		far.got = nil
		far.say(f, ft.MessageWith(&httphead.Head{Status: 100}, "")...)
		far.want()
		far.say(f, ft.MessageWith(&httphead.Head{Status: c.status}, "")...)
		far.want(`Data "one"`, `Data "two"`)
		f.Want()
		far.say(f, ft.Data("answer"), ft.End())
		f.Want(`Data "answer"`, "StreamEnd")
		f.Send(ft.Data("three"), ft.End())
		far.want(`Data "three"`, "StreamEnd")
		if got := len(states); got != 3 || states[0] != "connecting" || states[1] != "connected" || states[2] != "closed" {
			t.Errorf("got states %q", states)
		}
	}
}

func TestConnectHTTPTunnelTellsWhyThereIsNone(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "connectHTTPTunnel", far.Layout, func() any { return &event.Message{Head: connectRequest()} })
	for _, c := range []struct {
		says []event.Event
		want string
	}{
		{ft.MessageWith(&httphead.Head{Status: 403}, "go away"), "StreamEnd ConnectionRefused"},
		{ft.MessageWith(&httphead.Head{Status: 407}, ""), "StreamEnd Unauthorized"},
		{ft.MessageWith(&httphead.Head{Status: 401}, ""), "StreamEnd Unauthorized"},
		{ft.MessageWith(&httphead.Head{Status: 101}, ""), "StreamEnd ConnectionRefused"},
		{append(ft.MessageWith(&httphead.Head{Status: 504}, ""), ft.EndWith(event.ConnectionTimeout)), "StreamEnd ConnectionTimeout"},
		{append(ft.MessageWith(&httphead.Head{Status: 502}, ""), ft.End()), "StreamEnd ConnectionRefused"},
		{[]event.Event{ft.End()}, "StreamEnd ConnectionRefused"},
		{[]event.Event{ft.EndWith(event.ConnectionReset)}, "StreamEnd ConnectionReset"},
	} {
		f.Again()
		f.Send(ft.Data("secret"))
		far.got = nil
		far.say(f, c.says...)
		f.Want(c.want)
		far.want() // nothing of the stream was sent
		f.Send(ft.Data("more"), ft.End())
		far.want()
	}
}

func TestConnectHTTPTunnelHoldsTheEndToo(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "connectHTTPTunnel", far.Layout, &event.Message{Head: connectRequest()})
	f.Send(ft.Data("all"), ft.End())
	far.got = nil
	far.say(f, ft.MessageWith(&httphead.Head{Status: 200}, "")...)
	far.want(`Data "all"`, "StreamEnd")
	f.Want()

	f.Again()
	f.Send(ft.End()) // a stream without anything needs no tunnel
	far.want()
	f.Want("StreamEnd")
}

func TestConnectHTTPTunnelReportsErrorsOfTheScript(t *testing.T) {
	f := ft.New(t, "connectHTTPTunnel", ft.Pipe(ft.Sink), func() any { return 1 })
	f.Send(ft.Data("x"))
	f.Want("StreamEnd RuntimeError")
	f.WantError("handshake: the function returned: want a Message, got 1")

	f = ft.New(t, "connectHTTPTunnel", ft.Pipe(ft.Sink), &event.Message{Head: connectRequest()},
		ft.Options{"onState": func(...any) (any, error) { return nil, errors.New("broken callback") }})
	f.Send(ft.Data("x"))
	f.Want("StreamEnd RuntimeError")
	f.WantError("broken callback")
}

func TestConnectHTTPTunnelPausesASourceThatIsTooEarly(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "connectHTTPTunnel", far.Layout, &event.Message{Head: connectRequest()})
	f.Send(ft.Data(string(make([]byte, 300<<10))))
	if !f.Paused() {
		t.Error("the source goes on")
	}
	far.got = nil
	far.say(f, ft.MessageWith(&httphead.Head{Status: 200}, "")...)
	if f.Paused() || len(far.got) != 1 {
		t.Errorf("paused %v, %d events in the tunnel, want it open", f.Paused(), len(far.got))
	}
}
