package filters

import (
	"fmt"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// A usage is one module of a use filter.
type usage struct{ up, down spec.Pipeline }

type useOptions struct {
	stages []usage
	when   spec.Func // nil: never turn down
	label  string
}

var _ = declare(Decl[useOptions]{
	Name: "use",
	Doc: `runs pipelines of other modules

With one module, the stream continues in its pipeline of the given name, or in
its entry pipeline when no name is given.

With an array of modules, the stream goes through the pipelines of that name
from the first module to the last, then through their pipelines named by
pipelineDown from the last to the first. Modules without such a pipeline are left
out. At the first event that reaches a module, when() is asked: if it holds,
neither that module nor those after it are entered, and the stream turns down
through the down pipelines of the modules it has passed.`,
	In: Events, Out: Events, Legacy: true,
	Params: func(p *spec.Params, o *useOptions) {
		var modules any
		var args []any
		spec.Need(p, &modules, "modules", "A module's file name, or an array of them.")
		spec.Rest(p, &args, "pipelines", "string | (() => boolean)", "The pipeline's name, the name of the pipeline on the way down, and the condition to turn down; the last two may be left out.")
		if !p.Decoding() {
			return
		}
		var names [2]string
		given := 0
		for i, arg := range args {
			if when, ok := arg.(spec.Func); ok && i > 0 && i == len(args)-1 {
				o.when = when
			} else if name, ok := arg.(string); ok && given < 2 {
				names[given] = name
				given++
			} else if arg != nil {
				p.Fail("pipelines", &spec.Mismatch{Wants: "a pipeline name", Got: spec.Show(arg)})
				return
			}
		}
		useModules(p, o, modules, names, given)
	},
	Label: func(o *useOptions) string { return o.label },
	Build: func(o *useOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return newUse(s, o) }, nil
	},
})

// noPipeline tells that a module lacks the pipeline to run.
func noPipeline(module, name string) error {
	if name == "" {
		name = "want a name here, or one without a name there"
	}
	return fmt.Errorf("pipeline not found in module /%s: %s", strings.TrimPrefix(module, "/"), name)
}

// useModules finds the pipelines of the modules.
func useModules(p *spec.Params, o *useOptions, modules any, names [2]string, given int) {
	if module, ok := modules.(string); ok {
		u := usage{p.ModulePipeline("module", module, names[0]), spec.NoPipeline}
		if u.up == spec.NoPipeline {
			p.Fail("module", noPipeline(module, names[0]))
		}
		o.stages = append(o.stages, u)
		o.label = UseLabel([]string{module}, names[0])
		return
	}
	list, err := spec.Convert[[]string](modules)
	if err != nil {
		p.Fail("modules", &spec.Mismatch{Wants: "a file name or an array of file names", Got: spec.Show(modules)})
		return
	}
	o.label = UseLabel(list, names[0])
	for _, module := range list {
		u := usage{p.ModulePipeline("modules", module, names[0]), spec.NoPipeline}
		if given == 2 {
			u.down = p.ModulePipeline("modules", module, names[1])
		}
		if u.up != spec.NoPipeline || u.down != spec.NoPipeline {
			o.stages = append(o.stages, u)
		}
	}
}

// UseLabel is how graphs show a use of some modules and the pipelines of a name.
func UseLabel(modules []string, name string) string {
	first := ""
	if len(modules) > 0 {
		first = "/" + strings.TrimPrefix(modules[0], "/")
	}
	switch n := len(modules); n {
	case 0:
		return fmt.Sprintf("use (0 modules) [%s]", name)
	case 1:
		return fmt.Sprintf("use %s [%s]", first, name)
	default:
		return fmt.Sprintf("use %s (plus %d more) [%s]", first, n-1, name)
	}
}

type use struct {
	*pipeline.Stage
	opt   *useOptions
	steps []step // by module: up, then in the same order down
}

// A step is the way of the stream through one module in one direction.
type step struct {
	out     func(event.Event) // where the module's output goes
	entered bool
	through bool // there is no pipeline in this direction
	turned  bool // up only: the stream turned down before this module
	target  *pipeline.Pipeline
}

func newUse(s *pipeline.Stage, o *useOptions) *use {
	n := len(o.stages)
	f := &use{Stage: s, opt: o, steps: make([]step, 2*n)}
	for i := range n {
		f.steps[i].out = func(evt event.Event) { f.up(i+1, evt) }
		f.steps[n+i].out = func(evt event.Event) { f.down(i-1, evt) }
	}
	return f
}

func (f *use) Process(evt event.Event) { f.up(0, evt) }

// up lets an event enter the i-th module on the way up.
func (f *use) up(i int, evt event.Event) {
	if i == len(f.opt.stages) {
		f.down(i-1, evt)
		return
	}
	st := &f.steps[i]
	if !st.entered {
		st.entered = true
		if turn, err := f.turn(); err != nil {
			f.Fail(err)
			return
		} else if turn {
			st.turned = true
		} else {
			f.enter(st, f.opt.stages[i].up)
		}
	}
	switch {
	case st.turned:
		f.down(i-1, evt)
	case st.through:
		f.up(i+1, evt)
	default:
		st.target.Process(evt)
	}
}

// down lets an event enter the i-th module on the way down.
func (f *use) down(i int, evt event.Event) {
	if i < 0 {
		f.Output(evt)
		return
	}
	st := &f.steps[len(f.opt.stages)+i]
	if !st.entered {
		st.entered = true
		f.enter(st, f.opt.stages[i].down)
	}
	if st.through {
		f.down(i-1, evt)
		return
	}
	st.target.Process(evt)
}

func (f *use) enter(st *step, sub spec.Pipeline) {
	if sub == spec.NoPipeline {
		st.through = true
		return
	}
	st.target = f.Sub(int(sub), nil, st.out)
}

func (f *use) turn() (bool, error) {
	if f.opt.when == nil {
		return false, nil
	}
	v, err := f.opt.when.Call(f.Context())
	return truthy(v), err
}

// Reset makes the filter ready for another stream.
func (f *use) Reset() {
	for i := range f.steps {
		f.steps[i] = step{out: f.steps[i].out}
	}
}
