package script

import (
	"fmt"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

// A moduleSyntax is what a script imports and exports, and its text without that.
// The engine knows neither: declarations are blanked, so that everything else
// keeps its place.
type moduleSyntax struct {
	text     string
	module   bool // it has declarations, or import.meta, so it is strict
	requests []request
	imports  []importedName
	exports  []exportedName
	byExport map[string]int // indices in exports
	// declared are the semicolons in front of exported declarations.
	declared map[file.Idx]bool
	// words are identifiers in the text that stand for something else.
	words map[file.Idx]string
}

// A request is a module that a script asks for.
type request struct {
	specifier string
	json      bool
	at        int // offset in the text, as below
}

// An importedName is a name that is bound to an export of another module.
type importedName struct {
	local   string
	request int    // which module
	name    string // what it is called there; wholeModule for all of it
	at      int
}

// An exportedName is a name under which others find something.
type exportedName struct {
	name    string // empty for all names of the other module
	at      int
	local   string // a name of this module
	request int    // the other module, -1 for this one
	origin  string // what it is called there; wholeModule for all of it
	stable  bool   // nothing assigns it after the module was evaluated
}

// wholeModule stands for a module itself in the place of a name.
const wholeModule = "*"

// Words of the rewritten text; they mean what they say at their places only.
const (
	importWord  = "Import" // as long as `import`
	defaultWord = "D"
)

// parseSource parses the text of a script. syntax is nil when it neither imports
// nor exports anything. An error is an *Error about the syntax.
func parseSource(name, source string) (tree *ast.Program, syntax *moduleSyntax, err error) {
	text := source
	if mayBeModule(source) {
		if syntax, err = findModuleSyntax(name, source); err != nil {
			return nil, nil, err
		}
		if syntax != nil {
			text = syntax.text
		}
	}
	if tree, err = parseText(name, text); err != nil {
		return nil, nil, explained(syntaxError(name, err), source)
	}
	return tree, syntax, nil
}

// mayBeModule spares scripts without these words the search for declarations.
func mayBeModule(source string) bool {
	return strings.Contains(source, "import") || strings.Contains(source, "export")
}

// findModuleSyntax finds the import and export declarations of a script, and
// import() and import.meta. It returns nil when there are none.
func findModuleSyntax(name, source string) (s *moduleSyntax, err error) {
	p := &moduleParser{name: name, l: lexer{source: source}, asked: map[request]int{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			s, err = nil, r
		default:
			panic(r)
		}
	}()
	p.advance()
	for p.t.kind != endToken {
		p.token()
	}
	if p.out == nil {
		return nil, nil
	}
	p.s.text = string(p.out)
	return &p.s, nil
}

// A moduleParser reads the declarations of one script.
type moduleParser struct {
	name string
	l    lexer
	t    lexToken // the current token
	s    moduleSyntax
	out  []byte // the new text; nil while it is the old one
	// calls are the `import (` whose closing bracket has not come.
	calls []importCall
	asked map[request]int // indices in requests; of no place
}

type importCall struct{ at, depth int }

func (p *moduleParser) advance() { p.t = p.l.next() }

// fail ends the search with an error at an offset.
func (p *moduleParser) fail(at int, format string, args ...any) {
	panic(&Error{Kind: "Syntax error", Message: fmt.Sprintf(format, args...), Pos: positionIn(p.name, p.l.source, at)})
}

// addExport adds an exported name. It returns another one of the same name, if
// there is one, instead.
func (s *moduleSyntax) addExport(e exportedName) (other *exportedName) {
	if i, twice := s.byExport[e.name]; twice {
		return &s.exports[i]
	}
	if s.byExport == nil {
		s.byExport = map[string]int{}
	}
	if e.name != "" {
		s.byExport[e.name] = len(s.exports)
	}
	s.exports = append(s.exports, e)
	return nil
}

// positionIn is the place of an offset in a text.
func positionIn(name, source string, at int) Position {
	return place(file.NewFile(name, source, 1).Position(at))
}

// token handles what begins with the current token.
func (p *moduleParser) token() {
	t := p.t
	top := p.l.depth() == 0
	switch {
	case t.is("import"):
		p.advance()
		switch {
		case p.t.is("("):
			p.calls = append(p.calls, importCall{t.at, p.l.depth() - 1})
		case p.t.is("."):
			p.advance()
			if p.t.text == "meta" {
				p.s.module = true
				p.word(t.at, importWord, metaName)
			}
		case top:
			p.s.module = true
			p.importDeclaration(t.at)
		}
		return
	case t.is("export") && top:
		p.s.module = true
		p.advance()
		p.exportDeclaration(t.at)
		return
	case t.is(")") && len(p.calls) > 0 && p.calls[len(p.calls)-1].depth >= p.l.depth():
		call := p.calls[len(p.calls)-1]
		p.calls = p.calls[:len(p.calls)-1]
		if p.advance(); !p.t.is("{") || p.t.newLine { // else it is a method of that name
			p.word(call.at, importWord, dynamicName)
		}
		return
	}
	p.advance()
}

// write puts text in the place of other text.
func (p *moduleParser) write(at int, text string) {
	if p.out == nil {
		p.out = []byte(p.l.source)
	}
	copy(p.out[at:], text)
}

// word puts an identifier that stands for another name into the text.
func (p *moduleParser) word(at int, spelling, meaning string) {
	p.write(at, spelling)
	if p.s.words == nil {
		p.s.words = map[file.Idx]string{}
	}
	p.s.words[file.Idx(at+1)] = meaning
}

// erase blanks a part of the text, and keeps the ends of its lines.
func (p *moduleParser) erase(from, to int) {
	p.write(0, "")
	for i := from; i < to; {
		if n, newLine := blank(p.l.source[i:]); newLine {
			i += n
			continue
		}
		p.out[i] = ' '
		i++
	}
}

// blankOut replaces a declaration by an empty statement.
func (p *moduleParser) blankOut(from, to int) {
	p.erase(from, to)
	p.write(from, ";")
}

// mark wants a mark or a keyword and steps over it.
func (p *moduleParser) mark(text string) {
	if !p.t.is(text) {
		p.unexpected("'" + text + "'")
	}
	p.advance()
}

// unexpected fails at the current token.
func (p *moduleParser) unexpected(want string) {
	got := "'" + p.t.text + "'"
	if p.t.kind == endToken {
		got = "the end of the file"
	}
	p.fail(p.t.at, "want %s, got %s", want, got)
}

// identifier reads a name.
func (p *moduleParser) identifier(want string) (name string, at int) {
	if p.t.kind != nameToken || strings.ContainsAny(p.t.text, "\\#") {
		p.unexpected(want)
	}
	name, at = p.t.text, p.t.at
	p.advance()
	return name, at
}

// exportName reads the name of an export: an identifier, a keyword or a string.
func (p *moduleParser) exportName() (name string, at int) {
	if p.t.kind == stringToken {
		name, at = p.value(), p.t.at
		p.advance()
		return name, at
	}
	return p.identifier("a name")
}

// value is the value of the current token, a string.
func (p *moduleParser) value() string {
	tree, err := parser.ParseFile(nil, p.name, "("+p.t.text+")", 0, parser.WithDisableSourceMaps)
	if err == nil && len(tree.Body) == 1 {
		if e, ok := tree.Body[0].(*ast.ExpressionStatement); ok {
			if s, ok := e.Expression.(*ast.StringLiteral); ok {
				return s.Value.String()
			}
		}
	}
	p.unexpected("a string")
	return ""
}

// from reads `'module' with { type: 'json' }` and returns the module's number and
// the end of the declaration.
func (p *moduleParser) from() (n, end int) {
	if p.t.kind != stringToken {
		p.unexpected("the path of a module")
	}
	r := request{specifier: p.value(), at: p.t.at}
	end = p.t.end
	p.step()
	if p.t.is("with") || p.t.is("assert") && !p.t.newLine {
		p.advance()
		end = p.attributes(&r)
	}
	p.endOfDeclaration()
	key := request{specifier: r.specifier, json: r.json}
	n, known := p.asked[key]
	if !known {
		n = len(p.s.requests)
		p.asked[key] = n
		p.s.requests = append(p.s.requests, r)
	}
	return n, end
}

// step goes to what may be the next statement.
func (p *moduleParser) step() {
	p.l.value, p.l.prev = false, lexToken{kind: markToken, text: ";"}
	p.advance()
}

// attributes reads `{ type: 'json' }`.
func (p *moduleParser) attributes(r *request) (end int) {
	p.mark("{")
	for !p.t.is("}") {
		key, at := p.exportName()
		p.mark(":")
		if p.t.kind != stringToken {
			p.unexpected("a string")
		}
		if value := p.value(); key != "type" || value != "json" {
			p.fail(at, "import attributes: want type: 'json', got %s: '%s'", key, value)
		}
		r.json = true
		if p.advance(); !p.t.is("}") {
			p.mark(",")
		}
	}
	end = p.t.end
	p.step()
	return end
}

// endOfDeclaration wants the statement to be over.
func (p *moduleParser) endOfDeclaration() {
	if p.t.kind != endToken && !p.t.newLine && !p.t.is(";") {
		p.unexpected("the end of the declaration")
	}
}
