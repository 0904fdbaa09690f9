package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// report is all that one run found out.
type report struct {
	Date     time.Time     `json:"date"`
	Machine  machine       `json:"machine"`
	Command  string        `json:"command"`
	Rounds   int           `json:"rounds"`
	Duration time.Duration `json:"duration_ns"`
	Servers  []*server     `json:"servers"`
	Results  []*result     `json:"results"`

	scenarios []*scenario
	sweeps    []*sweep
}

// all returns everything that is measured, sweeps point by point.
func (r *report) all() []*scenario {
	list := slices.Clone(r.scenarios)
	for _, s := range r.sweeps {
		list = append(list, s.scenarios()...)
	}
	return list
}

// result is what one server did in one scenario.
type result struct {
	Scenario string             `json:"scenario"`
	Server   string             `json:"server"`
	Rounds   []sample           `json:"rounds,omitempty"`
	Medians  map[string]float64 `json:"medians,omitempty"`
	Missing  string             `json:"missing,omitempty"` // why there are no (more) rounds
	Failed   bool               `json:"failed,omitempty"`  // Missing is an error
}

// result returns the result of a server in a scenario, made when there is none.
func (r *report) result(sc *scenario, s *server) *result {
	if res := r.find(sc.name, s.Name); res != nil {
		return res
	}
	res := &result{Scenario: sc.name, Server: s.Name}
	r.Results = append(r.Results, res)
	return res
}

// find returns the result of a server in a scenario, nil when there is none.
func (r *report) find(scenario, server string) *result {
	for _, res := range r.Results {
		if res.Scenario == scenario && res.Server == server {
			return res
		}
	}
	return nil
}

// add appends a round and brings the medians up to date.
func (res *result) add(s sample) {
	res.Rounds = append(res.Rounds, s)
	res.Medians = map[string]float64{}
	for key := range s {
		res.Medians[key] = median(res.values(key))
	}
}

func (res *result) values(key string) []float64 {
	var list []float64
	for _, s := range res.Rounds {
		list = append(list, s[key])
	}
	return list
}

// spread returns how far the rounds are apart, in percent of the median.
func (res *result) spread(key string) string {
	v, m := res.values(key), res.Medians[key]
	if len(v) < 2 || m == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", (slices.Max(v)-slices.Min(v))/m*100)
}

// marked returns a row of n cells that says that there are no figures.
func (res *result) marked(n int) []string {
	row := slices.Repeat([]string{"-"}, n)
	row[0], row[1] = res.Server, "cannot"
	if res.Failed {
		row[1] = "failed"
	}
	return row
}

// note says in one line why rounds are missing.
func (res *result) note() string {
	why := strings.Join(strings.Fields(res.Missing), " ")
	if n := len(res.Rounds); n > 0 {
		return fmt.Sprintf("%s after round %d: %s", res.Server, n, why)
	}
	if !res.Failed {
		return fmt.Sprintf("%s cannot: %s", res.Server, why)
	}
	return fmt.Sprintf("%s failed: %s", res.Server, why)
}

// median returns the middle of the values, or the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// of returns the median of a metric of a server in a scenario.
func (r *report) of(scenario, server string, m metric) (float64, bool) {
	res := r.find(scenario, server)
	if res == nil {
		return 0, false
	}
	v, ok := res.Medians[m.key]
	return v, ok
}

// baseline returns the server that others are compared with in a scenario:
// nginx, or HAProxy where nginx was not measured, or "".
func (r *report) baseline(sc *scenario) string {
	for _, name := range []string{kindNginx, kindHAProxy} {
		if _, ok := r.of(sc.name, name, sc.metrics[0]); ok {
			return name
		}
	}
	return ""
}

// table is a header and rows of equally many cells.
type table struct {
	title string
	rows  [][]string // the first one is the header
	notes []string
}

// tables returns a table per scenario that was run, and that of the bars.
func (r *report) tables() []table {
	var list []table
	for _, sc := range r.scenarios {
		if t := r.table(sc); len(t.rows) > 1 || len(t.notes) > 0 {
			list = append(list, t)
		}
	}
	if t := r.bars(); len(t.rows) > 1 {
		list = append(list, t)
	}
	return list
}

