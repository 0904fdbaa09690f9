package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/unistring"
)

// links is what a compiled script imports and exports. It is nil for a script
// that does neither; all methods take that for empty.
type links struct {
	moduleSyntax
	name, source string
	byName       map[unistring.String]importedName
}

// newLinks returns the links of a script.
func newLinks(name, source string, s *moduleSyntax) *links {
	if s == nil {
		return nil
	}
	l := &links{moduleSyntax: *s, name: name, source: source, byName: map[unistring.String]importedName{}}
	l.text = "" // which has been parsed
	return l
}

// isModule tells whether the script is a module: strict, and evaluated in two
// steps.
func (l *links) isModule() bool { return l != nil && l.module }

// fail is an error at an offset.
func (l *links) fail(at int, format string, args ...any) error {
	return &Error{Kind: "Syntax error", Message: fmt.Sprintf(format, args...), Pos: positionIn(l.name, l.source, at)}
}

// word returns what the identifier at a place stands for, if that is not itself.
func (l *links) word(at file.Idx) (unistring.String, bool) {
	if l == nil || len(l.words) == 0 {
		return "", false
	}
	word, ok := l.words[at]
	return unistring.NewFromString(word), ok
}

// imports tells whether a name is bound to another module.
func (l *links) imports(name unistring.String) bool {
	if l == nil {
		return false
	}
	_, ok := l.byName[name]
	return ok
}

// imported is the expression that an imported name stands for.
func (l *links) imported(name unistring.String, at file.Idx) ast.Expression {
	i := l.byName[name]
	whole := &ast.Identifier{Name: importParam(i.request), Idx: at}
	if i.name == wholeModule {
		return whole
	}
	return &ast.DotExpression{Left: whole, Identifier: ast.Identifier{Name: unistring.NewFromString(i.name), Idx: at}}
}

// importParam is the name of the object that has the exports of a module.
func importParam(request int) unistring.String {
	return unistring.String(importPrefix + strconv.Itoa(request))
}

// declare finds the names of exported declarations, and gives the default export
// its name.
func (l *links) declare(prg *ast.Program) error {
	if !l.isModule() {
		return nil
	}
	exported := -1 // where the word `export` before the statement is
	for _, stmt := range prg.Body {
		if e, ok := stmt.(*ast.EmptyStatement); ok {
			if exported = -1; l.declared[e.Semicolon] {
				exported = int(e.Semicolon) - 1
			}
			continue
		}
		l.rename(stmt)
		if exported >= 0 {
			if err := l.export(stmt, exported); err != nil {
				return err
			}
		}
		exported = -1
	}
	return nil
}

// rename gives a statement the name of the default export, if it is that.
func (l *links) rename(stmt ast.Statement) {
	var id *ast.Identifier
	switch stmt := stmt.(type) {
	case *ast.LexicalDeclaration:
		id, _ = stmt.List[0].Target.(*ast.Identifier)
	case *ast.FunctionDeclaration:
		id = stmt.Function.Name
	case *ast.ClassDeclaration:
		id = stmt.Class.Name
	}
	if id == nil {
		return
	}
	if word, ok := l.word(id.Idx); ok {
		id.Name = word
	}
}

// export exports the names that a statement declares.
func (l *links) export(stmt ast.Statement, at int) error {
	names := &scope{}
	if v, ok := stmt.(*ast.VariableStatement); ok {
		for _, b := range v.List {
			names.bind(b.Target)
		}
	} else {
		names.lexical([]ast.Statement{stmt})
	}
	var list []string
	for name := range names.names {
		list = append(list, name.String())
	}
	slices.Sort(list)
	for _, name := range list {
		if other := l.addExport(exportedName{name: name, at: at, local: name, request: -1}); other != nil {
			return l.fail(max(at, other.at), "export: the name '%s' is exported twice", name)
		}
	}
	return nil
}

// resolve finds out what the exported names are, among those that the module
// declares and imports.
func (l *links) resolve(prg *ast.Program, top *scope, fibers []string) error {
	if !l.isModule() {
		return nil
	}
	for _, i := range l.moduleSyntax.imports {
		name := unistring.NewFromString(i.local)
		if _, twice := l.byName[name]; twice || top.has(name) || slices.Contains(fibers, i.local) {
			return l.fail(i.at, "import: the name '%s' is declared twice", i.local)
		}
		l.byName[name] = i
	}
	assigned := assignedNames(prg)
	for n := range l.exports {
		e := &l.exports[n]
		if e.request >= 0 {
			continue
		}
		name := unistring.NewFromString(e.local)
		i, isImport := l.byName[name]
		switch {
		case isImport:
			e.request, e.origin, e.local = i.request, i.name, ""
		case top.has(name):
			e.stable = !assigned["eval"] && !assigned[name]
		case slices.Contains(fibers, e.local):
			return l.fail(e.at, "export: cannot export the context variable '%s': export a function that returns it", e.local)
		default:
			return l.fail(e.at, "export: '%s' is not declared in this file", e.local)
		}
	}
	return nil
}

// assignedNames returns the names that something assigns after their declaration,
// and "eval" when there might be others.
func assignedNames(prg *ast.Program) map[unistring.String]bool {
	names := map[unistring.String]bool{}
	all := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Identifier:
			names[n.Name] = true
		case *ast.PropertyShort:
			names[n.Name.Name] = true
		}
		return true
	}
	inspect(prg.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Identifier:
			if n.Name == "eval" {
				names["eval"] = true
			}
		case *ast.AssignExpression:
			inspect(n.Left, all)
		case *ast.UnaryExpression:
			if n.Operator.String() == "++" || n.Operator.String() == "--" {
				inspect(n.Operand, all)
			}
		case *ast.ForInStatement:
			inspect(n.Into, all)
		case *ast.ForOfStatement:
			inspect(n.Into, all)
		}
		return true
	})
	return names
}

// wrap completes the function that the script becomes: it has further parameters,
// and that of a module stops once, after it has told its exports and before its
// first statement. By then all functions exist, for modules that import each other.
func (l *links) wrap(f *ast.FunctionLiteral) {
	if l == nil {
		return
	}
	list := &f.ParameterList.List
	*list = append(*list, parameter(exportName), parameter(dynamicName), parameter(metaName))
	for n := range l.requests {
		*list = append(*list, parameter(importParam(n)))
	}
	if !l.module {
		return
	}
	var getters []ast.Expression
	for _, e := range l.exports {
		if e.request >= 0 {
			continue
		}
		at := file.Idx(e.at + 1)
		getters = append(getters, &ast.ArrowFunctionLiteral{
			Start:         at,
			ParameterList: &ast.ParameterList{Opening: at, Closing: at},
			Body:          &ast.ExpressionBody{Expression: &ast.Identifier{Name: unistring.NewFromString(e.local), Idx: at}},
		})
	}
	f.Generator = true
	f.Body.List = append([]ast.Statement{
		&ast.ExpressionStatement{Expression: call(exportName, 1, getters...)},
		&ast.ExpressionStatement{Expression: &ast.YieldExpression{Yield: 1}},
	}, f.Body.List...)
}

// assigned refuses to assign an imported name.
func (r *rewriter) assigned(target ast.Expression) {
	if id, ok := target.(*ast.Identifier); ok && r.err == nil && r.links.imports(id.Name) && !r.scope.has(id.Name) {
		r.err = r.links.fail(int(id.Idx)-1, "cannot assign to '%s': it is imported", id.Name)
	}
}

// listed puts names into a message.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return strings.Join(names, ", ")
}
