package conformance

import (
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"pipy/mocks/peers"
)

// cmdUpstream: upstream [-port N] NAME kind starts a mock server and sets
// NAME to its "127.0.0.1:port" and NAME_PORT to the port.
func cmdUpstream(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "upstream")
	port := 0
	if len(args) > 2 && args[0] == "-port" {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		port, args = n, args[2:]
	}
	if len(args) != 2 {
		ts.Fatalf("usage: upstream [-port N] NAME kind; kinds are %s", strings.Join(peers.Kinds(), ", "))
	}
	if port == 0 {
		port = freePort()
	}
	p, err := peers.Start(args[1], "127.0.0.1:"+strconv.Itoa(port))
	ts.Check(err)
	st := stateOf(ts)
	if old := st.peers[args[0]]; old != nil {
		old.Close()
	}
	st.peers[args[0]] = p
	st.setenv(ts, args[0], p.Addr())
	st.setenv(ts, args[0]+"_PORT", strconv.Itoa(p.Port()))
}

func peerOf(ts *testscript.TestScript, name string) *peers.Peer {
	p := stateOf(ts).peers[name]
	if p == nil {
		ts.Fatalf("no upstream %s", name)
	}
	return p
}

// cmdUpstreamCount: upstream-count NAME conns|requests|open|peak N waits until a counter is N.
func cmdUpstreamCount(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "upstream-count")
	if len(args) != 3 {
		ts.Fatalf("usage: upstream-count NAME conns|requests|open|peak N")
	}
	p := peerOf(ts, args[0])
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	got := 0
	if !poll(func() bool {
		got, err = p.Count(args[1])
		ts.Check(err)
		return got == want || args[1] != "open" && got > want // those only grow
	}) || got != want {
		ts.Fatalf("%s %s: want %d, got %d", args[0], args[1], want, got)
	}
}

// cmdUpstreamGot: upstream-got NAME regexp waits until the server has received
// a match and writes all that it has received to standard output.
func cmdUpstreamGot(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "upstream-got")
	if len(args) != 2 {
		ts.Fatalf("usage: upstream-got NAME regexp")
	}
	p, re := peerOf(ts, args[0]), compile(ts, args[1])
	text := func() string { return strings.ReplaceAll(string(p.Received()), "\r\n", "\n") }
	if !poll(func() bool { return re.MatchString(text()) }) {
		ts.Fatalf("%s has not received %q but:\n%s", args[0], args[1], text())
	}
	emit(ts, []byte(text()))
}

// cmdUpstreamRelease: upstream-release NAME lets a server of kind hold answer.
func cmdUpstreamRelease(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "upstream-release")
	if len(args) != 1 {
		ts.Fatalf("usage: upstream-release NAME")
	}
	peerOf(ts, args[0]).Release()
}

// cmdUpstreamClose: upstream-close NAME ends a server and its connections.
func cmdUpstreamClose(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "upstream-close")
	if len(args) != 1 {
		ts.Fatalf("usage: upstream-close NAME")
	}
	peerOf(ts, args[0]).Close()
}
