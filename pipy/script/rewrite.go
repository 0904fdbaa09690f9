package script

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// Names that the rewritten program uses; no script can spell them.
const (
	scopeName  = "%scope"   // the object whose members are the context variables
	softPrefix = "%typeof:" // asks the scope for a name without an error
	countName  = "%count"   // o.n++ with a missing n counted as 0
	plusName   = "%plus"    // a += b with a missing a counted as 0
	minusName  = "%minus"   // a -= b likewise
	addName    = "%add"     // the same for a target that must be evaluated once
	arrayName  = "%array"   // new Array(n)

	exportName   = "%export"  // takes functions that return the exports of the module
	importPrefix = "%import"  // with a number: the exports of another module
	dynamicName  = "%dynamic" // import()
	metaName     = "%meta"    // import.meta
	defaultName  = "default"  // the default export, if it is not a variable
)

// A rewriter turns the free names of a module into members of the scope object,
// and gives counters on missing members their meaning. It changes the tree in
// place; every node keeps its position, so that errors point into the source.
type rewriter struct {
	global func(name string) bool
	scope  *scope
	links  *links // of a script that imports or exports; nil for others
	fibers []string
	err    error
}

// wrap makes the program one function of the scope object, whose result is the
// value of its last expression. It returns the names of the context variables
// that the program declares by `var $name`. For a script that imports or exports
// see links.wrap.
func wrap(prg *ast.Program, global func(name string) bool, l *links) ([]string, error) {
	if err := l.declare(prg); err != nil {
		return nil, err
	}
	r := &rewriter{global: global, scope: &scope{}, links: l}
	prg.DeclarationList = r.hoist(r.scope, prg.DeclarationList)
	r.scope.lexical(prg.Body)
	if err := l.resolve(prg, r.scope, r.fibers); err != nil {
		return nil, err
	}
	r.stmts(prg.Body)
	if r.err != nil {
		return nil, r.err
	}
	if n := len(prg.Body); n > 0 && !l.isModule() {
		if last, ok := prg.Body[n-1].(*ast.ExpressionStatement); ok {
			prg.Body[n-1] = &ast.ReturnStatement{Return: last.Idx0(), Argument: last.Expression}
		}
	}
	f := &ast.FunctionLiteral{
		Function:        1,
		ParameterList:   &ast.ParameterList{Opening: 1, Closing: 1, List: []*ast.Binding{parameter(scopeName)}},
		Body:            &ast.BlockStatement{LeftBrace: 1, List: prg.Body, RightBrace: 1},
		DeclarationList: prg.DeclarationList,
	}
	l.wrap(f)
	prg.Body = []ast.Statement{&ast.ExpressionStatement{Expression: f}}
	prg.DeclarationList = nil
	return r.fibers, nil
}

func parameter(name unistring.String) *ast.Binding {
	return &ast.Binding{Target: &ast.Identifier{Name: name, Idx: 1}}
}

// within runs f in an inner scope.
func (r *rewriter) within(f func(s *scope)) {
	outer := r.scope
	r.scope = &scope{outer: outer}
	f(r.scope)
	r.scope = outer
}

// free tells whether a name is neither declared in the module nor a global.
func (r *rewriter) free(name unistring.String) bool {
	if _, ok := r.scope.fiber(name); ok {
		return true
	}
	return name != "arguments" && !r.scope.has(name) && (r.links.imports(name) || !r.global(name.String()))
}

// variable is the member of the scope object, or of another module, that a free
// name stands for.
func (r *rewriter) variable(name unistring.String, at file.Idx) ast.Expression {
	slot, fiber := r.scope.fiber(name)
	switch {
	case fiber:
		name = slot
	case r.links.imports(name):
		return r.links.imported(name, at)
	}
	return &ast.DotExpression{
		Left:       &ast.Identifier{Name: scopeName, Idx: at},
		Identifier: ast.Identifier{Name: name, Idx: at},
	}
}

