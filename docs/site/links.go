package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// link is where a link leads, when that is a file of the tree.
type link struct {
	page     *page  // the page that shows it; nil for a file that is copied
	file     string // the file in the tree
	fragment string
}

// maxSource bounds a file that is shown as a page of its own, in bytes. Larger
// ones are copied.
const maxSource = 64 << 10

// attribute is the name under which a node keeps its link.
var attribute = []byte("data-target")

// resolve finds out where the links of a page lead, and makes the pages that are
// missing.
func (s *site) resolve(p *page) {
	if p.ast == nil {
		return
	}
	_ = ast.Walk(p.ast, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			if l := s.target(p, string(n.Destination)); l != nil {
				n.SetAttribute(attribute, l)
			}
		case *ast.Image:
			if l := s.target(p, string(n.Destination)); l != nil {
				n.SetAttribute(attribute, l)
			} else {
				s.breaks(p, string(n.Destination))
			}
		}
		return ast.WalkContinue, nil
	})
}

// target resolves one destination; nil when it is elsewhere, or broken.
func (s *site) target(p *page, destination string) *link {
	u, err := url.Parse(destination)
	switch {
	case err != nil:
		s.breaks(p, destination)
		return nil
	case u.IsAbs() || u.Host != "":
		return nil
	case u.Path == "":
		return &link{page: p, file: p.src, fragment: u.Fragment}
	}
	l := &link{file: path.Join(path.Dir(p.src), u.Path), fragment: u.Fragment}
	info, err := fs.Stat(s.files, l.file)
	switch {
	case err != nil:
		s.breaks(p, destination)
		return nil
	case info.IsDir():
		l.page = s.folder(l.file)
	case s.bySrc[l.file] != nil:
		l.page = s.bySrc[l.file]
	case isImage(l.file) || info.Size() > maxSource:
		s.copies[l.file] = true
	default:
		l.page = s.source(l.file)
	}
	return l
}

func isImage(name string) bool {
	switch path.Ext(name) {
	case ".svg", ".png":
		return true
	}
	return false
}

func (s *site) breaks(p *page, destination string) {
	s.broken = append(s.broken, fmt.Sprintf("  %s: %s", p.src, destination))
}

// folder returns the page of a folder: its README, or a list of what is in it.
func (s *site) folder(dir string) *page {
	if p := s.bySrc[path.Join(dir, "README.md")]; p != nil {
		return p
	}
	if p := s.extras[dir]; p != nil {
		return p
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", dir)
	entries, err := fs.ReadDir(s.files, dir)
	if err != nil {
		s.broken = append(s.broken, fmt.Sprintf("  %s: %v", dir, err))
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch p := s.bySrc[name]; {
		case p != nil:
			fmt.Fprintf(&b, "- [%s](%s)\n", p.title, e.Name())
		case s.bySrc[path.Join(name, "README.md")] != nil:
			fmt.Fprintf(&b, "- [%s](%s)\n", s.bySrc[path.Join(name, "README.md")].title, e.Name()+"/README.md")
		default:
			fmt.Fprintf(&b, "- `%s`\n", e.Name())
		}
	}
	// The name stands for a file in the folder, so that links in it resolve.
	p := &page{src: dir + "/.", out: path.Join(strings.TrimPrefix(dir, "docs/"), "index.html"), lang: "en", text: []byte(b.String())}
	p.parse()
	s.extras[dir] = p
	return p
}

// source returns the page that shows a file.
func (s *site) source(name string) *page {
	if p := s.extras[name]; p != nil {
		return p
	}
	body, err := fs.ReadFile(s.files, name)
	if err != nil {
		s.broken = append(s.broken, fmt.Sprintf("  %s: %v", name, err))
	}
	p := &page{src: name, out: "source/" + name + ".html", title: name, lang: "en", text: body}
	s.extras[name] = p
	return p
}

// checkFragments looks whether what stands behind # is there.
func (s *site) checkFragments() {
	all := append([]*page{}, s.pages...)
	for _, name := range sortedKeys(s.extras) {
		all = append(all, s.extras[name])
	}
	for _, p := range all {
		if p.ast == nil {
			continue
		}
		_ = ast.Walk(p.ast, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function below returns no error
			if value, ok := n.Attribute(attribute); ok && entering {
				l := value.(*link)
				if l.fragment != "" && l.page != nil && !l.page.ids[l.fragment] {
					s.breaks(p, l.file+"#"+l.fragment)
				}
			}
			return ast.WalkContinue, nil
		})
	}
}
