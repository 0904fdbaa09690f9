package transport

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
)

func TestEcho(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{}, echo)
	c := w.client(s)
	for _, size := range []int{1, 100, 16 << 10, 64<<10 + 1, 3 << 20} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * 7 >> 3)
		}
		go c.Write(want)
		got := make([]byte, size)
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %v, equal %v", size, err, bytes.Equal(got, want))
		}
	}
	c.CloseWrite()
	if rest, err := io.ReadAll(c); len(rest) != 0 || err != nil {
		t.Errorf("after the end: %q, %v", rest, err)
	}
	w.until("the connection closes", func() bool { return s.Active() == 0 })
	w.on(func() {
		n := CountersOf(w.l).Inbound
		if n.Total != 1 || n.Active != 0 || n.In != n.Out || n.In < 3<<20 || *s.Traffic() != n {
			t.Errorf("counters %+v, of the listener %+v", n, *s.Traffic())
		}
	})
}

func TestOutputOfOneTurnIsJoined(t *testing.T) {
	w := newWorld(t)
	var in *Inbound
	s := w.listen(ListenOptions{}, func(i *Inbound) {
		in = i
		i.Start(func(event.Event) {})
		for _, part := range []string{"a", "b", strings.Repeat("c", 1000), "d"} {
			i.Process(&event.MessageStart{})
			i.Process(event.DataString(part))
			i.Process(event.End)
		}
		if n := i.Buffered(); n != 1003 {
			t.Errorf("%d bytes wait, want 1003", n)
		}
		i.Process(&event.Data{})
		i.Process(event.EndStream)
	})
	c := w.client(s)
	got, err := io.ReadAll(c)
	if want := "ab" + strings.Repeat("c", 1000) + "d"; string(got) != want || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	w.on(func() {
		if in.BytesOut() != 1003 {
			t.Errorf("%d bytes out", in.BytesOut())
		}
	})
}

func TestSmallPiecesAreJoined(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{}, func(in *Inbound) {
		in.Start(func(event.Event) {})
		for _, part := range []string{"head ", "body ", "tail "} {
			in.Process(event.DataString(part))
		}
		var head event.Data
		w.l.Arena().Write(&head, []byte("next"))
		in.Process(&head)
		if n := in.out.Pieces(); n != 2 {
			t.Errorf("%d pieces, want the first and what follows", n)
		}
		in.Process(event.EndStream)
	})
	if got, err := io.ReadAll(w.client(s)); string(got) != "head body tail next" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestManyPiecesArriveInOrder(t *testing.T) {
	w := newWorld(t)
	var want bytes.Buffer
	s := w.listen(ListenOptions{}, func(in *Inbound) {
		in.Start(func(event.Event) {})
		for i := range 1000 {
			piece := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, smallPiece/2+i%3-1)
			want.Write(piece)
			in.Process(event.NewData(piece))
		}
		in.Process(event.EndStream)
	})
	got, err := io.ReadAll(w.client(s))
	w.on(func() {
		if !bytes.Equal(got, want.Bytes()) || err != nil {
			t.Errorf("got %d bytes, %v, want %d", len(got), err, want.Len())
		}
	})
}

func TestTransparentListenerTakesDirectConnectionsToo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only")
	}
	w := newWorld(t)
	ready := make(chan *Inbound, 1)
	s := w.listen(ListenOptions{Transparent: true}, func(in *Inbound) { ready <- in })
	w.client(s)
	in := <-ready
	w.on(func() {
		if in.DestinationAddress() != "127.0.0.1" || in.DestinationPort() != int(s.Address().Port) {
			t.Errorf("destination %s %d, want %s", in.DestinationAddress(), in.DestinationPort(), s.Address())
		}
	})
}

