package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

func declareBranchMessage(name, title, arg string, whole bool) *Filter {
	return declare(Decl[linkOptions]{
		Name: name,
		Doc: title + `

Conditions and pipelines alternate, as in branch, and a last pipeline without a
condition takes what is left. Conditions are called with ` + arg + `, anew for each
message. A message for which none holds passes through, as does what stands
outside of messages. A pipeline serves all messages of a stream that are sent to
it.`,
		In: Messages, Out: Messages, Legacy: true,
		Params: branchParams,
		Build: func(o *linkOptions) (pipeline.New, error) {
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &branchMessage{Stage: s, routes: o.routes, whole: whole, targets: make([]*pipeline.Pipeline, len(o.routes))}
				f.out = f.output
				f.collector.limit = noLimit
				return f
			}, nil
		},
	})
}

var (
	_ = declareBranchMessage("branchMessageStart", "sends each message where its head belongs", "the MessageStart", false)
	_ = declareBranchMessage("branchMessage", "sends each message where it belongs", "the Message", true)
)

type branchMessage struct {
	*pipeline.Stage
	routes  []route
	whole   bool // decide by the whole message
	out     func(event.Event)
	targets []*pipeline.Pipeline // by route; nil when not started
	active  int                  // targets that did not send StreamEnd
	inside  bool                 // within a message
	route   int                  // of the message; -1 to pass through
	over    bool                 // StreamEnd went out
	kept    []event.Event        // the message until it is complete
	collector
}

func (f *branchMessage) Process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		f.inside = true
		if f.whole {
			f.collector.start(e)
			f.kept = append(f.kept, evt)
			return
		}
		if !f.choose(evt) {
			return
		}
		f.pass(evt)
		return
	case *event.StreamEnd:
		f.finish(e)
		return
	}
	if !f.inside {
		f.Output(evt)
		return
	}
	end, ends := evt.(*event.MessageEnd)
	f.inside = !ends
	if !f.whole {
		f.pass(evt)
		return
	}
	if d, ok := evt.(*event.Data); ok {
		f.collector.add(d.Clone())
	}
	f.kept = append(f.kept, evt)
	if ends {
		f.decide(end)
	}
}

// decide sends a message that is complete on its way.
func (f *branchMessage) decide(end *event.MessageEnd) {
	kept := f.kept
	f.kept = nil
	if f.choose(f.collector.end(end)) {
		for _, evt := range kept {
			f.pass(evt)
		}
	}
}

// choose finds the route of a message; it tells whether that went well.
func (f *branchMessage) choose(arg any) bool {
	f.route = -1
	for i, r := range f.routes {
		if r.when != nil {
			v, err := r.when.Call(f.Context(), arg)
			if err != nil {
				f.over = true
				f.Fail(err)
				return false
			}
			if !truthy(v) {
				continue
			}
		}
		if f.Node().Subs[r.target] == nil {
			return true // '' stands for passing through
		}
		f.route = i
		if f.targets[i] == nil {
			f.active++
			f.targets[i] = f.Sub(int(r.target), nil, f.out)
		}
		return true
	}
	return true
}

func (f *branchMessage) pass(evt event.Event) {
	if f.route < 0 {
		f.Output(evt)
		return
	}
	f.targets[f.route].Process(evt)
}

// output takes what the pipelines put out. The stream ends with the last of
// them, or when one ends before the input does.
func (f *branchMessage) output(evt event.Event) {
	if f.over {
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		f.active--
		if f.Ended() && f.active > 0 {
			return
		}
		f.over = true
	}
	f.Output(evt)
}

func (f *branchMessage) finish(evt *event.StreamEnd) {
	if f.collector.open {
		f.decide(nil)
	}
	if f.active == 0 && !f.over {
		f.over = true
		f.Output(evt)
		return
	}
	for _, p := range f.targets {
		if p != nil {
			p.Process(evt)
		}
	}
}

// Reset makes the filter ready for another stream.
func (f *branchMessage) Reset() {
	clear(f.targets)
	f.active, f.inside, f.over, f.kept = 0, false, false, nil
	f.collector.reset()
}
