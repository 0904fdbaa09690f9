package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pipy/pipy/filters"
)

// These tests are about the tree itself: who imports whom, what is documented,
// what must not be written anywhere.

const treeRoot = ".."

// layers tells which of our packages, without the prefix "pipy/pipy/", a package
// may import. "codec/*" stands for all codecs. The reasons are in
// docs/decisions/001-layers.md.
var layers = map[string]string{
	"event":     "",
	"logging":   "",
	"codebase":  "logging",
	"stats":     "",
	"keys":      "",
	"loop":      "event",
	"algo":      "loop",
	"codec/*":   "event codec/httphead",
	"tlsio":     "event loop keys",
	"pipeline":  "event loop",
	"spec":      "event loop pipeline",
	"transport": "event loop logging",
	"filters":   "event loop spec pipeline transport tlsio keys codec/* algo logging",
	"api":       "event spec algo stats logging keys codec/*",
	"script":    "event loop spec pipeline transport filters api codec/httphead",
	"worker":    "event loop spec pipeline transport filters api script codec/httphead codebase logging stats",

	"repo":  "codebase logging",
	"fleet": "codebase logging stats",

	"reference":          "spec",
	"reference/catalog":  "spec filters script reference",
	"reference/generate": "reference reference/catalog",
	"filtertest":         "event loop spec pipeline filters codec/httphead",

	"admin/openapi": "",
	"admin/console": "",
	"admin/manual":  "",

	"admin": "repo fleet worker script codebase reference reference/catalog logging stats admin/console admin/manual admin/openapi",
	"cli":   "spec script worker admin repo fleet codebase reference/catalog logging stats",
	"":      "cli",
}

// libraries tells who may import what others wrote, tests included.
var libraries = map[string]string{
	"github.com/dop251/goja":              "pipy/script",
	"github.com/cespare/xxhash/v2":        "pipy/algo",
	"github.com/rogpeppe/go-internal":     "conformance pipy/reference/generate",
	"golang.org/x/net":                    "pipy/codec/http2 pipy/codec/dns pipy/filters conformance mocks/peers",
	"google.golang.org/grpc":              "conformance/http2",
	"github.com/summerwind/h2spec":        "conformance/http2",
	"golang.org/x/crypto/x509roots":       "ci/release",
	"github.com/yuin/goldmark":            "docs/site",
	"github.com/alecthomas/chroma/v2":     "docs/site",
	"golang.org/x/sys":                    "pipy pipy/loop pipy/transport pipy/api pipy/cli",
	"github.com/andybalholm/brotli":       "pipy/codec/compress pipy/filters",
	"github.com/klauspost/compress":       "pipy/codec/compress pipy/filters",
	"github.com/apache/thrift":            "pipy/codec/thrift",
	"github.com/apache/dubbo-go-hessian2": "pipy/codec/hessian",
	"github.com/gobwas/ws":                "pipy/codec/websocket pipy/filters pipy/fleet",
	"github.com/goccy/go-yaml":            "pipy/api pipy/repo",
	"google.golang.org/protobuf":          "pipy/api",
	"go.etcd.io/bbolt":                    "pipy/repo",
	"github.com/chromedp/chromedp":        "conformance/browser",
	"github.com/chromedp/cdproto":         "conformance/browser",
	"github.com/dlclark/regexp2/v2":       "",
	"github.com/go-sourcemap/sourcemap":   "",
}

// goFile is a parsed file of the tree.
type goFile struct {
	path    string // from the root
	dir     string // "pipy/event"
	isTest  bool
	syntax  *ast.File
	imports []string
}

