package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/styles"
)

//go:embed assets
var assets embed.FS

var pageTemplate = template.Must(template.ParseFS(assets, "assets/page.html"))

// website is the form for browsers that open files or ask a server.
type website struct{}

func (website) href(from *page, l *link) string {
	to := "source/" + l.file
	if l.page != nil {
		to = l.page.out
	}
	address := relative(from.out, to)
	if l.page == from && l.fragment != "" {
		address = ""
	}
	if l.fragment != "" {
		address += "#" + l.fragment
	}
	return address
}

func (website) code(w *bytes.Buffer, language, text string) { colors(w, language, text) }

// relative returns the address of one file of the site as seen from another.
func relative(from, to string) string {
	rel, err := filepath.Rel(filepath.FromSlash(path.Dir(from)), filepath.FromSlash(to))
	if err != nil {
		return to // both are relative: cannot be
	}
	return filepath.ToSlash(rel)
}

// group is a part of the table of contents, as a page shows it.
type group struct {
	Title string
	Open  bool
	Pages []item
}

// item is one entry of the table of contents.
type item struct {
	Title, Href string
	Here        bool
}

// translation is the same page in another language.
type translation struct{ Name, Href string }

var languageNames = map[string]string{"en": "English", "zh": "中文", "ja": "日本語"}

// writeSite writes the pages into a folder.
func (s *site) writeSite(dir, version string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	all := append([]*page{}, s.pages...)
	for _, name := range sortedKeys(s.extras) {
		all = append(all, s.extras[name])
	}
	for _, p := range all {
		body, err := s.render(p, website{})
		if err != nil {
			return err
		}
		var b bytes.Buffer
		err = pageTemplate.Execute(&b, map[string]any{
			"Title": p.title, "Lang": p.lang, "Version": version, "Root": strings.Repeat("../", strings.Count(p.out, "/")),
			"Body":   template.HTML(body), // made by us from our pages
			"Groups": s.contentsFor(p), "Heads": headsOf(p), "Translations": s.translations(p),
		})
		if err != nil {
			return err
		}
		if err := writeFile(dir, p.out, b.Bytes()); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(s.copies) {
		body, err := fs.ReadFile(s.files, name)
		if err != nil {
			return err
		}
		if err := writeFile(dir, "source/"+name, body); err != nil {
			return err
		}
	}
	return s.writeAssets(dir)
}

// contentsFor returns the table of contents as one page shows it.
func (s *site) contentsFor(p *page) []group {
	var groups []group
	for _, other := range s.pages {
		if other.group == "" || other.lang != p.lang && s.translationOf(other, p.lang) != nil || other.lang != "en" && other.lang != p.lang {
			continue
		}
		if len(groups) == 0 || groups[len(groups)-1].Title != other.group {
			groups = append(groups, group{Title: other.group})
		}
		g := &groups[len(groups)-1]
		g.Open = g.Open || other.group == p.group
		g.Pages = append(g.Pages, item{other.title, relative(p.out, other.out), other == p})
	}
	return groups
}

// translationOf returns a page in another language, nil if there is none.
func (s *site) translationOf(p *page, lang string) *page {
	name := strings.TrimSuffix(languageSuffix.ReplaceAllString(p.src, ".md"), ".md")
	if lang == "en" {
		return s.bySrc[name+".md"]
	}
	if other := s.bySrc[name+"."+lang+".md"]; other != nil {
		return other
	}
	return s.bySrc[name+"_"+lang+".md"]
}

func (s *site) translations(p *page) []translation {
	var list []translation
	for _, lang := range sortedKeys(languageNames) {
		if other := s.translationOf(p, lang); other != nil && other != p {
			list = append(list, translation{languageNames[lang], relative(p.out, other.out)})
		}
	}
	return list
}

// headsOf returns the headings that are worth a table.
func headsOf(p *page) []heading {
	var list []heading
	for _, h := range p.heads {
		if h.Level == 2 {
			list = append(list, h)
		}
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

// writeAssets writes what all pages share: styles, and the list for searching.
func (s *site) writeAssets(dir string) error {
	var css bytes.Buffer
	base, err := fs.ReadFile(assets, "assets/style.css")
	if err != nil {
		return err
	}
	css.Write(base)
	formatter := chromahtml.New(chromahtml.WithClasses(true))
	if err := formatter.WriteCSS(&css, styles.Get("github")); err != nil {
		return err
	}
	css.WriteString("@media (prefers-color-scheme: dark) {\n")
	if err := formatter.WriteCSS(&css, styles.Get("github-dark")); err != nil {
		return err
	}
	css.WriteString("}\n.bg, .chroma { background: none !important }\n")
	if err := writeFile(dir, "style.css", css.Bytes()); err != nil {
		return err
	}
	// A script rather than JSON: pages that are opened from a disk may load it.
	type entry struct {
		Path    string   `json:"p"`
		Title   string   `json:"t"`
		Group   string   `json:"g"`
		Summary string   `json:"s"`
		Heads   []string `json:"h,omitempty"`
	}
	var list []entry
	for _, p := range s.pages {
		e := entry{Path: p.out, Title: p.title, Group: p.group, Summary: p.summary}
		for _, h := range p.heads {
			e.Heads = append(e.Heads, h.Text)
		}
		list = append(list, e)
	}
	index, err := json.Marshal(list)
	if err != nil {
		return err
	}
	script, err := fs.ReadFile(assets, "assets/search.js")
	if err != nil {
		return err
	}
	return writeFile(dir, "search.js", append(append([]byte("const pages = "), index...), append([]byte(";\n"), script...)...))
}

// writeFile writes a file below a folder.
func writeFile(dir, name string, body []byte) error {
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, body, 0o644)
}
