package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// toldBy are the packages whose errors reach those who write scripts and those
// who start the program.
var toldBy = []string{"pipy/cli", "pipy/codebase", "pipy/spec", "pipy/script", "pipy/filters", "pipy/api", "pipy/algo"}

// unreachable are the messages that no script can see, with the reason.
var unreachable = map[string]string{
	"declared with a type that cannot be decoded": "a fault of ours, found by the test of the declarations",
	"not a document":                              "XML.parse answers null",
	"the key is not valid":                        "such a JWK is an object whose signatures do not verify",
	"want a body of less than 2 GB, got %d bytes": "takes 2 GB of memory",
	"the file is being changed":                   "depends on the moment",
	"cannot open a port here":                     "a program that is only verified runs nothing later",
	"cannot open directory: %s: want a folder":    "opening what is no folder says so first",

	"want an http or https URL, got %q":                   "the command line says so first",
	"PROXY protocol: the header is cut off":               causeOnly,
	"PROXY protocol: the header did not come in time":     causeOnly,
	"socks: the request did not come in time":             causeOnly,
	"the SOCKS proxy closes the connection":               causeOnly,
	"the request for a tunnel is answered with status %d": causeOnly,
	"the request for a tunnel is not answered":            causeOnly,
	"there is no whole response":                          causeOnly,
}

const causeOnly = "the cause of a StreamEnd, of which scripts see the name of the error"

func TestEveryErrorMessageIsInAScript(t *testing.T) {
	var lines []string
	for _, text := range testscripts(t) {
		for line := range strings.Lines(text) {
			lines = append(lines, plain(line))
		}
	}
	left := map[string]bool{}
	for message := range unreachable {
		left[message] = true
	}
	forms := errorForms(t)
	for form, where := range forms {
		re := messagePattern(form)
		found := re == nil || slices.ContainsFunc(lines, re.MatchString)
		if delete(left, form); found == (unreachable[form] != "") {
			t.Errorf("%s: %q: in a script: got %t; listed as unreachable: %t", where, form, found, unreachable[form] != "")
		}
	}
	for message := range left {
		t.Errorf("%q is listed as unreachable, and is no message", message)
	}
	if len(forms) < 150 {
		t.Errorf("got %d messages, want them found", len(forms))
	}
}

// plain takes the escapes of regular expressions and the doubled quotes of the
// commands out of a line of a script.
func plain(line string) string {
	return strings.ReplaceAll(escaped.ReplaceAllString(line, "$1"), "''", "'")
}

var (
	escaped = regexp.MustCompile(`\\([^\w\s])`)
	verb    = regexp.MustCompile(`%[-+# 0-9.*]*[a-zA-Z]`)
	letters = regexp.MustCompile(`[A-Za-z]{3}`)
)

// messagePattern matches the fixed parts of a message in their order; nil when
// there are none.
func messagePattern(form string) *regexp.Regexp {
	var parts []string
	for _, part := range verb.Split(form, -1) {
		if part = strings.Trim(part, " :;,"); letters.MatchString(part) {
			parts = append(parts, regexp.QuoteMeta(strings.ReplaceAll(part, "%%", "%")))
		}
	}
	if parts == nil {
		return nil
	}
	return regexp.MustCompile(strings.Join(parts, ".*"))
}

// errorForms returns the texts of all errors that are made in those packages,
// and where.
func errorForms(t *testing.T) map[string]string {
	forms := map[string]string{}
	for _, f := range goFiles(t) {
		if f.isTest || !slices.Contains(toldBy, f.dir) {
			continue
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, filepath.Join(treeRoot, f.path), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(syntax, func(n ast.Node) bool {
			if text, ok := messageOf(n); ok {
				forms[text] = f.path + ":" + strconv.Itoa(set.Position(n.Pos()).Line)
			}
			return true
		})
	}
	return forms
}

// messageOf returns the text of fmt.Errorf("..."), errors.New("...") and
// Mismatch{"..."}.
func messageOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) == 0 {
			return "", false
		}
		pkg, _ := f.X.(*ast.Ident)
		if pkg == nil || pkg.Name+"."+f.Sel.Name != "fmt.Errorf" && pkg.Name+"."+f.Sel.Name != "errors.New" {
			return "", false
		}
		return literal(n.Args[0])
	case *ast.CompositeLit:
		name := ""
		switch typ := n.Type.(type) {
		case *ast.Ident:
			name = typ.Name
		case *ast.SelectorExpr:
			name = typ.Sel.Name
		}
		if name != "Mismatch" || len(n.Elts) == 0 {
			return "", false
		}
		text, ok := literal(n.Elts[0])
		return "want " + text + ", got", ok
	}
	return "", false
}

func literal(x ast.Expr) (string, bool) {
	l, ok := x.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}
