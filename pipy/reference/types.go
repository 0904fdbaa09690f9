package reference

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"pipy/pipy/spec"
)

// configuration is the class whose methods the filters are.
const configuration = "Configuration"

// preamble declares what the engine binds by itself.
const preamble = `// Everything that scripts of Pipy can use, for editors and type checkers.
//
// Printed from the declarations in the source. To use it, put a jsconfig.json
// beside the scripts: { "compilerOptions": { "lib": ["es2022"], "types": [] },
// "include": ["*.js", "pipy.d.ts"] }. Context variables are not known to it.

/** The path of this module in the codebase. */
declare const __filename: string;
/** The connection of the current context; null in tasks and readers. */
declare const __inbound: Inbound;
/** This worker: its number from 0, and how many there are. */
declare const __thread: { readonly id: number; readonly concurrency: number };
/**
 * Starts the description of a module.
 *
 * @param variables The context variables of the module and their initial values, or a function that returns them.
 */
declare function pipy(variables?: object | (() => object)): Configuration;
declare namespace pipy {
  /** The name of the program and the arguments of the script. */
  const argv: string[];
  /** The number of the process. */
  const pid: number;
  /** This worker: its number from 0, and how many there are. */
  const thread: { readonly id: number; readonly concurrency: number };
}
`

// Types prints TypeScript declarations of everything that scripts can use. They
// need the library es2022, and neither that of browsers nor that of Node.js.
func (r *Reference) Types(w io.Writer) error {
	t := &types{Writer: bufio.NewWriter(w), r: r}
	t.WriteString(preamble)
	for _, c := range r.classes {
		switch {
		case c.Name == "":
			for _, m := range methods(c.Statics) {
				t.WriteByte('\n')
				t.callables("", "declare function "+m.Name, m.Doc, m.Fields, m.Returns)
			}
		case isNamespace(c):
			t.namespace(c)
		default:
			t.class(c)
		}
	}
	return t.Flush()
}

type types struct {
	*bufio.Writer
	r *Reference
}

// namespace prints an object that has functions only.
func (t *types) namespace(c *spec.Class) {
	t.WriteByte('\n')
	t.doc("", c.Doc, nil)
	if libraryObjects[c.Name] {
		fmt.Fprintf(t, "interface %s {\n", c.Name)
		for _, m := range methods(c.Statics) {
			t.callables("  ", m.Name, m.Doc, m.Fields, m.Returns)
		}
		t.WriteString("}\n")
		return
	}
	fmt.Fprintf(t, "declare namespace %s {\n", c.Name)
	for _, name := range constants(c) {
		fmt.Fprintf(t, "  const %s: %s;\n", name, constType(c.Consts[name]))
	}
	var renamed []*spec.Method // whose names no function can have
	for _, m := range methods(c.Statics) {
		if reserved[m.Name] {
			renamed = append(renamed, m)
			continue
		}
		t.callables("  ", "function "+m.Name, m.Doc, m.Fields, m.Returns)
	}
	t.WriteString("}\n")
	for _, m := range renamed {
		fmt.Fprintf(t, "\ndeclare namespace %s {\n", c.Name)
		t.callables("  ", "function _"+m.Name, m.Doc, m.Fields, m.Returns)
		fmt.Fprintf(t, "  export { _%s as %s };\n}\n", m.Name, m.Name)
	}
}

// libraryObjects are the objects of the language that have more functions here.
var libraryObjects = map[string]bool{"JSON": true, "Object": true, "Math": true, "Promise": true}

// class prints a class, inside its namespace when it has one.
func (t *types) class(c *spec.Class) {
	t.WriteByte('\n')
	space, name, in := strings.Cut(c.Name, ".")
	declared, indent := "declare class ", ""
	if in {
		fmt.Fprintf(t, "declare namespace %s {\n", space)
		declared, indent = "class ", "  "
	} else {
		name = c.Name
	}
	t.doc(indent, c.Doc, nil)
	fmt.Fprintf(t, "%s%s%s", indent, declared, name)
	if c.Base != "" {
		t.WriteString(" extends " + c.Base)
	}
	t.WriteString(" {\n")
	inner := indent + "  "
	switch {
	case c.New != nil:
		t.callables(inner, "constructor", c.New.Doc, c.New.Fields, "")
	case c.Name == "Event":
		t.WriteString(inner + "protected constructor();\n")
	default:
		t.WriteString(inner + "private constructor();\n")
	}
	for _, p := range props(c.Props) {
		t.doc(inner, p.Doc, nil)
		fmt.Fprintf(t, "%sreadonly %s: %s;\n", inner, p.Name, p.Type)
	}
	for _, name := range constants(c) {
		fmt.Fprintf(t, "%sstatic readonly %s: %s;\n", inner, name, constType(c.Consts[name]))
	}
	for _, m := range methods(c.Statics) {
		t.callables(inner, "static "+m.Name, m.Doc, m.Fields, m.Returns)
	}
	for _, m := range methods(c.Methods) {
		t.callables(inner, m.Name, m.Doc, m.Fields, m.Returns)
	}
	if c.Name == configuration {
		for _, f := range t.r.filters {
			t.filter(inner, f)
		}
	}
	t.WriteString(indent + "}\n")
	if in {
		t.WriteString("}\n")
	}
}

