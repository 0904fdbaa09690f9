package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"pipy/pipy/codebase"
	"pipy/pipy/stats"
)

// fixed is a codebase of given files.
type fixed map[string]string

func (f fixed) Load(context.Context) (*codebase.Version, error) {
	files := fstest.MapFS{}
	for name, text := range f {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return &codebase.Version{Files: files, Entry: "/main.js", Name: "7"}, nil
}

func (fixed) Watch(ctx context.Context, _ func()) { <-ctx.Done() }

// freePort returns a port on which nothing listens.
func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// run runs a script with PORT and UP as free ports, and returns the URL of PORT.
func run(t *testing.T, workers int, source string) (g *Group, url string) {
	t.Helper()
	port, up := freePort(t), freePort(t)
	source = strings.NewReplacer("PORT", fmt.Sprint(port), "UP", fmt.Sprint(up)).Replace(source)
	g, err := New(Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	if err := g.Run(t.Context(), fixed{"main.js": source}); err != nil {
		t.Fatal(err)
	}
	return g, fmt.Sprintf("http://127.0.0.1:%d", port)
}

const proxy = `pipy()
  .listen('127.0.0.1:PORT').demuxHTTP('request')
  .pipeline('request').muxHTTP('connection')
  .pipeline('connection').connect('127.0.0.1:UP')
  .listen('127.0.0.1:UP')
    .serveHTTP(m => new Message({ status: m.head.path == '/missing' ? 404 : 200 }, 'hello'))
`

// get sends a request on a connection of its own.
func get(t *testing.T, url string, headers ...string) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.Close = true
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
}

// until asks again and again until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("%s: want it within 10 s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// text returns the metrics in the text form.
func text(t *testing.T, g *Group) string {
	t.Helper()
	s, err := g.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := stats.WriteText(&b, stats.Instance{Metrics: s}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMetricsOfAProxy(t *testing.T) {
	g, url := run(t, 2, proxy)
	get(t, url)
	get(t, url)
	get(t, url+"/missing")
	until(t, "connections end", func() bool { return strings.Contains(text(t, g), "pipy_inbound_count 0") })
	all := text(t, g)
	up, _, _ := strings.Cut(all[strings.Index(all, `pipy_outbound_count{peer="`)+len(`pipy_outbound_count{peer="`):], `"`)
	for _, want := range []string{
		`pipy_inbound_total 6`,
		`pipy_pipeline_count{module="/main.js",name="request"} 0`,
		`pipy_upstream_responses_total{peer="` + up + `",class="2xx"} 2`,
		`pipy_upstream_responses_total{peer="` + up + `",class="4xx"} 1`,
		`pipy_upstream_response_seconds_count{peer="` + up + `"} 3`,
		`pipy_outbound_conn_time_count{peer="` + up + `"} 3`,
		`pipy_outbound_failed_total 0`,
		`pipy_mux_misses_total{module="/main.js",name="request",filter="muxHTTP"} 3`,
		`pipy_mux_hits_total 0`,
		`pipy_mux_active 0`,
		`pipy_mux_sessions 0`,
		`pipy_http2_stream_count{type="Server"} 0`,
		`pipy_worker_count 2`,
	} {
		if !strings.Contains(all, "\n"+want+"\n") {
			t.Errorf("want %s in\n%s", want, all)
		}
	}
}

// unconventional are names that Prometheus would have otherwise; dashboards know
// them.
var unconventional = []string{"pipy_inbound_", "pipy_outbound_", "pipy_pipeline_count", "pipy_http2_stream_count", "pipy_worker_count"}

func TestPrometheusLikesTheMetrics(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (Debian: prometheus)")
	}
	g, url := run(t, 1, proxy)
	get(t, url)
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(text(t, g))
	out, _ := cmd.CombinedOutput()
next:
	for line := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		for _, name := range unconventional {
			if strings.HasPrefix(line, name) {
				continue next
			}
		}
		if line != "" {
			t.Errorf("promtool: %s", line)
		}
	}
}

func TestRequestsThatFailAreCounted(t *testing.T) {
	g, url := run(t, 1, strings.Split(proxy, "  .listen('127.0.0.1:UP')")[0])
	get(t, url)
	all := text(t, g)
	for _, want := range []string{"pipy_mux_failed_total 1", "pipy_outbound_failed_total 1", "pipy_upstream_responses_total 0"} {
		if !strings.Contains(all, "\n"+want+"\n") {
			t.Errorf("want %s in\n%s", want, all)
		}
	}
}

func TestStatusTellsVersionsAndGraphs(t *testing.T) {
	g, _ := run(t, 2, proxy)
	s := g.Status()
	graph := s.Modules["/main.js"].Graph
	if s.Version != "7" || s.Since == 0 || len(s.Workers) != 2 || graph == nil || len(graph.Roots) != 2 {
		t.Fatalf("got %+v", s)
	}
	v := s.Workers[1].Versions
	if len(v) != 1 || v[0].State != Running || v[0].Number != 1 {
		t.Errorf("worker 1: got %+v", v)
	}
	g.Stop()
	if s := g.Status(); s.Version != "" || s.Since != 0 || len(s.Modules) != 0 {
		t.Errorf("without a program: got %+v", s)
	}
}

func TestFiltersCountWhileSomebodyAsks(t *testing.T) {
	g, url := run(t, 2, proxy)
	get(t, url) // before anybody asked
	if s := g.Filters(); s.Since == 0 || len(s.Modules["/main.js"].Pipelines) != 4 {
		t.Fatalf("got %+v", s)
	}
	get(t, url)
	s := g.Filters()
	for _, p := range s.Modules["/main.js"].Pipelines {
		if p.Name != "request" {
			continue
		}
		if p.Total != 2 || p.Filters[0].Name != "muxHTTP" || p.Filters[0].Line != 3 {
			t.Errorf("got %+v", p)
		}
		if got, want := p.Filters[0].Events, (FilterEvents{0, 1, 1, 0}); got != want {
			t.Errorf("input: got %+v, want %+v", got, want)
		}
		if p.Output.Events.Start != 1 || p.Output.Bytes != 5 {
			t.Errorf("output: got %+v", p.Output)
		}
	}
	_ = g.all(func(w *worker) error {
		w.counting().Run() // as a minute later
		for _, l := range w.layouts() {
			if l.Counts() != nil {
				t.Errorf("worker %d still counts", w.id)
			}
		}
		return nil
	})
}

// tap watches a pipeline and returns what passes until a condition holds.
func tap(t *testing.T, g *Group, o TapOptions, meanwhile func(), enough func([]TapEvent) bool) []TapEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := errors.New("enough")
	var seen []TapEvent
	err := g.Tap(ctx, o, func(e *TapEvent) error {
		if e == nil {
			go meanwhile()
			return nil
		}
		if seen = append(seen, *e); enough(seen) {
			return done
		}
		return nil
	})
	if err != done {
		t.Fatalf("got %v after %+v", err, seen)
	}
	return seen
}

