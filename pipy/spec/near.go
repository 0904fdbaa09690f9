package spec

import (
	"sort"
	"strings"
)

// maxNear bounds how many names Near returns.
const maxNear = 5

// Near returns the names that differ from name by few letters or contain it,
// the nearest first.
func Near(name string, names []string) []string {
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

// Misspelt returns the names that name may be a misspelling of: one letter of it
// is wrong, or two when it has four or more. It is empty for one of the names, and
// for one or two letters.
func Misspelt(name string, names []string) []string {
	if len(name) < 3 {
		return nil
	}
	var found []string
	for limit := range 2 + min(1, len(name)/4) {
		for _, n := range names {
			if distance(strings.ToLower(name), strings.ToLower(n)) == limit {
				if n == name {
					return nil
				}
				found = append(found, n)
			}
		}
		if found != nil {
			break
		}
	}
	return found[:min(len(found), maxNear)]
}
