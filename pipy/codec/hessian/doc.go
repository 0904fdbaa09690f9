// Package hessian reads and writes the Hessian 2.0 serialization.
//
// Values have these forms: nil, bool, int32, int64, float64, string, []byte,
// time.Time, *List, *Map and *Object. Lists, maps and objects that are referred to
// more than once are the same pointer; they may contain themselves.
package hessian

import "fmt"

// List is a list; Type is empty for one without.
type List struct {
	Type  string
	Items []any
}

// Map is a map, its entries in order; Type is empty for one without.
type Map struct {
	Type   string
	Keys   []any
	Values []any
}

// Class is the definition of a class.
type Class struct {
	Name   string
	Fields []string
}

// Object is an instance of a class: the values of its fields.
type Object struct {
	Class  *Class
	Values []any
}

// maxDepth bounds values within values.
const maxDepth = 256

func fault(format string, args ...any) error { return fmt.Errorf("hessian: "+format, args...) }
