package script

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"
)

// scope is the names that a function or a block declares.
type scope struct {
	outer *scope
	names map[unistring.String]bool
}

func (s *scope) declare(name unistring.String) {
	if s.names == nil {
		s.names = map[unistring.String]bool{}
	}
	s.names[name] = true
}

func (s *scope) has(name unistring.String) bool {
	for ; s != nil; s = s.outer {
		if s.names[name] {
			return true
		}
	}
	return false
}

// bind declares the names of a binding target.
func (s *scope) bind(target ast.Expression) {
	switch t := target.(type) {
	case *ast.Identifier:
		if t != nil {
			s.declare(t.Name)
		}
	case *ast.Binding:
		s.bind(t.Target)
	case *ast.AssignExpression: // a target with a default
		s.bind(t.Left)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			s.bind(e)
		}
		s.bind(t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				s.declare(p.Name.Name)
			case *ast.PropertyKeyed:
				s.bind(p.Value)
			}
		}
		s.bind(t.Rest)
	case *ast.SpreadElement:
		s.bind(t.Expression)
	}
}

// hoist declares what var statements anywhere in a function declare.
func (s *scope) hoist(list []*ast.VariableDeclaration) {
	for _, d := range list {
		for _, b := range d.List {
			s.bind(b.Target)
		}
	}
}

// lexical declares what the statements of a block declare for the block.
func (s *scope) lexical(list []ast.Statement) {
	for _, stmt := range list {
		switch stmt := stmt.(type) {
		case *ast.LexicalDeclaration:
			for _, b := range stmt.List {
				s.bind(b.Target)
			}
		case *ast.FunctionDeclaration:
			s.declare(stmt.Function.Name.Name)
		case *ast.ClassDeclaration:
			s.declare(stmt.Class.Name.Name)
		}
	}
}
