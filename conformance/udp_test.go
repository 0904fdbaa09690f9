package conformance

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// maxDatagram is the largest datagram that IPv4 carries (RFC 768).
const maxDatagram = 65507

// cmdUDP: udp [-n N] [-expect regexp] [-nothing MS] host:port BYTES... sends a
// datagram for each text from one socket and receives as many, or N, or looks
// for none at all for a while. Each that comes is a line of standard output.
func cmdUDP(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "udp")
	flags, words := flagsOf(ts, args, "-n", "-expect", "-nothing")
	if len(words) < 2 {
		ts.Fatalf("usage: udp [-n N] [-expect regexp] [-nothing MS] host:port BYTES...")
	}
	var datagrams [][]byte
	for _, word := range words[1:] {
		b, err := payloadOf("", word)
		ts.Check(err)
		datagrams = append(datagrams, b)
	}
	if ms := flags["-nothing"]; ms != "" {
		n, err := strconv.Atoi(ms)
		ts.Check(err)
		got, err := exchangeDatagrams(words[0], datagrams, 1, time.Duration(n)*time.Millisecond)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			ts.Fatalf("want no datagram, got %q, %v", got, err)
		}
		return
	}
	want := len(datagrams)
	if flags["-n"] != "" {
		n, err := strconv.Atoi(flags["-n"])
		ts.Check(err)
		want = n
	}
	got, err := exchangeDatagrams(words[0], datagrams, want, deadline)
	if err != nil {
		ts.Fatalf("want %d datagrams, got %q, %v", want, got, err)
	}
	for _, b := range got {
		if pattern := flags["-expect"]; pattern != "" && !compile(ts, pattern).Match(b) {
			ts.Fatalf("want %q, got %q", pattern, b)
		}
		if len(b) > 1000 {
			b = fmt.Appendf(nil, "%d bytes", len(b))
		}
		emit(ts, append(b, '\n'))
	}
}

// exchangeDatagrams sends all datagrams and receives n. As long as nothing has
// come back the first attempt may be refused: nobody listens yet.
func exchangeDatagrams(addr string, datagrams [][]byte, n int, limit time.Duration) ([][]byte, error) {
	c, err := net.Dial("udp", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(limit))
	buf := make([]byte, maxDatagram)
	var got [][]byte
	for sent := false; len(got) < n; {
		for _, b := range datagrams {
			if !sent {
				c.Write(b) // a refusal shows when something is read
			}
		}
		sent = true
		size, err := c.Read(buf)
		if errors.Is(err, syscall.ECONNREFUSED) && len(got) == 0 {
			time.Sleep(interval)
			sent = false
			continue
		}
		if err != nil {
			return got, err
		}
		got = append(got, append([]byte(nil), buf[:size]...))
	}
	return got, nil
}

// datagrams is a UDP server of one script.
type datagrams struct {
	conn     *net.UDPConn
	received atomic.Int64
	sources  sync.Map // of those who have sent, by address
}

// startUDP starts a server: udpecho sends each datagram back, udpsink none.
func startUDP(kind string) (*datagrams, error) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: freePort()})
	if err != nil {
		return nil, err
	}
	d := &datagrams{conn: c}
	go func() {
		buf := make([]byte, maxDatagram)
		for {
			n, from, err := c.ReadFromUDP(buf)
			if err != nil {
				return
			}
			d.sources.Store(from.String(), true)
			d.received.Add(1)
			if kind == "udpecho" {
				c.WriteToUDP(buf[:n], from)
			}
		}
	}()
	return d, nil
}

// cmdUDPServer: udp-server NAME udpecho|udpsink starts a server and sets NAME
// to its address.
func cmdUDPServer(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "udp-server")
	if len(args) != 2 || args[1] != "udpecho" && args[1] != "udpsink" {
		ts.Fatalf("usage: udp-server NAME udpecho|udpsink")
	}
	d, err := startUDP(args[1])
	ts.Check(err)
	ts.Defer(func() { d.conn.Close() })
	st := stateOf(ts)
	st.datagrams[args[0]] = d
	st.setenv(ts, args[0], d.conn.LocalAddr().String())
}

// cmdUDPCount: udp-count NAME datagrams|sources N waits until a counter is N.
func cmdUDPCount(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "udp-count")
	if len(args) != 3 || args[1] != "datagrams" && args[1] != "sources" {
		ts.Fatalf("usage: udp-count NAME datagrams|sources N")
	}
	d := stateOf(ts).datagrams[args[0]]
	if d == nil {
		ts.Fatalf("no udp-server %s", args[0])
	}
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	got := 0
	if !poll(func() bool { got = d.count(args[1]); return got >= want }) || got != want {
		ts.Fatalf("%s %s: want %d, got %d", args[0], args[1], want, got)
	}
}

func (d *datagrams) count(what string) int {
	if what == "datagrams" {
		return int(d.received.Load())
	}
	n := 0
	d.sources.Range(func(any, any) bool { n++; return true })
	return n
}
