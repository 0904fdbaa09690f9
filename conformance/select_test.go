package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// selection is which scripts a run plays.
type selection struct {
	apis           []string // empty: all
	wanted, banned []string // words of CONFORMANCE_TAGS
}

// newSelection reads the lists of PIPY_API and CONFORMANCE_TAGS, words between
// commas or blanks. A word that means no script is an error, for it is a slip.
func newSelection(apiList, tagList string, scripts []script) (selection, error) {
	sel := selection{apis: words(apiList)}
	for _, api := range sel.apis {
		if !slices.Contains(apis, api) {
			return sel, fmt.Errorf("PIPY_API: want some of %s, got %q", strings.Join(apis, ", "), api)
		}
	}
	for _, word := range words(tagList) {
		name, ban := strings.CutPrefix(word, "-")
		if !slices.ContainsFunc(scripts, func(s script) bool { return s.matches(name) }) {
			return sel, fmt.Errorf("CONFORMANCE_TAGS: no script has the tag, area or api %q", name)
		}
		if ban {
			sel.banned = append(sel.banned, name)
		} else {
			sel.wanted = append(sel.wanted, name)
		}
	}
	return sel, nil
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// skip says why a script is left out, "" if it is not.
func (sel selection) skip(s script) string {
	switch {
	case s.slow && testing.Short():
		return "slow"
	case len(sel.apis) > 0 && !slices.Contains(sel.apis, s.api):
		return "api " + s.api + " is not wanted"
	case len(sel.wanted) > 0 && !slices.ContainsFunc(sel.wanted, s.matches):
		return "CONFORMANCE_TAGS does not want it"
	}
	if i := slices.IndexFunc(sel.banned, s.matches); i >= 0 {
		return "CONFORMANCE_TAGS does not want " + sel.banned[i]
	}
	return ""
}

func TestSelectionTakesWhatIsWantedAndNotBanned(t *testing.T) {
	scripts := []script{
		{name: "http/a", api: "modern", tags: []string{"tls", "http2"}},
		{name: "cli/b", api: "legacy-0.30", slow: true},
		{name: "http/c", api: "extension", tags: []string{"tls"}},
	}
	tests := []struct{ apis, tags, want string }{
		{"", "", "http/a cli/b http/c"},
		{"modern,extension", "", "http/a http/c"},
		{"", "http", "http/a http/c"},
		{"", "http2 cli", "http/a cli/b"},
		{"", "-tls", "cli/b"},
		{"", "-slow", "http/a http/c"},
		{"", "http,-http2", "http/c"},
		{"modern", "tls", "http/a"},
		{"", "extension", "http/c"},
	}
	for _, tt := range tests {
		sel, err := newSelection(tt.apis, tt.tags, scripts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range scripts {
			if why := sel.skip(s); why == "" || why == "slow" { // -short is not what is tested
				got = append(got, s.name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("api %q tags %q: got %v, want %s", tt.apis, tt.tags, got, tt.want)
		}
	}
	if _, err := newSelection("", "htpp", scripts); err == nil {
		t.Error("a word that means no script: want an error")
	}
	if _, err := newSelection("moder", "", scripts); err == nil {
		t.Error("an api that does not exist: want an error")
	}
}
