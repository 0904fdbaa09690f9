package conformance

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// Reports for programs: JSON for whoever compares implementations, JUnit for
// build servers.

type jsonReport struct {
	Implementation string              `json:"implementation"`
	Total          jsonCounts          `json:"total"`
	Areas          map[string]jsonArea `json:"areas"`
}

type jsonArea struct {
	jsonCounts
	Scripts []jsonScript `json:"scripts"`
}

type jsonCounts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Known   int `json:"known"`
	Skipped int `json:"skipped"`
	Flaky   int `json:"flaky"`
}

type jsonScript struct {
	Name     string   `json:"name"`
	Verifies string   `json:"verifies"`
	API      string   `json:"api"`
	RFC      []string `json:"rfc,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Verdict  string   `json:"verdict"`
	Seconds  float64  `json:"seconds"`
	Message  string   `json:"message,omitempty"`
}

func jsonOf(impl string, list []result) ([]byte, error) {
	areas, total := byArea(list)
	doc := jsonReport{Implementation: impl, Total: jsonCountsOf(total), Areas: map[string]jsonArea{}}
	for _, r := range list {
		a := doc.Areas[r.area()]
		a.jsonCounts = jsonCountsOf(areas[r.area()])
		a.Scripts = append(a.Scripts, jsonScript{
			Name: r.name, Verifies: r.what, API: r.api, RFC: r.rfc, Tags: r.tags,
			Verdict: r.verdict.String(), Seconds: seconds(r.took), Message: r.message(),
		})
		doc.Areas[r.area()] = a
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}

func jsonCountsOf(c counts) jsonCounts {
	return jsonCounts{c[passed], c[failed], c[known], c[skipped], c[flaky]}
}

// message is what a report says about a result: nothing when it passed.
func (r result) message() string {
	if r.verdict == passed {
		return ""
	}
	return r.text
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Name    string       `xml:"name,attr"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     float64     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    float64    `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Skipped *junitText `xml:"skipped"`
	Flaky   *junitText `xml:"flakyFailure"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junitOf makes a suite of each area. A known failure counts as skipped.
func junitOf(impl string, list []result) ([]byte, error) {
	doc := junitSuites{Name: impl}
	for _, r := range list { // sorted: the scripts of an area follow each other
		if n := len(doc.Suites); n == 0 || doc.Suites[n-1].Name != r.area() {
			doc.Suites = append(doc.Suites, junitSuite{Name: r.area()})
		}
		s := &doc.Suites[len(doc.Suites)-1]
		c := junitCase{Class: r.area(), Name: strings.TrimPrefix(r.name, r.area()+"/"), Time: seconds(r.took)}
		switch r.verdict {
		case failed:
			c.Failure = &junitText{"failed", printable(r.text)}
			s.Failures++
		case flaky:
			c.Flaky = &junitText{"passed when played again", printable(r.text)}
		case known, skipped:
			c.Skipped = &junitText{Message: printable(strings.TrimSpace(r.text))}
			s.Skipped++
		}
		s.Tests++
		s.Time += c.Time
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(doc, "", "  ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}

// printable leaves out what XML cannot hold, such as bytes of a TLS record.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

// writeReports writes the files that CONFORMANCE_JSON and CONFORMANCE_JUNIT name.
func writeReports(impl string, list []result) error {
	for name, format := range map[string]func(string, []result) ([]byte, error){
		"CONFORMANCE_JSON": jsonOf, "CONFORMANCE_JUNIT": junitOf,
	} {
		path := os.Getenv(name)
		if path == "" {
			continue
		}
		text, err := format(impl, list)
		if err == nil {
			err = os.WriteFile(path, text, 0o666)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func TestReportsHoldEveryResult(t *testing.T) {
	list := []result{
		{script: script{name: "cli/a", what: "A fact.", api: "modern"}, verdict: passed, text: "log", took: 1500 * time.Millisecond},
		{script: script{name: "http/b", what: "B.", api: "extension", rfc: []string{"9112 6.3"}}, verdict: failed, text: "want <1>\x00"},
		{script: script{name: "http/c", api: "modern"}, verdict: known, text: "known failure: why"},
		{script: script{name: "http/d", api: "modern"}, verdict: skipped, text: "slow"},
		{script: script{name: "http/e", api: "modern"}, verdict: flaky, text: "late"},
	}
	text, err := jsonOf("ours", list)
	if err != nil {
		t.Fatal(err)
	}
	var doc jsonReport
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Total, (jsonCounts{1, 1, 1, 1, 1}); got != want {
		t.Errorf("total: got %+v, want %+v", got, want)
	}
	if a := doc.Areas["http"]; len(a.Scripts) != 4 || a.Failed != 1 || a.Scripts[0].RFC[0] != "9112 6.3" {
		t.Errorf("http: got %+v", a)
	}
	if s := doc.Areas["cli"].Scripts[0]; s.Seconds != 1.5 || s.Message != "" || s.Verdict != "passed" {
		t.Errorf("cli/a: got %+v", s)
	}

	text, err = junitOf("ours", list)
	if err != nil {
		t.Fatal(err)
	}
	var suites junitSuites
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatal(err)
	}
	if len(suites.Suites) != 2 || suites.Suites[1].Tests != 4 || suites.Suites[1].Failures != 1 || suites.Suites[1].Skipped != 2 {
		t.Errorf("suites: got %+v", suites.Suites)
	}
	if f := suites.Suites[1].Cases[0].Failure; f == nil || f.Text != "want <1>" {
		t.Errorf("http/b: got %+v", f)
	}
	if c := suites.Suites[1].Cases[3]; c.Failure != nil || c.Flaky == nil || c.Flaky.Text != "late" {
		t.Errorf("http/e: got %+v", c)
	}
}
