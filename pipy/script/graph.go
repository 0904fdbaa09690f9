package script

// Graph is the pipelines of one module in the form that the console draws: a
// list of trees. A pipeline that is used in several places is in it several
// times.
type Graph struct {
	Roots []int        `json:"roots"` // indices in Nodes
	Nodes []*GraphNode `json:"nodes"` // parents before their children
}

// GraphNode is a pipeline or a filter of a Graph.
type GraphNode struct {
	Name string `json:"name"`
	// Type is "root" for a pipeline without a parent, "pipeline" for others;
	// "filter" for a filter; "link" for one with sub-pipelines, "fork" when
	// their output goes nowhere; "error" for what cannot be drawn.
	Type     string `json:"t"`
	Parent   *int   `json:"p,omitempty"` // nil for roots
	Children []int  `json:"c,omitempty"`
	Line     int    `json:"line,omitempty"`   // of the call in the script, from 1; 0 when not known
	Column   int    `json:"column,omitempty"` // from 1
}

// maxGraph bounds the nodes of a graph: pipelines that use others twice, which
// use others twice, and so on, make a small script a large tree.
const maxGraph = 20000

// ModuleGraph returns the pipelines of one module as a graph.
func (p *Program) ModuleGraph(m string) *Graph {
	list := p.outlines(m)
	list.byName()
	return list.graph()
}

// graph makes trees of the outlines.
func (list outlines) graph() *Graph {
	b := &graphBuilder{Graph: &Graph{Roots: []int{}, Nodes: []*GraphNode{}}, inside: map[*outline]bool{}}
	for _, o := range list.roots() {
		b.Roots = append(b.Roots, len(b.Nodes))
		b.pipeline(o, o.name, "root", -1)
	}
	return b.Graph
}

type graphBuilder struct {
	*Graph
	inside map[*outline]bool // the pipelines around the place being built
}

// add appends a node below a parent; -1 is none.
func (b *graphBuilder) add(name, kind string, pos Position, parent int) int {
	n := &GraphNode{Name: name, Type: kind, Line: pos.Line, Column: pos.Column}
	at := len(b.Nodes)
	b.Nodes = append(b.Nodes, n)
	if parent >= 0 {
		n.Parent = &parent
		b.Nodes[parent].Children = append(b.Nodes[parent].Children, at)
	}
	return at
}

func (b *graphBuilder) pipeline(o *outline, name, kind string, parent int) {
	at := b.add(name, kind, o.pos, parent)
	b.inside[o] = true
	for _, step := range o.steps {
		b.filter(step, at)
	}
	delete(b.inside, o)
}

func (b *graphBuilder) filter(step *outlineStep, parent int) {
	if len(b.Nodes) >= maxGraph {
		if b.Nodes[len(b.Nodes)-1].Type != "error" {
			b.add("too large to be drawn", "error", step.pos, parent)
		}
		return
	}
	kind := "filter"
	switch {
	case step.fork:
		kind = "fork"
	case step.joint:
		kind = "link"
	}
	at := b.add(step.label, kind, step.pos, parent)
	for _, sub := range step.subs {
		switch {
		case sub.fault != "":
			b.add(sub.fault, "error", step.pos, at)
		case sub.to == nil:
			b.add("[empty]", "pipeline", Position{}, at)
		case b.inside[sub.to]:
			b.add("recursive pipeline: "+sub.name, "error", step.pos, at)
		default:
			b.pipeline(sub.to, sub.name, "pipeline", at)
		}
	}
}
