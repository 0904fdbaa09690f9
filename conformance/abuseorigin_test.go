package conformance

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// origins are servers that upstream has not: they send much without keeping it
// in memory, or take nothing at all.
var origins = map[string]func(c net.Conn, arg string){
	"flood": flood,
	"deaf":  func(net.Conn, string) {},
	"moody": moody,
}

// cmdOrigin: origin NAME flood:N|deaf|moody starts a server and sets NAME to its
// "127.0.0.1:port". flood answers each request with N bytes; deaf accepts
// connections and reads nothing; moody answers requests, and one time in ten
// closes or resets the connection before, in or after its answer. It ends with
// the script.
func cmdOrigin(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "origin")
	if len(args) != 2 {
		ts.Fatalf("usage: origin NAME flood:N|deaf|moody")
	}
	kind, arg, _ := strings.Cut(args[1], ":")
	serve := origins[kind]
	if serve == nil {
		ts.Fatalf("origin: want flood:N, deaf or moody, got %q", args[1])
	}
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", freePort()))
	ts.Check(err)
	done := make(chan struct{})
	ts.Defer(func() {
		close(done)
		ln.Close()
	})
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				go func() { // the end of the script frees a writer
					<-done
					c.Close()
				}()
				serve(c, arg)
				<-done
			}()
		}
	}()
	stateOf(ts).setenv(ts, args[0], ln.Addr().String())
}

// flood answers requests without bodies.
func flood(c net.Conn, arg string) {
	size, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return
	}
	r := bufio.NewReader(c)
	block := pattern(64 << 10)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if line != "\r\n" {
			continue
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size)
		for n := size; n > 0; {
			m, err := c.Write(block[:min(n, int64(len(block)))])
			if n -= int64(m); err != nil {
				return
			}
		}
	}
}

// moody answers requests, or does not.
func moody(c net.Conn, _ string) {
	defer c.Close() // while others of these servers keep what they accepted
	r := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		size := 1 << rand.IntN(18)
		answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size)
		if req.Method != http.MethodHead {
			answer = append(answer, pattern(size)...)
		}
		whole := rand.IntN(10) > 0
		if !whole {
			answer = answer[:rand.IntN(len(answer)+1)]
		}
		if _, err := c.Write(answer); err != nil || !whole {
			if rand.IntN(2) == 0 {
				c.(*net.TCPConn).SetLinger(0)
			}
			return
		}
	}
}
