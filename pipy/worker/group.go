package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"pipy/pipy/codebase"
	"pipy/pipy/logging"
	"pipy/pipy/script"
)

// Options are what the workers of a process have in common.
type Options struct {
	Workers   int      // at least 1
	ReusePort bool     // several processes listen on the same ports
	Graph     bool     // the log shows the pipelines of each module
	Force     bool     // a port that cannot be opened is logged and left out
	Args      []string // pipy.argv
	// ScriptTimeout is how long a script may take to be loaded, and a callback to
	// return; then it is interrupted. Zero is for ever.
	ScriptTimeout time.Duration
	// Exit is called, on any goroutine, when a script wants the process to end.
	Exit func(code int)
	// Restart is called, on any goroutine, when a script wants a reload.
	Restart func()
}

// Group is the workers of one process. It runs one program at a time, or none:
// Run starts or replaces it, Stop ends it. Its methods may be called from any
// goroutine, but not from a worker's loop.
type Group struct {
	// Immutable:
	options Options
	workers []*worker
	idle    chan struct{} // gets a value when something ended
	closed  chan struct{} // closed by Close

	changing sync.Mutex // held while the program is replaced or ended

	// Guarded by changing:
	number  int  // of the newest version
	closing bool // the process is about to end

	// Guarded by mu:
	mu      sync.Mutex
	running *running
}

// running is the program that gets new connections.
type running struct {
	source  codebase.Codebase
	version *codebase.Version
	code    *script.Code
	since   time.Time
}

// Errors of a group.
var (
	// ErrIdle is returned by Wait when nothing keeps the process alive.
	ErrIdle = errors.New("nothing is left to do")
	// ErrNoProgram is returned by Reload when no program runs.
	ErrNoProgram = errors.New("no program running")
	// ErrClosing is returned by Run and Reload after Drain.
	ErrClosing = errors.New("the process is about to end")
)

// New returns workers that have no program yet. They end with Close.
func New(options Options) (*Group, error) {
	g := &Group{options: options, idle: make(chan struct{}, 1), closed: make(chan struct{})}
	for id := range max(1, options.Workers) {
		w, err := newWorker(g, id)
		if err != nil {
			g.Close()
			return nil, err
		}
		g.workers = append(g.workers, w)
		go func() {
			if err := w.loop.Run(); err != nil {
				logging.Errorf("thread", "worker %d: %v", w.id, err)
			}
		}()
	}
	if options.ScriptTimeout > 0 {
		go g.watch(options.ScriptTimeout)
	}
	return g, nil
}

// Verify loads a codebase on one worker without opening a port. The error has
// been logged, unless it is a *script.NoProgram.
func (g *Group) Verify(ctx context.Context, source codebase.Codebase) error {
	version, err := source.Load(ctx)
	if err != nil {
		logging.Errorf("codebase", "%v", err)
		return err
	}
	g.changing.Lock()
	defer g.changing.Unlock()
	code := script.NewCode(version.Files, version.Entry)
	w := g.workers[0]
	err = w.call(func() error {
		defer w.discard()
		return w.load(code, 0)
	})
	if err != nil {
		g.explain(code, err)
	}
	return err
}

// Run loads the newest version of a codebase, opens its ports and gives it the
// connections that come from now on: on all workers, or on none, and then what
// ran before goes on. The error has been logged, unless it is a
// *script.NoProgram; Problems tells its places.
func (g *Group) Run(ctx context.Context, source codebase.Codebase) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	return g.change(ctx, source)
}

// Reload loads the newest version of the running program's codebase, as Run
// does. The error has been logged.
func (g *Group) Reload(ctx context.Context) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	r := g.program()
	if r == nil {
		logging.Errorf("restart", "No program running")
		return ErrNoProgram
	}
	logging.Infof("restart", "Reloading codebase...")
	if err := g.change(ctx, r.source); err != nil {
		logging.Errorf("restart", "Failed reloading codebase: %s", firstLine(err))
		return err
	}
	logging.Infof("restart", "Codebase reloaded")
	return nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// Running tells which version of which codebase gets new connections, and
// since when; it returns nil when no program runs.
func (g *Group) Running() (version *codebase.Version, since time.Time) {
	if r := g.program(); r != nil {
		return r.version, r.since
	}
	return nil, time.Time{}
}

// program returns what runs, nil if nothing does.
func (g *Group) program() *running {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

func (g *Group) setProgram(r *running) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = r
}

// change brings the newest version of a codebase into service.
func (g *Group) change(ctx context.Context, source codebase.Codebase) error {
	if g.closing {
		return ErrClosing
	}
	version, err := source.Load(ctx)
	if err != nil {
		logging.Errorf("codebase", "%v", err)
		return err
	}
	err = g.try(source, version)
	if w, ok := source.(codebase.Witness); ok {
		w.Tried(version, err)
	}
	return err
}

