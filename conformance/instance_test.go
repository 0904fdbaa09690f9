package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// foregroundLimit is how long a pipy that runs in the foreground may take.
const foregroundLimit = 30 * time.Second

// instance is one pipy in the background.
type instance struct {
	cmd     *exec.Cmd
	log     string        // path of the file that holds its standard error
	done    chan struct{} // closed when it has ended
	checked bool          // whether the script has asked for its end
}

// pipyFlags are what comes before the arguments of the program.
type pipyFlags struct {
	wait   []int
	status int
	env    []string
	stdin  string
}

// cmdPipy: pipy [-wait port]... [-status n] [-env K=V]... [-stdin file] argument... [&name]
func cmdPipy(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "pipy")
	st := stateOf(ts)
	flags, args := parsePipyFlags(ts, args)
	name := ""
	if n := len(args); n > 0 && strings.HasPrefix(args[n-1], "&") {
		name, args = args[n-1][1:], args[:n-1]
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, st.bin, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(append([]string{}, st.env...), flags.env...)
	if flags.stdin != "" {
		cmd.Stdin = strings.NewReader(ts.ReadFile(flags.stdin))
	}
	if name == "" {
		defer cancel()
		runForeground(ts, cmd, cancel, flags.status)
		return
	}
	startInstance(ts, st, cmd, name, flags.wait)
	_ = cancel // an instance ends by its signals
}

func parsePipyFlags(ts *testscript.TestScript, args []string) (pipyFlags, []string) {
	var f pipyFlags
	for len(args) > 1 {
		switch args[0] {
		case "-wait":
			port, err := strconv.Atoi(args[1])
			ts.Check(err)
			f.wait = append(f.wait, port)
		case "-status":
			n, err := strconv.Atoi(args[1])
			ts.Check(err)
			f.status = n
		case "-env":
			f.env = append(f.env, args[1])
		case "-stdin":
			f.stdin = args[1]
		default:
			return f, args
		}
		args = args[2:]
	}
	return f, args
}

func runForeground(ts *testscript.TestScript, cmd *exec.Cmd, cancel func(), status int) {
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	cmd.WaitDelay = time.Second
	late := time.AfterFunc(foregroundLimit, cancel)
	err := cmd.Run()
	if !late.Stop() {
		ts.Fatalf("still running after %v", foregroundLimit)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		ts.Fatalf("exit status: want %d, got %s", status, cmd.ProcessState)
	}
}

func startInstance(ts *testscript.TestScript, st *state, cmd *exec.Cmd, name string, wait []int) {
	if old := st.instances[name]; old != nil && old.running() {
		ts.Fatalf("instance %s is running already", name)
	}
	in := &instance{cmd: cmd, log: filepath.Join(cmd.Dir, name+".log"), done: make(chan struct{})}
	log, err := os.Create(in.log)
	ts.Check(err)
	defer log.Close()
	out, err := os.Create(filepath.Join(cmd.Dir, name+".out"))
	ts.Check(err)
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, log
	ts.Check(cmd.Start())
	go func() { cmd.Wait(); close(in.done) }()
	st.instances[name] = in
	for _, port := range wait {
		if !poll(func() bool { return isListening(port) || !in.running() }) {
			ts.Fatalf("%s does not listen on port %d", name, port)
		}
		if !in.running() {
			in.checked = true
			ts.Fatalf("%s ended with %s before it listened on port %d", name, in.end(), port)
		}
	}
}

func (in *instance) running() bool {
	select {
	case <-in.done:
		return false
	default:
		return true
	}
}

// end says how an ended instance ended.
func (in *instance) end() string { return in.cmd.ProcessState.String() }

// kill ends an instance and reports whether it was that which ended it.
func (in *instance) kill() bool {
	in.cmd.Process.Kill()
	<-in.done
	w, ok := in.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == syscall.SIGKILL
}

func (in *instance) read() string { return readFile(in.log) }

func (in *instance) logged(re *regexp.Regexp) bool { return re.MatchString(in.read()) }

func instanceOf(ts *testscript.TestScript, name string) *instance {
	in := stateOf(ts).instances[name]
	if in == nil {
		ts.Fatalf("no instance %s", name)
	}
	return in
}

// cmdShutdown: shutdown [-INT] name [status] asks an instance to end with
// SIGTERM, or SIGINT, and wants the exit status, 0 if none is given.
func cmdShutdown(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "shutdown")
	sig := syscall.SIGTERM
	if len(args) > 0 && args[0] == "-INT" {
		sig, args = syscall.SIGINT, args[1:]
	}
	if len(args) == 0 {
		ts.Fatalf("usage: shutdown [-INT] name [status]")
	}
	in := instanceOf(ts, args[0])
	if !in.running() {
		in.checked = true
		ts.Fatalf("%s has ended before, with %s", args[0], in.end())
	}
	ts.Check(in.cmd.Process.Signal(sig))
	in.want(ts, args)
}

