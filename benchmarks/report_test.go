package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v): got %v, want %v", c.values, got, c.want)
		}
	}
}

func TestFormatNumberGroupsThousands(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{{0, 0, "0"}, {999, 0, "999"}, {1000, 0, "1 000"}, {1234567.891, 2, "1 234 567.89"}, {-1234, 0, "-1 234"}, {-123, 1, "-123.0"}} {
		if got := formatNumber(c.v, c.digits); got != c.want {
			t.Errorf("formatNumber(%v, %d): got %q, want %q", c.v, c.digits, got, c.want)
		}
	}
}

// testReport has three rounds of two scenarios; only hello has an nginx.
func testReport() *report {
	nginx, haproxy, pipy := &server{Name: "nginx", Version: "1.22.1"}, &server{Name: "haproxy"}, &server{Name: "pipy"}
	r := &report{
		Rounds: 3, Duration: 5 * time.Second, Command: "go run ./benchmarks -md",
		Servers: []*server{nginx, haproxy, pipy}, scenarios: []*scenario{scenarios[0], scenarios[3]},
	}
	for i := range 3 {
		d := float64(i - 1)
		r.result(scenarios[0], nginx).add(sample{cpuPerRequest.key: 10 + d, resident.key: 11})
		r.result(scenarios[0], pipy).add(sample{cpuPerRequest.key: 11 - d, resident.key: 30})
		r.result(scenarios[3], haproxy).add(sample{cpuPerRequest.key: 12})
		r.result(scenarios[3], pipy).add(sample{cpuPerRequest.key: 24})
	}
	r.result(scenarios[3], nginx).Missing = "no stream module"
	return r
}

func TestReportComparesWithNginxElseHAProxy(t *testing.T) {
	r := testReport()
	for _, c := range []struct {
		sc         *scenario
		base, want string
	}{{scenarios[0], "nginx", "1.10"}, {scenarios[3], "haproxy", "2.00"}} {
		rows := r.table(c.sc).rows
		header, last := rows[0], rows[len(rows)-1]
		if got := header[len(header)-1]; got != "× "+c.base {
			t.Errorf("%s: got column %q, want that of %s", c.sc.name, got, c.base)
		}
		if got := last[len(last)-1]; last[0] != "pipy" || got != c.want {
			t.Errorf("%s: got %s %s, want pipy %s", c.sc.name, last[0], got, c.want)
		}
	}
}

func TestReportShowsSpreadOfRounds(t *testing.T) {
	r := testReport()
	if got := r.Results[0].spread(cpuPerRequest.key); got != "20 %" {
		t.Errorf("got %q, want 20 %%: rounds of 9, 10 and 11", got)
	}
}

func TestBarsAreReachedOrMissed(t *testing.T) {
	got := map[string]string{}
	for _, row := range testReport().bars().rows {
		got[row[0]+" "+row[1]+" "+row[2]] = row[3] + " " + row[4]
	}
	for bar, want := range map[string]string{
		"hello CPU µs/request ≤ 1.15 × nginx": "1.10 × nginx reached",
		"hello resident MiB ≤ 25":             "30.0 missed",
		"tcp CPU µs/request ≤ 1.1 × haproxy":  "2.00 × haproxy missed",
		"tcp resident MiB ≤ 25":               "- not measured",
	} {
		if got[bar] != want {
			t.Errorf("%s: got %q, want %q", bar, got[bar], want)
		}
	}
}

func TestBarsWantAtMostOrAtLeast(t *testing.T) {
	for _, c := range []struct {
		wish string
		pipy float64
		want string
	}{
		{atLeast, 3, "0.75 × nginx missed"}, {atLeast, 4, "1.00 × nginx reached"}, {atLeast, 6, "1.50 × nginx reached"},
		{atMost, 3, "0.75 × nginx reached"}, {atMost, 4, "1.00 × nginx reached"}, {atMost, 6, "1.50 × nginx missed"},
	} {
		b := bar{"hello", requestsPerCPU, c.wish, 1, "nginx"}
		got, verdict := b.verdict(func(server string, _ metric) (float64, bool) {
			return map[string]float64{"nginx": 4, "pipy": c.pipy}[server], true
		})
		if got += " " + verdict; got != c.want {
			t.Errorf("%s, %v to 4: got %q, want %q", b, c.pipy, got, c.want)
		}
	}
}

func TestFailuresAreMarkedApartFromWhatServersCannotDo(t *testing.T) {
	r := testReport()
	r.result(scenarios[0], r.Servers[1]).Missing, r.result(scenarios[0], r.Servers[1]).Failed = "it crashed", true
	for i, want := range [][2]string{{"haproxy failed", "haproxy failed: it crashed"}, {"nginx cannot", "nginx cannot: no stream module"}} {
		table := r.table(r.scenarios[i])
		var found bool
		for _, row := range table.rows {
			found = found || row[0]+" "+row[1] == want[0]
			if len(row) != len(table.rows[0]) {
				t.Errorf("got row %q, want as many cells as %q", row, table.rows[0])
			}
		}
		if !found || !slices.Contains(table.notes, want[1]) {
			t.Errorf("want row %q and note %q, got %q, %q", want[0], want[1], table.rows, table.notes)
		}
	}
}

func TestEveryBarNamesAMeasureOfAScenario(t *testing.T) {
	for _, b := range bars {
		var found bool
		for _, sc := range scenarios {
			for _, m := range sc.metrics {
				found = found || sc.name == b.scenario && m == b.metric
			}
		}
		if !found {
			t.Errorf("%s %s: no scenario has this measure", b.scenario, b.metric.title)
		}
	}
}

func TestMarkdownAndTextAndJSONHaveTheResults(t *testing.T) {
	r := testReport()
	var md, text, js strings.Builder
	if err := r.writeMarkdown(&md); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"`go run ./benchmarks -md`", "| pipy | 11.00 |", "| nginx | cannot | - |", "nginx cannot: no stream module", "| hello | resident MiB | ≤ 25 | 30.0 | missed |"} {
		if !strings.Contains(md.String(), want) {
			t.Errorf("Markdown: want %q in:\n%s", want, md.String())
		}
	}
	if err := r.writeText(&text); err != nil {
		t.Fatal(err)
	}
	if want := "nginx 1.22.1"; !strings.Contains(text.String(), want) {
		t.Errorf("text: want %q in:\n%s", want, text.String())
	}
	if err := r.writeJSON(&js); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal([]byte(js.String()), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Results) != len(r.Results) || back.Results[1].Medians[cpuPerRequest.key] != 11 {
		t.Errorf("JSON: got %d results, median %v, want %d and 11", len(back.Results), back.Results[1].Medians, len(r.Results))
	}
}
