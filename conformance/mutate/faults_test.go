package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFaultsFitTheTree(t *testing.T) {
	if len(faults) < 80 {
		t.Errorf("got %d faults, want 80", len(faults))
	}
	for _, f := range faults {
		text, err := os.ReadFile(filepath.Join("../..", f.path()))
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := f.seed(string(text)); err != nil {
			t.Error(err)
		}
		if f.old == f.new || f.breaks == "" || f.plays == "" {
			t.Errorf("%s: want a change, what it breaks, and scripts, got %+v", f.path(), f)
		}
	}
}

func TestScoreNamesSurvivors(t *testing.T) {
	text := score([]outcome{
		{fault: fault{file: "a/x.go", breaks: "one"}, by: "http/y"},
		{fault: fault{file: "a/z.go", breaks: "two"}},
	})
	for _, want := range []string{"2 faults", "1 of them: 50 %", "| pipy/a | 2 | 1 |", "- pipy/a/z.go: two\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
}

func TestFaultsNameTheirScripts(t *testing.T) {
	f := fault{plays: "http filters/^(a|b)$"}
	if got := strings.Join(f.scripts(), " "); got != "^http$ ^filters$/^(a|b)$" {
		t.Errorf("got %s", got)
	}
}
