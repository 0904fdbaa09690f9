package filters_test

import (
	"errors"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

func TestReplacePutsAnEventInPlaceOfItsEvents(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string
	}{
		{"replaceStreamStart", []string{`Data "x"`, `MessageStart "h"`, `Data "ab"`, `Data ""`, `Data "c"`, "MessageEnd", "StreamEnd"}},
		{"replaceData", []string{`Data ""`, `MessageStart "h"`, `Data "x"`, `Data ""`, `Data "x"`, "MessageEnd", "StreamEnd"}},
		{"replaceMessageStart", []string{`Data ""`, `Data "x"`, `Data "ab"`, `Data ""`, `Data "c"`, "MessageEnd", "StreamEnd"}},
		{"replaceMessageEnd", []string{`Data ""`, `MessageStart "h"`, `Data "ab"`, `Data ""`, `Data "c"`, `Data "x"`, "StreamEnd"}},
		{"replaceStreamEnd", []string{`Data ""`, `MessageStart "h"`, `Data "ab"`, `Data ""`, `Data "c"`, "MessageEnd", `Data "x"`}},
		{"replaceMessageBody", []string{`Data ""`, `MessageStart "h"`, `Data "x"`, "MessageEnd", "StreamEnd"}},
		{"replaceMessage", []string{`Data ""`, `Data "x"`, "StreamEnd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := ft.Data("x")
			for _, arg := range []any{x, func() any { return x }} {
				f := ft.New(t, c.name, arg)
				for range 2 { // the second pipeline reuses the filter
					f.Send(helloEvents()...)
					f.Want(c.want...)
					f.Again()
				}
			}
			if x.String() != "x" {
				t.Errorf("the script's Data became %q", x)
			}
		})
	}
}

func TestReplaceStaticMessageServesManyRequests(t *testing.T) {
	m := &event.Message{Head: "404", Body: ft.Data("no")}
	f := ft.New(t, "replaceMessage", m)
	for range 3 {
		f.Send(ft.Message("request")...)
		for _, evt := range f.Got() {
			if d, ok := evt.(*event.Data); ok && d.String() == "no" {
				defer d.Release()
			}
		}
		f.Want(`MessageStart "404"`, `Data "no"`, "MessageEnd")
	}
}

func TestReplaceWithoutArgumentDrops(t *testing.T) {
	f := ft.New(t, "replaceMessage")
	f.Send(helloEvents()...)
	f.Want(`Data ""`, "StreamEnd")
	f = ft.New(t, "replaceStreamStart")
	f.Send(ft.Data("a"), ft.Data("b"))
	f.Want(`Data "b"`)
}

func TestReplaceAcceptsArraysWithHoles(t *testing.T) {
	f := ft.New(t, "replaceMessageEnd", func(args ...any) any {
		return ft.Array{ft.Data("more"), nil, &event.Message{}, args[0]}
	})
	f.Send(ft.Message("a")...)
	f.Want("MessageStart", `Data "a"`, `Data "more"`, "MessageStart", "MessageEnd", "MessageEnd")
}

func TestReplacePromiseHoldsLaterEvents(t *testing.T) {
	p := &ft.Promise{}
	f := ft.New(t, "replaceMessage", func() any { return p })
	f.Send(ft.Message("a")...)
	f.Send(ft.End())
	f.Want()
	p.Resolve(&event.Message{Body: ft.Data("late")})
	f.Want("MessageStart", `Data "late"`, "MessageEnd", "StreamEnd")
}

func TestReplaceRefusesWhatIsNoEvent(t *testing.T) {
	for _, bad := range []any{3, true, "x", ft.Options{"a": 1}, ft.Array{1}} {
		if _, err := ft.Make(t, "replaceData", bad); err == nil {
			t.Errorf("replaceData(%s) was accepted", ft.Text(bad))
		}
		f := ft.New(t, "replaceData", func() any { return bad })
		f.Send(ft.Data("a"))
		f.WantError("an event")
		f.Want("StreamEnd RuntimeError")
	}
}

func TestReplaceSendsNothingAfterStreamEnd(t *testing.T) {
	f := ft.New(t, "replaceMessageStart", ft.EndWith(event.Unauthorized))
	f.Send(ft.Message("a")...)
	f.Send(ft.End())
	f.Want("StreamEnd Unauthorized")
}

func TestReplaceMessagePassesStreamEndBehindAnUnfinishedMessage(t *testing.T) {
	f := ft.New(t, "replaceMessage", func(args ...any) any { return args[0] })
	f.Send(&event.MessageStart{}, ft.Data("a"), ft.End())
	f.Want("MessageStart", `Data "a"`, "MessageEnd", "StreamEnd")
}

func TestReplaceDropsAMessageThatAnErrorCutsOff(t *testing.T) {
	for name, want := range map[string][]string{
		"replaceMessage":     {"StreamEnd ReadError"},
		"replaceMessageBody": {"MessageStart", "StreamEnd ReadError"},
	} {
		for _, v := range []any{"fixed", func(...any) any { t.Errorf("%s: the callback was called", name); return nil }} {
			if v == "fixed" {
				v = ft.Data("fixed")
			}
			f := ft.New(t, name, v)
			f.Send(&event.MessageStart{}, ft.Data("a"), ft.EndWith(event.ReadError))
			f.Want(want...)
		}
	}
}

func TestReplaceMessageBodyPassesStreamEndOfAnUnfinishedMessage(t *testing.T) {
	f := ft.New(t, "replaceMessageBody", func(args ...any) any { return args[0] })
	f.Send(&event.MessageStart{}, ft.Data("a"), ft.End())
	f.Want("MessageStart", `Data "a"`, "StreamEnd")
}

func TestReplaceMessageLimitCutsTheBody(t *testing.T) {
	id := func(args ...any) any { return args[0] }
	for _, args := range [][]any{{2, id}, {id, ft.Options{"bufferLimit": "2"}}} {
		f := ft.New(t, "replaceMessage", args...)
		f.Send(ft.Message("abc")...)
		f.Want("MessageStart", `Data "ab"`, "MessageEnd")
	}
	f := ft.New(t, "replaceMessage", 2) // a lone number is the limit
	f.Send(ft.Message("abc")...)
	f.Want()
}

func TestReplaceForgetsTheAnnouncedLengthWhenBodiesChange(t *testing.T) {
	for name, want := range map[string]int64{
		"replaceData": -1, "replaceMessageBody": -1, "replaceMessageEnd": -1, "replaceMessage": -1,
		"replaceMessageStart": 5, "replaceStreamEnd": 5,
	} {
		head := &httphead.Head{Length: 5}
		f := ft.New(t, name, func(args ...any) any { return args[0] })
		f.Send(ft.MessageWith(head, "hello")...)
		f.Take()
		if head.Length != want {
			t.Errorf("%s: the length became %d, want %d", name, head.Length, want)
		}
	}
}

func TestReplaceRejectedPromiseEndsTheStream(t *testing.T) {
	p := &ft.Promise{}
	f := ft.New(t, "replaceData", p)
	f.Send(ft.Data("a"), ft.Data("b"))
	p.Reject(errors.New("no"))
	f.WantError("no")
	f.Want("StreamEnd RuntimeError")
}
