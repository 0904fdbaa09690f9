package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// flow is a flow chart.
type flow struct {
	nodes  []*node
	byName map[string]*node
	edges  []*edge
	groups []*frameOf
}

// node is a box.
type node struct {
	name  string
	lines []string
	shape byte // '[' a box, '(' a rounded one, '{' a decision
	group *frameOf
	rank  int // its column
	row   int // its place in the column
	x, y  float64
	w, h  float64
}

// frameOf is a frame around nodes.
type frameOf struct {
	name   string
	title  []string
	parent *frameOf
	nodes  []*node // those in frames within it as well
}

// edge is an arrow.
type edge struct {
	from, to *node
	lines    []string
	dotted   bool
	back     bool // it leads to the left
}

var (
	subgraphLine = regexp.MustCompile(`^subgraph\s+(\w+)(?:\s*\[(.*)\])?$`)
	nodeText     = regexp.MustCompile(`^(\w+)\s*(?:\(\[(.*?)\]\)|\["(.*?)"\]|\[(.*?)\]|\{"(.*?)"\}|\{(.*?)\})?`)
	arrowText    = regexp.MustCompile(`^\s*(?:(-->)|(-\.->)|--\s+(.+?)\s+-->|-\.\s+(.+?)\s+\.->)\s*`)
)

// parseFlow reads the lines behind the first.
func parseFlow(lines []string) (*flow, error) {
	f := &flow{byName: map[string]*node{}}
	// Frames are known before the nodes, as arrows may lead to a frame.
	for _, line := range lines {
		if m := subgraphLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			f.groups = append(f.groups, &frameOf{name: m[1], title: split(m[2])})
		}
	}
	var open *frameOf
	next := 0
	var starts []*edge // arrows that name a frame, and their ends
	frames := map[*edge][2]string{}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case line == "end":
			if open == nil {
				return nil, fmt.Errorf("end: no subgraph is open")
			}
			open = open.parent
		case subgraphLine.MatchString(line):
			g := f.groups[next]
			g.parent, open = open, g
			next++
		default:
			if err := f.statement(line, open, frames, &starts); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range starts {
		for i, name := range frames[e] {
			if name == "" {
				continue
			}
			g := f.group(name)
			if len(g.nodes) == 0 {
				return nil, fmt.Errorf("subgraph %s: want nodes in it", name)
			}
			if i == 0 {
				e.from = g.nodes[len(g.nodes)-1]
			} else {
				e.to = g.nodes[0]
			}
		}
	}
	return f, nil
}

func (f *flow) group(name string) *frameOf {
	for _, g := range f.groups {
		if g.name == name {
			return g
		}
	}
	return nil
}

// statement reads a chain of nodes and arrows.
func (f *flow) statement(line string, open *frameOf, frames map[*edge][2]string, starts *[]*edge) error {
	rest := line
	var last *edge // the arrow that waits for its end
	for {
		m := nodeText.FindStringSubmatch(rest)
		if m == nil {
			return fmt.Errorf("want a node: %q", rest)
		}
		rest = rest[len(m[0]):]
		frame := ""
		var n *node
		if f.group(m[1]) != nil && m[0] == m[1] {
			frame = m[1]
		} else {
			n = f.node(m, open)
		}
		if last != nil {
			last.to = n
			if frame != "" {
				names := frames[last]
				names[1] = frame
				frames[last] = names
				*starts = append(*starts, last)
			}
		}
		if strings.TrimSpace(rest) == "" {
			return nil
		}
		a := arrowText.FindStringSubmatch(rest)
		if a == nil {
			return fmt.Errorf("want an arrow: %q", rest)
		}
		rest = rest[len(a[0]):]
		last = &edge{from: n, dotted: a[2] != "" || a[4] != ""}
		if label := a[3] + a[4]; label != "" {
			last.lines = split(label)
		}
		if frame != "" {
			frames[last] = [2]string{frame, ""}
			*starts = append(*starts, last)
		}
		f.edges = append(f.edges, last)
	}
}

// node returns the node that a text names, and notes what the text tells of it.
func (f *flow) node(m []string, open *frameOf) *node {
	n := f.byName[m[1]]
	if n == nil {
		n = &node{name: m[1], lines: []string{m[1]}, shape: '['}
		f.byName[m[1]] = n
		f.nodes = append(f.nodes, n)
	}
	for i, shape := range []byte{'(', '[', '[', '{', '{'} {
		if label := m[i+2]; label != "" {
			n.lines, n.shape = split(label), shape
		}
	}
	if n.group == nil && open != nil {
		n.group = open
		for g := open; g != nil; g = g.parent {
			g.nodes = append(g.nodes, n)
		}
	}
	return n
}

// rankNodes gives each node its column: one to the right of those that lead to
// it. Arrows that close a circle lead back.
func (f *flow) rankNodes() {
	state := map[*node]int{} // 1 while it is on the way, 2 when it is done
	var visit func(n *node)
	visit = func(n *node) {
		state[n] = 1
		for _, e := range f.edges {
			if e.from != n {
				continue
			}
			if state[e.to] == 1 {
				e.back = true
			} else if state[e.to] == 0 {
				visit(e.to)
			}
		}
		state[n] = 2
	}
	for _, n := range f.nodes {
		if state[n] == 0 {
			visit(n)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, e := range f.edges {
			if !e.back && e.to.rank <= e.from.rank {
				e.to.rank, changed = e.from.rank+1, true
			}
		}
	}
}

// columns returns the nodes by rank. A node stands, if it can, in the row of the
// node that leads to it.
func (f *flow) columns() [][]*node {
	f.rankNodes()
	var all [][]*node
	for _, n := range f.nodes {
		for len(all) <= n.rank {
			all = append(all, nil)
		}
		all[n.rank] = append(all[n.rank], n)
	}
	for rank, column := range all {
		taken := map[int]bool{}
		wish := func(n *node) int {
			for _, e := range f.edges {
				if e.to == n && !e.back && e.from.rank < rank {
					return e.from.row
				}
			}
			return 0
		}
		slices.SortStableFunc(column, func(a, b *node) int { return wish(a) - wish(b) })
		for _, n := range column {
			for n.row = wish(n); taken[n.row]; n.row++ {
			}
			taken[n.row] = true
		}
	}
	return all
}
