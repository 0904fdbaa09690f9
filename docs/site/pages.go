package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// page is one page of the documentation.
type page struct {
	src     string // the file in the tree
	out     string // the file in the site
	title   string
	group   string
	lang    string // "en", "zh", ...
	summary string // the beginning of its text
	heads   []heading
	text    []byte // Markdown
	ast     ast.Node
	ids     map[string]bool // fragments that a link may name
}

// heading is a title within a page.
type heading struct {
	ID    string
	Text  string
	Level int
}

// site is the whole documentation.
type site struct {
	files  fs.FS
	pages  []*page          // in the order of the table of contents
	bySrc  map[string]*page // by the file in the tree
	extras map[string]*page // pages that were made because something links to them: listings, sources
	copies map[string]bool  // files that are copied as they are
	broken []string         // links that lead nowhere
}

// The groups of the table of contents.
const (
	groupStart     = "Getting started"
	groupGuides    = "Guides"
	groupTutorials = "Tutorials"
	groupFilters   = "Filters"
	groupAPI       = "Classes and functions"
	groupInside    = "How it is built"
	groupDecisions = "Decisions"
)

// contents tells which files are pages, group by group. What a pattern matches
// comes in the order of names, unless it was named before.
var contents = []struct {
	group    string
	patterns []string
}{
	{"", []string{"docs/README.md"}},
	{groupStart, []string{"docs/guides/overview.md", "docs/guides/quick-start.md", "README.md"}},
	{groupGuides, []string{
		"docs/guides/concepts.md", "docs/guides/configuration.md", "docs/guides/command-line.md", "docs/guides/console.md",
		"docs/guides/operations.md", "docs/admin-api.md", "docs/guides/observability.md", "docs/guides/performance.md", "docs/guides/security.md",
		"docs/guides/migration.md", "docs/guides/contributing.md", "docs/guides/*.md",
	}},
	{groupTutorials, []string{"docs/guides/tutorials.md", "tutorial/README*.md", "tutorial/[0-9]*/README*.md", "tutorial/*/README*.md"}},
	{groupFilters, []string{"docs/reference/README.md", "docs/reference/filters/*.md"}},
	{groupAPI, []string{"docs/reference/api/*.md"}},
	{groupInside, []string{"docs/architecture.md", "docs/glossary.md", "docs/*.md", "benchmarks/README.md", "ci/README.md"}},
	{groupDecisions, []string{"docs/decisions/*.md"}},
}

// load reads all pages.
func load(root string) (*site, error) {
	s := &site{files: os.DirFS(root), bySrc: map[string]*page{}, extras: map[string]*page{}, copies: map[string]bool{}}
	for _, c := range contents {
		for _, pattern := range c.patterns {
			names, err := fs.Glob(s.files, pattern)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				if s.bySrc[name] != nil || pattern == "docs/guides/*.md" && path.Base(name) == "tutorials.md" {
					continue
				}
				if err := s.add(name, c.group); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, p := range s.pages {
		s.resolve(p)
	}
	// Pages that links have asked for may link to others.
	for done := map[string]bool{}; ; {
		todo := slices.DeleteFunc(sortedKeys(s.extras), func(name string) bool { return done[name] })
		if len(todo) == 0 {
			break
		}
		for _, name := range todo {
			done[name] = true
			s.resolve(s.extras[name])
		}
	}
	s.checkFragments()
	if len(s.broken) > 0 {
		slices.Sort(s.broken)
		return nil, fmt.Errorf("links that lead nowhere:\n%s", strings.Join(slices.Compact(s.broken), "\n"))
	}
	return s, nil
}

// add reads one page.
func (s *site) add(name, group string) error {
	text, err := fs.ReadFile(s.files, name)
	if err != nil {
		return err
	}
	p := &page{src: name, out: outName(name), group: group, lang: languageOf(name), text: text}
	p.parse()
	if p.title == "" {
		return fmt.Errorf("%s: want a title, a line that begins with one #", name)
	}
	for _, other := range s.bySrc {
		if other.out == p.out {
			return fmt.Errorf("%s and %s would both be %s", name, other.src, p.out)
		}
	}
	s.pages = append(s.pages, p)
	s.bySrc[name] = p
	return nil
}

var languageSuffix = regexp.MustCompile(`[._]([a-z]{2})\.md$`)

// languageOf tells the language of a page by its name: README.zh.md and README_zh.md
// are Chinese.
func languageOf(name string) string {
	if m := languageSuffix.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return "en"
}

// outName returns the file of a page in the site.
func outName(src string) string {
	if src == "README.md" {
		return "readme.html"
	}
	name := strings.TrimPrefix(src, "docs/")
	dir, base := path.Split(strings.TrimSuffix(name, ".md"))
	if rest, ok := strings.CutPrefix(base, "README"); ok {
		base = "index" + rest
	}
	return dir + base + ".html"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
