package filters_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/pipeline"
)

func TestInsertPutsEventsInFront(t *testing.T) {
	for _, arg := range []any{ft.Data("x"), func() any { return ft.Data("x") }} {
		f := ft.New(t, "insert", arg)
		for range 2 {
			f.Send(ft.Data("a"), ft.Data("b"))
			f.Want(`Data "x"`, `Data "a"`, `Data "b"`)
			f.Again()
		}
	}
	if _, err := ft.Make(t, "insert", 3); err == nil {
		t.Error("a number was accepted")
	}
}

func TestInsertDoesNotWaitForAPromise(t *testing.T) {
	p := &ft.Promise{}
	f := ft.New(t, "insert", func() any { return p })
	f.Send(ft.Data("a"))
	f.Want(`Data "a"`)
	p.Resolve(ft.Data("x"))
	f.Want(`Data "x"`)

	p = &ft.Promise{}
	f.Again()
	f.Send(ft.End())
	f.Want("StreamEnd")
	p.Resolve(ft.Data("too late"))
	f.Want()

	p = &ft.Promise{}
	f.Again()
	f.Send(ft.Data("a"))
	p.Reject(errors.New("no"))
	f.WantError("no")
	f.Want(`Data "a"`, "StreamEnd RuntimeError")
}

func TestLoopFeedsItsOutputBack(t *testing.T) {
	n := 0
	f := ft.New(t, "loop", ft.Pipe(func(evt event.Event, out func(event.Event)) {
		if n++; n == 4 {
			out(ft.End())
			return
		}
		out(ft.Data(evt.(*event.Data).String() + "+"))
	}))
	f.Send(ft.Data("a"))
	for range 3 {
		f.Loop.Turn()
	}
	f.Want(`Data "a+"`, `Data "a++"`, `Data "a+++"`, "StreamEnd")
	f.Send(ft.Data("b"))
	f.Want()
}

// failing returns a layout that outputs what came at its first run, and ends
// each run with the errors in turn.
func failing(runs *[]string, errs ...error) *pipeline.Layout {
	run := 0
	return ft.NewLayout("sub", func(s *pipeline.Stage, evt event.Event) {
		*runs = append(*runs, ft.Show(evt))
		if _, ok := evt.(*event.MessageEnd); ok {
			s.Output(ft.Data("try"))
			s.Output(ft.EndWith(errs[run]))
			run++
		}
	})
}

func TestReplayRunsAgainWithTheSameInput(t *testing.T) {
	var runs []string
	f := ft.New(t, "replay", failing(&runs, event.Replay, event.Replay, nil), ft.Options{"delay": 1})
	f.Send(ft.Message("a")...)
	f.Want(`Data "try"`)
	f.Advance(999 * time.Millisecond)
	f.Want()
	f.Advance(time.Millisecond)
	f.Want(`Data "try"`)
	f.Advance(time.Second)
	f.Want(`Data "try"`, "StreamEnd")
	once := []string{"MessageStart", `Data "a"`, "MessageEnd"}
	wantList(t, runs, append(append(append([]string(nil), once...), once...), once...)...)
}

func TestReplayPassesOtherErrors(t *testing.T) {
	var runs []string
	f := ft.New(t, "replay", failing(&runs, event.ReadError))
	f.Send(ft.Message("a")...)
	f.Want(`Data "try"`, "StreamEnd ReadError")
	f.Send(ft.Message("b")...)
	f.Want()
}

func TestReplayStopsWithItsProgram(t *testing.T) {
	var runs []string
	f := ft.New(t, "replay", failing(&runs, event.Replay))
	f.Stop()
	f.Send(ft.Message("a")...)
	f.Want(`Data "try"`, "StreamEnd Replay")
}

func TestRepeatAsksWhetherToRunAgain(t *testing.T) {
	var runs, ends []string
	answers := []any{true, &ft.Promise{}, false}
	f := ft.New(t, "repeat", failing(&runs, event.ReadError, nil, event.WriteError), func(args ...any) any {
		ends = append(ends, ft.Text(args[0]))
		v := answers[0]
		answers = answers[1:]
		return v
	})
	p := answers[1].(*ft.Promise)
	f.Send(ft.Message("a")...)
	f.Loop.Turn()
	f.Want(`Data "try"`, `Data "try"`)
	f.Send(ft.Data("late"))
	p.Resolve(true)
	f.Loop.Turn()
	f.Want(`Data "try"`, "StreamEnd WriteError")
	wantList(t, ends, "StreamEnd ReadError", "StreamEnd", "StreamEnd WriteError")
}

