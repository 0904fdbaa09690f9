package script

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a token is.
type tokenKind byte

const (
	endToken    tokenKind = iota
	nameToken             // an identifier or a keyword
	stringToken           // with its quotes
	markToken             // an operator or a bracket
	otherToken            // a number, a regular expression, a part of a template
)

// A lexToken is a piece of a script's text.
type lexToken struct {
	kind    tokenKind
	text    string
	at, end int  // byte offsets
	newLine bool // there is a line end between it and the token before
	member  bool // a name behind a dot
}

// is tells whether the token is this keyword or mark.
func (t lexToken) is(text string) bool {
	return t.text == text && (t.kind == markToken || t.kind == nameToken && !t.member)
}

// bracket is what an open bracket encloses.
type bracket byte

const (
	blockBracket    bracket = iota // statements, behind which a statement begins
	valueBracket                   // an object, or the body of a function that is a value
	parenBracket                   // ( of an expression
	controlBracket                 // ( behind if, for, while, with
	squareBracket                  // [
	templateBracket                // ${
)

// A pendingBody is a function or a class whose body has not begun.
type pendingBody struct {
	depth int // of the brackets around it
	kind  bracket
}

// A lexer cuts a script into tokens. It does not know the grammar, only enough to
// tell whether a slash divides or begins a regular expression, where the parts
// of a template end, and which brackets are open. What is not a script gives some
// tokens or other: it is the parser that complains.
type lexer struct {
	source   string
	pos      int
	prev     lexToken
	value    bool // the last token ended a value: a slash divides
	brackets []bracket
	bodies   []pendingBody
}

// depth is how many brackets are open.
func (l *lexer) depth() int { return len(l.brackets) }

// top is the innermost bracket that is open.
func (l *lexer) top() bracket {
	if len(l.brackets) == 0 {
		return blockBracket
	}
	return l.brackets[len(l.brackets)-1]
}

// next returns the next token; after the last one always an endToken.
func (l *lexer) next() lexToken {
	t := lexToken{newLine: l.blanks(), kind: markToken}
	t.at = l.pos
	switch c := l.byteAt(0); {
	case l.pos >= len(l.source):
		t.kind = endToken
	case c == '"' || c == '\'':
		t.kind, l.value = stringToken, true
		l.quoted(c)
	case c == '`':
		t.kind = otherToken
		l.template()
	case c == '}' && l.top() == templateBracket && l.depth() > 0:
		t.kind = otherToken
		l.brackets = l.brackets[:l.depth()-1]
		l.template()
	case isDigit(c) || c == '.' && isDigit(l.byteAt(1)):
		t.kind, l.value = otherToken, true
		l.number()
	case c == '/' && !l.value && l.regexp():
		t.kind, l.value = otherToken, true
	case isWord(c):
		t.kind = nameToken
		t.member = l.prev.kind == markToken && (l.prev.text == "." || l.prev.text == "?.")
		l.word()
	default:
		l.mark()
	}
	t.text, t.end = l.source[t.at:l.pos], l.pos
	switch t.kind {
	case nameToken:
		l.value = l.afterWord(t)
	case markToken:
		l.value = l.afterMark(t)
	}
	l.prev = t
	return t
}

// beforeValue are the keywords behind which a value begins.
var beforeValue = map[string]bool{
	"await": true, "case": true, "default": true, "delete": true, "do": true, "else": true, "extends": true,
	"in": true, "instanceof": true, "new": true, "of": true, "return": true, "throw": true, "typeof": true,
	"void": true, "yield": true,
}

// afterWord returns whether a name ends a value.
func (l *lexer) afterWord(t lexToken) bool {
	if t.member {
		return true
	}
	if t.text == "function" || t.text == "class" {
		kind := valueBracket
		if l.statement(t) {
			kind = blockBracket
		}
		l.bodies = append(l.bodies, pendingBody{l.depth(), kind})
	}
	return !beforeValue[t.text]
}

// statement tells whether `function` or `class` begins a statement.
func (l *lexer) statement(t lexToken) bool {
	switch p := l.prev; {
	case p.kind == endToken, p.is("async"), p.is("export"), p.is("default"), p.is("else"), p.is("do"):
		return true
	case p.is(";"), p.is("{"), p.is(":"):
		return l.top() == blockBracket
	case p.is("}"), p.is(")"):
		return !l.value || t.newLine
	}
	return l.value // a value behind a value: it is on a new line
}

// afterMark handles brackets, and returns whether a mark ends a value.
func (l *lexer) afterMark(t lexToken) bool {
	switch t.text {
	case "(":
		kind := parenBracket
		if p := l.prev; p.is("if") || p.is("for") || p.is("while") || p.is("with") {
			kind = controlBracket
		}
		l.brackets = append(l.brackets, kind)
	case "[":
		l.brackets = append(l.brackets, squareBracket)
	case "{":
		l.brackets = append(l.brackets, l.brace(t))
	case ")", "]", "}":
		kind := l.top()
		l.brackets = l.brackets[:max(0, l.depth()-1)]
		l.forget(l.depth() + 1)
		return kind != blockBracket && kind != controlBracket
	case ",", ";", ":", "=":
		l.forget(l.depth()) // it was the name of a member: `{ class: 1 }`
	case "++", "--":
		return l.value
	}
	return false
}

// forget drops the bodies that do not come any more.
func (l *lexer) forget(depth int) {
	for n := len(l.bodies); n > 0 && l.bodies[n-1].depth >= depth; n-- {
		l.bodies = l.bodies[:n-1]
	}
}

