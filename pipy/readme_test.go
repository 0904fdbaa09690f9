package main_test

import (
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The console blocks of the READMEs are run the way a reader types them.
//
// A block holds commands behind "$ " and what they print. A line "..." stands
// for any lines, "..." inside a line for any text. A block that ends with "..."
// leaves its last command running; "^C" interrupts the newest of those. A block
// that begins with neither is what one of them prints later.

// patience bounds how long a command may take: it may have to build a program.
const patience = 5 * time.Minute

// tooLong are commands that a README shows but that are not run from here.
var tooLong = map[string]string{
	"make test": "it runs this test",
}

func TestREADMEsDoWhatTheySay(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts programs")
	}
	for _, tool := range []string{"bash", "curl", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the READMEs use %s, which is not installed", tool)
		}
	}
	pages, err := filepath.Glob(filepath.Join(treeRoot, "tutorial/*/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", os.DevNull, "./pipy")
	build.Dir = treeRoot
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out) // downloads what a network of our own cannot
	}
	// Curl shows its progress where there is no terminal.
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte("no-progress-meter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	alone := false
	isolated(t, func(is bool) { alone = is })
	guides, err := filepath.Glob(filepath.Join(treeRoot, "docs/guides/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(append(pages, guides...), filepath.Join(treeRoot, "README.md"))
	for _, page := range pages {
		name := strings.TrimPrefix(filepath.ToSlash(page), "../")
		t.Run(name, func(t *testing.T) {
			if alone {
				t.Parallel() // each page has all ports for itself
			}
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			steps := consoleSteps(string(text))
			if len(steps) == 0 && !strings.HasPrefix(name, "docs/") {
				t.Fatal("got no console block")
			}
			for _, s := range steps {
				if _, err := exec.LookPath("openssl"); err != nil && strings.HasPrefix(s.command, "openssl ") {
					t.Skip("the page uses openssl, which is not installed")
				}
			}
			tidy(t, filepath.Dir(page))
			isolated(t, func(alone bool) {
				if !alone {
					skipTaken(t, string(text))
				}
				r := &reader{t: t, home: home}
				defer r.leave()
				for _, s := range steps {
					r.do(s)
				}
			})
		})
	}
}

// tidy removes, at the end of the test, the files that the page has made in its
// folder.
func tidy(t *testing.T, folder string) {
	t.Helper()
	if folder == treeRoot {
		return
	}
	files := func() map[string]bool {
		all := map[string]bool{}
		err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			all[name] = true
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return all
	}
	before := files()
	t.Cleanup(func() {
		for name := range files() {
			if before[name] {
				continue
			}
			if err := os.RemoveAll(name); err != nil {
				t.Error(err)
			}
		}
	})
}

var (
	loopbackPort = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`)
	localAddress = regexp.MustCompile(`--interface (127\.[0-9.]+)`)
)

// skipTaken skips the page when a port that it names is used by something else,
// or an address that it comes from is not one of this machine.
func skipTaken(t *testing.T, page string) {
	for _, addr := range loopbackPort.FindAllString(page, -1) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Skipf("the page needs %s: %v", addr, err)
		}
		l.Close()
	}
	for _, m := range localAddress.FindAllStringSubmatch(page, -1) {
		l, err := net.Listen("tcp", net.JoinHostPort(m[1], "0"))
		if err != nil {
			t.Skipf("the page needs %s: %v", m[1], err)
		}
		l.Close()
	}
}

func TestEveryTutorialHasAPage(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(treeRoot, "tutorial/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if info, err := os.Stat(folder); err == nil && !info.IsDir() {
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, "README.md")); err != nil {
			t.Error(err)
		}
	}
}

// step is one command of a console block, or what a program prints later.
type step struct {
	line    int
	command string // "^C" for the key; "" for what is printed later
	output  []string
}

// stays tells whether the command goes on running.
func (s step) stays() bool { return len(s.output) > 0 && s.output[len(s.output)-1] == "..." }

// consoleSteps returns the commands of all console blocks.
func consoleSteps(text string) []step {
	var steps []step
	inside, first := false, false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
			first = inside
			continue
		case !inside:
			continue
		case strings.HasPrefix(line, "$ "):
			steps = append(steps, step{line: i + 1, command: line[2:]})
		case line == "^C":
			steps = append(steps, step{line: i + 1, command: line})
		case first:
			steps = append(steps, step{line: i + 1, output: []string{line}})
		default:
			s := &steps[len(steps)-1]
			s.output = append(s.output, line)
		}
		first = false
	}
	return steps
}

// pattern is a regular expression for the output of a step.
func (s step) pattern() *regexp.Regexp {
	lines := s.output
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	var b strings.Builder
	b.WriteString(`\A`)
	for _, line := range lines {
		if line == "..." {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(line, "...")
		for i, p := range parts {
			parts[i] = regexp.QuoteMeta(strings.TrimRight(p, " \t"))
		}
		b.WriteString(strings.Join(parts, `.*`) + `[ \t]*\n`)
	}
	if !s.stays() && s.command != "" {
		b.WriteString(`\s*\z`)
	}
	return regexp.MustCompile(b.String())
}

func TestConsoleBlocksAreRead(t *testing.T) {
	steps := consoleSteps("x\n```console\n$ a b\none\n...\n```\n```js\n$ no\n```\n```console\n^C\n... end\n$ c\n```\n" +
		"```console\nlater\nmore\n```\n")
	if len(steps) != 4 || steps[0].command != "a b" || !steps[0].stays() || steps[1].command != "^C" || steps[2].line != 13 ||
		steps[3].command != "" || len(steps[3].output) != 2 {
		t.Fatalf("got %+v", steps)
	}
	tests := []struct {
		output, got string
		want        bool
	}{
		{"one\ntwo", "one\ntwo\n", true},
		{"one\ntwo", "one\ntwo\nthree\n", false},
		{"one\n...", "one\ntwo\nthree\n", true},
		{"...\ntwo\n...", "one\ntwo\n", true},
		{"...\ntwo\n...", "one\n", false},
		{"a ... d", "a b c d\n", true},
		{"a.c", "abc\n", false},
		{"", "\n", true},
		{"", "x\n", false},
	}
	for _, tt := range tests {
		s := step{command: "x", output: strings.Split(tt.output, "\n")}
		if got := s.pattern().MatchString(tt.got); got != tt.want {
			t.Errorf("%q on %q: got %v, want %v", tt.output, tt.got, got, tt.want)
		}
	}
}
