// Package worker runs versions of a codebase.
//
// A Group is the workers of one process. Each worker has a loop, an engine and
// sockets of its own, and shares nothing with the others. All workers run the
// same version: a new one is loaded by all of them, or by none.
package worker

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pipy/pipy/api"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
	"pipy/pipy/script"
	"pipy/pipy/stats"
	"pipy/pipy/transport"
)

// worker is one loop and what runs on it.
type worker struct {
	// Immutable:
	group *Group
	id    int
	loop  *loop.Loop

	overran atomic.Bool // a script was interrupted since the watch looked

	// Guarded by mu:
	mu   sync.Mutex
	live []*script.Program // those whose scripts may be running

	// Owned by the loop:
	current   *version
	staged    *version // loaded, not yet committed
	old       map[*version]struct{}
	listeners map[transport.Address]*transport.Listener
	opened    []transport.Address // by the version that is staged
	values    map[any]any
}

func newWorker(g *Group, id int) (*worker, error) {
	l, err := loop.New()
	if err != nil {
		return nil, err
	}
	w := &worker{
		group: g, id: id, loop: l,
		old:       map[*version]struct{}{},
		listeners: map[transport.Address]*transport.Listener{},
		values:    map[any]any{},
	}
	for key, make := range shared {
		w.values[key] = make()
	}
	w.values[api.StatsSumKey{}] = api.StatsSum(w.sum)
	return w, nil
}

// shared makes what a worker keeps for the packages that look it up with
// Engine.Value, by their keys.
var shared = map[any]func() any{
	api.StatsKey{}: func() any { return &stats.Registry{} },
}

// call runs f on the worker's loop and waits for it.
func (w *worker) call(f func() error) error {
	done := make(chan error, 1)
	w.loop.Post(func() { done <- f() })
	return <-done
}

// load evaluates the code and stages the program. No port is opened.
func (w *worker) load(code *script.Code, number int) error {
	v := &version{w: w, number: number, state: Loading}
	v.prog = script.New(w.loop, code, script.Host{
		Thread:  w.id,
		Threads: len(w.group.workers),
		Args:    w.group.options.Args,
		Value:   func(key any) any { return w.values[key] },
		Exit:    w.group.exit,
		Restart: w.group.restart,
		Report:  func(err error) { w.group.report(code, err) },
		Warn: func(text string) {
			if w.id == 0 { // the others load the same
				logging.Warnf("", "%s", text)
			}
		},
		Listen:  v.listen,
		Overran: func() { w.calm(v.prog) },
		Settled: func() {
			if len(w.listeners) == 0 { // what has a port goes on
				w.group.settled()
			}
		},
	})
	w.watch(v.prog)
	if err := v.prog.Load(); err != nil {
		w.unwatch(v.prog)
		return err
	}
	w.staged = v
	return nil
}

// open opens the ports that only the staged version has.
func (w *worker) open() error {
	v := w.staged
	for _, l := range v.prog.Listens {
		if _, known := w.listeners[l.Address]; known || l.Address.Path != "" && w.id > 0 {
			continue // the path of a Unix socket belongs to one worker
		}
		if err := w.listen(v, l); err != nil {
			if !w.group.options.Force {
				return err
			}
			logging.Errorf("", "%v", err)
			continue
		}
		w.opened = append(w.opened, l.Address)
	}
	return nil
}

func (w *worker) listen(v *version, l *script.Listen) error {
	options := l.Options
	options.ReusePort = w.group.options.ReusePort || len(w.group.workers) > 1
	listener, err := transport.Listen(w.loop, l.Address, options, v.accept(l.Layout))
	if err != nil {
		return &listenError{l.Address, l.Pos, err}
	}
	w.listeners[l.Address] = listener
	if w.id == 0 {
		logging.Infof("listener", "Listening on %s", portText(l.Address))
	}
	return nil
}

// listenError is the failure to open a port.
type listenError struct {
	address transport.Address
	pos     string // of the script: "main.js:12:5"
	err     error
}

func (e *listenError) Error() string {
	return fmt.Sprintf("[listener] Cannot start listening on %s: %s", portText(e.address), e.err)
}

func (e *listenError) Unwrap() error { return e.err }

// portText is how logs name an address.
func portText(a transport.Address) string {
	if a.Path != "" {
		return a.String()
	}
	if a.UDP {
		return fmt.Sprintf("UDP port %d at %s", a.Port, a.IP)
	}
	return fmt.Sprintf("port %d at %s", a.Port, a.IP)
}

// discard forgets the staged version.
func (w *worker) discard() {
	for _, address := range w.opened {
		w.close(address, w.listeners[address])
	}
	w.opened = nil
	if w.staged != nil {
		w.staged.state = Ended
		w.unwatch(w.staged.prog)
	}
	w.staged = nil
}

// commit makes the staged version the one that gets new connections.
func (w *worker) commit() {
	v, before := w.staged, w.current
	w.staged, w.current, w.opened = nil, v, nil
	wanted := map[transport.Address]bool{}
	for _, l := range v.prog.Listens {
		wanted[l.Address] = true
		if listener := w.listeners[l.Address]; listener != nil {
			options := l.Options
			options.ReusePort = w.group.options.ReusePort || len(w.group.workers) > 1
			if err := listener.Update(options, v.accept(l.Layout)); err != nil {
				logging.Errorf("listener", "%s: %v", portText(l.Address), err)
			}
		}
	}
	for _, l := range v.asked {
		wanted[l.Address] = true
	}
	for address, listener := range w.listeners {
		if !wanted[address] {
			w.close(address, listener)
		}
	}
	v.state = Running
	for _, l := range v.asked {
		if err := v.listen(l); err != nil {
			logging.Errorf("", "%v", err)
		}
	}
	v.asked = nil
	v.start()
	if before != nil {
		w.retire(before, false)
	} else {
		logging.Debugf("thread", "Thread %d started", w.id)
	}
}

func (w *worker) close(address transport.Address, listener *transport.Listener) {
	listener.Close()
	delete(w.listeners, address)
	if w.id == 0 {
		logging.Infof("listener", "Stopped listening on %s", portText(address))
	}
}

// retire lets a version end when its pipelines have ended.
func (w *worker) retire(v *version, closing bool) {
	v.state = Draining
	w.old[v] = struct{}{}
	v.stop(closing, func() {
		v.state = Ended
		delete(w.old, v)
		w.unwatch(v.prog)
		w.group.settled()
	})
}

// end closes all ports and lets all versions end.
func (w *worker) end() {
	for address, listener := range w.listeners {
		w.close(address, listener)
	}
	for v := range w.old {
		w.retire(v, true)
	}
	if v := w.current; v != nil {
		w.current = nil
		v.state = Draining
		w.old[v] = struct{}{}
		v.exits(func() { w.retire(v, true) })
		return
	}
	w.group.settled()
}

// active returns the number of pipelines that run, and whether anything could
// start more.
func (w *worker) active() (pipelines int, alive bool) {
	for v := range w.old {
		pipelines += v.prog.Layouts().Active()
		alive = true
	}
	if v := w.current; v != nil {
		pipelines += v.prog.Layouts().Active()
		alive = alive || len(w.listeners) > 0 || v.recurring() || v.reading > 0 || v.prog.Pending()
	}
	return pipelines, alive || pipelines > 0
}

// drainReport is how often the log tells what a drain is waiting for.
const drainReport = time.Second
