package transport

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pipy/pipy/event"
)

// server accepts one connection in Go and gives it to serve.
func server(t testing.TB, serve func(c *net.TCPConn)) string {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	go func() {
		for {
			c, err := s.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(30 * time.Second))
			serve(c.(*net.TCPConn))
			c.Close()
		}
	}()
	return s.Addr().String()
}

// connect connects and records what comes.
func (w *world) connect(target string, opts *ConnectOptions, r *record) (o *Outbound) {
	w.on(func() { o = Connect(w.l, target, opts, r.take) })
	return o
}

func TestOutboundSendsWhatWasWrittenBeforeItIsConnected(t *testing.T) {
	w := newWorld(t)
	got := make(chan string, 1)
	target := server(t, func(c *net.TCPConn) {
		b, _ := io.ReadAll(c)
		got <- string(b)
		io.WriteString(c, "answer")
	})
	var r record
	var states []string
	w.on(func() {
		opts := &ConnectOptions{NoDelay: true, KeepAlive: true, OnState: func(s string) { states = append(states, s) }}
		o := Connect(w.l, target, opts, r.take)
		o.Process(&event.MessageStart{})
		o.Process(event.DataString("ques"))
		o.Process(event.DataString("tion"))
		o.Process(event.End)
		o.Process(event.EndStream)
		if len(states) > 0 || o.Connected() {
			t.Errorf("states %v within Connect", states)
		}
	})
	if q := <-got; q != "question" {
		t.Errorf("the server got %q", q)
	}
	w.until("the answer ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "answer", "")
		if want := []string{"open", "connecting", "connected", "closed"}; !slices.Equal(states, want) {
			t.Errorf("states %v, want %v", states, want)
		}
		n := CountersOf(w.l).Outbound
		if want := (Traffic{Peak: 1, Total: 1, In: 6, Out: 8}); n != want {
			t.Errorf("counters %+v, want %+v", n, want)
		}
	})
}

func TestServersEndLeavesOurSideOpen(t *testing.T) {
	w := newWorld(t)
	got := make(chan string, 1)
	target := server(t, func(c *net.TCPConn) {
		c.CloseWrite()
		b, _ := io.ReadAll(c)
		got <- string(b)
	})
	var r record
	o := w.connect(target, &ConnectOptions{}, &r)
	w.until("the server ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "", "")
		o.Process(event.DataString("late"))
		o.Process(event.EndStream)
	})
	if q := <-got; q != "late" {
		t.Errorf("the server got %q, want late", q)
	}
	w.until("the connection closes", func() bool { return o.Closed() })
}

func TestOutboundReset(t *testing.T) {
	w := newWorld(t)
	release := make(chan bool)
	target := server(t, func(c *net.TCPConn) {
		io.WriteString(c, "before")
		<-release
		c.SetLinger(0)
	})
	var r record
	w.connect(target, &ConnectOptions{}, &r)
	w.until("data arrives", func() bool { return r.count > 0 })
	close(release)
	w.until("the reset arrives", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "before", event.ConnectionReset) })
}

// A server that answers and resets while we still send: the answer is not lost.
func TestAnswerBeforeAResetIsDelivered(t *testing.T) {
	w := newWorld(t)
	target := server(t, func(c *net.TCPConn) {
		io.ReadFull(c, make([]byte, 1000))
		io.WriteString(c, "no thanks")
		// Unread input makes Close a reset.
	})
	var r record
	w.on(func() {
		o := Connect(w.l, target, &ConnectOptions{}, r.take)
		for range 256 {
			o.Process(event.NewData(make([]byte, 64<<10)))
		}
	})
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "no thanks", event.ConnectionReset) })
}

func TestConnectionRefusedIsRetried(t *testing.T) {
	lines := capture(t)
	w := newWorld(t)
	target := refusing(t)
	var r record
	var states []string
	w.connect(target, &ConnectOptions{
		RetryCount: 2, RetryDelay: time.Millisecond,
		OnState: func(s string) { states = append(states, s) },
	}, &r)
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "", event.ConnectionRefused)
		want := []string{"open", "connecting", "idle", "connecting", "idle", "connecting", "closed"}
		if !slices.Equal(states, want) {
			t.Errorf("states %v, want %v", states, want)
		}
		host, port, _ := net.SplitHostPort(target)
		line := "] -> [" + host + "]:" + port + " (127.0.0.1) cannot connect: Connection refused"
		if n := strings.Count(strings.Join(*lines, "\n"), line); n != 3 {
			t.Errorf("%d lines %q in %q, want 3", n, line, *lines)
		}
		if !contains(*lines, "retry connecting... (retries = 2)") {
			t.Errorf("log %q", *lines)
		}
	})
}

