package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pipy/pipy/filters"
	_ "pipy/pipy/script" // declares the classes
	"pipy/pipy/spec"
)

// What scripts can use, and what they can do wrong, must be shown by a script
// under testscripts. These tests name what is missing. They look for names, so
// they cannot tell whether a script verifies enough; seeded faults do that
// (conformance/mutate).

// testscripts returns the texts of all scripts by their path below testscripts.
func testscripts(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join(treeRoot, "testscripts")
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("got %d scripts, want them found", len(all))
	}
	return all
}

// callsOf returns the arguments of the calls that begin with the pattern, which
// ends behind the opening parenthesis.
func callsOf(text string, pattern *regexp.Regexp) []string {
	var calls []string
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		calls = append(calls, balanced(text[at[1]:]))
	}
	return calls
}

// balanced returns the text up to the parenthesis that closes the one before it.
func balanced(text string) string {
	depth, quote := 1, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return text[:i]
			}
		}
	}
	return text
}

// shown tells whether a call in the scripts has the option.
func shown(calls []string, option string) bool {
	key := regexp.MustCompile(`[{,\s]['"]?` + regexp.QuoteMeta(option) + `['"]?\s*:`)
	return slices.ContainsFunc(calls, key.MatchString)
}

// calls returns what the scripts that pass the condition give to the calls of
// the pattern, in which the name stands.
func calls(scripts map[string]string, name, pattern string, in func(text string) bool) []string {
	re := regexp.MustCompile(pattern)
	var all []string
	for _, text := range scripts {
		if strings.Contains(text, name) && in(text) { // matching takes more time than looking for a word
			all = append(all, callsOf(text, re)...)
		}
	}
	return all
}

func anyScript(string) bool { return true }

func TestEveryFilterAndOptionIsInAScript(t *testing.T) {
	scripts := testscripts(t)
	for _, f := range filters.All {
		uses := calls(scripts, f.Name, `\.`+f.Name+`\(`, anyScript)
		if len(uses) == 0 {
			t.Errorf("filter %s is in no script", f.Name)
			continue
		}
		for _, o := range f.Fields {
			if o.Option && !shown(uses, o.Name) {
				t.Errorf("filter %s: option %s is in no script", f.Name, o.Name)
			}
		}
	}
}

func TestEveryMemberOfEveryClassIsInAScript(t *testing.T) {
	scripts := testscripts(t)
	for _, c := range spec.Classes {
		name := regexp.QuoteMeta(c.Name)
		named := regexp.MustCompile(`\b` + name + `\b`)
		// Objects that scripts cannot make come without the name of their class.
		in := anyScript
		if c.New != nil || len(c.Statics) > 0 {
			in = named.MatchString
		}
		if c.New != nil {
			wantCall(t, c.Name, c.New, calls(scripts, c.Name, `\bnew `+name+`\b\(?`, in))
		}
		for _, m := range c.Statics {
			pattern := `\b` + name + `\.` + m.Name + `\(`
			if c.Name == "" {
				pattern = `(?:^|[^.\w])` + m.Name + `\(`
			}
			wantCall(t, c.Name, m, calls(scripts, m.Name, pattern, anyScript))
		}
		for _, m := range c.Methods {
			wantCall(t, c.Name, m, calls(scripts, m.Name, `\.`+m.Name+`\(`, in))
		}
		for _, p := range c.Props {
			if len(calls(scripts, p.Name, `\.`+p.Name+`\b`, in)) == 0 {
				t.Errorf("property %s.%s is in no script", c.Name, p.Name)
			}
		}
		for constant := range c.Consts {
			if len(calls(scripts, constant, `\b`+name+`\.`+constant+`\b`, anyScript)) == 0 {
				t.Errorf("constant %s.%s is in no script", c.Name, constant)
			}
		}
	}
}

func wantCall(t *testing.T, class string, m *spec.Method, uses []string) {
	t.Helper()
	name := strings.TrimPrefix(class+"."+m.Name, ".")
	if m.Name == class {
		name = "new " + class
	}
	if len(uses) == 0 {
		t.Errorf("%s is in no script", name)
		return
	}
	for _, o := range m.Fields {
		if o.Option && !shown(uses, o.Name) {
			t.Errorf("%s: option %s is in no script", name, o.Name)
		}
	}
}

// flagNames is how the table of the command line begins a line.
var flagNames = regexp.MustCompile(`(?m)^\s*\{\[\]string\{([^}]*)\}, "`)

func TestEveryFlagIsInAScript(t *testing.T) {
	var used strings.Builder
	for _, text := range testscripts(t) {
		commands, _, _ := strings.Cut(text, "\n-- ")
		for line := range strings.Lines(commands) {
			if strings.HasPrefix(line, "pipy ") || strings.HasPrefix(line, "exec pipy ") {
				used.WriteString(line)
			}
		}
	}
	found := 0
	for _, f := range goFiles(t) {
		if f.dir != "pipy/cli" || f.isTest {
			continue
		}
		text, err := os.ReadFile(filepath.Join(treeRoot, f.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range flagNames.FindAllStringSubmatch(string(text), -1) {
			for _, name := range strings.Split(m[1], ",") {
				if name = strings.TrimSpace(name); !strings.HasPrefix(name, `"`) {
					name = constant(t, f.dir, name)
				}
				name = strings.Trim(name, `"`)
				found++
				if !regexp.MustCompile(fmt.Sprintf(`\s'?%s[=\s']`, regexp.QuoteMeta(name))).MatchString(used.String()) {
					t.Errorf("flag %s is in no script", name)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("got %d flags, want the table found", found)
	}
}

// constant returns the text of a constant of a package.
func constant(t *testing.T, dir, name string) string {
	t.Helper()
	re := regexp.MustCompile(`(?m)^\s*(?:const )?` + name + `\s*=\s*("[^"]*")`)
	files, _ := filepath.Glob(filepath.Join(treeRoot, dir, "*.go"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := re.FindSubmatch(text); m != nil {
			return string(m[1])
		}
	}
	t.Fatalf("%s: no constant %s", dir, name)
	return ""
}
