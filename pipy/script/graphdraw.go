package script

import "strings"

// Graph draws the pipelines of one module for the log: for each root a title,
// the drawing and an empty line.
func (p *Program) Graph(m string) []string {
	list := p.outlines(m)
	list.byName()
	var lines []string
	for _, o := range list.roots() {
		lines = append(lines, "["+o.title+"]")
		lines = append(lines, draw(o)...)
		lines = append(lines, "")
	}
	return lines
}

// Modules returns the paths of the modules that describe pipelines, in the
// order in which they were loaded.
func (p *Program) Modules() []string {
	var paths []string
	described := map[string]bool{}
	for _, l := range p.layouts.Layouts {
		described[l.Module] = true
	}
	for _, m := range p.order {
		if m.config != nil || described[m.path] {
			paths = append(paths, m.path)
		}
	}
	return paths
}

// drawing is the rows of a graph while it is being drawn.
type drawing struct{ rows []string }

func (d *drawing) add(row string) int {
	d.rows = append(d.rows, row)
	return len(d.rows) - 1
}

// draw draws one root.
func draw(o *outline) []string {
	d := &drawing{}
	d.add("----->|")
	d.add("      |")
	if exits := d.pipeline(o, "     ", -1); exits != nil {
		width := d.join(exits)
		d.add(strings.Repeat(" ", width+4) + "|")
		d.add("<" + strings.Repeat("-", width+3) + "|")
		return d.rows
	}
	d.add("      |")
	d.add("<-----|")
	return d.rows
}

// pipeline draws the filters of a pipeline below each other, with prefix on their
// left. It returns the rows at which the branches of a last link leave, nil when
// the pipeline does not end with one. row is where an empty pipeline leaves; -1
// for a root.
func (d *drawing) pipeline(o *outline, prefix string, row int) []int {
	exits := []int{row}
	if row < 0 {
		exits = nil
	}
	if o == nil {
		return exits
	}
	for i, step := range o.steps {
		at := d.add(prefix + step.label)
		if row >= 0 {
			exits = []int{at}
		}
		if !step.joint {
			continue
		}
		bar := prefix + " |"
		outs := d.branches(step, prefix, bar)
		switch {
		case step.fork:
			d.add(bar)
		case i == len(o.steps)-1:
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

// branches draws the sub-pipelines of a filter and returns where they leave.
func (d *drawing) branches(step *outlineStep, prefix, bar string) []int {
	var outs []int
	for i, sub := range step.subs {
		name := sub.name
		if sub.to == nil && name == "" {
			name = "[empty]"
		}
		d.add(bar)
		row := d.add(bar + "--> [" + name + "]")
		inner := prefix + "       "
		if step.fork || i < len(step.subs)-1 {
			inner = bar + "     "
		}
		out := d.pipeline(sub.to, inner, row)
		if !step.fork {
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
