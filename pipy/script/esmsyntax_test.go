package script

import (
	"strings"
	"testing"
)

// rewritten returns what the engine parses.
func rewritten(t testing.TB, source string) string {
	t.Helper()
	s, err := findModuleSyntax("/main.js", source)
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	if s == nil {
		return source
	}
	return s.text
}

func TestDeclarationsAreBlanked(t *testing.T) {
	for source, want := range map[string]string{
		"import 'x'":                           ";         ",
		"import a from 'x';b":                  ";                ;b",
		"a\nimport {\r\n  b\n} from 'x'\nc":    "a\n;       \r\n   \n          \nc",
		"import a from 'x' with {type:'json'}": ";                                   ",
		"export { a }":                         ";           ",
		"export const a = 1":                   ";      const a = 1",
		"export async function f() {}":         ";      async function f() {}",
		"export default 1":                     "const  D     = 1",
		"export default (a, b) => a":           "const  D     = (a, b) => a",
		"export\ndefault\n1":                   "const \nD     =\n1",
		"export default async x => x":          "const  D     = async x => x",
		"export default async(x)":              "const  D     = async(x)",
		"export default function () {}":        "function D              () {}",
		"export default function* () {}":       "function * D             () {}",
		"export default async function() {}":   "async function D             () {}",
		"export default function f() {}":       ";              function f() {}",
		"export default class { }":             "class D              { }",
		"export default class extends A { }":   "class D              extends A { }",
		"export default class A { }":           ";              class A { }",
		"export default\nfunction () {}":       "function D    \n         () {}",
		"export\ndefault function () {}":       "      \nfunction D       () {}",
		"export * from 'x'":                    ";                ",
		"export * as n from 'x'":               ";                     ",
		"import('x')":                          "Import('x')",
		"{ x = import.meta.url }":              "{ x = Import.meta.url }",
		"f(import(import('x')))":               "f(Import(Import('x')))",
		"`${import('x')}`":                     "`${Import('x')}`",
		"/* é */ export { é }; x":              "/* é */ ;            ; x",
	} {
		if got := rewritten(t, source); got != want {
			t.Errorf("%q:\n got %q\nwant %q", source, got, want)
		}
	}
}

// Scripts that have the words, but do not import or export.
var plainScripts = []string{
	"pipy()\n  .import({ a: 'b' })\n  .export('c', { d: 1 })",
	"x = { import: 1, export: 2 }",
	"x = { import, export }",
	"x.import\n('a')",
	"x?.export(1)",
	"'import a from \"x\"'",
	"\"a\\\nimport 'x'\"",
	"`\nimport 'x'\n`",
	"`${`\nimport 'x'\n${ {a: '}'}.a }import('x')`}\nexport default 1`",
	"// import 'x'\n/*\nimport 'x'\n*/",
	"x = /[/]import 'x'\"/",
	"x = /`/; y = /import 'x'`/",
	"if (x) /'/.test(y)\nelse /import('x')/.test(y)",
	"while (x) /\"/.exec(y)",
	"x = y / 2 / /import('x')/.length",
	"x = (y) / import_ / z",
	"x = y[1] / 'import.meta' / 1",
	"x++ / 2 / '/import(1)'",
	"x = {} / '/import(1)/' / 1",
	"{}\n/import('x')'/.test(y)",
	"function f() {}\n/import('x')'/.test(y)",
	"x = function () {} / '/import(1)'",
	"class A { import() {} }\n/import('x')'/.test(y)",
	"x = class {} / '/import(1)'",
	"x = class { export() { return 1 } import(a) { return 2 } }",
	"x = { import(a) { return 1 }, get export() { return 2 }, async import(b) { } }",
	"x = { class: 1, function: { a: 1 } }\n/ '/import(1)'",
	"return /import('x')'/",
	"x => { }\n/import('x')'/.test(y)",
	"`a${b}` / '/import(1)'",
	"x = a ? /'import(1)/ : b",
	"switch (x) { case /'import(1)/: break }",
	"for (const a of /'import(1)/) {}",
	"x = 1. / '/import(1)'",
	"x = 0x1F / '/import(1)'",
	"x = 1e5/ '/import(1)'",
	"x = $ / '/import(1)'",
	"import_('x'); exporter(); $import; _export",
	"x = '\\\\' + 'import(1)'",
	"#import in x",
	"\u00a0x\u2028// import\u2029'export'",
	"x = a\n/ '/import(1)'",
	"do /'import(1)/.test(x); while (0)",
	"x = typeof /'import(1)/",
	"x = {if: 1}.if / '/import(1)'",
	"x.if (y) / '/import(1)'",
}

func TestOtherUsesOfTheWordsAreLeftAlone(t *testing.T) {
	for _, source := range plainScripts {
		s, err := findModuleSyntax("/main.js", source)
		if err != nil || s != nil {
			t.Errorf("%q: got %+v, %v", source, s, err)
		}
	}
}

func TestWordsBesideDeclarations(t *testing.T) {
	for _, source := range plainScripts {
		if strings.Contains(source, "return /") {
			continue
		}
		text := "import { a } from './a.js'\n" + source + "\nexport { a }"
		want := ";                         \n" + source + "\n;           "
		if got := rewritten(t, text); got != want {
			t.Errorf("%q:\n got %q", source, got)
		}
	}
}

// sameShape tells whether a text keeps its length and the ends of its lines.
func sameShape(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if (a[i] == '\n' || a[i] == '\r') != (b[i] == '\n' || b[i] == '\r') {
			return false
		}
	}
	return true
}

func FuzzModuleSyntax(f *testing.F) {
	for _, source := range plainScripts {
		f.Add(source)
		f.Add("import { a } from './a.js'\n" + source + "\nexport { a }")
	}
	for _, source := range []string{
		"export default function", "export default async function *", "import a, * as b from 'x' with {type: 'json',};",
		"export const {a, b: [c] = []} = d", "export\ndefault\n\nclass\nextends\n", "import 'x\n", "`${", "import(", "export {a as 'b'} from 'c'",
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if s, err := findModuleSyntax("/main.js", source); err == nil && s != nil {
			if !sameShape(s.text, source) {
				t.Errorf("%q became %q", source, s.text)
			}
			if !mayBeModule(source) {
				t.Errorf("%q is taken for a module", source)
			}
		}
		_, _ = compile("/main.js", source, func(string) bool { return true })
	})
}

func BenchmarkModuleSyntax(b *testing.B) {
	source := strings.Repeat("pipy().import({ a: 'b' }).pipeline('x').handleMessage(m => /a\\/b/.test(`${m}`) / 2)\n", 1000)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		if s, err := findModuleSyntax("/main.js", source); s != nil || err != nil {
			b.Fatal(s, err)
		}
	}
}
