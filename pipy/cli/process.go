package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"pipy/pipy/admin"
	"pipy/pipy/codebase"
	"pipy/pipy/fleet"
	"pipy/pipy/logging"
	"pipy/pipy/repo"
	"pipy/pipy/script"
	"pipy/pipy/worker"
)

// process is the running program.
type process struct {
	// Immutable:
	options  *options
	mode     mode
	code     codebase.Codebase // of a file or a server; nil in other modes
	repo     *repo.Repo        // nil in other modes than that of a repo
	fleet    *fleet.Registry   // the workers of that repo; nil as well
	folder   *admin.Folder     // of a file or a workspace; nil in other modes
	upstream *url.URL          // the repo behind a proxy; nil in other modes
	exit     chan int          // a script wants the end
	restart  chan struct{}     // somebody wants a reload

	group *worker.Group // set by run
	admin *admin.Server // set by run; nil for none

	// Guarded by mu:
	mu      sync.Mutex
	program string // what was played
}

func (p *process) run(argv []string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	group, err := worker.New(worker.Options{
		Workers:   p.options.threads,
		ReusePort: p.options.reuse,
		Graph:     p.options.graph,
		Force:     p.options.force,
		Args:      argv,

		ScriptTimeout: p.options.scriptTimeout,
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
	if p.mode.remote() {
		// The server may be away for long, and whoever looks after this process
		// wants to know that it is well.
		if !p.console() {
			return exitFailed
		}
		p.join(ctx)
		if p.options.reload {
			go p.code.Watch(ctx, p.wantRestart)
		}
	}
	if p.code != nil {
		if code, ok := p.startUp(ctx, signals); !ok {
			return code
		}
	}
	if err := p.fill(); err != nil {
		logging.Errorf("codebase", "%v", err)
		return exitFailed
	}
	if !p.console() {
		return exitFailed
	}
	if err := p.playFirst(ctx); err != nil {
		logging.Errorf("codebase", "%v", err)
		return exitFailed
	}
	if p.code != nil && p.options.watch && !p.mode.remote() {
		go p.code.Watch(ctx, p.wantRestart)
	}
	p.banner()
	trim()
	return p.serve(ctx, signals)
}

// console opens the admin port, if there is to be one and it is not open yet.
func (p *process) console() bool {
	err := p.openAdmin()
	if err != nil {
		logging.Errorf("admin", "Cannot open the admin port: %v", err)
	}
	return err == nil
}

// remote tells whether a server hands out the program.
func (m mode) remote() bool { return admin.Mode(m) == admin.ModeWorker }

// close gives back what newProcess opened, and the admin port.
func (p *process) close() {
	if p.admin != nil {
		p.admin.Close()
	}
	if p.repo != nil {
		p.fleet.Close()
		if err := p.repo.Close(); err != nil {
			logging.Errorf("codebase", "close the repo: %v", err)
		}
	}
}

func (p *process) wantRestart() {
	select {
	case p.restart <- struct{}{}:
	default:
	}
}

// verify loads the script and tells whether it is good.
func (p *process) verify(ctx context.Context) int {
	err := p.group.Verify(ctx, p.code)
	if none := (*script.NoProgram)(nil); err != nil && !(errors.As(err, &none) && none.Done) {
		logNoProgram(err)
		return exitFailed
	}
	fmt.Println("Configuration verified")
	return exitOK
}

// logNoProgram logs the one kind of error that the workers do not.
func logNoProgram(err error) {
	if none := (*script.NoProgram)(nil); errors.As(err, &none) {
		logging.Errorf("pjs", "%v", err)
	}
}

// retryDelay is the time between attempts to start a codebase of a server.
const retryDelay = 5 * time.Second

// startUp brings the first version into service. A codebase that a server hands
// out is tried again and again: the server may not be up yet, or get a better
// version.
func (p *process) startUp(ctx context.Context, signals chan os.Signal) (code int, ok bool) {
	for attempt := 1; ; attempt++ {
		started := p.start(ctx, signals)
		if started.ok || started.final || !p.mode.remote() {
			return started.code, started.ok
		}
		wait := codebase.BackOff(retryDelay, attempt).Round(time.Second)
		logging.Infof("codebase", "Trying again in %v", wait)
		select {
		case <-time.After(wait):
		case <-p.restart: // the server has something else, or is back
		case s := <-signals:
			if ending(s) {
				logging.Infof("shutdown", noStart)
				return exitOK, false
			}
		}
	}
}

// noStart is what is left to say when a signal comes before the program runs.
const noStart = "Stopped before the program has started."

// started is what came of an attempt to start.
type started struct {
	ok    bool
	code  int  // the exit status if it is not
	final bool // there is to be no other attempt
}

// start brings the first version into service, unless a signal wants the end
// before that. A script that describes nothing is an expression: its value is
// printed, unless it wants the process to end with a status.
func (p *process) start(ctx context.Context, signals chan os.Signal) started {
	done := make(chan error, 1)
	go func() { done <- p.group.Run(ctx, p.code) }()
	ok, err := patient(done, signals)
	if !ok {
		logging.Infof("shutdown", noStart)
		return started{code: exitOK, final: true}
	}
	if err == nil {
		p.setProgram("/")
		return started{ok: true}
	}
	none := (*script.NoProgram)(nil)
	if !errors.As(err, &none) {
		return started{code: exitFailed}
	}
	select {
	case code := <-p.exit:
		return started{code: code, final: true}
	default:
	}
	if p.options.eval && !none.Done {
		fmt.Println(none.Value)
	}
	if p.options.eval || none.Done && p.mode.ends() && !p.mode.remote() {
		return started{code: exitOK}
	}
	logNoProgram(err)
	return started{code: exitFailed}
}

// patient waits for a result, unless a signal wants the end and no result comes
// within startGrace of it; then ok is false. A program whose ports are open is to
// end like any other. Signals are there again afterwards.
func patient(done <-chan error, signals chan os.Signal) (ok bool, err error) {
	var later []os.Signal
	var tooLate <-chan time.Time
	for {
		select {
		case err := <-done:
			for _, s := range later {
				select {
				case signals <- s:
				default: // there are as many as can wait
				}
			}
			return true, err
		case s := <-signals:
			if ending(s) && tooLate != nil {
				return false, nil
			}
			if ending(s) {
				tooLate = time.After(startGrace)
			}
			later = append(later, s)
		case <-tooLate:
			return false, nil
		}
	}
}

// startGrace is how long a start that is under way may take once a signal wants
// the end.
const startGrace = time.Second

// ending tells whether a signal asks for the end.
func ending(s os.Signal) bool {
	return s == syscall.SIGINT || s == syscall.SIGTERM || s == syscall.SIGQUIT
}

// serve runs until the end and returns the exit code. While the admin port is
// open, somebody may want to start something.
func (p *process) serve(ctx context.Context, signals <-chan os.Signal) int {
	idle := make(chan struct{})
	if p.admin == nil {
		go func() {
			if errors.Is(p.group.Wait(ctx), worker.ErrIdle) {
				close(idle)
			}
		}()
	}
	go p.reloader(ctx)
	for {
		select {
		case <-idle:
			return exitOK
		case code := <-p.exit:
			if p.mode.ends() {
				return p.shutdown(ctx, signals, code)
			}
			logging.Infof("restart", "The program wants to end with status %d", code)
			go p.Stop()
		case s := <-signals:
			if p.taken(s) {
				continue
			}
			switch {
			case s == syscall.SIGHUP:
				p.wantRestart()
			case s == syscall.SIGTSTP:
				go p.dump()
			case ending(s):
				return p.shutdown(ctx, signals, exitOK)
			}
		}
	}
}

// reloader reloads whenever somebody wants it. A script that does not come to its
// end must not keep the process from hearing signals.
func (p *process) reloader(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.restart:
			_ = p.Reload(ctx) // it has been logged, and the old version goes on
		}
	}
}

