package stats

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// text writes metrics and checks that the result is valid.
func text(t *testing.T, instances ...Instance) string {
	t.Helper()
	var b strings.Builder
	if err := WriteText(&b, instances...); err != nil {
		t.Fatal(err)
	}
	if err := checkText(b.String()); err != nil {
		t.Errorf("%v in:\n%s", err, b.String())
	}
	return b.String()
}

func TestWriteText(t *testing.T) {
	infinite := math.Inf(1)
	for _, tt := range []struct {
		name string
		make func(r *Registry)
		want string
	}{
		{"nothing", func(r *Registry) {}, ""},
		{"counter without labels is there from the start", func(r *Registry) {
			must(r.Counter("c", Options{}))
		}, "# TYPE c counter\nc 0\n"},
		{"node without a value is left out", func(r *Registry) {
			c := must(r.Counter("c", Options{Labels: []string{"a", "b"}}))
			c.WithLabels("x", "y").Increase(1)
		}, "# TYPE c counter\n" + `c{a="x",b="y"} 1` + "\n"},
		{"every node with a value has a line", func(r *Registry) {
			c := must(r.Counter("c", Options{Labels: []string{"a", "b"}}))
			c.Increase(3)
			c.WithLabels("x").Zero()
			c.WithLabels("x", "y").Increase(1)
			c.WithLabels("z", "y").Increase(2)
		}, "# TYPE c counter\nc 3\n" + `c{a="x"} 0
c{a="x",b="y"} 1
c{a="z",b="y"} 2
`},
		{"values are escaped", func(r *Registry) {
			g := must(r.Gauge("g", Options{Labels: []string{"a"}, Help: "a \\ b\n\"c\""}))
			g.WithLabels("q\"b\\n\n} 9").Set(1)
			g.WithLabels("\xffü").Set(2)
		}, `# HELP g a \\ b\n"c"
# TYPE g gauge
` + `g{a="q\"b\\n\n} 9"} 1
g{a="` + "\uFFFD" + `ü"} 2
`},
		{"numbers", func(r *Registry) {
			g := must(r.Gauge("g", Options{Labels: []string{"a"}}))
			for i, n := range []float64{1.5, -2, 1e6, 123456789012, 1e300, infinite, -infinite, math.NaN()} {
				g.WithLabels(strconv.Itoa(i)).Set(n)
			}
		}, `# TYPE g gauge
g{a="0"} 1.5
g{a="1"} -2
g{a="2"} 1000000
g{a="3"} 123456789012
g{a="4"} 1e+300
g{a="5"} +Inf
g{a="6"} -Inf
g{a="7"} NaN
`},
		{"buckets are cumulative", func(r *Registry) {
			h := must(r.Histogram("h", []float64{0.5, 1, 10}, Options{}))
			for _, x := range []float64{0.1, 0.7, 0.7, 5, 50} {
				h.Observe(x)
			}
		}, `# TYPE h histogram
h_bucket{le="0.5"} 1
h_bucket{le="1"} 3
h_bucket{le="10"} 4
h_bucket{le="+Inf"} 5
h_sum 56.5
h_count 5
`},
		{"a limit of infinity is written once", func(r *Registry) {
			h := must(r.Histogram("h", []float64{1, infinite}, Options{Labels: []string{"a"}}))
			h.WithLabels("x").Observe(0.5)
			h.WithLabels("x").Observe(5)
		}, `# TYPE h histogram
h_bucket{a="x",le="1"} 1
h_bucket{a="x",le="+Inf"} 2
h_sum{a="x"} 5.5
h_count{a="x"} 2
`},
		{"no limits", func(r *Registry) {
			must(r.Histogram("h", nil, Options{})).Observe(3)
		}, "# TYPE h histogram\n" + `h_bucket{le="+Inf"} 1
h_sum 3
h_count 1
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r Registry
			tt.make(&r)
			if got := text(t, Instance{Metrics: must(r.Snapshot())}); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestWriteTextGroupsInstances(t *testing.T) {
	make := func(f func(r *Registry)) Snapshot {
		var r Registry
		f(&r)
		return must(r.Snapshot())
	}
	own := make(func(r *Registry) {
		must(r.Counter("a", Options{})).Increase(1)
		must(r.Gauge("own", Options{Labels: []string{"instance"}})).WithLabels("one").Set(1)
	})
	one := make(func(r *Registry) {
		must(r.Counter("a", Options{Labels: []string{"l"}})).WithLabels("x").Increase(2)
		must(r.Gauge("own", Options{})).Set(9) // would repeat own{instance="one"}
		must(r.Histogram("b", nil, Options{})).Observe(1)
	})
	two := make(func(r *Registry) {
		must(r.Gauge("a", Options{})) // another type
		must(r.Histogram("b", nil, Options{})).Observe(2)
	})
	three := make(func(r *Registry) {
		must(r.Counter("b_count", Options{})) // would repeat a series of b
	})
	got := text(t, Instance{Metrics: own}, Instance{"one", one}, Instance{`t"wo`, two}, Instance{"one", two}, Instance{"three", three})
	want := `# TYPE a counter
a 1
a{instance="one",l="x"} 2
# TYPE own gauge
own{instance="one"} 1
# TYPE b histogram
b_bucket{instance="one",le="+Inf"} 1
b_sum{instance="one"} 1
b_count{instance="one"} 1
b_bucket{instance="t\"wo",le="+Inf"} 1
b_sum{instance="t\"wo"} 2
b_count{instance="t\"wo"} 1
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriteTextPassesErrorUp(t *testing.T) {
	broken := brokenWriter{errors.New("no")}
	if err := WriteText(broken, Instance{Metrics: must(worker("/", 1).Snapshot())}); err != broken.err {
		t.Errorf("got %v, want %v", err, broken.err)
	}
}

var (
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$`)
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\\\|\\n)*$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\n|\\")*",?)+)\})? (\S+)$`)
	labelPart  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\\\|\\n|\\")*)"(,|$)`)
)

