package tutorial_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pipy/tutorial"
)

// The commands on the pages are run by a test in pipy/readme_test.go. Those here
// are about what the pages show.

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestStepsAreTheFolders(t *testing.T) {
	folders, err := filepath.Glob("[0-9][0-9]-*")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range tutorial.Steps() {
		names = append(names, s.Name)
		if _, err := fs.Stat(s.FS(), s.Main); err != nil {
			t.Errorf("%s: main: %v", s.Name, err)
		}
	}
	if !slices.Equal(names, folders) {
		t.Errorf("got the steps %q, want those of the folders %q", names, folders)
	}
}

func TestPagesHaveTheTitlesOfTheSteps(t *testing.T) {
	index := read(t, "README.md")
	for i, s := range tutorial.Steps() {
		first, _, _ := strings.Cut(read(t, s.Name+"/README.md"), "\n")
		if want := fmt.Sprintf("# %d. %s", i+1, s.Title); first != want {
			t.Errorf("%s: got the title %q, want %q", s.Name, first, want)
		}
		if want := fmt.Sprintf("[%s](%s/README.md)", s.Title, s.Name); !strings.Contains(index, want) {
			t.Errorf("README.md: got no link %s", want)
		}
	}
}

func TestStepsHaveTheFilesOfTheirBase(t *testing.T) {
	steps := map[string]tutorial.Step{}
	for _, s := range tutorial.Steps() {
		steps[s.Name] = s
		if s.Base == "" {
			continue
		}
		base, ok := steps[s.Base]
		if !ok {
			t.Errorf("%s: want a base among the earlier steps, got %q", s.Name, s.Base)
			continue
		}
		if err := fs.WalkDir(base.FS(), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil {
				_, err = fs.Stat(s.FS(), name)
			}
			return err
		}); err != nil {
			t.Errorf("%s: a file of its base %s: %v", s.Name, s.Base, err)
		}
		changes, err := s.Changes()
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) == 0 {
			t.Errorf("%s: got no difference to its base %s", s.Name, s.Base)
		}
		page := read(t, s.Name+"/README.md")
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			if strings.HasSuffix(name, ".js") && !strings.Contains(page, name) && name != "proxy.js" {
				t.Errorf("%s/README.md: want a word on %s, which is new or changed", s.Name, name)
			}
		}
	}
}

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// blocks returns the blocks of a page that are in one of the languages.
func blocks(page string, languages ...string) []string {
	var found []string
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		if slices.Contains(languages, m[1]) {
			found = append(found, m[2])
		}
	}
	return found
}

func pages(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: got %q, %v", pattern, found, err)
	}
	return found
}

func TestPagesShowWhatTheScriptsSay(t *testing.T) {
	for _, page := range pages(t, "*/README.md") {
		var all strings.Builder
		if err := filepath.WalkDir(filepath.Dir(page), func(name string, d fs.DirEntry, err error) error {
			if ext := filepath.Ext(name); ext == ".js" || ext == ".json" {
				all.WriteString("\n" + read(t, name))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks(read(t, page), "js", "json") {
			if !strings.Contains(all.String(), "\n"+b) {
				t.Errorf("%s: no file of the folder has\n%s", page, b)
			}
		}
	}
}

func TestEachBlockHasALanguageAndAnEnd(t *testing.T) {
	for _, page := range append(pages(t, "*/README*.md"), pages(t, "README*.md")...) {
		if rest := fence.ReplaceAllString(read(t, page), ""); strings.Contains(rest, "```") {
			t.Errorf("%s: a fence stands alone in\n%s", page, rest)
		}
	}
}

func TestStepsAreDrawn(t *testing.T) {
	for _, page := range pages(t, "[0-9][0-9]-*/README*.md") {
		if len(blocks(read(t, page), "mermaid")) == 0 {
			t.Errorf("%s: want a drawing", page)
		}
	}
}

// The commands of a translated page are run as those of the page in English.
func TestTranslationsShowTheSame(t *testing.T) {
	for _, page := range pages(t, "[0-9][0-9]-*/README_zh.md") {
		english := filepath.Join(filepath.Dir(page), "README.md")
		got := blocks(read(t, page), "js", "json", "console")
		want := blocks(read(t, english), "js", "json", "console")
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Errorf("%s: script or console block %d is not that of %s", page, i+1, english)
				break
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range append(pages(t, "*/README*.md"), pages(t, "README*.md")...) {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, page), ""), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
