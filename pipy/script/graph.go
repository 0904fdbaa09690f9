package script

import (
	"sort"
	"strings"

	"pipy/pipy/pipeline"
)

// Graph draws the pipelines of one module: for each root a title, the drawing
// and an empty line.
func (p *Program) Graph(m string) []string {
	var lines []string
	for _, l := range p.roots(m) {
		lines = append(lines, "["+l.Name+"]")
		lines = append(lines, draw(l)...)
		lines = append(lines, "")
	}
	return lines
}

// Modules returns the paths of the modules that describe pipelines, in the
// order in which they were loaded.
func (p *Program) Modules() []string {
	var paths []string
	for _, m := range p.order {
		if m.config != nil {
			paths = append(paths, m.path)
		}
	}
	return paths
}

// roots returns the layouts of a module that are drawn by themselves: ports,
// readers and tasks, then named pipelines that no filter of the module uses.
func (p *Program) roots(m string) []*pipeline.Layout {
	used := map[*pipeline.Layout]bool{}
	var start, named []*pipeline.Layout
	for _, l := range p.layouts.Layouts {
		if l.Module != m {
			continue
		}
		for _, n := range l.Nodes {
			for _, sub := range n.Subs {
				used[sub] = true
			}
		}
	}
	first := map[*pipeline.Layout]bool{}
	for _, l := range p.Listens {
		first[l.Layout] = true
	}
	for _, t := range p.Tasks {
		first[t.Layout] = true
	}
	for _, r := range p.Readers {
		first[r.Layout] = true
	}
	for _, l := range p.layouts.Layouts {
		switch {
		case l.Module != m:
		case first[l]:
			start = append(start, l)
		case !used[l] && l.Name != "":
			named = append(named, l)
		}
	}
	byName := func(list []*pipeline.Layout) {
		sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	}
	byName(start)
	byName(named)
	return append(start, named...)
}

// drawing is the rows of a graph while it is being drawn.
type drawing struct{ rows []string }

func (d *drawing) add(row string) int {
	d.rows = append(d.rows, row)
	return len(d.rows) - 1
}

// draw draws one root.
func draw(l *pipeline.Layout) []string {
	d := &drawing{}
	d.add("----->|")
	d.add("      |")
	if exits := d.pipeline(l, "     ", -1); exits != nil {
		width := d.join(exits)
		d.add(strings.Repeat(" ", width+4) + "|")
		d.add("<" + strings.Repeat("-", width+3) + "|")
		return d.rows
	}
	d.add("      |")
	d.add("<-----|")
	return d.rows
}

// pipeline draws the filters of a layout below each other, with prefix on their
// left. It returns the rows at which the branches of a last link leave, nil when
// the pipeline does not end with one. row is where an empty pipeline leaves; -1
// for a root.
func (d *drawing) pipeline(l *pipeline.Layout, prefix string, row int) []int {
	exits := []int{row}
	if row < 0 {
		exits = nil
	}
	if l == nil {
		return exits
	}
	for i, n := range l.Nodes {
		label := n.Label
		if label == "" {
			label = n.Name
		}
		at := d.add(prefix + label)
		if row >= 0 {
			exits = []int{at}
		}
		if !ownSubs(l, n) {
			continue
		}
		bar := prefix + " |"
		outs := d.branches(n, prefix, bar)
		switch {
		case n.Fork:
			d.add(bar)
		case i == len(l.Nodes)-1:
			return outs
		default:
			width := d.join(outs)
			d.add(pad(prefix, width+4) + "v")
			d.add(bar + "<" + strings.Repeat("-", max(0, width+4-len(bar)-1)) + "|")
			d.add(prefix + " v")
		}
	}
	return exits
}

// ownSubs tells whether a filter has sub-pipelines that are drawn here: those of
// other modules are drawn with their modules.
func ownSubs(l *pipeline.Layout, n *pipeline.Node) bool {
	for _, sub := range n.Subs {
		if sub == nil || sub.Module == l.Module {
			return true
		}
	}
	return false
}

// branches draws the sub-pipelines of a filter and returns where they leave.
func (d *drawing) branches(n *pipeline.Node, prefix, bar string) []int {
	var outs []int
	for i, sub := range n.Subs {
		name := n.Names[i]
		if name == "" && sub != nil {
			name = sub.Name
		}
		if sub == nil {
			name = "[empty]"
		}
		d.add(bar)
		row := d.add(bar + "--> [" + name + "]")
		inner := prefix + "       "
		if n.Fork || i < len(n.Subs)-1 {
			inner = bar + "     "
		}
		out := d.pipeline(sub, inner, row)
		if !n.Fork {
			outs = append(outs, out...)
		}
	}
	return outs
}

// join draws the line that collects what leaves at some rows, and returns the
// width of what is left of it.
func (d *drawing) join(exits []int) int {
	if len(exits) == 0 {
		return 0
	}
	leaves := map[int]bool{}
	top := exits[0]
	for _, e := range exits {
		leaves[e] = true
		top = min(top, e)
	}
	width := 0
	for _, row := range d.rows[top:] {
		width = max(width, len(row))
	}
	for i := top; i < len(d.rows); i++ {
		row := d.rows[i]
		if leaves[i] {
			d.rows[i] = row + " " + strings.Repeat("-", width-len(row)) + "-->|"
		} else {
			d.rows[i] = pad(row, width+4) + "|"
		}
	}
	return width
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len(s)))
}
