package script

import "testing"

// Context variables may be declared wherever var may; while a file is loaded they
// have their initial values.
func TestContextVariablesAreDeclaredAnywhere(t *testing.T) {
	for source, want := range map[string]any{
		"var $a = 1, b = $a + 1, $c = b + 1; [$a, b, $c].join()":                      "1,2,3",
		"function f() { var $a = 1; $a++; return $a }; f() + f()":                     4.0,
		"var $a = 1; function f() { var $a = 5; return $a }; f() * 10 + $a":           51.0,
		"function f() { var $a; return typeof $a }; f()":                              "undefined",
		"function f(n) { if (n) var $a = n; return $a }; f(1) + f(0)":                 2.0,
		"var f = () => { var {$a, b: [c = 2]} = {$a: 1, b: []}; return $a + c }; f()": 3.0,
		"var n = 0; for (var $i = 0, s = 0; $i < 4; $i++) s += $i; s":                 6.0,
		"var s = ''; for (var $k in {a: 1, b: 2}) s += $k; s":                         "ab",
		"var s = 0; for (var $k of [1, 2]) s += $k; s":                                3.0,
		"var i = 0; while (i++ < 2) var $a = i; $a":                                   2.0,
		"function f() { var $a = 1; return (() => { $a += 1; return $a })() }; f()":   2.0,
		"function f() { var $a = 1; return { $a }.$a }; f()":                          1.0,
		"var $ = 1; $":              1.0,
		"(($, $x) => $ + $x)(1, 2)": 3.0,
		"let $x = 2; $x":            2.0,
		"function f() { var $a = f2 => 1; return $a() }; f()": 1.0,
		"{ var $a = 3 } $a": 3.0,
	} {
		if got := eval(t, source); got != want {
			t.Errorf("%s: got %v, want %v", source, got, want)
		}
	}
}
