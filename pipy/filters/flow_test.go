package filters_test

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
)

func TestWaitKeepsEventsUntilTheConditionHolds(t *testing.T) {
	ready := false
	f := ft.New(t, "wait", func() bool { return ready })
	for range 2 { // the second pipeline reuses the filter
		f.Send(ft.Data("a"))
		f.Want()
		ready = true
		f.Send(ft.Data("b"))
		f.Want(`Data "a"`, `Data "b"`)
		ready = false
		f.Send(ft.End()) // the decision is for good
		f.Want("StreamEnd")
		f.Again()
	}
}

func TestWaitIsWokenByItsContextAndItsClones(t *testing.T) {
	ready := false
	f := ft.New(t, "wait", func() bool { return ready })
	f.Send(ft.Data("a"), ft.End())
	f.Context.Notify()
	f.Want()
	ready = true
	f.Context.Clone().Notify()
	f.Want(`Data "a"`, "StreamEnd")
}

func TestWaitTimeoutReleases(t *testing.T) {
	f := ft.New(t, "wait", func() bool { return false }, ft.Options{"timeout": "2s"})
	f.Send(ft.Data("a"))
	f.Advance(1999 * time.Millisecond)
	f.Want()
	f.Advance(time.Millisecond)
	f.Want(`Data "a"`)
}

func TestWaitForAPromise(t *testing.T) {
	p := &ft.Promise{}
	calls := 0
	f := ft.New(t, "wait", func() any { calls++; return p })
	f.Send(ft.Data("a"))
	f.Send(ft.Data("b"))
	p.Resolve(nil)
	f.Want(`Data "a"`, `Data "b"`)
	if calls != 1 {
		t.Errorf("the condition ran %d times, want 1", calls)
	}
	p = &ft.Promise{}
	f.Again()
	f.Send(ft.Data("a"))
	p.Reject(errors.New("no"))
	f.WantError("no")
	f.Want("StreamEnd RuntimeError")
}

func TestWaitPausesItsSourceWhenItKeepsMuch(t *testing.T) {
	ready := false
	f := ft.New(t, "wait", func() bool { return ready })
	for range 9 { // MiB; the limit is 8
		f.Send(ft.Data(strings.Repeat("x", 1<<20)))
	}
	if !f.Paused() {
		t.Error("the source goes on")
	}
	ready = true
	f.Context.Notify()
	if f.Paused() {
		t.Error("the source stays paused")
	}
	if n := len(f.Take()); n != 9 {
		t.Errorf("%d events came out, want 9", n)
	}
}

func TestWaitWatchesOnlyAsLongAsItsPipeline(t *testing.T) {
	calls := 0
	f := ft.New(t, "wait", func() bool { calls++; return false })
	f.Send(ft.Data("a"))
	f.Again()
	calls = 0
	f.Context.Notify()
	if calls != 0 {
		t.Error("the condition was asked after the end of its pipeline")
	}
}

func TestDummySwallowsAllButStreamEnd(t *testing.T) {
	f := ft.New(t, "dummy")
	f.Send(helloEvents()...)
	f.Want("StreamEnd")
}

func TestPrintWritesLines(t *testing.T) {
	var out bytes.Buffer
	defer func(w any) { filters.PrintTo = w.(interface{ Write([]byte) (int, error) }) }(filters.PrintTo)
	filters.PrintTo = &out
	f := ft.New(t, "print")
	f.Send(ft.Data("one\nt"), ft.Data("wo\x01"), event.End, ft.Data(strings.Repeat("x", 150)), ft.End())
	f.Take()
	want := "one\ntwo\n" + strings.Repeat("x", 100) + "\n" + strings.Repeat("x", 50) + "\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestDumpPassesEverything(t *testing.T) {
	f := ft.New(t, "dump", "tag")
	for range 2 {
		f.Send(helloEvents()...)
		f.Want(helloLines...)
		f.Again()
	}
}

