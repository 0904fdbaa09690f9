package filters_test

import (
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// newHub makes an object of a class that scripts construct.
func newHub(t *testing.T, class string) any {
	t.Helper()
	for _, c := range spec.Classes {
		if c.Name == class && c.New != nil {
			hub, err := c.New.Call(nil, &spec.Call{})
			if err != nil {
				t.Fatal(err)
			}
			return hub
		}
	}
	t.Fatalf("there is no class %s", class)
	return nil
}

// party is one stream of a filter under test that has several.
type party struct {
	f      *ft.Filter
	p      *pipeline.Pipeline
	source loop.Source
	paused bool
	got    []event.Event
	hold   bool     // the output is slow
	held   []func() // gives back what it holds
}

func (p *party) Pause()  { p.paused = true }
func (p *party) Resume() { p.paused = false }

func newParty(f *ft.Filter) *party {
	p := &party{f: f}
	p.source.Init(f.Loop, p)
	p.p = f.Layout.Start(f.Context.Clone(), func(evt event.Event) {
		p.got = append(p.got, evt)
		if p.hold {
			p.held = append(p.held, f.Loop.Hold())
		}
	})
	return p
}

func (p *party) send(events ...event.Event) {
	prev := p.f.Loop.Enter(&p.source)
	for _, evt := range events {
		p.p.Process(evt)
	}
	p.f.Loop.Leave(prev)
	p.f.Loop.Turn()
}

func (p *party) want(t *testing.T, lines ...string) {
	t.Helper()
	got := strings.Join(ft.Lines(p.got), " ")
	p.got = nil
	if want := strings.Join(lines, " "); got != want {
		t.Errorf("output: %s, want %s", got, want)
	}
}

func (p *party) close() {
	p.p.Close()
	p.f.Loop.Turn()
}

func TestSwapConnectsTwoStreams(t *testing.T) {
	for _, class := range []string{"Swap", "pipeline.Hub"} {
		f := ft.New(t, "swap", newHub(t, class))
		a, b := newParty(f), newParty(f)
		a.send(ft.Data("early"))
		b.send(ft.Data("b"))
		f.Loop.Turn()
		a.want(t, `Data "b"`)
		b.want(t, `Data "early"`)
		a.send(ft.Message("m")...)
		a.send(ft.End())
		b.want(t, "MessageStart", `Data "m"`, "MessageEnd", "StreamEnd")
		a.want(t)
		b.send(ft.Data("answer"), ft.EndWith(event.ReadError))
		a.want(t, `Data "answer"`, "StreamEnd ReadError")
		a.close()
		b.close()
	}
}

func TestSwapKeepsOrderOfWhatCameBeforeTheOther(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "pipeline.Hub"))
	a, b := newParty(f), newParty(f)
	a.send(ft.Data("1"), ft.Data("2"))
	b.p.Process(ft.Data(""))
	a.send(ft.Data("3"), ft.End()) // before what is kept was passed on
	f.Loop.Turn()
	b.want(t, `Data "1"`, `Data "2"`, `Data "3"`, "StreamEnd")
	a.close()
	b.close()
}

func TestSwapPausesTheSourceOfASlowReader(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "Swap"))
	a, b := newParty(f), newParty(f)
	a.send(ft.Data(strings.Repeat("x", 300<<10)))
	if !a.paused {
		t.Error("the source of a stream that is alone is not paused")
	}
	b.send(ft.Data(""))
	f.Loop.Turn()
	if a.paused {
		t.Error("the source is still paused when its events were passed on")
	}
	b.got, b.hold = nil, true
	a.send(ft.Data("more"))
	if !a.paused || b.paused {
		t.Errorf("a is paused: %v, b: %v, want the one that sends", a.paused, b.paused)
	}
	a.hold = true
	b.send(ft.Data("back"))
	if !b.paused {
		t.Error("the other direction is not paused")
	}
	for _, release := range append(a.held, b.held...) {
		release()
	}
	for _, p := range []*party{a, b} {
		if p.paused {
			t.Error("the source is still paused")
		}
		p.close()
	}
}

func TestSwapEndsWhoIsLeftBehind(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "Swap"))
	a, b := newParty(f), newParty(f)
	a.send(ft.Data("a"))
	b.send(ft.Data("b"))
	f.Loop.Turn()
	a.want(t, `Data "b"`)
	b.want(t, `Data "a"`)
	a.close()
	b.want(t, "StreamEnd ConnectionAborted")
	b.send(ft.Data(strings.Repeat("x", 300<<10))) // nobody is going to get it
	if b.paused {
		t.Error("a stream whose other end is gone is paused")
	}
	b.close()
}

