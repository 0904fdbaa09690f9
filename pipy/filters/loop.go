package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type loopOptions struct{ body spec.Pipeline }

var _ = declare(Decl[loopOptions]{
	Name: "loop",
	Doc: `feeds the output of a pipeline back to it

What the sub-pipeline puts out comes out here and is also its next input, in the
order in which it was put out. A StreamEnd from it ends the loop.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *loopOptions) {
		spec.Need(p, &o.body, "pipeline", "The pipeline.")
	},
	Build: func(o *loopOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &loopFilter{Stage: s, opt: o}
			f.out = f.output
			return f
		}, nil
	},
})

type loopFilter struct {
	*pipeline.Stage
	opt    *loopOptions
	out    func(event.Event)
	target *pipeline.Pipeline
	kept   queue // what is to be fed
	due    bool  // it is going to be fed
	over   bool  // the sub-pipeline sent StreamEnd
}

func (f *loopFilter) Process(evt event.Event) {
	if f.over {
		return
	}
	if f.target == nil {
		f.target = f.Sub(int(f.opt.body), nil, f.out)
	}
	if f.due {
		f.kept.push(f.Stage, evt)
		return
	}
	f.target.Process(evt)
}

func (f *loopFilter) output(evt event.Event) {
	if f.over {
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		f.over = true
		f.kept.clear()
		f.Output(evt)
		return
	}
	f.kept.push(f.Stage, lent(evt))
	f.Output(evt)
	if !f.due {
		f.due = true
		f.Loop().Next(loop.Func(f.Guard(f.feed)))
	}
}

// feed feeds what came out since the last turn of the event loop: going round
// at once would keep all others waiting.
func (f *loopFilter) feed() {
	f.due = false
	for n := f.kept.len(); n > 0 && f.kept.len() > 0; n-- {
		f.target.Process(f.kept.shift())
	}
}

// Reset makes the filter ready for another stream.
func (f *loopFilter) Reset() {
	f.target, f.due, f.over = nil, false, false
	f.kept.clear()
}
