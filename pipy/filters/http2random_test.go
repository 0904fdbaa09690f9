package filters

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// http2Wire is a connection between a muxHTTP and a demuxHTTP in one program,
// which carries bytes in pieces of random sizes, and sometimes takes no more.
type http2Wire struct {
	*pipeline.Stage
	r     *rand.Rand
	serve *pipeline.Layout
	pipe  *pipeline.Pipeline
	up    http2WireEnd
	down  http2WireEnd
}

// http2WireEnd is one direction.
type http2WireEnd struct {
	queue  event.Data
	end    *event.StreamEnd
	holds  []func()
	source loop.Source
	paused bool
	pass   func(event.Event)
}

func (e *http2WireEnd) Pause()  { e.paused = true }
func (e *http2WireEnd) Resume() { e.paused = false }

func (w *http2Wire) take(e *http2WireEnd, evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		e.queue.Push(evt)
		if e.queue.Len() > 50000 {
			e.holds = append(e.holds, w.Hold())
		}
	case *event.StreamEnd:
		e.end = evt
	}
}

func (w *http2Wire) Process(evt event.Event) {
	if w.pipe == nil {
		w.up.source.Init(w.Loop(), &w.up)
		w.down.source.Init(w.Loop(), &w.down)
		w.pipe = w.serve.Start(pipeline.NewContext(nil, nil), func(evt event.Event) { w.take(&w.down, evt) })
		w.up.pass, w.down.pass = w.pipe.Process, w.Output
	}
	w.take(&w.up, evt)
}

func (w *http2Wire) Close() {
	for _, e := range []*http2WireEnd{&w.up, &w.down} {
		for _, release := range e.holds {
			release()
		}
		e.holds = nil
	}
	if w.pipe != nil {
		w.pipe.Close()
	}
}

// move carries some bytes in one direction and tells whether there was anything.
func (w *http2Wire) move(e *http2WireEnd) bool {
	if e.pass == nil || e.paused {
		return false
	}
	l := w.Loop()
	defer l.Leave(l.Enter(&e.source))
	if n := e.queue.Len(); n > 0 {
		e.pass(e.queue.Shift(1 + w.r.IntN(min(n, 30000))))
		if e.queue.Len() < 25000 {
			holds := e.holds
			e.holds = nil
			for _, release := range holds {
				release()
			}
		}
		return true
	}
	if e.end != nil {
		e.pass(e.end)
		e.end = nil
		return true
	}
	return false
}

