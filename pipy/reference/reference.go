// Package reference prints what scripts can use, from the declarations: text
// for the command line, TypeScript declarations and JSON for editors, Markdown
// for people.
//
// It only prints. Package catalog collects what the program declares, and
// package generate writes the files under docs.
package reference

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"pipy/pipy/spec"
)

// Filter is what is printed about a filter.
type Filter struct {
	Name   string
	Doc    string // a title without capital or period, an empty line, the rest
	In     string // what its input is made of: bytes, messages, events or nothing
	Out    string // the same of its output
	Joint  bool   // has a sub-pipeline, given by name as the first argument or by .to()
	Fork   bool   // passes its input on beside the sub-pipeline
	Legacy bool   // only the notation with named pipelines has it
	Fields []spec.Field
}

// Example is a program that shows a filter and is run as a test.
type Example struct {
	Path    string // of the test, from the root of the tree
	Caption string // a sentence or two
	Files   []File // in their order
}

// File is one file of an example.
type File struct{ Name, Text string }

// Reference is everything that scripts can use. It is immutable.
type Reference struct {
	filters []*Filter
	classes []*spec.Class
}

// New returns the reference of the filters and classes, sorted by name. The
// classes are shared with the caller, who must not change them.
func New(filters []*Filter, classes []*spec.Class) *Reference {
	r := &Reference{filters: slices.Clone(filters), classes: merged(classes)}
	slices.SortFunc(r.filters, func(a, b *Filter) int { return byName(a.Name, b.Name) })
	slices.SortStableFunc(r.classes, func(a, b *spec.Class) int { return byName(a.Name, b.Name) })
	return r
}

// merged makes one namespace of those that have the same name: each package
// that has functions for it declares its own.
func merged(classes []*spec.Class) []*spec.Class {
	var list []*spec.Class
	spaces := map[string]*spec.Class{}
	for _, c := range classes {
		if !isNamespace(c) {
			list = append(list, c)
			continue
		}
		whole := spaces[c.Name]
		if whole == nil {
			whole = &spec.Class{Name: c.Name, Consts: map[string]any{}}
			spaces[c.Name] = whole
			list = append(list, whole)
		}
		if whole.Doc == "" {
			whole.Doc = c.Doc
		}
		whole.Statics = append(whole.Statics, c.Statics...)
		maps.Copy(whole.Consts, c.Consts)
	}
	return list
}

// Filters returns the filters, sorted by name.
func (r *Reference) Filters() []*Filter { return slices.Clone(r.filters) }

// byName orders names without regard to case.
func byName(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

// isNamespace tells whether a class has functions but no instances.
func isNamespace(c *spec.Class) bool { return c.Type == nil }

// methods returns methods sorted by name.
func methods(list []*spec.Method) []*spec.Method {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *spec.Method) int { return byName(a.Name, b.Name) })
	return list
}

// props returns properties sorted by name.
func props(list []*spec.Prop) []*spec.Prop {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *spec.Prop) int { return byName(a.Name, b.Name) })
	return list
}

// constants returns the names of the constants of a class, sorted.
func constants(c *spec.Class) []string {
	var names []string
	for name := range c.Consts {
		names = append(names, name)
	}
	slices.SortFunc(names, byName)
	return names
}

// targetField is the argument that names the sub-pipeline of a joint filter.
var targetField = spec.Field{
	Name: "target",
	Doc:  "The name of the sub-pipeline. It is left out when .to(...) follows.",
	Type: "string", Wants: "a string",
}

// arguments returns the arguments of a filter as scripts give them.
func (f *Filter) arguments() []spec.Field {
	if !f.Joint {
		return f.Fields
	}
	target := targetField
	if slices.ContainsFunc(f.Fields, func(o spec.Field) bool { return o.Name == target.Name }) {
		target.Name = "pipeline"
	}
	return append([]spec.Field{target}, f.Fields...)
}
