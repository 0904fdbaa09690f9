package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// chart is lines over a common axis, drawn as SVG.
type chart struct {
	title string
	x, y  string // titles of the axes
	log   bool   // the axis of x is logarithmic
	label func(point int) string
	lines []line
}

type line struct {
	name   string
	points []point // by x
}

type point struct{ x, y float64 }

// Colours of the servers: one each, whatever takes part.
var colours = map[string]string{kindNginx: "#2e9e5b", kindHAProxy: "#4a7bd0", kindPipy: "#d9480f", nameOther: "#8e5bb5"}

// Pixels.
const (
	chartWidth, chartHeight = 720, 360
	plotLeft, plotRight     = 70, 130
	plotTop, plotBottom     = 44, 52
)

const chartStyle = `text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:15px}` +
	`.grid{stroke:#ccc;stroke-width:1}.line{fill:none;stroke-width:2.5}` +
	`@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}}`

// write draws the chart.
func (c *chart) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		chartWidth, chartHeight, escape(c.title))
	fmt.Fprintf(&b, "<title>%s</title><style>%s</style>\n", escape(c.title), chartStyle)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="24">%s</text>`+"\n", plotLeft, escape(c.title))
	c.grid(&b)
	for i, l := range c.lines {
		c.line(&b, i, l)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// grid draws the axes with their labels.
func (c *chart) grid(b *strings.Builder) {
	bottom := chartHeight - plotBottom
	top := c.top()
	step := niceStep(top)
	for v := 0.0; v <= top*1.0001; v += step {
		y := c.atY(v)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, plotLeft, chartWidth-plotRight, y, y)
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", plotLeft-8, y+4, strconv.FormatFloat(v, 'g', 6, 64))
	}
	for _, x := range c.marks() {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", c.atX(x), bottom+20, escape(c.label(int(x))))
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n",
		(plotLeft+chartWidth-plotRight)/2, bottom+42, escape(c.x))
}

// line draws a line with its name at its end. Names that would cover each other
// are moved apart by their order.
func (c *chart) line(b *strings.Builder, i int, l line) {
	if len(l.points) == 0 {
		return
	}
	colour := cmp.Or(colours[l.name], "#666")
	var path strings.Builder
	for k, p := range l.points {
		command := "L"
		if k == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, c.atX(p.x), c.atY(p.y))
	}
	fmt.Fprintf(b, `<path class="line" stroke="%s" d="%s"/>`, colour, path.String())
	for _, p := range l.points {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`, c.atX(p.x), c.atY(p.y), colour)
	}
	y := plotTop + 20 + 24*i
	fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
		chartWidth-plotRight+20, y-4, colour, chartWidth-plotRight+32, y, escape(l.name))
}

// marks returns the places of the axis that have labels.
func (c *chart) marks() []float64 {
	var longest []point
	for _, l := range c.lines {
		if len(l.points) > len(longest) {
			longest = l.points
		}
	}
	var list []float64
	last := math.Inf(-1)
	for _, p := range longest {
		if at := c.atX(p.x); at-last > 36 { // room for a label
			list = append(list, p.x)
			last = at
		}
	}
	return list
}

func (c *chart) atX(x float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range c.lines {
		for _, p := range l.points {
			low, high = min(low, p.x), max(high, p.x)
		}
	}
	if c.log {
		x, low, high = math.Log(max(x, 1)), math.Log(max(low, 1)), math.Log(max(high, 1))
	}
	if high == low {
		return plotLeft
	}
	return plotLeft + (x-low)/(high-low)*(chartWidth-plotLeft-plotRight)
}

func (c *chart) atY(y float64) float64 {
	height := float64(chartHeight - plotTop - plotBottom)
	return chartHeight - plotBottom - y/c.top()*height
}

// top is the end of the axis of y: a whole number of steps above all values.
func (c *chart) top() float64 {
	most := 0.0
	for _, l := range c.lines {
		for _, p := range l.points {
			most = max(most, p.y)
		}
	}
	if most == 0 {
		return 1
	}
	step := niceStep(most)
	return math.Ceil(most/step) * step
}

// niceStep returns 1, 2 or 5 times a power of ten, so that 4 to 10 steps reach v.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v/4)))
	for _, n := range []float64{1, 2, 5} {
		if v/(n*power) <= 8 {
			return n * power
		}
	}
	return 10 * power
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}
