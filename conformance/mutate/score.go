package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// score prints the result of a run as Markdown. It holds nothing that differs
// from run to run.
func score(outcomes []outcome) string {
	type count struct{ seeded, caught int }
	parts, total := map[string]count{}, count{}
	var survivors []outcome
	for _, o := range outcomes {
		c := parts[path.Dir(o.file)]
		c.seeded++
		total.seeded++
		if o.by != "" {
			c.caught++
			total.caught++
		} else {
			survivors = append(survivors, o)
		}
		parts[path.Dir(o.file)] = c
	}
	var b strings.Builder
	fmt.Fprintf(&b, "`make mutate` seeds %d faults into the program, one at a time, and plays the scripts about that part. They notice\n%d of them: %d %%.\n\n",
		total.seeded, total.caught, 100*total.caught/max(1, total.seeded))
	b.WriteString("| package | faults | noticed |\n|---|---:|---:|\n")
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		fmt.Fprintf(&b, "| pipy/%s | %d | %d |\n", part, parts[part].seeded, parts[part].caught)
	}
	if len(survivors) > 0 {
		b.WriteString("\nThose that no script notices:\n\n")
	}
	for _, o := range survivors {
		fmt.Fprintf(&b, "- pipy/%s: %s\n", o.file, o.breaks)
	}
	return b.String()
}