// cmdExited: exited name [status] waits for the end of an instance.
func cmdExited(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "exited")
	if len(args) == 0 {
		ts.Fatalf("usage: exited name [status]")
	}
	instanceOf(ts, args[0]).want(ts, args)
}

// want waits for the end and compares the status, given as args[1] or 0.
func (in *instance) want(ts *testscript.TestScript, args []string) {
	status, any := 0, len(args) > 1 && args[1] == "any"
	if len(args) > 1 && !any {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		status = n
	}
	if !poll(func() bool { return !in.running() }) {
		ts.Fatalf("%s is still running", args[0])
	}
	in.checked = true
	if got := in.cmd.ProcessState.ExitCode(); got != status && !any {
		ts.Fatalf("%s: exit status: want %d, got %s", args[0], status, in.end())
	}
}

var signals = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "QUIT": syscall.SIGQUIT,
	"TSTP": syscall.SIGTSTP, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "WINCH": syscall.SIGWINCH,
	"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
}

// cmdSignal: signal name SIGNAL
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "signal")
	if len(args) != 2 {
		ts.Fatalf("usage: signal name SIGNAL")
	}
	sig, ok := signals[strings.TrimPrefix(args[1], "SIG")]
	if !ok {
		ts.Fatalf("signal: want a name such as HUP, got %q", args[1])
	}
	ts.Check(instanceOf(ts, args[0]).cmd.Process.Signal(sig))
}

// cmdWaitLog: wait-log [-count=N] name regexp waits until the log of an
// instance holds a match, or N of them.
func cmdWaitLog(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "wait-log")
	n, in, re := logArgs(ts, "wait-log", args)
	if !poll(func() bool { return len(re.FindAllString(in.read(), -1)) >= n }) {
		ts.Fatalf("%q is not in the log %d times", re, n)
	}
}

// cmdGrepLog: grep-log [-count=N] name regexp waits like wait-log, and then
// wants exactly N matches, or 1.
func cmdGrepLog(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "grep-log")
	n, in, re := logArgs(ts, "grep-log", args)
	got := 0
	if !poll(func() bool { got = len(re.FindAllString(in.read(), -1)); return got >= n }) || got != n {
		ts.Fatalf("%q: want %d in the log, got %d", re, n, got)
	}
}

// cmdNoLog: no-log name regexp wants no match now.
func cmdNoLog(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "no-log")
	_, in, re := logArgs(ts, "no-log", args)
	if m := re.FindString(in.read()); m != "" {
		ts.Fatalf("%q is in the log: %q", re, m)
	}
}

func logArgs(ts *testscript.TestScript, name string, args []string) (int, *instance, *regexp.Regexp) {
	n := 1
	if len(args) > 0 {
		if s, ok := strings.CutPrefix(args[0], "-count="); ok {
			v, err := strconv.Atoi(s)
			ts.Check(err)
			n, args = v, args[1:]
		}
	}
	if len(args) != 2 {
		ts.Fatalf("usage: %s [-count=N] name regexp", name)
	}
	return n, instanceOf(ts, args[0]), compile(ts, args[1])
}

// cmdWaitFile: wait-file file regexp waits until a file holds a match and
// copies the file to standard output.
func cmdWaitFile(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "wait-file")
	if len(args) != 2 {
		ts.Fatalf("usage: wait-file file regexp")
	}
	path, re := ts.MkAbs(args[0]), compile(ts, args[1])
	if !poll(func() bool { return re.MatchString(readFile(path)) }) {
		ts.Fatalf("%q is not in %s:\n%s", args[1], args[0], tail(readFile(path), 40))
	}
	emit(ts, []byte(readFile(path)))
}

// cmdMemory: memory name MB wants the resident memory of an instance to be
// below that many megabytes now. Where the system does not tell, it passes.
func cmdMemory(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "memory")
	if len(args) != 2 {
		ts.Fatalf("usage: memory name MB")
	}
	limit, err := strconv.Atoi(args[1])
	ts.Check(err)
	in := instanceOf(ts, args[0])
	status := readFile(fmt.Sprintf("/proc/%d/status", in.cmd.Process.Pid))
	m := regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`).FindStringSubmatch(status)
	if m == nil {
		return
	}
	if kb, _ := strconv.Atoi(m[1]); kb>>10 >= limit {
		ts.Fatalf("%s: memory: want less than %d MB, got %d", args[0], limit, kb>>10)
	}
}
