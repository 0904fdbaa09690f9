package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

const barHeight, barGap, groupGap = 14, 2, 14 // pixels

// writeBars draws what a request costs in each scenario that counts it, as bars.
func (r *report) writeBars(w io.Writer) error {
	var b strings.Builder
	y, most := plotTop, 0.0
	for _, res := range r.Results {
		if r.counted(res.Scenario) {
			most = max(most, res.Medians[cpuPerRequest.key])
		}
	}
	scale := float64(chartWidth-2*plotRight) / max(most, 1)
	for _, sc := range r.scenarios {
		if !r.counted(sc.name) {
			continue
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", plotRight-8, y+barHeight-2, escape(sc.name))
		for _, s := range r.Servers {
			v, ok := r.of(sc.name, s.Name, cpuPerRequest)
			if !ok {
				continue
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, plotRight, y, v*scale, barHeight, cmp.Or(colours[s.Name], "#666"))
			fmt.Fprintf(&b, `<text x="%.1f" y="%d">%s %s</text>`+"\n", plotRight+v*scale+6, y+barHeight-2,
				formatNumber(v, cpuPerRequest.digits), escape(s.Name))
			y += barHeight + barGap
		}
		y += groupGap
	}
	title := "CPU µs per request: less is better"
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
<title>%s</title><style>%s</style>
<text class="title" x="%d" y="24">%s</text>
%s</svg>
`, chartWidth, y, title, title, chartStyle, plotRight, title, b.String())
	return err
}

// counted tells whether a scenario's first measure is the CPU per request.
func (r *report) counted(name string) bool {
	for _, sc := range r.scenarios {
		if sc.name == name {
			return sc.metrics[0] == cpuPerRequest
		}
	}
	return false
}
