package main

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"path"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// form is what differs between the two kinds of output.
type form interface {
	// href returns the address of what a link leads to, "" when it is left out.
	href(from *page, l *link) string
	// code writes a listing in a language, which may be "".
	code(w *bytes.Buffer, language, text string)
}

// render returns the HTML of a page.
func (s *site) render(p *page, f form) (string, error) {
	var b bytes.Buffer
	if p.ast == nil {
		fmt.Fprintf(&b, "<h1><code>%s</code></h1>\n", html.EscapeString(p.title))
		f.code(&b, languageOfFile(p.src), string(p.text))
		return b.String(), nil
	}
	nodes := &nodeRenderer{site: s, page: p, form: f}
	md := goldmark.New(
		goldmark.WithExtensions(extensions...),
		goldmark.WithRendererOptions(goldmarkhtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(nodes, 100))),
	)
	if err := md.Renderer().Render(&b, p.text, p.ast); err != nil {
		return "", err
	}
	return b.String(), nil
}

// nodeRenderer renders what is special: links, pictures, listings.
type nodeRenderer struct {
	site *site
	page *page
	form form
}

func (r *nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindFencedCodeBlock, r.listing)
	reg.Register(ast.KindCodeBlock, r.listing)
}

func (r *nodeRenderer) link(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	destination := string(n.(*ast.Link).Destination)
	if value, ok := n.Attribute(attribute); ok {
		destination = r.form.href(r.page, value.(*link))
	}
	switch {
	case destination == "":
	case entering:
		fmt.Fprintf(w, `<a href="%s">`, html.EscapeString(destination))
	default:
		fmt.Fprint(w, "</a>")
	}
	return ast.WalkContinue, nil
}

// image puts drawings into the page, where they have its colors.
func (r *nodeRenderer) image(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	value, ok := n.Attribute(attribute)
	if !entering || !ok {
		return ast.WalkSkipChildren, nil
	}
	l := value.(*link)
	alt := html.EscapeString(plain(n, source))
	if path.Ext(l.file) != ".svg" {
		if file := r.form.href(r.page, l); file != "" { // the console has no photographs of itself
			fmt.Fprintf(w, `<img src="%s" alt="%s">`, html.EscapeString(file), alt)
		}
		return ast.WalkSkipChildren, nil
	}
	drawing, err := fs.ReadFile(r.site.files, l.file)
	if err != nil {
		return ast.WalkStop, err
	}
	fmt.Fprintf(w, `<span class="figure" role="img" aria-label="%s">%s</span>`, alt, inline(string(drawing)))
	return ast.WalkSkipChildren, nil
}

func (r *nodeRenderer) listing(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := ""
	if f, ok := n.(*ast.FencedCodeBlock); ok {
		language = string(f.Language(source))
	}
	if language == "mermaid" {
		drawing, err := diagram(string(n.Lines().Value(source)))
		if err != nil {
			return ast.WalkStop, fmt.Errorf("%s: diagram: %w", r.page.src, err)
		}
		_, err = fmt.Fprintf(w, "<div class=\"figure\">%s</div>\n", inline(drawing))
		return ast.WalkSkipChildren, err
	}
	var b bytes.Buffer
	r.form.code(&b, language, string(n.Lines().Value(source)))
	_, err := w.Write(b.Bytes())
	return ast.WalkSkipChildren, err
}

// languageOfFile tells the language of a file by its name.
func languageOfFile(name string) string {
	if l := lexers.Match(path.Base(name)); l != nil && path.Ext(name) != ".txtar" {
		return strings.ToLower(l.Config().Name)
	}
	return ""
}

// colors writes a listing whose words have classes for their color.
func colors(w *bytes.Buffer, language, text string) {
	lexer := lexers.Get(language)
	if language == "console" || lexer == nil {
		plainCode(w, language, text)
		return
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, text)
	if err != nil {
		plainCode(w, language, text)
		return
	}
	if err := chromahtml.New(chromahtml.WithClasses(true)).Format(w, styles.Fallback, tokens); err != nil {
		panic(err) // a buffer takes everything
	}
}

// plainCode writes a listing as it is. In a console what was typed stands out.
func plainCode(w *bytes.Buffer, language, text string) {
	class := ""
	if language != "" {
		class = fmt.Sprintf(` class="language-%s"`, html.EscapeString(language))
	}
	fmt.Fprintf(w, "<pre><code%s>", class)
	for line := range strings.Lines(text) {
		escaped := html.EscapeString(line)
		if language == "console" && strings.HasPrefix(line, "$ ") {
			escaped = "<b>" + strings.TrimSuffix(escaped, "\n") + "</b>\n"
		}
		w.WriteString(escaped)
	}
	w.WriteString("</code></pre>\n")
}
