package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forbidden are patterns that no file of the tree may contain. They are written
// in pieces, so that this file does not contain them either.
var forbidden = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "do it, or say in docs/decisions why not"},
	{regexp.MustCompile(`(^|[^A-Za-z0-9_.])/(wo` + `rk|Us` + `ers)/[a-z]`), "a path of one machine"},
	{regexp.MustCompile(`^(<{7} |={7}$|>{7} )`), "a merge that was not finished"},
}

// trackedFiles returns the files that are kept in version control, or would be;
// nil when there is no git to ask.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = treeRoot
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("git ls-files: %v", err)
	}
	return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
}

func TestFilesAreFreeOfForbiddenWords(t *testing.T) {
	for _, name := range trackedFiles(t) {
		text, err := os.ReadFile(filepath.Join(treeRoot, name))
		if os.IsNotExist(err) || bytes.IndexByte(text, 0) >= 0 {
			continue // removed, or not a text
		}
		if err != nil {
			t.Error(err)
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, f := range forbidden {
				if m := f.pattern.FindString(line); m != "" {
					t.Errorf("%s:%d: %q: %s", name, i+1, strings.TrimSpace(m), f.reason)
				}
			}
		}
	}
}

// maxTracked bounds a file in version control, in bytes: what is larger was
// built.
const maxTracked = 1 << 20

func TestFilesAreSmall(t *testing.T) {
	for _, name := range trackedFiles(t) {
		info, err := os.Lstat(filepath.Join(treeRoot, name))
		if err == nil && info.Size() > maxTracked {
			t.Errorf("%s: got %d bytes, want at most %d", name, info.Size(), maxTracked)
		}
	}
}
