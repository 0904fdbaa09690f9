package fleet

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pipy/pipy/stats"
)

// text returns metrics as Prometheus reads them, without comments.
func text(t *testing.T, s stats.Snapshot) string {
	t.Helper()
	var b strings.Builder
	if err := stats.WriteText(&b, stats.Instance{Metrics: s}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// The second frame was recorded from a 0.30 worker; the first one is what must
// have come before it.
const (
	firstFrame = `[
		{"k":"pipy_object_count","l":"type","t":"Gauge","v":210,"s":[
			{"k":"Configuration","v":14},{"k":"Console","v":1},{"k":"Data","v":1},{"k":"Global","v":7}]},
		{"k":"pipy_chunk_size","l":"type","t":"Gauge","v":98304,"s":[{"k":"Inbound","v":0},{"k":"Outbound","v":98304}]},
		{"k":"pipy_inbound_count","l":"listen/peer","t":"Gauge","v":0},
		{"k":"pipy_outbound_count","l":"peer","t":"Gauge","v":1,"s":[{"k":"[127.0.0.1]:21210","v":1}]},
		{"k":"pipy_outbound_conn_time","l":"peer","t":"Histogram[1,2,3,Infinity]","v":[1,0,0,0,1,0],"s":[{"k":"[127.0.0.1]:21210","v":[1,0,0,0,1,0]}]}]`
	secondFrame = `[{"v":216,"s":[15,1,1,7,{"k":"pipy::websocket::MessageHead","v":1}]},
		{"v":98304,"s":[0,0,{"k":"encodeWebSocket","v":0}]}, 0, {"v":2,"s":[2]},
		{"v":[2,0,0,0,2,0],"s":[[2,0,0,0,2,0]]}]`
)

func TestRecordedFramesAreRead(t *testing.T) {
	var m metricSet
	for _, f := range []string{firstFrame, secondFrame} {
		if err := m.apply(f == firstFrame, json.RawMessage(f), 0); err != nil {
			t.Fatal(err)
		}
	}
	want := `pipy_object_count 216
pipy_object_count{type="Configuration"} 15
pipy_object_count{type="Console"} 1
pipy_object_count{type="Data"} 1
pipy_object_count{type="Global"} 7
pipy_object_count{type="pipy::websocket::MessageHead"} 1
pipy_chunk_size 98304
pipy_chunk_size{type="Inbound"} 0
pipy_chunk_size{type="Outbound"} 0
pipy_chunk_size{type="encodeWebSocket"} 0
pipy_inbound_count 0
pipy_outbound_count 2
pipy_outbound_count{peer="[127.0.0.1]:21210"} 2
pipy_outbound_conn_time_bucket{le="1"} 2
pipy_outbound_conn_time_bucket{le="2"} 2
pipy_outbound_conn_time_bucket{le="3"} 2
pipy_outbound_conn_time_bucket{le="+Inf"} 2
pipy_outbound_conn_time_sum 0
pipy_outbound_conn_time_count 2
pipy_outbound_conn_time_bucket{peer="[127.0.0.1]:21210",le="1"} 2
pipy_outbound_conn_time_bucket{peer="[127.0.0.1]:21210",le="2"} 2
pipy_outbound_conn_time_bucket{peer="[127.0.0.1]:21210",le="3"} 2
pipy_outbound_conn_time_bucket{peer="[127.0.0.1]:21210",le="+Inf"} 2
pipy_outbound_conn_time_sum{peer="[127.0.0.1]:21210"} 0
pipy_outbound_conn_time_count{peer="[127.0.0.1]:21210"} 2`
	if got := text(t, m.snapshot()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFramesChangeMetrics(t *testing.T) {
	const counter = `[{"k":"c","l":"a/b","t":"Counter","v":1,"s":[{"k":"x","v":2,"s":[{"k":"y","v":3}]},{"k":"z","v":4}]}]`
	for _, c := range []struct{ name, first, next, want string }{
		{"a bare value leaves what is below", counter, `[5]`, "c 5\nc{a=\"x\"} 2\nc{a=\"x\",b=\"y\"} 3\nc{a=\"z\"} 4"},
		{"null is no value", counter, `[{"v":null,"s":[{"v":null,"s":[6]},7]}]`, "c{a=\"x\",b=\"y\"} 6\nc{a=\"z\"} 7"},
		{"a new label value at the end", counter, `[{"v":1,"s":[2,4,{"k":"new","v":9}]}]`, "c 1\nc{a=\"x\"} 2\nc{a=\"x\",b=\"y\"} 3\nc{a=\"z\"} 4\nc{a=\"new\"} 9"},
		{"fewer label values: the others are gone", counter, `[{"v":1,"s":[2]}]`, "c 1\nc{a=\"x\"} 2\nc{a=\"x\",b=\"y\"} 3"},
		{"another label value in a place", counter, `[{"v":1,"s":[{"k":"w","v":8}]}]`, "c 1\nc{a=\"w\"} 8"},
		{"a label value anew in its place", counter, `[{"v":1,"s":[{"k":"x","v":8},4]}]`, "c 1\nc{a=\"x\"} 8\nc{a=\"z\"} 4"},
		{"a metric anew in its place", counter, `[{"k":"c","l":"a/b","t":"Counter","v":0}]`, "c 0"},
		{"another metric in a place", counter, `[{"k":"d","l":"","t":"Gauge","v":0}]`, "d 0"},
		{"another type in a place", counter, `[{"k":"c","l":"","t":"Gauge","v":6}]`, "c 6"},
		{"a new metric at the end", counter, `[1,{"k":"g","t":"Gauge","v":0.5}]`, "c 1\nc{a=\"x\"} 2\nc{a=\"x\",b=\"y\"} 3\nc{a=\"z\"} 4\ng 0.5"},
		{
			"a histogram without the last bucket", `[{"k":"h","t":"Histogram[1,2]","v":[1,2,5,30]}]`, `[[1,2,6,40]]`,
			"h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 3\nh_bucket{le=\"+Inf\"} 6\nh_sum 40\nh_count 6",
		},
		{
			"a limit in quotes", `[{"k":"h","t":"Histogram[1,\"Inf\"]","v":null}]`, `[[1,2,3,9]]`,
			"h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 9\nh_count 3",
		},
		{
			"a histogram that counts less than its buckets", `[{"k":"h","t":"Histogram[1,Infinity]","v":[1,2,0,1]}]`, `[[1,2,0,1]]`,
			"h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 1\nh_count 3",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m metricSet
			if err := m.apply(true, json.RawMessage(c.first), 0); err != nil {
				t.Fatal(err)
			}
			if err := m.apply(false, json.RawMessage(c.next), 1); err != nil {
				t.Fatal(err)
			}
			if got := text(t, m.snapshot()); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestBadFramesAreRefused(t *testing.T) {
	const first = `[{"k":"c","l":"a","t":"Counter","v":1,"s":[{"k":"x","v":2}]}]`
	for _, c := range []struct {
		name, frame string
		full        bool
	}{
		{"not JSON", `[`, true},
		{"not a list", `{}`, true},
		{"no name", `[{"t":"Counter","v":1}]`, true},
		{"a bare value without what it belongs to", `[1]`, true},
		{"unknown type", `[{"k":"c","t":"Summary","v":1}]`, true},
		{"bad bucket", `[{"k":"h","t":"Histogram[a]","v":[1,1,1]}]`, true},
		{"wrong number of buckets", `[{"k":"h","t":"Histogram[1,2]","v":[1,1,1]}]`, true},
		{"a text as value", `[{"k":"c","t":"Counter","v":"1"}]`, true},
		{"another name in a place", `[{"k":"d","v":1}]`, false},
		{"a bare value too many", `[1,2]`, false},
		{"a list as value", `[[1]]`, false},
		{"a bare value too many below", `[{"v":1,"s":[2,3]}]`, false},
		{"fewer metrics than before", `[]`, false},
		{"too many series", `[{"k":"c","l":"a","t":"Counter","v":1,"s":[{"k":"x","v":1}` + strings.Repeat(`,{"k":"x","v":1}`, maxNodes) + `]}]`, true},
		{"too deep", `[{"k":"c","t":"Counter","v":1` + strings.Repeat(`,"s":[{"k":"x","v":1`, maxDepth+1) + strings.Repeat(`}]`, maxDepth+1) + `}]`, true},
		{"a long label", `[{"k":"c","t":"Counter","v":1,"s":[{"k":"` + strings.Repeat("x", maxText+1) + `","v":1}]}]`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m metricSet
			if err := m.apply(true, json.RawMessage(first), 0); err != nil {
				t.Fatal(err)
			}
			m.version = new(int64)
			if err := m.apply(c.full, json.RawMessage(c.frame), 1); err == nil || m.version != nil {
				t.Errorf("got error %v and version %v, want an error and to begin anew", err, m.version)
			}
			m.snapshot() // what is known stays whole
			m.history("")
			if err := m.apply(true, json.RawMessage(first), 2); err != nil {
				t.Errorf("all metrics again: %v", err)
			}
			if got, want := text(t, m.snapshot()), "c 1\nc{a=\"x\"} 2"; got != want {
				t.Errorf("all metrics again: got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestMetricsThatCannotBeShownKeepTheirPlaces(t *testing.T) {
	var m metricSet
	first := `[{"k":"bad name","t":"Counter","v":1},{"k":"c","l":"a","t":"Counter","v":1,"s":[{"k":"x","v":2},{"k":"x","v":3}]},{"k":"g","t":"Gauge","v":3},{"k":"g","t":"Gauge","v":4}]`
	if err := m.apply(true, json.RawMessage(first), 0); err != nil {
		t.Fatal(err)
	}
	if err := m.apply(false, json.RawMessage(`[2,2,5,6]`), 1); err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, m.snapshot()), "g 5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// registryOf makes metrics as a worker has them.
func registryOf(t *testing.T) (*stats.Registry, *stats.Counter, *stats.Gauge, *stats.Histogram) {
	t.Helper()
	r := &stats.Registry{}
	c, err1 := r.Counter("requests", stats.Options{Labels: []string{"path", "status"}})
	g, err2 := r.Gauge("load", stats.Options{})
	h, err3 := r.Histogram("latency", []float64{1, 2.5}, stats.Options{Labels: []string{"peer"}})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return r, c, g, h
}

func snapshotOf(t *testing.T, r *stats.Registry) stats.Snapshot {
	t.Helper()
	s, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMetricsAreEncoded(t *testing.T) {
	r, c, g, h := registryOf(t)
	var e encoder
	step := func(wantFull bool, want string) {
		t.Helper()
		got, full := e.encode(snapshotOf(t, r))
		if string(got) != want || full != wantFull {
			t.Errorf("got full=%v\n%s\nwant full=%v\n%s", full, got, wantFull, want)
		}
	}
	c.WithLabels("/a").WithLabels("200").Increase(2)
	step(true, `[{"k":"requests","l":"path/status","t":"Counter","v":null,"s":[{"k":"/a","v":null,"s":[{"k":"200","v":2}]}]},`+
		`{"k":"load","l":"","t":"Gauge","v":0},{"k":"latency","l":"peer","t":"Histogram[1,2.5,Infinity]","v":null}]`)
	g.Set(0.25)
	c.Increase(7)
	step(false, `[{"v":7,"s":[{"v":null,"s":[2]}]},0.25,null]`)
	h.WithLabels("p").Observe(2)
	c.WithLabels("/b").Increase(1)
	step(false, `[{"v":7,"s":[{"v":null,"s":[2]},{"k":"/b","v":1}]},0.25,{"v":null,"s":[{"k":"p","v":[0,1,0,1,2]}]}]`)
	g.Set(math.NaN())
	step(false, `[{"v":7,"s":[{"v":null,"s":[2]},1]},null,{"v":null,"s":[[0,1,0,1,2]]}]`)
	e.lost = true
	step(true, `[{"k":"requests","l":"path/status","t":"Counter","v":7,"s":[{"k":"/a","v":null,"s":[{"k":"200","v":2}]},{"k":"/b","v":1}]},`+
		`{"k":"load","l":"","t":"Gauge","v":null},{"k":"latency","l":"peer","t":"Histogram[1,2.5,Infinity]","v":null,"s":[{"k":"p","v":[0,1,0,1,2]}]}]`)
	c.Metric().Clear()
	step(true, `[{"k":"requests","l":"path/status","t":"Counter","v":7},{"k":"load","l":"","t":"Gauge","v":null},`+
		`{"k":"latency","l":"peer","t":"Histogram[1,2.5,Infinity]","v":null,"s":[{"k":"p","v":[0,1,0,1,2]}]}]`)
}

func TestWhatIsEncodedIsRead(t *testing.T) {
	r, c, g, h := registryOf(t)
	var e encoder
	var m metricSet
	for i, change := range []func(){
		func() {},
		func() { c.WithLabels("/a", "200").Increase(1); g.Set(-1.5) },
		func() { h.Observe(1); h.WithLabels("p").Observe(100); c.WithLabels("/b").Increase(1) },
		func() { c.WithLabels("/a", "404").Increase(1); c.WithLabels("", "x").Increase(3) },
		func() { c.Metric().Clear() },
		func() { c.WithLabels("/b").Increase(1); h.WithLabels("q").Observe(0) },
	} {
		change()
		s := snapshotOf(t, r)
		roots, full := e.encode(s)
		if err := m.apply(full, roots, int64(i)); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if got, want := text(t, m.snapshot()), text(t, s); got != want {
			t.Errorf("step %d: got\n%s\nwant\n%s", i, got, want)
		}
	}
}

// What a reload makes of metrics must not change the places of others.
func TestMetricsKeepTheirPlaces(t *testing.T) {
	var e encoder
	var m metricSet
	for i, c := range []struct {
		names string // a metric each; those in capitals have a sub-series
		want  string // names, "-" for those without a value
		full  bool
	}{
		{"a b c", "a b c", true},
		{"c a d b", "a b c d", false},
		{"d a", "a - - d", false},
		{"d b a", "a b - d", false},
		{"A d", "A - - d", true}, // another metric in the place of a
		{"d c e", "- - c d e", true},
		{"d", "d", true}, // more places than metrics
		{"x y", "- x y", false},
		{"z", "z", true},
	} {
		r := &stats.Registry{}
		for name := range strings.FieldsSeq(c.names) {
			o := stats.Options{}
			if name < "a" {
				o.Labels = []string{"l"}
			}
			g, err := r.Gauge(strings.ToLower(name), o)
			if err != nil {
				t.Fatal(err)
			}
			if g.Set(1); name < "a" {
				g.WithLabels("s").Set(1)
			}
		}
		roots, full := e.encode(snapshotOf(t, r))
		if err := m.apply(full, roots, int64(i)); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		var places []string
		for _, f := range m.families {
			switch {
			case !f.root.present:
				places = append(places, "-")
			case len(f.root.subs) > 0:
				places = append(places, strings.ToUpper(f.name))
			default:
				places = append(places, f.name)
			}
		}
		if got := strings.Join(places, " "); got != c.want || full != c.full {
			t.Errorf("step %d: got %s, full=%v, want %s, full=%v", i, got, full, c.want, c.full)
		}
	}
}

// Scripts written for 0.30 end the limits of a histogram with Infinity.
func TestInfiniteLimitIsTheLastBucket(t *testing.T) {
	r := &stats.Registry{}
	h, err := r.Histogram("latency", []float64{1, 10, math.Inf(1)}, stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var e encoder
	var m metricSet
	for i, want := range []string{
		`[{"k":"latency","l":"","t":"Histogram[1,10,Infinity]","v":[0,1,0,1,5]}]`,
		`[[0,1,1,2,105]]`,
	} {
		h.Observe([]float64{5, 100}[i])
		s := snapshotOf(t, r)
		roots, full := e.encode(s)
		if string(roots) != want {
			t.Errorf("got %s, want %s", roots, want)
		}
		if err := m.apply(full, roots, int64(i)); err != nil {
			t.Fatal(err)
		}
		if got, want := text(t, m.snapshot()), text(t, s); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestOrderOfSeriesDoesNotMatter(t *testing.T) {
	sample := func(label string) *stats.Sample { return &stats.Sample{Label: label, Present: true, Value: 1} }
	of := func(labels ...string) stats.Snapshot {
		root := &stats.Sample{}
		for _, l := range labels {
			root.Sub = append(root.Sub, sample(l))
		}
		return stats.Snapshot{{Name: "c", Type: stats.TypeCounter, Labels: []string{"a"}, Root: root}}
	}
	var e encoder
	e.encode(of("x", "y"))
	if got, full := e.encode(of("new", "y", "x")); full || string(got) != `[{"v":null,"s":[1,1,{"k":"new","v":1}]}]` {
		t.Errorf("got full=%v %s", full, got)
	}
}

func TestHistoryHasAPointEveryFiveSeconds(t *testing.T) {
	var m metricSet
	apply := func(full bool, roots string, slot int64) {
		t.Helper()
		if err := m.apply(full, json.RawMessage(roots), slot); err != nil {
			t.Fatal(err)
		}
	}
	show := func(name string) string {
		b, err := json.Marshal(m.history(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	apply(true, `[{"k":"c","l":"a","t":"Counter","v":1},{"k":"h","t":"Histogram[1]","v":[1,2,9]}]`, 10)
	apply(false, `[2,[2,3,10]]`, 10) // the same point
	apply(false, `[{"v":3,"s":[{"k":"x","v":5}]},[2,4,11]]`, 11)
	apply(false, `[{"v":4,"s":[6]},[2,4,11]]`, 14) // two points were missed
	want := `{"time":70,"metrics":[{"k":"c","l":"a","t":"Counter","v":[2,3,3,3,4]},` +
		`{"k":"h","t":"Histogram[1,Infinity]","v":[[2,2,2,2,2],[1,2,2,2,2],[3,4,4,4,4],[10,11,11,11,11]]}]}`
	if got := show(""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	want = `{"time":70,"metrics":[{"k":"c","l":"a","t":"Counter","v":[2,3,3,3,4],"s":[{"k":"x","v":[0,5,5,5,6]}]}]}`
	if got := show("c"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := show("none"); got != `{"time":70,"metrics":[]}` {
		t.Errorf("got %s", got)
	}
	// Metrics that are sent in full again keep their past.
	apply(true, `[{"k":"c","l":"a","t":"Counter","v":9,"s":[{"k":"x","v":9}]}]`, 15)
	if got := m.history("c").Metrics[0].Sub[0].Values.([]float64); len(got) != 6 || got[4] != 6 || got[5] != 9 {
		t.Errorf("got %v", got)
	}
	for slot := int64(16); slot < 200; slot++ {
		apply(false, `[1]`, slot)
	}
	if got := m.history("").Metrics[0].Values.([]float64); len(got) != maxPoints {
		t.Errorf("got %d points, want %d", len(got), maxPoints)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(firstFrame), []byte(secondFrame))
	f.Add([]byte(`[{"k":"c","l":"a/b","t":"Counter","v":1,"s":[{"k":"x","v":2}]}]`), []byte(`[{"v":1,"s":[{"k":"w","v":8}]}]`))
	f.Fuzz(func(t *testing.T, first, next []byte) {
		var m metricSet
		for i := range int64(4) {
			frame := next
			if i == 0 {
				frame = first
			}
			if m.apply(i == 0, frame, i) != nil {
				return
			}
			for _, fam := range m.snapshot() {
				if fam.Type != stats.TypeHistogram {
					continue
				}
				if err := fam.Check(); err != nil {
					t.Fatal(err)
				}
			}
			m.history("")
		}
	})
}
