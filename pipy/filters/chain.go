package filters

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type chainOptions struct {
	modules []spec.Pipeline
	given   bool // modules were given, if only an empty array
}

var _ = declare(Decl[chainOptions]{
	Name: "chain",
	Doc: `continues in the entry pipelines of other modules, one inside the other

With an array of modules, the stream enters the entry pipeline of the first one.
Its chain() without arguments stands for the entry pipeline of the second, the
chain() of that for the third, and so on: what follows chain() in a module
handles what comes back from the modules behind it. At the end of the chain, and
outside of any, chain() passes events through.`,
	In: Events, Out: Events, Legacy: true,
	Params: func(p *spec.Params, o *chainOptions) {
		var modules []string
		spec.Arg(p, &modules, "modules", nil, "File names of modules; without them the chain goes on.")
		o.given = modules != nil
		for _, module := range modules {
			sub := p.ModulePipeline("modules", module, "")
			if sub == spec.NoPipeline {
				p.Fail("modules", fmt.Errorf("module %s has no entry pipeline", module))
			}
			o.modules = append(o.modules, sub)
		}
	},
	Build: func(o *chainOptions) (pipeline.New, error) {
		b := &chainBuild{opt: o}
		return func(s *pipeline.Stage) pipeline.Filter { return &chain{Stage: s, build: b, out: s.Output} }, nil
	},
})

// chainBuild is what the pipelines of one layout share.
type chainBuild struct {
	opt  *chainOptions
	made *pipeline.Chain
}

// chain returns the chain to go on with: that of the pipeline, or the one of the
// modules, which is made when the layout first runs.
func (b *chainBuild) chain(s *pipeline.Stage) *pipeline.Chain {
	if !b.opt.given {
		return s.Pipeline().Chain()
	}
	if b.made == nil {
		layouts := make([]*pipeline.Layout, len(b.opt.modules))
		for i, sub := range b.opt.modules {
			layouts[i] = s.Node().Subs[sub]
		}
		b.made = newChain(layouts, nil)
	}
	return b.made
}

// newChain returns the chain that starts before the first of the layouts: each
// link has its own layout first, and leads to the next.
func newChain(layouts []*pipeline.Layout, args []any) *pipeline.Chain {
	c := &pipeline.Chain{} // the end
	for i := len(layouts) - 1; i >= 0; i-- {
		c = &pipeline.Chain{Layouts: layouts[i:], Args: args, Next: c}
	}
	return c
}

// startLink starts the first pipeline of a chain; it returns nil at the end of
// the chain.
func startLink(s *pipeline.Stage, c *pipeline.Chain, out func(event.Event)) *pipeline.Pipeline {
	if c == nil || len(c.Layouts) == 0 {
		return nil
	}
	return s.StartIn(c.Next, c.Layouts[0], nil, out, c.Args...)
}

type chain struct {
	*pipeline.Stage
	build   *chainBuild
	out     func(event.Event)
	started bool
	target  *pipeline.Pipeline // nil: events pass through
}

func (f *chain) Process(evt event.Event) {
	if !f.started {
		f.started = true
		f.target = startLink(f.Stage, f.build.chain(f.Stage), f.out)
	}
	if f.target == nil {
		f.Output(evt)
		return
	}
	f.target.Process(evt)
}

// Reset makes the filter ready for another stream.
func (f *chain) Reset() { f.started, f.target = false, nil }
