package script

import "github.com/dop251/goja/ast"

func (r *rewriter) stmts(list []ast.Statement) {
	withoutFibers(list)
	for _, s := range list {
		r.stmt(s)
	}
}

// block rewrites statements in a scope of their own.
func (r *rewriter) block(list []ast.Statement) {
	r.within(func(s *scope) {
		s.lexical(list)
		r.stmts(list)
	})
}

// stmt rewrites a statement in place.
func (r *rewriter) stmt(s ast.Statement) {
	withoutFiberBody(s)
	switch s := s.(type) {
	case *ast.BlockStatement:
		if s != nil {
			r.block(s.List)
		}
	case *ast.ExpressionStatement:
		s.Expression = r.expr(s.Expression)
	case *ast.VariableStatement:
		r.bindings(s.List)
	case *ast.LexicalDeclaration:
		r.bindings(s.List)
	case *ast.FunctionDeclaration:
		r.function(s.Function)
	case *ast.ClassDeclaration:
		r.class(s.Class)
	case *ast.IfStatement:
		s.Test = r.expr(s.Test)
		r.stmt(s.Consequent)
		r.stmt(s.Alternate)
	case *ast.ReturnStatement:
		s.Argument = r.expr(s.Argument)
	case *ast.ThrowStatement:
		s.Argument = r.expr(s.Argument)
	case *ast.LabelledStatement:
		r.stmt(s.Statement)
	case *ast.WhileStatement:
		s.Test = r.expr(s.Test)
		r.stmt(s.Body)
	case *ast.DoWhileStatement:
		s.Test = r.expr(s.Test)
		r.stmt(s.Body)
	case *ast.SwitchStatement:
		s.Discriminant = r.expr(s.Discriminant)
		r.within(func(inner *scope) {
			for _, c := range s.Body {
				inner.lexical(c.Consequent)
			}
			for _, c := range s.Body {
				c.Test = r.expr(c.Test)
				r.stmts(c.Consequent)
			}
		})
	case *ast.TryStatement:
		r.stmt(s.Body)
		if s.Catch != nil {
			r.within(func(inner *scope) {
				inner.bind(s.Catch.Parameter)
				r.defaults(s.Catch.Parameter)
				r.stmt(s.Catch.Body)
			})
		}
		if s.Finally != nil {
			r.stmt(s.Finally)
		}
	case *ast.ForStatement:
		r.forStatement(s)
	case *ast.ForInStatement:
		r.forInto(&s.Into, s.Source, func(source ast.Expression) { s.Source = source }, s.Body)
	case *ast.ForOfStatement:
		r.forInto(&s.Into, s.Source, func(source ast.Expression) { s.Source = source }, s.Body)
	}
}

func (r *rewriter) forStatement(s *ast.ForStatement) {
	r.within(func(inner *scope) {
		switch init := s.Initializer.(type) {
		case *ast.ForLoopInitializerExpression:
			init.Expression = r.expr(init.Expression)
		case *ast.ForLoopInitializerVarDeclList:
			if !hasFiber(init.List) {
				r.bindings(init.List)
				break
			}
			s.Initializer = nil
			if values := assignments(init.List); len(values) > 0 {
				e := r.expr(&ast.SequenceExpression{Sequence: values})
				s.Initializer = &ast.ForLoopInitializerExpression{Expression: e}
			}
		case *ast.ForLoopInitializerLexicalDecl:
			for _, b := range init.LexicalDeclaration.List {
				inner.bind(b.Target)
			}
			r.bindings(init.LexicalDeclaration.List)
		}
		s.Test = r.expr(s.Test)
		s.Update = r.expr(s.Update)
		r.stmt(s.Body)
	})
}

// forInto rewrites the common parts of for-in and for-of.
func (r *rewriter) forInto(into *ast.ForInto, source ast.Expression, set func(ast.Expression), body ast.Statement) {
	set(r.expr(source))
	r.within(func(inner *scope) {
		switch t := (*into).(type) {
		case *ast.ForIntoVar:
			if hasFiber([]*ast.Binding{t.Binding}) {
				*into = &ast.ForIntoExpression{Expression: r.expr(t.Binding.Target)}
				break
			}
			r.defaults(t.Binding.Target)
		case *ast.ForDeclaration:
			inner.bind(t.Target)
			r.defaults(t.Target)
		case *ast.ForIntoExpression:
			t.Expression = r.expr(t.Expression)
		}
		r.stmt(body)
	})
}