func TestDumpWritesEventsToTheLog(t *testing.T) {
	f := ft.New(t, "dump", func() any { return "tag" })
	f.Send(ft.Data("Hi\n"), ft.Flush(), &event.MessageStart{}, event.End, ft.EndWith(event.ConnectionRefused))
	f.Take()
	rule := strings.Repeat("-", 68)
	at := "[dump] [context=" + strconv.FormatUint(f.Context.ID(), 10) + "] [tag] "
	want := []string{
		at + "Data [size=3]",
		rule,
		"48 69 0A " + strings.Repeat(" - ", 13) + " | Hi?" + strings.Repeat(".", 13),
		rule,
		at + "Data Flush",
		at + "MessageStart",
		at + "MessageEnd",
		at + "StreamEnd [8] connection refused",
	}
	records := logging.LookupHistory(logging.ProcessLog).Records()
	for i, record := range records[len(records)-len(want):] {
		if !strings.HasSuffix(strings.TrimSuffix(string(record), "\n"), "[INF] "+want[i]) {
			t.Errorf("line %d: got %q, want %q", i, record, want[i])
		}
	}
}

func TestMain(m *testing.M) {
	logging.SetLocal("null")
	os.Exit(m.Run())
}

// mark returns a Pipe that puts a word in front of each Data.
func mark(word string) ft.Pipe {
	return func(evt event.Event, out func(event.Event)) {
		if d, ok := evt.(*event.Data); ok {
			evt = ft.Data(d.String() + word)
		}
		out(evt)
	}
}

func plugins() ft.Modules {
	m := ft.Modules{"x.js": {}}
	for _, name := range []string{"a", "b", "c", "d"} {
		m[name+".js"] = ft.Pipelines{"request": mark(" " + name + ">"), "response": mark(" <" + name)}
	}
	m["up.js"] = ft.Pipelines{"request": mark(" up>")}
	return m
}

func TestUseGoesUpAndDown(t *testing.T) {
	modules := ft.Array{"a.js", "x.js", "b.js", "up.js", "c.js", "d.js"}
	f := ft.New(t, "use", modules, "request", "response", plugins())
	for range 2 {
		f.Send(ft.Data(""), ft.Data("!"), ft.End())
		f.Want(`Data " a> b> up> c> d> <d <c <b <a"`, `Data "! a> b> up> c> d> <d <c <b <a"`, "StreamEnd")
		f.Again()
	}
}

func TestUseWithoutDownPipelines(t *testing.T) {
	f := ft.New(t, "use", ft.Array{"a.js", "b.js"}, "request", plugins())
	f.Send(ft.Data("!"))
	f.Want(`Data "! a> b>"`)
}

func TestUseTurnsDownBeforeTheModuleThatIsAsked(t *testing.T) {
	for turnAt, want := range []string{
		`Data "!"`, `Data "! a> <a"`, `Data "! a> b> <b <a"`, `Data "! a> b> c> <c <b <a"`, `Data "! a> b> c> d> <d <c <b <a"`,
	} {
		asked := 0
		f := ft.New(t, "use", ft.Array{"a.js", "b.js", "c.js", "d.js"}, "request", "response", func() bool {
			asked++
			return asked > turnAt
		}, plugins())
		f.Send(ft.Data("!"))
		f.Want(want)
		asked = 0 // it is decided
		f.Send(ft.Data("!"))
		f.Want(want)
		if asked != 0 {
			t.Error("asked again")
		}
	}
}

func TestUseTurnsDownWithoutDownPipelines(t *testing.T) {
	asked := 0
	f := ft.New(t, "use", ft.Array{"a.js", "b.js"}, "request", func() bool { asked++; return asked == 2 }, plugins())
	f.Send(ft.Data("!"))
	f.Want(`Data "! a>"`)
}

