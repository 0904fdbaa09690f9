package worker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"pipy/pipy/codebase"
	"pipy/pipy/script"
)

// newGroup returns workers without a program.
func newGroup(t *testing.T, workers int) *Group {
	t.Helper()
	g, err := New(Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// freeAddress returns an address that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// says returns a script that answers with a text.
func says(address, text string) codebase.Codebase {
	return codebase.NewText("pipy().listen('" + address + "').serveHTTP(() => new Message('" + text + "'))")
}

// answerOf returns what a program answers, "" when nothing listens.
func answerOf(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + address)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestGroupRunsProgramsOneAfterTheOther(t *testing.T) {
	ctx := context.Background()
	g, address := newGroup(t, 2), freeAddress(t)
	if err := g.Reload(ctx); !errors.Is(err, ErrNoProgram) || g.Ready() {
		t.Errorf("without a program: got %v", err)
	}
	g.Stop() // nothing
	for _, text := range []string{"one", "two"} {
		if err := g.Run(ctx, says(address, text)); err != nil {
			t.Fatal(err)
		}
		if got := answerOf(t, address); got != text || !g.Ready() {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	g.Stop()
	if got := answerOf(t, address); got != "" || g.Ready() {
		t.Errorf("after a stop: got %q", got)
	}
	if version, _ := g.Running(); version != nil {
		t.Errorf("after a stop: got %+v", version)
	}
	if err := g.Run(ctx, says(address, "three")); err != nil {
		t.Fatal(err)
	}
	if got := answerOf(t, address); got != "three" {
		t.Errorf("got %q", got)
	}
	if err := g.Drain(ctx); err != nil {
		t.Error(err)
	}
	if err := g.Run(ctx, says(address, "four")); !errors.Is(err, ErrClosing) {
		t.Errorf("after a drain: got %v", err)
	}
}

func TestWhatCannotRunReplacesNothing(t *testing.T) {
	ctx := context.Background()
	g, address := newGroup(t, 2), freeAddress(t)
	if err := g.Run(ctx, says(address, "good")); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free := freeAddress(t)
	for _, c := range []struct {
		text         string
		line, column int
		message      string
	}{
		{"pipy(", 1, 6, "Unexpected end of input"},
		{"\n  nonesuch.x", 2, 3, "nonesuch"},
		{"1 + 1", 0, 0, "not evaluated to Configuration"},
		{"pipy()\n.listen('" + free + "').dummy()\n.listen('" + taken.Addr().String() + "').dummy()", 3, 8, "Cannot start listening"},
	} {
		err := g.Run(ctx, codebase.NewText(c.text))
		p := Problems(err)
		if len(p) != 1 || p[0].Line != c.line || p[0].Column != c.column || !strings.Contains(p[0].Message, c.message) {
			t.Errorf("%s: got %+v for %v", c.text, p, err)
		}
		if none := (*script.NoProgram)(nil); errors.As(err, &none) != (c.line == 0) {
			t.Errorf("%s: got %v", c.text, err)
		}
	}
	if got := answerOf(t, address); got != "good" {
		t.Errorf("got %q from the program of before", got)
	}
	if l, err := net.Listen("tcp", free); err != nil {
		t.Errorf("a port of what does not run is open: %v", err)
	} else {
		l.Close()
	}
}

func TestForceLeavesOutPorts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	g, err := New(Options{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	address := freeAddress(t)
	source := codebase.NewText("pipy().listen('" + taken.Addr().String() + "').dummy().listen('" + address + "').serveHTTP(() => new Message('hi'))")
	if err := g.Run(context.Background(), source); err != nil {
		t.Fatal(err)
	}
	if got := answerOf(t, address); got != "hi" {
		t.Errorf("got %q", got)
	}
}

func TestVersionsHaveStates(t *testing.T) {
	ctx := context.Background()
	g, address := newGroup(t, 1), freeAddress(t)
	if err := g.Run(ctx, says(address, "one")); err != nil {
		t.Fatal(err)
	}
	w := g.workers[0]
	var v *version
	state := func() (s State) {
		_ = w.call(func() error { s = v.state; return nil })
		return s
	}
	_ = w.call(func() error { v = w.current; return nil })
	if got := state(); got != Running {
		t.Errorf("got %s", got)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	until(t, "the request is under way", func() bool {
		n, _ := g.count()
		return n > 0
	})
	g.Stop()
	if got := state(); got != Draining {
		t.Errorf("with a request under way: got %s", got)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := g.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != Ended {
		t.Errorf("got %s", got)
	}
}
