package filtertest

import (
	"fmt"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Pipe is a sub-pipeline as a Go function, which is called with each event and
// sends its output to out.
type Pipe func(evt event.Event, out func(event.Event))

// Pipelines says what pipeline names stand for: a Pipe or a *pipeline.Layout.
type Pipelines map[string]any

// Modules holds the pipelines of other modules by their file names.
type Modules map[string]Pipelines

// Through is a Pipe that passes everything on.
func Through(evt event.Event, out func(event.Event)) { out(evt) }

// Sink is a Pipe that swallows everything.
func Sink(event.Event, func(event.Event)) {}

// NewLayout returns a layout of one filter that does what the function says,
// which gets the stage too. Its Program is set by the Filter that it is given
// to.
func NewLayout(name string, process func(s *pipeline.Stage, evt event.Event)) *pipeline.Layout {
	return &pipeline.Layout{Name: name, Nodes: []*pipeline.Node{{
		Name: name,
		New:  func(s *pipeline.Stage) pipeline.Filter { return &stage{s, process} },
	}}}
}

type stage struct {
	*pipeline.Stage
	process func(s *pipeline.Stage, evt event.Event)
}

func (f *stage) Process(evt event.Event) { f.process(f.Stage, evt) }

// host is the spec.Host of a test.
type host struct {
	t         testing.TB
	program   *pipeline.Program
	pipelines Pipelines
	modules   Modules
}

func (h *host) layout(v any) *pipeline.Layout {
	switch v := v.(type) {
	case *pipeline.Layout:
		if v != nil {
			v.Program = h.program
		}
		return v
	case Pipe:
		l := NewLayout("sub", func(s *pipeline.Stage, evt event.Event) { v(evt, s.Output) })
		l.Program = h.program
		return l
	case func(event.Event, func(event.Event)):
		return h.layout(Pipe(v))
	}
	h.t.Fatalf("%T cannot be a pipeline", v)
	return nil
}

func (h *host) Layout(v any) (*pipeline.Layout, error) {
	name, ok := v.(string)
	if !ok {
		switch v.(type) {
		case *pipeline.Layout, Pipe:
			return h.layout(v), nil
		}
		return nil, &spec.Mismatch{Wants: "a pipeline name or a function that builds one", Got: spec.Show(v)}
	}
	if p, ok := h.pipelines[name]; ok {
		return h.layout(p), nil
	}
	return nil, fmt.Errorf("pipeline not found: %s", name)
}

func (h *host) ModuleLayout(module, name string) (*pipeline.Layout, error) {
	m, ok := h.modules[module]
	if !ok {
		return nil, fmt.Errorf("cannot load module: %s", module)
	}
	p, ok := m[name]
	if !ok {
		return nil, nil
	}
	return h.layout(p), nil
}