func TestTapShowsEventsWithoutSecrets(t *testing.T) {
	g, url := run(t, 2, proxy)
	ends := func(seen []TapEvent) bool { return len(seen) == 5 }
	seen := tap(t, g, TapOptions{Pipeline: "request", Data: 3}, func() {
		get(t, url+"/a?token=hidden&b=c", "authorization", "Bearer hidden", "x-api-key", "hidden", "accept", "shown")
	}, ends)
	var b strings.Builder
	for _, e := range seen {
		fmt.Fprintf(&b, "%s %s %d %s|", e.Filter, e.Event, e.Bytes, e.Data)
	}
	want := "muxHTTP MessageStart 0 |muxHTTP MessageEnd 0 | MessageStart 0 | Data 5 hel| MessageEnd 0 |"
	if b.String() != want {
		t.Errorf("got %s, want %s", b.String(), want)
	}
	head := seen[0].Head.(*TapHead)
	if all := fmt.Sprint(head); strings.Contains(all, "hidden") || !strings.Contains(all, "shown") || head.Path != "/a?token=***&b=c" {
		t.Errorf("head: got %+v", head)
	}
	_ = g.all(func(w *worker) error {
		for _, l := range w.layouts() {
			l.SetCounting(true) // gives way to what a tap would have left behind
			l.SetCounting(false)
		}
		return nil
	})
	get(t, url) // with nobody watching
	if err := g.Tap(t.Context(), TapOptions{Pipeline: "nope"}, nil); err != ErrNoPipeline {
		t.Errorf("unknown pipeline: got %v", err)
	}
}