func TestAddresses(t *testing.T) {
	w := newWorld(t)
	ready := make(chan *Inbound, 2)
	s := w.listen(ListenOptions{}, func(in *Inbound) { in.Start(func(event.Event) {}); ready <- in })
	c := w.client(s)
	in := <-ready
	w.client(s)
	other := <-ready
	w.on(func() {
		remote := c.LocalAddr().(*net.TCPAddr)
		if in.RemoteAddress() != "127.0.0.1" || in.RemotePort() != remote.Port {
			t.Errorf("remote %s %d, want %v", in.RemoteAddress(), in.RemotePort(), remote)
		}
		if in.LocalAddress() != "127.0.0.1" || in.LocalPort() != int(s.Address().Port) {
			t.Errorf("local %s %d, want %v", in.LocalAddress(), in.LocalPort(), s.Address())
		}
		if in.DestinationAddress() != "127.0.0.1" || in.DestinationPort() != in.LocalPort() {
			t.Errorf("destination %s %d", in.DestinationAddress(), in.DestinationPort())
		}
		if in.ID() == other.ID() {
			t.Error("two connections have one ID")
		}
	})
}

func TestHalfClosedClientGetsItsAnswer(t *testing.T) {
	w := newWorld(t)
	var r record
	var in *Inbound
	s := w.listen(ListenOptions{}, func(i *Inbound) { in = i; i.Start(r.take) })
	c := w.client(s)
	io.WriteString(c, "question")
	c.CloseWrite()
	w.until("the end arrives", func() bool { return r.ends > 0 })
	w.on(func() {
		r.want(t, "question", "")
		in.Process(event.DataString("answer"))
		in.Process(event.EndStream)
	})
	if got, err := io.ReadAll(c); string(got) != "answer" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	w.until("the connection closes", func() bool { return in.Closed() })
}

func TestOurEndLeavesTheClientsOpen(t *testing.T) {
	w := newWorld(t)
	var r record
	closed := 0
	s := w.listen(ListenOptions{}, func(in *Inbound) {
		in.Start(r.take)
		in.OnEnd(func() { closed++ })
		in.Process(event.EndStream)
	})
	c := w.client(s)
	if got, err := io.ReadAll(c); len(got) != 0 || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	io.WriteString(c, "late")
	c.CloseWrite()
	w.until("the connection closes", func() bool { return closed == 1 })
	w.on(func() { r.want(t, "late", "") })
}

func TestCloseEOFClosesTheWholeConnection(t *testing.T) {
	w := newWorld(t)
	var r record
	var in *Inbound
	s := w.listen(ListenOptions{CloseEOF: true}, func(i *Inbound) {
		in = i
		i.Start(func(evt event.Event) {
			r.take(evt)
			if r.ends > 0 {
				i.Process(event.DataString("last words"))
			}
		})
	})
	c := w.client(s)
	io.WriteString(c, "x")
	c.CloseWrite()
	if got, err := io.ReadAll(c); string(got) != "last words" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	w.until("the connection closes", func() bool { return in.Closed() })
	w.on(func() { r.want(t, "x", "") })
}

// The pipeline has ended before the client does: what it said is complete, and
// is not lost to a client that ends early and reads slowly.
func TestCloseEOFSendsACompleteAnswer(t *testing.T) {
	w := newWorld(t)
	const size = 24 << 20
	s := w.listen(ListenOptions{CloseEOF: true}, func(in *Inbound) {
		in.Start(func(evt event.Event) {})
		in.Process(event.NewData(make([]byte, size)))
		in.Process(event.EndStream)
	})
	c := w.client(s)
	c.CloseWrite()
	w.until("the end arrives", func() bool { return s.Active() == 1 && s.Traffic().Out > 0 })
	if n, err := io.Copy(io.Discard, c); n != size || err != nil {
		t.Errorf("read %d bytes, %v, want %d", n, err, size)
	}
	w.until("the connection closes", func() bool { return s.Active() == 0 })
}

// A client that still sends when we end must be able to read our answer: a
// close with unread input would reset it.
func TestAnswerSurvivesAClientThatStillSends(t *testing.T) {
	w := newWorld(t)
	for _, err := range []error{nil, event.ProtocolError} {
		s := w.listen(ListenOptions{CloseEOF: err == nil}, func(in *Inbound) {
			in.Start(func(evt event.Event) {
				if d, ok := evt.(*event.Data); ok && in.BytesOut() == 0 && in.Buffered() == 0 {
					d.Release()
					in.Process(event.DataString("too much"))
					in.Process(&event.StreamEnd{Err: err})
				}
			})
		})
		c := w.client(s)
		for range 32 {
			if _, err := c.Write(make([]byte, 64<<10)); err != nil {
				t.Fatalf("write: %v", err)
			}
		}
		c.CloseWrite()
		if got, err := io.ReadAll(c); string(got) != "too much" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		w.until("the connection closes", func() bool { return s.Active() == 0 })
	}
}

