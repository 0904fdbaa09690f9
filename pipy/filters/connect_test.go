package filters_test

import (
	"io"
	"net"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// realLoop runs a pipeline of one filter on a loop with sockets.
type realLoop struct {
	t       *testing.T
	loop    *loop.Loop
	current *pipeline.Pipeline
	events  chan event.Event
	context *pipeline.Context
	errs    chan error
}

func runReal(t *testing.T, name string, args ...any) *realLoop {
	t.Helper()
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &realLoop{t: t, loop: l, events: make(chan event.Event, 1000), errs: make(chan error, 10), context: pipeline.NewContext(nil, nil)}
	program := pipeline.NewProgram(l, func(_ *pipeline.Stage, err error) { r.errs <- err })
	node := &pipeline.Node{Name: name}
	if err := filters.All[name].Make(nil, node, args, nil); err != nil {
		t.Fatal(err)
	}
	layout := &pipeline.Layout{Program: program, Nodes: []*pipeline.Node{node}}
	done := make(chan error, 1)
	ready := make(chan struct{})
	l.Post(func() {
		r.current = layout.Start(r.context, func(evt event.Event) { r.events <- evt })
		close(ready)
	})
	go func() { done <- l.Run() }()
	<-ready
	t.Cleanup(func() {
		stopped := make(chan struct{})
		l.Post(func() {
			r.current.Close()
			program.Stop(true, func() { close(stopped) })
		})
		<-stopped
		l.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		l.Close()
	})
	return r
}

func (r *realLoop) send(events ...event.Event) {
	r.loop.Post(func() {
		for _, evt := range events {
			r.current.Process(evt)
		}
	})
}

// end reads the output up to StreamEnd: all bytes and the end.
func (r *realLoop) end() (string, string) {
	r.t.Helper()
	data := ""
	timeout := time.After(20 * time.Second)
	for {
		select {
		case evt := <-r.events:
			switch evt := evt.(type) {
			case *event.Data:
				data += evt.String()
			case *event.StreamEnd:
				return data, ft.Show(evt)
			}
		case <-timeout:
			r.t.Fatalf("no StreamEnd; got %q", data)
		}
	}
}

// serve runs f for each connection to the address that it returns.
func serve(t *testing.T, f func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f(c)
		}
	}()
	return l.Addr().String()
}

func echo(c net.Conn) {
	io.Copy(c, c)
	c.Close()
}

func TestConnectSendsAndReceives(t *testing.T) {
	target := serve(t, echo)
	f := runReal(t, "connect", ft.Func(func(...any) (any, error) { return target, nil }))
	f.send(ft.Flush(), ft.Data("he"), &event.MessageStart{}, ft.Data("llo"), event.End, ft.End())
	data, end := f.end()
	if data != "hello" || end != "StreamEnd" {
		t.Errorf("got %q and %s", data, end)
	}
}

func TestConnectWakesWaiters(t *testing.T) {
	target := serve(t, echo)
	f := runReal(t, "connect", target)
	woken := make(chan struct{}, 100)
	f.loop.Post(func() { f.context.Clone().Wait(func() { woken <- struct{}{} }) })
	f.send(ft.Data("x"))
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		t.Error("nobody was woken by what came from the server")
	}
	f.send(ft.End())
	f.end()
}

func TestConnectFailuresEndTheStream(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	for target, want := range map[string]string{
		closed:      "StreamEnd ConnectionRefused",
		"no target": "StreamEnd CannotResolve",
	} {
		f := runReal(t, "connect", target)
		f.send(ft.Data("x"))
		if _, end := f.end(); end != want {
			t.Errorf("%s: got %s, want %s", target, end, want)
		}
	}
	f := runReal(t, "connect", ft.Func(func(...any) (any, error) { return nil, nil }))
	f.send(ft.Data("x"))
	if _, end := f.end(); end != "StreamEnd CannotResolve" {
		t.Errorf("no target: got %s", end)
	}
}

func TestConnectPassesAnEarlyStreamEnd(t *testing.T) {
	f := ft.New(t, "connect", "127.0.0.1:1")
	f.Send(ft.End())
	f.Want("StreamEnd")
}

func TestConnectTellsItsStates(t *testing.T) {
	target := serve(t, echo)
	states := make(chan string, 10)
	onState := ft.Func(func(args ...any) (any, error) {
		o := args[0].(*filters.Outbound)
		states <- o.State()
		if o.State() == "connected" && (o.RemoteAddress() != "127.0.0.1" || o.RemotePort() == 0) {
			t.Errorf("connected to %s:%d", o.RemoteAddress(), o.RemotePort())
		}
		return nil, nil
	})
	f := runReal(t, "connect", target, ft.Func(func(...any) (any, error) { return ft.Options{"onState": onState, "bind": "127.0.0.1"}, nil }))
	f.send(ft.Data("x"), ft.End())
	if data, end := f.end(); data != "x" || end != "StreamEnd" {
		t.Errorf("got %q and %s", data, end)
	}
	for _, want := range []string{"open", "connecting", "connected", "closed"} {
		select {
		case got := <-states:
			if got != want {
				t.Errorf("state %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no state %s", want)
		}
	}
}

func TestConnectEndsWithItsInputWhenTheScriptCloses(t *testing.T) {
	target := serve(t, echo)
	for _, late := range []bool{false, true} { // whether the input ends after close()
		connected := make(chan *filters.Outbound, 1)
		onState := ft.Func(func(args ...any) (any, error) {
			if o := args[0].(*filters.Outbound); o.State() == "connected" {
				connected <- o
			}
			return nil, nil
		})
		f := runReal(t, "connect", target, ft.Options{"onState": onState})
		f.send(ft.Flush())
		var o *filters.Outbound
		select {
		case o = <-connected:
		case <-time.After(20 * time.Second):
			t.Fatal("no connection")
		}
		f.loop.Post(func() {
			if !late {
				f.current.Process(ft.End())
			}
			closeOutbound(t, o)
			closeOutbound(t, o)
			f.current.Process(ft.Data("lost"))
			f.current.Process(ft.End())
		})
		if data, end := f.end(); data != "" || end != "StreamEnd" {
			t.Errorf("late %v: got %q and %s", late, data, end)
		}
	}
}

// closeOutbound calls close() as a script does.
func closeOutbound(t *testing.T, o *filters.Outbound) {
	for _, c := range spec.Classes {
		for _, m := range c.Methods {
			if c.Name == "Outbound" && m.Name == "close" {
				if _, err := m.Call(o, &spec.Call{}); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestConnectRefusesBadArguments(t *testing.T) {
	for _, args := range [][]any{
		{}, {3}, {"a:1", 3}, {"a:1", ft.Options{"retryCount": "x"}}, {"a:1", ft.Options{"protocol": "carrier pigeon"}},
	} {
		_, err := ft.Make(t, "connect", args...)
		if err == nil {
			t.Errorf("connect(%v) was accepted", args)
		}
	}
	_, err := ft.Make(t, "connect", "a:1", ft.Options{"retryCount": "x"})
	if want := `options.retryCount: want a number, got "x"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
