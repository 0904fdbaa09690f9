package filters_test

import (
	"errors"
	"fmt"
	"testing"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

// record returns a callback that notes its arguments.
func record(list *[]string) ft.Func {
	return func(args ...any) (any, error) {
		line := ft.Text(args[0])
		if len(args) > 1 {
			line += " #" + ft.Text(args[1])
		}
		*list = append(*list, line)
		return nil, nil
	}
}

func wantList(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

var hello = []event.Event{
	ft.Flush(), &event.MessageStart{Head: "h"}, ft.Data("ab"), ft.Flush(), ft.Data("c"), event.End, ft.End(),
}

var helloLines = []string{`Data ""`, `MessageStart "h"`, `Data "ab"`, `Data ""`, `Data "c"`, "MessageEnd", "StreamEnd"}

func helloEvents() []event.Event {
	var events []event.Event
	for _, evt := range hello {
		if d, ok := evt.(*event.Data); ok {
			evt = d.Clone()
		}
		events = append(events, evt)
	}
	return events
}

func TestHandleCallsBackForItsEventsAndPassesAll(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string
	}{
		{"handle", []string{`Data "" #0`, `MessageStart "h" #1`, `Data "ab" #2`, `Data "" #3`, `Data "c" #4`, "MessageEnd #5", "StreamEnd #6"}},
		{"handleStreamStart", []string{`Data "" #0`}},
		{"handleData", []string{`Data "ab" #0`, `Data "c" #1`}},
		{"handleMessageStart", []string{`MessageStart "h" #0`}},
		{"handleMessageEnd", []string{"MessageEnd #0"}},
		{"handleStreamEnd", []string{"StreamEnd #0"}},
		{"handleMessage", []string{`Message "abc" head "h" #0`}},
		{"handleMessageBody", []string{`Data "abc" #0`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			f := ft.New(t, c.name, record(&got))
			for range 2 { // the second pipeline reuses the filter
				got = nil
				f.Send(helloEvents()...)
				f.Want(helloLines...)
				wantList(t, got, c.want...)
				f.Again()
			}
		})
	}
}

func TestHandleErrorEndsTheStream(t *testing.T) {
	for _, name := range []string{"handle", "handleData", "handleMessage", "replaceData", "replaceMessage"} {
		f := ft.New(t, name, func() (any, error) { return nil, errors.New("main.js:3:4: boom") })
		f.Send(ft.Message("x")...)
		f.WantError("boom")
		got := ft.Lines(f.Take())
		if len(got) == 0 || got[len(got)-1] != "StreamEnd RuntimeError" {
			t.Errorf("%s: got %q, want a StreamEnd RuntimeError at the end", name, got)
		}
		f.Send(ft.Message("y")...)
		f.Want()
	}
}

func TestHandlePromiseHoldsThisEventAndLaterOnes(t *testing.T) {
	p := &ft.Promise{}
	calls := 0
	f := ft.New(t, "handleMessageStart", func() any { calls++; return p })
	f.Send(ft.Message("a")...)
	f.Send(ft.Message("b")...)
	f.Send(ft.End())
	f.Want()
	p.Resolve("ignored")
	f.Want("MessageStart", `Data "a"`, "MessageEnd", "MessageStart", `Data "b"`, "MessageEnd", "StreamEnd")
	if calls != 2 {
		t.Errorf("the callback ran %d times, want 2", calls)
	}
}

func TestHandleRejectedPromiseEndsTheStream(t *testing.T) {
	p := &ft.Promise{}
	f := ft.New(t, "handleData", func() any { return p })
	f.Send(ft.Data("a"), ft.Data("b"))
	p.Reject(errors.New("no"))
	f.WantError("no")
	f.Want("StreamEnd RuntimeError")
}

func TestHandlePromiseOfAClosedPipelineDoesNothing(t *testing.T) {
	p := &ft.Promise{}
	f := ft.New(t, "handleData", func() any { return p })
	f.Send(ft.Data("a"))
	f.Again()
	p.Resolve(nil)
	f.Want()
}

func TestHandleCallbackMayCloseItsOwnPipeline(t *testing.T) {
	var f *ft.Filter
	for _, name := range []string{"handleData", "replaceData", "handleMessage", "replaceMessage"} {
		f = ft.New(t, name, func() any { f.Pipeline().Close(); return ft.Data("z") })
		f.Send(ft.Message("a")...)
		f.Take()
		f.Again()
		f.Send(ft.Flush())
		f.Want(`Data ""`)
	}
}

func TestHandleDataGivesBytesThatStay(t *testing.T) {
	var kept []*event.Data
	f := ft.New(t, "handleData", func(args ...any) { kept = append(kept, args[0].(*event.Data)) })
	buf := event.NewBuffer(false)
	copy(buf.Free(), "first")
	f.Send(buf.Take(5))
	for _, evt := range f.Take() {
		evt.(*event.Data).Release() // written to the socket
	}
	if buf.Rewind() {
		t.Error("the chunk may be reused although the script has a part of it")
	}
	copy(buf.Free(), "other")
	if got := kept[0].String(); got != "first" {
		t.Errorf("what the script kept became %q", got)
	}
}

func TestHandleMessageLimitCutsTheBody(t *testing.T) {
	var got []string
	for _, args := range [][]any{{3, record(&got)}, {"3", record(&got)}, {record(&got), ft.Options{"bufferLimit": 3}}} {
		got = nil
		f := ft.New(t, "handleMessageBody", args...)
		f.Send(ft.Message("abcdef")...)
		f.Want("MessageStart", `Data "abcdef"`, "MessageEnd")
		wantList(t, got, `Data "abc" #0`)
	}
}

func TestHandleMessageOfAnUnfinishedMessage(t *testing.T) {
	var got []string
	f := ft.New(t, "handleMessage", record(&got))
	f.Send(&event.MessageStart{}, ft.Data("a"), ft.EndWith(event.ReadError))
	f.Want("MessageStart", `Data "a"`, "StreamEnd ReadError")
	wantList(t, got, `Message "a" #0`)
}

func TestHandleWantsAFunction(t *testing.T) {
	for _, args := range [][]any{{}, {"x"}, {3}} {
		if _, err := ft.Make(t, "handleData", args...); err == nil {
			t.Errorf("handleData(%v) was accepted", args)
		}
	}
}
