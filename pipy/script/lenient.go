package script

import (
	"errors"
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

// Messages of the parser about what scripts may write all the same.
const (
	illegalReturn = "Illegal return statement"
	invalidTarget = "Invalid left-hand side in assignment"
)

// parseText parses a script. Beyond the standard a file may be one object
// literal, `return` at the top level ends the script, and an optional chain may
// be assigned to.
func parseText(name, text string) (*ast.Program, error) {
	if first := (&lexer{source: text}).next(); first.is("{") {
		if tree, err := parseWithin(name, "(", text, "\n)"); err == nil {
			return tree, nil
		}
	}
	for {
		tree, err := parser.ParseFile(nil, name, text, 0, parser.WithDisableSourceMaps)
		var list parser.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return tree, err
		}
		switch list[0].Message {
		case illegalReturn:
			tree, err = parseWithin(name, "(function(){", text, "\n})")
			if err == nil {
				f := tree.Body[0].(*ast.ExpressionStatement).Expression.(*ast.FunctionLiteral)
				tree.Body, tree.DeclarationList = f.Body.List, f.DeclarationList
				return tree, nil
			}
			if !errors.As(err, &list) || len(list) == 0 || list[0].Message != invalidTarget {
				return nil, err
			}
		case invalidTarget:
		default:
			return nil, err
		}
		plain, ok := plainTarget(name, text, list[0].Position)
		if !ok {
			return nil, err
		}
		text = plain
	}
}

// parseWithin parses a text between a prefix and a suffix; positions are those
// in the text.
func parseWithin(name, prefix, text, suffix string) (*ast.Program, error) {
	tree, err := parser.ParseFile(nil, name, prefix+text+suffix, 0, parser.WithDisableSourceMaps)
	var list parser.ErrorList
	if errors.As(err, &list) {
		for _, e := range list {
			if e.Position.Line == 1 {
				e.Position.Column = max(1, e.Position.Column-len(prefix))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	shift(reflect.ValueOf(tree.Body), -file.Idx(len(prefix)), map[any]bool{})
	tree.File = file.NewFile(name, text, 1)
	return tree, nil
}

var idxType = reflect.TypeFor[file.Idx]()

// shift moves the positions of all nodes.
func shift(v reflect.Value, by file.Idx, seen map[any]bool) {
	switch v.Kind() {
	case reflect.Interface:
		shift(v.Elem(), by, seen)
	case reflect.Pointer:
		if v.IsNil() || seen[v.Interface()] {
			return
		}
		seen[v.Interface()] = true
		shift(v.Elem(), by, seen)
	case reflect.Slice:
		for i := range v.Len() {
			shift(v.Index(i), by, seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				shift(f, by, seen)
			}
		}
	case reflect.Int:
		if v.Type() == idxType && v.CanSet() && v.Int() > 0 {
			v.SetInt(max(1, v.Int()+int64(by)))
		}
	}
}

// plainTarget makes the optional chain that is assigned to at a place a chain
// without `?`, of the same length. It tells whether there is one.
func plainTarget(name, text string, at file.Position) (plain string, ok bool) {
	places := file.NewFile(name, text, 1)
	l := &lexer{source: text}
	t := l.next()
	for t.kind != endToken && places.Position(t.at) != at {
		t = l.next()
	}
	depth := l.depth()
	out := []byte(text)
	for {
		switch t = l.next(); {
		case t.kind == endToken:
			return string(out), ok
		case l.depth() != depth, t.member, t.is("."), t.is("]"), t.is(")"):
		case t.is("?."):
			ok = true
			out[t.at], out[t.at+1] = ' ', '.'
			if l.blanks(); l.byteAt(0) == '[' || l.byteAt(0) == '(' {
				out[t.at+1] = ' '
			}
		default:
			return string(out), ok
		}
	}
}
