package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

type dummyOptions struct{}

var _ = declare(Decl[dummyOptions]{
	Name: "dummy",
	Doc: `swallows everything

Only StreamEnd passes, so that the end of the stream is known further on.`,
	In: Events, Out: Nothing,
	Build: func(*dummyOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &dummy{s} }, nil
	},
})

type dummy struct{ *pipeline.Stage }

func (f *dummy) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		evt.Release()
	case *event.StreamEnd:
		f.Output(evt)
	}
}

// Reset has nothing to do.
func (f *dummy) Reset() {}
