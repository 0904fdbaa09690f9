package cli

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"pipy/pipy/logging"
)

// dockerStart is the word that stands for what a container runs: PIPY_SPAWN
// processes and one more, each of which runs PIPY_CONFIG_FILE.
const dockerStart = "docker-start"

// defaultConfigFile is what runs when the container is not told otherwise.
const defaultConfigFile = "/etc/pipy/test/001-echo/pipy.js"

// Limits of the supervisor.
const (
	maxSpawn     = 255
	earlyDeath   = 5 * time.Second // what fails sooner at the first start will fail again
	firstBackOff = time.Second
	lastBackOff  = 30 * time.Second
	goodRun      = time.Minute // after so long, back-off begins anew
)

// runDocker does what the environment asks for and returns the exit code.
func runDocker() int {
	args, processes, err := dockerArgs(os.Getenv)
	if err != nil {
		return complain(err)
	}
	self, err := os.Executable()
	if err != nil {
		return complain(err)
	}
	if processes == 1 {
		// Nothing is to be kept together: the program takes our place.
		return complain(syscall.Exec(self, append([]string{os.Args[0]}, args...), os.Environ()))
	}
	s := &supervisor{path: self, args: args, ended: make(chan *child)}
	return s.run(processes)
}

// dockerArgs reads the environment. The configuration file may be followed by
// options.
func dockerArgs(env func(string) string) (args []string, processes int, err error) {
	args = strings.Fields(env("PIPY_CONFIG_FILE"))
	if len(args) == 0 {
		args = []string{defaultConfigFile}
	}
	spawn, err := dockerNumber("PIPY_SPAWN", env("PIPY_SPAWN"), 0)
	if err != nil {
		return nil, 0, err
	}
	threads, err := dockerNumber("PIPY_THREADS", env("PIPY_THREADS"), 1)
	if err != nil {
		return nil, 0, err
	}
	if spawn > 0 && threads > 0 {
		return nil, 0, fmt.Errorf("PIPY_SPAWN and PIPY_THREADS: want one of them, got %d and %d", spawn, threads)
	}
	if threads > 0 {
		args = append(args, fmt.Sprintf("--threads=%d", threads))
	}
	return append(args, "--reuse-port"), spawn + 1, nil
}

// dockerNumber reads a number from the environment; nothing means 0.
func dockerNumber(name, text string, least int) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > maxSpawn {
		return 0, fmt.Errorf("%s: want a number from %d to %d, got %q", name, least, maxSpawn, text)
	}
	return n, nil
}

// supervisor keeps processes running.
type supervisor struct {
	path  string
	args  []string
	ended chan *child

	children []*child
	stopping bool
	code     int
}

// child is one of the processes, again and again.
type child struct {
	number  int
	cmd     *exec.Cmd // nil while it does not run
	started time.Time
	fails   int
	first   bool
	gone    bool // it will not be started again
}

// run starts the processes and returns when all have ended.
func (s *supervisor) run(processes int) int {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTSTP)
	for n := range processes {
		c := &child{number: n, first: true}
		s.children = append(s.children, c)
		if err := s.start(c); err != nil {
			s.code = complain(err)
			s.stop(syscall.SIGTERM)
			break
		}
	}
	again := make(chan *child)
	for s.alive() {
		select {
		case sig := <-signals:
			s.signal(sig)
		case c := <-s.ended:
			s.settle(c, again)
		case c := <-again:
			s.retry(c, again)
		}
	}
	return s.code
}

// alive tells whether a process runs, or will.
func (s *supervisor) alive() bool {
	for _, c := range s.children {
		if c.cmd != nil || !c.gone && !s.stopping {
			return true
		}
	}
	return false
}

func (s *supervisor) start(c *child) error {
	cmd := exec.Command(s.path, s.args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd, c.started = cmd, time.Now()
	go func() {
		_ = cmd.Wait() // ProcessState tells it all
		s.ended <- c
	}()
	return nil
}

// signal passes a signal on. One that asks for the end asks all.
func (s *supervisor) signal(sig os.Signal) {
	if ending(sig) {
		s.stop(sig)
		return
	}
	for _, c := range s.children {
		if c.cmd != nil {
			_ = c.cmd.Process.Signal(sig)
		}
	}
}

func (s *supervisor) stop(sig os.Signal) {
	s.stopping = true
	for _, c := range s.children {
		if c.cmd != nil {
			_ = c.cmd.Process.Signal(sig)
		}
	}
}

// settle decides what becomes of a process that has ended.
func (s *supervisor) settle(c *child, again chan<- *child) {
	state, ran := c.cmd.ProcessState, time.Since(c.started)
	c.cmd = nil
	switch {
	case state.Success():
		c.gone = true
		return
	case s.stopping:
		s.code = max(s.code, exitStatus(state))
		return
	case c.first && ran < earlyDeath && exitStatus(state) == exitFailed:
		logging.Errorf("docker", "Process %d could not start: %v", c.number, state)
		s.code = exitStatus(state)
		s.stop(syscall.SIGTERM)
		return
	}
	c.first = false
	if ran > goodRun {
		c.fails = 0
	}
	delay := min(firstBackOff<<min(c.fails, 10), lastBackOff)
	c.fails++
	logging.Errorf("docker", "Process %d has ended: %v; starting it again in %v", c.number, state, delay)
	time.AfterFunc(delay, func() { again <- c })
}

// retry starts a process again.
func (s *supervisor) retry(c *child, again chan<- *child) {
	if s.stopping {
		return
	}
	if err := s.start(c); err != nil {
		logging.Errorf("docker", "Process %d: %v", c.number, err)
		time.AfterFunc(lastBackOff, func() { again <- c })
	}
}

// exitStatus is the status of an ended process as a shell tells it.
func exitStatus(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}
