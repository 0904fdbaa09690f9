package conformance

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
)

// verdict is how a script ended.
type verdict int

const (
	passed verdict = iota
	failed
	known // failed as known_failures.txt says
	skipped
)

// tally counts verdicts by folder.
type tally struct {
	mu     sync.Mutex
	counts map[string]*[4]int // Guarded by mu.
}

var results = tally{counts: map[string]*[4]int{}}

func (t *tally) add(name string, v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	folder, _, _ := strings.Cut(name, "/")
	for _, key := range []string{folder, "total"} {
		if t.counts[key] == nil {
			t.counts[key] = new([4]int)
		}
		t.counts[key][v]++
	}
}

// print writes the summary, one line for each folder, or nothing if no script ran.
func (t *tally) print(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := t.counts["total"]
	if total == nil {
		return
	}
	folders := make([]string, 0, len(t.counts))
	for folder := range t.counts {
		if folder != "total" {
			folders = append(folders, folder)
		}
	}
	sort.Strings(folders)
	fmt.Fprintf(w, "\n%-12s%8s%8s%8s%8s\n", "area", "passed", "failed", "known", "skipped")
	for _, folder := range append(folders, "total") {
		c := t.counts[folder]
		fmt.Fprintf(w, "%-12s%8d%8d%8d%8d\n", folder, c[passed], c[failed], c[known], c[skipped])
	}
	fmt.Fprintln(w)
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
