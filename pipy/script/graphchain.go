package script

import (
	"fmt"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"pipy/pipy/filters"
)

// A sketchConfig is what `pipy()` returns, or the `$` of a builder: calls add to
// the pipeline that was opened last.
type sketchConfig struct {
	*sketch
	layout  *outline
	builder bool // it is a `$`
	last    *sketchFilter
}

// A sketchFilter is the filter that was added last, while a .to() may follow.
type sketchFilter struct {
	filter *filters.Filter
	step   *outlineStep
	args   []ast.Expression
	at     file.Idx
}

// calls handles the calls of a chain.
func (c *sketchConfig) calls(list []sketchCall) {
	for _, call := range list {
		c.call(call)
	}
	c.finish()
}

// opens is what the calls that open pipelines do.
var opens = map[string]func(c *sketchConfig, call sketchCall) *outline{
	"listen": func(c *sketchConfig, call sketchCall) *outline {
		return c.open(c.listenName(call.args), call.at, true)
	},
	"task": func(c *sketchConfig, call sketchCall) *outline {
		return c.open(c.taskName(call.args), call.at, true)
	},
	"read":  fileOpener("Read"),
	"watch": fileOpener("Watch"),
	"exit": func(c *sketchConfig, call sketchCall) *outline {
		c.exits++
		return c.open(fmt.Sprintf("Exit #%d", c.exits), call.at, true)
	},
	"pipeline": func(c *sketchConfig, call sketchCall) *outline {
		if len(call.args) == 0 {
			return c.anonymous(call.at)
		}
		text, ok := c.literal(call.args[0])
		if !ok || text == "" {
			return c.anonymous(call.at)
		}
		o := c.open(text, call.at, false)
		c.named[text] = o
		return o
	},
}

// fileOpener opens a pipeline that is called by what it does and a path.
func fileOpener(name string) func(c *sketchConfig, call sketchCall) *outline {
	return func(c *sketchConfig, call sketchCall) *outline {
		title := name
		if len(call.args) > 0 {
			if text, ok := call.args[0].(*ast.StringLiteral); ok {
				title += " " + text.Value.String()
			}
		}
		return c.open(title, call.at, true)
	}
}

func (c *sketchConfig) call(call sketchCall) {
	if c.size++; c.size > maxGraph {
		return
	}
	if open := opens[call.name]; open != nil && !c.builder {
		c.finish()
		c.layout = open(c, call)
		return
	}
	switch call.name {
	case "import", "export", "onStart", "onEnd", "":
		return
	case "to":
		c.to(call)
		return
	case "repeat":
		if len(call.args) > 1 {
			c.finish()
			if f, ok := c.function(call.args[1]); ok {
				c.run(f)
			}
			return
		}
	}
	c.finish()
	if c.layout == nil {
		return
	}
	f := filters.All[call.name]
	if f == nil {
		c.layout.steps = append(c.layout.steps, &outlineStep{
			label: call.name, pos: c.at(call.at), joint: true,
			subs: []outlineSub{{fault: "unknown filter: " + call.name}},
		})
		return
	}
	step := &outlineStep{label: c.label(f, call.args), pos: c.at(call.at), fork: f.Fork}
	c.layout.steps = append(c.layout.steps, step)
	c.last = &sketchFilter{f, step, call.args, call.at}
	if !f.Joint {
		for _, e := range c.subArguments(f, call.args) {
			c.use(step, e, call.at)
		}
		c.last = nil
	}
}

// finish settles a joint filter that got no .to(): its first argument is the
// name of its sub-pipeline.
func (c *sketchConfig) finish() {
	o := c.last
	c.last = nil
	if o == nil || len(o.args) == 0 {
		return
	}
	if _, ok := c.literal(o.args[0]); ok {
		c.use(o.step, o.args[0], o.at)
	}
}

// to gives the last filter its sub-pipeline.
func (c *sketchConfig) to(call sketchCall) {
	o := c.last
	c.last = nil
	if o != nil && len(call.args) > 0 {
		c.use(o.step, call.args[0], call.at)
	}
}

// use adds a sub-pipeline to a filter.
func (c *sketchConfig) use(step *outlineStep, e ast.Expression, at file.Idx) {
	step.joint = true
	i := len(step.subs)
	step.subs = append(step.subs, c.sub(e, at))
	name := step.subs[i].name
	if step.subs[i].to != nil || name == "" {
		return
	}
	c.pending = append(c.pending, func() {
		sub := &step.subs[i]
		if sub.to = c.named[name]; sub.to == nil {
			sub.fault = "pipeline not found: " + name
		}
	})
}