// brace tells what a brace opens.
func (l *lexer) brace(t lexToken) bracket {
	if n := len(l.bodies); n > 0 && l.bodies[n-1].depth == l.depth() {
		kind := l.bodies[n-1].kind
		l.bodies = l.bodies[:n-1]
		return kind
	}
	switch p := l.prev; {
	case p.kind == endToken, p.is("=>"), p.is(")"), p.is("else"), p.is("do"):
		return blockBracket
	case p.is(";"), p.is("{"), p.is(":"):
		if l.top() == blockBracket {
			return blockBracket
		}
	case p.is("}"):
		return blockBracket
	case p.is("return"), p.is("yield"):
		if t.newLine {
			return blockBracket
		}
	case l.value: // `try {`, `label: {`, or a statement on a new line
		return blockBracket
	}
	return valueBracket
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord tells whether a byte may begin a name. Bytes of other characters than
// those of ASCII all do: blanks among them have been skipped.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c == '#' || c == '\\' || c >= utf8.RuneSelf
}

// byteAt returns a byte ahead, 0 beyond the end.
func (l *lexer) byteAt(i int) byte {
	if l.pos+i >= len(l.source) {
		return 0
	}
	return l.source[l.pos+i]
}

// blank returns the size of the white space at a position, 0 for none, and
// whether it ends a line.
func blank(s string) (size int, newLine bool) {
	switch {
	case s == "":
		return 0, false
	case s[0] == '\n' || s[0] == '\r':
		return 1, true
	case s[0] == ' ' || s[0] >= '\t' && s[0] <= '\f':
		return 1, false
	case s[0] < utf8.RuneSelf:
		return 0, false
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == '\u2028' || r == '\u2029':
		return n, true
	case r == '\ufeff' || unicode.Is(unicode.Zs, r):
		return n, false
	}
	return 0, false
}

// blanks skips white space and comments, and tells whether a line ended there.
func (l *lexer) blanks() (newLine bool) {
	for {
		rest := l.source[l.pos:]
		n, ends := blank(rest)
		switch {
		case n > 0:
			newLine = newLine || ends
		case strings.HasPrefix(rest, "//"):
			for n < len(rest) {
				size, ends := blank(rest[n:])
				if ends {
					break
				}
				n += max(1, size)
			}
		case strings.HasPrefix(rest, "/*"):
			n = len(rest)
			if i := strings.Index(rest[2:], "*/"); i >= 0 {
				n = i + 4
			}
			newLine = newLine || strings.ContainsAny(rest[:n], "\n\r\u2028\u2029")
		default:
			return newLine
		}
		l.pos += n
	}
}

// word skips a name.
func (l *lexer) word() {
	for l.pos < len(l.source) {
		c := l.source[l.pos]
		if n, _ := blank(l.source[l.pos:]); n > 0 || !isWord(c) && !isDigit(c) {
			return
		}
		l.pos++
		if c == '\\' && strings.HasPrefix(l.source[l.pos:], "u{") {
			l.pos += 2
			for isHex(l.byteAt(0)) {
				l.pos++
			}
			if l.byteAt(0) == '}' {
				l.pos++
			}
		}
	}
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// number skips a number; the sign of an exponent and what follows count as
// tokens of their own.
func (l *lexer) number() {
	dot := false
	for l.pos < len(l.source) {
		c := l.source[l.pos]
		if c == '.' && !dot {
			dot = true
		} else if !isDigit(c) && c|0x20 < 'a' || c|0x20 > 'z' && c != '_' {
			return
		}
		l.pos++
	}
}

// quoted skips a string, to the end of the line when nothing closes it.
func (l *lexer) quoted(quote byte) {
	for l.pos++; l.pos < len(l.source); l.pos++ {
		switch l.source[l.pos] {
		case quote:
			l.pos++
			return
		case '\n':
			return
		case '\\':
			if strings.HasPrefix(l.source[l.pos+1:], "\r\n") {
				l.pos++
			}
			l.pos++
		}
	}
	l.pos = len(l.source)
}

// template skips from ` or } to the end of the template or to its next ${.
func (l *lexer) template() {
	l.value = true
	for l.pos++; l.pos < len(l.source); l.pos++ {
		switch l.source[l.pos] {
		case '`':
			l.pos++
			return
		case '\\':
			l.pos++
		case '$':
			if l.byteAt(1) == '{' {
				l.pos += 2
				l.brackets = append(l.brackets, templateBracket)
				l.value = false
				return
			}
		}
	}
	l.pos = len(l.source)
}

// regexp skips a regular expression, if there is one.
func (l *lexer) regexp() bool {
	class := false
	for i := l.pos + 1; i < len(l.source); i++ {
		switch c := l.source[i]; {
		case c == '\n' || c == '\r':
			return false
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			l.pos = i + 1
			if isWord(l.byteAt(0)) {
				l.word() // the flags
			}
			return true
		}
	}
	return false
}

// mark skips an operator. Those of several bytes that mean nothing to us are cut
// into single ones.
func (l *lexer) mark() {
	rest := l.source[l.pos:]
	for _, m := range [...]string{"...", "=>", "++", "--"} {
		if strings.HasPrefix(rest, m) {
			l.pos += len(m)
			return
		}
	}
	if strings.HasPrefix(rest, "?.") && !isDigit(l.byteAt(2)) {
		l.pos++
	}
	l.pos++
}
