package filters_test

import (
	"strings"
	"testing"
	"time"

	"pipy/pipy/codec/fastcgi"
	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

// fastcgiRequest is the bytes of a request.
func fastcgiRequest(id int, keep bool, body string) string {
	d := &event.Data{}
	fastcgi.AppendBegin(d, id, 1, keep)
	fastcgi.Append(d, fastcgi.Params, id, event.NewData(fastcgi.AppendParams(nil, []fastcgi.Param{{Name: "A", Value: "1"}})))
	fastcgi.Append(d, fastcgi.Params, id, &event.Data{})
	if body != "" {
		fastcgi.Append(d, fastcgi.Stdin, id, event.NewData([]byte(body)))
	}
	fastcgi.Append(d, fastcgi.Stdin, id, &event.Data{})
	return d.String()
}

// records shows the records in the output.
func records(t *testing.T, events []event.Event) string {
	t.Helper()
	var list []string
	d := fastcgi.NewDecoder(func(r fastcgi.Record) {
		list = append(list, strings.TrimSpace(string(rune('0'+r.Type))+"/"+string(rune('0'+r.ID))+" "+strings.Trim(r.Content.String(), "\x00")))
	})
	for _, evt := range events {
		if data, ok := evt.(*event.Data); ok {
			if err := d.Feed(data); err != nil {
				t.Error(err)
			}
		}
	}
	return strings.Join(list, ",")
}

// fastcgiEcho answers a message with its head and body, and a tail.
func fastcgiEcho(evt event.Event, out func(event.Event)) {
	switch e := evt.(type) {
	case *event.MessageStart:
		out(e)
		out(ft.Data(ft.Text(e.Head)))
	case *event.MessageEnd:
		out(&event.MessageEnd{Tail: ft.Options{"appStatus": 0, "stderr": "oops"}})
	default:
		out(evt)
	}
}

func TestDemuxFastCGI(t *testing.T) {
	in := fastcgiRequest(1, true, "hi") + fastcgiRequest(2, false, "")
	for n := 1; n <= len(in); n += 5 {
		f := ft.New(t, "demuxFastCGI", ft.Pipe(fastcgiEcho))
		for at := 0; at < len(in); at += n {
			f.Send(ft.Data(in[at:min(at+n, len(in))]))
		}
		got := f.Take()
		if last := ft.Show(got[len(got)-1]); last != "StreamEnd" {
			t.Errorf("by %d: got %s", n, last)
		}
		want := `6/1 {"role": 1, "keepAlive": true, "params": {"A": "1"}},6/1 hi,7/1 oops,7/1,6/1,3/1,6/2 {"role": 1, "keepAlive": false, "params": {"A": "1"}},7/2 oops,7/2,6/2,3/2`
		if r := records(t, got); r != want {
			t.Errorf("by %d: got %s, want %s", n, r, want)
		}
	}
}

func TestDemuxFastCGIManagesAndAborts(t *testing.T) {
	f := ft.New(t, "demuxFastCGI", ft.Pipe(ft.Sink))
	d := &event.Data{}
	fastcgi.Append(d, fastcgi.GetValues, 0, event.NewData(fastcgi.AppendParams(nil, []fastcgi.Param{{Name: "FCGI_MPXS_CONNS"}, {Name: "X"}})))
	fastcgi.Append(d, 20, 0, &event.Data{})
	d.Push(ft.Data(fastcgiRequest(1, true, "")))
	fastcgi.Append(d, fastcgi.AbortRequest, 1, &event.Data{})
	f.Send(d, ft.End())
	got := f.Take()
	if r := records(t, got); r != ":/0 \x0f\x01FCGI_MPXS_CONNS1,;/0 \x14,6/1,3/1" {
		t.Errorf("got %q", r)
	}
	if last := ft.Show(got[len(got)-1]); last != "StreamEnd" {
		t.Errorf("got %s", last)
	}
	f = ft.New(t, "demuxFastCGI", ft.Pipe(ft.Sink))
	f.Send(ft.Data("\x02"))
	f.Want("StreamEnd ProtocolError")
	f.WantError("version")
}

func TestMuxFastCGI(t *testing.T) {
	server := ft.New(t, "demuxFastCGI", ft.Pipe(fastcgiEcho))
	f := ft.New(t, "muxFastCGI", "key", ft.Pipe(func(evt event.Event, out func(event.Event)) {
		if d, ok := evt.(*event.Data); ok {
			server.Send(d)
			for _, evt := range server.Take() {
				out(evt)
			}
		}
	}))
	for range 3 {
		f.Send(ft.MessageWith(ft.Options{"params": ft.Options{"A": "1"}}, "hi")...)
		f.Want("MessageStart", `Data "{\"role\": 1, \"keepAlive\": true, \"params\": {\"A\": \"1\"}}"`, `Data "hi"`,
			`MessageEnd tail {"appStatus": 0, "protocolStatus": 0, "stderr": Data "oops"}`)
	}
	f.Send(ft.End())
	f.Want("StreamEnd")
	f.Close()
	f.Advance(20 * time.Second) // beyond maxIdle
}

func TestMuxFastCGIWhenTheSessionEnds(t *testing.T) {
	f := ft.New(t, "muxFastCGI", "key", ft.Pipe(func(evt event.Event, out func(event.Event)) { out(event.EndStream) }))
	f.Send(ft.MessageWith(nil, "hi")...)
	f.Want("StreamEnd ConnectionReset")
	f = ft.New(t, "muxFastCGI", "key", ft.Pipe(func(evt event.Event, out func(event.Event)) { out(ft.Data("x")) }))
	f.Send(ft.MessageWith(nil, "hi")...)
	f.Want("StreamEnd ProtocolError")
}
