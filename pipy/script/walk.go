package script

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// expr rewrites an expression and returns what stands for it.
func (r *rewriter) expr(e ast.Expression) ast.Expression {
	switch e := e.(type) {
	case *ast.Identifier:
		if e == nil {
			break
		}
		if word, ok := r.links.word(e.Idx); ok {
			return &ast.Identifier{Name: word, Idx: e.Idx}
		}
		if r.free(e.Name) {
			return r.variable(e.Name, e.Idx)
		}
	case *ast.UnaryExpression:
		return r.unary(e)
	case *ast.AssignExpression:
		return r.assign(e)
	case *ast.CallExpression:
		return r.call(e)
	case *ast.NewExpression:
		r.exprs(e.ArgumentList)
		if id, ok := e.Callee.(*ast.Identifier); ok && id.Name == "Array" && len(e.ArgumentList) == 1 && !r.scope.has(id.Name) {
			return call(arrayName, e.New, e.ArgumentList[0])
		}
		e.Callee = r.expr(e.Callee)
	case *ast.YieldExpression:
		e.Argument = r.expr(e.Argument)
	case *ast.AwaitExpression:
		e.Argument = r.expr(e.Argument)
	case *ast.ArrayLiteral:
		r.exprs(e.Value)
	case *ast.ArrayPattern:
		r.exprs(e.Elements)
		e.Rest = r.expr(e.Rest)
	case *ast.ObjectLiteral:
		r.properties(e.Value)
	case *ast.ObjectPattern:
		r.properties(e.Properties)
		e.Rest = r.expr(e.Rest)
	case *ast.BinaryExpression:
		e.Left = r.expr(e.Left)
		e.Right = r.expr(e.Right)
	case *ast.BracketExpression:
		e.Left = r.expr(e.Left)
		e.Member = r.expr(e.Member)
	case *ast.ConditionalExpression:
		e.Test = r.expr(e.Test)
		e.Consequent = r.expr(e.Consequent)
		e.Alternate = r.expr(e.Alternate)
	case *ast.DotExpression:
		e.Left = r.expr(e.Left)
	case *ast.PrivateDotExpression:
		e.Left = r.expr(e.Left)
	case *ast.OptionalChain:
		e.Expression = r.expr(e.Expression)
	case *ast.Optional:
		e.Expression = r.expr(e.Expression)
	case *ast.SequenceExpression:
		r.exprs(e.Sequence)
	case *ast.SpreadElement:
		e.Expression = r.expr(e.Expression)
	case *ast.TemplateLiteral:
		e.Tag = r.expr(e.Tag)
		r.exprs(e.Expressions)
	case *ast.Binding:
		e.Initializer = r.expr(e.Initializer)
		r.defaults(e.Target)
	case *ast.FunctionLiteral:
		r.function(e)
	case *ast.ArrowFunctionLiteral:
		r.arrow(e)
	case *ast.ClassLiteral:
		r.class(e)
	}
	return e
}

func (r *rewriter) exprs(list []ast.Expression) {
	for i, e := range list {
		list[i] = r.expr(e)
	}
}

// call keeps a context variable that is called free of a `this`.
func (r *rewriter) call(e *ast.CallExpression) ast.Expression {
	r.exprs(e.ArgumentList)
	if id, ok := e.Callee.(*ast.Identifier); ok && r.free(id.Name) {
		f := r.expr(id)
		if _, member := f.(*ast.DotExpression); member {
			f = &ast.SequenceExpression{Sequence: []ast.Expression{number(0, id.Idx), f}}
		}
		e.Callee = f
		return e
	}
	e.Callee = r.expr(e.Callee)
	return e
}

func (r *rewriter) properties(list []ast.Property) {
	for i, p := range list {
		switch p := p.(type) {
		case *ast.PropertyShort:
			p.Initializer = r.expr(p.Initializer)
			if !r.free(p.Name.Name) {
				continue
			}
			value := r.variable(p.Name.Name, p.Name.Idx)
			if p.Initializer != nil {
				value = &ast.AssignExpression{Operator: token.ASSIGN, Left: value, Right: p.Initializer}
			}
			list[i] = &ast.PropertyKeyed{Key: text(p.Name.Name, p.Name.Idx), Kind: ast.PropertyKindValue, Value: value}
		case *ast.PropertyKeyed:
			if p.Computed {
				p.Key = r.expr(p.Key)
			}
			p.Value = r.expr(p.Value)
		case *ast.SpreadElement:
			p.Expression = r.expr(p.Expression)
		}
	}
}

// defaults rewrites the default values inside a target that declares names.
func (r *rewriter) defaults(target ast.Expression) {
	switch t := target.(type) {
	case *ast.AssignExpression:
		r.defaults(t.Left)
		t.Right = r.expr(t.Right)
	case *ast.Binding:
		t.Initializer = r.expr(t.Initializer)
		r.defaults(t.Target)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			r.defaults(e)
		}
		r.defaults(t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				p.Initializer = r.expr(p.Initializer)
			case *ast.PropertyKeyed:
				if p.Computed {
					p.Key = r.expr(p.Key)
				}
				r.defaults(p.Value)
			}
		}
		r.defaults(t.Rest)
	}
}

func (r *rewriter) bindings(list []*ast.Binding) {
	for _, b := range list {
		r.defaults(b.Target)
		b.Initializer = r.expr(b.Initializer)
	}
}

func (r *rewriter) params(s *scope, list *ast.ParameterList) {
	for _, b := range list.List {
		s.bind(b.Target)
	}
	s.bind(list.Rest)
	r.bindings(list.List)
	r.defaults(list.Rest)
}

func (r *rewriter) function(e *ast.FunctionLiteral) {
	r.within(func(s *scope) {
		if e.Name != nil {
			s.declare(e.Name.Name)
		}
		e.DeclarationList = r.hoist(s, e.DeclarationList)
		s.lexical(e.Body.List)
		r.params(s, e.ParameterList)
		r.stmts(e.Body.List)
	})
}

func (r *rewriter) arrow(e *ast.ArrowFunctionLiteral) {
	r.within(func(s *scope) {
		e.DeclarationList = r.hoist(s, e.DeclarationList)
		if body, ok := e.Body.(*ast.BlockStatement); ok {
			s.lexical(body.List)
		}
		r.params(s, e.ParameterList)
		switch body := e.Body.(type) {
		case *ast.BlockStatement:
			r.stmts(body.List)
		case *ast.ExpressionBody:
			body.Expression = r.expr(body.Expression)
		}
	})
}

func (r *rewriter) class(e *ast.ClassLiteral) {
	r.within(func(s *scope) {
		if e.Name != nil {
			s.declare(e.Name.Name)
		}
		e.SuperClass = r.expr(e.SuperClass)
		for _, el := range e.Body {
			switch el := el.(type) {
			case *ast.FieldDefinition:
				if el.Computed {
					el.Key = r.expr(el.Key)
				}
				el.Initializer = r.expr(el.Initializer)
			case *ast.MethodDefinition:
				if el.Computed {
					el.Key = r.expr(el.Key)
				}
				r.function(el.Body)
			case *ast.ClassStaticBlock:
				r.within(func(s *scope) {
					el.DeclarationList = r.hoist(s, el.DeclarationList)
					s.lexical(el.Block.List)
					r.stmts(el.Block.List)
				})
			}
		}
	})
}
