package filters

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// httpStream is a stream of messages whose output is noted in words.
type httpStream struct {
	*httpBench
	pipe *pipeline.Pipeline
	got  []string
}

func httpWord(evt event.Event) string {
	switch e := evt.(type) {
	case *event.MessageStart:
		return "("
	case *event.Data:
		return e.String()
	case *event.MessageEnd:
		return ")"
	case *event.StreamEnd:
		return "." + string(event.NameOf(e.Err))
	}
	return "?"
}

func (b *httpBench) stream(l *pipeline.Layout) *httpStream {
	s := &httpStream{httpBench: b}
	s.pipe = l.Start(pipeline.NewContext(nil, s), func(evt event.Event) { s.got = append(s.got, httpWord(evt)) })
	return s
}

// send sends whole messages.
func (s *httpStream) send(bodies ...string) {
	for _, body := range bodies {
		httpText(body).Events(s.pipe.Process)
	}
	s.loop.Turn()
}

func (s *httpStream) want(want string) {
	s.Helper()
	s.loop.Turn()
	if got := strings.Join(s.got, ""); got != want {
		s.Errorf("got %q, want %q", got, want)
	}
	s.got = nil
}

// httpSubs notes the input of all sub-pipelines of a layout.
type httpSubs struct {
	*httpBench
	all     []*httpFilter
	got     []string
	respond func(f *httpFilter, evt event.Event)
}

func (u *httpSubs) layout() *pipeline.Layout {
	return u.httpBench.layout(u.filter(func(f *httpFilter, evt event.Event) {
		i, ok := f.state.(int)
		if !ok {
			i = len(u.all)
			f.state = i
			u.all = append(u.all, f)
			u.got = append(u.got, "")
		}
		u.got[i] += httpWord(evt)
		if u.respond != nil {
			u.respond(f, evt)
		}
	}))
}

func (u *httpSubs) output(i int, events ...event.Event) {
	for _, evt := range events {
		u.all[i].Output(evt)
	}
	u.loop.Turn()
}

func (u *httpSubs) text(i int, s string) { httpText(s).Events(u.all[i].Output); u.loop.Turn() }

func (u *httpSubs) want(want ...string) {
	u.Helper()
	if got, want := fmt.Sprintf("%q", u.got), fmt.Sprintf("%q", want); got != want {
		u.Errorf("sub-pipelines got %s, want %s", got, want)
	}
}

func TestDemuxOutputsInTheOrderOfTheInput(t *testing.T) {
	for _, name := range []string{"demux", "demuxQueue"} {
		u := &httpSubs{httpBench: newHTTPBench(t)}
		s := u.stream(u.httpBench.layout(u.node(name, u.layout())))
		s.send("a", "b", "c")
		u.want("(a)", "(b)", "(c)")
		u.text(1, "B")
		u.output(0, &event.MessageStart{}, event.DataString("A"))
		s.want("(A")
		u.output(0, event.End)
		s.want(")(B)")
		u.text(0, "ignored")
		s.pipe.Process(event.EndStream)
		s.want("")
		u.text(2, "C")
		s.want("(C).")
		s.pipe.Close()
		u.loop.Turn()
		if n := u.program.Active(); n != 0 {
			t.Errorf("%d pipelines are left", n)
		}
	}
}

func TestDemuxCountsOutput(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	s := u.stream(u.httpBench.layout(u.node("demux", u.layout(), httpOptions{"outputCount": 2.0})))
	s.send("a", "b")
	u.text(1, "1")
	u.text(0, "1")
	u.text(0, "2")
	s.want("(1)(2)(1)")
	u.text(1, "2")
	s.want("(2)")

	u = &httpSubs{httpBench: newHTTPBench(t)}
	s = u.stream(u.httpBench.layout(u.node("demux", u.layout(), httpOptions{"outputCount": 0.0})))
	s.send("a")
	u.text(0, "1")
	s.pipe.Process(event.EndStream)
	s.want("")
	u.output(0, event.EndStream)
	s.want(".")

	u = &httpSubs{httpBench: newHTTPBench(t)}
	s = u.stream(u.httpBench.layout(u.node("demux", u.layout(), httpOptions{"outputCount": httpFunc(func(*pipeline.Context, ...any) (any, error) { return -1.0, nil })})))
	s.send("a", "b")
	u.want("(a)")
	u.text(0, "A")
	s.want("(A)")
	u.want("(a)", "(b)")
}

