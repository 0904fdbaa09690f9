package pipeline

import (
	"testing"

	"pipy/pipy/event"
)

// feed sends a message and the end of the stream.
func feed(p *Pipeline) {
	p.Process(&event.MessageStart{})
	p.Process(event.DataString("abc"))
	p.Process(event.End)
	p.Process(event.EndStream)
}

func TestCountsAreOfEventsSinceCountingBegan(t *testing.T) {
	b := newBench(t)
	drop := func(f *stage, evt event.Event) {
		if _, ok := evt.(*event.Data); !ok {
			f.Output(evt)
		}
	}
	l := b.layout(filter(drop), filter(pass))
	running := l.Start(NewContext(nil, nil), nil)
	running.Process(event.DataString("not counted"))
	l.SetCounting(true)
	running.Process(event.DataString("x"))
	feed(l.Start(NewContext(nil, nil), b.out))
	want := []Count{{2, 1, 1, 1, 4}, {0, 1, 1, 1, 0}, {0, 1, 1, 1, 0}}
	for i, c := range l.Counts() {
		if c != want[i] {
			t.Errorf("at %d: got %+v, want %+v", i, c, want[i])
		}
	}
	l.SetCounting(true) // goes on
	if l.Counts()[0].Data != 2 {
		t.Errorf("got %+v after a second SetCounting", l.Counts()[0])
	}
	l.SetCounting(false)
	feed(l.Start(NewContext(nil, nil), b.out))
	if l.Counts() != nil || l.Active() != 3 || l.Total() != 3 {
		t.Errorf("got counts %v, %d of %d pipelines", l.Counts(), l.Active(), l.Total())
	}
}

func TestTapsSeeSomePipelinesOnly(t *testing.T) {
	b := newBench(t)
	l := b.layout(filter(pass))
	seen := map[uint64]int{}
	tap := &Tap{Every: 2, Event: func(number uint64, at int, evt event.Event) { seen[number]++ }}
	for range 2 {
		l.Start(NewContext(nil, nil), b.out).Close() // these are used again
	}
	b.loop.Turn()
	l.AddTap(tap)
	for range 4 {
		p := l.Start(NewContext(nil, nil), b.out)
		feed(p)
		p.Close()
	}
	if len(seen) != 2 || seen[3] != 8 || seen[5] != 8 {
		t.Errorf("got %v, want 8 events of the runs 3 and 5", seen)
	}
	l.RemoveTap(tap)
	feed(l.Start(NewContext(nil, nil), b.out))
	feed(l.Start(NewContext(nil, nil), b.out))
	if len(seen) != 2 || len(l.taps) > 0 {
		t.Errorf("got %v after the tap was removed", seen)
	}
	for _, p := range l.made {
		if p.watched || p.stages[0].filter != p.stages[0].own() {
			t.Error("a pipeline is still watched")
		}
	}
}

func TestPipelinesThatAreNotKeptAreForgotten(t *testing.T) {
	b := newBench(t)
	l := b.layout(filter(pass))
	var list []*Pipeline
	for range maxFree + 50 {
		list = append(list, l.Start(NewContext(nil, nil), nil))
	}
	for _, p := range list {
		p.Close()
	}
	b.loop.Turn()
	if len(l.made) != maxFree || len(l.free) != maxFree {
		t.Errorf("%d pipelines are known, %d are free, want %d", len(l.made), len(l.free), maxFree)
	}
	for i, p := range l.made {
		if int(p.at) != i {
			t.Fatalf("pipeline %d thinks it is at %d", i, p.at)
		}
	}
}
