package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// Building a program takes longer than playing the scripts against it. So all
// faults go into one program, which does the wrong that its environment says:
// each function with faults is there once as it is and once for each of them,
// under other names, and what bears its name calls one of these.

// mutantEnv is the variable that names the fault, by its place in the table
// and from 1 on.
const mutantEnv = "PIPY_MUTANT"

// chooser is the file that each package with faults gets.
const chooser = `package %s

import (
	"os"
	"strconv"
)

var seededMutant, _ = strconv.Atoi(os.Getenv("` + mutantEnv + `"))
`

// seeded is a fault with its number.
type seeded struct {
	fault
	number int
}

// woven is the source of one file with faults in it.
type woven struct {
	text string
	pkg  string
	left []seeded // that stand outside of functions, or in ones that have no second name
}

// weave puts the faults of one file into its text.
func weave(path, text string, faults []seeded) (*woven, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return set.Position(p).Offset }
	w := &woven{pkg: file.Name.Name}
	groups := map[*ast.FuncDecl][]seeded{}
	for _, f := range faults {
		if _, err := f.seed(text); err != nil {
			return nil, err
		}
		start := strings.Index(text, f.old)
		i := slices.IndexFunc(file.Decls, func(d ast.Decl) bool {
			return at(d.Pos()) <= start && start+len(f.old) <= at(d.End())+1
		})
		d, ok := ast.Decl(nil), false
		if i >= 0 {
			d = file.Decls[i]
		}
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name == "init" || fn.Type.TypeParams != nil || generic(fn) {
			w.left = append(w.left, f)
			continue
		}
		groups[fn] = append(groups[fn], f)
	}
	w.text = text
	for _, d := range slices.Backward(file.Decls) { // from the end, so that offsets stay
		fn, ok := d.(*ast.FuncDecl)
		if !ok || groups[fn] == nil {
			continue
		}
		start, end := at(fn.Pos()), min(at(fn.End())+1, len(text))
		name := at(fn.Name.Pos()) - start
		var b strings.Builder
		b.WriteString(dispatcher(fn, func(n ast.Node) string { return text[at(n.Pos()):at(n.End())] }, groups[fn]))
		b.WriteString(renamed(text[start:end], name, fn.Name.Name, 0))
		for _, f := range groups[fn] {
			changed, err := f.seed(text[start:end])
			if err != nil {
				return nil, err
			}
			b.WriteString(renamed(changed, name, fn.Name.Name, f.number))
		}
		w.text = w.text[:start] + b.String() + w.text[end:]
	}
	return w, nil
}

// generic tells whether a method belongs to a type with parameters.
func generic(fn *ast.FuncDecl) bool {
	if fn.Recv == nil {
		return false
	}
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	_, plain := typ.(*ast.Ident)
	return !plain
}

func mutantName(name string, number int) string { return fmt.Sprintf("%sMutant%d", name, number) }

// renamed gives a function another name; at is where its name stands.
func renamed(text string, at int, name string, number int) string {
	return text[:at] + mutantName(name, number) + text[at+len(name):] + "\n"
}

// dispatcher writes the function that bears the name.
func dispatcher(fn *ast.FuncDecl, source func(ast.Node) string, faults []seeded) string {
	var params, args []string
	for _, field := range fn.Type.Params.List {
		for range max(1, len(field.Names)) {
			arg := fmt.Sprintf("p%d", len(params))
			params = append(params, arg+" "+source(field.Type))
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				arg += "..."
			}
			args = append(args, arg)
		}
	}
	receiver, prefix := "", ""
	if fn.Recv != nil {
		receiver, prefix = "(recv "+source(fn.Recv.List[0].Type)+") ", "recv."
	}
	results, call := "", "%s%s(%s); return"
	if fn.Type.Results != nil {
		results, call = source(fn.Type.Results), "return %s%s(%s)"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "func %s%s(%s) %s {\n\tswitch seededMutant {\n", receiver, fn.Name.Name, strings.Join(params, ", "), results)
	for _, f := range faults {
		fmt.Fprintf(&b, "\tcase %d:\n\t\t"+call+"\n", f.number, prefix, mutantName(fn.Name.Name, f.number), strings.Join(args, ", "))
	}
	fmt.Fprintf(&b, "\t}\n\t"+call+"\n}\n\n", prefix, mutantName(fn.Name.Name, 0), strings.Join(args, ", "))
	return b.String()
}

// overlayOf writes the sources of the program with all faults that fit into
// one, and what tells the compiler to take them; left are the other faults.
func (l *lab) overlayOf(list []seeded) (replace map[string]string, left []seeded, err error) {
	byFile := map[string][]seeded{}
	for _, f := range list {
		byFile[f.path()] = append(byFile[f.path()], f)
	}
	replace = map[string]string{}
	for file, faults := range byFile {
		path := filepath.Join(l.root, file)
		text, err := readText(path)
		if err != nil {
			return nil, nil, err
		}
		w, err := weave(path, text, faults)
		if err != nil {
			return nil, nil, err
		}
		left = append(left, w.left...)
		if len(w.left) == len(faults) {
			continue
		}
		if replace[path], err = l.write(w.text); err != nil {
			return nil, nil, err
		}
		extra := filepath.Join(filepath.Dir(path), "seededmutant.go")
		if replace[extra], err = l.write(fmt.Sprintf(chooser, w.pkg)); err != nil {
			return nil, nil, err
		}
	}
	return replace, left, nil
}
