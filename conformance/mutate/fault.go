package main

import (
	"fmt"
	"strings"
)

// fault is a change of the program that scripts should notice.
type fault struct {
	file   string // below pipy
	old    string // is in the file exactly once
	new    string
	breaks string // what it does wrong
	plays  string // the scripts that are about it: folders, or folder/pattern, by blanks
}

func (f *fault) path() string { return "pipy/" + f.file }

// scripts returns patterns for -test.run, behind that of the test.
func (f *fault) scripts() []string {
	var list []string
	for _, word := range strings.Fields(f.plays) {
		folder, names, ok := strings.Cut(word, "/")
		pattern := "^" + folder + "$"
		if ok {
			pattern += "/" + names
		}
		list = append(list, pattern)
	}
	return list
}

// seed makes the change. A text that is not there, or more than once, means
// that the table is out of date.
func (f *fault) seed(text string) (string, error) {
	if n := strings.Count(text, f.old); n != 1 {
		return "", fmt.Errorf("%s: want the text once, got it %d times: %q", f.path(), n, f.old)
	}
	return strings.Replace(text, f.old, f.new, 1), nil
}

// faults are all of them.
var faults = concat(http1Faults, httpFaults, codecFaults, filterFaults, libraryFaults, programFaults)

func concat(lists ...[]fault) []fault {
	var all []fault
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
