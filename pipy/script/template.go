package script

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// The class of what the function pipeline() returns.
var templateClass = spec.NewClass[*pipeline.Layout]("PipelineTemplate", `A pipeline that was described by a function and can be used in many places.`)

var _ = templateFunctions()

func templateFunctions() struct{} {
	spec.NewNamespace("", "").Function("pipeline", "PipelineTemplate", "Describes a pipeline, to be used by pipe, pipy.listen and others, or to be started by itself.", func(m *spec.Method) func(*spec.Call) (any, error) {
		builder := spec.In[spec.Func](m, "builder", "Gets the description to add filters to: $ => $.filter(...)")
		return func(c *spec.Call) (any, error) {
			f, err := builder.Of(c)
			if err != nil {
				return nil, err
			}
			p := programOf(c)
			return p.here().Layout(f)
		}
	})
	templateClass.Method("spawn", "Promise<any>", "Starts the pipeline in a new context. The promise gets the result of onEnd when the pipeline has output StreamEnd and ended.", func(m *spec.Method) func(*pipeline.Layout, *spec.Call) (any, error) {
		spec.RestField(m, "args", "any[]", "What onStart gets.")
		return func(l *pipeline.Layout, c *spec.Call) (any, error) {
			return programOf(c).spawn(l, nil, c.Rest(0))
		}
	})
	templateClass.Method("process", "Promise<any>", "Starts the pipeline in a new context and feeds it. The promise gets the result of onEnd when the pipeline has output StreamEnd and ended.", func(m *spec.Method) func(*pipeline.Layout, *spec.Call) (any, error) {
		input := spec.In[any](m, "events", "An event, a Message or an array of those.")
		return func(l *pipeline.Layout, c *spec.Call) (any, error) {
			v, err := input.Of(c)
			if err != nil {
				return nil, err
			}
			var events []event.Event
			if err := feed(v, func(evt event.Event) { events = append(events, evt) }); err != nil {
				return nil, fmt.Errorf("events: %w", err)
			}
			return programOf(c).spawn(l, events, nil)
		}
	})
	return struct{}{}
}

// here returns the module that is being loaded; the main one afterwards.
func (p *Program) here() *module {
	if p.loading != nil {
		return p.loading
	}
	return p.main
}

// spawn starts a pipeline that has no source and feeds it.
func (p *Program) spawn(l *pipeline.Layout, events []event.Event, args []any) (any, error) {
	promise, settle := p.e.NewPromise()
	var pl *pipeline.Pipeline
	ended := false
	pl = l.Start(p.NewContext(nil), func(evt event.Event) {
		if _, ok := evt.(*event.StreamEnd); ok {
			ended = true
			if pl != nil {
				pl.Close()
			}
		}
	}, args...)
	pl.OnDone(func(pl *pipeline.Pipeline) { settle(pl.Result, nil) })
	if ended { // while it was being started
		pl.Close()
	}
	for _, evt := range events {
		pl.Process(evt)
	}
	return promise, nil
}
