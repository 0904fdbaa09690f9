package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// stormKinds are the ways in which a client of a storm begins. What it sends is
// cut at a random byte; then it may read a random part of the answer.
var stormKinds = []string{
	"GET /small HTTP/1.1\r\nHost: storm\r\nX-Padding: 0123456789abcdef\r\n\r\n",
	"GET /big HTTP/1.1\r\nHost: storm\r\n\r\n",
	"POST /echo HTTP/1.1\r\nHost: storm\r\nContent-Length: 1000\r\n\r\n%BODY",
	"POST /echo HTTP/1.1\r\nHost: storm\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n%BODY\r\n0\r\n\r\n",
	"GET /small HTTP/1.1\r\nHost: storm\r\n\r\nGET /big HTTP/1.1\r\nHost: storm\r\n\r\nGET /small HTTP/1.1\r\nHost: storm\r\n\r\n",
	"PUT /big HTTP/1.1\r\nHost: storm\r\nContent-Length: 1000\r\n\r\n%BODY",
}

// cmdStorm: storm [-c N] [-seed N] [-fin] N|duration host:port... opens N
// connections to these, or as many as it can in that time, some at a time, and
// resets each at a random moment: before, in or after a request, or its answer.
func cmdStorm(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "storm")
	var clients, seed int
	var fin bool
	flags := flag.NewFlagSet("storm", flag.ContinueOnError)
	flags.IntVar(&clients, "c", 32, "")
	flags.IntVar(&seed, "seed", 1, "")
	flags.BoolVar(&fin, "fin", false, "")
	words := parseFlags(ts, flags, args)
	if len(words) < 2 {
		ts.Fatalf("usage: storm [-c N] [-seed N] [-fin] N|duration host:port...")
	}
	n, err := strconv.Atoi(words[0])
	goOn := func(i int) bool { return i < n/clients }
	if err != nil {
		d, err := time.ParseDuration(words[0])
		ts.Check(err)
		end := time.Now().Add(d)
		goOn = func(int) bool { return time.Now().Before(end) }
	}
	var made atomic.Int64
	ts.Check(parallel(clients, func(i int) error {
		r := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
		for k := 0; goOn(k); k++ {
			if err := gust(r, words[1+i%(len(words)-1)], !fin || r.IntN(2) == 0); err != nil {
				return err
			}
			made.Add(1)
		}
		return nil
	}))
	ts.Logf("storm: %d connections", made.Load())
}

// gust is one connection of a storm. Only that it cannot be made is an error:
// the server may answer and close as it likes.
func gust(r *rand.Rand, addr string, reset bool) error {
	c, err := net.DialTimeout("tcp", addr, deadline)
	if err != nil {
		return fmt.Errorf("storm: %w", err)
	}
	defer c.Close()
	if reset {
		c.(*net.TCPConn).SetLinger(0)
	}
	c.SetDeadline(time.Now().Add(deadline))
	text := stormText(r)
	whole := r.IntN(2) == 0
	if !whole {
		text = text[:r.IntN(len(text)+1)]
	}
	if cut := r.IntN(len(text) + 1); r.IntN(2) == 0 { // in two writes
		c.Write(text[:cut])
		text = text[cut:]
	}
	c.Write(text)
	if !whole || r.IntN(4) == 0 {
		return nil
	}
	left := 1 << r.IntN(22)
	for buf := make([]byte, 32<<10); left > 0; {
		c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)) // an answer may be over: idle
		n, err := c.Read(buf[:min(left, len(buf))])
		if left -= n; err != nil {
			break
		}
	}
	return nil
}

func stormText(r *rand.Rand) []byte {
	var text []byte
	kind := stormKinds[r.IntN(len(stormKinds))]
	for i := 0; i < len(kind); i++ {
		if len(kind)-i >= 5 && kind[i:i+5] == "%BODY" {
			text = append(text, pattern(1000)...)
			i += 4
			continue
		}
		text = append(text, kind[i])
	}
	return text
}
