package reference

import (
	"bufio"
	"fmt"
	"io"

	"pipy/pipy/spec"
)

// entry is one thing of the API that has a name of its own.
type entry struct {
	name   string // "JSON.decode", "algo.Cache", "algo.Cache.get", "Inbound.id"
	call   string // what is printed for it: "new algo.Cache([options])"
	args   string // "(data)"; empty for what is not called
	doc    string
	fields []spec.Field
	owner  string // the class that it is a part of; empty for the class itself
	result string // the type of a property or of the result
}

// entries returns all names of the API: each class, then what it has.
func (r *Reference) entries() []entry {
	var list []entry
	for _, c := range r.classes {
		list = append(list, classEntries(c)...)
	}
	return list
}

func classEntries(c *spec.Class) []entry {
	var list []entry
	if c.Name != "" {
		e := entry{name: c.Name, call: c.Name, doc: c.Doc}
		if c.New != nil {
			e.args = signature(c.New.Fields)
			e.call = "new " + c.Name + e.args
			e.fields = c.New.Fields
			if c.New.Doc != "" {
				e.doc += "\n\n" + c.New.Doc
			}
		}
		if c.Base != "" {
			e.doc += "\n\nIt extends " + c.Base + "."
		}
		list = append(list, e)
	}
	for _, m := range methods(c.Statics) {
		list = append(list, methodEntry(c, m))
	}
	for _, m := range methods(c.Methods) {
		list = append(list, methodEntry(c, m))
	}
	for _, p := range props(c.Props) {
		name := member(c, p.Name)
		list = append(list, entry{name: name, call: name, doc: p.Doc + " Read-only.", owner: c.Name, result: p.Type})
	}
	for _, name := range constants(c) {
		full := member(c, name)
		list = append(list, entry{name: full, call: full, doc: "A constant.", owner: c.Name, result: constType(c.Consts[name])})
	}
	return list
}

func methodEntry(c *spec.Class, m *spec.Method) entry {
	name := member(c, m.Name)
	args := signature(m.Fields)
	return entry{name: name, call: name + args, args: args, doc: m.Doc, fields: m.Fields, owner: c.Name, result: m.Returns}
}

// member is the full name of a part of a class.
func member(c *spec.Class, name string) string {
	if c.Name == "" {
		return name
	}
	return c.Name + "." + name
}

// constType is the TypeScript type of a constant. Its value is not printed: it
// may depend on the machine.
func constType(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case int, int64, float64:
		return "number"
	}
	return "any"
}

// ListAPIs prints one line for each class and function that scripts can use, in
// the form of ListFilters.
func (r *Reference) ListAPIs(w io.Writer) error {
	var rows []row
	for _, e := range r.entries() {
		rows = append(rows, row{e.name, e.args, title(e.doc)})
	}
	return list(w, rows)
}

// HelpAPIs explains the class or function of that name, or everything when the
// name is empty, in the form of HelpFilters. A class brings all that it has.
func (r *Reference) HelpAPIs(w io.Writer, name string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b)
	found := false
	var names []string
	for _, e := range r.entries() {
		names = append(names, e.name)
		if name != "" && e.name != name && e.owner != name {
			continue
		}
		found = true
		doc := e.doc
		if e.result != "" && e.result != "void" {
			label := "Type: "
			if e.args != "" {
				label = "Returns: "
			}
			doc += "\n\n" + label + e.result
		}
		explain(b, e.call, doc, e.fields)
	}
	if !found {
		return unknown("class or function", name, names)
	}
	fmt.Fprintln(b)
	return b.Flush()
}
