package transport

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
)

// udpWorld is a UDP port that a test listens on, and its peers.
type udpWorld struct {
	*world
	port  *Listener
	peers []*Inbound
}

// listenUDP opens a UDP port; accept runs on the loop.
func (w *world) listenUDP(host string, opts ListenOptions, accept func(*Inbound)) *udpWorld {
	w.Helper()
	u := &udpWorld{world: w}
	var err error
	w.on(func() {
		u.port, err = Listen(w.l, Address{IP: netip.MustParseAddr(host), UDP: true}, opts, func(in *Inbound) {
			u.peers = append(u.peers, in)
			accept(in)
		})
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { w.on(u.port.Close) })
	return u
}

// udpClient is a client's socket.
type udpClient struct {
	testing.TB
	c *net.UDPConn
}

func (u *udpWorld) client(host string) *udpClient {
	u.Helper()
	c, err := net.Dial("udp", net.JoinHostPort(host, fmt.Sprint(u.port.Address().Port)))
	if err != nil {
		u.Fatal(err)
	}
	u.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return &udpClient{u.world, c.(*net.UDPConn)}
}

func (c *udpClient) send(text string) {
	c.Helper()
	if _, err := c.c.Write([]byte(text)); err != nil {
		c.Fatal(err)
	}
}

func (c *udpClient) want(texts ...string) {
	c.Helper()
	b := make([]byte, maxDatagram)
	for _, text := range texts {
		n, err := c.c.Read(b)
		if err != nil {
			c.Fatalf("waiting for %.20q: %v", text, err)
		}
		if got := string(b[:n]); got != text {
			c.Fatalf("got %.20q of %d bytes, want %.20q of %d", got, n, text, len(text))
		}
	}
}

func TestUDPPeersAreConnections(t *testing.T) {
	u := newWorld(t).listenUDP("127.0.0.1", ListenOptions{}, echo)
	a, b := u.client("127.0.0.1"), u.client("127.0.0.1")
	a.send("a1")
	a.want("a1")
	b.send("b1")
	b.want("b1")
	a.send("a2")
	a.send("a3")
	a.want("a2", "a3")
	u.on(func() {
		if len(u.peers) != 2 || u.port.Active() != 2 {
			t.Errorf("got %d peers, %d active, want 2", len(u.peers), u.port.Active())
		}
		p := u.peers[0]
		if got, want := fmt.Sprintf("%s:%d", p.RemoteAddress(), p.RemotePort()), a.c.LocalAddr().String(); got != want {
			t.Errorf("got peer %s, want %s", got, want)
		}
		if got, want := fmt.Sprintf("%s:%d", p.LocalAddress(), p.LocalPort()), a.c.RemoteAddr().String(); got != want {
			t.Errorf("got local address %s, want %s", got, want)
		}
		if p.BytesIn() != 6 || p.BytesOut() != 6 || u.port.Traffic().In != 8 || CountersOf(u.l).Inbound.Active != 2 {
			t.Errorf("got %d bytes in, %d out, %+v", p.BytesIn(), p.BytesOut(), *u.port.Traffic())
		}
	})
}

func TestUDPKeepsDatagramsApart(t *testing.T) {
	u := newWorld(t).listenUDP("127.0.0.1", ListenOptions{}, func(in *Inbound) {
		in.Start(func(evt event.Event) {
			d, ok := evt.(*event.Data)
			if !ok {
				return
			}
			in.Process(&event.Data{}) // a flush is no datagram
			in.Process(event.NewData([]byte("first")))
			d.Push(event.DataString("-more"))
			in.Process(d)
		})
	})
	c := u.client("127.0.0.1")
	for _, size := range []int{1, 1500, 60000} {
		text := strings.Repeat("x", size)
		c.send(text)
		c.want("first", text+"-more")
	}
}

func TestUDPForgetsAPeerAtItsEnd(t *testing.T) {
	u := newWorld(t).listenUDP("127.0.0.1", ListenOptions{}, func(in *Inbound) {
		in.Start(func(evt event.Event) {
			in.Process(evt)
			in.Process(event.EndStream)
		})
	})
	c := u.client("127.0.0.1")
	for range 3 {
		c.send("x")
		c.want("x")
	}
	u.until("all peers are gone", func() bool { return u.port.Active() == 0 })
	u.on(func() {
		if len(u.peers) != 3 || CountersOf(u.l).Inbound.Active != 0 || CountersOf(u.l).Inbound.Total != 3 {
			t.Errorf("got %d peers, %+v, want 3 that are gone", len(u.peers), CountersOf(u.l).Inbound)
		}
	})
}

func TestUDPForgetsAPeerThatIsIdle(t *testing.T) {
	var r record
	ended := false
	opts := ListenOptions{Limits: Limits{IdleTimeout: 20 * time.Millisecond}}
	u := newWorld(t).listenUDP("127.0.0.1", opts, func(in *Inbound) {
		in.OnEnd(func() { ended = true })
		in.Start(r.take)
	})
	u.client("127.0.0.1").send("x")
	u.until("the peer is gone", func() bool { return ended })
	u.on(func() { r.want(t, "x", event.IdleTimeout) })
}

func TestUDPHasAsManyPeersAsItMay(t *testing.T) {
	w := newWorld(t)
	var lines *[]string
	w.on(func() { lines = capture(t) })
	u := w.listenUDP("127.0.0.1", ListenOptions{MaxPeers: 1}, echo)
	a, b := u.client("127.0.0.1"), u.client("127.0.0.1")
	a.send("a")
	a.want("a")
	b.send("b")
	u.until("a line tells it", func() bool { return contains(*lines, "ERR [listener] too many peers on UDP port") })
	u.on(u.peers[0].Close)
	b.send("again")
	b.want("again")
}

func TestUDPAnswersFromTheAddressThatWasAsked(t *testing.T) {
	for listen, ask := range map[string]string{"0.0.0.0": "127.0.0.2", "::": "::1"} {
		w := newWorld(t)
		probe, err := net.ListenPacket("udp", net.JoinHostPort(ask, "0"))
		if err != nil {
			t.Logf("no address %s here", ask)
			continue
		}
		probe.Close()
		u := w.listenUDP(listen, ListenOptions{}, echo)
		c := u.client(ask) // takes answers from that address only
		c.send("x")
		c.want("x")
		u.on(func() {
			if got := u.peers[0].LocalAddress(); got != ask && runtime.GOOS == "linux" {
				t.Errorf("got local address %s, want %s", got, ask)
			}
		})
	}
}

func TestUDPKeepsDatagramsOfAPeerThatIsHeld(t *testing.T) {
	var release func()
	var r record
	u := newWorld(t).listenUDP("127.0.0.1", ListenOptions{}, nil)
	u.on(func() {
		u.port.accept = func(in *Inbound) {
			in.Start(func(evt event.Event) {
				r.take(evt)
				if release == nil {
					release = u.l.Hold()
				}
			})
			u.peers = append(u.peers, in)
		}
	})
	c := u.client("127.0.0.1")
	c.send("1")
	c.send("2")
	c.send("3")
	u.until("all have come", func() bool { return len(u.peers) == 1 && u.peers[0].BytesIn() == 3 })
	u.on(func() {
		if r.text.String() != "1" {
			t.Errorf("got %q while held, want the first datagram", r.text.String())
		}
		release()
	})
	u.until("the others are delivered", func() bool { return r.text.String() == "123" && r.count == 3 })
}

func TestUDPDropsWhatAPipelineDoesNotTake(t *testing.T) {
	var release func()
	u := newWorld(t).listenUDP("127.0.0.1", ListenOptions{}, nil)
	count := 0
	u.on(func() {
		u.port.accept = func(in *Inbound) {
			u.peers = append(u.peers, in)
			in.Start(func(evt event.Event) {
				count++
				if release == nil {
					release = u.l.Hold()
				}
			})
		}
	})
	c := u.client("127.0.0.1")
	text := strings.Repeat("x", 32<<10)
	for i := range 20 {
		c.send(text)
		u.until("it has come", func() bool { return len(u.peers) > 0 && u.peers[0].BytesIn() == int64((i+1)*len(text)) })
	}
	u.on(func() { release() })
	u.until("what was kept is delivered", func() bool { return count > 1 })
	u.on(func() {
		if count >= 20 || count < 5 {
			t.Errorf("got %d datagrams, want some dropped", count)
		}
	})
}

func TestUDPPortClosesWithItsPeers(t *testing.T) {
	before := descriptors(t)
	w := newWorld(t)
	opened := descriptors(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	a, b := u.client("127.0.0.1"), u.client("127.0.0.1")
	a.send("a")
	a.want("a")
	u.on(u.port.Close)
	a.send("still there")
	a.want("still there")
	b.send("too late")
	u.on(func() {
		if len(u.peers) != 1 {
			t.Errorf("got %d peers, want 1", len(u.peers))
		}
		u.peers[0].Close()
	})
	a.c.Close()
	b.c.Close()
	if got := descriptors(t); got != opened {
		t.Errorf("got %d sockets, want %d (%d before)", got, opened, before)
	}
}

func TestUDPPortOpensAgainAtOnce(t *testing.T) {
	w := newWorld(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	c := u.client("127.0.0.1")
	c.send("x")
	c.want("x")
	w.on(func() {
		u.port.Close()
		again, err := Listen(w.l, u.port.Address(), ListenOptions{}, echo)
		if err != nil {
			t.Error(err)
			return
		}
		u.port = again
	})
	c.send("y")
	c.want("y")
}

// connectUDP connects to a port.
func (w *world) connectUDP(target string, opts ConnectOptions, r *record) *Outbound {
	w.Helper()
	opts.UDP = true
	var o *Outbound
	w.on(func() { o = Connect(w.l, target, &opts, r.take) })
	w.Cleanup(func() { w.on(o.Close) })
	return o
}

func TestUDPOutbound(t *testing.T) {
	w := newWorld(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	var r record
	o := w.connectUDP(fmt.Sprintf("localhost:%d", u.port.Address().Port), ConnectOptions{}, &r)
	w.on(func() {
		o.Process(event.DataString("one"))
		o.Process(&event.Data{})
		o.Process(event.DataString("two"))
	})
	w.until("both are answered", func() bool { return r.count == 2 })
	w.on(func() {
		o.Process(event.DataString(strings.Repeat("x", 60000)))
		o.Process(event.EndStream) // which ends our side only
	})
	w.until("the third is answered", func() bool { return r.count == 3 })
	w.on(func() {
		if got := r.text.String(); got[:6] != "onetwo" || len(got) != 60006 || r.ends != 0 {
			t.Errorf("got %d bytes, %d ends", len(got), r.ends)
		}
		if o.BytesOut() != 60006 || o.BytesIn() != 60006 || o.RemotePort() != int(u.port.Address().Port) {
			t.Errorf("got %d bytes out, %d in, port %d", o.BytesOut(), o.BytesIn(), o.RemotePort())
		}
	})
}

func TestUDPOutboundEndsAWhileAfterOurSide(t *testing.T) {
	w := newWorld(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	var r record
	o := w.connectUDP(u.port.Address().String(), ConnectOptions{Limits: Limits{IdleTimeout: 20 * time.Millisecond}}, &r)
	w.on(func() {
		o.Process(event.DataString("x"))
		o.Process(event.EndStream)
	})
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "x", "") })
}

func TestUDPOutboundToNobodyIsRefused(t *testing.T) {
	w := newWorld(t)
	var r record
	o := w.connectUDP(refusing(t), ConnectOptions{}, &r)
	w.on(func() { o.Process(event.DataString("x")) })
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "", event.ConnectionRefused) })
}