func TestDemuxEndsWithItsSubPipelines(t *testing.T) {
	for _, k := range []struct {
		output []event.Event
		want   string
	}{
		{[]event.Event{event.EndStream}, "."},
		{[]event.Event{&event.StreamEnd{Err: event.ReadError}}, ".ReadError"},
		{[]event.Event{&event.MessageStart{}, event.EndStream}, "()"},
		{[]event.Event{&event.MessageStart{}, &event.StreamEnd{Err: event.ReadError}}, "(.ReadError"},
	} {
		u := &httpSubs{httpBench: newHTTPBench(t)}
		s := u.stream(u.httpBench.layout(u.node("demux", u.layout())))
		s.send("a")
		u.output(0, k.output...)
		s.want(k.want)
	}
	u := &httpSubs{httpBench: newHTTPBench(t)}
	s := u.stream(u.httpBench.layout(u.node("demux", u.layout())))
	s.pipe.Process(&event.MessageStart{})
	s.pipe.Process(event.EndStream)
	u.want("()")
	u.text(0, "A")
	s.want("(A).")
}

func TestMuxSharesSessions(t *testing.T) {
	for _, name := range []string{"mux", "muxQueue"} {
		u := &httpSubs{httpBench: newHTTPBench(t)}
		l := u.httpBench.layout(u.node(name, u.layout(), "key"))
		a, b := u.stream(l), u.stream(l)
		a.send("a1", "a2")
		b.send("b1")
		u.want("(a1)(b1)")
		u.text(0, "A1")
		a.want("(A1)")
		u.want("(a1)(b1)(a2)")
		u.text(0, "B1")
		b.want("(B1)")
		a.pipe.Process(event.EndStream)
		u.text(0, "A2")
		a.want("(A2).")
		httpNoErrors(u.httpBench)
	}
}

func TestMuxEndsStreamsWithTheirSession(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	l := u.httpBench.layout(u.node("mux", u.layout(), "key"))
	a, b := u.stream(l), u.stream(l)
	a.send("a")
	b.send("b")
	u.output(0, &event.MessageStart{}, event.EndStream)
	a.want("().")
	b.want(".")
	c := u.stream(l)
	c.send("c")
	u.want("(a)(b)", "(c)")
}

func TestMuxCancelsWhatNobodyWaitsFor(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	l := u.httpBench.layout(u.node("mux", u.layout(), "key"))
	a, b := u.stream(l), u.stream(l)
	a.send("a")
	b.send("b")
	a.pipe.Close()
	u.loop.Turn()
	u.text(0, "A")
	u.text(0, "B")
	b.want("(B)")
	b.send("b")
	b.pipe.Close()
	u.loop.Turn()
	if n := u.program.Active(); n != 0 {
		t.Errorf("%d pipelines are left", n)
	}
}

func TestMuxCountsOutput(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	l := u.httpBench.layout(u.node("mux", u.layout(), "key", httpOptions{"outputCount": httpFunc(func(_ *pipeline.Context, args ...any) (any, error) {
		return args[0].(*event.MessageStart).Head, nil
	})}))
	s := u.stream(l)
	for _, n := range []float64{0, -1, 2} {
		s.pipe.Process(&event.MessageStart{Head: n})
		s.pipe.Process(event.DataString(fmt.Sprint(n)))
		s.pipe.Process(event.End)
	}
	u.want("(0)(2)")
	u.text(0, "x")
	u.text(0, "y")
	s.want("(x)(y)")
}

func TestMuxStreamsLongMessages(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	l := u.httpBench.layout(u.node("mux", u.layout(), "key"))
	a, b := u.stream(l), u.stream(l)
	b.send("b")
	a.pipe.Process(&event.MessageStart{})
	long := strings.Repeat("x", 70<<10)
	a.pipe.Process(event.DataString(long))
	u.want("(b)", "("+long)
	a.pipe.Process(event.DataString("y"))
	a.pipe.Process(event.End)
	u.text(1, "A")
	a.want("(A)")
	if u.got[1] != "("+long+"y)" {
		t.Error("the message is not complete")
	}
}

func TestMuxReportsOptionsThatFail(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	s := u.stream(u.httpBench.layout(u.node("mux", u.layout(), httpFunc(func(*pipeline.Context, ...any) (any, error) {
		return nil, errors.New("oops")
	}))))
	s.send("a")
	s.want(".RuntimeError")
	if len(u.errors) != 1 {
		t.Errorf("reported %q, want one error", u.errors)
	}
}

func TestMergeCopiesMessages(t *testing.T) {
	u := &httpSubs{httpBench: newHTTPBench(t)}
	u.respond = func(f *httpFilter, evt event.Event) { f.Output(evt) }
	l := u.httpBench.layout(u.node("merge", u.layout(), "key"))
	a, b := u.stream(l), u.stream(l)
	a.pipe.Process(&event.MessageStart{})
	a.pipe.Process(event.DataString("a"))
	b.send("b")
	u.want("(b)")
	a.pipe.Process(event.End)
	a.send("c")
	u.want("(b)(a)(c)")
	a.pipe.Process(event.EndStream)
	a.want("(a)(c).")
	b.want("(b)")
	a.pipe.Close()
	b.pipe.Close()
	u.loop.Advance(defaultMaxIdle + 2*muxTick)
	u.want("(b)(a)(c).")
	if n := u.program.Active(); n != 0 {
		t.Errorf("%d pipelines are left", n)
	}
}