func TestUseOneModule(t *testing.T) {
	f := ft.New(t, "use", "a.js", "request", plugins())
	f.Send(ft.Data("!"))
	f.Want(`Data "! a>"`)
	f = ft.New(t, "use", "m.js", ft.Modules{"m.js": {"": mark(" m")}})
	f.Send(ft.Data("!"))
	f.Want(`Data "! m"`)
	if _, err := ft.Make(t, "use", "x.js", "request", plugins()); err == nil {
		t.Error("a missing pipeline was accepted")
	}
	f = ft.New(t, "use", ft.Array{}, "request", plugins())
	f.Send(ft.Data("!"))
	f.Want(`Data "!"`)
}

func TestUseConditionErrorEndsTheStream(t *testing.T) {
	f := ft.New(t, "use", ft.Array{"a.js"}, "request", func() (any, error) { return nil, errors.New("boom") }, plugins())
	f.Send(ft.Data("!"), ft.Data("?"))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}

// inside returns a layout that puts a word in front of Data, continues with the
// filter of that name, and puts a word behind what comes back.
func inside(t *testing.T, word, filter string, args ...any) *pipeline.Layout {
	t.Helper()
	node := &pipeline.Node{Name: filter}
	if err := filters.All[filter].Make(nil, node, args, nil); err != nil {
		t.Fatal(err)
	}
	before := ft.NewLayout("before", func(s *pipeline.Stage, evt event.Event) { mark(" "+word)(evt, s.Output) })
	after := ft.NewLayout("after", func(s *pipeline.Stage, evt event.Event) { mark(" /"+word)(evt, s.Output) })
	return &pipeline.Layout{Nodes: []*pipeline.Node{before.Nodes[0], node, after.Nodes[0]}}
}

func TestChainGoesFromModuleToModule(t *testing.T) {
	modules := ft.Modules{
		"a.js": {"": inside(t, "a", "chain")},
		"b.js": {"": inside(t, "b", "chain")},
		"c.js": {"": inside(t, "c", "chain")},
	}
	f := ft.New(t, "chain", ft.Array{"a.js", "b.js", "c.js"}, modules)
	for range 2 {
		f.Send(ft.Data("!"), ft.End())
		f.Want(`Data "! a b c /c /b /a"`, "StreamEnd")
		f.Again()
	}
	for _, args := range [][]any{{}, {ft.Array{}}} { // outside of a chain, and an empty one
		f := ft.New(t, "chain", args...)
		f.Send(ft.Data("!"))
		f.Want(`Data "!"`)
	}
	if _, err := ft.Make(t, "chain", ft.Array{"x.js"}, ft.Modules{"x.js": {}}); err == nil {
		t.Error("a module without an entry pipeline was accepted")
	}
}

func TestPipeGoesIntoItsTarget(t *testing.T) {
	var seen []any
	target := ft.NewLayout("target", func(s *pipeline.Stage, evt event.Event) { s.Output(evt) })
	target.OnStart = func(_ *pipeline.Pipeline, args []any) { seen = args }
	names := ft.Options{"a": mark(" a")}
	f := ft.New(t, "pipe", "a", names)
	f.Send(ft.Data("!"))
	f.Want(`Data "! a"`)

	f = ft.New(t, "pipe", "t", ft.Options{"t": target}, ft.Array{"x", 2})
	f.Send(ft.Data("!"))
	f.Want(`Data "!"`)
	if len(seen) != 2 || seen[0] != "x" || seen[1] != 2.0 {
		t.Errorf("onStart got %v", seen)
	}

	f = ft.New(t, "pipe", func() any { return "none" }, names)
	f.Send(ft.Data("!"))
	f.WantError(`"none" not found`)
	f.Want("StreamEnd RuntimeError")
}

func TestPipeKeepsEventsUntilItIsDecided(t *testing.T) {
	var choice any
	f := ft.New(t, "pipe", func() any { return choice }, ft.Options{"a": mark(" a")})
	for range 2 {
		f.Send(ft.Data("1"))
		f.Want()
		choice = "a"
		f.Send(ft.Data("2"))
		f.Want(`Data "1 a"`, `Data "2 a"`)
		choice = nil
		f.Again()
	}
	f.Send(ft.Data("1"), ft.End())
	f.Want("StreamEnd")
}

