package script

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// files is a codebase.
type files map[string]string

// load loads the codebase from main.js on. What main.js logs by calling say is
// the result.
func (f files) load(t testing.TB) (*Program, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range f {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p := New(loop.NewManual(time.Now()), NewCode(fsys, "main.js"), Host{})
	err := p.Load()
	if none := (*NoProgram)(nil); errors.As(err, &none) {
		err = nil
	}
	return p, err
}

// result loads the codebase and returns the default export of main.js as text.
func (f files) result(t testing.TB) string {
	t.Helper()
	p, err := f.load(t)
	if err != nil {
		t.Fatalf("%v: %v", f, err)
	}
	return p.main.exported().Get("default").String()
}

func TestModulesImportWhatOthersExport(t *testing.T) {
	for name, test := range map[string]struct {
		files files
		want  string
	}{
		"default value":      {files{"main.js": "import a from './a.js'\nexport default a", "a.js": "export default 1 + 1"}, "2"},
		"default function":   {files{"main.js": "import a from './a.js'\nexport default a(2)", "a.js": "export default function (x) { return x * 2 }"}, "4"},
		"default name":       {files{"main.js": "import a from './a.js'\nexport default a.name", "a.js": "export default () => 1"}, "default"},
		"default async":      {files{"main.js": "import a from './a.js'\nexport default a() instanceof Promise", "a.js": "export default async function() {}"}, "true"},
		"default generator":  {files{"main.js": "import a from './a.js'\nexport default [...a()].join()", "a.js": "export default function*() { yield 1; yield 2 }"}, "1,2"},
		"default class":      {files{"main.js": "import A from './a.js'\nexport default new A().x", "a.js": "export default class { x = 5 }"}, "5"},
		"default subclass":   {files{"main.js": "import A from './a.js'\nexport default new A().y", "a.js": "class B { y = 6 }\nexport default class extends B {}"}, "6"},
		"default named":      {files{"main.js": "import a from './a.js'\nexport default a() + f()\nfunction f() { return 'm' }", "a.js": "export default function f() { return 'a' }"}, "am"},
		"default async name": {files{"main.js": "import a from './a.js'\nexport default a", "a.js": "const async = 3\nexport default async;"}, "3"},
		"names":              {files{"main.js": "import { a, b as c, default as d, 'x y' as e, } from '/a'\nexport default [a, c, d, e].join()", "a.js": "export const a = 1\nlet b = 2, e = 4\nexport { b, e as 'x y' }\nexport default 3"}, "1,2,3,4"},
		"default and names":  {files{"main.js": "import d, { a } from './a.js'\nimport e, * as ns from './a.js'\nexport default d + a + e + ns.a + ns.default", "a.js": "export var a = 1\nexport default 10"}, "32"},
		"namespace":          {files{"main.js": "import * as ns from './a.js'\nexport default Object.keys(ns).join() + ns.f() + Object.prototype.toString.call(ns)", "a.js": "export function f() { return 1 }\nexport class C {}\nexport async function g() {}"}, "C,f,g1[object Module]"},
		"destructuring":      {files{"main.js": "import {a, b, c} from './a.js'\nexport default a + b + c", "a.js": "export const {a, x: [b], ...c} = {a: 1, x: [2], y: 3}"}, "3[object Object]"},
		"live binding":       {files{"main.js": "import { n, add } from './a.js'\nconst before = n\nadd()\nexport default before + ' ' + n", "a.js": "export let n = 1\nexport function add() { n++ }"}, "1 2"},
		"live default":       {files{"main.js": "import f, { change } from './a.js'\nchange()\nexport default f()", "a.js": "export default function f() { return 1 }\nexport function change() { f = () => 2 }"}, "2"},
		"live re-export":     {files{"main.js": "import { m, add } from './b.js'\nadd()\nexport default m", "b.js": "export { n as m, add } from './a.js'", "a.js": "export let n = 1\nexport function add() { n++ }"}, "2"},
		"export all":         {files{"main.js": "import * as ns from './b.js'\nexport default Object.keys(ns).join()", "b.js": "export * from './a.js'\nexport const own = 1", "a.js": "export let n = 1, own = 2\nexport default 3"}, "n,own"},
		"export all as":      {files{"main.js": "import { a } from './b.js'\nexport default a.n", "b.js": "export * as a from './a.js'", "a.js": "export let n = 7"}, "7"},
		"import and export":  {files{"main.js": "import { a, ns } from './b.js'\nexport default a + ns.a", "b.js": "import { a } from './a.js'\nimport * as ns from './a.js'\nexport { a, ns }", "a.js": "export const a = 1"}, "2"},
		"order":              {files{"main.js": "import './a.js'\nimport './b.js'\nimport { log } from './log.js'\nexport default log.join()", "a.js": "import './b.js'\nimport { log } from './log.js'\nlog.push('a')", "b.js": "log.push('b')\nimport { log } from './log.js'", "log.js": "export const log = []"}, "b,a"},
		"cycle":              {files{"main.js": "import { even } from './even.js'\nexport default even(10)", "even.js": "import { odd } from './odd.js'\nexport function even(n) { return n == 0 || odd(n - 1) }", "odd.js": "import { even } from './even.js'\nexport const early = even(0)\nexport function odd(n) { return n != 0 && even(n - 1) }"}, "true"},
		"self":               {files{"main.js": "import * as me from './main.js'\nexport const a = 1\nexport default me.a"}, "1"},
		"shadowed":           {files{"main.js": "import { a } from './a.js'\nexport default (a => a + 1)(1) + [2].map(x => { let a = x; a++; return a })[0] + a", "a.js": "export const a = 100"}, "105"},
		"shadows a global":   {files{"main.js": "import { JSON } from './a.js'\nexport default JSON", "a.js": "const own = 'mine'\nexport { own as JSON }"}, "mine"},
		"shorthand":          {files{"main.js": "import { a } from './a.js'\nexport default ({ a }).a + typeof a", "a.js": "export const a = 's'"}, "sstring"},
		"no this":            {files{"main.js": "import { f } from './a.js'\nexport default f() + '' + this", "a.js": "export function f() { return this }"}, "undefinedundefined"},
		"new":                {files{"main.js": "import { C } from './a.js'\nexport default new C(4).v", "a.js": "export class C { constructor(v) { this.v = v } }"}, "4"},
		"counters":           {files{"main.js": "import { o } from './a.js'\no.n++; o.n += 2\nexport default o.n", "a.js": "export const o = {}"}, "3"},
		"folders":            {files{"main.js": "import { b } from './lib/a.js'\nexport default b", "lib/a.js": "export { b } from '../other/b.js'", "other/b.js": "export const b = import.meta.dirname + import.meta.url + import.meta.filename"}, "/otherfile:///other/b.js/other/b.js"},
		"JSON":               {files{"main.js": "import conf from './conf.json' with { type: 'json' }\nexport default conf.port", "conf.json": "{\"port\": 80}"}, "80"},
		"older scripts":      {files{"main.js": "import './a.js'\nexport default globalThis.seen", "a.js": "globalThis.seen = 'yes'"}, "yes"},
		"context variables":  {files{"main.js": "import { get, set } from './a.js'\nset(5)\nvar $v = 1\nexport default get() + $v", "a.js": "var $v = 3\nexport const get = () => $v, set = v => { $v = v }"}, "6"},
		"template":           {files{"main.js": "import { a } from './a.js'\nexport default `${a} import { x } from 'y' ${`${a}`}`", "a.js": "export const a = 1"}, "1 import { x } from 'y' 1"},
		"one line":           {files{"main.js": "import{a}from'./a.js';import*as b from'./a.js';export default a+b.a;export{a}", "a.js": "export let a=1"}, "2"},
		"new lines":          {files{"main.js": "import\n  a,\n  { b }\nfrom\n'./a.js'\nexport\ndefault\na + b", "a.js": "export default\nfunction\n() { return 1 }\nexport const b = 'b'"}, ""},
		"synchronous":        {files{"main.js": "export default pipy.import('a').x + pipy.import('/a.js').x", "a.js": "export const x = 2"}, "4"},
		"no semicolon":       {files{"main.js": "const a = 1\nexport { a }\n(globalThis.x = 2)\nexport default a + globalThis.x"}, "3"},
		"names of ours":      {files{"main.js": "import f from './a.js'\nconst D = 1, Import = 2\nexport default D + Import + f(4)", "a.js": "const D = 10\nexport default function (Import) { return D + Import + (D => D)(1) }"}, "18"},
		"name of function":   {files{"main.js": "import f, { default as C } from './a.js'\nexport default f.name + C.length", "a.js": "export default function (a, b) { }"}, "default2"},
		"async":              {files{"main.js": "import { f } from './a.js'\nexport default f() instanceof Promise", "a.js": "export const f = async () => { for (const x of [1]) await x }"}, "true"},
		"star names":         {files{"main.js": "export default 2\n* 3"}, "6"},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.files.result(t)
			if test.want != "" && got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestModuleErrorsNameTheirPlace(t *testing.T) {
	lib := "export const a = 1\nexport function b() {}"
	for name, test := range map[string]struct {
		files files
		want  string
	}{
		"missing export":   {files{"main.js": "import { x } from './lib.js'", "lib.js": lib}, "main.js:1:10: import: /lib.js does not export 'x'; it exports a, b"},
		"missing default":  {files{"main.js": "\nimport x from './lib.js'", "lib.js": lib}, "main.js:2:8: import: /lib.js does not export 'default'; it exports a, b"},
		"nothing":          {files{"main.js": "import { a,\n  b } from './lib.js'", "lib.js": "1"}, "main.js:1:10: import: /lib.js does not export 'a'; it exports nothing"},
		"re-export":        {files{"main.js": "import './lib.js'", "lib.js": "export {\n  y } from './b.js'", "b.js": lib}, "lib.js:2:3: import: /b.js does not export 'y'; it exports a, b"},
		"missing file":     {files{"main.js": "import { x } from './lib.js'"}, "main.js:1:19: import: there is no file /lib.js in the codebase"},
		"missing name":     {files{"main.js": "import './lib/x'"}, "main.js:1:8: import: there is no file /lib/x or /lib/x.js in the codebase"},
		"package":          {files{"main.js": "import fs from 'fs'"}, "main.js:1:16: import: want a path that begins with './', '../' or '/', got 'fs'"},
		"ambiguous":        {files{"main.js": "import { a } from './c.js'", "c.js": "export * from './lib.js'\nexport * from './b.js'", "lib.js": lib, "b.js": lib}, "main.js:1:10: import: /c.js exports 'a' twice, from /lib.js and from /b.js"},
		"from itself":      {files{"main.js": "import { a } from './c.js'", "c.js": "export { a } from './c.js'"}, "c.js:1:10: import: /c.js exports 'a' from itself"},
		"two at a time":    {files{"main.js": "import { a } from './lib.js'\nlet a", "lib.js": lib}, "main.js:1:10: import: the name 'a' is declared twice"},
		"two imports":      {files{"main.js": "import { a, b as a } from './lib.js'", "lib.js": lib}, "main.js:1:13: import: the name 'a' is declared twice"},
		"two exports":      {files{"main.js": "export let a\nexport { a }"}, "main.js:2:10: export: the name 'a' is exported twice"},
		"two defaults":     {files{"main.js": "export default 1\nexport default 2"}, "main.js:2:1: export: the name 'default' is exported twice"},
		"undeclared":       {files{"main.js": "export { a, b }; let a"}, "main.js:1:13: export: 'b' is not declared in this file"},
		"context variable": {files{"main.js": "var $a\nexport { $a }"}, "main.js:2:10: export: cannot export the context variable '$a': export a function that returns it"},
		"context var":      {files{"main.js": "export var $a = 1"}, "main.js:1:1: export: cannot export the context variable '$a': export a function that returns it"},
		"assignment":       {files{"main.js": "import { a } from './lib.js'\n() => {\n  a = 1 }", "lib.js": lib}, "main.js:3:3: cannot assign to 'a': it is imported"},
		"counting":         {files{"main.js": "import { a } from './lib.js'\na++", "lib.js": lib}, "main.js:2:1: cannot assign to 'a': it is imported"},
		"too early":        {files{"main.js": "import './a.js'", "a.js": "import { b } from './b.js'\nexport const a = 1", "b.js": "import { a } from './a.js'\nexport const b = [\n  a]"}, "b.js:3:3: 'a' of /a.js has no value yet: the modules import each other"},
		"in a block":       {files{"main.js": "if (1) {\n  import { a } from './lib.js' }"}, "main.js:2:3: import declarations are allowed at the top level of a file only"},
		"export in block":  {files{"main.js": "{\n  export let a = 1 }"}, "main.js:2:3: export declarations are allowed at the top level of a file only"},
		"await":            {files{"main.js": "import { b } from './lib.js'\nconst x = await b()", "lib.js": lib}, "main.js:2:17: await is allowed in async functions only: want a promise's then() at the top level of a file"},
		"strict":           {files{"main.js": "export let a\nwith (a) {}"}, "main.js:2:1: Strict mode code may not include a with statement"},
		"bad import":       {files{"main.js": "import 1"}, "main.js:1:8: want a name, '*', '{' or the path of a module, got '1'"},
		"bad from":         {files{"main.js": "import a of 'x'"}, "main.js:1:10: want 'from', got 'of'"},
		"unfinished":       {files{"main.js": "import { a "}, "main.js:1:12: want ',', got the end of the file"},
		"two on a line":    {files{"main.js": "import './a.js' import './b.js'"}, "main.js:1:17: want the end of the declaration, got 'import'"},
		"bad export":       {files{"main.js": "export a"}, "main.js:1:8: want 'default', a declaration, '{' or '*', got 'a'"},
		"text":             {files{"main.js": "export { 'a' as b }"}, "main.js:1:10: export: want the name of a variable, got a string"},
		"no attribute":     {files{"main.js": "import a from './a.json'", "a.json": "1"}, "main.js:1:15: import: want with { type: 'json' } for /a.json"},
		"other attribute":  {files{"main.js": "import a from './a.css' with { type: 'css' }"}, "main.js:1:32: import attributes: want type: 'json', got type: 'css'"},
		"bad JSON":         {files{"main.js": "import a from './a.json' with { type: 'json' }", "a.json": "{\n  x}"}, "a.json:2:3: JSON: invalid character 'x' looking for beginning of object key string"},
		"columns":          {files{"main.js": "import { a } from './lib.js'; export default () => 1; a.b.c", "lib.js": lib}, "main.js:1:59: Cannot read property 'c' of undefined"},
		"lines":            {files{"main.js": "import {\r\n  a\r\n} from './lib.js'; /*\n*/ a.b.c", "lib.js": lib}, "main.js:4:8: Cannot read property 'c' of undefined"},
		"default column":   {files{"main.js": "export /* no\n*/ default  null.x"}, "main.js:2:18: Cannot read property 'x' of undefined"},
		"thrown":           {files{"main.js": "import './a.js'", "a.js": "export const x = 1\n\nthrow new Error('no')"}, "a.js:3:7: no"},
		"synchronous":      {files{"main.js": "pipy.import('b.js')"}, "main.js:1:12: pipy.import: cannot import module: there is no file /b.js in the codebase"},
		"solved":           {files{"main.js": "pipy.solve('lib.js')", "lib.js": lib}, "main.js:1:11: pipy.solve: /lib.js is a module: want pipy.import"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.files.load(t)
			if err == nil {
				t.Fatalf("no error, want %s", test.want)
			}
			if err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestModulesAreReadOnly(t *testing.T) {
	for _, statement := range []string{"ns.a = 1", "ns.n = 1", "delete ns.a", "[a] = [1]"} {
		f := files{"main.js": "import * as ns from './a.js'\nimport { a } from './a.js'\n" + statement, "a.js": "export const a = 1\nexport let n = 1\nexport const f = () => n++"}
		if _, err := f.load(t); err == nil || !strings.HasPrefix(err.Error(), "main.js:3:") {
			t.Errorf("%s: got %v, want an error at main.js:3", statement, err)
		}
	}
}

func TestDynamicImport(t *testing.T) {
	f := files{
		"main.js": `
			const log = []
			class A { import(x) { return x } }
			log.push(new A().import('m'), ({ import(x) { return x } }).import('o'))
			import('./a.js').then(m => log.push(m.x))
			import('./none.js').catch(e => log.push(String(e)))
			import('./c.json', { with: { type: 'json' } }).then(m => log.push(m.default.length))
			export default log`,
		"a.js":   "export const x = 'a'",
		"c.json": "[1, 2]",
	}
	p, err := f.load(t)
	if err != nil {
		t.Fatal(err)
	}
	p.e.runJobs()
	want := "m,o,a,Error: import: there is no file /none.js in the codebase,2"
	if got := p.main.exported().Get("default").String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestModulesLoadedInACallbackHaveContextVariables(t *testing.T) {
	p, err := files{
		"main.js": "export default () => pipy.import('a.js').next()",
		"a.js":    "var $n = 4\nexport const next = () => ++$n",
	}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := p.e.export(p.main.exported().Get("default")).(spec.Func)
	ctx := p.NewContext(nil)
	for i, in := range []*pipeline.Context{ctx, ctx, p.NewContext(nil)} {
		got, err := f.Call(in)
		if want := []float64{5, 6, 5}[i]; err != nil || got != want {
			t.Errorf("call %d: got %v, %v, want %v", i, got, err, want)
		}
	}
}

// BenchmarkImported is what a callback pays for a name of another module.
func BenchmarkImported(b *testing.B) {
	for name, source := range map[string]string{
		"own":    "const a = 1\nexport default () => a",
		"stable": "import { a } from './a.js'\nexport default () => a",
		"live":   "import { n } from './a.js'\nexport default () => n",
	} {
		b.Run(name, func(b *testing.B) {
			p, err := files{"main.js": source, "a.js": "export const a = 1\nexport let n = 1\nexport const f = () => n++"}.load(b)
			if err != nil {
				b.Fatal(err)
			}
			f, _ := p.e.export(p.main.exported().Get("default")).(spec.Func)
			ctx := p.NewContext(nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Call(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
