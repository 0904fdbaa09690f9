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
)

// A rewriter turns the free names of a module into members of the scope object,
// and gives counters on missing members their meaning. It changes the tree in
// place; every node keeps its position, so that errors point into the source.
type rewriter struct {
	global func(name string) bool
	scope  *scope
}

// wrap makes the program one function of the scope object, whose result is the
// value of its last expression. It returns the names of the context variables
// that the program declares by `var $name`.
func wrap(prg *ast.Program, global func(name string) bool) []string {
	fibers := fiberVariables(prg)
	r := &rewriter{global: global, scope: &scope{}}
	r.scope.hoist(prg.DeclarationList)
	r.scope.lexical(prg.Body)
	r.stmts(prg.Body)
	if n := len(prg.Body); n > 0 {
		if last, ok := prg.Body[n-1].(*ast.ExpressionStatement); ok {
			prg.Body[n-1] = &ast.ReturnStatement{Return: last.Idx0(), Argument: last.Expression}
		}
	}
	param := &ast.Identifier{Name: scopeName, Idx: 1}
	prg.Body = []ast.Statement{&ast.ExpressionStatement{Expression: &ast.FunctionLiteral{
		Function:        1,
		ParameterList:   &ast.ParameterList{Opening: 1, Closing: 1, List: []*ast.Binding{{Target: param}}},
		Body:            &ast.BlockStatement{LeftBrace: 1, List: prg.Body, RightBrace: 1},
		DeclarationList: prg.DeclarationList,
	}}}
	prg.DeclarationList = nil
	return fibers
}

// fiberVariables takes `var $name` at the top level out of the declarations and
// makes assignments of their initial values: the names are context variables.
func fiberVariables(prg *ast.Program) []string {
	var names []string
	isFiber := func(b *ast.Binding) (*ast.Identifier, bool) {
		id, ok := b.Target.(*ast.Identifier)
		return id, ok && len(id.Name) > 1 && id.Name[0] == '$'
	}
	split := func(list []*ast.Binding) (plain []*ast.Binding, values []ast.Expression) {
		for _, b := range list {
			id, ok := isFiber(b)
			if !ok {
				plain = append(plain, b)
				continue
			}
			names = append(names, id.Name.String())
			if b.Initializer != nil {
				values = append(values, &ast.AssignExpression{Operator: token.ASSIGN, Left: id, Right: b.Initializer})
			}
		}
		return plain, values
	}
	var body []ast.Statement
	for _, stmt := range prg.Body {
		s, ok := stmt.(*ast.VariableStatement)
		if !ok {
			body = append(body, stmt)
			continue
		}
		plain, values := split(s.List)
		if s.List = plain; len(plain) > 0 {
			body = append(body, s)
		}
		for _, v := range values {
			body = append(body, &ast.ExpressionStatement{Expression: v})
		}
	}
	prg.Body = body
	if len(names) == 0 {
		return nil
	}
	for _, d := range prg.DeclarationList {
		kept := d.List[:0:0]
		for _, b := range d.List {
			if _, ok := isFiber(b); !ok {
				kept = append(kept, b)
			}
		}
		d.List = kept
	}
	return names
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
	return name != "arguments" && !r.scope.has(name) && !r.global(name.String())
}

// variable is the member of the scope object that a free name stands for.
func variable(name unistring.String, at file.Idx) ast.Expression {
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
	if id, ok := e.Operand.(*ast.Identifier); ok && e.Operator == token.TYPEOF && r.free(id.Name) {
		e.Operand = variable(softPrefix+id.Name, id.Idx)
		return e
	}
	e.Operand = r.expr(e.Operand)
	if e.Operator != token.INCREMENT && e.Operator != token.DECREMENT {
		return e
	}
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
