package stats

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// TextContentType is the media type of what WriteText writes.
const TextContentType = "text/plain; version=0.0.4; charset=utf-8"

// Instance is the metrics of one process.
type Instance struct {
	// Name is the value of the label "instance" that goes before the others.
	// Empty means no such label.
	Name string
	// Metrics are those of a Registry, or such as pass Family.Check.
	Metrics Snapshot
}

// WriteText writes metrics in the Prometheus text format, version 0.0.4. Each
// metric is written once, with the series of all instances. It leaves out
// nodes without a value, a second instance of the same name, and metrics of
// later instances that do not go with the first of that name: another type, or
// a label "instance" of their own. It returns the error of the writer.
func WriteText(w io.Writer, instances ...Instance) error {
	t := textWriter{w: bufio.NewWriter(w)}
	written := make(map[string]bool)   // metrics
	taken := make(map[string]bool)     // names of series
	instanced := make(map[string]bool) // instance names
	var distinct []Instance
	for _, in := range instances {
		if !instanced[in.Name] {
			instanced[in.Name] = true
			distinct = append(distinct, in)
		}
	}
	for i, in := range distinct {
		for _, f := range in.Metrics {
			if written[f.Name] || !claim(taken, f) {
				continue
			}
			written[f.Name] = true
			t.family(f, distinct[i:])
		}
	}
	return t.w.Flush()
}

// claim notes the names of a metric's series, or returns false when one of
// them is another metric's.
func claim(taken map[string]bool, f *Family) bool {
	names := []string{f.Name}
	if f.Type == TypeHistogram {
		for _, suffix := range histogramSuffixes {
			names = append(names, f.Name+suffix)
		}
	}
	for _, n := range names {
		if taken[n] {
			return false
		}
	}
	for _, n := range names {
		taken[n] = true
	}
	return true
}

type textWriter struct {
	w      *bufio.Writer
	labels []byte // of the node being written: a="1",b="2"
}

// family writes a metric with the series of those instances that have it. The
// first one does.
func (t *textWriter) family(f *Family, instances []Instance) {
	if f.Help != "" {
		fmt.Fprintf(t.w, "# HELP %s %s\n", f.Name, helpEscaper.Replace(f.Help))
	}
	fmt.Fprintf(t.w, "# TYPE %s %s\n", f.Name, f.Type)
	for _, in := range instances {
		g := in.Metrics.Find(f.Name)
		if g == nil || g.Type != f.Type {
			continue
		}
		if in.Name != "" && (slices.Contains(f.Labels, "instance") || slices.Contains(g.Labels, "instance")) {
			continue // the label would be there twice, or the series
		}
		t.labels = t.labels[:0]
		if in.Name != "" {
			t.label("instance", in.Name)
		}
		t.sample(g, g.Root, 0)
	}
}

func (t *textWriter) sample(f *Family, s *Sample, depth int) {
	if s.Present {
		if f.Type == TypeHistogram {
			t.histogram(f, s)
		} else {
			t.line(f.Name, "", "", formatFloat(s.Value))
		}
	}
	if depth == len(f.Labels) {
		return
	}
	mark := len(t.labels)
	for _, c := range s.Sub {
		t.label(f.Labels[depth], c.Label)
		t.sample(f, c, depth+1)
		t.labels = t.labels[:mark]
	}
}

func (t *textWriter) histogram(f *Family, s *Sample) {
	below := uint64(0)
	for i, limit := range f.Limits {
		below += s.Counts[i]
		if !math.IsInf(limit, 1) { // that bucket has its line in any case
			t.line(f.Name, "_bucket", formatFloat(limit), strconv.FormatUint(below, 10))
		}
	}
	count := strconv.FormatUint(s.Count, 10)
	t.line(f.Name, "_bucket", "+Inf", count)
	t.line(f.Name, "_sum", "", formatFloat(s.Sum))
	t.line(f.Name, "_count", "", count)
}

// line writes one series; le is the limit of a bucket, or "".
func (t *textWriter) line(name, suffix, le, value string) {
	w := t.w
	w.WriteString(name)
	w.WriteString(suffix)
	if len(t.labels) > 0 || le != "" {
		w.WriteByte('{')
		w.Write(t.labels)
		if le != "" {
			if len(t.labels) > 0 {
				w.WriteByte(',')
			}
			w.WriteString(`le="`)
			w.WriteString(le)
			w.WriteByte('"')
		}
		w.WriteByte('}')
	}
	w.WriteByte(' ')
	w.WriteString(value)
	w.WriteByte('\n')
}

var (
	helpEscaper  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

func (t *textWriter) label(name, value string) {
	if len(t.labels) > 0 {
		t.labels = append(t.labels, ',')
	}
	t.labels = append(t.labels, name...)
	t.labels = append(t.labels, `="`...)
	t.labels = append(t.labels, labelEscaper.Replace(value)...)
	t.labels = append(t.labels, '"')
}

func formatFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "+Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	case f != f:
		return "NaN"
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
