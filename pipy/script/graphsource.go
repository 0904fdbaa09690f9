package script

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"pipy/pipy/filters"
)

// ParseGraph returns the pipelines that the text of a script describes, without
// running it: those of `pipy()` and the methods that follow, also inside of
// functions, and those of pipy.listen and pipeline with `$ => ...` builders. What
// is not written as a literal has a general name: "Listen #1". A script that
// describes nothing has an empty graph. An error is an *Error about the syntax.
func ParseGraph(source string) (*Graph, error) {
	list, err := parseOutlines("/main.js", source)
	if err != nil {
		return nil, err
	}
	return list.graph(), nil
}

// parseOutlines reads the pipelines out of the text of a module.
func parseOutlines(name, source string) (outlines, error) {
	if strings.HasPrefix(source, "#!") {
		source = "//" + source[2:]
	}
	if err := checkDepth(name, source); err != nil {
		return nil, err
	}
	tree, _, err := parseSource(name, source)
	if err != nil {
		return nil, err
	}
	s := &sketch{
		file:  tree.File,
		bound: map[string]ast.Expression{},
		built: map[ast.Expression]*outline{},
		named: map[string]*outline{},
	}
	inspect(tree.Body, s.bind)
	inspect(tree.Body, s.visit)
	s.resolve()
	return s.list, nil
}

// Limits of a text that nobody wrote by hand: the parser goes as deep as brackets
// do, and its time grows with the square of arrow functions inside of each other.
const (
	maxNesting = 2000
	maxArrows  = 5000
)

// checkDepth refuses such texts.
func checkDepth(name, source string) error {
	if strings.Count(source, "=>") > maxArrows {
		return &Error{Kind: "Syntax error", Message: "too many arrow functions", Pos: Position{File: name, Line: 1, Column: 1}}
	}
	depth := 0
	for i, c := range []byte(source) {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxNesting {
			line := strings.Count(source[:i], "\n") + 1
			return &Error{Kind: "Syntax error", Message: "brackets are nested too deeply", Pos: Position{File: name, Line: line, Column: 1}}
		}
	}
	return nil
}

// sketch collects the pipelines of a module's text.
type sketch struct {
	file    *file.File
	bound   map[string]ast.Expression   // what variables are initialised with
	built   map[ast.Expression]*outline // by builder functions
	named   map[string]*outline         // by pipeline(name)
	pending []func()                    // sub-pipelines by names that may follow
	list    outlines
	size    int // calls that were followed
	depth   int // of functions that are being followed
	listens int // that have no literal port
	tasks   int
	exits   int
	unnamed int
}

// at is the position of an index in the text.
func (s *sketch) at(i file.Idx) Position {
	p := s.file.Position(int(i) - s.file.Base())
	return place(p)
}

// bind notes what variables stand for.
func (s *sketch) bind(n ast.Node) bool {
	if b, ok := n.(*ast.Binding); ok {
		if id, ok := b.Target.(*ast.Identifier); ok && b.Initializer != nil {
			s.bound[id.Name.String()] = b.Initializer
		}
	}
	return true
}

// visit looks for descriptions of pipelines.
func (s *sketch) visit(n ast.Node) bool {
	e, ok := n.(*ast.CallExpression)
	if !ok {
		return true
	}
	root, calls := unchain(e)
	switch root := s.follow(root).(type) {
	case *ast.CallExpression:
		if nameOf(root.Callee) == "pipy" {
			c := &sketchConfig{sketch: s}
			c.calls(calls)
			return false
		}
	case *ast.Identifier:
		switch name := root.Name.String(); {
		case name == "pipy" && len(calls) > 0 && calls[0].name == "listen":
			s.listen(calls[0])
			return false
		case name == "pipeline" && len(calls) > 0 && calls[0].name == "":
			s.template(e, calls[0])
			return false
		}
	}
	return true
}

// follow returns what a variable is initialised with when that is a chain that
// begins with pipy(), so that `p = pipy(); p.listen(80)` is one.
func (s *sketch) follow(e ast.Expression) ast.Expression {
	id, ok := e.(*ast.Identifier)
	if !ok {
		return e
	}
	call, ok := s.bound[id.Name.String()].(*ast.CallExpression)
	if !ok {
		return e
	}
	if root, _ := unchain(call); isCallOf(root, "pipy") {
		return root
	}
	return e
}

func isCallOf(e ast.Expression, name string) bool {
	call, ok := e.(*ast.CallExpression)
	return ok && nameOf(call.Callee) == name
}

// nameOf returns an identifier's name, "" for other expressions.
func nameOf(e ast.Expression) string {
	if id, ok := e.(*ast.Identifier); ok {
		return id.Name.String()
	}
	return ""
}

// A sketchCall is one call in a chain.
type sketchCall struct {
	name string   // "" for a call of the root itself
	at   file.Idx // of the parenthesis, which is where errors are
	args []ast.Expression
}