func TestRepeatErrorEndsTheStream(t *testing.T) {
	var runs []string
	f := ft.New(t, "repeat", failing(&runs, nil), func() (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Message("a")...)
	f.WantError("boom")
	f.Want(`Data "try"`, "StreamEnd RuntimeError")
}

func TestBranchMessageDecidesForEachMessage(t *testing.T) {
	isHead := func(head string) ft.Func {
		return func(args ...any) (any, error) {
			switch v := args[0].(type) {
			case *event.MessageStart:
				return v.Head == head, nil
			case *event.Message:
				return v.Head == head && v.Body.String() == head, nil
			}
			return nil, errors.New("neither a message nor its start")
		}
	}
	for _, name := range []string{"branchMessageStart", "branchMessage"} {
		f := ft.New(t, name, isHead("a"), ft.Pipe(mark(" A")), isHead("b"), ft.Pipe(mark(" B")), isHead("c"), "")
		for range 2 {
			for _, head := range []string{"b", "a", "c", "d", "b"} {
				f.Send(ft.MessageWith(head, head)...)
			}
			f.Send(ft.End())
			f.Want(
				`MessageStart "b"`, `Data "b B"`, "MessageEnd",
				`MessageStart "a"`, `Data "a A"`, "MessageEnd",
				`MessageStart "c"`, `Data "c"`, "MessageEnd",
				`MessageStart "d"`, `Data "d"`, "MessageEnd",
				`MessageStart "b"`, `Data "b B"`, "MessageEnd",
				"StreamEnd")
			f.Again()
		}
	}
}

func TestBranchMessageOfAnUnfinishedMessage(t *testing.T) {
	f := ft.New(t, "branchMessage", true, ft.Pipe(mark(" A")))
	f.Send(&event.MessageStart{}, ft.Data(strings.Repeat("x", 300<<10)))
	if f.Paused() {
		t.Error("a message that must be complete pauses its source")
	}
	f.Send(ft.End())
	if got := ft.Lines(f.Take()); len(got) != 3 || got[2] != "StreamEnd" {
		t.Errorf("%d events", len(got))
	}
}

func TestBranchMessageErrorEndsTheStream(t *testing.T) {
	f := ft.New(t, "branchMessageStart", func() (any, error) { return nil, errors.New("boom") }, ft.Pipe(mark("")))
	f.Send(ft.Message("a")...)
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}

func TestDetectProtocolByTheFirstBytes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"GET / HTTP/1.1\r\n\r\n", "HTTP"},
		{"PATCH /", "HTTP"},
		{"PURGE /x HTTP/1.0\r\n", "HTTP"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP2"},
		{"GET / HTTP/3.0\r\n", ""},
		{"GET /\r\n", ""},
		{"SSH-2.0-x\r\n", ""},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"},
		{"\x16\x03\x01\x02\x00\x02", ""},
		{"\x16\x02", ""},
		{"\x00", ""},
		{"get /", ""},
		{strings.Repeat("X", 5000), ""},
	} {
		for _, step := range []int{1, 3, len(c.in)} {
			var got []string
			f := ft.New(t, "detectProtocol", record(&got))
			for i := 0; i < len(c.in); i += step {
				f.Send(ft.Data(c.in[i:min(i+step, len(c.in))]))
			}
			out := ""
			for _, evt := range f.Take() {
				out += evt.(*event.Data).String()
			}
			if out != c.in {
				t.Errorf("%q came out as %q", c.in, out)
			}
			if strings.HasPrefix(c.in, "GET /") && step < len(c.in) {
				wantList(t, got, `"HTTP"`) // decided by the method
				continue
			}
			wantList(t, got, `"`+c.want+`"`)
		}
	}
}

func TestDetectProtocolGivesUp(t *testing.T) {
	var got []string
	f := ft.New(t, "detectProtocol", record(&got))
	f.Send(ft.Data("G"))
	f.Advance(time.Second)
	f.Send(ft.Data("ET / HTTP/1.1\r\n"))
	wantList(t, got, `""`)
	f.Take()
	got = nil
	f.Again()
	f.Send(ft.Data("G"), ft.End())
	wantList(t, got, `""`)
	f.Take()

	got = nil
	f = ft.New(t, "detectProtocol", record(&got), ft.Options{"timeout": 0})
	f.Send(ft.Data("G"))
	f.Advance(time.Hour)
	wantList(t, got)
	f.Take()
}

func TestDetectProtocolPutsOutWhatTheCallbackReturns(t *testing.T) {
	f := ft.New(t, "detectProtocol", func(args ...any) any { return ft.Data(args[0].(string)) })
	f.Send(ft.Data("GET / "))
	f.Want(`Data "HTTP"`, `Data "GET / "`)
	f = ft.New(t, "detectProtocol", func() (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Data("GET / "))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}

// clientHello returns what crypto/tls sends first.
func clientHello(t *testing.T, config *tls.Config) string {
	t.Helper()
	client, server := net.Pipe()
	go tls.Client(client, config).Handshake()
	defer client.Close()
	header := make([]byte, 5)
	if _, err := io.ReadFull(server, header); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(header[3])<<8|int(header[4]))
	if _, err := io.ReadFull(server, body); err != nil {
		t.Fatal(err)
	}
	return string(header) + string(body)
}

