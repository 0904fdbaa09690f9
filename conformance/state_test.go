package conformance

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pipy/mocks/peers"
)

// interval is how often a command that waits looks.
const interval = 10 * time.Millisecond

// deadline is how long a command waits for what it wants to see: 30 s, or what
// CONFORMANCE_DEADLINE says.
var deadline = patience()

func patience() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("CONFORMANCE_DEADLINE")); err == nil && d > 0 {
		return d
	}
	return 30 * time.Second
}

// commands are the words that scripts have beyond those of package testscript.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"freeport":         cmdFreeport,
	"pipy":             cmdPipy,
	"shutdown":         cmdShutdown,
	"exited":           cmdExited,
	"signal":           cmdSignal,
	"listening":        cmdListening,
	"memory":           cmdMemory,
	"http":             cmdHTTP,
	"http2":            cmdHTTP2,
	"http-close":       cmdHTTPClose,
	"http-open":        cmdHTTPOpen,
	"http-wait":        cmdHTTPWait,
	"edit":             cmdEdit,
	"raw":              cmdRaw,
	"load":             cmdLoad,
	"upstream":         cmdUpstream,
	"upstream-count":   cmdUpstreamCount,
	"upstream-got":     cmdUpstreamGot,
	"upstream-release": cmdUpstreamRelease,
	"upstream-close":   cmdUpstreamClose,
	"udp":              cmdUDP,
	"udp-server":       cmdUDPServer,
	"udp-count":        cmdUDPCount,
	"websocket":        cmdWebSocket,
	"wait-log":         cmdWaitLog,
	"wait-file":        cmdWaitFile,
	"grep-log":         cmdGrepLog,
	"no-log":           cmdNoLog,
}

// state is what one running script has beyond its testscript. It belongs to
// the goroutine of the script.
type state struct {
	bin       string
	env       []string // for instances: the initial variables and those set by our commands
	instances map[string]*instance
	peers     map[string]*peers.Peer
	sessions  map[string]*session
	loads     map[string]*load
	datagrams map[string]*datagrams

	background map[string]chan ending // exchanges that run beside the script

	complaints []string // failures found after the last line
	tails      string   // ends of the logs, for the report of a failure
}

type stateKey struct{}

func newState(env *testscript.Env, bin string) *state {
	env.Setenv("GORACE", "atexit_sleep_ms=0")
	env.Setenv("TZ", "UTC")
	env.Setenv("SOAK", cmp.Or(os.Getenv("PIPY_SOAK"), "3s"))
	if root, err := filepath.Abs(".."); err == nil {
		env.Setenv("ROOT", root)
	}
	st := &state{
		bin:       bin,
		env:       env.Vars,
		instances: map[string]*instance{},
		peers:     map[string]*peers.Peer{},
		sessions:  map[string]*session{},
		loads:     map[string]*load{},
		datagrams: map[string]*datagrams{},

		background: map[string]chan ending{},
	}
	env.Values[stateKey{}] = st
	env.Defer(st.close)
	return st
}

func stateOf(ts *testscript.TestScript) *state { return ts.Value(stateKey{}).(*state) }

// setenv sets a variable for the script and for the instances that it starts.
func (st *state) setenv(ts *testscript.TestScript, key, value string) {
	ts.Setenv(key, value)
	st.env = append(st.env, key+"="+value)
}

// close ends everything that the script has left running.
func (st *state) close() {
	for name, l := range st.loads {
		l.end()
		st.complain("load %s: want a load stop", name)
	}
	for name := range st.background {
		st.complain("http -bg %s: want an http-wait", name)
	}
	for _, s := range st.sessions {
		s.Close()
	}
	for name, in := range st.instances {
		if !in.kill() && !in.checked {
			st.complain("instance %s ended by itself with %s, and no exited or shutdown line asked for it", name, in.end())
		}
		if in.logged(regexp.MustCompile(`WARNING: DATA RACE|(?m)^fatal error: |^goroutine \d+ \[`)) {
			st.complain("instance %s: its log holds a data race or a crash", name)
		}
		st.tails += fmt.Sprintf("[end of %s.log]\n%s", name, tail(in.read(), 60))
	}
	for _, p := range st.peers {
		p.Close()
	}
}

func (st *state) complain(format string, args ...any) {
	st.complaints = append(st.complaints, fmt.Sprintf(format, args...))
}

// tail returns the last n lines of a text.
func tail(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "")
}

// poll calls done until it returns true or the deadline has passed, and returns its last answer.
func poll(done func() bool) bool {
	for end := time.Now().Add(deadline); ; time.Sleep(interval) {
		if done() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

func compile(ts *testscript.TestScript, pattern string) *regexp.Regexp {
	re, err := regexp.Compile("(?m)" + pattern)
	ts.Check(err)
	return re
}

func plainOnly(ts *testscript.TestScript, neg bool, name string) {
	if neg {
		ts.Fatalf("%s does not take !", name)
	}
}

func readFile(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// emit writes bytes from the wire to the standard output that the next stdout
// or cmp looks at, with plain line ends, which patterns and txtar files need.
func emit(ts *testscript.TestScript, b []byte) {
	ts.Stdout().Write(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

// cmdEdit: edit file old new replaces every occurrence of a text in a file,
// which must hold it. The file changes at once, under its old name.
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "edit")
	if len(args) != 3 {
		ts.Fatalf("usage: edit file old new")
	}
	path, text := ts.MkAbs(args[0]), ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q:\n%s", args[0], args[1], text)
	}
	ts.Check(os.WriteFile(path+".new", []byte(strings.ReplaceAll(text, args[1], args[2])), 0o666))
	ts.Check(os.Rename(path+".new", path))
}