func TestSwapTakesNoThirdStream(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "Swap"))
	a, b, c := newParty(f), newParty(f), newParty(f)
	a.send(ft.Data("a"))
	b.send(ft.Data("b"))
	c.send(ft.Data("c"), ft.Data("more"))
	f.WantError("want no more than two streams in a Swap, got another one")
	c.want(t, "StreamEnd RuntimeError")
	a.close()
	b.close()
	d := newParty(f)
	d.send(ft.Data("d"))
	f.WantError("want no more than two streams")
	d.got = nil
	c.close()
	d.close()
}

func TestHubConnectsAll(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "pipeline.Hub"))
	a, b, c := newParty(f), newParty(f), newParty(f)
	for _, p := range []*party{a, b, c} {
		p.send(ft.Data(""))
	}
	f.Loop.Turn()
	a.got, b.got, c.got = nil, nil, nil
	a.send(ft.Data("a"))
	b.want(t, `Data "a"`)
	c.want(t, `Data "a"`)
	b.close() // others are left
	a.want(t)
	c.want(t)
	c.send(ft.Data("c"))
	a.want(t, `Data "c"`)
	d := newParty(f)
	d.send(ft.Data("d"))
	a.want(t, `Data "d"`)
	c.want(t, `Data "d"`)
	c.send(ft.End())
	a.want(t)
	d.want(t)
	a.send(ft.End())
	c.want(t)
	d.want(t, "StreamEnd")
	d.send(ft.Data("last"), ft.End())
	a.want(t, `Data "last"`, "StreamEnd")
	c.want(t, `Data "last"`, "StreamEnd")
	for _, p := range []*party{a, c, d} {
		p.close()
	}
}

func TestSwapAsksForItsHub(t *testing.T) {
	hub := newHub(t, "pipeline.Hub")
	var answer any
	f := ft.New(t, "swap", func() any { return answer })
	a, b, c := newParty(f), newParty(f), newParty(f)
	a.send(ft.Data("1"))
	c.send(ft.Data("x"), ft.End())
	c.want(t, "StreamEnd")
	answer = hub
	b.send(ft.Data(""))
	a.send(ft.Data("2"))
	f.Loop.Turn()
	b.want(t, `Data "1"`, `Data "2"`)
	answer = "hub"
	d := newParty(f)
	d.send(ft.Data("x"))
	f.WantError(`want a pipeline.Hub, a Swap, or a function that returns one, got "hub"`)
	d.got = nil
	for _, p := range []*party{a, b, c, d} {
		p.close()
	}
	for _, wrong := range []any{nil, 1, "x", ft.Options{}} {
		if _, err := ft.Make(t, "swap", wrong); err == nil || !strings.Contains(err.Error(), "hub: want a pipeline.Hub") {
			t.Errorf("swap(%v): %v", wrong, err)
		}
	}
}

func TestSwapLeavesNobodyAloneWhenTheProgramEnds(t *testing.T) {
	for _, closing := range []bool{false, true} {
		f := ft.New(t, "swap", newHub(t, "pipeline.Hub"))
		a := newParty(f)
		a.send(ft.Data("a"))
		f.Layout.Program.Stop(closing, func() {})
		if !closing {
			a.want(t)
			f.Advance(5 * time.Second)
		}
		a.want(t, "StreamEnd")
		a.close()
	}
	f := ft.New(t, "swap", newHub(t, "Swap"))
	a, b := newParty(f), newParty(f)
	f.Layout.Program.Stop(false, func() {})
	a.send(ft.Data("a"), ft.End())
	b.send(ft.Data(""))
	f.Advance(time.Minute)
	b.want(t, `Data "a"`, "StreamEnd")
	a.want(t, `Data ""`)
	b.send(ft.Data("b"), ft.End())
	a.want(t, `Data "b"`, "StreamEnd")
	a.close()
	b.close()
}

// An event that comes back to the filter that is passing one on waits for a later
// turn of the loop.
func TestSwapGoesRoundOnceATurn(t *testing.T) {
	f := ft.New(t, "swap", newHub(t, "Swap"))
	a := newParty(f)
	rounds, depth := 0, 0
	b := f.Layout.Start(f.Context.Clone(), func(event.Event) {
		if depth++; depth > 1 {
			t.Error("went round within one turn")
		}
		if rounds++; rounds < 4 {
			a.p.Process(ft.Data("again"))
		}
		depth--
	})
	b.Process(ft.Data(""))
	a.send(ft.Data("x"))
	for range 5 {
		f.Loop.Turn()
	}
	if rounds != 4 {
		t.Errorf("%d rounds, want 4", rounds)
	}
	a.want(t, `Data ""`)
	a.close()
	b.Close()
	f.Loop.Turn()
}