func TestRetrySucceedsWhenTheServerComes(t *testing.T) {
	w := newWorld(t)
	target := refusing(t)
	var r record
	retries := 0
	var o *Outbound
	w.on(func() {
		o = Connect(w.l, target, &ConnectOptions{RetryCount: -1, OnState: func(s string) {
			if s == "idle" {
				retries++
			}
		}}, r.take)
		o.Process(event.DataString("hello"))
		o.Process(event.EndStream)
	})
	w.until("it is retried", func() bool { return retries >= 2 })
	address, err := ParseAddress(target)
	if err != nil {
		t.Fatal(err)
	}
	w.on(func() {
		if _, err = Listen(w.l, address, ListenOptions{}, echo); err != nil {
			t.Skip("the port is taken")
		}
	})
	w.until("the echo ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "hello", "") })
}

// fullBacklog returns the address of a listener that accepts nothing and whose
// queue is full, so that the system does not answer.
func fullBacklog(t testing.TB) string {
	t.Helper()
	fd, err := newSocket(unix.AF_INET)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	a, _ := ParseAddress("127.0.0.1:0")
	if err := unix.Bind(fd, a.sockaddr()); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	a.Port = localAddr(fd).Port()
	for range 4 {
		c, err := newSocket(unix.AF_INET)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(c) })
		unix.Connect(c, a.sockaddr())
	}
	return a.String()
}

func TestConnectTimeout(t *testing.T) {
	target := fullBacklog(t)
	lines := capture(t)
	w := newWorld(t)
	before := descriptors(t)
	var r record
	w.connect(target, &ConnectOptions{ConnectTimeout: 30 * time.Millisecond, RetryCount: 1}, &r)
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() {
		r.want(t, "", event.ConnectionTimeout)
		if !contains(*lines, "connection timeout") {
			t.Errorf("log %q", *lines)
		}
		if n := descriptors(t); n > before {
			t.Errorf("%d sockets, before %d", n, before)
		}
	})
}

func TestInvalidTargets(t *testing.T) {
	lines := capture(t)
	w := newWorld(t)
	for _, target := range []string{"", "host", "host:", ":80", "host:x", "host:0", "host:65536", "[::1:80", "1:2:80", "unix:"} {
		var r record
		w.connect(target, &ConnectOptions{}, &r)
		w.until("the stream ends", func() bool { return r.ends == 1 })
		w.on(func() { r.want(t, "", event.CannotResolve) })
	}
	w.on(func() {
		if !contains(*lines, `ERR [connect] invalid target: want 'host:port' or 'unix:/path', got "host:x"`) {
			t.Errorf("log %q", *lines)
		}
	})
}

func TestBind(t *testing.T) {
	w := newWorld(t)
	from := make(chan string, 1)
	target := server(t, func(c *net.TCPConn) {
		from <- c.RemoteAddr().String()
		io.Copy(io.Discard, c)
	})
	bind := refusing(t) // a free port
	var r record
	o := w.connect(target, &ConnectOptions{Bind: bind}, &r)
	if got := <-from; got != bind {
		t.Errorf("connected from %s, want %s", got, bind)
	}
	w.until("it is connected", func() bool { return o.Connected() })
	w.on(func() {
		if got := fmt.Sprintf("%s:%d", o.LocalAddress(), o.LocalPort()); got != bind {
			t.Errorf("local %s, want %s", got, bind)
		}
		if got := fmt.Sprintf("%s:%d", o.RemoteAddress(), o.RemotePort()); got != target {
			t.Errorf("remote %s, want %s", got, target)
		}
		o.Close()
	})
	var refused record
	w.connect(target, &ConnectOptions{Bind: "nowhere"}, &refused)
	w.until("the stream ends", func() bool { return refused.ends == 1 })
	w.on(func() { refused.want(t, "", event.ConnectionRefused) })
}

func TestNothingIsCalledAfterClose(t *testing.T) {
	w := newWorld(t)
	target := server(t, func(c *net.TCPConn) { io.WriteString(c, "hello") })
	var calls, states int
	targets := []string{target, refusing(t), fullBacklog(t), "localhost:1", "bad"}
	w.on(func() {
		for _, target := range targets {
			o := Connect(w.l, target, &ConnectOptions{RetryCount: -1, OnState: func(string) { states++ }},
				func(event.Event) { calls++ })
			o.Close()
			o.Close()
			o.Process(event.DataString("x"))
			o.Process(event.EndStream)
		}
	})
	var o *Outbound
	w.on(func() {
		opts := &ConnectOptions{}
		opts.OnState = func(s string) {
			if s == "connecting" {
				o.Close()
			} else if s == "closed" || s == "connected" {
				states++
			}
		}
		o = Connect(w.l, target, opts, func(event.Event) { calls++ })
	})
	w.until("it is closed", func() bool { return o.Closed() })
	var r record
	w.connect(target, &ConnectOptions{}, &r)
	w.until("another one ends", func() bool { return r.ends == 1 })
	w.on(func() {
		if calls != 0 || states != 0 || CountersOf(w.l).Outbound.Active != 1 {
			t.Errorf("%d calls, %d states, %d open", calls, states, CountersOf(w.l).Outbound.Active)
		}
	})
}

func TestOverflowBeforeTheConnection(t *testing.T) {
	target := fullBacklog(t)
	w := newWorld(t)
	var r record
	w.on(func() {
		o := Connect(w.l, target, &ConnectOptions{Limits: Limits{BufferLimit: 1000}}, r.take)
		o.Process(event.NewData(make([]byte, 1001)))
	})
	w.until("the stream ends", func() bool { return r.ends == 1 })
	w.on(func() { r.want(t, "", event.BufferOverflow) })
}
