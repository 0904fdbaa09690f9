package conformance

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// verdict is how a script ended.
type verdict int

const (
	passed verdict = iota
	failed
	known // failed as the list of known failures says
	skipped
	flaky // failed, and passed when it was played again with nothing beside it
)

// String returns the word that reports use.
func (v verdict) String() string {
	return [...]string{"passed", "failed", "known", "skipped", "flaky"}[v]
}

// result is what became of one script in this run.
type result struct {
	script
	verdict verdict
	text    string // why it failed, or was skipped; the log otherwise
	took    time.Duration
}

// tally collects the results of a run.
type tally struct {
	mu   sync.Mutex
	list []result // Guarded by mu.
}

var results tally

func (t *tally) add(r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, r)
}

// sorted returns the results in the order of their names.
func (t *tally) sorted() []result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(slices.Values(t.list), func(a, b result) int { return strings.Compare(a.name, b.name) })
}

// counts are results by verdict.
type counts [5]int

// byArea returns the counts of each area, and those of all.
func byArea(list []result) (map[string]counts, counts) {
	areas, total := map[string]counts{}, counts{}
	for _, r := range list {
		c := areas[r.area()]
		c[r.verdict]++
		areas[r.area()] = c
		total[r.verdict]++
	}
	return areas, total
}

// print writes the summary, one line for each area, or nothing if no script ran.
func (t *tally) print(w io.Writer) {
	list := t.sorted()
	if len(list) == 0 {
		return
	}
	areas, total := byArea(list)
	for _, r := range list {
		if r.verdict == flaky {
			fmt.Fprintf(w, "\nflaky: %s failed at first:\n%s", r.name, r.text)
		}
	}
	fmt.Fprintf(w, "\n%-12s%8s%8s%8s%8s%8s\n", "area", "passed", "failed", "known", "skipped", "flaky")
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		printCounts(w, area, areas[area])
	}
	printCounts(w, "total", total)
	fmt.Fprintln(w)
}

func printCounts(w io.Writer, name string, c counts) {
	fmt.Fprintf(w, "%-12s%8d%8d%8d%8d%8d\n", name, c[passed], c[failed], c[known], c[skipped], c[flaky])
}

// readKnownFailures reads lines of "folder/script reason"; empty lines and
// lines that begin with # do not count.
func readKnownFailures(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			return nil, fmt.Errorf("%s:%d: want \"folder/script reason\", got %q", path, n, line)
		}
		list[name] = reason
	}
	return list, lines.Err()
}
