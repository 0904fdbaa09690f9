package script

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/loop"
)

// load loads a codebase of one file.
func load(t testing.TB, source string) (*Program, error) {
	t.Helper()
	files := fstest.MapFS{"main.js": {Data: []byte(source)}}
	p := New(loop.NewManual(time.Now()), NewCode(files, "main.js"), Host{})
	return p, p.Load()
}

// mustCompile compiles a module.
func mustCompile(t testing.TB, p *Program, source string) *goja.Program {
	t.Helper()
	code, err := compile("/test.js", source, p.e.isGlobal)
	if err != nil {
		t.Fatal(err)
	}
	return code.program
}

// eval loads a file that is an expression and returns its value.
func eval(t *testing.T, source string) any {
	t.Helper()
	p, err := load(t, source)
	if none := (*NoProgram)(nil); err != nil && !errors.As(err, &none) {
		t.Fatalf("%s: %v", source, err)
	}
	return p.e.export(p.main.value)
}

func TestStandardJavaScriptIsAccepted(t *testing.T) {
	for source, want := range map[string]any{
		"1 + 2":                                3.0,
		"[1,2,3].map(x => x * 2)[2]":           6.0,
		"((a, b) => (a = 1, b = 2, a + b))()":  3.0,
		"new Array(3).map((_, i) => i).join()": "0,1,2",
		"let f = function(n) { return n < 2 ? 1 : n * f(n - 1) }; f(5)": 120.0,
		"const {a, ...r} = {a: 1, b: 2}; r.b":                           2.0,
		"(o => (o.n++, o.n++, o.n))({})":                                2.0,
		"(o => (o.n += 5, o.n))({})":                                    5.0,
		"(o => (o['x'] -= 1, o.x))({})":                                 -1.0,
		"(o => (o.s += 'a', o.s))({s: 'b'})":                            "ba",
		"(o => o.n++)({n: 4})":                                          4.0,
		"(o => ++o.n)({n: 4})":                                          5.0,
		"typeof nothing":                                                "undefined",
		"class A { x = 1; get y() { return this.x + 1 } } new A().y":    2.0,
		"for (var i = 0, s = 0; i < 4; i++) s += i; s":                  6.0,
		"((x) => { try { x.y.z } catch (e) { return 'caught' } })({})":  "caught",
		"1\u00a0+\u00a01":                                               2.0,
		"`a${1+1}`":                                                     "a2",
	} {
		if got := eval(t, source); got != want {
			t.Errorf("%s: got %v, want %v", source, got, want)
		}
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	for source, want := range map[string]string{
		"pipy(\n":                                "main.js:2:1: Unexpected end of input",
		"1 +\n  foo.bar":                         "main.js:2:3: unresolved identifier: foo is neither a global, a parameter nor a variable of pipy({...}), export or import",
		"pipy().muxHTTP(":                        "main.js:1:16: Unexpected end of input",
		"(x => x.y.z)({})":                       "main.js:1:11: Cannot read property 'z' of undefined",
		"pipy().link('a')":                       "main.js:1:12: link: no pipeline found: start one with listen, task, read or pipeline first",
		"pipy().task().link()":                   "main.js:1:19: link: target: want a pipeline name, got nothing",
		"pipy().listen('abc')":                   "main.js:1:14: Configuration.listen: invalid 'ip:port' form: abc",
		"pipy().listen(80, {idleTimeout: true})": "main.js:1:14: Configuration.listen: options.idleTimeout: want seconds or a string like \"1m\", got true",
		"pipy().task().link('a')":                "[config] pipeline not found: a (main.js:1:19)",
	} {
		_, err := load(t, source)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", source, err, want)
		}
	}
}

// A module that is loaded by a call may be wrong itself: its own place counts.
func TestErrorsInLoadedModulesNameTheirPlaceThere(t *testing.T) {
	for main, want := range map[string]string{
		"pipy().task().use('bad.js', 'x')":                 "bad.js:2:6: Unexpected token ;",
		"pipy.solve('bad.js')":                             "bad.js:2:6: Unexpected token ;",
		"pipy().task().use('throws.js', 'x')":              "throws.js:2:5: Cannot read property 'b' of undefined",
		"pipy().task().use('none.js', 'x')":                "main.js:1:18: use: module: [pjs] Cannot load module: none.js: Cannot open script at /none.js",
		"try { pipy.solve('bad.js') } catch (e) { e.m() }": "main.js:1:45: Object has no member 'm'",
	} {
		files := fstest.MapFS{
			"main.js":   {Data: []byte(main)},
			"bad.js":    {Data: []byte("pipy()\n  .x(;")},
			"throws.js": {Data: []byte("var a = {};\na.a.b")},
		}
		err := New(loop.NewManual(time.Now()), NewCode(files, "main.js"), Host{}).Load()
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", main, err, want)
		}
	}
}

func TestMethodsReturnTheirObjectItself(t *testing.T) {
	for _, source := range []string{
		"var t = new Timeout(1); t.restart() === t",
		"var d = new Data('a'); d.push('b') === d",
		"var d = new Data('a'); d.shift(1) !== d",
	} {
		if got := eval(t, source); got != true {
			t.Errorf("%s: got %v, want true", source, got)
		}
	}
}