func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

func TestResetInEveryState(t *testing.T) {
	type state struct {
		name  string
		setup func(in *Inbound)
		err   event.Error // "-" when no StreamEnd is due
	}
	hold := func(in *Inbound) {
		src := &in.src
		src.Hold()
	}
	for _, st := range []state{
		{"idle", func(in *Inbound) {}, event.ConnectionReset},
		{"paused", hold, event.ConnectionReset},
		{"with pending output", func(in *Inbound) {
			for range 64 {
				in.Process(event.NewData(make([]byte, 256<<10)))
			}
		}, event.ConnectionReset},
		{"paused with pending output", func(in *Inbound) {
			hold(in)
			for range 64 {
				in.Process(event.NewData(make([]byte, 256<<10)))
			}
		}, event.ConnectionReset},
		{"after our end", func(in *Inbound) { in.Process(event.EndStream) }, event.ConnectionReset},
		{"after an error", func(in *Inbound) { in.Process(&event.StreamEnd{Err: event.ReadError}) }, "-"},
	} {
		t.Run(st.name, func(t *testing.T) {
			w := newWorld(t)
			var r record
			closed := 0
			s := w.listen(ListenOptions{}, func(in *Inbound) {
				in.Start(r.take)
				in.OnEnd(func() { closed++ })
				st.setup(in)
			})
			c := w.client(s)
			w.until("the connection is accepted", func() bool { return s.Traffic().Total == 1 })
			reset(c)
			w.until("the connection closes", func() bool { return closed == 1 && s.Active() == 0 })
			w.on(func() {
				if st.err == "-" {
					if r.ends != 0 {
						t.Errorf("%d ends, want none", r.ends)
					}
					return
				}
				r.want(t, "", st.err)
			})
		})
	}
}

func TestResetAfterTheClientsEnd(t *testing.T) {
	w := newWorld(t)
	var r record
	closed := 0
	s := w.listen(ListenOptions{}, func(in *Inbound) {
		in.Start(r.take)
		in.OnEnd(func() { closed++ })
	})
	c := w.client(s)
	c.CloseWrite()
	w.until("the end arrives", func() bool { return r.ends == 1 })
	reset(c)
	w.until("the connection closes", func() bool { return closed == 1 })
	w.on(func() { r.want(t, "", "") })
}

// The client reads nothing of what a fast source sends: the source pauses, and
// what waits in memory stays near the limit.
func TestClientThatDoesNotReadPausesTheSource(t *testing.T) {
	w := newWorld(t)
	const limit = 128 << 10
	var from, to *Inbound
	most := 0
	sink := w.listen(ListenOptions{Limits: Limits{CongestionLimit: limit}}, func(in *Inbound) {
		to = in
		in.Start(func(event.Event) {})
	})
	source := w.listen(ListenOptions{}, func(in *Inbound) {
		from = in
		in.Start(func(evt event.Event) {
			to.Process(evt)
			most = max(most, to.Buffered())
		})
	})
	reader := w.client(sink)
	w.until("the sink is connected", func() bool { return to != nil })
	writer := w.client(source)
	const total = 48 << 20
	go func() {
		writer.Write(make([]byte, total))
		writer.CloseWrite()
	}()
	w.until("the source is paused", func() bool { return from != nil && from.is(paused) && to.is(blocked) })
	if n, err := io.Copy(io.Discard, reader); n != total || err != nil {
		t.Errorf("read %d bytes, %v, want %d", n, err, total)
	}
	w.on(func() {
		if bound := limit + turnLimit + event.LargeChunk; most > bound {
			t.Errorf("%d bytes waited, want at most %d", most, bound)
		}
		if from.src.Held() || to.jam != nil {
			t.Error("the source is still held")
		}
	})
}

