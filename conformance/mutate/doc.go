// Command mutate measures the conformance suite: it seeds faults into the
// program, one at a time, and looks whether the scripts notice.
//
//	go run ./conformance/mutate                    all faults; writes conformance/mutate/score.md
//	go run ./conformance/mutate -run http2         those whose file or description matches, writes nothing
//	go run ./conformance/mutate -j 2               two at a time
//
// Each fault is a change of one text in one file. One program is built that has
// them all, of which its environment chooses one; changed files take the place of
// the real ones (go build -overlay), so the tree stays as it is. The scripts that
// are about the part with the fault run until the first fails. A fault that no script notices survives; it is named in the
// score, which docs/conformance.md shows.
//
// The table of faults is checked by a test: each text must be in its file
// exactly once.
package main
