package http2_test

import (
	"testing"

	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// strict is an owner that fails the test when events come in an order that no
// stream has. It answers what it gets.
type strict struct {
	t      *testing.T
	s      *http2.Session
	open   map[*http2.Stream]string
	ended  bool
	opened int
}

func (o *strict) Receive(st *http2.Stream, evt event.Event) {
	was := o.open[st]
	if o.ended {
		o.t.Fatal("an event after the end")
	}
	switch e := evt.(type) {
	case *event.MessageStart:
		if was != "" && was != "asked" && was != "interim" {
			o.t.Fatalf("a head after %s", was)
		}
		o.open[st] = "head"
		if h := e.Head.(*httphead.Head); h.Status >= 100 && h.Status < 200 {
			o.open[st] = "a head that is interim"
		}
		o.opened++
	case *event.Data:
		if was != "head" && was != "tunnel" || e.Len() == 0 {
			o.t.Fatalf("%d bytes of Data after %q", e.Len(), was)
		}
		if e.Len()%3 == 0 {
			st.Pause()
			defer st.Resume()
		}
		e.Release()
	case *event.MessageEnd:
		if was != "head" && was != "a head that is interim" {
			o.t.Fatalf("MessageEnd after %q", was)
		}
		o.open[st] = "tunnel"
		if was != "head" {
			o.open[st] = "interim"
			return
		}
		if st.Value == nil {
			st.Respond(&httphead.Head{Status: 200, Length: -1})
			st.Send(event.DataString("Hi"))
			st.End(nil)
		}
	case *event.StreamEnd:
		if was != "tunnel" || e.Err != nil {
			o.t.Fatalf("StreamEnd after %q", was)
		}
		o.open[st] = "over"
		st.EndTunnel()
	}
}

func (o *strict) Done(st *http2.Stream, err error) {
	if _, ok := o.open[st]; !ok {
		o.t.Fatal("the end of a stream that was not there")
	}
	delete(o.open, st)
}
func (o *strict) Drained(*http2.Stream) {}
func (o *strict) Write(d *event.Data)   { d.Release() }
func (o *strict) Wake()                 {}
func (o *strict) Closing()              {}
func (o *strict) Ended(error) {
	if o.ended || len(o.open) > 0 {
		o.t.Fatalf("ended with %d streams; before: %v", len(o.open), o.ended)
	}
	o.ended = true
}

// FuzzSession feeds bytes to a session, in pieces of the lengths that cuts says.
func FuzzSession(f *testing.F) {
	r := newRig(f, true, http2.Options{})
	f.Add(conversation(r), []byte{200, 3, 1}, true)
	for _, c := range broken {
		r := newRig(f, true, http2.Options{})
		r.in.WriteString(http2.Preface)
		r.framer.WriteSettings()
		c.send(r)
		f.Add(append([]byte(nil), r.in.Bytes()...), []byte{50}, true)
	}
	r = newRig(f, false, http2.Options{})
	r.framer.WriteSettings()
	r.headers(1, false, ":status", "103")
	r.headers(1, false, ":status", "200", "content-length", "3")
	r.framer.WriteData(1, true, []byte("abc"))
	r.headers(3, false, ":status", "200")
	r.framer.WriteData(3, true, []byte("abcd"))
	r.headers(5, true, ":status", "404")
	f.Add(append([]byte(nil), r.in.Bytes()...), []byte{20}, false)
	f.Fuzz(func(t *testing.T, text, cuts []byte, server bool) {
		var arena event.Arena
		o := &strict{t: t, open: map[*http2.Stream]string{}}
		if server {
			o.s = http2.NewServer(http2.Options{}, &arena, o)
		} else {
			o.s = http2.NewClient(http2.Options{}, &arena, o)
			for _, method := range []string{"GET", "CONNECT", "HEAD"} {
				h := requestHead(method, "a:1", "host", "a")
				if method != "CONNECT" {
					h.Path = "/"
				}
				st, err := o.s.Open(h, true)
				if err != nil {
					t.Fatal(err)
				}
				o.open[st] = "asked"
				st.End(nil)
			}
			o.s.Flush()
		}
		feed := func(b []byte) {
			d := &event.Data{}
			arena.Write(d, b)
			o.s.Feed(d)
			o.s.Flush()
		}
		for _, n := range cuts {
			m := min(int(n), len(text))
			feed(text[:m])
			text = text[m:]
		}
		feed(text)
		o.s.Flush()
		o.s.End(nil)
		o.s.Flush()
		if !o.ended {
			o.s.Close()
		}
		if !o.ended {
			t.Fatal("the session did not end")
		}
	})
}