// try brings a version into service.
func (g *Group) try(source codebase.Codebase, version *codebase.Version) error {
	g.number++
	code := script.NewCode(version.Files, version.Entry)
	load := func(w *worker) error { return w.load(code, g.number) }
	if err := g.all(load); err != nil {
		g.drop()
		g.explain(code, err)
		return err
	}
	g.draw()
	if err := g.all((*worker).open); err != nil {
		g.drop()
		g.explain(code, err)
		return err
	}
	g.setProgram(&running{source: source, version: version, code: code, since: time.Now()})
	return g.all(func(w *worker) error {
		w.commit()
		return nil
	})
}

// Stop ends the program: its ports are closed when Stop returns, its
// connections end when they are done with what they do. The workers stay, for
// the next Run. Without a program it does nothing.
func (g *Group) Stop() {
	g.changing.Lock()
	defer g.changing.Unlock()
	if g.program() == nil {
		return
	}
	g.setProgram(nil)
	g.end()
	logging.Infof("restart", "Program stopped")
}

// end closes all ports and lets all versions end.
func (g *Group) end() {
	_ = g.all(func(w *worker) error {
		w.end()
		return nil
	})
}

// all runs f on the loops of all workers and returns the first error.
func (g *Group) all(f func(w *worker) error) error {
	errs := make([]error, len(g.workers))
	var wait sync.WaitGroup
	for i, w := range g.workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			errs[i] = w.call(func() error { return f(w) })
		}()
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Group) drop() {
	_ = g.all(func(w *worker) error {
		w.discard()
		return nil
	})
}

// draw logs the modules of the staged version.
func (g *Group) draw() {
	w := g.workers[0]
	_ = w.call(func() error {
		for _, name := range w.staged.prog.Modules() {
			if !g.options.Graph {
				logging.Infof("config", "Module loaded: %s", name)
				continue
			}
			title := "Module " + name
			for _, line := range []string{"", title, strings.Repeat("=", len(title)), ""} {
				logging.Infof("config", "%s", line)
			}
			for _, line := range w.staged.prog.Graph(name) {
				logging.Infof("config", " %s", line)
			}
		}
		return nil
	})
}

// explain logs why a version cannot run. An entry that describes nothing is not
// logged: the caller knows what to do with its value.
func (g *Group) explain(code *script.Code, err error) {
	if none := (*script.NoProgram)(nil); !errors.As(err, &none) {
		g.report(code, err)
	}
}

// report logs an error of a script with its place and stack.
func (g *Group) report(code *script.Code, err error) {
	var failed *script.Error
	if !errors.As(err, &failed) {
		logging.Errorf("", "%v", err)
		return
	}
	logging.Errorf("", "%s", strings.Join(failed.Report(code.Source), "\n"))
}

// Signal gives a signal to the tasks that wait for it, and tells whether there
// are any.
func (g *Group) Signal(name string) bool {
	var found bool
	var mu sync.Mutex
	_ = g.all(func(w *worker) error {
		if w.current != nil && w.current.signal(name) {
			mu.Lock()
			found = true
			mu.Unlock()
		}
		return nil
	})
	return found
}

func (g *Group) exit(code int) {
	if g.options.Exit != nil {
		g.options.Exit(code)
	}
}

func (g *Group) restart() {
	if g.options.Restart != nil {
		g.options.Restart()
	}
}

// settled says that something ended, which may have been the last.
func (g *Group) settled() {
	select {
	case g.idle <- struct{}{}:
	default:
	}
}

// Wait returns ErrIdle when nothing keeps the process alive any more: no port,
// no task, no pipeline; or the error of ctx.
func (g *Group) Wait(ctx context.Context) error {
	for {
		if _, alive := g.count(); !alive {
			return ErrIdle
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-g.idle:
		}
	}
}

// count adds up what is alive in all workers.
func (g *Group) count() (pipelines int, alive bool) {
	var mu sync.Mutex
	_ = g.all(func(w *worker) error {
		n, live := w.active()
		mu.Lock()
		defer mu.Unlock()
		pipelines += n
		alive = alive || live
		return nil
	})
	return pipelines, alive
}

// Drain closes all ports for good and waits until the last pipeline has ended or ctx
// ends, telling the log once a second what it waits for.
func (g *Group) Drain(ctx context.Context) error {
	g.changing.Lock()
	g.closing = true
	g.setProgram(nil)
	g.end()
	g.changing.Unlock()
	tick := time.NewTicker(drainReport)
	defer tick.Stop()
	for {
		n, alive := g.count()
		if !alive {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not end: %w", remaining(n), context.Cause(ctx))
		case <-g.idle:
		case <-tick.C:
			logging.Infof("shutdown", "Waiting for remaining %s...", remaining(n))
		}
	}
}

// remaining says what a drain is waiting for.
func remaining(pipelines int) string {
	if pipelines == 0 {
		return "callbacks of pipy.exit()"
	}
	return fmt.Sprintf("%d pipelines", pipelines)
}

// Close ends the workers at once. Nothing else may be called afterwards.
func (g *Group) Close() {
	close(g.closed)
	for _, w := range g.workers {
		w.loop.Stop()
	}
}
