package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// apis are the dialects that a script's header may name, the oldest first.
var apis = []string{"legacy-0.30", "modern", "extension"}

// script is one txtar file and what its header says.
type script struct {
	name string // folder/file without the suffix, such as "http/pipelining"
	path string
	what string   // what it verifies, as one line of text
	api  string   // one of apis
	rfc  []string // such as "9112 6.3": where we follow a document that the original does not
	tags []string // words by which runs select scripts
	slow bool
}

// area returns the folder of a script.
func (s script) area() string {
	area, _, _ := strings.Cut(s.name, "/")
	return area
}

// matches reports whether a word of a selection means the script: its area, a
// tag of it, its dialect, or slow.
func (s script) matches(word string) bool {
	return word == s.area() || word == s.api || slices.Contains(s.tags, word) || word == "slow" && s.slow
}

var (
	fieldLine = regexp.MustCompile(`^# (api|rfc|tags): (.*)$`)
	rfcWords  = regexp.MustCompile(`^\d{3,5}( (\d+|[A-Z])(\.\d+)*)?$`)
	tagWord   = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// readScript reads the header of a script: the comment at its top. One that
// lacks its facts is an error.
func readScript(root, path string) (script, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return script{}, err
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return script{}, err
	}
	s := script{name: filepath.ToSlash(strings.TrimSuffix(rel, ".txtar")), path: path}
	commands, _, _ := strings.Cut("\n"+string(text), "\n-- ")
	inHeader := true
	for i, line := range strings.Split(commands[1:], "\n") {
		if inHeader = inHeader && strings.HasPrefix(line, "#"); inHeader {
			if err := s.take(line); err != nil {
				return s, fmt.Errorf("%s:%d: %w", path, i+1, err)
			}
		} else if fieldLine.MatchString(line) {
			return s, fmt.Errorf("%s:%d: want this line in the comment at the top: %s", path, i+1, line)
		}
		if strings.HasPrefix(line, "stop ") {
			return s, fmt.Errorf("%s:%d: stop ends the script, not an instance: use shutdown", path, i+1)
		}
	}
	if s.what == "" {
		return s, fmt.Errorf("%s:1: want a comment that says what is verified", path)
	}
	if s.api == "" {
		return s, fmt.Errorf("%s: want a header line \"# api: %s\"", path, strings.Join(apis, "|"))
	}
	return s, nil
}

// take reads one line of the header.
func (s *script) take(line string) error {
	if line == "# slow" {
		s.slow = true
		return nil
	}
	m := fieldLine.FindStringSubmatch(line)
	if m == nil {
		s.what = strings.TrimSpace(s.what + " " + strings.TrimSpace(strings.TrimPrefix(line, "#")))
		return nil
	}
	switch key, value := m[1], m[2]; key {
	case "api":
		if s.api = value; !slices.Contains(apis, value) {
			return fmt.Errorf("api: want %s, got %q", strings.Join(apis, "|"), value)
		}
	case "rfc":
		if !rfcWords.MatchString(value) {
			return fmt.Errorf("rfc: want a number and a section, such as 9112 6.3, got %q", value)
		}
		s.rfc = append(s.rfc, value)
	case "tags":
		s.tags = strings.Fields(value)
		for _, tag := range s.tags {
			if !tagWord.MatchString(tag) {
				return fmt.Errorf("tags: want lower-case words, got %q", tag)
			}
		}
	}
	return nil
}