// unchain takes a chain of calls apart: the object that it begins with, and the
// calls from the first to the last. A call of pipy is an object, not a call.
func unchain(e *ast.CallExpression) (root ast.Expression, calls []sketchCall) {
	var list []sketchCall
	root = e
walk:
	for {
		call, ok := root.(*ast.CallExpression)
		if !ok {
			break
		}
		switch callee := call.Callee.(type) {
		case *ast.DotExpression:
			list = append(list, sketchCall{callee.Identifier.Name.String(), call.LeftParenthesis, call.ArgumentList})
			root = callee.Left
		case *ast.Identifier:
			if callee.Name == "pipy" {
				break walk
			}
			list = append(list, sketchCall{"", call.LeftParenthesis, call.ArgumentList})
			root = callee
		default:
			break walk
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		calls = append(calls, list[i])
	}
	return root, calls
}

// open adds a pipeline.
func (s *sketch) open(name string, at file.Idx, start bool) *outline {
	o := &outline{name: name, title: name, pos: s.at(at), start: start}
	s.list = append(s.list, o)
	return o
}

// anonymous adds a pipeline that has no name.
func (s *sketch) anonymous(at file.Idx) *outline {
	s.unnamed++
	return s.open(fmt.Sprintf("Pipeline #%d", s.unnamed), at, false)
}

// listen handles pipy.listen(address, ..., pipeline).
func (s *sketch) listen(call sketchCall) {
	o := s.open(s.listenName(call.args), call.at, true)
	if len(call.args) < 2 {
		return
	}
	last := call.args[len(call.args)-1]
	if f, ok := s.function(last); ok {
		s.fill(o, f)
	} else if sub := s.sub(last, call.at); sub.to != nil {
		o.steps = sub.to.steps // the port runs that pipeline itself
		s.drop(sub.to)
	}
}

// drop takes a pipeline out of the list because it is shown as a port.
func (s *sketch) drop(o *outline) {
	for i, other := range s.list {
		if other == o {
			s.list = append(s.list[:i], s.list[i+1:]...)
			return
		}
	}
}

// template handles pipeline($ => ...).
func (s *sketch) template(e *ast.CallExpression, call sketchCall) *outline {
	for nameOf(e.Callee) != "pipeline" { // a chain follows: pipeline(...).spawn()
		dot, _ := e.Callee.(*ast.DotExpression)
		e = dot.Left.(*ast.CallExpression)
	}
	if o := s.built[e]; o != nil {
		return o
	}
	o := s.anonymous(call.at)
	s.built[e] = o
	if len(call.args) > 0 {
		if f, ok := s.function(call.args[0]); ok {
			s.fill(o, f)
		}
	}
	return o
}

// resolve finds the pipelines of the names.
func (s *sketch) resolve() {
	for _, f := range s.pending {
		f()
	}
}

// listenName is what a port is called.
func (s *sketch) listenName(args []ast.Expression) string {
	if len(args) > 0 {
		switch v := args[0].(type) {
		case *ast.NumberLiteral:
			return fmt.Sprintf("Listen 0.0.0.0:%v", v.Value)
		case *ast.StringLiteral:
			text := v.Value.String()
			if _, err := strconv.Atoi(text); err == nil {
				text = "0.0.0.0:" + text
			}
			return "Listen " + text
		}
	}
	s.listens++
	return fmt.Sprintf("Listen #%d", s.listens)
}

// taskName is what a task is called.
func (s *sketch) taskName(args []ast.Expression) string {
	s.tasks++
	if len(args) > 0 {
		switch v := args[0].(type) {
		case *ast.NumberLiteral:
			return fmt.Sprintf("Task every %vs", v.Value)
		case *ast.StringLiteral:
			if text := v.Value.String(); begins(text) {
				return "Task every " + text
			} else if text != "" {
				return "Task on " + text
			}
		}
	}
	return fmt.Sprintf("Task #%d", s.tasks)
}

// label is what a filter is called: its name, for a use with the modules.
func (s *sketch) label(f *filters.Filter, args []ast.Expression) string {
	if f.Name != "use" {
		return f.Name
	}
	var modules []string
	known := true
	if len(args) > 0 {
		switch v := args[0].(type) {
		case *ast.StringLiteral:
			modules = append(modules, v.Value.String())
		case *ast.ArrayLiteral:
			for _, item := range v.Value {
				text, ok := item.(*ast.StringLiteral)
				if known = known && ok; ok {
					modules = append(modules, text.Value.String())
				}
			}
		default:
			known = false
		}
	}
	name := ""
	if len(args) > 1 {
		if text, ok := args[1].(*ast.StringLiteral); ok {
			name = text.Value.String()
		}
	}
	if !known {
		return fmt.Sprintf("use  [%s]", name)
	}
	return filters.UseLabel(modules, name)
}
