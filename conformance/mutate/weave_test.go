package main

import (
	"go/format"
	"strings"
	"testing"
)

func TestWeaveKeepsFunctionsAndAddsFaults(t *testing.T) {
	const text = `package p

// Add adds.
func (t *T) Add(a, _ int, rest ...string) (n int, err error) {
	return a + 1, nil
}

func stop() {
	count--
}

var x = func() int { return 7 }
`
	w, err := weave("p.go", text, []seeded{
		{fault{old: "a + 1", new: "a - 1"}, 1},
		{fault{old: "count--", new: "count++"}, 2},
		{fault{old: "return 7", new: "return 8"}, 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.left) != 1 || w.left[0].number != 3 {
		t.Errorf("left: got %v, want the one outside of functions", w.left)
	}
	if _, err := format.Source([]byte(w.text)); err != nil {
		t.Fatalf("%v in\n%s", err, w.text)
	}
	for _, want := range []string{
		"func (recv *T) Add(p0 int, p1 int, p2 ...string) (n int, err error) {",
		"return recv.AddMutant1(p0, p1, p2...)",
		"return recv.AddMutant0(p0, p1, p2...)",
		"func (t *T) AddMutant1(a, _ int, rest ...string) (n int, err error) {\n\treturn a - 1, nil",
		"func (t *T) AddMutant0(a, _ int, rest ...string) (n int, err error) {\n\treturn a + 1, nil",
		"stopMutant2(); return",
		"func stopMutant2() {\n\tcount++",
		"var x = func() int { return 7 }",
	} {
		if !strings.Contains(w.text, want) {
			t.Errorf("want %q in\n%s", want, w.text)
		}
	}
}
