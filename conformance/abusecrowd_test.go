package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pipy/mocks/peers"
)

// crowd is many connections that all do the same.
type crowd struct {
	conns []*net.TCPConn
	quit  chan struct{}
	once  sync.Once
	wg    sync.WaitGroup // of what goes on in the background
}

const (
	crowdUsage = `usage: crowd open [-rcvbuf N] NAME N host:port [BYTES]
	crowd send NAME BYTES
	crowd dribble NAME MS BYTES
	crowd dribbled NAME
	crowd flood NAME
	crowd answered NAME regexp
	crowd ended NAME [regexp]
	crowd close [-reset] NAME`

	dialers = 32 // connections being made at one time
)

// cmdCrowd: crowd VERB NAME ...; see crowdUsage.
func cmdCrowd(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "crowd")
	verb, reset, rcvbuf := "", false, 0
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	if len(args) > 0 && args[0] == "-reset" {
		reset, args = true, args[1:]
	}
	if len(args) > 1 && args[0] == "-rcvbuf" {
		rcvbuf, args = parseSize(ts, args[1]), args[2:]
	}
	if len(args) == 0 {
		ts.Fatalf("%s", crowdUsage)
	}
	a, name, rest := abuseOf(ts), args[0], args[1:]
	if verb == "open" {
		if a.crowds[name] != nil || len(rest) < 2 || len(rest) > 3 {
			ts.Fatalf("crowd %s is open already, or this is not how: %s", name, crowdUsage)
		}
		a.crowds[name] = openCrowd(ts, rcvbuf, rest)
		return
	}
	c := a.crowds[name]
	if c == nil {
		ts.Fatalf("no crowd %s", name)
	}
	switch {
	case verb == "send" && len(rest) == 1:
		ts.Check(c.each(func(conn *net.TCPConn) error { return write(conn, unescape(ts, rest[0])) }))
	case verb == "dribble" && len(rest) == 2:
		ms, err := strconv.Atoi(rest[0])
		ts.Check(err)
		c.dribble(time.Duration(ms)*time.Millisecond, unescape(ts, rest[1]))
	case verb == "dribbled" && len(rest) == 0:
		ts.Check(c.dribbled())
	case verb == "flood" && len(rest) == 0:
		c.flood()
	case verb == "answered" && len(rest) == 1:
		re := compile(ts, rest[0])
		ts.Check(c.each(func(conn *net.TCPConn) error { return answered(conn, re) }))
	case verb == "ended" && len(rest) <= 1:
		re := regexp.MustCompile("")
		if len(rest) > 0 {
			re = compile(ts, rest[0])
		}
		ts.Check(c.each(func(conn *net.TCPConn) error { return ended(conn, re) }))
	case verb == "close" && len(rest) == 0:
		c.close(reset)
		delete(a.crowds, name)
	default:
		ts.Fatalf("%s", crowdUsage)
	}
}

func unescape(ts *testscript.TestScript, s string) []byte {
	text, err := peers.Unescape(s)
	ts.Check(err)
	return []byte(text)
}

// openCrowd opens the connections and sends the bytes, if there are any.
func openCrowd(ts *testscript.TestScript, rcvbuf int, args []string) *crowd {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	c := &crowd{conns: make([]*net.TCPConn, n), quit: make(chan struct{})}
	var greeting []byte
	if len(args) == 3 {
		greeting = unescape(ts, args[2])
	}
	slots := make(chan struct{}, dialers)
	err = parallel(n, func(i int) error {
		slots <- struct{}{}
		defer func() { <-slots }()
		conn, err := dialWith(args[1], rcvbuf)
		if err != nil {
			return err
		}
		c.conns[i] = conn
		return write(conn, greeting)
	})
	if err != nil {
		c.close(true)
		ts.Fatalf("crowd of %d: %v", n, err)
	}
	return c
}

// dialWith opens a connection whose receive buffer has that many bytes; 0 is
// what the system gives.
func dialWith(addr string, rcvbuf int) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: deadline}
	if rcvbuf > 0 {
		d.Control = func(_, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, rcvbuf)
			})
			return errors.Join(err, failed)
		}
	}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// parallel calls f for 0 to n-1 at one time and returns an error of theirs
// that tells how many there are.
func parallel(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	failed := 0
	for i := range n {
		wg.Go(func() {
			err := f(i)
			if err == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if failed++; first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	if first != nil {
		return fmt.Errorf("%d of %d failed, one with: %w", failed, n, first)
	}
	return nil
}

func (c *crowd) each(f func(*net.TCPConn) error) error {
	return parallel(len(c.conns), func(i int) error { return f(c.conns[i]) })
}

func write(c *net.TCPConn, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	c.SetWriteDeadline(time.Now().Add(deadline))
	_, err := c.Write(b)
	c.SetWriteDeadline(time.Time{})
	return err
}

// dribble writes one byte after the other to all connections in turn, in the
// background. A connection that ends is left alone.
func (c *crowd) dribble(pause time.Duration, b []byte) {
	c.wg.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for i := range b {
			for _, conn := range c.conns {
				conn.Write(b[i : i+1])
			}
			select {
			case <-c.quit:
				return
			case <-tick.C:
			}
		}
	})
}

// dribbled waits until all has been dribbled.
func (c *crowd) dribbled() error {
	done := make(chan struct{})
	go func() {
		c.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(deadline):
		return errors.New("not everything was dribbled in time")
	}
}

// flood writes to all connections whatever they take, in the background.
func (c *crowd) flood() {
	block := pattern(64 << 10)
	for _, conn := range c.conns {
		c.wg.Go(func() {
			for {
				if _, err := conn.Write(block); err != nil {
					return
				}
			}
		})
	}
}

// answered reads until what came matches.
func answered(c *net.TCPConn, re *regexp.Regexp) error {
	var got bytes.Buffer
	if err := receive(c, &got, re.Match); err != nil || !re.Match(got.Bytes()) {
		return fmt.Errorf("want %q, got %q, %v", re, clip(got.Bytes()), err)
	}
	return nil
}

// ended reads to the end of the connection, which must come, and wants what
// came to match.
func ended(c *net.TCPConn, re *regexp.Regexp) error {
	var got bytes.Buffer
	c.SetReadDeadline(time.Now().Add(deadline))
	_, err := io.Copy(&got, c)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("want the connection to end, got %q", clip(got.Bytes()))
	case !re.Match(got.Bytes()):
		return fmt.Errorf("want %q before the end, got %q, %v", re, clip(got.Bytes()), err)
	}
	return nil
}

func clip(b []byte) []byte { return b[:min(len(b), 300)] }

// close ends the connections, with a reset if that is wanted, and what goes on
// in the background.
func (c *crowd) close(reset bool) {
	c.once.Do(func() { close(c.quit) })
	for _, conn := range c.conns {
		if conn == nil {
			continue
		}
		if reset {
			conn.SetLinger(0)
		}
		conn.Close()
	}
	c.wg.Wait()
}
