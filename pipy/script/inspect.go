package script

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

var nodeType = reflect.TypeFor[ast.Node]()
var fileType = reflect.TypeFor[*file.File]()

// inspect calls f for every node of a syntax tree, parents before their children
// and in the order of the text; when f returns false, not for what is inside the
// node. The tree is a node or a slice of nodes.
func inspect(tree any, f func(n ast.Node) bool) {
	if tree != nil {
		inspectValue(reflect.ValueOf(tree), f)
	}
}

func inspectValue(v reflect.Value, f func(n ast.Node) bool) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			inspectValue(v.Elem(), f)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type() == fileType {
			return
		}
		if v.Type().Implements(nodeType) && !f(v.Interface().(ast.Node)) {
			return
		}
		inspectValue(v.Elem(), f)
	case reflect.Slice:
		for i := range v.Len() {
			inspectValue(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "DeclarationList" { // which repeats what is in the body
				inspectValue(v.Field(i), f)
			}
		}
	}
}
