package logging

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gate is a writer that waits until it is opened.
type gate struct {
	open    chan struct{}
	mu      sync.Mutex
	written strings.Builder
	err     error
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	return g.written.Write(p)
}

func TestSlowOutputDropsInsteadOfWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		s := newStream(g)
		defer closed(s)
		s.Write([]byte("first"))
		synctest.Wait() // it is on its way, and stuck
		record := make([]byte, 1000)
		for range 2 * streamLimit / len(record) {
			s.Write(record)
		}
		if n := s.Dropped(); n < 900 || n > 1200 {
			t.Errorf("dropped %d records, want about half of 2097", n)
		}
		if s.Flush(time.Second) {
			t.Error("flushed into a closed gate")
		}
		close(g.open)
		if !s.Flush(time.Second) {
			t.Error("not flushed")
		}
		if n := g.written.Len(); n < streamLimit-2000 || n > streamLimit+2000 {
			t.Errorf("wrote %d bytes, want about %d", n, streamLimit)
		}
		s.Write([]byte("last"))
		s.Close()
		s.Write([]byte("a stream does not close"))
		synctest.Wait()
		if !strings.HasSuffix(g.written.String(), "\nlast\na stream does not close\n") {
			t.Error("the last records are not there")
		}
	})
}

func TestRecordsArriveInOrder(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	s := newStream(g)
	defer closed(s)
	var want strings.Builder
	for i := range 1000 {
		s.Write(fmt.Append(nil, i))
		fmt.Fprintln(&want, i)
	}
	if !s.Flush(time.Minute) || g.written.String() != want.String() {
		t.Error("not all there in order")
	}
}

func TestFailingOutputCountsAsDropped(t *testing.T) {
	g := &gate{open: make(chan struct{}), err: errors.New("no")}
	close(g.open)
	s := newStream(g)
	defer closed(s)
	s.Write([]byte("a"))
	s.Write([]byte("b"))
	if s.Flush(time.Minute); s.Dropped() != 2 {
		t.Errorf("got %d dropped, want 2", s.Dropped())
	}
}

func TestFlushCoversAllTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, fast := &gate{open: make(chan struct{})}, &gate{open: make(chan struct{})}
		close(fast.open)
		a, b := newStream(slow), newStream(fast)
		defer closed(a)
		defer closed(b)
		a.Write([]byte("a"))
		b.Write([]byte("b"))
		start := time.Now()
		if Flush(3*time.Second) || time.Since(start) != 3*time.Second {
			t.Errorf("one is stuck: got done after %v", time.Since(start))
		}
		close(slow.open)
		if !Flush(3 * time.Second) {
			t.Error("not flushed")
		}
		if slow.written.String() != "a\n" || fast.written.String() != "b\n" {
			t.Errorf("got %q and %q", slow.written.String(), fast.written.String())
		}
	})
}

func TestStandardStreamsAreTargets(t *testing.T) {
	if Stdout() != Target(stdout) || Stderr() != Target(stderr) {
		t.Error("the standard streams are others")
	}
	for _, s := range []*stream{stdout, stderr} {
		if s.Close(); s.outbox.closed {
			t.Error("a standard stream was closed")
		}
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	} else if string(got) != want {
		t.Errorf("%s: got %q, want %q", path, got, want)
	}
}

func BenchmarkStreamWrite(b *testing.B) {
	s := newStream(discard{})
	defer closed(s)
	record := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		s.Write(record)
	}
}