func TestTapShowsBytesWithoutSecrets(t *testing.T) {
	g, url := run(t, 1, proxy)
	seen := tap(t, g, TapOptions{Pipeline: "connection", Module: "/main.js", Data: 1000}, func() {
		get(t, url+"/?api_key=hidden", "cookie", "hidden", "accept", "shown")
	}, func(seen []TapEvent) bool { return seen[len(seen)-1].Data != "" })
	data := seen[len(seen)-1].Data
	if strings.Contains(data, "hidden") || !strings.Contains(data, "shown") || !strings.Contains(strings.ToLower(data), "cookie: ***") {
		t.Errorf("got %q", data)
	}
}

func TestASlowTapDropsAndCounts(t *testing.T) {
	g, url := run(t, 1, proxy)
	var enough atomic.Bool
	asked := make(chan int)
	seen := tap(t, g, TapOptions{Pipeline: "request", Rate: 2}, func() {
		n := 0
		for ; !enough.Load(); n++ {
			get(t, url)
		}
		asked <- n
	}, func(seen []TapEvent) bool {
		enough.Store(seen[len(seen)-1].Dropped > 0) // in the second that follows
		return enough.Load()
	})
	n := <-asked
	if dropped := seen[len(seen)-1].Dropped; dropped < 3 || dropped > uint64(5*n) || len(seen) > 5 {
		t.Errorf("got %d events and %d dropped ones of %d requests", len(seen), dropped, n)
	}
}

func TestDumpTables(t *testing.T) {
	g, url := run(t, 2, proxy)
	get(t, url)
	var b strings.Builder
	if err := g.WriteDump(&b); err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{"CLASS ", "Pipeline", "\nDATA ", "\nPIPELINE ", "/main.js [request] ", "\nINBOUND ", "\nOUTBOUND ", "\nTOTAL "} {
		i := strings.Index(b.String()[at:], want)
		if i < 0 {
			t.Fatalf("want %q behind byte %d of\n%s", want, at, b.String())
		}
		at += i
	}
}

