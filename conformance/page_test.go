package conformance

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// pagePath is the page that is printed from the headers of the scripts, the
// list of our known failures and the score of the last mutation run.
const pagePath = "../docs/conformance.md"

// scorePath is what the mutation run writes.
const scorePath = "mutate/score.md"

const pageHead = `# Conformance

What the scripts under ` + "`testscripts/`" + ` verify, and what this program makes of them. The page is printed by
` + "`go test ./conformance -update`" + ` and a test keeps it current; ` + "`go test ./conformance`" + ` plays the scripts, and
[testscript-commands.md](testscript-commands.md) says how they are written and how to run them against another binary.

The column *api* is the dialect: ` + "`legacy-0.30`" + ` holds for Pipy 0.30 and whatever runs its scripts, ` + "`modern`" + ` for later
releases, ` + "`extension`" + ` is ours alone and is not asked of others. *RFC* names the sections that we follow where the
original deviates from them, *ours* what becomes of the script with this program.

`

// page prints docs/conformance.md.
func page(scripts []script, known map[string]string, score string) string {
	areas := map[string][]script{}
	for _, s := range scripts {
		areas[s.area()] = append(areas[s.area()], s)
	}
	names := slices.Sorted(maps.Keys(areas))
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("| area | scripts | " + strings.Join(apis, " | ") + " | known to fail |\n|---" + strings.Repeat("|---:", len(apis)+2) + "|\n")
	for _, area := range names {
		pageCounts(&b, fmt.Sprintf("[%s](#%s)", area, area), areas[area], known)
	}
	pageCounts(&b, "total", scripts, known)
	b.WriteString("\n## Mutations\n\n" + score)
	for _, area := range names {
		fmt.Fprintf(&b, "\n## %s\n\n| script | verifies | api | RFC | ours |\n|---|---|---|---|---|\n", area)
		for _, s := range areas[area] {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", strings.TrimPrefix(s.name, area+"/"),
				cell(s.what), s.api, strings.Join(s.rfc, "; "), cell(remark(s, known)))
		}
	}
	return b.String()
}

func pageCounts(b *strings.Builder, name string, scripts []script, known map[string]string) {
	fails, perAPI := 0, map[string]int{}
	for _, s := range scripts {
		perAPI[s.api]++
		if known[s.name] != "" {
			fails++
		}
	}
	fmt.Fprintf(b, "| %s | %d |", name, len(scripts))
	for _, api := range apis {
		fmt.Fprintf(b, " %d |", perAPI[api])
	}
	fmt.Fprintf(b, " %d |\n", fails)
}

// remark is the last column: what becomes of a script.
func remark(s script, known map[string]string) string {
	if reason := known[s.name]; reason != "" {
		return "fails: " + reason
	}
	return "passes"
}

// cell makes text fit for a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}

func TestPageIsCurrent(t *testing.T) {
	scripts, err := findScripts(scriptRoot)
	if err != nil {
		t.Fatal(err)
	}
	known, err := implementation{name: ours}.knownFailures()
	if err != nil {
		t.Fatal(err)
	}
	score, err := os.ReadFile(scorePath)
	if err != nil {
		t.Fatal(err)
	}
	want := page(scripts, known, string(score))
	if *update {
		if err := os.WriteFile(pagePath, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got := strings.Split(readFile(pagePath), "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("%s:%d is stale, run go test ./conformance -run Page -update; want\n%s", pagePath, i+1, line)
		}
	}
	if n := strings.Count(want, "\n") + 1; len(got) != n {
		t.Errorf("%s is stale, run go test ./conformance -run Page -update: want %d lines, got %d", pagePath, n, len(got))
	}
}