func TestBufferLimitDropsTheConnection(t *testing.T) {
	lines := capture(t)
	w := newWorld(t)
	var r record
	s := w.listen(ListenOptions{Limits: Limits{BufferLimit: 1 << 20}}, func(in *Inbound) {
		in.Start(r.take)
		for range 64 {
			in.Process(event.NewData(make([]byte, 256<<10)))
			if r.ends != 0 {
				t.Error("StreamEnd within Process")
			}
		}
	})
	w.client(s)
	w.until("the stream ends", func() bool { return r.ends == 1 && s.Active() == 0 })
	w.on(func() {
		r.want(t, "", event.BufferOverflow)
		if !contains(*lines, "ERR [inbound  0x") || !contains(*lines, "buffer overflow") {
			t.Errorf("log %q", *lines)
		}
	})
}

func TestTimeouts(t *testing.T) {
	const short = 20 * time.Millisecond
	for _, tc := range []struct {
		limits Limits
		fill   bool
		err    event.Error
	}{
		{Limits{ReadTimeout: short}, false, event.ReadTimeout},
		{Limits{IdleTimeout: short}, false, event.IdleTimeout},
		{Limits{WriteTimeout: short}, true, event.WriteTimeout},
		{Limits{ReadTimeout: short, IdleTimeout: time.Hour, WriteTimeout: time.Hour}, true, event.ReadTimeout},
	} {
		t.Run(string(tc.err), func(t *testing.T) {
			w := newWorld(t)
			var r record
			var begin, end time.Duration
			s := w.listen(ListenOptions{Limits: tc.limits}, func(in *Inbound) {
				begin = time.Duration(w.l.NowNano())
				in.Start(func(evt event.Event) { r.take(evt); end = time.Duration(w.l.NowNano()) })
				if tc.fill {
					for range 64 {
						in.Process(event.NewData(make([]byte, 256<<10)))
					}
				}
			})
			w.client(s)
			w.until("the stream ends", func() bool { return r.ends == 1 && s.Active() == 0 })
			w.on(func() {
				r.want(t, "", tc.err)
				if end-begin < short {
					t.Errorf("after %v, want at least %v", end-begin, short)
				}
			})
		})
	}
}

func TestProgressOfWhoHoldsASourceKeepsItFromBeingIdle(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{Limits: Limits{IdleTimeout: time.Microsecond}}, func(in *Inbound) {
		in.Start(func(event.Event) {})
		now := w.l.NowNano()
		in.lastRead, in.lastWrite = now-int64(time.Hour), now-int64(time.Hour)
		release := in.src.Hold()
		defer release()
		if wait, err := in.deadline(now); wait > 0 || err != event.IdleTimeout {
			t.Errorf("before: %v, %q", wait, err)
		}
		in.src.Touch()
		if wait, err := in.deadline(now); wait != time.Microsecond || err != event.IdleTimeout {
			t.Errorf("after: %v, %q", wait, err)
		}
	})
	w.client(s)
	w.until("the connection is accepted", func() bool { return s.Traffic().Total == 1 })
}

func TestWriteTimeoutWaitsForOutput(t *testing.T) {
	w := newWorld(t)
	var r record
	s := w.listen(ListenOptions{Limits: Limits{WriteTimeout: time.Millisecond}}, func(in *Inbound) { in.Start(r.take) })
	c := w.client(s)
	w.until("the connection is accepted", func() bool { return s.Active() == 1 })
	fired := false
	w.on(func() { w.l.After(10*time.Millisecond, func() { fired = true }) })
	w.until("time passes", func() bool { return fired })
	io.WriteString(c, "x")
	c.CloseWrite()
	w.until("the end arrives", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "x", "") })
}

func TestMaxConnectionsWaitsForRoom(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{MaxConnections: 2}, echo)
	var clients []*net.TCPConn
	for range 5 {
		clients = append(clients, w.client(s))
	}
	for i, c := range clients {
		io.WriteString(c, "x")
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		w.on(func() {
			if s.Active() > 2 {
				t.Errorf("%d connections at client %d", s.Active(), i)
			}
		})
		c.Close()
	}
}

