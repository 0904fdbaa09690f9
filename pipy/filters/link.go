package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// A route is one of the choices of link and branch.
type route struct {
	when   spec.Func // nil: always
	target spec.Pipeline
}

type linkOptions struct {
	routes []route
	ask    spec.Func // tells the target, instead of routes
}

const wantsLink = "the name of a pipeline, a pipeline, a Swap or a pipeline.Hub"

var _ = declare(Decl[linkOptions]{
	Name: "link",
	Doc: `continues in another pipeline

The targets are tried in order; the first one whose condition holds gets the
stream, for good. A target without a condition always matches; the name ''
stands for passing events through. As long as no condition holds, events are
kept and the conditions are asked again at each further event.

A function without parameters, as the only argument, tells the target: the name of
a pipeline of the module, a pipeline, or a Swap or pipeline.Hub, in which the stream
meets others as it does by the filter swap. As long as it returns nothing, events
are kept and it is asked again.`,
	In: Events, Out: Events, Legacy: true,
	Params: func(p *spec.Params, o *linkOptions) {
		var args []any
		spec.Rest(p, &args, "targets", "string | (() => boolean | string | PipelineTemplate | Swap | pipeline.Hub | null | undefined)", "A pipeline name, its condition, the next name, its condition, and so on; or a function that tells the target.")
		if !p.Decoding() {
			return
		}
		if len(args) == 0 {
			p.Fail("target", &spec.Mismatch{Wants: "a pipeline name", Got: "nothing"})
		}
		if len(args) == 1 {
			if fn, ok := args[0].(arity); ok && fn.Arity() == 0 {
				o.ask, _ = args[0].(spec.Func)
				return
			}
		}
		for i := 0; i < len(args); i++ {
			r := route{target: p.Pipeline("target", args[i])}
			if i+1 < len(args) {
				if when, ok := args[i+1].(spec.Func); ok {
					r.when = when
					i++
				} else if _, name := args[i+1].(string); !name {
					p.Fail("condition", &spec.Mismatch{Wants: "a function", Got: spec.Show(args[i+1])})
				}
			}
			o.routes = append(o.routes, r)
		}
	},
	Build: func(o *linkOptions) (pipeline.New, error) {
		if o.ask != nil {
			return buildPipe(&pipeOptions{target: o.ask, link: true})
		}
		return buildRoutes(o)
	},
})

// namedLayout returns a pipeline of the module that the stage is in; nil when it
// has none of that name.
func namedLayout(s *pipeline.Stage, name string) *pipeline.Layout {
	module := s.Pipeline().Layout().Module
	for _, l := range s.Program().Layouts {
		if l.Module == module && l.Name == name {
			return l
		}
	}
	return nil
}

// swapLayout returns a pipeline in which a stream meets others.
func swapLayout(s *pipeline.Stage, hub any) *pipeline.Layout {
	return &pipeline.Layout{Program: s.Program(), Module: s.Pipeline().Layout().Module, Pos: s.Node().Pos,
		Nodes: []*pipeline.Node{{Name: "swap", Pos: s.Node().Pos, New: newSwap(&swapOptions{hub})}}}
}

var _ = declare(Decl[linkOptions]{
	Name: "branch",
	Doc: `continues in the first pipeline whose condition holds

Conditions and pipelines alternate; a last pipeline without a condition takes
what is left. Conditions are functions, asked again at each event until one of
them holds, or plain values. Without any function the choice is made while the
configuration is built: the chosen function gets the configuration itself, and
may add filters to the open pipeline or open others, such as ports.`,
	In: Events, Out: Events, Legacy: true,
	Params: branchParams,
	Build:  buildRoutes,
})

// branchParams declares conditions and pipelines that alternate.
func branchParams(p *spec.Params, o *linkOptions) {
	var args []any
	spec.Rest(p, &args, "branches", "boolean | (() => boolean) | string | (($: Configuration) => void)", "A condition, its pipeline, the next condition, its pipeline, and so on.")
	if !p.Decoding() {
		return
	}
	if len(args) < 2 {
		p.Fail("branches", &spec.Mismatch{Wants: "a condition and a pipeline", Got: spec.Show(nil)})
	}
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			o.routes = append(o.routes, route{target: p.Pipeline("pipeline", args[i])})
			return
		}
		r := route{}
		if when, ok := args[i].(spec.Func); ok {
			r.when = when
		} else if !truthy(args[i]) {
			continue
		}
		r.target = p.Pipeline("pipeline", args[i+1])
		o.routes = append(o.routes, r)
	}
}

// FixedBranch returns the choice of a branch whose conditions are all plain
// values, nil when none holds.
func FixedBranch(args []any) (target any, fixed bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if _, fn := args[i].(spec.Func); fn {
			return nil, false
		}
	}
	for i := 0; i < len(args); i += 2 {
		switch {
		case i+1 == len(args):
			return args[i], true
		case truthy(args[i]):
			return args[i+1], true
		}
	}
	return nil, true
}

func buildRoutes(o *linkOptions) (pipeline.New, error) {
	return func(s *pipeline.Stage) pipeline.Filter {
		return &link{Stage: s, routes: o.routes, out: s.Output, kept: queue{limit: decisionLimit}}
	}, nil
}

type link struct {
	*pipeline.Stage
	routes  []route
	out     func(event.Event)
	target  *pipeline.Pipeline
	through bool  // the choice was to pass events through
	kept    queue // events that came before a choice
}

func (f *link) Process(evt event.Event) {
	if f.target == nil && !f.through && !f.choose() {
		f.keep(evt)
		return
	}
	f.kept.drain(f.pass)
	f.pass(evt)
}

func (f *link) pass(evt event.Event) {
	if f.through {
		f.Output(evt)
		return
	}
	f.target.Process(evt)
}

func (f *link) keep(evt event.Event) {
	if _, ok := evt.(*event.StreamEnd); ok {
		f.kept.clear()
		f.Output(evt)
		return
	}
	f.kept.push(f.Stage, evt)
}

// choose asks the conditions and tells whether one of them held.
func (f *link) choose() bool {
	for _, r := range f.routes {
		if r.when != nil {
			v, err := r.when.Call(f.Context())
			if err != nil {
				f.Fail(err)
				return false
			}
			if !truthy(v) {
				continue
			}
		}
		if f.Node().Subs[r.target] == nil {
			f.through = true
		} else {
			f.target = f.Sub(int(r.target), nil, f.out)
		}
		return true
	}
	return false
}

// Reset makes the filter ready for another stream.
func (f *link) Reset() {
	f.target, f.through = nil, false
	f.kept.clear()
}

// truthy tells whether a script's value counts as true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && v == v
	case string:
		return v != ""
	}
	return true
}
