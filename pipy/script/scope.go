package script

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"
)

// scope is the names that a function or a block declares.
type scope struct {
	outer  *scope
	names  map[unistring.String]bool
	fibers map[unistring.String]unistring.String // variables of `var $name`, and their names in the scope object
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

// fiber returns what a context variable that was declared by `var $name` is called
// in the scope object.
func (s *scope) fiber(name unistring.String) (slot unistring.String, ok bool) {
	for ; s != nil && !s.names[name]; s = s.outer {
		if slot, ok = s.fibers[name]; ok {
			return slot, true
		}
	}
	return "", false
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
