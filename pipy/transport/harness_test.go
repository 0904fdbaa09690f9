package transport

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
)

// world is a running loop with a function to enter it.
type world struct {
	testing.TB
	l *loop.Loop
}

func newWorld(t testing.TB) *world {
	t.Helper()
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Run() }()
	t.Cleanup(func() {
		l.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		l.Close()
	})
	return &world{t, l}
}

// on runs f on the loop and waits for it.
func (w *world) on(f func()) {
	done := make(chan struct{})
	w.l.Post(func() { f(); close(done) })
	<-done
}

// until lets the loop turn until cond, called on it, is true.
func (w *world) until(what string, cond func() bool) {
	w.Helper()
	end := time.Now().Add(20 * time.Second)
	for ok := false; !ok; {
		w.on(func() { ok = cond() })
		if !ok && time.Now().After(end) {
			w.Fatalf("never happened: %s", what)
		}
		if !ok {
			wait()
		}
	}
}

// wait lets others run between two looks at a condition.
func wait() { time.Sleep(200 * time.Microsecond) }

// listen opens a listener on a free port of 127.0.0.1.
func (w *world) listen(opts ListenOptions, accept func(*Inbound)) *Listener {
	w.Helper()
	address, err := ParseAddress("127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	var s *Listener
	w.on(func() { s, err = Listen(w.l, address, opts, accept) })
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { w.on(s.Close) })
	return s
}

func (w *world) client(s *Listener) *net.TCPConn {
	w.Helper()
	c, err := net.Dial("tcp", s.Address().String())
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c.(*net.TCPConn)
}

// echo answers with what comes in, and ends when the client does.
func echo(in *Inbound) { in.Start(in.Process) }

// record is what a stream delivered.
type record struct {
	text  strings.Builder
	ends  int
	err   event.Error
	count int
}

func (r *record) take(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		r.count++
		r.text.WriteString(e.String())
		e.Release()
	case *event.StreamEnd:
		r.ends++
		r.err = event.NameOf(e.Err)
	}
}

func (r *record) want(t testing.TB, text string, err event.Error) {
	t.Helper()
	if r.text.String() != text || r.ends != 1 || r.err != err {
		t.Errorf("got %q, %d ends, error %q, want %q, one end, error %q", r.text.String(), r.ends, r.err, text, err)
	}
}

// descriptors counts the open sockets of the process.
func descriptors(t testing.TB) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd")
	}
	n := 0
	for _, f := range files {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// capture collects log lines in the form "ERR text". It is called before a
// loop that logs runs, and read on the loop.
func capture(t testing.TB) *[]string {
	lines := &[]string{}
	write, enabled := writeLog, logs
	names := map[logging.Level]string{logging.Debug: "DBG ", logging.Warn: "WRN ", logging.Error: "ERR "}
	writeLog = func(level logging.Level, _ logging.Topic, text string) { *lines = append(*lines, names[level]+text) }
	logs = func(logging.Level, logging.Topic) bool { return true }
	t.Cleanup(func() { writeLog, logs = write, enabled })
	return lines
}

func contains(lines []string, part string) bool {
	return strings.Contains(strings.Join(lines, "\n"), part)
}

// refusing returns an address of 127.0.0.1 on which nobody listens.
func refusing(t testing.TB) string {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return fmt.Sprint(s.Addr())
}
