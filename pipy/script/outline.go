package script

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"pipy/pipy/pipeline"
	"pipy/pipy/transport"
)

// An outline is a pipeline as graphs show it. It is made of the layouts of a
// running program, or of the text of a script that never ran.
type outline struct {
	name  string // what others call it: "request", "8080@0.0.0.0", "Pipeline #1"
	title string // above its drawing, when it has one: "Listen on 8080 at 0.0.0.0"
	pos   Position
	start bool // it runs by itself: a port, a task, a file
	steps []*outlineStep
}

// An outlineStep is one filter of an outline.
type outlineStep struct {
	label string
	pos   Position
	fork  bool
	joint bool // it uses sub-pipelines of its own module
	subs  []outlineSub
}

// An outlineSub is a sub-pipeline of a filter.
type outlineSub struct {
	name string
	to   *outline // nil passes through, unless there is a fault
	// fault tells why there is no such pipeline; only of a script's text.
	fault string
}

// outlines is those of one module.
type outlines []*outline

// roots returns the outlines that are shown by themselves: what starts by
// itself, then what no filter of the module uses.
func (list outlines) roots() (roots []*outline) {
	used := map[*outline]bool{}
	for _, o := range list {
		for _, step := range o.steps {
			for _, sub := range step.subs {
				used[sub.to] = true
			}
		}
	}
	var others []*outline
	for _, o := range list {
		if o.start {
			roots = append(roots, o)
		} else if !used[o] {
			others = append(others, o)
		}
	}
	return append(roots, others...)
}

// byName orders the outlines as the log has them.
func (list outlines) byName() {
	sort.SliceStable(list, func(i, j int) bool { return list[i].title < list[j].title })
}

// outlines returns the pipelines of a module of the program.
func (p *Program) outlines(m string) outlines {
	names, starts := p.pipelineNames()
	made := map[*pipeline.Layout]*outline{}
	var list outlines
	for _, l := range p.layouts.Layouts {
		if l.Module != m || made[l] != nil {
			continue
		}
		o := &outline{name: names[l], title: l.Name, pos: parsePosition(l.Pos), start: starts[l]}
		if o.title == "" {
			o.title = o.name
		}
		made[l] = o
		list = append(list, o)
	}
	for l, o := range made {
		for _, n := range l.Nodes {
			o.steps = append(o.steps, stepOf(l, n, made))
		}
	}
	return list
}

// stepOf returns a filter with those of its sub-pipelines that are drawn here:
// those of other modules are drawn with their modules.
func stepOf(l *pipeline.Layout, n *pipeline.Node, made map[*pipeline.Layout]*outline) *outlineStep {
	step := &outlineStep{label: n.Label, fork: n.Fork, pos: parsePosition(n.Pos)}
	if step.label == "" {
		step.label = n.Name
	}
	for _, sub := range n.Subs {
		step.joint = step.joint || sub == nil || sub.Module == l.Module
	}
	if !step.joint {
		return step
	}
	for i, sub := range n.Subs {
		if sub != nil && made[sub] == nil {
			continue
		}
		s := outlineSub{name: n.Names[i], to: made[sub]}
		if s.name == "" && s.to != nil {
			s.name = s.to.name
		}
		step.subs = append(step.subs, s)
	}
	return step
}

// nameLayouts gives the layouts their IDs.
func (p *Program) nameLayouts() {
	names, _ := p.pipelineNames()
	for l, name := range names {
		l.ID = name
	}
}

// pipelineNames returns what graphs, metrics and filters call the layouts of the
// program: unique in their modules. A port is called by its ListenName; what has
// no name of its own has a number. It also tells which layouts run by themselves.
func (p *Program) pipelineNames() (names map[*pipeline.Layout]string, starts map[*pipeline.Layout]bool) {
	names, starts = map[*pipeline.Layout]string{}, map[*pipeline.Layout]bool{}
	for _, l := range p.Listens {
		names[l.Layout] = ListenName(l.Address)
		starts[l.Layout] = true
	}
	for _, t := range p.Tasks {
		starts[t.Layout] = true
	}
	for _, r := range p.Readers {
		starts[r.Layout] = true
	}
	for _, w := range p.Watches {
		starts[w.Layout] = true
	}
	for _, l := range p.Exits {
		starts[l] = true
	}
	count := map[string]int{}
	for _, l := range p.layouts.Layouts {
		switch {
		case names[l] != "":
		case l.ID != "": // named before
			names[l] = l.ID
			if l.Name == "" {
				count[l.Module]++
			}
		case l.Name != "":
			names[l] = l.Name
		default:
			count[l.Module]++
			names[l] = fmt.Sprintf("Pipeline #%d", count[l.Module])
		}
	}
	return names, starts
}

// ListenName returns what metrics and the status call a port: "8080@0.0.0.0",
// "53@0.0.0.0/UDP", "unix:/run/x.sock".
func ListenName(a transport.Address) string {
	switch {
	case a.Path != "":
		return a.String()
	case a.UDP:
		return fmt.Sprintf("%d@%s/UDP", a.Port, a.IP)
	}
	return fmt.Sprintf("%d@%s", a.Port, a.IP)
}

// parsePosition reads what Position.String wrote. Line is 0 when there is none.
func parsePosition(s string) Position {
	rest, column, ok := cutNumber(s)
	if !ok {
		return Position{}
	}
	name, line, ok := cutNumber(rest)
	if !ok {
		return Position{}
	}
	return Position{File: clean(name), Line: line, Column: column}
}

// cutNumber cuts ":12" off the end of a string.
func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil
}