// checkText reads the text format 0.0.4 strictly, as the specification says
// (https://prometheus.io/docs/instrumenting/exposition_formats/): one group of
// lines for each metric, TYPE before the samples, no series twice, buckets
// that ascend and end with +Inf, the count.
func checkText(s string) error {
	if s != "" && !strings.HasSuffix(s, "\n") {
		return errors.New("last line does not end")
	}
	var name, typ string
	done := make(map[string]bool)
	series := make(map[string]bool)
	last := make(map[string][2]float64) // limit and count of the last bucket
	counts := make(map[string]float64)
	for _, line := range strings.SplitAfter(s, "\n") {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		if m := helpLine.FindStringSubmatch(line); m != nil {
			if done[m[1]] {
				return fmt.Errorf("metric twice: %s", line)
			}
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			if name, typ = m[1], m[2]; done[name] {
				return fmt.Errorf("metric twice: %s", line)
			}
			done[name] = true
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("bad line: %q", line)
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return fmt.Errorf("bad value: %s", line)
		}
		if series[m[1]+"{"+m[2]] {
			return fmt.Errorf("series twice: %s", line)
		}
		series[m[1]+"{"+m[2]] = true
		limit, rest, names := "", "", make(map[string]bool)
		for _, l := range labelPart.FindAllStringSubmatch(m[2], -1) {
			if names[l[1]] {
				return fmt.Errorf("label twice: %s", line)
			}
			names[l[1]] = true
			if l[1] == "le" {
				limit = l[2]
			} else {
				rest += l[0] + ";"
			}
		}
		rest = strings.ReplaceAll(rest, ",;", ";")
		suffix, ok := strings.CutPrefix(m[1], name)
		if !ok || (typ != "histogram") != (suffix == "") {
			return fmt.Errorf("sample of another metric than %s %s: %s", typ, name, line)
		}
		switch suffix {
		case "", "_sum":
		case "_bucket":
			le, err := strconv.ParseFloat(limit, 64)
			if err != nil {
				return fmt.Errorf("bad limit: %s", line)
			}
			if before, ok := last[name+rest]; ok && (le <= before[0] || value < before[1]) {
				return fmt.Errorf("bucket does not ascend: %s", line)
			}
			last[name+rest] = [2]float64{le, value}
		case "_count":
			counts[name+rest] = value
		default:
			return fmt.Errorf("bad suffix: %s", line)
		}
	}
	for h, b := range last {
		if n, ok := counts[h]; !ok || !math.IsInf(b[0], 1) || b[1] != n {
			return fmt.Errorf("histogram %s does not end with +Inf and its count", h)
		}
	}
	return nil
}

func TestCheckTextFindsFaults(t *testing.T) {
	for _, s := range []string{
		"# TYPE a counter\na 1",
		"a 1\n",
		"# TYPE a counter\na 1\na 2\n",
		"# TYPE a counter\na 1\n# TYPE b counter\nb 1\n# TYPE a counter\n",
		"# TYPE a counter\na{b=\"\n\"} 1\n",
		"# TYPE a counter\na{b=\"x\",b=\"y\"} 1\n",
		"# TYPE a counter\na{b=\"\\x\"} 1\n",
		"# TYPE a counter\na x\n",
		"# TYPE a counter\nb 1\n",
		"# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
		"# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
		"# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n",
		"# TYPE a histogram\na_bucket{le=\"Infinite\"} 1\na_sum 1\na_count 1\n",
	} {
		if checkText(s) == nil {
			t.Errorf("no fault found in:\n%s", s)
		}
	}
}
