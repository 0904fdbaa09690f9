// Package cli is the command line: flags, signals and exit codes. It is the
// only package that reads os.Args and calls os.Exit.
package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"pipy/pipy/admin"
	"pipy/pipy/codebase"
	"pipy/pipy/logging"
	"pipy/pipy/script"
	"pipy/pipy/worker"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 255 // a bad command line, or a failed start
)

// flushTimeout bounds how long the end of the process waits for log files.
const flushTimeout = 2 * time.Second

// gcPercent trades a little memory for time: the live heap is small, and most of
// what a request allocates is dead soon. The environment's GOGC overrides it.
const gcPercent = 200

// Main runs the program and does not return.
func Main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	code := run(os.Args)
	logging.Flush(flushTimeout)
	os.Exit(code)
}

// run runs the program and returns its exit code.
func run(args []string) int {
	o, err := parse(args[1:])
	if err != nil {
		return complain(err)
	}
	if o.print != nil {
		if err := o.print(os.Stdout); err != nil {
			return complain(err)
		}
		return exitOK
	}
	if o.logFile != "" {
		if err := logging.SetFile(o.logFile, o.logOptions); err != nil {
			return complain(fmt.Errorf("--log-file: %w", err))
		}
	}
	code, err := o.codebase()
	if err != nil {
		return complain(err)
	}
	script.Process.Tag, script.Process.Commit, script.Process.Date = Version, Commit, CommitDate
	script.Process.Source = o.target
	p := &process{options: o, code: code, exit: make(chan int, 1), restart: make(chan struct{}, 1)}
	return p.run(append([]string{args[0]}, o.args...))
}

// complain prints an error on one line.
func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return exitFailed
}

// codebase finds out what the target is.
func (o *options) codebase() (codebase.Codebase, error) {
	switch {
	case o.eval && o.target == "":
		return nil, fmt.Errorf("missing script to evaluate")
	case o.eval:
		return codebase.NewText(o.target), nil
	case o.target == "":
		return nil, fmt.Errorf("missing script: want a file, a URL, or -e and an expression (pipy --help tells more)")
	case !o.file && (strings.HasPrefix(o.target, "http://") || strings.HasPrefix(o.target, "https://")):
		return remote(o.target)
	}
	path, err := filepath.Abs(o.target)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("file or directory does not exist: %s", path)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: want a script file, got a directory", path)
	}
	// Scripts name files relative to their own folder.
	if err := os.Chdir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return codebase.NewFolder(path), nil
}

func remote(target string) (codebase.Codebase, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("invalid URL: %w", err)
	}
	if u.Path == "" || u.Path == "/" {
		return nil, fmt.Errorf("%s: want the URL of a script or a codebase, got one without a path", target)
	}
	return codebase.NewRemote(target, nil)
}

// process is the running program.
type process struct {
	options *options
	code    codebase.Codebase
	group   *worker.Group
	exit    chan int      // a script wants the end
	restart chan struct{} // somebody wants a reload
}

func (p *process) run(argv []string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	group, err := worker.New(p.code, worker.Options{
		Workers:   p.options.threads,
		ReusePort: p.options.reuse,
		Graph:     p.options.graph,
		Args:      argv,
		Exit: func(code int) {
			select {
			case p.exit <- code:
			default:
			}
		},
		Restart: p.wantRestart,
	})
	if err != nil {
		return complain(err)
	}
	p.group = group
	defer group.Close()
	if p.options.verify {
		return p.verify(ctx)
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, watched...)
	if code, ok := p.startUp(ctx, signals); !ok {
		return code
	}
	if p.options.admin != "" {
		server, err := admin.Start(p.options.admin, p.group)
		if err != nil {
			logging.Errorf("admin", "Cannot open the admin port: %v", err)
			return exitFailed
		}
		defer server.Close()
	}
	if _, isRemote := p.code.(*codebase.Remote); p.options.watch || isRemote && p.options.reload {
		go p.code.Watch(ctx, p.wantRestart)
	}
	trim()
	return p.serve(ctx, signals)
}

func (p *process) wantRestart() {
	select {
	case p.restart <- struct{}{}:
	default:
	}
}

// verify loads the script and tells whether it is good.
func (p *process) verify(ctx context.Context) int {
	err := p.group.Verify(ctx)
	if err == nil {
		fmt.Println("Configuration verified")
		return exitOK
	}
	if none := (*script.NoProgram)(nil); errors.As(err, &none) {
		logging.Errorf("pjs", "%v", err)
	}
	return exitFailed
}

// retryDelay is the time between attempts to start a codebase of a server.
const retryDelay = codebase.PollInterval

// startUp brings the first version into service. A codebase that a server hands
// out is tried again and again: the server may not be up yet, or get a better
// version.
func (p *process) startUp(ctx context.Context, signals <-chan os.Signal) (code int, ok bool) {
	for {
		code, ok = p.start(ctx)
		if _, isRemote := p.code.(*codebase.Remote); ok || !isRemote {
			return code, ok
		}
		logging.Infof("codebase", "Trying again in %v", retryDelay)
		select {
		case <-time.After(retryDelay):
		case s := <-signals:
			if s == syscall.SIGINT || s == syscall.SIGTERM {
				return exitFailed, false
			}
		}
	}
}

// start brings the first version into service. A script that describes nothing
// is an expression: its value is printed.
func (p *process) start(ctx context.Context) (code int, ok bool) {
	err := p.group.Start(ctx)
	if err == nil {
		return exitOK, true
	}
	if none := (*script.NoProgram)(nil); errors.As(err, &none) {
		if p.options.eval {
			fmt.Println(none.Value)
			return exitOK, false
		}
		logging.Errorf("pjs", "%v", err)
	}
	return exitFailed, false
}

// serve runs until the end and returns the exit code.
func (p *process) serve(ctx context.Context, signals <-chan os.Signal) int {
	idle := make(chan struct{})
	go func() {
		if errors.Is(p.group.Wait(ctx), worker.ErrIdle) {
			close(idle)
		}
	}()
	for {
		select {
		case <-idle:
			return exitOK
		case code := <-p.exit:
			return p.shutdown(ctx, signals, code)
		case <-p.restart:
			_ = p.group.Reload(ctx) // it has been logged, and the old version goes on
		case s := <-signals:
			if p.group.Signal(signalName(s)) {
				continue
			}
			switch s {
			case syscall.SIGHUP:
				_ = p.group.Reload(ctx)
			case syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT:
				return p.shutdown(ctx, signals, exitOK)
			}
		}
	}
}

// shutdown ends in good order; another SIGINT or SIGTERM ends at once.
func (p *process) shutdown(ctx context.Context, signals <-chan os.Signal, code int) int {
	logging.Infof("shutdown", "Shutting down...")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if p.options.drain > 0 {
		ctx, cancel = context.WithTimeout(ctx, p.options.drain)
		defer cancel()
	}
	drained := make(chan error, 1)
	go func() { drained <- p.group.Drain(ctx) }()
	for {
		select {
		case err := <-drained:
			if err != nil {
				logging.Warnf("shutdown", "Forcing to shut down: %v", err)
			}
			logging.Infof("shutdown", "Stopped.")
			return code
		case s := <-signals:
			if s != syscall.SIGINT && s != syscall.SIGTERM && s != syscall.SIGQUIT {
				continue
			}
			logging.Infof("shutdown", "Forcing to shut down...")
			logging.Infof("shutdown", "Stopped.")
			return code
		}
	}
}
