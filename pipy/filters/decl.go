// Package filters declares every filter that a script can use.
//
// Each filter is one Decl: its name, its documentation, its arguments and the
// function that builds it. The script binding, the help texts, the type
// declarations and the reference pages are made from the declarations.
package filters

import (
	"cmp"
	"errors"

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

// declare declares a filter. It is compiled for each type of options, so it leaves
// to Filter.declare what is the same for all.
func declare[O any](d Decl[O]) *Filter {
	f := &Filter{
		Name: d.Name, Doc: d.Doc, In: d.In, Out: d.Out,
		Joint: d.Joint, Fork: d.Fork, Legacy: d.Legacy,
	}
	f.declare(func(node *pipeline.Node, decode func(func(*spec.Params)) error) (err error) {
		o := new(O)
		err = decode(func(p *spec.Params) {
			if d.Params != nil {
				d.Params(p, o)
			}
		})
		if err != nil || node == nil {
			return err
		}
		if d.Label != nil {
			node.Label = d.Label(o)
		}
		if d.Host != nil {
			node.Host = d.Host(o)
		}
		node.New, err = d.Build(o)
		return err
	})
	return f
}

// declare makes the filter one of All. call has the arguments decoded into options
// of its own, and fills in what of the node depends on these, if there is a node.
//
//go:noinline
func (f *Filter) declare(call func(node *pipeline.Node, decode func(declare func(*spec.Params)) error) error) {
	if _, twice := All[f.Name]; twice {
		panic("filters: declared twice: " + f.Name)
	}
	_ = call(nil, func(declare func(*spec.Params)) error {
		f.Fields = spec.Describe(declare)
		return nil
	})
	f.Make = func(host spec.Host, node *pipeline.Node, args []any, joint []spec.Sub) error {
		node.Fork = f.Fork
		return call(node, func(declare func(*spec.Params)) error {
			subs, err := spec.Decode(host, args, joint, declare)
			if err != nil {
				return err
			}
			if f.Joint && len(joint) == 0 {
				return errors.New("want a sub-pipeline: a pipeline name as the first argument, or .to(...)")
			}
			for _, sub := range subs {
				node.Subs = append(node.Subs, sub.Layout)
				node.Names = append(node.Names, sub.Name)
			}
			return nil
		})
	}
	All[f.Name] = f
}

// typedOption says of the argument or option that was declared last what it
// wants, unless that is empty, and its type in TypeScript.
func typedOption(p *spec.Params, wants, ts string) {
	f := &p.Fields[len(p.Fields)-1]
	f.Wants, f.Type = cmp.Or(wants, f.Wants), ts
}
