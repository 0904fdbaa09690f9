package script

import (
	"encoding/json"
	"strings"
	"testing"
)

// graphJSON returns the graph of a source without positions.
func graphJSON(t *testing.T, source string) string {
	t.Helper()
	g, err := ParseGraph(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range g.Nodes {
		n.Line, n.Column = 0, 0
	}
	b, _ := json.Marshal(g)
	return string(b)
}

const branches = `pipy()
  .listen(8080).demuxHTTP('req')
  .pipeline('req').link('a', () => true, 'b').fork('c').dump()
  .pipeline('a').connect('127.0.0.1:1')
  .pipeline('b').muxHTTP('conn')
  .pipeline('conn').connect(() => target)
  .pipeline('c')
  .pipeline('lonely').dummy()
  .task('5s').dummy()
`

func TestGraphOfASource(t *testing.T) {
	want := `{"roots":[0,13,15],"nodes":[{"name":"Listen 0.0.0.0:8080","t":"root","c":[1]},{"name":"demuxHTTP","t":"link","p":0,"c":[2]},` +
		`{"name":"req","t":"pipeline","p":1,"c":[3,10,12]},{"name":"link","t":"link","p":2,"c":[4,6]},{"name":"a","t":"pipeline","p":3,"c":[5]},` +
		`{"name":"connect","t":"filter","p":4},{"name":"b","t":"pipeline","p":3,"c":[7]},{"name":"muxHTTP","t":"link","p":6,"c":[8]},` +
		`{"name":"conn","t":"pipeline","p":7,"c":[9]},{"name":"connect","t":"filter","p":8},{"name":"fork","t":"fork","p":2,"c":[11]},` +
		`{"name":"c","t":"pipeline","p":10},{"name":"dump","t":"filter","p":2},{"name":"Task every 5s","t":"root","c":[14]},` +
		`{"name":"dummy","t":"filter","p":13},{"name":"lonely","t":"root","c":[16]},{"name":"dummy","t":"filter","p":15}]}`
	if got := graphJSON(t, branches); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// shape writes a graph as names with their children in brackets.
func shape(g *Graph) string {
	var b strings.Builder
	var write func(i int)
	write = func(i int) {
		b.WriteString(g.Nodes[i].Name)
		if g.Nodes[i].Type == "error" {
			b.WriteString("!")
		}
		if len(g.Nodes[i].Children) == 0 {
			return
		}
		b.WriteString("(")
		for k, c := range g.Nodes[i].Children {
			if k > 0 {
				b.WriteString(" ")
			}
			write(c)
		}
		b.WriteString(")")
	}
	for i, r := range g.Roots {
		if i > 0 {
			b.WriteString("; ")
		}
		write(r)
	}
	return b.String()
}

func TestGraphFollowsTheNotations(t *testing.T) {
	for source, want := range map[string]string{
		`((config) => pipy().listen(config.port).serveHTTP(new Message))({})`:                       "Listen #1(serveHTTP)",
		`pipy().listen('127.0.0.1:80').use(['a.js', 'b.js'], 'request')`:                            "Listen 127.0.0.1:80(use /a.js (plus 1 more) [request])",
		`pipy().listen(80).use(list, 'request')`:                                                    "Listen 0.0.0.0:80(use  [request])",
		`pipy().listen(80).link('')`:                                                                "Listen 0.0.0.0:80(link([empty]))",
		`pipy().listen(80).link('x')`:                                                               "Listen 0.0.0.0:80(link(pipeline not found: x!))",
		`pipy().pipeline('x').link('x')`:                                                            "",
		`pipy().listen(80).link('x').pipeline('x').link('x')`:                                       "Listen 0.0.0.0:80(link(x(link(recursive pipeline: x!))))",
		`pipy().task().dummy().task('SIGHUP').dummy()`:                                              "Task #1(dummy); Task on SIGHUP(dummy)",
		`pipy().pipeline().dummy()`:                                                                 "Pipeline #1(dummy)",
		`pipy.listen(80, $ => $.demuxHTTP().to($ => $.muxHTTP(() => 1).to($ => $.connect('a:1'))))`: "Listen 0.0.0.0:80(demuxHTTP(Pipeline #1(muxHTTP(Pipeline #2(connect)))))",
		`var p = pipeline($ => $.connect('a:1')); pipy.listen(80, $ => $.muxHTTP().to(p))`:          "Listen 0.0.0.0:80(muxHTTP(Pipeline #1(connect)))",
		`pipy().listen(80).demuxHTTP().to($ => { $.dump(); $.replaceMessage(m => m) })`:             "Listen 0.0.0.0:80(demuxHTTP(Pipeline #1(dump replaceMessage)))",
		`pipy().listen(80).branch(() => a, $ => $.dump(), $ => $.dummy())`:                          "Listen 0.0.0.0:80(branch(Pipeline #1(dump) Pipeline #2(dummy)))",
		`pipy().listen(80).demuxHTTP().to($ => $.repeat(2, ($, i) => $.dump()))`:                    "Listen 0.0.0.0:80(demuxHTTP(Pipeline #1(dump)))",
		`var f = $ => $.repeat(2, f); pipy().listen(80).demuxHTTP().to(f)`:                          "Listen 0.0.0.0:80(demuxHTTP(Pipeline #1))",
		`var f = $ => $.link().to(f); pipy().listen(80).demuxHTTP().to(f)`:                          "Listen 0.0.0.0:80(demuxHTTP(Pipeline #1(link)))",
		`var p = pipy(); p.listen(80).dump(); p.listen(81).dump()`:                                  "Listen 0.0.0.0:80(dump); Listen 0.0.0.0:81(dump)",
		`pipy().listen(80).serveHTP()`:                                                              "Listen 0.0.0.0:80(serveHTP(unknown filter: serveHTP!))",
		`1 + 2`:                                                                                     "",
		`#!/usr/bin/env pipy
		pipy().listen(1)`: "Listen 0.0.0.0:1",
	} {
		g, err := ParseGraph(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := shape(g); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", source, got, want)
		}
	}
	if got := graphJSON(t, "1"); got != `{"roots":[],"nodes":[]}` {
		t.Errorf("a script that describes nothing: got %s", got)
	}
}

func TestGraphOfWhatDoesNotParse(t *testing.T) {
	_, err := ParseGraph("pipy(\n  .listen(80")
	failed, ok := err.(*Error)
	if !ok || failed.Pos.Line == 0 || failed.Message == "" {
		t.Errorf("got %#v, want an Error with a position", err)
	}
	if _, err := ParseGraph(strings.Repeat("(", 1<<19)); err == nil {
		t.Error("half a million brackets: got no error")
	}
	if _, err := ParseGraph(strings.Repeat("a=>", 1<<17)); err == nil {
		t.Error("a hundred thousand arrow functions: got no error")
	}
}

func TestGraphOfARunningProgramIsThatOfItsSource(t *testing.T) {
	for _, source := range []string{
		strings.Replace(branches, "() => target", "'127.0.0.1:2'", 1),
		"pipy.listen(8080, $ => $\n .demuxHTTP().to($ => $\n  .muxHTTP(() => 1).to($ => $.connect('127.0.0.1:1'))))",
		"import * as me from './main.js'; export let n = 1; pipy.listen(8080, $ => $\n .demuxHTTP().to($ => $.connect('127.0.0.1:1')))",
	} {
		p, err := load(t, source)
		if err != nil {
			t.Fatal(err)
		}
		static, err := ParseGraph(source)
		if err != nil {
			t.Fatal(err)
		}
		running := p.ModuleGraph("/main.js")
		if len(running.Nodes) != len(static.Nodes) {
			t.Fatalf("got %s, want %s", shape(running), shape(static))
		}
		for i, n := range running.Nodes {
			s := static.Nodes[i]
			if n.Type != "root" && n.Name != s.Name || n.Type != s.Type || n.Line != s.Line || n.Column != s.Column {
				t.Errorf("node %d: got %+v, want %+v", i, n, s)
			}
		}
		if name := running.Nodes[0].Name; name != "8080@0.0.0.0" {
			t.Errorf("root: got %s", name)
		}
	}
}