func (r *report) table(sc *scenario) table {
	t := table{title: sc.name + ": " + sc.doc}
	base := r.baseline(sc)
	header := []string{"server"}
	for _, m := range sc.metrics {
		header = append(header, m.title)
	}
	header = append(header, "spread")
	if base != "" {
		header = append(header, "× "+base)
	}
	t.rows = append(t.rows, header)
	main := sc.metrics[0]
	for _, s := range r.Servers {
		res := r.find(sc.name, s.Name)
		if res == nil {
			continue
		}
		if res.Missing != "" {
			t.notes = append(t.notes, res.note())
		}
		if len(res.Rounds) == 0 {
			if res.Missing != "" {
				t.rows = append(t.rows, res.marked(len(header)))
			}
			continue
		}
		row := []string{res.Server}
		for _, m := range sc.metrics {
			row = append(row, formatNumber(res.Medians[m.key], m.digits))
		}
		row = append(row, res.spread(main.key))
		if base != "" {
			ratio := "-"
			if v, _ := r.of(sc.name, base, main); v > 0 {
				ratio = fmt.Sprintf("%.2f", res.Medians[main.key]/v)
			}
			row = append(row, ratio)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// bars returns the targets of the scenarios that were run with our binary.
func (r *report) bars() table {
	t := table{title: "targets", rows: [][]string{{"scenario", "measure", "target", "pipy", "verdict"}}}
	if !slices.ContainsFunc(r.Servers, func(s *server) bool { return s.Name == kindPipy }) {
		return t
	}
	for _, b := range bars {
		if !slices.ContainsFunc(r.scenarios, func(sc *scenario) bool { return sc.name == b.scenario }) {
			continue
		}
		got, verdict := b.verdict(func(server string, m metric) (float64, bool) { return r.of(b.scenario, server, m) })
		t.rows = append(t.rows, []string{b.scenario, b.metric.title, b.String(), got, verdict})
	}
	return t
}

// formatNumber writes v with digits after the point and blanks between thousands.
func formatNumber(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + " " + whole[i:]
	}
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

// writeText prints the report for a terminal.
func (r *report) writeText(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", r.Machine)
	for _, s := range r.Servers {
		fmt.Fprintf(w, "%s %s (%s)\n", s.Name, s.Version, s.Path)
	}
	for _, t := range r.tables() {
		fmt.Fprintf(w, "\n%s\n", t.title)
		tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		for _, row := range t.rows {
			if len(t.rows) > 1 {
				fmt.Fprintln(tw, "  "+strings.Join(row, "\t"))
			}
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for _, note := range t.notes {
			fmt.Fprintf(w, "  %s\n", note)
		}
	}
	return nil
}

// writeMarkdown prints the results section of README.md.
func (r *report) writeMarkdown(w io.Writer) error {
	fmt.Fprintf(w, "`%s` on %s: %s.\n\n", r.Command, r.Date.Format(time.DateOnly), r.Machine)
	rounds := fmt.Sprintf("Medians of %d rounds", r.Rounds)
	if r.Rounds == 1 {
		rounds = "One round"
	}
	fmt.Fprintf(w, "%s; %v of load each. ", rounds, r.Duration)
	for _, s := range r.Servers {
		fmt.Fprintf(w, "%s %s, ", s.Name, s.Version)
	}
	for _, tool := range [][2]string{{toolWrk, r.Machine.Wrk}, {toolH2load, r.Machine.H2load}} {
		if tool[1] != "" {
			fmt.Fprintf(w, "%s %s, ", tool[0], tool[1])
		}
	}
	fmt.Fprintf(w, "%s.\n", r.Machine.Go)
	for _, t := range r.tables() {
		fmt.Fprintf(w, "\n### %s\n", t.title)
		if err := t.writeMarkdown(w); err != nil {
			return err
		}
	}
	return nil
}

// writeMarkdown prints the rows and notes.
func (t *table) writeMarkdown(w io.Writer) error {
	for i, row := range t.rows {
		if len(t.rows) == 1 {
			break
		}
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(w, "|---|%s\n", strings.Repeat("---:|", len(row)-1))
		}
	}
	for _, note := range t.notes {
		if _, err := fmt.Fprintf(w, "\n%s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON prints all rounds.
func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
