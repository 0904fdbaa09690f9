package script

import (
	"errors"
	"fmt"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/api"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// Host is what a program may ask of the process around it. Its functions are
// called on the worker's loop; any of them may be nil.
type Host struct {
	Thread  int                   // the number of this worker, from 0
	Threads int                   // how many there are
	Args    []string              // the program's name and the script's arguments
	Value   func(key any) any     // what the worker keeps for others
	Exit    func(code int)        // ends the process in good order
	Restart func()                // reloads the codebase
	Report  func(err error)       // tells the operator about an error in a script
	Warn    func(text string)     // tells the operator what in a script may be a mistake
	Listen  func(l *Listen) error // opens a port at run time
	Overran func()                // hears that Interrupt has ended something
	Settled func()                // hears that Pending may have become false
}

// Listen is a port that a program listens on.
type Listen struct {
	Address transport.Address
	Options transport.ListenOptions
	Layout  *pipeline.Layout // nil closes the port
	Pos     string
}

// Task is a pipeline that runs by itself.
type Task struct {
	Name   string // "Task #1 (5s)"
	Every  time.Duration
	Signal string // "SIGHUP"; empty for a task with an interval
	Layout *pipeline.Layout
}

// Reader is a pipeline that is fed from a file.
type Reader struct {
	Path   string
	Layout *pipeline.Layout
}

// Program is one version of a codebase in one worker. It belongs to the
// worker's loop.
type Program struct {
	Listens []*Listen
	Tasks   []*Task
	Readers []*Reader
	Watches []*Watch
	Exits   []*pipeline.Layout // run before the process ends

	e       *Engine
	code    *Code
	host    Host
	layouts *pipeline.Program
	initial []goja.Value // of all context variables

	modules map[string]*module
	order   []*module // in the order in which they were loaded
	loading *module
	solved  map[string]goja.Value
	main    *module
	exits   []spec.Func // to be called before the process ends
	running bool
}

// NoProgram is the error for an entry that describes no pipelines and leaves
// nothing to wait for.
type NoProgram struct {
	Value string // what it evaluated to, as text
	Done  bool   // it is not an expression, but statements that have done their work
}

func (e *NoProgram) Error() string {
	if e.Done {
		return "Script opens no port and starts nothing: want pipy.listen(), or the value of pipy() in the last statement"
	}
	return "Script was not evaluated to Configuration: want the value of pipy(), got " + e.Value
}

// Load evaluates the codebase from its entry on. No port is opened. The error is
// an *Error when a script is at fault, a *NoProgram when the entry describes
// nothing.
func (p *Program) Load() error {
	if err := p.evaluate(); err != nil {
		return err
	}
	if err := p.checkLayouts(); err != nil {
		return err
	}
	if err := p.checkRecursion(); err != nil {
		return err
	}
	p.nameLayouts()
	p.running = true
	return nil
}

// New returns a program of which nothing has been evaluated.
func New(l *loop.Loop, code *Code, host Host) *Program {
	e := newEngine(l, code.files, host.Value)
	p := &Program{
		e: e, code: code, host: host,
		modules: map[string]*module{},
		solved:  map[string]goja.Value{},
	}
	p.layouts = pipeline.NewProgram(l, p.onError)
	p.bindPipy()
	return p
}

// evaluate runs the scripts.
func (p *Program) evaluate() error {
	main, err := p.load(p.code.Entry)
	if err != nil {
		return err
	}
	p.main = main
	if main.config == nil && len(p.Listens) == 0 && !p.Pending() {
		return &NoProgram{Value: p.resultText(), Done: main.code != nil && !main.code.single}
	}
	return p.linkImports()
}

// Pending tells whether there is something that the scripts wait for: a time, an
// answer, the end of a pipeline.
func (p *Program) Pending() bool { return p.e.pending > 0 }

// Layouts returns what the pipelines of the program share.
func (p *Program) Layouts() *pipeline.Program { return p.layouts }

// resultText is the value of the entry script as text: strings as they are,
// other values as console.log shows them.
func (p *Program) resultText() string {
	v := p.main.value
	if v == nil {
		return "undefined"
	}
	if goja.IsNull(v) {
		return "null"
	}
	if s, ok := p.e.export(v).(string); ok {
		return s
	}
	return api.Dump(p.e.export(v))
}

// End calls what the scripts want to be called before the process ends, and done
// when the promises that they returned are settled.
func (p *Program) End(done func()) {
	left := 1
	settled := func(_ any, err error) {
		if err != nil {
			p.report(fmt.Errorf("pipy.exit: %w", err))
		}
		if left--; left == 0 {
			done()
		}
	}
	for _, fn := range p.exits {
		left++
		v, err := fn.Call(p.NewContext(nil))
		if promise, ok := v.(spec.Promise); ok && err == nil {
			promise.Then(settled)
			continue
		}
		settled(nil, err)
	}
	settled(nil, nil)
}

// NewContext returns a context with the initial values of all variables.
func (p *Program) NewContext(inbound any) *pipeline.Context {
	return pipeline.NewContext(&vars{prog: p, values: append([]goja.Value(nil), p.initial...)}, inbound)
}

// onError reports the failure of a filter.
func (p *Program) onError(s *pipeline.Stage, err error) {
	var failed *Error
	if !errors.As(err, &failed) {
		err = fmt.Errorf("%s: %s: %w", s.Node().Pos, s.Node().Name, err)
	}
	p.report(err)
}

func (p *Program) report(err error) {
	if p.host.Report != nil && !told(err) {
		p.host.Report(err)
	}
}

// Source returns the text of a module.
func (p *Program) Source(name string) string { return p.code.Source(name) }

// checkRecursion finds pipelines that contain themselves.
func (p *Program) checkRecursion() error {
	const (
		inside = 1
		done   = 2
	)
	state := map[*pipeline.Layout]int{}
	var visit func(l *pipeline.Layout) error
	visit = func(l *pipeline.Layout) error {
		if l == nil || state[l] == done {
			return nil
		}
		if state[l] == inside {
			return fmt.Errorf("[config] recursive pipeline: %s (%s)", l.Name, l.Pos)
		}
		state[l] = inside
		for _, n := range l.Nodes {
			for _, sub := range n.Subs {
				if err := visit(sub); err != nil {
					return err
				}
			}
		}
		state[l] = done
		return nil
	}
	for _, l := range p.layouts.Layouts {
		if err := visit(l); err != nil {
			return err
		}
	}
	return nil
}
