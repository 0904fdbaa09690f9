package main_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// reader does what the reader of a README does.
type reader struct {
	t       *testing.T
	home    string     // of curl's settings
	running []*program // in terminals of their own, the newest last
}

// program is a command that was started.
type program struct {
	*exec.Cmd
	step   step
	done   chan struct{} // closed when it has ended
	err    error         // valid when done
	output lockedBuffer
	seen   int // bytes of the output that steps have named
}

// lockedBuffer is a buffer that may be read while a program writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// text returns what was written, with line ends of one kind.
func (l *lockedBuffer) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.ReplaceAll(l.b.String(), "\r\n", "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

func (l *lockedBuffer) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

// do does one step. A failure ends the page.
func (r *reader) do(s step) {
	r.t.Helper()
	switch s.command {
	case "^C":
		r.interrupt(s)
		return
	case "":
		r.expect(s)
		return
	}
	if why, ok := tooLong[s.command]; ok {
		r.t.Logf("line %d: left out %q: %s", s.line, s.command, why)
		return
	}
	p := r.start(s)
	want := s.pattern()
	r.wait(p, func() bool { return s.stays() && want.MatchString(p.output.text()) })
	named := want.FindStringIndex(p.output.text())
	if named == nil {
		r.t.Fatalf("line %d: %s\ngot:\n%s\nwant:\n%s", s.line, s.command, p.output.text(), strings.Join(s.output, "\n"))
	}
	p.seen = named[1]
	if !s.stays() && p.err != nil {
		r.t.Fatalf("line %d: %s: %v", s.line, s.command, p.err)
	}
}

// start starts a command in a process group of its own, as a shell does.
func (r *reader) start(s step) *program {
	r.t.Helper()
	p := &program{Cmd: exec.Command("bash", "-c", s.command), step: s, done: make(chan struct{})}
	p.Dir = treeRoot
	p.Env = append(os.Environ(), "CURL_HOME="+r.home)
	p.Stdout, p.Stderr = &p.output, &p.output
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.running = append(r.running, p)
	go func() {
		p.err = p.Cmd.Wait()
		close(p.done)
	}()
	return p
}

// wait waits until the program has ended or the condition holds.
func (r *reader) wait(p *program, enough func() bool) {
	r.t.Helper()
	deadline := time.After(patience)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-p.done:
			r.running = slices.DeleteFunc(r.running, func(o *program) bool { return o == p })
			return
		case <-deadline:
			r.t.Fatalf("line %d: %s: got nothing more for %v than\n%s", p.step.line, p.step.command, patience, p.output.text())
		case <-tick.C:
			if enough() {
				return
			}
		}
	}
}

// expect waits until one of the running programs has printed what the step says,
// after what earlier steps have named.
func (r *reader) expect(s step) {
	r.t.Helper()
	want := s.pattern()
	deadline := time.After(patience)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		var got strings.Builder
		for _, p := range slices.Backward(r.running) {
			text := p.output.text()[p.seen:]
			if named := want.FindStringIndex(text); named != nil {
				p.seen += named[1]
				return
			}
			got.WriteString(p.step.command + ":\n" + text + "\n")
		}
		select {
		case <-deadline:
			r.t.Fatalf("line %d: got:\n%s\nwant:\n%s", s.line, got.String(), strings.Join(s.output, "\n"))
		case <-tick.C:
		}
	}
}

// interrupt types Ctrl-C in the terminal of the newest program. The exit status
// is not looked at: `go run` ends with 1 after an interrupt, whatever its program
// does.
func (r *reader) interrupt(s step) {
	r.t.Helper()
	if len(r.running) == 0 {
		r.t.Fatalf("line %d: ^C: nothing is running", s.line)
	}
	p := r.running[len(r.running)-1]
	p.output.reset()
	p.seen = 0
	p.signal(r.t, syscall.SIGINT)
	r.wait(p, func() bool { return false })
	if !s.pattern().MatchString(p.output.text()) {
		r.t.Errorf("line %d: ^C\ngot:\n%s\nwant:\n%s", s.line, p.output.text(), strings.Join(s.output, "\n"))
	}
}

// leave ends what is still running: a second Ctrl-C does not wait for connections.
func (r *reader) leave() {
	deadline := time.After(patience)
	for _, p := range slices.Backward(r.running) {
		p.signal(r.t, syscall.SIGINT)
	}
	again := time.NewTicker(300 * time.Millisecond)
	defer again.Stop()
	for _, p := range slices.Backward(r.running) {
		for ended := false; !ended; {
			select {
			case <-p.done:
				ended = true
			case <-again.C:
				p.signal(r.t, syscall.SIGINT)
			case <-deadline:
				p.signal(r.t, syscall.SIGKILL)
				<-p.done
				ended = true
			}
		}
	}
}

// signal sends a signal to the process group of a program, as a terminal does.
func (p *program) signal(t *testing.T, s syscall.Signal) {
	if err := syscall.Kill(-p.Process.Pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
}
