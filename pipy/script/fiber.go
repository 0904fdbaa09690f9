package script

import (
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// isFiber tells whether `var` makes a name a context variable.
func isFiber(name unistring.String) bool { return len(name) > 1 && name[0] == '$' }

// hoist declares what var statements anywhere in a function declare, and returns
// the declarations that are left for the engine: names like $x are variables of
// the context. Those of a function have names of their own in the scope object.
func (r *rewriter) hoist(s *scope, list []*ast.VariableDeclaration) []*ast.VariableDeclaration {
	for _, d := range list {
		kept := d.List[:0:0]
		for _, b := range d.List {
			names := &scope{}
			names.bind(b.Target)
			if !r.declareFibers(s, names) {
				kept = append(kept, b)
			} else if _, single := b.Target.(*ast.Identifier); !single {
				for name := range names.names {
					kept = append(kept, &ast.Binding{Target: &ast.Identifier{Name: name, Idx: b.Idx0()}})
				}
			}
			for name := range names.names {
				s.declare(name)
			}
		}
		d.List = kept
	}
	return list
}

// declareFibers takes the context variables out of the names that a declaration
// has, and tells whether there were any.
func (r *rewriter) declareFibers(s, names *scope) (found bool) {
	for name := range names.names {
		if !isFiber(name) {
			continue
		}
		found = true
		delete(names.names, name)
		if _, twice := s.fibers[name]; twice {
			continue
		}
		slot := name
		if s.outer != nil {
			slot += unistring.String("#" + strconv.Itoa(len(r.fibers)))
		}
		if s.fibers == nil {
			s.fibers = map[unistring.String]unistring.String{}
		}
		s.fibers[name] = slot
		r.fibers = append(r.fibers, slot.String())
	}
	return found
}

// hasFiber tells whether a declaration by var has a context variable.
func hasFiber(list []*ast.Binding) bool {
	names := &scope{}
	for _, b := range list {
		names.bind(b.Target)
	}
	for name := range names.names {
		if isFiber(name) {
			return true
		}
	}
	return false
}

// assignments is what is left of declarations by var after hoisting.
func assignments(list []*ast.Binding) (values []ast.Expression) {
	for _, b := range list {
		if b.Initializer != nil {
			values = append(values, &ast.AssignExpression{Operator: token.ASSIGN, Left: b.Target, Right: b.Initializer})
		}
	}
	return values
}

// withoutFibers makes assignments of the var statements that declare context
// variables, in a list of statements.
func withoutFibers(list []ast.Statement) {
	for i, s := range list {
		list[i] = withoutFiber(s)
	}
}

// withoutFiber does that for one statement.
func withoutFiber(s ast.Statement) ast.Statement {
	v, ok := s.(*ast.VariableStatement)
	if !ok || !hasFiber(v.List) {
		return s
	}
	switch values := assignments(v.List); len(values) {
	case 0:
		return &ast.EmptyStatement{Semicolon: v.Var}
	case 1:
		return &ast.ExpressionStatement{Expression: values[0]}
	default:
		return &ast.ExpressionStatement{Expression: &ast.SequenceExpression{Sequence: values}}
	}
}

// withoutFiberBody does it for the statement that another one consists of.
func withoutFiberBody(s ast.Statement) {
	switch s := s.(type) {
	case *ast.IfStatement:
		s.Consequent = withoutFiber(s.Consequent)
		s.Alternate = withoutFiber(s.Alternate)
	case *ast.LabelledStatement:
		s.Statement = withoutFiber(s.Statement)
	case *ast.WhileStatement:
		s.Body = withoutFiber(s.Body)
	case *ast.DoWhileStatement:
		s.Body = withoutFiber(s.Body)
	case *ast.ForStatement:
		s.Body = withoutFiber(s.Body)
	case *ast.ForInStatement:
		s.Body = withoutFiber(s.Body)
	case *ast.ForOfStatement:
		s.Body = withoutFiber(s.Body)
	}
}
