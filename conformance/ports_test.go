package conformance

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// The ports that scripts get lie below those that systems give to outgoing
// connections, so that none is taken between its choice and its use.
const (
	firstPort = 10000
	lastPort  = 31999
)

var ports = struct {
	sync.Mutex
	next int // Guarded by the mutex.
}{next: firstPort + os.Getpid()*97%(lastPort-firstPort)}

// cmdFreeport: freeport NAME... sets each variable to a free loopback port.
// No two calls in a run give the same port.
func cmdFreeport(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "freeport")
	if len(args) == 0 {
		ts.Fatalf("usage: freeport NAME...")
	}
	st := stateOf(ts)
	for _, name := range args {
		st.setenv(ts, name, strconv.Itoa(freePort()))
	}
}

func freePort() int {
	ports.Lock()
	defer ports.Unlock()
	for {
		port := ports.next
		if ports.next++; ports.next > lastPort {
			ports.next = firstPort
		}
		if !isListening(port) {
			return port
		}
	}
}

func free(port int) bool {
	for _, host := range []string{"127.0.0.1", "0.0.0.0"} {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		ln.Close()
	}
	return true
}

// cmdListening: listening [-not] port... waits until something listens on all
// the ports, or on none of them. It opens no connection.
func cmdListening(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "listening")
	want := true
	if len(args) > 0 && args[0] == "-not" {
		want, args = false, args[1:]
	}
	if len(args) == 0 {
		ts.Fatalf("usage: listening [-not] port...")
	}
	for _, arg := range args {
		port, err := strconv.Atoi(arg)
		ts.Check(err)
		if !poll(func() bool { return isListening(port) == want }) {
			ts.Fatalf("port %d: listening is still %t", port, !want)
		}
	}
}

// isListening reports whether a socket listens on the TCP port. Asking the
// kernel's table leaves the program under test alone, and opens no socket that a
// process which is being started would keep for a moment; elsewhere an attempt to
// listen tells the same.
func isListening(port int) bool {
	if runtime.GOOS != "linux" {
		return !free(port)
	}
	suffix := fmt.Sprintf(":%04X", port)
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for _, line := range strings.Split(readFile(file), "\n") {
			f := strings.Fields(line)
			if len(f) > 3 && f[3] == "0A" && strings.HasSuffix(f[1], suffix) { // 0A is TCP_LISTEN
				return true
			}
		}
	}
	return false
}