// signalTimeout bounds how long the workers may take to say whether a script
// waits for a signal.
const signalTimeout = 2 * time.Second

// taken tells whether the script takes a signal for itself.
func (p *process) taken(s os.Signal) bool {
	taken := make(chan bool, 1)
	go func() { taken <- p.group.Signal(signalName(s)) }()
	select {
	case is := <-taken:
		return is
	case <-time.After(signalTimeout):
		return false
	}
}

// dump prints what the workers have in use.
func (p *process) dump() {
	if err := p.group.WriteDump(os.Stdout); err != nil {
		logging.Errorf("dump", "%v", err)
	}
}

// sameSignal is how long after the first signal another one still counts as the
// same: a terminal signals every process of a group, a parent such as timeout(1)
// passes on what it got itself, and so one wish arrives twice.
const sameSignal = 200 * time.Millisecond

// insists tells whether a signal, so long after the first one that asked for the
// end, asks for it at once.
func insists(s os.Signal, after time.Duration) bool { return ending(s) && after >= sameSignal }

// shutdown ends in good order; another SIGINT or SIGTERM ends at once.
func (p *process) shutdown(ctx context.Context, signals <-chan os.Signal, code int) int {
	logging.Infof("shutdown", "Shutting down...")
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var late <-chan time.Time
	if p.options.drain > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, p.options.drain, fmt.Errorf("--shutdown-timeout is %v", p.options.drain))
		defer cancel()
		late = time.After(p.options.drain + signalTimeout)
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
		case <-late:
			logging.Warnf("shutdown", "Forcing to shut down: a worker does not answer")
			logging.Infof("shutdown", "Stopped.")
			return code
		case s := <-signals:
			if !insists(s, time.Since(began)) {
				continue
			}
			logging.Infof("shutdown", "Forcing to shut down...")
			logging.Infof("shutdown", "Stopped.")
			return code
		}
	}
}
