package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The tests of what was packed need a release: `make release-test` makes one,
// and tells by PIPY_RELEASE where it is.

// packed returns the folder of a release.
func packed(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PIPY_RELEASE")
	if dir == "" {
		t.Skip("PIPY_RELEASE names no release: run make release-test")
	}
	return dir
}

// one returns the only file of the release that matches a pattern.
func one(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(packed(t), pattern))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: got %d files, want 1", pattern, len(files))
	}
	return files[0]
}

// read returns the contents of a file.
func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unpack reads a tar file that may be compressed, and returns the entries by
// name. The packages of Alpine are several such files in a row.
func unpack(t *testing.T, b []byte) (heads map[string]*tar.Header, bodies map[string][]byte) {
	t.Helper()
	var in io.Reader = bytes.NewReader(b)
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		in = z
	}
	heads, bodies = map[string]*tar.Header{}, map[string][]byte{}
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return heads, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		name := path.Clean("/" + h.Name)
		heads[name] = h
		if bodies[name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// output runs a command and returns what it prints.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestChecksumsAreRight(t *testing.T) {
	dir := packed(t)
	sums := map[string]string{}
	for line := range strings.Lines(string(read(t, filepath.Join(dir, "SHA256SUMS")))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(sums)+1 {
		t.Errorf("got %d files and %d checksums", len(files), len(sums))
	}
	for name, want := range sums {
		if got := fmt.Sprintf("%x", sha256.Sum256(read(t, filepath.Join(dir, name)))); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestEveryPlatformHasAnArchiveAndABill(t *testing.T) {
	for _, p := range []string{"linux-amd64", "linux-arm64", "freebsd-amd64", "freebsd-arm64", "darwin-amd64", "darwin-arm64"} {
		heads, bodies := unpack(t, read(t, one(t, "pipy-*-"+p+".tar.gz")))
		names := map[string]*tar.Header{}
		for name, h := range heads {
			_, rest, _ := strings.Cut(name[1:], "/")
			names[rest] = h
			if strings.HasSuffix(name, "/pipy") && rest == "pipy" {
				checkBill(t, one(t, "pipy-*-"+p+".cdx.json"), bodies[name])
			}
		}
		for name, mode := range map[string]int64{
			"pipy": 0o755, "README.md": 0o644, "pipy.d.ts": 0o644, notices: 0o644, "tutorial/01-hello/hello.js": 0o644,
		} {
			if h := names[name]; h == nil || h.Mode != mode || h.Uid != 0 {
				t.Errorf("%s: %s: got %+v, want mode %o", p, name, h, mode)
			}
		}
	}
}

// checkBill compares a bill of materials with the program that it is of.
func checkBill(t *testing.T, name string, program []byte) {
	t.Helper()
	var b bom
	if err := json.Unmarshal(read(t, name), &b); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(program)); len(b.Metadata.Component.Hashes) != 1 || b.Metadata.Component.Hashes[0].Content != got {
		t.Errorf("%s: got %v, want the checksum of the program, %s", name, b.Metadata.Component.Hashes, got)
	}
	refs := map[string]bool{}
	for _, c := range b.Components {
		refs[c.Name] = true
		if len(c.Licenses) != 1 {
			t.Errorf("%s: %s: want its licence", name, c.Name)
		}
	}
	for _, want := range []string{"std", "github.com/dop251/goja"} {
		if !refs[want] {
			t.Errorf("%s: want %s among the parts", name, want)
		}
	}
	if len(b.Dependencies) != 1 || len(b.Dependencies[0].DependsOn) != len(b.Components) {
		t.Errorf("%s: want the program to depend on all parts", name)
	}
}

func TestArchivedProgramRuns(t *testing.T) {
	archive := one(t, "pipy-*-"+runtime.GOOS+"-"+runtime.GOARCH+".tar.gz")
	dir := t.TempDir()
	output(t, "tar", "-xzf", archive, "-C", dir, "--strip-components=1")
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(archive), "pipy-"), "-"+runtime.GOOS+"-"+runtime.GOARCH+".tar.gz")
	if got := output(t, filepath.Join(dir, "pipy"), "--version"); !strings.Contains(got, version+"\n") {
		t.Errorf("got:\n%swant the version %s", got, version)
	}
	output(t, filepath.Join(dir, "pipy"), "--verify", filepath.Join(dir, "tutorial/01-hello/hello.js"))
}