// TestHTTP2AtRandom sends requests of random sizes through a muxHTTP and a
// demuxHTTP whose clients and services are slow, break off and go away, and wants
// what arrives to be whole, and nothing to be left.
func TestHTTP2AtRandom(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := newHTTPBench(t)
		var wires []*http2Wire
		var slow []func() // holds to be released
		holds := func(s *pipeline.Stage) {
			if r.IntN(4) == 0 {
				slow = append(slow, s.Hold())
			}
		}
		// The service sends the body back, in other pieces, and sometimes breaks off.
		service := b.layout(&pipeline.Node{New: func(s *pipeline.Stage) pipeline.Filter {
			return &httpFilter{Stage: s, process: func(f *httpFilter, evt event.Event) {
				switch e := evt.(type) {
				case *event.MessageStart:
					h := &httphead.Head{Status: 200, Length: -1}
					h.Header.Add("x-path", e.Head.(*httphead.Head).Path)
					f.Output(&event.MessageStart{Head: h})
				case *event.Data:
					holds(f.Stage)
					f.Output(e)
					if r.IntN(200) == 0 {
						f.Output(&event.StreamEnd{Err: event.ReadError})
					}
				case *event.MessageEnd:
					f.Output(e)
				}
			}}
		}})
		serve := b.layout(b.node("demuxHTTP", service))
		connect := b.layout(&pipeline.Node{New: func(s *pipeline.Stage) pipeline.Filter {
			w := &http2Wire{Stage: s, r: r, serve: serve}
			wires = append(wires, w)
			return w
		}})
		mux := b.layout(b.node("muxHTTP", connect, "", httpOptions{"version": 2.0, "streamWindowSize": float64(1000 + r.IntN(100000))}))

		type client struct {
			pipe   *pipeline.Pipeline
			source loop.Source
			pauser httpPauser
			want   string
			sent   int
			ended  bool
			got    strings.Builder
			status int
			whole  bool
			broken bool
			gone   bool
		}
		var clients []*client
		for i := range 30 {
			c := &client{want: strings.Repeat(fmt.Sprint(i, ","), r.IntN(1+r.IntN(60000)))}
			c.source.Init(b.loop, &c.pauser)
			var s *pipeline.Stage
			c.pipe = b.layout(&pipeline.Node{New: func(st *pipeline.Stage) pipeline.Filter {
				return &httpFilter{Stage: st, process: func(f *httpFilter, evt event.Event) { f.Output(evt) }}
			}}, mux.Nodes[0], &pipeline.Node{New: func(st *pipeline.Stage) pipeline.Filter {
				s = st
				return &httpFilter{Stage: st, process: func(f *httpFilter, evt event.Event) { f.Output(evt) }}
			}}).Start(pipeline.NewContext(nil, nil), func(evt event.Event) {
				switch e := evt.(type) {
				case *event.MessageStart:
					c.status = e.Head.(*httphead.Head).Status
				case *event.Data:
					c.got.WriteString(e.String())
					e.Release()
					holds(s)
				case *event.MessageEnd:
					c.whole = true
				case *event.StreamEnd:
					c.broken = c.broken || e.Err != nil
				}
			})
			clients = append(clients, c)
		}
		for step := 0; ; step++ {
			if step > 200000 {
				t.Fatalf("seed %d: it does not end", seed)
			}
			busy := false
			for i, c := range clients {
				if c.gone || c.broken || c.ended || c.pauser.paused || r.IntN(3) > 0 && !c.ended {
					busy = busy || !c.gone && !c.broken && !c.ended && !c.pauser.paused
					continue
				}
				busy = true
				prev := b.loop.Enter(&c.source)
				switch left := len(c.want) - c.sent; {
				case c.sent == 0 && c.status == 0 && c.pipe.Context().Vars == nil:
					c.pipe.Context().Vars = noVars{}
					c.pipe.Process(&event.MessageStart{Head: &httphead.Head{Method: "POST", Path: fmt.Sprint("/", i), Length: -1}})
				case left > 0:
					n := 1 + r.IntN(min(left, 20000))
					c.pipe.Process(event.DataString(c.want[c.sent : c.sent+n]))
					c.sent += n
				default:
					c.ended = true
					c.pipe.Process(event.End)
				}
				b.loop.Leave(prev)
				if r.IntN(300) == 0 {
					c.gone = true
					c.pipe.Close()
				}
			}
			for _, w := range wires {
				up, down := w.move(&w.up), w.move(&w.down)
				busy = busy || up || down
			}
			if len(slow) > 0 && (!busy || r.IntN(3) == 0) {
				busy = true
				slow[0]()
				slow = slow[1:]
			}
			b.loop.Turn()
			if !busy {
				break
			}
		}
		whole := 0
		for i, c := range clients {
			if c.whole && c.got.Len() > 0 {
				whole++
			}
			switch {
			case c.gone || c.broken:
			case c.status == 200 && (!c.whole || c.got.String() != c.want):
				t.Fatalf("seed %d, client %d: got %d bytes of %d, whole: %v", seed, i, c.got.Len(), len(c.want), c.whole)
			case c.status == 0:
				t.Fatalf("seed %d, client %d: no response; sent %d of %d, paused %v", seed, i, c.sent, len(c.want), c.pauser.paused)
			}
			c.pipe.Close()
		}
		if whole < 10 {
			t.Fatalf("seed %d: only %d whole responses", seed, whole)
		}
		b.program.Stop(true, nil)
		for range 3 {
			b.loop.Advance(1500e6)
			for _, w := range wires {
				for w.move(&w.up) || w.move(&w.down) {
					b.loop.Turn()
				}
			}
		}
		if n := b.program.Active(); n != 0 {
			t.Fatalf("seed %d: %d pipelines are left", seed, n)
		}
	}
}

// noVars are the variables of a context that has begun.
type noVars struct{}

func (noVars) Clone() pipeline.Vars { return noVars{} }
