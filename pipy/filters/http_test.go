package filters

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// httpBench is a program of a few filters on a manual loop, with fake clients
// and upstreams.
type httpBench struct {
	testing.TB
	loop    *loop.Loop
	program *pipeline.Program
	errors  []string
}

func newHTTPBench(t testing.TB) *httpBench {
	b := &httpBench{TB: t, loop: loop.NewManual(time.Unix(0, 0))}
	b.program = pipeline.NewProgram(b.loop, func(s *pipeline.Stage, err error) {
		b.errors = append(b.errors, err.Error())
	})
	return b
}

// httpOptions is an options object.
type httpOptions map[string]any

func (o httpOptions) Get(name string) any     { return o[name] }
func (o httpOptions) Set(name string, v any)  { o[name] = v }
func (o httpOptions) Elements() ([]any, bool) { return nil, false }
func (o httpOptions) Keys() []string {
	var keys []string
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// httpFunc is a script's function.
type httpFunc func(ctx *pipeline.Context, args ...any) (any, error)

func (f httpFunc) Call(ctx *pipeline.Context, args ...any) (any, error) { return f(ctx, args...) }

// httpPromise is a script's promise.
type httpPromise struct{ done func(any, error) }

func (p *httpPromise) Then(done func(any, error)) { p.done = done }

// node makes a node of a declared filter.
func (b *httpBench) node(name string, sub *pipeline.Layout, args ...any) *pipeline.Node {
	n := &pipeline.Node{Name: name, Pos: "main.js:1:1"}
	var joint []spec.Sub
	if sub != nil {
		joint = []spec.Sub{{Layout: sub}}
	}
	if err := All[name].Make(nil, n, args, joint); err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	return n
}

// wrong returns the error of making a filter.
func (b *httpBench) wrong(name string, sub *pipeline.Layout, args ...any) error {
	var joint []spec.Sub
	if sub != nil {
		joint = []spec.Sub{{Layout: sub}}
	}
	return All[name].Make(nil, &pipeline.Node{Name: name}, args, joint)
}

func (b *httpBench) layout(nodes ...*pipeline.Node) *pipeline.Layout {
	l := &pipeline.Layout{Name: "test", Module: "/main.js", Nodes: nodes, Program: b.program}
	return l
}

// httpFilter is a filter made of a function.
type httpFilter struct {
	*pipeline.Stage
	process func(f *httpFilter, evt event.Event)
	closed  func(f *httpFilter)
	state   any
}

func (f *httpFilter) Process(evt event.Event) { f.process(f, evt) }
func (f *httpFilter) Close() {
	if f.closed != nil {
		f.closed(f)
	}
}

// filter makes a node of a function.
func (b *httpBench) filter(process func(f *httpFilter, evt event.Event)) *pipeline.Node {
	return &pipeline.Node{Name: "test", New: func(s *pipeline.Stage) pipeline.Filter {
		return &httpFilter{Stage: s, process: process}
	}}
}

// httpPauser notes whether a source is paused.
type httpPauser struct{ paused bool }

func (p *httpPauser) Pause()  { p.paused = true }
func (p *httpPauser) Resume() { p.paused = false }

// httpClientEnd is the client's end of a stream.
type httpClientEnd struct {
	*httpBench
	pipe   *pipeline.Pipeline
	got    strings.Builder
	datas  int
	end    *event.StreamEnd
	pauser httpPauser
	source *loop.Source
	onEnd  []func() // called by ended
}

// OnEnd is what an Inbound has.
func (c *httpClientEnd) OnEnd(f func()) { c.onEnd = append(c.onEnd, f) }

// ended says that the connection is gone.
func (c *httpClientEnd) ended() {
	c.pipe.Close()
	for _, f := range c.onEnd {
		f()
	}
	c.loop.Turn()
}

// connect starts a stream of the layout.
func (b *httpBench) connect(l *pipeline.Layout) *httpClientEnd {
	c := &httpClientEnd{httpBench: b}
	c.source = loop.NewSource(b.loop, &c.pauser)
	c.pipe = l.Start(pipeline.NewContext(nil, c), func(evt event.Event) {
		switch e := evt.(type) {
		case *event.Data:
			c.datas++
			c.got.WriteString(e.String())
			e.Release()
		case *event.StreamEnd:
			if c.end != nil {
				b.Errorf("second StreamEnd: %v", e.Err)
			}
			c.end = e
		}
	})
	return c
}

func (c *httpClientEnd) feed(evt event.Event) {
	prev := c.loop.Enter(c.source)
	c.pipe.Process(evt)
	c.loop.Leave(prev)
	c.loop.Turn()
}

func (c *httpClientEnd) send(s string) { c.feed(event.DataString(s)) }

// want checks and forgets what came so far.
func (c *httpClientEnd) want(want string) {
	c.Helper()
	c.loop.Turn()
	if got := c.got.String(); got != want {
		c.Errorf("client got\n%q\nwant\n%q", got, want)
	}
	c.got.Reset()
}

// wantEnd checks the StreamEnd that must have come.
func (c *httpClientEnd) wantEnd(err event.Error) {
	c.Helper()
	c.loop.Turn()
	if c.end == nil {
		c.Errorf("client: no StreamEnd, want one with %q", err)
	} else if got := event.NameOf(c.end.Err); got != err {
		c.Errorf("client: StreamEnd with %q, want %q", got, err)
	}
}

func (c *httpClientEnd) wantOpen() {
	c.Helper()
	c.loop.Turn()
	if c.end != nil {
		c.Errorf("client: StreamEnd with %q, want none", event.NameOf(c.end.Err))
	}
}

// httpUpstreams stands for the servers that a session's pipeline connects to.
type httpUpstreams struct {
	*httpBench
	all    []*httpUpstream
	answer func(u *httpUpstream, data string) // nil: the test answers
	onNew  func(u *httpUpstream)
}

// httpUpstream is one connection of them.
type httpUpstream struct {
	*httpBench
	f      *httpFilter
	got    strings.Builder
	closed bool
	end    *event.StreamEnd
	pauser httpPauser
	source *loop.Source
}

// layout returns the sub-pipeline that connects to the upstreams.
func (us *httpUpstreams) layout() *pipeline.Layout {
	return us.httpBench.layout(&pipeline.Node{Name: "connect", New: func(s *pipeline.Stage) pipeline.Filter {
		return &httpFilter{Stage: s, process: us.process, closed: func(f *httpFilter) {
			if u, ok := f.state.(*httpUpstream); ok {
				u.closed = true
			}
		}}
	}})
}

func (us *httpUpstreams) process(f *httpFilter, evt event.Event) {
	u, ok := f.state.(*httpUpstream)
	if !ok {
		u = &httpUpstream{httpBench: us.httpBench, f: f}
		u.source = loop.NewSource(us.loop, &u.pauser)
		f.state = u
		us.all = append(us.all, u)
		if us.onNew != nil {
			us.onNew(u)
		}
	}
	switch e := evt.(type) {
	case *event.Data:
		s := e.String()
		e.Release()
		u.got.WriteString(s)
		if us.answer != nil {
			us.answer(u, s)
		}
	case *event.StreamEnd:
		u.end = e
	}
}

func (u *httpUpstream) feed(evt event.Event) {
	prev := u.loop.Enter(u.source)
	u.f.Output(evt)
	u.loop.Leave(prev)
	u.loop.Turn()
}

func (u *httpUpstream) send(s string)  { u.feed(event.DataString(s)) }
func (u *httpUpstream) finish(e error) { u.feed(&event.StreamEnd{Err: e}) }
func (u *httpUpstream) want(w string) {
	u.Helper()
	u.loop.Turn()
	if got := u.got.String(); got != w {
		u.Errorf("upstream got\n%q\nwant\n%q", got, w)
	}
	u.got.Reset()
}

// wantCount checks how many connections were made.
func (us *httpUpstreams) wantCount(n int) {
	us.Helper()
	if len(us.all) != n {
		us.Fatalf("%d upstream connections, want %d", len(us.all), n)
	}
}

// proxy is demuxHTTP before muxHTTP before the upstreams.
func (us *httpUpstreams) proxy(args ...any) *pipeline.Layout {
	b := us.httpBench
	return b.layout(b.node("demuxHTTP", b.layout(b.node("muxHTTP", us.layout(), args...))))
}

func httpGet(path string) string { return "GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n" }

// httpSent is what muxHTTP makes of httpGet.
func httpSent(path string) string {
	return "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: keep-alive\r\n\r\n"
}

func httpOK(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: keep-alive\r\n\r\n%s", len(body), body)
}

func httpHead(status int, text string) *httphead.Head {
	return &httphead.Head{Status: status, StatusText: text, Length: -1}
}

func httpText(s string) *event.Message { return &event.Message{Body: event.DataString(s)} }

func httpNoErrors(b *httpBench) {
	b.Helper()
	if len(b.errors) > 0 {
		b.Errorf("reported: %q", b.errors)
	}
}

func newHTTPSource(u *httpUpstream) *loop.Source { return loop.NewSource(u.loop, &u.pauser) }
