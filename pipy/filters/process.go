package filters

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// process runs a program. It is started and waited for on a goroutine, which
// posts back what happens.
type process struct {
	// Immutable:
	loop     *loop.Loop
	collect  bool // standard error comes to onStderr, else it is ours
	onStart  func(pid int, err error)
	onStdout func(d *event.Data)
	onStderr func(d *event.Data)
	onExit   func(code int) // when it has ended and all output was delivered

	// Owned by the loop:
	cmd    *exec.Cmd
	stdin  sink
	outs   []*output
	open   int // outputs that have not ended
	exited bool
	code   int
	done   bool // killed, or onExit was called

	mu      sync.Mutex
	running *os.Process // guarded by mu
	killed  bool        // guarded by mu
}

// output is the standard output or error output of a process.
type output struct {
	pump
	file   *os.File
	exited atomic.Bool
}

// drainTime is how long an output that somebody else keeps open is still read
// when the process has exited and nothing comes.
const drainTime = 100 * time.Millisecond

// Read reads. After the process has exited, an output that is silent has ended,
// even if a process that it left behind keeps it open.
func (o *output) Read(b []byte) (int, error) {
	if o.exited.Load() {
		o.file.SetReadDeadline(time.Now().Add(drainTime))
	}
	n, err := o.file.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = io.EOF
	}
	return n, err
}

// drain says that the process has exited.
func (o *output) drain() {
	o.exited.Store(true)
	o.file.SetReadDeadline(time.Now().Add(drainTime))
}

// start begins to start the program.
func (p *process) start(argv, env []string) {
	p.stdin.loop = p.loop
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Env = env
	go p.run()
}

// run is the goroutine of the process.
func (p *process) run() {
	stdin, outs, err := p.launch()
	if err == nil {
		p.launched()
	}
	p.loop.Post(func() { p.started(stdin, outs, err) })
	if err != nil {
		return
	}
	p.cmd.Wait() // the state tells the result
	code := p.cmd.ProcessState.ExitCode()
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal()) // as shells count
	}
	p.loop.Post(func() { p.ended(code) })
}

// launched makes the process known to terminate, which may have been called.
func (p *process) launched() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = p.cmd.Process
	if p.killed {
		p.running.Signal(syscall.SIGTERM)
	}
}

// terminate sends SIGTERM, as soon as there is a process.
func (p *process) terminate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	if p.running != nil {
		p.running.Signal(syscall.SIGTERM) // an error if it has exited, no more
	}
}

// launch starts the program with pipes; it returns our ends of them.
func (p *process) launch() (stdin *os.File, outs []*os.File, err error) {
	var theirs []*os.File
	pipe := func() (r, w *os.File) {
		if err == nil {
			r, w, err = os.Pipe()
		}
		return r, w
	}
	r, stdin := pipe()
	p.cmd.Stdin = r
	theirs = append(theirs, r)
	n := 1
	if p.collect {
		n = 2
	}
	for range n {
		r, w := pipe()
		outs, theirs = append(outs, r), append(theirs, w)
	}
	if err == nil {
		p.cmd.Stdout, p.cmd.Stderr = theirs[1], os.Stderr
		if p.collect {
			p.cmd.Stderr = theirs[2]
		}
		err = p.cmd.Start()
	}
	for _, f := range theirs {
		f.Close() // of a nil file: an error, no more
	}
	if err != nil {
		stdin.Close()
		for _, f := range outs {
			f.Close()
		}
	}
	return stdin, outs, err
}

// started takes over the pipes.
func (p *process) started(stdin *os.File, files []*os.File, err error) {
	if err != nil {
		p.stdin.abandon()
		if !p.done {
			p.done = true
			p.onStart(0, err)
		}
		return
	}
	if p.done {
		stdin.Close()
		for _, f := range files {
			f.Close()
		}
		return
	}
	p.stdin.open(stdin)
	for i, file := range files {
		o := &output{file: file}
		out := p.onStdout
		if i == 1 {
			out = p.onStderr
		}
		o.pump = pump{loop: p.loop, r: o, out: out, free: func() { file.Close() }}
		o.pump.end = func(error) { p.open--; p.finish() }
		p.outs = append(p.outs, o)
		p.open++
	}
	p.onStart(p.cmd.Process.Pid, nil)
	for _, o := range p.outs {
		if !p.done {
			o.start()
		}
	}
}

// ended notes that the process has exited.
func (p *process) ended(code int) {
	p.exited, p.code = true, code
	p.stdin.drop()
	for _, o := range p.outs {
		o.drain()
	}
	p.finish()
}

func (p *process) finish() {
	if p.exited && p.open == 0 && !p.done {
		p.done = true
		p.onExit(p.code)
	}
}

// kill ends the process, by SIGTERM, and all that it is connected to. No function
// is called any more.
func (p *process) kill() {
	if p.done {
		return
	}
	p.done = true
	p.stdin.drop()
	for _, o := range p.outs {
		o.stop()
		o.file.Close() // ends a read that blocks
	}
	if !p.exited {
		p.terminate()
	}
}
