package script

import (
	"errors"
	"fmt"
	"io/fs"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/loop"
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
			return programOf(c).spawn(l, &supply{}, c.Rest(0))
		}
	})
	templateClass.Method("process", "Promise<any>", "Starts the pipeline in a new context and feeds it. The promise gets the result of onEnd when the pipeline has output StreamEnd and ended.", func(m *spec.Method) func(*pipeline.Layout, *spec.Call) (any, error) {
		input := spec.In[any](m, "events", "An event, a Message, an array of those, or a promise of it. Or a function that returns one of these each time it is called: it is called again until it returns something else, such as false; for undefined it is only called again.")
		return func(l *pipeline.Layout, c *spec.Call) (any, error) {
			v, err := input.Of(c)
			if err != nil {
				return nil, err
			}
			s := &supply{p: programOf(c)}
			switch v := v.(type) {
			case spec.Func:
				s.next = v
			case spec.Promise:
				s.promised = v
			default:
				if err := feed(v, func(evt event.Event) { s.events = append(s.events, evt) }); err != nil {
					return nil, fmt.Errorf("events: %w", err)
				}
			}
			return s.p.spawn(l, s, nil)
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
func (p *Program) spawn(l *pipeline.Layout, input *supply, args []any) (any, error) {
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
	input.to = pl
	pl.OnDone(func(pl *pipeline.Pipeline) {
		input.to = nil
		if input.stop != nil {
			input.stop()
		}
		settle(pl.Result, nil)
	})
	if ended { // while it was being started
		pl.Close()
	}
	input.begin()
	return promise, nil
}

// read starts a pipeline and feeds it with a file.
func (p *Program) read(path string, l *pipeline.Layout, args []any) (any, error) {
	s := &supply{p: p}
	stop, err := filters.ReadFile(p.e.loop, path, func(d *event.Data) { s.feed(d) }, s.end)
	if err != nil {
		if known := (*fs.PathError)(nil); errors.As(err, &known) {
			err = known.Err
		}
		promise, settle := p.e.NewPromise()
		settle(nil, fmt.Errorf("cannot open file: %s: %w", path, err))
		return promise, nil
	}
	s.stop = stop
	return p.spawn(l, s, args)
}

// supply is the input of a pipeline that scripts start and feed.
type supply struct {
	p        *Program
	to       *pipeline.Pipeline // nil when it has ended
	events   []event.Event
	promised spec.Promise
	next     spec.Func
	stop     func() // ends what feeds by itself; nil for others
}

func (s *supply) begin() {
	switch {
	case s.promised != nil:
		s.await(s.promised)
	case s.next != nil:
		s.call()
	default:
		for _, evt := range s.events {
			s.feed(evt)
		}
	}
}

// feed may end the pipeline.
func (s *supply) feed(evt event.Event) {
	if s.to != nil {
		s.to.Process(evt)
	}
}

// call asks for more.
func (s *supply) call() {
	if s.to == nil {
		return
	}
	v, err := s.next.Call(s.to.Context())
	if err != nil {
		s.fail(err)
		return
	}
	if promise, ok := v.(spec.Promise); ok {
		s.await(promise)
		return
	}
	s.take(v)
}

// take feeds what was returned or promised, and goes on in the next turn.
func (s *supply) take(v any) {
	if feed(v, s.feed) == nil && s.next != nil && s.to != nil {
		s.p.e.loop.Next(loop.Func(s.call))
	}
}

func (s *supply) await(promise spec.Promise) {
	promise.Then(func(v any, err error) {
		if err != nil {
			s.fail(err)
			return
		}
		s.take(v)
	})
}

// fail ends the input with an error.
func (s *supply) fail(err error) { s.failAs(event.RuntimeError, err) }

func (s *supply) failAs(name event.Error, err error) {
	s.p.report(err)
	s.feed(&event.StreamEnd{Err: &event.Failure{Name: name, Cause: err}})
}

// end ends the input that a file was.
func (s *supply) end(err error) {
	if err != nil {
		s.failAs(event.ReadError, fmt.Errorf("pipy.read: %w", err))
		return
	}
	s.feed(event.EndStream)
}
