package filters

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type pipeOptions struct {
	target any // a pipeline, a name, an array, or a function
	byName map[string]spec.Pipeline
	args   any  // an array, or a function that returns one
	link   bool // the function is that of link
}

const wantsPipe = "a pipeline, the name of one, an array of these, or a function that returns one"

var _ = declare(Decl[pipeOptions]{
	Name: "pipe",
	Doc: `continues in another pipeline

The target is a pipeline, a name that is looked up in the map, or an array of
these: a chain, whose pipelines go on with pipeNext. A function is called with the
event; as long as it returns nothing, events are kept and it is asked again at
the next one. The choice is made once. Without a map, args may be the second
argument.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *pipeOptions) {
		var names any
		spec.Need(p, &o.target, "target", "Where the stream goes.")
		typedOption(p, wantsPipe, "PipelineTemplate | string | (PipelineTemplate | string)[] | ((evt: Event) => PipelineTemplate | string | (PipelineTemplate | string)[])")
		spec.Arg(p, &names, "map", nil, "The pipelines by their names.")
		spec.Arg(p, &o.args, "args", nil, "The arguments of onStart: an array, or a function of the event that returns one. What is not an array is the only argument.")
		if !p.Decoding() {
			return
		}
		_, fn := names.(spec.Func)
		_, array := elements(names)
		if (fn || array) && o.args == nil {
			names, o.args, array = nil, names, false
		}
		switch m, object := names.(event.Object); {
		case object && !array:
			o.byName = map[string]spec.Pipeline{}
			for _, name := range m.Keys() {
				o.byName[name] = p.Pipeline("map."+name, m.Get(name))
			}
		case names != nil:
			p.Fail("map", &spec.Mismatch{Wants: "an object", Got: spec.Show(names)})
		}
		switch v := o.target.(type) {
		case spec.Func:
		case string, event.Object, *pipeline.Layout:
		default:
			p.Fail("target", &spec.Mismatch{Wants: wantsPipe, Got: spec.Show(v)})
		}
	},
	Build: buildPipe,
})

func buildPipe(o *pipeOptions) (pipeline.New, error) {
	return func(s *pipeline.Stage) pipeline.Filter {
		return &pipe{Stage: s, opt: o, out: s.Output, kept: queue{limit: decisionLimit}}
	}, nil
}

type pipe struct {
	*pipeline.Stage
	opt    *pipeOptions
	out    func(event.Event)
	target *pipeline.Pipeline
	kept   queue // events that came before a choice
}

func (f *pipe) Process(evt event.Event) {
	if f.target == nil {
		if err := f.choose(evt); err != nil {
			f.kept.clear()
			f.Fail(err)
			return
		}
		if f.target == nil {
			f.keep(evt)
			return
		}
	}
	f.kept.drain(f.target.Process)
	f.target.Process(evt)
}

func (f *pipe) keep(evt event.Event) {
	if _, ok := evt.(*event.StreamEnd); ok {
		f.kept.clear()
		f.Output(evt)
		return
	}
	f.kept.push(f.Stage, evt)
}

// choose finds the target, if there is one yet.
func (f *pipe) choose(evt event.Event) error {
	v := f.opt.target
	fn, _ := v.(spec.Func)
	if fn != nil {
		var err error
		if v, err = fn.Call(f.Context(), lent(evt)); err != nil || v == nil {
			return err
		}
	}
	args, err := f.args(evt)
	if err != nil {
		return err
	}
	if items, ok := elements(v); ok {
		return f.chain(items, args)
	}
	l, err := f.layout(v)
	if err != nil {
		return err
	}
	f.target = f.Start(l, nil, f.out, args...)
	return nil
}

func (f *pipe) chain(items []any, args []any) error {
	layouts := make([]*pipeline.Layout, len(items))
	for i, item := range items {
		var err error
		if layouts[i], err = f.layout(item); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	if f.target = startLink(f.Stage, newChain(layouts, args), f.out); f.target == nil {
		return &spec.Mismatch{Wants: "at least one pipeline", Got: "an empty array"}
	}
	return nil
}

func (f *pipe) layout(v any) (*pipeline.Layout, error) {
	switch v := v.(type) {
	case *pipeline.Layout:
		return v, nil
	case string:
		if i, ok := f.opt.byName[v]; ok && f.Node().Subs[i] != nil {
			return f.Node().Subs[i], nil
		}
		if l := namedLayout(f.Stage, v); f.opt.link && l != nil {
			return l, nil
		}
		return nil, fmt.Errorf("pipeline %q not found", v)
	case *Hub, *Swap:
		if f.opt.link {
			return swapLayout(f.Stage, v), nil
		}
	}
	if f.opt.link {
		return nil, &spec.Mismatch{Wants: wantsLink, Got: spec.Show(v)}
	}
	return nil, &spec.Mismatch{Wants: wantsPipe, Got: spec.Show(v)}
}

func (f *pipe) args(evt event.Event) ([]any, error) { return startArgs(f.Stage, f.opt.args, evt) }

// startArgs returns the arguments for onStart that an array holds, or that a
// function of the event returns; anything else is a single argument.
func startArgs(s *pipeline.Stage, v any, evt event.Event) ([]any, error) {
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(s.Context(), lent(evt)); err != nil {
			return nil, err
		}
	}
	if v == nil {
		return nil, nil
	}
	if items, ok := elements(v); ok {
		return items, nil
	}
	return []any{v}, nil
}

// elements returns those of a script's array; ok is false for all else.
func elements(v any) (items []any, ok bool) {
	if o, isObject := v.(event.Object); isObject {
		return o.Elements()
	}
	return nil, false
}

// Reset makes the filter ready for another stream.
func (f *pipe) Reset() {
	f.target = nil
	f.kept.clear()
}

type pipeNextOptions struct{ args any }

var _ = declare(Decl[pipeNextOptions]{
	Name: "pipeNext",
	Doc: `continues in the next pipeline of a chain

What that pipeline puts out comes out here. At the end of the chain, and outside
of any, events pass through.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *pipeNextOptions) {
		spec.Arg(p, &o.args, "args", nil, "Arguments of onStart for the rest of the chain, instead of those it has.")
	},
	Build: func(o *pipeNextOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &pipeNext{Stage: s, opt: o, out: s.Output} }, nil
	},
})

type pipeNext struct {
	*pipeline.Stage
	opt     *pipeNextOptions
	out     func(event.Event)
	started bool
	target  *pipeline.Pipeline // nil: events pass through
}

func (f *pipeNext) Process(evt event.Event) {
	if !f.started {
		f.started = true
		if err := f.enter(evt); err != nil {
			f.Fail(err)
			return
		}
	}
	if f.target == nil {
		f.Output(evt)
		return
	}
	f.target.Process(evt)
}

func (f *pipeNext) enter(evt event.Event) error {
	c := f.Pipeline().Chain()
	if c != nil && f.opt.args != nil {
		args, err := startArgs(f.Stage, f.opt.args, evt)
		if err != nil {
			return err
		}
		c = newChain(c.Layouts, args)
	}
	f.target = startLink(f.Stage, c, f.out)
	return nil
}

// Reset makes the filter ready for another stream.
func (f *pipeNext) Reset() { f.started, f.target = false, nil }
