package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// functionName is a name like `loop.Loop.Run` in a document.
var functionName = regexp.MustCompile("`([a-z0-9]+)((?:\\.[A-Za-z][A-Za-z0-9]*){1,2})`")

func TestArchitectureNamesFunctionsThatExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(treeRoot, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	declared := declarations(t)
	found := 0
	for _, m := range functionName.FindAllStringSubmatch(string(text), -1) {
		if _, ok := declared[m[1]]; !ok {
			continue // not a package: router.js, pipy.restart
		}
		found++
		if name := strings.TrimPrefix(m[2], "."); !declared[m[1]][name] {
			t.Errorf("docs/architecture.md: there is no %s in package %s", name, m[1])
		}
	}
	if found < 20 {
		t.Errorf("got %d names of functions, want them recognised", found)
	}
}

// declarations returns what each of our packages declares: "Func", "Type" and
// "Type.method", by the name of the package.
func declarations(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for _, f := range goFiles(t) {
		if f.isTest || !strings.HasPrefix(f.dir, "pipy/") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(treeRoot, f.path), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		name := path.Base(f.dir)
		if all[name] == nil {
			all[name] = map[string]bool{}
		}
		for _, d := range syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				all[name][receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						all[name][s.Name.Name] = true
					}
				}
			}
		}
	}
	return all
}

// receiver returns the type of a method with a dot, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	switch t := typ.(type) {
	case *ast.Ident:
		return t.Name + "."
	case *ast.IndexExpr:
		if id, ok := t.X.(*ast.Ident); ok {
			return id.Name + "."
		}
	}
	return ""
}