func TestUpdateAppliesToNewConnections(t *testing.T) {
	w := newWorld(t)
	say := func(text string) func(*Inbound) {
		return func(in *Inbound) {
			in.Start(func(evt event.Event) {
				if _, ok := evt.(*event.Data); ok {
					in.Process(event.DataString(text))
				}
			})
		}
	}
	s := w.listen(ListenOptions{}, say("old"))
	ask := func(c net.Conn) string {
		io.WriteString(c, "?")
		b := make([]byte, 3)
		io.ReadFull(c, b)
		return string(b)
	}
	first := w.client(s)
	if got := ask(first); got != "old" {
		t.Errorf("before: %q", got)
	}
	w.on(func() {
		if err := s.Update(ListenOptions{}, say("new")); err != nil {
			t.Error(err)
		}
	})
	if got := ask(w.client(s)) + ask(first); got != "newold" {
		t.Errorf("after: %q, want newold", got)
	}
	w.on(s.Close)
	if got := ask(first); got != "old" {
		t.Errorf("after Close: %q", got)
	}
	if _, err := net.Dial("tcp", s.Address().String()); err == nil {
		t.Error("a closed listener accepts")
	}
}

func TestManyResetsLeaveNoDescriptor(t *testing.T) {
	w := newWorld(t)
	origin := w.listen(ListenOptions{}, echo)
	target := origin.Address().String()
	opts := &ConnectOptions{Limits: Limits{CongestionLimit: 32 << 10}}
	proxy := w.listen(ListenOptions{Limits: Limits{CongestionLimit: 32 << 10}}, func(in *Inbound) {
		out := Connect(w.l, target, opts, in.Process)
		in.Start(out.Process)
		in.OnEnd(out.Close)
	})
	before := 0
	w.on(func() { before = descriptors(t) })
	var wg sync.WaitGroup
	const workers, each = 16, 125
	for range workers {
		wg.Go(func() {
			for range each {
				conn, err := net.Dial("tcp", proxy.Address().String())
				if err != nil {
					t.Error(err)
					return
				}
				c := conn.(*net.TCPConn)
				c.SetDeadline(time.Now().Add(20 * time.Second))
				n := rand.IntN(200 << 10)
				switch rand.IntN(5) {
				case 0:
				case 1:
					go c.Write(make([]byte, n+1))
					c.Read(make([]byte, 1+rand.IntN(64<<10)))
				case 2:
					c.Write(make([]byte, n/8))
				case 3:
					c.CloseWrite()
				case 4:
					c.Write(make([]byte, n/8))
					c.CloseWrite()
					io.CopyN(io.Discard, c, int64(n/16))
				}
				if rand.IntN(4) > 0 {
					c.SetLinger(0)
				}
				c.Close()
			}
		})
	}
	wg.Wait()
	w.until("all connections close", func() bool {
		n := CountersOf(w.l)
		return n.Inbound.Active == 0 && n.Outbound.Active == 0 && descriptors(t) <= before
	})
	w.on(func() {
		if n := proxy.Traffic().Total; n > workers*each || n < workers*each/2 {
			t.Errorf("%d connections, want %d", n, workers*each)
		}
	})
}

func TestUnixSocket(t *testing.T) {
	w := newWorld(t)
	path := t.TempDir() + "/s"
	address, err := ParseAddress("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	open := func() (s *Listener, err error) {
		w.on(func() { s, err = Listen(w.l, address, ListenOptions{}, echo) })
		return s, err
	}
	first, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("second listener: %v, want address in use", err)
	}
	w.on(func() { // its owner died: the file stays
		w.l.CloseFD(first.fd)
		first.fd = -1
	})
	s, err := open()
	if err != nil {
		t.Fatalf("after the first one died: %v", err)
	}
	var r record
	w.on(func() {
		o := Connect(w.l, s.Address().String(), &ConnectOptions{}, r.take)
		o.Process(event.DataString("hello"))
		o.Process(event.EndStream)
	})
	w.until("the echo ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "hello", ""); s.Close() })
	if _, err := net.Dial("unix", path); err == nil {
		t.Error("a closed listener accepts")
	}
}

func TestListenErrorNamesTheCall(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{}, echo)
	w.on(func() {
		_, err := Listen(w.l, s.Address(), ListenOptions{}, echo)
		if err == nil || err.Error() != "bind: Address already in use" || !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPortIsShared(t *testing.T) {
	w := newWorld(t)
	s := w.listen(ListenOptions{ReusePort: true}, echo)
	w.on(func() {
		other, err := Listen(w.l, s.Address(), ListenOptions{ReusePort: true}, echo)
		if err != nil {
			t.Error(err)
			return
		}
		other.Close()
	})
}
