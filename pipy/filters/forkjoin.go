package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docBranches = `

For an array there is one sub-pipeline for each element, else there is one; each
has a copy of the variables, and the element and its index are the arguments of
its onStart. A function is called at the first event.`

var _ = declare(Decl[forkOptions]{
	Name: "forkJoin",
	Doc: `copies the stream into other pipelines and waits for them

The stream itself is kept until all sub-pipelines have put out StreamEnd; then it
passes. Their other output is dropped.` + docBranches,
	In: Events, Out: Events, Joint: true, Fork: true,
	Params: branchesParam,
	Build: func(o *forkOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &forkJoin{branches: branches{Stage: s, opt: o}} }, nil
	},
})

var _ = declare(Decl[forkOptions]{
	Name: "forkRace",
	Doc: `copies the stream into other pipelines and takes the first that answers

The sub-pipeline that puts out an event first wins: its output comes out, the
others are closed. The stream itself is dropped.` + docBranches,
	In: Events, Out: Events, Joint: true,
	Params: branchesParam,
	Build: func(o *forkOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &forkRace{branches: branches{Stage: s, opt: o}} }, nil
	},
})

func branchesParam(p *spec.Params, o *forkOptions) {
	spec.Arg(p, &o.init, "values", nil, "A value or an array of values, or a function that returns it.")
}

// branches are sub-pipelines that get the same input.
type branches struct {
	*pipeline.Stage
	opt     *forkOptions
	started bool
	list    []*pipeline.Pipeline
}

// start starts the sub-pipelines; out makes the function that takes the output
// of the i-th.
func (b *branches) start(out func(i int) func(event.Event)) error {
	v := b.opt.init
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(b.Context()); err != nil {
			return err
		}
	}
	items := []any{v}
	if o, ok := v.(event.Object); ok {
		if elements, array := o.Elements(); array {
			items = elements
		}
	}
	b.list = make([]*pipeline.Pipeline, len(items))
	for i, item := range items {
		b.list[i] = b.Sub(0, b.Context().Clone(), out(i), item, number(i))
	}
	return nil
}

func (b *branches) feed(evt event.Event) {
	for _, p := range b.list {
		if p != nil {
			p.Process(lent(evt))
		}
	}
}

// forkJoin waits for all of its branches.
type forkJoin struct {
	branches
	running int // branches that did not end
	passing bool
	kept    queue
}

func (f *forkJoin) Process(evt event.Event) {
	if !f.started {
		f.started = true
		f.running = 1 // until all are started
		if err := f.start(f.branch); err != nil {
			f.Fail(err)
			return
		}
		f.joined()
	}
	if !f.passing {
		f.kept.push(f.Stage, evt)
		f.feed(evt)
		return
	}
	f.feed(evt)
	f.Output(evt)
}

func (f *forkJoin) branch(int) func(event.Event) {
	f.running++
	ended := false
	return func(evt event.Event) {
		if _, ok := evt.(*event.StreamEnd); ok && !ended {
			ended = true
			f.joined()
		}
	}
}

// joined counts a branch that has ended, and lets the stream go after the last.
func (f *forkJoin) joined() {
	f.running--
	if f.running > 0 {
		return
	}
	f.kept.drain(f.Output)
	f.passing = true
}

// Reset makes the filter ready for another stream.
func (f *forkJoin) Reset() {
	f.started, f.list, f.running, f.passing = false, nil, 0, false
	f.kept.clear()
}

// forkRace takes the output of the fastest branch.
type forkRace struct {
	branches
	decided bool
	winner  int
}

func (f *forkRace) Process(evt event.Event) {
	if !f.started {
		f.started = true
		if err := f.start(f.branch); err != nil {
			f.Fail(err)
			return
		}
		if f.decided { // at its start
			f.dropLosers()
		}
	}
	if len(f.list) == 0 {
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
		}
		return
	}
	f.feed(evt)
}

func (f *forkRace) branch(i int) func(event.Event) {
	return func(evt event.Event) {
		if !f.decided {
			f.decided, f.winner = true, i
			f.dropLosers()
		}
		if f.winner == i {
			f.Output(evt)
		}
	}
}

func (f *forkRace) dropLosers() {
	for i, p := range f.list {
		if i != f.winner && p != nil {
			p.Close()
			f.list[i] = nil
		}
	}
}

// Reset makes the filter ready for another stream.
func (f *forkRace) Reset() { f.started, f.list, f.decided = false, nil, false }