func call(name unistring.String, at file.Idx, args ...ast.Expression) ast.Expression {
	return &ast.CallExpression{
		Callee:           &ast.Identifier{Name: name, Idx: at},
		LeftParenthesis:  at,
		ArgumentList:     args,
		RightParenthesis: at,
	}
}

func text(s unistring.String, at file.Idx) *ast.StringLiteral {
	return &ast.StringLiteral{Idx: at, Literal: s.String(), Value: s}
}

func number(n int64, at file.Idx) *ast.NumberLiteral {
	return &ast.NumberLiteral{Idx: at, Literal: "", Value: n}
}

// unary handles typeof of a free name, and counters.
func (r *rewriter) unary(e *ast.UnaryExpression) ast.Expression {
	if id, ok := e.Operand.(*ast.Identifier); ok && e.Operator == token.TYPEOF && r.free(id.Name) && !r.links.imports(id.Name) {
		if _, fiber := r.scope.fiber(id.Name); !fiber {
			e.Operand = r.variable(softPrefix+id.Name, id.Idx)
			return e
		}
	}
	if e.Operator != token.INCREMENT && e.Operator != token.DECREMENT {
		e.Operand = r.expr(e.Operand)
		return e
	}
	r.assigned(e.Operand)
	e.Operand = r.expr(e.Operand)
	o, key, at, ok := member(e.Operand)
	if !ok {
		return e
	}
	step, postfix := int64(1), int64(0)
	if e.Operator == token.DECREMENT {
		step = -1
	}
	if e.Postfix {
		postfix = 1
	}
	return call(countName, at, o, key, number(step, at), number(postfix, at))
}

// assign handles += and -= on members. With = and the logical assignments a
// missing member needs no help.
func (r *rewriter) assign(e *ast.AssignExpression) ast.Expression {
	r.assigned(e.Left)
	e.Left = r.expr(e.Left)
	e.Right = r.expr(e.Right)
	if e.Operator != token.PLUS && e.Operator != token.MINUS {
		return e
	}
	o, key, at, ok := member(e.Left)
	if !ok || isText(e.Right) {
		return e
	}
	if simple(o) && simple(key) {
		helper := unistring.String(plusName)
		if e.Operator == token.MINUS {
			helper = minusName
		}
		return &ast.AssignExpression{Operator: token.ASSIGN, Left: e.Left, Right: call(helper, at, e.Left, e.Right)}
	}
	sign := int64(1)
	if e.Operator == token.MINUS {
		sign = -1
	}
	thunk := &ast.ArrowFunctionLiteral{
		Start:         at,
		ParameterList: &ast.ParameterList{Opening: at, Closing: at},
		Body:          &ast.ExpressionBody{Expression: e.Right},
	}
	return call(addName, at, o, key, thunk, number(sign, at))
}

// member takes a member expression apart.
func member(e ast.Expression) (object, key ast.Expression, at file.Idx, ok bool) {
	switch e := e.(type) {
	case *ast.DotExpression:
		if _, super := e.Left.(*ast.SuperExpression); super {
			return nil, nil, 0, false
		}
		return e.Left, text(e.Identifier.Name, e.Identifier.Idx), e.Identifier.Idx, true
	case *ast.BracketExpression:
		if _, super := e.Left.(*ast.SuperExpression); super {
			return nil, nil, 0, false
		}
		return e.Left, e.Member, e.LeftBracket, true
	}
	return nil, nil, 0, false
}

// simple tells whether evaluating an expression twice is the same as once.
func simple(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.Identifier, *ast.ThisExpression, *ast.StringLiteral, *ast.NumberLiteral:
		return true
	case *ast.DotExpression:
		return simple(e.Left)
	case *ast.BracketExpression:
		return simple(e.Left) && simple(e.Member)
	}
	return false
}

func isText(e ast.Expression) bool {
	switch e.(type) {
	case *ast.StringLiteral, *ast.TemplateLiteral:
		return true
	}
	return false
}
