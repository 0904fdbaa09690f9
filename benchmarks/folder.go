package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeReport writes a folder: README.md with all tables and charts, the charts
// as SVG, and results.json with all rounds.
func (r *report) writeReport(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, s := range r.sweeps {
		for _, m := range s.charts {
			c := r.chart(s, m)
			if err := writeFile(filepath.Join(dir, chartFile(s, m)), c.write); err != nil {
				return err
			}
		}
	}
	if len(r.scenarios) > 0 {
		if err := writeFile(filepath.Join(dir, barsFile), r.writeBars); err != nil {
			return err
		}
	}
	if err := writeFile(filepath.Join(dir, "results.json"), r.writeJSON); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "README.md"), r.writePage)
}

// barsFile is the chart of all scenarios.
const barsFile = "cpu-per-request.svg"

// chartFile is the name of a chart in the folder.
func chartFile(s *sweep, m metric) string { return s.name + "-" + m.key + ".svg" }

// writePage writes the page of the folder.
func (r *report) writePage(w io.Writer) error {
	fmt.Fprintf(w, "# Benchmark report\n\nHow to read it is said in [the benchmarks' page](../README.md).\n\n")
	if len(r.scenarios) > 0 {
		fmt.Fprintf(w, "![CPU per request](%s)\n\n", barsFile)
	}
	if err := r.writeMarkdown(w); err != nil {
		return err
	}
	for _, s := range r.sweeps {
		t := r.sweepTable(s)
		fmt.Fprintf(w, "\n## %s\n\n", t.title)
		for _, m := range s.charts {
			fmt.Fprintf(w, "![%s: %s](%s)\n\n", s.name, m.title, chartFile(s, m))
		}
		if err := t.writeMarkdown(w); err != nil {
			return err
		}
	}
	return nil
}
