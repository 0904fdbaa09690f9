// Package filters declares every filter that a script can use.
//
// Each filter is one Decl: its name, its documentation, its arguments and the
// function that builds it. The script binding, the help texts, the type
// declarations and the reference pages are made from the declarations.
package filters

import (
	"fmt"

	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// What a filter's input or output is made of.
const (
	Bytes    = "bytes"    // Data
	Messages = "messages" // MessageStart, Data, MessageEnd
	Events   = "events"   // anything
	Nothing  = "nothing"
)

// Decl declares a filter whose arguments are decoded into an O.
type Decl[O any] struct {
	Name string
	// Doc is a title without capital or period, an empty line, and the rest.
	Doc string
	In  string // Bytes, Messages or Events
	Out string // Bytes, Messages, Events or Nothing
	// Joint filters have a sub-pipeline, which is their sub-pipeline 0. A script
	// gives it with `.to(...)`, or by its name as the first argument.
	Joint bool
	// Fork marks joint filters that pass their input on beside the sub-pipeline.
	Fork bool
	// Legacy marks filters that only the chain notation has.
	Legacy bool
	// Params describes the arguments without the sub-pipeline of a joint filter.
	Params func(p *spec.Params, o *O)
	// Build checks what types cannot, once per layout, and returns the function
	// that makes the filter of one pipeline. What all pipelines of a layout
	// share is a variable of Build.
	Build func(o *O) (pipeline.New, error)
	// Label is what graphs show; the name when it is nil or returns "".
	Label func(o *O) string
	// Host is the name of the server that the filter connects to; "" when it is
	// not fixed, or an address. Nil for filters that do not connect.
	Host func(o *O) string
}

// Filter is a declared filter.
type Filter struct {
	Name   string
	Doc    string
	In     string
	Out    string
	Joint  bool
	Fork   bool
	Legacy bool
	Fields []spec.Field

	// Make decodes the arguments of a call and fills in the New, Subs, Names and
	// Label of the node.
	Make func(host spec.Host, node *pipeline.Node, args []any, joint []spec.Sub) error
}

// All holds the declared filters by name.
var All = map[string]*Filter{}

func declare[O any](d Decl[O]) *Filter {
	if _, twice := All[d.Name]; twice {
		panic("filters: declared twice: " + d.Name)
	}
	params := d.Params
	if params == nil {
		params = func(*spec.Params, *O) {}
	}
	f := &Filter{
		Name: d.Name, Doc: d.Doc, In: d.In, Out: d.Out,
		Joint: d.Joint, Fork: d.Fork, Legacy: d.Legacy,
		Fields: spec.Describe(func(p *spec.Params) { params(p, new(O)) }),
	}
	f.Make = func(host spec.Host, node *pipeline.Node, args []any, joint []spec.Sub) error {
		o := new(O)
		subs, err := spec.Decode(host, args, joint, func(p *spec.Params) { params(p, o) })
		if err != nil {
			return err
		}
		if d.Joint && len(joint) == 0 {
			return fmt.Errorf("want a sub-pipeline: a pipeline name as the first argument, or .to(...)")
		}
		for _, sub := range subs {
			node.Subs = append(node.Subs, sub.Layout)
			node.Names = append(node.Names, sub.Name)
		}
		if d.Label != nil {
			node.Label = d.Label(o)
		}
		if d.Host != nil {
			node.Host = d.Host(o)
		}
		node.Fork = d.Fork
		node.New, err = d.Build(o)
		return err
	}
	All[d.Name] = f
	return f
}
