package main

import (
	"strings"
	"testing"
)

// chart reads a flow chart and lays it out.
func chart(t *testing.T, text string) *flow {
	t.Helper()
	f, err := parseFlow(strings.Split(text, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	f.place()
	return f
}

func TestFlowChartsGoFromLeftToRight(t *testing.T) {
	f := chart(t, `
  client([client]) -- "a request" --> demux["demuxHTTP"] --> out
  subgraph out ["a frame"]
    mux["muxHTTP<br>by target"]
  end
  mux -. answer .-> client`)
	client, demux, mux := f.byName["client"], f.byName["demux"], f.byName["mux"]
	if client == nil || demux == nil || mux == nil || len(f.nodes) != 3 || len(f.edges) != 3 {
		t.Fatalf("got %d nodes and %d arrows", len(f.nodes), len(f.edges))
	}
	if client.x >= demux.x || demux.x >= mux.x || client.y != mux.y {
		t.Errorf("got client at %.0f, demux at %.0f, mux at %.0f", client.x, demux.x, mux.x)
	}
	if f.edges[1].to != mux || !f.edges[2].back || !f.edges[2].dotted {
		t.Errorf("got %+v and %+v, want an arrow into the frame and one back", f.edges[1], f.edges[2])
	}
	if len(mux.lines) != 2 || mux.group == nil || client.shape != '(' {
		t.Errorf("got %+v and %+v", mux, client)
	}
}

func TestBoxesDoNotOverlap(t *testing.T) {
	f := chart(t, "a --> b --> d\na --> c --> d\na --> e --> d")
	for i, n := range f.nodes {
		for _, o := range f.nodes[:i] {
			if n.rank == o.rank && n.y-n.h/2 < o.y+o.h/2 && o.y-o.h/2 < n.y+n.h/2 {
				t.Errorf("%s and %s overlap", n.name, o.name)
			}
		}
	}
}

func TestUnknownDiagramsAreErrors(t *testing.T) {
	for _, text := range []string{"pie", "flowchart LR\na ==> b", "flowchart LR\nend", "sequenceDiagram\na->>b: x", "sequenceDiagram\nloop"} {
		if out, err := diagram(text); err == nil {
			t.Errorf("%q: got %q, want an error", text, out)
		}
	}
}

func TestDrawingsInPagesHaveNoStyles(t *testing.T) {
	out := inline(`<?xml version="1.0"?><svg xmlns="x"><style>.box{fill:red}</style><rect class="box"/><text x="1">a</text></svg>`)
	for _, bad := range []string{"<style", "class=\"box\"", "<?xml"} {
		if strings.Contains(out, bad) {
			t.Errorf("got %s, want it without %s", out, bad)
		}
	}
	if !strings.Contains(out, `<text fill="currentColor"`) {
		t.Errorf("got %s, want texts in the color of the page", out)
	}
}