func TestHandleTLSClientHelloTellsNames(t *testing.T) {
	hello := clientHello(t, &tls.Config{ServerName: "example.com", NextProtos: []string{"h2", "http/1.1"}})
	bare := clientHello(t, &tls.Config{InsecureSkipVerify: true})
	// The same in records of 100 bytes.
	var records bytes.Buffer
	for rest := hello[5:]; len(rest) > 0; {
		n := min(100, len(rest))
		records.WriteString(hello[:3] + string([]byte{0, byte(n)}) + rest[:n])
		rest = rest[n:]
	}
	const names = "example.com; h2 http/1.1"
	for _, c := range []struct {
		in   string
		want []string
	}{
		{hello + "more", []string{names}},
		{records.String(), []string{names}},
		{bare, []string{"; "}},
		{"GET / HTTP/1.1\r\n\r\n", nil},
		{hello[:5] + "\x02" + hello[6:], nil},
		{hello[:60], nil},
		{hello[:5] + "\x01\x00\x00\x30" + strings.Repeat("\xff", 100), nil},
	} {
		for _, step := range []int{1, 7, len(c.in)} {
			var got []string
			f := ft.New(t, "handleTLSClientHello", func(args ...any) {
				hello := args[0].(*filters.ClientHello)
				got = append(got, strings.Join(hello.ServerNames, " ")+"; "+strings.Join(hello.ProtocolNames, " "))
			})
			for i := 0; i < len(c.in); i += step {
				f.Send(ft.Data(c.in[i:min(i+step, len(c.in))]))
			}
			out := ""
			for _, evt := range f.Take() {
				out += evt.(*event.Data).String()
			}
			if out != c.in {
				t.Errorf("data came out changed")
			}
			wantList(t, got, c.want...)
		}
	}
}

func TestSplitAtASeparator(t *testing.T) {
	for in, want := range map[string][]string{
		"a--b":  {"a", "b"},
		"--a":   {"", "a"},
		"a----": {"a", "", ""},
		"a-b-":  {"a-b-"},
		"---":   {"", "-"},
	} {
		for _, step := range []int{1, 2, len(in)} {
			f := ft.New(t, "split", "--")
			for i := 0; i < len(in); i += step {
				f.Send(ft.Data(in[i:min(i+step, len(in))]))
			}
			f.Send(ft.End())
			var got []string
			for _, evt := range f.Take() {
				switch evt := evt.(type) {
				case *event.MessageStart:
					got = append(got, "")
				case *event.Data:
					got[len(got)-1] += evt.String()
				}
			}
			wantList(t, got, want...)
		}
	}
}

func TestSplitByAFunction(t *testing.T) {
	f := ft.New(t, "split", func(args ...any) any {
		if args[0] == float64('\n') {
			return &event.Message{Body: ft.Data("|")}
		}
		return args[0]
	})
	f.Send(&event.MessageStart{}, ft.Data("a\nbc\nd"), event.End, ft.End())
	f.Want("Data \"a\\n\"", "MessageStart", `Data "|"`, "MessageEnd", "Data \"bc\\n\"", "MessageStart", `Data "|"`, "MessageEnd", `Data "d"`, "StreamEnd")

	f = ft.New(t, "split", func() any { return "," })
	f.Send(ft.Data("a,b"), event.End)
	f.Want("MessageStart", `Data "a"`, "MessageEnd", "MessageStart", `Data "b"`, "MessageEnd")

	f = ft.New(t, "split", func() (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Data("a,b"))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}

func TestSplitRefusesBadSeparators(t *testing.T) {
	for _, bad := range []any{nil, "", 3, strings.Repeat("x", 2000)} {
		if _, err := ft.Make(t, "split", bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func TestPackJoinsMessages(t *testing.T) {
	f := ft.New(t, "pack", 2, ft.Options{"separator": ",", "prefix": "<", "postfix": ">"})
	for range 2 {
		f.Send(ft.MessageWith("h", "a")...)
		f.Want() // nothing until the batch is complete
		f.Send(ft.MessageWith("i", "b")...)
		f.Want(`MessageStart "h"`, `Data "<a,b>"`, "MessageEnd")
		f.Send(ft.Message("c")...)
		f.Send(ft.End())
		f.Want("MessageStart", `Data "<c>"`, "MessageEnd", "StreamEnd") // not lost
		f.Again()
	}
}

func TestPackSendsAnIncompleteBatchInTime(t *testing.T) {
	f := ft.New(t, "pack", 10, ft.Options{"timeout": 2})
	f.Send(ft.Message("a")...)
	f.Advance(1 * time.Second)
	f.Send(ft.Message("b")...)
	f.Advance(1999 * time.Millisecond)
	f.Want()
	f.Advance(time.Millisecond)
	f.Want("MessageStart", `Data "ab"`, "MessageEnd")

	f = ft.New(t, "pack", 10, ft.Options{"interval": "3s"})
	for range 4 {
		f.Send(ft.Message("a")...)
		f.Advance(time.Second)
	}
	f.Want("MessageStart", `Data "aaaa"`, "MessageEnd")
}

func TestPackRefusesBadArguments(t *testing.T) {
	for _, args := range [][]any{{0}, {"x"}, {2, ft.Options{"timeout": true}}, {2, ft.Options{"vacancy": 3}}} {
		if _, err := ft.Make(t, "pack", args...); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
	_, err := ft.Make(t, "pack", 2, ft.Options{"timeout": true})
	if want := `options.timeout: want seconds or a string like "1m", got true`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