func TestPipeThroughAChain(t *testing.T) {
	names := ft.Options{"a": inside(t, "a", "pipeNext"), "b": inside(t, "b", "pipeNext")}
	f := ft.New(t, "pipe", ft.Array{"a", "b"}, names)
	f.Send(ft.Data("!"), ft.End())
	f.Want(`Data "! a b /b /a"`, "StreamEnd")
}

func TestForkCopiesFirstAndPassesOn(t *testing.T) {
	var order []string
	sub := ft.Pipe(func(evt event.Event, out func(event.Event)) {
		order = append(order, ft.Show(evt))
		if d, ok := evt.(*event.Data); ok {
			d.Release() // must not touch the original
		}
		out(evt)
	})
	f := ft.New(t, "fork", sub)
	for range 2 {
		order = nil
		f.Send(ft.Data("a"), ft.End())
		f.Want(`Data "a"`, "StreamEnd")
		wantList(t, order, `Data "a"`, "StreamEnd")
		f.Again()
	}
}

// vars are variables as fork assigns them.
type vars map[string]any

func (v vars) Clone() pipeline.Vars {
	c := vars{}
	for name, value := range v {
		c[name] = value
	}
	return c
}

func (v vars) Assign(module string, o event.Object) {
	for _, name := range o.Keys() {
		if _, declared := v[name]; declared {
			v[name] = o.Get(name)
		}
	}
}

func TestForkGivesEachElementItsVariables(t *testing.T) {
	var seen []string
	sub := func() *pipeline.Layout {
		return ft.NewLayout("sub", func(s *pipeline.Stage, evt event.Event) {
			seen = append(seen, ft.Text(s.Context().Vars.(vars)["x"]))
		})
	}
	for _, c := range []struct {
		arg  any
		want []string
	}{
		{ft.Options{"x": 1, "y": 2}, []string{"1"}},
		{ft.Array{ft.Options{"x": 1}, ft.Options{"x": 2}, 7}, []string{"1", "2", "0"}},
		{func() any { return ft.Array{ft.Options{"x": 3}} }, []string{"3"}},
		{ft.Array{}, nil},
		{nil, []string{"0"}},
	} {
		seen = nil
		f := ft.New(t, "fork", sub(), c.arg)
		f.Context.Vars = vars{"x": 0.0}
		f.Send(ft.Data("a"))
		f.Want(`Data "a"`)
		wantList(t, seen, c.want...)
		if x := f.Context.Vars.(vars)["x"]; x != 0.0 {
			t.Errorf("the variable of the stream became %v", x)
		}
	}
}

func TestForkGivesElementsToOnStart(t *testing.T) {
	var seen []string
	sub := func() *pipeline.Layout {
		l := ft.NewLayout("sub", func(*pipeline.Stage, event.Event) {})
		l.OnStart = func(p *pipeline.Pipeline, args []any) { seen = append(seen, ft.Text(ft.Array(args))) }
		return l
	}
	for _, c := range []struct {
		arg  any
		want []string
	}{
		{ft.Array{"a", "b"}, []string{`["a", 0]`, `["b", 1]`}},
		{"a", []string{`["a"]`}},
		{ft.Options{"k": 1}, []string{`[{"k": 1}]`}},
		{nil, []string{`[null]`}},
	} {
		seen = nil
		f := ft.New(t, "fork", sub(), c.arg)
		f.Send(ft.Data("a"))
		f.Want(`Data "a"`)
		wantList(t, seen, c.want...)
	}
}

func TestForkErrorEndsTheStream(t *testing.T) {
	f := ft.New(t, "fork", ft.Pipe(ft.Sink), func() (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Data("a"), ft.Data("b"))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}
