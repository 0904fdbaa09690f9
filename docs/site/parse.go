package main

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// markdown reads what the repository's own pages are written in.
var markdown = goldmark.New(
	goldmark.WithExtensions(extensions...),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
)

// extensions are what the pages use beside plain Markdown.
var extensions = []goldmark.Extender{extension.Table, extension.Strikethrough}

// parse reads the text of a page.
func (p *page) parse() {
	p.ids = map[string]bool{}
	p.ast = markdown.Parser().Parse(text.NewReader(p.text), parser.WithContext(parser.NewContext(parser.WithIDs(headingIDs{p.ids}))))
	first := true
	_ = ast.Walk(p.ast, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
		switch n := n.(type) {
		case *ast.Heading:
			if !entering {
				break
			}
			h := heading{Text: plain(n, p.text), Level: n.Level}
			if id, ok := n.AttributeString("id"); ok {
				h.ID = string(id.([]byte))
			}
			if n.Level == 1 && p.title == "" {
				p.title = h.Text
				break
			}
			p.heads = append(p.heads, h)
		case *ast.Paragraph:
			if entering && first && p.title != "" {
				p.summary, first = plain(n, p.text), false
			}
		}
		return ast.WalkContinue, nil
	})
}

// plain returns the text of a node without its form.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// headingIDs names headings as the hosts of repositories do, so that a link to a
// heading works in both places.
type headingIDs struct{ used map[string]bool }

func (h headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(string(value))) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	id := b.String()
	for n := 1; h.used[id]; n++ {
		id = b.String() + "-" + strconv.Itoa(n)
	}
	h.used[id] = true
	return []byte(id)
}

func (h headingIDs) Put(value []byte) { h.used[string(value)] = true }
