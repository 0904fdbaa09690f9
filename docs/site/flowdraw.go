package main

import "fmt"

// Distances in a flow chart, in pixels.
const (
	margin    = 16.0
	columnGap = 44.0 // beside what labels need
	rowGap    = 34.0
	laneGap   = 20.0 // between arrows that lead back
	padding   = 12.0 // within a box, and between a frame and its boxes
)

// draw returns the drawing of a flow chart.
func (f *flow) draw() string {
	bottom, right := f.place()
	var c canvas
	for _, g := range f.groups {
		f.frame(&c, g)
	}
	lane := bottom + laneGap
	var labels []func()
	for _, e := range f.edges {
		lane = f.arrow(&c, e, lane, &labels)
	}
	for _, n := range f.nodes {
		n.draw(&c)
	}
	for _, label := range labels {
		label()
	}
	return c.finish(right+margin, lane+margin/2)
}

// place finds a place for each node, and returns where the last one ends.
func (f *flow) place() (bottom, right float64) {
	columns := f.columns()
	heights := map[int]float64{}
	rows := 0
	for _, n := range f.nodes {
		n.w, n.h = extent(n.lines)
		n.w, n.h = n.w+2*padding, n.h+2*padding-4
		if n.shape == '{' {
			n.w += 20
		}
		heights[n.row] = max(heights[n.row], n.h)
		rows = max(rows, n.row+1)
	}
	top := margin
	if len(f.groups) > 0 {
		top += 2*lineHeight + padding
	}
	ys := make([]float64, rows)
	for i := range ys {
		ys[i] = top + heights[i]/2
		top += heights[i] + rowGap
	}
	bottom = top - rowGap + padding
	x := margin + padding
	for rank, column := range columns {
		width := 0.0
		for _, n := range column {
			width = max(width, n.w)
		}
		for _, n := range column {
			n.x, n.y = x+width/2, ys[n.row]
		}
		gap := columnGap
		for _, e := range f.edges {
			if !e.back && e.from.rank == rank {
				w, _ := extent(e.lines)
				gap = max(gap, w+2*padding+14)
			}
		}
		right = x + width + padding
		x += width + gap
	}
	return bottom, right
}

// frame draws the frame of a group. Frames in it are a little smaller.
func (f *flow) frame(c *canvas, g *frameOf) {
	if len(g.nodes) == 0 {
		return
	}
	depth := 0.0
	for _, inner := range f.groups {
		for p := inner.parent; p != nil; p = p.parent {
			if p == g {
				depth = 1
			}
		}
	}
	x0, y0, x1, y1 := g.nodes[0].x, g.nodes[0].y, g.nodes[0].x, g.nodes[0].y
	for _, n := range g.nodes {
		x0, x1 = min(x0, n.x-n.w/2), max(x1, n.x+n.w/2)
		y0, y1 = min(y0, n.y-n.h/2), max(y1, n.y+n.h/2)
	}
	side := padding*0.8 + depth*padding*0.6
	top := lineHeight + padding/2 + depth*(lineHeight+2)
	width, _ := extent(g.title)
	x1 = max(x1, x0+width)
	c.add(`<rect class="frame" x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="8"/>`, x0-side, y0-top, x1-x0+2*side, y1-y0+top+side)
	for _, line := range g.title {
		c.text((x0+x1)/2, y0-top+lineHeight/2+2, "title", []string{line})
	}
}

func (n *node) draw(c *canvas) {
	x, y := n.x-n.w/2, n.y-n.h/2
	switch n.shape {
	case '{':
		c.add(`<path class="box" d="M%.0f %.0f l10 %.0f h%.0f l10 %.0f l-10 %.0f h-%.0f Z"/>`, x, n.y, -n.h/2, n.w-20, n.h/2, n.h/2, n.w-20)
	case '(':
		c.add(`<rect class="end" x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="%.0f"/>`, x, y, n.w, n.h, n.h/2)
	default:
		c.add(`<rect class="box" x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="6"/>`, x, y, n.w, n.h)
	}
	c.text(n.x, n.y, "", n.lines)
}

// arrow draws one edge; its label comes later, over all lines. Those that lead
// back, or past other columns, go through lanes below; it returns the next one.
func (f *flow) arrow(c *canvas, e *edge, lane float64, labels *[]func()) float64 {
	class := "line"
	if e.dotted {
		class = "line dotted"
	}
	a, b := e.from, e.to
	label := func(x, y float64) {
		if len(e.lines) == 0 {
			return
		}
		*labels = append(*labels, func() {
			w, h := extent(e.lines)
			c.add(`<rect class="back" x="%.0f" y="%.0f" width="%.0f" height="%.0f"/>`, x-w/2-3, y-h/2, w+6, h)
			c.text(x, y, "label", e.lines)
		})
	}
	if !e.back && (b.rank == a.rank+1 || !f.between(a, b)) {
		x0, x1 := a.x+a.w/2, b.x-b.w/2
		mid := (x0 + x1) / 2
		c.add(`<path class="%s" marker-end="url(#diagram-tip)" d="M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f"/>`, class, x0, a.y, mid, a.y, mid, b.y, x1, b.y)
		label(mid, (a.y+b.y)/2)
		return lane
	}
	// Both ends of a lane are beside the middle, where arrows from other lanes may be.
	x0, x1 := a.x+a.w/5, b.x-b.w/5
	if e.back {
		x0, x1 = a.x-a.w/5, b.x+b.w/5
	}
	if len(e.lines) > 0 {
		_, h := extent(e.lines)
		lane += h/2 - 4
	}
	c.add(`<path class="%s" marker-end="url(#diagram-tip)" d="%s"/>`, class,
		fmt.Sprintf("M%.0f %.0f V%.0f Q%.0f %.0f %.0f %.0f H%.0f Q%.0f %.0f %.0f %.0f V%.0f", x0, a.y+a.h/2, lane-6, x0, lane,
			x0+step(x0, x1), lane, x1-step(x0, x1), x1, lane, x1, lane-6, b.y+b.h/2))
	label((x0+x1)/2, lane)
	return lane + laneGap
}

// step is a short way from one place toward another.
func step(from, to float64) float64 {
	if from < to {
		return 6
	}
	return -6
}

// between tells whether a node stands in the way from one node to another.
func (f *flow) between(a, b *node) bool {
	for _, n := range f.nodes {
		if n.rank > a.rank && n.rank < b.rank && (n.row-a.row)*(n.row-b.row) <= 0 {
			return true
		}
	}
	return false
}