func TestOnlyTheBusiestServersAreInTheTable(t *testing.T) {
	d := &Dump{}
	for i := range 15 {
		d.Outbound = append(d.Outbound, DumpOutbound{Peer: fmt.Sprint("peer", i), Connections: 1, Peak: 2})
	}
	var b strings.Builder
	_ = d.Write(&b, "outbound")
	for _, want := range []string{"peer9 ", "(5 more...)  5/10 ", "TOTAL        15/30 "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("want %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "peer10") {
		t.Errorf("too many rows:\n%s", b.String())
	}
}

func TestCheckFindsSeveralProblems(t *testing.T) {
	for _, tt := range []struct {
		files fixed
		want  string
	}{
		{fixed{"main.js": "pipy().listen(1).dummy()"}, ""},
		{fixed{"main.js": "pipy()\n.listen(1).link('a')\n.listen(2).link('b')"}, "/main.js:2:16 pipeline not found: a|/main.js:3:16 pipeline not found: b"},
		{fixed{"main.js": "pipy().listen(1).dummy()", "other.js": "a b"}, "/other.js:1:3 Unexpected identifier"},
		{fixed{"main.js": "pipy().listen(1).use('missing.js')"}, "/main.js:1:21 use: module: [pjs] Cannot load module: missing.js: Cannot open script at /missing.js"},
		{fixed{"main.js": "pipy().listen(1)\n .nothing()"}, "/main.js:2:10 Object has no member 'nothing'"},
		{fixed{"main.js": "1"}, "/main.js:1:1 Script was not evaluated"},
		{fixed{"main.js": "throw new Error('no')"}, "/main.js:1:7 no"},
		{fixed{"main.js": "os.write('/nowhere/x', ''); pipy.exec('nowhere'); console.log('never'); pipy().listen(1).dummy()"}, ""},
	} {
		v, _ := tt.files.Load(t.Context())
		problems, err := Check(t.Context(), v, nil, "/main.js", "/other.js")
		if tt.files["other.js"] == "" {
			problems, err = Check(t.Context(), v, nil, "/main.js")
		}
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, p := range problems {
			list = append(list, fmt.Sprintf("%s:%d:%d %s", p.File, p.Line, p.Column, p.Message))
		}
		wants := strings.Split(tt.want, "|")
		if tt.want == "" {
			wants = nil
		}
		if len(list) != len(wants) {
			t.Errorf("%v: got %q, want %q", tt.files, list, wants)
			continue
		}
		for i, want := range wants {
			if !strings.Contains(list[i], want) {
				t.Errorf("%v: got %q, want %q", tt.files, list[i], want)
			}
		}
	}
}

// guide is where the metrics are documented.
const guide = "../../docs/guides/observability.md"

func TestTheGuideHasAllMetrics(t *testing.T) {
	g, url := run(t, 1, proxy)
	get(t, url)
	s, err := g.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, f := range s {
		labels := strings.Join(f.Labels, ", ")
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", f.Name, f.Type, labels, strings.TrimSuffix(f.Help, ".")))
	}
	slices.Sort(rows)
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "| `pipy_") || strings.HasPrefix(line, "| `go_") || strings.HasPrefix(line, "| `process_") {
			have = append(have, line)
		}
	}
	if runtime.GOOS != "linux" { // where the system tells less
		have = slices.DeleteFunc(have, func(row string) bool { return !slices.Contains(rows, row) })
	}
	if !slices.Equal(rows, have) {
		t.Errorf("%s: the table of metrics should be\n%s", guide, strings.Join(rows, "\n"))
	}
}

func TestTextIsInTheFormOfPrometheus(t *testing.T) {
	g, url := run(t, 2, proxy)
	get(t, url)
	series := regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|[+-]Inf|NaN)$`)
	types := map[string]string{}
	seen := map[string]bool{}
	buckets := map[string]float64{} // the last count by series without le
	for line := range strings.SplitSeq(strings.TrimSuffix(text(t, g), "\n"), "\n") {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, typ, _ := strings.Cut(rest, " ")
			if types[name] != "" {
				t.Errorf("two types of %s", name)
			}
			types[name] = typ
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := series.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not a series: %s", line)
			continue
		}
		if seen[m[1]+m[2]] {
			t.Errorf("twice: %s", line)
		}
		seen[m[1]+m[2]] = true
		name := m[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if base := strings.TrimSuffix(name, suffix); types[base] == "histogram" {
				name = base
			}
		}
		if types[name] == "" {
			t.Errorf("no type: %s", line)
		}
		if strings.HasSuffix(m[1], "_bucket") && types[name] == "histogram" {
			key := name + regexp.MustCompile(`,?le="[^"]*"`).ReplaceAllString(m[2], "")
			n, _ := strconv.ParseFloat(m[3], 64)
			if n < buckets[key] {
				t.Errorf("not cumulative: %s", line)
			}
			buckets[key] = n
		}
	}
	if len(buckets) == 0 || len(types) < 20 {
		t.Errorf("got %d histograms and %d metrics", len(buckets), len(types))
	}
}