// goFiles parses the heads of all Go files, those of other platforms too.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(treeRoot, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != treeRoot && (base == "build" || base == "testdata" || strings.HasPrefix(base, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(treeRoot, name)
		if err != nil {
			return err
		}
		f := goFile{path: filepath.ToSlash(rel), isTest: strings.HasSuffix(name, "_test.go"), syntax: syntax}
		f.dir = path.Dir(f.path)
		for _, i := range syntax.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, p)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestImportsGoDown(t *testing.T) {
	for _, f := range goFiles(t) {
		name, ours := strings.CutPrefix(f.dir+"/", "pipy/")
		name = strings.TrimSuffix(name, "/")
		for _, p := range f.imports {
			target, isOurs := strings.CutPrefix(p, "pipy/pipy/")
			switch {
			case !isOurs || f.isTest && ours || target == name:
			case !ours:
				t.Errorf("%s imports %s: want what drives the program from outside to import nothing of it", f.path, p)
			case !mayImport(name, target):
				t.Errorf("%s imports %s: the table in pipy/tree_test.go allows %q", f.path, p, allowedImports(name))
			}
		}
	}
}

func allowedImports(name string) string {
	if list, ok := layers[name]; ok {
		return list
	}
	return layers[path.Join(path.Dir(name), "*")]
}

func mayImport(name, target string) bool {
	for _, allowed := range strings.Fields(allowedImports(name)) {
		if ok, _ := path.Match(allowed, target); ok {
			return true
		}
	}
	return false
}

func TestEveryPackageIsInTheTable(t *testing.T) {
	for _, f := range goFiles(t) {
		name, ours := strings.CutPrefix(f.dir, "pipy/")
		if _, ok := layers[name]; ours && !ok && !strings.HasPrefix(name, "codec/") {
			t.Errorf("%s: the table in pipy/tree_test.go does not name the package", f.path)
		}
	}
}

func TestLibrariesAreImportedWhereTheyMayBe(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, p := range f.imports {
			host, _, _ := strings.Cut(p, "/")
			if !strings.Contains(host, ".") {
				continue
			}
			module, ok := moduleOf(p)
			switch {
			case !ok:
				t.Errorf("%s imports %s, which the table in pipy/tree_test.go does not name", f.path, p)
			case !slices.Contains(strings.Fields(libraries[module]), f.dir):
				t.Errorf("%s imports %s: only %q may", f.path, p, libraries[module])
			}
		}
	}
}

// moduleOf finds the library that a package belongs to.
func moduleOf(p string) (string, bool) {
	for module := range libraries {
		if p == module || strings.HasPrefix(p, module+"/") {
			return module, true
		}
	}
	return "", false
}

func TestEveryPackageHasOneComment(t *testing.T) {
	comments := map[string][]string{}
	for _, f := range goFiles(t) {
		if f.isTest && strings.HasSuffix(f.syntax.Name.Name, "_test") {
			continue
		}
		if _, ok := comments[f.dir]; !ok {
			comments[f.dir] = nil
		}
		if f.syntax.Doc != nil {
			comments[f.dir] = append(comments[f.dir], f.path)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(comments)) {
		if n := len(comments[dir]); n != 1 {
			t.Errorf("%s: got %d package comments %q, want 1", dir, n, comments[dir])
		}
	}
}

func TestDependenciesAreDocumented(t *testing.T) {
	used := map[string]bool{}
	for _, f := range goFiles(t) {
		for _, p := range f.imports {
			if module, ok := moduleOf(p); ok {
				used[module] = true
			}
		}
	}
	gomod, err := os.ReadFile(filepath.Join(treeRoot, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(treeRoot, "docs/decisions/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	for _, line := range strings.Split(string(gomod), "\n") {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) < 2 || !strings.HasPrefix(fields[1], "v") {
			continue
		}
		module, indirect := fields[0], strings.Contains(line, "// indirect")
		if used[module] && indirect {
			t.Errorf("go.mod: %s is used, but marked as indirect: run go mod tidy", module)
		}
		if !indirect && !strings.Contains(text.String(), module) {
			t.Errorf("go.mod: %s has no page in docs/decisions", module)
		}
	}
}

func TestEveryFilterHasAnExample(t *testing.T) {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(filters.All)) {
		if _, err := os.Stat(filepath.Join(treeRoot, "testscripts/filters", name+".txtar")); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		t.Errorf("want testscripts/filters/NAME.txtar for %s", strings.Join(missing, ", "))
	}
}
