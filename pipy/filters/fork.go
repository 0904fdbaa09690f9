package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Assigner is implemented by the variables of a Context to which fork can give
// values by name: it sets those members of o that are variables of the module.
type Assigner interface {
	Assign(module string, o event.Object)
}

type forkOptions struct{ init any }

var _ = declare(Decl[forkOptions]{
	Name: "fork",
	Doc: `copies the stream into other pipelines

Every event goes into the sub-pipelines first and then on. What the sub-pipelines
put out is dropped.

Without an argument there is one sub-pipeline, which shares the variables. For an
array there is one sub-pipeline for each element, with a copy of the variables;
the element and its index are the arguments of its onStart, and the members of an
element that is an object are assigned to the variables of their names. An
object stands for an array of that object, unless the sub-pipeline has an
onStart: that gets it, as it gets any other value, and shares the variables. A
function is called at the first event and returns any of these.`,
	In: Events, Out: Events, Joint: true, Fork: true,
	Params: func(p *spec.Params, o *forkOptions) {
		spec.Arg(p, &o.init, "values", nil, "A value or an array of values, or a function that returns it.")
	},
	Build: func(o *forkOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &fork{Stage: s, opt: o} }, nil
	},
})

type fork struct {
	*pipeline.Stage
	opt     *forkOptions
	started bool
	one     *pipeline.Pipeline   // the only sub-pipeline,
	many    []*pipeline.Pipeline // or several
}

func (f *fork) Process(evt event.Event) {
	if !f.started {
		f.started = true
		if err := f.start(); err != nil {
			f.Fail(err)
			return
		}
	}
	if f.one != nil {
		f.one.Process(lent(evt))
	}
	for _, p := range f.many {
		p.Process(lent(evt))
	}
	f.Output(evt)
}

func (f *fork) start() error {
	v := f.opt.init
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context()); err != nil {
			return err
		}
	}
	o, ok := v.(event.Object)
	if !ok {
		f.one = f.Sub(0, nil, nil, v)
		return nil
	}
	items, array := o.Elements()
	if !array {
		if f.Node().Subs[0].OnStart != nil {
			f.one = f.Sub(0, nil, nil, v)
			return nil
		}
		items = []any{v}
	}
	for i, item := range items {
		f.many = append(f.many, f.Sub(0, f.branch(item), nil, item, float64(i)))
	}
	return nil
}

// branch returns the variables of the sub-pipeline for an element.
func (f *fork) branch(item any) *pipeline.Context {
	ctx := f.Context().Clone()
	vars, ok := ctx.Vars.(Assigner)
	if o, isObject := item.(event.Object); ok && isObject {
		if _, array := o.Elements(); !array {
			vars.Assign(f.Node().Subs[0].Module, o)
		}
	}
	return ctx
}

// Reset makes the filter ready for another stream.
func (f *fork) Reset() {
	f.started, f.one = false, nil
	clear(f.many)
	f.many = f.many[:0]
}