func TestUDPOutboundEndsWhenItIsIdle(t *testing.T) {
	w := newWorld(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	var r record
	o := w.connectUDP(u.port.Address().String(), ConnectOptions{Limits: Limits{IdleTimeout: 20 * time.Millisecond}}, &r)
	w.on(func() { o.Process(event.DataString("x")) })
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "x", event.IdleTimeout) })
}

func TestUDPSaysWhichDatagramIsTooLong(t *testing.T) {
	w := newWorld(t)
	var lines *[]string
	w.on(func() { lines = capture(t) })
	u := w.listenUDP("127.0.0.1", ListenOptions{}, func(in *Inbound) {
		in.Start(func(evt event.Event) {
			in.Process(event.NewData(make([]byte, 70000)))
			in.Process(evt)
		})
	})
	var r record
	o := w.connectUDP(u.port.Address().String(), ConnectOptions{}, &r)
	w.on(func() {
		o.Process(event.NewData(make([]byte, 70001)))
		o.Process(event.DataString("x"))
	})
	w.until("the next one is answered", func() bool { return r.count == 1 })
	w.on(func() {
		for _, want := range []string{"cannot send a datagram of 70000 bytes to [127.0.0.1]:", "cannot send a datagram of 70001 bytes: Message too long"} {
			if !contains(*lines, want) {
				t.Errorf("no line says %q: %q", want, *lines)
			}
		}
	})
}

func TestUDPOutboundHoldsItsSources(t *testing.T) {
	w := newWorld(t)
	u := w.listenUDP("127.0.0.1", ListenOptions{}, echo)
	var r record
	o := w.connectUDP(u.port.Address().String(), ConnectOptions{Limits: Limits{CongestionLimit: 1000}}, &r)
	var paused bool
	w.on(func() {
		src := &o.src // any source will do
		prev := w.l.Enter(src)
		for range 10 {
			o.Process(event.NewData(make([]byte, 200)))
		}
		paused = src.Held()
		w.l.Leave(prev)
	})
	if !paused {
		t.Error("the source was not held")
	}
	w.until("all are answered", func() bool { return r.count == 10 })
}

func BenchmarkUDPEcho(b *testing.B) {
	u := newWorld(b).listenUDP("127.0.0.1", ListenOptions{}, echo)
	c := u.client("127.0.0.1")
	buf := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.c.Write(buf); err != nil {
			b.Fatal(err)
		}
		if _, err := c.c.Read(buf); err != nil {
			b.Fatal(err)
		}
	}
}
