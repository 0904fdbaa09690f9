package fleet

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pipy/pipy/stats"
)

// report sends a report to a registry alone, and returns the status.
func report(g *Registry, codebase, body string) int {
	w := httptest.NewRecorder()
	g.ServeStatus(w, httptest.NewRequest(http.MethodPost, "/repo"+codebase+"/", strings.NewReader(body)), codebase)
	return w.Code
}

// Recorded from a 0.30 worker.
const oldReport = `{"timestamp":1795300832890,"uuid":"5409a244","name":"w1","version":"6",
 "modules":{"/main.js":{"graph":{"roots":[0],"nodes":[{"name":"21204@0.0.0.0","t":"root","c":[1]},{"name":"serveHTTP","t":"filter","p":0}]}}}}`

func TestReportsAreAnswered(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"of 0.30", oldReport, 201},
		{"the first one of 0.30", `{"timestamp":1,"uuid":"u","name":"","version":"","modules":{}}`, 201},
		{"with metrics", `{"uuid":"u","metrics":{"version":5,"roots":[]}}`, 206},
		{"with the first metrics of later releases", `{"uuid":"u","metrics":{"version":0,"roots":[]}}`, 206},
		{"with metrics relative to the first ones, which are unknown", `{"uuid":"u","metrics":{"version":5,"last":0,"roots":[]}}`, 201},
		{"with metrics relative to unknown ones", `{"uuid":"u","metrics":{"version":5,"last":4,"roots":[]}}`, 201},
		{"with bad metrics", `{"uuid":"u","metrics":{"version":5,"roots":[1]}}`, 201},
		{"junk", `junk`, 400},
		{"not an object", `[]`, 400},
		{"no uuid", `{}`, 400},
		{"a uuid with a slash", `{"uuid":"a/b"}`, 400},
		{"a long uuid", `{"uuid":"` + strings.Repeat("u", maxText+1) + `"}`, 400},
		{"too large", `{"uuid":"u","name":"` + strings.Repeat("x", 2000) + `"}`, 413},
	} {
		if got := report(NewRegistry(RegistryOptions{MaxReport: 2000}), "/app", c.body); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestInstancesAreShownAsBothReleasesShowThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		report(g, "/app", oldReport)
		report(g, "/app", `{"timestamp":2,"since":1,"uuid":"u2","name":"","version":"7","error":"no","modules":{},"logs":["pipy_log","bad\nname"]}`)
		report(g, "/other", `{"uuid":"u3"}`)
		b, err := json.Marshal(g.Instances("/app"))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().UnixMilli()
		graph := `{"/main.js":{"graph":{"roots":[0],"nodes":[{"name":"21204@0.0.0.0","t":"root","c":[1]},{"name":"serveHTTP","t":"filter","p":0}]}}}`
		want := fmt.Sprintf(`{"1":{"id":1,"ip":"192.0.2.1","timestamp":%[1]d,"since":0,"uuid":"5409a244","name":"w1","codebase":"/app","version":"6","linked":false,"logs":[],"modules":%[2]s,`+
			`"status":{"timestamp":1795300832890,"since":0,"uuid":"5409a244","name":"w1","ip":"192.0.2.1","version":"6","modules":%[2]s,"logs":[]}},`+
			`"2":{"id":2,"ip":"192.0.2.1","timestamp":%[1]d,"since":1,"uuid":"u2","name":"","codebase":"/app","version":"7","error":"no","linked":false,"logs":["pipy_log"],"modules":{},`+
			`"status":{"timestamp":2,"since":1,"uuid":"u2","name":"","ip":"192.0.2.1","version":"7","error":"no","modules":{},"logs":["pipy_log"]}}}`, now, graph)
		if string(b) != want {
			t.Errorf("got\n%s\nwant\n%s", b, want)
		}
		if b, _ := json.Marshal(g.Instances("/none")); string(b) != "{}" {
			t.Errorf("got %s, want no instances", b)
		}
	})
}

func TestInstanceIsListedUnderTheCodebaseThatItRunsNow(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	report(g, "/a", `{"uuid":"u"}`)
	report(g, "/b", `{"uuid":"u"}`)
	if a, b := g.Instances("/a").(map[string]Instance), g.Instances("/b").(map[string]Instance); len(a) != 0 || len(b) != 1 {
		t.Errorf("got %v and %v, want it under /b alone", a, b)
	}
}

func TestSilentInstancesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		report(g, "/a", `{"uuid":"u","metrics":{"version":5,"roots":[{"k":"c","t":"Counter","v":1}]}}`)
		report(g, "/a", `{"uuid":"v"}`)
		time.Sleep(40 * time.Second)
		report(g, "/a", `{"uuid":"v"}`)
		time.Sleep(40 * time.Second)
		if _, ok := g.Instance("u"); ok || len(g.Metrics()) > 0 {
			t.Error("want u to be forgotten")
		}
		if _, ok := g.Instance("v"); !ok {
			t.Error("want v to be remembered")
		}
	})
}

func TestNumberOfInstancesIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{MaxInstances: 2})
		for i, want := range []int{201, 201, 503} {
			if got := report(g, "/a", fmt.Sprintf(`{"uuid":"u%d"}`, i)); got != want {
				t.Errorf("instance %d: got %d, want %d", i, got, want)
			}
		}
		time.Sleep(2 * time.Minute)
		if got := report(g, "/a", `{"uuid":"u3"}`); got != 201 {
			t.Errorf("when others are forgotten: got %d, want 201", got)
		}
	})
}

func TestNumberOfSeriesIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{MaxSeries: 5})
		send := func(uuid string, version, last int, roots string) int {
			relation := ""
			if last > 0 {
				relation = fmt.Sprintf(`"last":%d,`, last)
			}
			return report(g, "/a", fmt.Sprintf(`{"uuid":%q,"metrics":{"version":%d,%s"roots":%s}}`, uuid, version, relation, roots))
		}
		const three = `[{"k":"c","l":"x","t":"Counter","v":1,"s":[{"k":"1","v":1},{"k":"2","v":1}]}]`
		for i, c := range []struct{ got, want int }{
			{send("u", 1, 0, three), 206},
			{send("v", 1, 0, three), 201}, // no room
			{send("u", 2, 1, `[1]`), 206},
			{send("u", 3, 2, `[{"v":1,"s":[1,1,{"k":"3","v":1},{"k":"4","v":1}]}]`), 206},
			{send("u", 4, 3, `[{"v":1,"s":[1,1,1,1,{"k":"5","v":1}]}]`), 201},
			{send("v", 2, 0, three), 206}, // those of u are gone
		} {
			if c.got != c.want {
				t.Errorf("report %d: got %d, want %d", i, c.got, c.want)
			}
		}
		time.Sleep(2 * time.Minute)
		if g.List(); g.series != 0 {
			t.Errorf("got %d series of no instances", g.series)
		}
	})
}

func TestInstanceBelongsToWhoReportedFirst(t *testing.T) {
	g := NewRegistry(RegistryOptions{Principal: func(r *http.Request) string { return r.Header.Get("x-who") }})
	for i, c := range []struct {
		who  string
		want int
	}{{"", 201}, {"a", 201}, {"b", 403}, {"", 403}, {"a", 201}} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"uuid":"u"}`))
		r.Header.Set("x-who", c.who)
		g.ServeStatus(w, r, "/app")
		if w.Code != c.want {
			t.Errorf("report %d: got %d, want %d", i, w.Code, c.want)
		}
	}
}

func TestClientCertificateTellsWhoAWorkerIs(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	cert := &x509.Certificate{Subject: pkix.Name{CommonName: "w1"}, DNSNames: []string{"w1.example"}}
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
	if got := certificateName(r); got != "" {
		t.Errorf("not verified: got %q", got)
	}
	r.TLS.VerifiedChains = [][]*x509.Certificate{{cert}}
	if got := certificateName(r); !strings.Contains(got, "w1") {
		t.Errorf("got %q", got)
	}
}

func TestMetricsOfInstancesHaveTheirNames(t *testing.T) {
	g := NewRegistry(RegistryOptions{})
	for i, name := range []string{"a", "", "b", "a"} {
		report(g, "/app", fmt.Sprintf(`{"uuid":"u%d","name":%q,"metrics":{"version":5,"roots":[{"k":"c","l":"x","t":"Counter","v":%d,"s":[{"k":"\"","v":1}]}]}}`, i, name, i))
	}
	report(g, "/app", `{"uuid":"silent","name":"silent"}`)
	var b strings.Builder
	if err := stats.WriteText(&b, g.Metrics()...); err != nil {
		t.Fatal(err)
	}
	want := "# TYPE c counter\n" +
		"c{instance=\"a/u0\"} 0\nc{instance=\"a/u0\",x=\"\\\"\"} 1\n" +
		"c{instance=\"u1\"} 1\nc{instance=\"u1\",x=\"\\\"\"} 1\n" +
		"c{instance=\"b\"} 2\nc{instance=\"b\",x=\"\\\"\"} 1\n" +
		"c{instance=\"a/u3\"} 3\nc{instance=\"a/u3\",x=\"\\\"\"} 1\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	sum, err := g.Sum("/app")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, sum), "c 6\nc{x=\"\\\"\"} 4"; got != want {
		t.Errorf("sum: got %s, want %s", got, want)
	}
}

func TestReportsGoOnFromThoseBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewRegistry(RegistryOptions{})
		for i, c := range []struct {
			metrics string
			want    int
		}{
			{`{"version":0,"roots":[{"k":"c","l":"x","t":"Counter","v":1}]}`, 206},
			{`{"version":20,"last":0,"roots":[2]}`, 206},
			{`{"version":30,"last":0,"roots":[9]}`, 201}, // an answer was lost
			{`{"version":40,"roots":[{"k":"c","l":"x","t":"Counter","v":3}]}`, 206},
			{`{"version":50,"last":40,"roots":[1,2]}`, 201},
			{`{"version":60,"last":50,"roots":[7]}`, 201},
			{`{"version":70,"roots":[{"k":"c","l":"x","t":"Counter","v":null,"s":[{"k":"a","v":5}]}]}`, 206},
		} {
			if got := report(g, "/app", `{"uuid":"u","metrics":`+c.metrics+`}`); got != c.want {
				t.Errorf("report %d: got %d, want %d", i, got, c.want)
			}
			time.Sleep(reportInterval)
		}
		h, ok := g.History("u", "c")
		b, _ := json.Marshal(h)
		if want := `{"time":30,"metrics":[{"k":"c","l":"x","t":"Counter","v":[1,2,2,3,3,3,5],"s":[{"k":"a","v":[0,0,0,0,0,0,5]}]}]}`; !ok || string(b) != want {
			t.Errorf("got %s, want %s", b, want)
		}
		if _, ok := g.History("none", ""); ok {
			t.Error("want no history of an unknown instance")
		}
	})
}