// filter prints the method that adds a filter.
func (t *types) filter(indent string, f *Filter) {
	doc := sentence(title(f.Doc)) + "\n\n" + body(f.Doc)
	if f.Joint {
		t.callables(indent, f.Name, doc, f.arguments(), configuration)
		doc += "\n\nIts sub-pipeline is given by the .to() that follows."
	}
	t.callables(indent, f.Name, doc, f.Fields, configuration)
}

// callables prints a function, twice when optional arguments stand before one
// that must be given.
func (t *types) callables(indent, name, doc string, fields []spec.Field, returns string) {
	must := 0
	for i, f := range fields {
		if !f.Optional {
			must = i + 1
		}
	}
	var all, short []spec.Field
	for i, f := range fields {
		if f.Optional && !f.Option && (i < must || f.Lead) {
			f.Optional = false
		} else {
			short = append(short, f)
		}
		all = append(all, f)
	}
	t.callable(indent, name, doc, all, returns)
	if len(short) < len(all) {
		t.callable(indent, name, doc, short, returns)
	}
}

func (t *types) callable(indent, name, doc string, fields []spec.Field, returns string) {
	t.doc(indent, doc, fields)
	fmt.Fprintf(t, "%s%s(", indent, name)
	comma := ""
	for _, f := range fields {
		if f.Option {
			continue
		}
		t.WriteString(comma + parameter(f))
		comma = ", "
	}
	t.options(indent, comma, fields)
	t.WriteByte(')')
	if returns != "" {
		t.WriteString(": " + returns)
	}
	t.WriteString(";\n")
}

// options prints the options object as a literal type.
func (t *types) options(indent, comma string, fields []spec.Field) {
	open := false
	for _, f := range fields {
		if !f.Option {
			continue
		}
		if !open {
			t.WriteString(comma + "options?: {\n")
			open = true
		}
		t.doc(indent+"  ", fieldDoc(f), nil)
		fmt.Fprintf(t, "%s  %s?: %s;\n", indent, f.Name, f.Type)
	}
	if open {
		t.WriteString(indent + "}")
	}
}

// parameter prints a positional argument.
func parameter(f spec.Field) string {
	switch {
	case f.Rest && strings.HasSuffix(f.Type, "[]") && len(alternatives(f.Type)) == 1:
		return "..." + identifier(f.Name) + ": " + f.Type
	case f.Rest:
		return "..." + identifier(f.Name) + ": (" + f.Type + ")[]"
	case f.Optional:
		return identifier(f.Name) + "?: " + f.Type
	}
	return identifier(f.Name) + ": " + f.Type
}

// identifier makes the name of an argument one that TypeScript accepts.
func identifier(name string) string {
	switch {
	case reserved[name]:
		return name + "_"
	case strings.ContainsFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }):
		return "args"
	}
	return name
}

// doc prints a doc comment.
func (t *types) doc(indent, doc string, fields []spec.Field) {
	lines := wrapped(strings.ReplaceAll(doc, "*/", "*\\/"), "", lineWidth)
	tags := false
	for _, f := range fields {
		if f.Option || f.Doc == "" {
			continue
		}
		if !tags && len(lines) > 0 {
			lines = append(lines, "")
		}
		tags = true
		lines = append(lines, "@param "+identifier(f.Name)+" "+strings.ReplaceAll(fieldDoc(f), "*/", "*\\/"))
	}
	switch len(lines) {
	case 0:
	case 1:
		fmt.Fprintf(t, "%s/** %s */\n", indent, lines[0])
	default:
		fmt.Fprintf(t, "%s/**\n", indent)
		for _, line := range lines {
			fmt.Fprintf(t, "%s\n", strings.TrimRight(indent+" * "+line, " "))
		}
		fmt.Fprintf(t, "%s */\n", indent)
	}
}

// reserved are the words that cannot name an argument (ECMA-262, 12.7.2).
var reserved = map[string]bool{}

func init() {
	for _, word := range strings.Fields(`await break case catch class const continue debugger default delete
		do else enum export extends false finally for function if import in instanceof new null return super
		switch this throw true try typeof var void while with yield let static implements interface package
		private protected public arguments eval`) {
		reserved[word] = true
	}
}
