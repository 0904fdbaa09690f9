// Package catalog collects what the program declares, for package reference to
// print.
package catalog

import (
	"pipy/pipy/filters"
	"pipy/pipy/reference"
	_ "pipy/pipy/script" // declares the classes, those of package api among them
	"pipy/pipy/spec"
)

// Reference returns the reference of everything that is declared.
func Reference() *reference.Reference {
	var list []*reference.Filter
	for _, f := range filters.All {
		list = append(list, &reference.Filter{
			Name: f.Name, Doc: f.Doc, In: f.In, Out: f.Out,
			Joint: f.Joint, Fork: f.Fork, Legacy: f.Legacy, Fields: f.Fields,
		})
	}
	return reference.New(list, spec.Classes)
}
