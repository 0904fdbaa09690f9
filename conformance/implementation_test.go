package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ours is the name of this program among the implementations.
const ours = "ours"

// implementation is the program under test.
type implementation struct {
	path string
	name string // ours, or such as pipy-0.30.0
	apis string // the dialects that it is expected to know, "" for all
}

var versionLine = regexp.MustCompile(`(?m)^Version\s*:\s*v?(\S+)`)

// underTest returns the program that PIPY_BIN names, or ours, built into dir.
// Its name is that of PIPY_IMPL, or what its --version says.
func underTest(dir string) (implementation, error) {
	path, err := build(dir)
	if err != nil {
		return implementation{}, err
	}
	name := os.Getenv("PIPY_IMPL")
	if name == "" {
		out, err := exec.Command(path, "--version").CombinedOutput()
		if err != nil {
			return implementation{}, fmt.Errorf("%s --version: %w\n%s", path, err, out)
		}
		if name = implementationOf(string(out)); name == "" {
			return implementation{}, fmt.Errorf("%s --version: want a line \"Version : ...\", or a name in PIPY_IMPL, got\n%s", path, out)
		}
	}
	return implementation{path: path, name: name, apis: apisOf(name)}, nil
}

// implementationOf names the program that has printed the text, "" if it is
// not known. Only ours has its TLS from Go.
func implementationOf(version string) string {
	m := versionLine.FindStringSubmatch(version)
	switch {
	case m == nil:
		return ""
	case strings.Contains(version, "Go crypto/tls"):
		return ours
	}
	return "pipy-" + m[1]
}

// apisOf returns the dialects that an implementation knows: what is ours alone
// is not asked of others, and what came later is not asked of releases 0.x.
func apisOf(name string) string {
	switch {
	case name == ours:
		return ""
	case strings.HasPrefix(name, "pipy-0."):
		return "legacy-0.30"
	case strings.HasPrefix(name, "pipy-"):
		return "modern" // arguments of some filters have changed
	}
	return "legacy-0.30,modern"
}

// knownFailures reads the list of the implementation. One without a file has
// none.
func (impl implementation) knownFailures() (map[string]string, error) {
	list, err := readKnownFailures(impl.knownPath())
	if os.IsNotExist(err) && impl.name != ours {
		return nil, nil
	}
	return list, err
}

func (impl implementation) knownPath() string {
	return filepath.Join("known", impl.name+".txt")
}

func TestImplementationsAreToldApart(t *testing.T) {
	tests := []struct{ version, name, apis string }{
		{"Version     : development\nTLS Library : Go crypto/tls go1.26\n", ours, ""},
		{"Version     : 0.30.0-9\nOpenSSL     : 1.1.1\n", "pipy-0.30.0-9", "legacy-0.30"},
		{"Version     : 1.5.0\nOpenSSL     : 3.0\n", "pipy-1.5.0", "modern"},
		{"usage: another program\n", "", "legacy-0.30,modern"},
	}
	for _, tt := range tests {
		name := implementationOf(tt.version)
		if name != tt.name || apisOf(name) != tt.apis {
			t.Errorf("%q: got %q with %q, want %q with %q", tt.version, name, apisOf(name), tt.name, tt.apis)
		}
	}
}

func TestKnownFailuresNameScripts(t *testing.T) {
	files, err := filepath.Glob("known/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("want lists in known, got %v, %v", files, err)
	}
	for _, file := range files {
		list, err := readKnownFailures(file)
		if err != nil {
			t.Error(err)
		}
		for name := range list {
			if _, err := os.Stat(filepath.Join(scriptRoot, name+".txtar")); err != nil {
				t.Errorf("%s: no script %s", file, name)
			}
		}
	}
}
