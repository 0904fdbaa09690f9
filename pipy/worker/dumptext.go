package worker

import (
	"fmt"
	"io"
	"strings"
)

// DumpItems are what a dump can be asked for.
var DumpItems = []string{"objects", "pools", "chunks", "buffers", "pipelines", "inbound", "outbound"}

// busiest is how many servers a table shows.
const busiest = 10

// WriteDump writes tables of what is open, as SIGTSTP does: objects, buffers,
// pipelines, ports and servers.
func (g *Group) WriteDump(w io.Writer) error {
	return g.Dump().Write(w, "objects", "buffers", "pipelines", "inbound", "outbound")
}

// Write writes the tables of some of DumpItems. What is no such name is left out;
// pools and chunks are other names of buffers.
func (d *Dump) Write(w io.Writer, items ...string) error {
	for i, item := range items {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, d.table(item).text()); err != nil {
			return err
		}
	}
	return nil
}

// table is rows of cells; the first row is the heading.
type table [][]string

func (t *table) row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	*t = append(*t, row)
}

// text pads the cells.
func (t table) text() string {
	if len(t) == 0 {
		return ""
	}
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, c := range row {
			widths[i] = max(widths[i], len(c))
		}
	}
	var b strings.Builder
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for n, row := range t {
		var line strings.Builder
		for i, c := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			fmt.Fprintf(&line, "%-*s", widths[i], c)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		if n == 0 {
			b.WriteString(strings.Repeat("-", total) + "\n")
		}
	}
	return b.String()
}

// table returns the table of an item.
func (d *Dump) table(item string) (t table) {
	switch item {
	case "objects":
		t.row("CLASS", "#INSTANCES")
		var sum int64
		for _, o := range d.Objects {
			t.row(o.Class, o.Count)
			sum += o.Count
		}
		t.row("TOTAL", sum)
	case "buffers", "pools", "chunks":
		t.row("DATA", "CURRENT(KB)", "PEAK(KB)")
		var sum int64
		for _, b := range d.Buffers {
			t.row(b.Name, kilobytes(b.Current), "-")
			sum += b.Current
		}
		t.row("TOTAL", kilobytes(sum), "-")
	case "pipelines":
		t.row("PIPELINE", "#ALLOCATED", "#ACTIVE")
		allocated, active := 0, 0
		for _, p := range d.Pipelines {
			name := fmt.Sprintf("%s [%s]", p.Module, p.Name)
			if p.Stale {
				name = "[STALE] " + name
			}
			t.row(name, p.Allocated, p.Active)
			allocated += p.Allocated
			active += p.Active
		}
		t.row("TOTAL", allocated, active)
	case "inbound":
		t.row("INBOUND", "#CONNECTIONS", "BUFFERED(KB)")
		var count, peak, buffered int64
		for _, p := range d.Inbound {
			t.row(p.Listen, fmt.Sprintf("%d/%d", p.Connections, p.Peak), kilobytes(p.Buffered))
			count, peak, buffered = count+p.Connections, peak+p.Peak, buffered+p.Buffered
		}
		t.row("TOTAL", fmt.Sprintf("%d/%d", count, peak), kilobytes(buffered))
	case "outbound":
		return d.outbound()
	}
	return t
}

func (d *Dump) outbound() (t table) {
	t.row("OUTBOUND", "#CONNECTIONS", "BUFFERED(KB)", "#OVERFLOWED", "MAX_CONN_TIME", "AVG_CONN_TIME")
	line := func(o *DumpOutbound) {
		t.row(o.Peer, fmt.Sprintf("%d/%d", o.Connections, o.Peak), kilobytes(o.Buffered), o.Overflowed,
			fmt.Sprintf("%.3g", o.MaxConnTime), fmt.Sprintf("%.3g", o.AvgConnTime))
	}
	var rest, all DumpOutbound
	sum := func(to, o *DumpOutbound) {
		to.Connections += o.Connections
		to.Peak += o.Peak
		to.Buffered += o.Buffered
		to.Overflowed += o.Overflowed
		to.MaxConnTime = max(to.MaxConnTime, o.MaxConnTime)
		to.connects += o.connects
		to.connSum += o.connSum
		if to.connects > 0 {
			to.AvgConnTime = to.connSum / float64(to.connects)
		}
	}
	for i := range d.Outbound {
		o := &d.Outbound[i]
		sum(&all, o)
		if i < busiest {
			line(o)
		} else {
			sum(&rest, o)
		}
	}
	if n := len(d.Outbound) - busiest; n > 0 {
		rest.Peer = fmt.Sprintf("(%d more...)", n)
		line(&rest)
	}
	all.Peer = "TOTAL"
	line(&all)
	return t
}

func kilobytes(n int64) string { return fmt.Sprintf("%g", float64(n*10/1024)/10) }
