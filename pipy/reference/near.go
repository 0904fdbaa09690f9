package reference

import (
	"fmt"
	"sort"
	"strings"
)

// maxNear bounds how many names an error offers.
const maxNear = 5

// unknown is the error about a name that does not exist; it offers those that
// may have been meant.
func unknown(what, name string, names []string) error {
	list := near(name, names)
	if len(list) == 0 {
		return fmt.Errorf("unknown %s: %s", what, name)
	}
	return fmt.Errorf("unknown %s: %s; near it: %s", what, name, strings.Join(list, ", "))
}

// near returns the names that differ from name by few letters or contain it,
// the nearest first.
func near(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var list []candidate
	low := strings.ToLower(name)
	for _, n := range names {
		other := strings.ToLower(n)
		d := distance(low, other)
		last := other[strings.LastIndexByte(other, '.')+1:]
		if last != other {
			d = min(d, distance(low, last))
		}
		if d <= 1+len(low)/4 {
			list = append(list, candidate{n, d})
		} else if len(low) > 2 && strings.Contains(other, low) {
			list = append(list, candidate{n, d + len(low)})
		}
	}
	// slices.SortStableFunc would be compiled anew for this type.
	sort.SliceStable(list, func(i, j int) bool { return list[i].distance < list[j].distance })
	var found []string
	for _, c := range list[:min(len(list), maxNear)] {
		found = append(found, c.name)
	}
	return found
}

// distance is the number of letters to insert, delete or replace to make a of b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, diagonal := i+1, i
		for j := range len(b) {
			above := row[j+1]
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			row[j], left = left, min(d, left+1, above+1)
			diagonal = above
		}
		row[len(b)] = left
	}
	return row[len(b)]
}
