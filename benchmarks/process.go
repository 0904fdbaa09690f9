package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	startTimeout = 10 * time.Second       // from exec to the first answer
	stopTimeout  = 2 * time.Second        // from SIGTERM to SIGKILL
	pollInterval = 100 * time.Microsecond // between two tries to connect
)

// process is a running server of ours. stop must be called in the end.
type process struct {
	cmd  *exec.Cmd
	log  string        // file with its output
	done chan struct{} // closed when it has ended
	err  error         // how it ended; readable after done
}

// spawn starts argv with env added to the environment; its output goes to the
// file log.
func spawn(argv, env []string, log string) (*process, error) {
	f, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer f.Close() // the child has its own
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), log: log, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = childAttributes()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// ended returns an error that shows the last lines of output when the process
// is gone, else nil.
func (p *process) ended() error {
	select {
	case <-p.done:
		return fmt.Errorf("the server ended (%v): %s", p.cmd.ProcessState, p.tail())
	default:
		return nil
	}
}

func (p *process) tail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	b = bytes.TrimSpace(b)
	return string(b[max(0, len(b)-500):])
}

// stop ends the process and waits for it. One that ignores SIGTERM is killed
// together with its workers.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	select {
	case <-p.done:
		return
	case <-time.After(stopTimeout):
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // its process group, see childAttributes
	<-p.done
}

// answered waits until the server at addr gives the answer that ready wants.
func (p *process) answered(ctx context.Context, addr string, ready probe) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var why error // the last that was not for lack of time
	for {
		_, err := ready.get(ctx, addr)
		if err == nil {
			return nil
		}
		if why == nil || ctx.Err() == nil {
			why = err
		}
		if ended := p.ended(); ended != nil {
			return ended
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s%s: %w: %s", addr, ready.path, why, p.tail())
		case <-time.After(pollInterval):
		}
	}
}

// freePorts returns n ports of 127.0.0.1 on which nobody listens.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // not before the last is open, so that all differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