// subArguments returns those arguments of a filter that are pipelines.
func (s *sketch) subArguments(f *filters.Filter, args []ast.Expression) (subs []ast.Expression) {
	switch f.Name {
	case "link": // names and conditions
		for _, e := range args {
			if _, isFunc := s.function(e); !isFunc {
				subs = append(subs, e)
			}
		}
		return subs
	case "branch": // conditions and pipelines
		for i, e := range args {
			if i%2 == 1 || i == len(args)-1 {
				subs = append(subs, e)
			}
		}
		return subs
	case "pipe": // a pipeline, or names by which a function chooses
		if len(args) > 1 {
			if o, ok := args[1].(*ast.ObjectLiteral); ok {
				for _, p := range o.Value {
					if keyed, ok := p.(*ast.PropertyKeyed); ok {
						subs = append(subs, keyed.Value)
					}
				}
				return subs
			}
		}
		if len(args) > 0 && nameOf(args[0]) != "" {
			return args[:1]
		}
		return nil
	}
	for i, field := range f.Fields {
		if field.Option || i >= len(args) || !strings.Contains(field.Type, "Configuration") {
			continue
		}
		if field.Rest {
			return append(subs, args[i:]...)
		}
		subs = append(subs, args[i])
	}
	return subs
}

// sub returns what an expression stands for as a pipeline. A name is looked up
// when all of the text has been seen.
func (s *sketch) sub(e ast.Expression, at file.Idx) outlineSub {
	if text, ok := s.literal(e); ok {
		return outlineSub{name: text}
	}
	if f, ok := s.function(e); ok {
		o := s.built[f]
		if o == nil {
			o = s.anonymous(at)
			s.built[f] = o
			s.fill(o, f)
		}
		return outlineSub{name: o.name, to: o}
	}
	if call, ok := s.value(e).(*ast.CallExpression); ok {
		if root, calls := unchain(call); nameOf(root) == "pipeline" && len(calls) == 1 {
			o := s.template(call, calls[0])
			return outlineSub{name: o.name, to: o}
		}
	}
	return outlineSub{fault: "pipeline not known before the script runs"}
}

// value returns what an expression, or the variable that it is, was initialised
// with.
func (s *sketch) value(e ast.Expression) ast.Expression {
	if id, ok := e.(*ast.Identifier); ok {
		if v := s.bound[id.Name.String()]; v != nil {
			return v
		}
	}
	return e
}

// literal returns the text of a string.
func (s *sketch) literal(e ast.Expression) (string, bool) {
	text, ok := s.value(e).(*ast.StringLiteral)
	if !ok {
		return "", false
	}
	return text.Value.String(), true
}

// function returns a function.
func (s *sketch) function(e ast.Expression) (ast.Expression, bool) {
	e = s.value(e)
	switch e.(type) {
	case *ast.ArrowFunctionLiteral, *ast.FunctionLiteral:
		return e, true
	}
	return nil, false
}

// fill adds to a pipeline what a builder function does with its `$`.
func (s *sketch) fill(o *outline, f ast.Expression) {
	c := &sketchConfig{sketch: s, layout: o, builder: true}
	c.run(f)
}

// maxDepth bounds functions that call themselves.
const maxDepth = 100

// run follows a builder function.
func (c *sketchConfig) run(f ast.Expression) {
	var body any
	var params *ast.ParameterList
	switch f := f.(type) {
	case *ast.ArrowFunctionLiteral:
		body, params = f.Body, f.ParameterList
	case *ast.FunctionLiteral:
		body, params = f.Body, f.ParameterList
	}
	if params == nil || len(params.List) == 0 {
		return
	}
	param := nameOf(params.List[0].Target)
	if param == "" {
		return
	}
	if c.depth == maxDepth {
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	inspect(body, func(n ast.Node) bool {
		if declares(n, param) {
			return false
		}
		e, ok := n.(*ast.CallExpression)
		if !ok {
			return true
		}
		root, calls := unchain(e)
		if nameOf(root) != param {
			return true
		}
		c.calls(calls)
		return false
	})
}

// declares tells whether a node is a function with such a parameter.
func declares(n ast.Node, param string) bool {
	var list *ast.ParameterList
	switch f := n.(type) {
	case *ast.ArrowFunctionLiteral:
		list = f.ParameterList
	case *ast.FunctionLiteral:
		list = f.ParameterList
	}
	if list == nil {
		return false
	}
	for _, b := range list.List {
		if nameOf(b.Target) == param {
			return true
		}
	}
	return false
}
