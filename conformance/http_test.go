package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// exchange is one run of the command http: what is asked and what came.
type exchange struct {
	httpFlags
	method string
	url    *url.URL
	path   string              // file of -o
	s      *session            // the connection in use
	kept   map[string]*session // those of -keep
	shown  bytes.Buffer
	wire   bytes.Buffer
}

// cmdHTTP: http [flags] METHOD URL [flags]
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "http")
	f, words := parseHTTPFlags(ts, args)
	if len(words) != 2 || f.unread && f.keep == "" {
		ts.Fatalf("usage: http [flags] METHOD URL; -unread needs -keep")
	}
	u, err := url.Parse(words[1])
	ts.Check(err)
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "80")
	}
	st := stateOf(ts)
	x := &exchange{httpFlags: f, method: words[0], url: u, kept: st.sessions}
	if f.out != "" {
		x.path = ts.MkAbs(f.out)
	}
	if f.background != "" {
		x.kept = nil
		st.background[f.background] = x.start()
		return
	}
	ts.Check(x.run())
	emit(ts, x.shown.Bytes())
}

// cmdHTTPWait: http-wait NAME waits for an http that runs in the background,
// fails as it would have failed, and shows what it would have shown.
func cmdHTTPWait(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "http-wait")
	if len(args) != 1 {
		ts.Fatalf("usage: http-wait NAME")
	}
	st := stateOf(ts)
	done := st.background[args[0]]
	if done == nil {
		ts.Fatalf("no http runs as %s", args[0])
	}
	delete(st.background, args[0])
	end := <-done
	ts.Check(end.err)
	emit(ts, end.shown)
}

// ending is how an http in the background ended.
type ending struct {
	shown []byte
	err   error
}

func (x *exchange) start() chan ending {
	done := make(chan ending, 1)
	go func() {
		err := x.run()
		done <- ending{x.shown.Bytes(), err}
	}()
	return done
}

// run sends the requests, reads the responses and looks at the time that they
// have taken, from the first byte sent to the last one read.
func (x *exchange) run() error {
	start := time.Now()
	if err := x.exchange(); err != nil {
		return err
	}
	took := time.Since(start)
	switch {
	case took < x.atLeast:
		return fmt.Errorf("time: want at least %v, got %v", x.atLeast, took)
	case x.atMost > 0 && took > x.atMost:
		return fmt.Errorf("time: want at most %v, got %v", x.atMost, took)
	}
	return nil
}

func (x *exchange) exchange() error {
	req := requestBytes(x.method, x.url, x.httpFlags)
	if x.pipeline {
		req = bytes.Repeat(req, x.times)
	}
	for i := range x.times {
		if err := x.send(req, i); err != nil {
			return err
		}
		if x.unread {
			continue
		}
		if err := x.receive(i); err != nil {
			return err
		}
	}
	if x.keep != "" && (x.closed || x.final || x.kept == nil) {
		delete(x.kept, x.keep)
		if err := x.finish(); err != nil {
			return err
		}
	}
	if x.path != "" {
		return os.WriteFile(x.path, x.wire.Bytes(), 0o666)
	}
	return nil
}

func (x *exchange) send(req []byte, i int) error {
	if i == 0 || x.keep == "" && !x.pipeline {
		if err := x.connect(); err != nil {
			return err
		}
	}
	if i > 0 && x.pipeline {
		return nil
	}
	if _, err := x.s.Write(req); err != nil && x.keep != "" {
		return fmt.Errorf("session %s: %w", x.keep, err)
	}
	return nil // on a new connection the server may have answered already; reading tells
}

func (x *exchange) connect() error {
	if s := x.kept[x.keep]; s != nil && x.keep != "" {
		x.s = s
		return nil
	}
	dial := dial
	if x.url.Scheme == "https" {
		dial = dialTLS
	}
	s, err := dial(x.url.Host)
	x.s = s
	if err == nil && x.keep != "" && x.kept != nil {
		x.kept[x.keep] = s
	}
	return err
}

func (x *exchange) receive(i int) error {
	if x.empty {
		return x.wantNothing()
	}
	res, err := x.s.read(x.method)
	x.wire.Write(res.wire)
	if x.final && errors.Is(err, io.EOF) && len(res.wire) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("response %d: %w\nso far: %q", i+1, err, res.wire)
	}
	if x.cut != res.cut {
		return fmt.Errorf("response cut short: want %t, got %t\n%q", x.cut, res.cut, res.wire)
	}
	if x.status != 0 && x.status != res.status {
		return fmt.Errorf("status: want %d, got %d\n%s", x.status, res.status, res.text())
	}
	x.show(res)
	if x.keep == "" && (!x.pipeline || i == x.times-1) {
		return x.finish()
	}
	return nil
}

func (x *exchange) show(res *response) {
	x.shown.WriteString(res.text())
	if x.trailers {
		x.shown.WriteString("\n" + res.trailer)
	}
	if !bytes.HasSuffix(x.shown.Bytes(), []byte("\n")) {
		x.shown.WriteByte('\n') // every file of a txtar archive ends so
	}
}

func (x *exchange) wantNothing() error {
	defer x.s.Close()
	if extra, err := x.s.ended(); err != nil || len(extra) > 0 {
		return fmt.Errorf("want the connection closed without an answer, got %q, %v", extra, err)
	}
	return nil
}

// finish closes a connection, after the server if that is wanted.
func (x *exchange) finish() error {
	defer x.s.Close()
	if !x.closed && !x.final && !x.cut {
		return nil
	}
	if extra, err := x.s.ended(); err != nil || len(extra) > 0 {
		return fmt.Errorf("want the server to close after the response, got %q, %v", extra, err)
	}
	return nil
}

// cmdHTTPClose: http-close SESSION closes the client's side of a kept connection.
func cmdHTTPClose(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "http-close")
	if len(args) != 1 {
		ts.Fatalf("usage: http-close SESSION")
	}
	sessions := stateOf(ts).sessions
	s := sessions[args[0]]
	if s == nil {
		ts.Fatalf("no session %s", args[0])
	}
	s.Close()
	delete(sessions, args[0])
}

// cmdHTTPOpen: http-open SESSION host:port opens a connection for -keep and sends nothing yet.
func cmdHTTPOpen(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "http-open")
	if len(args) != 2 {
		ts.Fatalf("usage: http-open SESSION host:port")
	}
	s, err := dial(args[1])
	ts.Check(err)
	stateOf(ts).sessions[args[0]] = s
}
