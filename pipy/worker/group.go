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
	Args      []string // pipy.argv
	// Exit is called, on any goroutine, when a script wants the process to end.
	Exit func(code int)
	// Restart is called, on any goroutine, when a script wants a reload.
	Restart func()
}

// Group is the workers of one process. Its methods may be called from any
// goroutine, but not from a worker's loop.
type Group struct {
	// Immutable:
	code    codebase.Codebase
	options Options
	workers []*worker
	idle    chan struct{} // gets a value when something ended

	// Guarded by mu:
	mu     sync.Mutex
	number int // of the newest version
}

// ErrIdle is returned by Wait when nothing keeps the process alive.
var ErrIdle = errors.New("nothing is left to do")

// New returns the workers for a codebase; Start makes them work.
func New(code codebase.Codebase, options Options) (*Group, error) {
	g := &Group{code: code, options: options, idle: make(chan struct{}, 1)}
	for id := range max(1, options.Workers) {
		w, err := newWorker(g, id)
		if err != nil {
			return nil, err
		}
		g.workers = append(g.workers, w)
	}
	return g, nil
}

// Verify loads the codebase on one worker without opening a port.
func (g *Group) Verify(ctx context.Context) error {
	version, err := g.code.Load(ctx)
	if err != nil {
		return err
	}
	code := script.NewCode(version.Files, version.Entry)
	w := g.workers[0]
	if err := w.load(code, 0); err != nil {
		g.explain(code, err)
		return err
	}
	return nil
}

// Start loads the codebase, opens its ports and runs it. The error has been
// logged, unless it is a *script.NoProgram.
func (g *Group) Start(ctx context.Context) error {
	for _, w := range g.workers {
		go func() {
			if err := w.loop.Run(); err != nil {
				logging.Errorf("thread", "worker %d: %v", w.id, err)
			}
		}()
	}
	return g.change(ctx)
}

// Reload loads the newest version and gives it the connections that come from
// now on: on all workers, or on none.
func (g *Group) Reload(ctx context.Context) error {
	logging.Infof("restart", "Reloading codebase...")
	if err := g.change(ctx); err != nil {
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

// change brings the newest version into service.
func (g *Group) change(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	version, err := g.code.Load(ctx)
	if err != nil {
		logging.Errorf("codebase", "%v", err)
		return err
	}
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
	return g.all(func(w *worker) error {
		w.commit()
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

// Drain closes all ports and waits until the last pipeline has ended or ctx
// ends, telling the log once a second what it waits for.
func (g *Group) Drain(ctx context.Context) error {
	_ = g.all(func(w *worker) error {
		w.drain()
		return nil
	})
	tick := time.NewTicker(drainReport)
	defer tick.Stop()
	for {
		n, alive := g.count()
		if !alive {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d pipelines did not end: %w", n, ctx.Err())
		case <-g.idle:
		case <-tick.C:
			logging.Infof("shutdown", "Waiting for remaining %d pipelines...", n)
		}
	}
}

// Close ends the workers at once.
func (g *Group) Close() {
	for _, w := range g.workers {
		w.loop.Stop()
	}
}
