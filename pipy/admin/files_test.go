package admin

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreEditedInPlace(t *testing.T) {
	b := newBenchOf(t, "127.0.0.1", Options{Mode: ModeFile})
	w := b.ask("GET", "/api/v1/files/main.js", "")
	b.want(w, http.StatusOK)
	tag := w.Header().Get("ETag")
	b.want(b.ask("GET", "/api/v1/files/main.js", "", "If-None-Match", tag), http.StatusNotModified)
	b.want(b.ask("POST", "/api/v1/files/main.js", "pipy().task()", "If-Match", `"other"`), http.StatusPreconditionFailed)
	b.want(b.ask("POST", "/api/v1/files/main.js", "pipy().task()", "If-Match", `"other", `+tag), http.StatusCreated)
	b.want(b.ask("POST", "/api/v1/files/main.js", "late", "If-Match", tag), http.StatusPreconditionFailed)
	b.want(b.ask("DELETE", "/api/v1/files/main.js", "", "If-Match", tag), http.StatusPreconditionFailed)
	b.want(b.ask("POST", "/api/v1/files/main.js", "x", "If-None-Match", "*"), http.StatusPreconditionFailed)
	b.want(b.ask("POST", "/api/v1/files/a/b/c.json", "{}", "If-None-Match", "*"), http.StatusCreated)
	b.want(b.ask("POST", "/api/v1/files/none.js", "{}", "If-Match", "*"), http.StatusPreconditionFailed)
	text, err := os.ReadFile(filepath.Join(b.dir, "main.js"))
	if err != nil || string(text) != "pipy().task()" {
		t.Errorf("got %q and %v", text, err)
	}
	if info, _ := os.Stat(filepath.Join(b.dir, "main.js")); info.Mode().Perm() != 0o640 {
		t.Errorf("got mode %v, want that of before", info.Mode())
	}
	if got := b.ask("GET", "/api/v1/files", "").Body.String(); !strings.Contains(got, `{"main":"/main.js","files":["/a/b/c.json","/main.js"],"readOnly":false}`) {
		t.Errorf("got %s", got)
	}
	b.want(b.ask("DELETE", "/api/v1/files/a/b/c.json", ""), http.StatusNoContent)
	b.want(b.ask("DELETE", "/api/v1/files/a/b/c.json", ""), http.StatusNoContent)
	b.want(b.ask("GET", "/api/v1/files/a/b/c.json", ""), http.StatusNotFound)
	b.want(b.ask("DELETE", "/api/v1/files/a/b", ""), http.StatusBadRequest)
	if names, _ := filepath.Glob(filepath.Join(b.dir, ".*")); len(names) > 0 {
		t.Errorf("left over: %q", names)
	}
}

// TestTraversal: no path leads out of the folder.
func TestTraversal(t *testing.T) {
	b := newBenchOf(t, "127.0.0.1", Options{Mode: ModeFile})
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"file": outside, "dir": filepath.Dir(outside), "up": ".."} {
		if err := os.Symlink(target, filepath.Join(b.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	up := strings.Repeat("../", 20)
	for _, name := range []string{
		up + outside, "../" + filepath.Base(filepath.Dir(outside)) + "/secret", "./../secret", "a/../../secret", "//" + outside,
		"file", "dir/secret", "up/" + filepath.Base(b.dir) + "/main.js", "..", ".", "", "/", "main.js/", "main.js/..",
		`..\secret`, "..%2fsecret", "%2e%2e/secret", "a\x00b",
	} {
		for _, c := range []struct{ method, body string }{{"GET", ""}, {"POST", "changed"}, {"PATCH", "changed"}, {"DELETE", ""}} {
			if name == "file" && c.method != "GET" {
				continue // replaces or removes the link, not what it leads to
			}
			if strings.Contains(name, "%") && c.method != "GET" {
				continue // a file of just that name
			}
			w := b.ask(c.method, "/api/v1/files/"+name, c.body)
			if strings.Contains(w.Body.String(), "content") || strings.Contains(w.Body.String(), b.dir) || w.Code < 300 && name != "" {
				t.Errorf("%s %q: got %d with %q", c.method, name, w.Code, w.Body)
			}
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "content" {
		t.Errorf("the file outside: got %q and %v", text, err)
	}
}

func TestMainScript(t *testing.T) {
	b := newBenchOf(t, "127.0.0.1", Options{Mode: ModeFile})
	b.want(b.ask("POST", "/api/v1/files/other.js", "pipy()"), http.StatusCreated)
	b.want(b.ask("POST", "/api/v1/files", `{"main":"/other.js"}`), http.StatusCreated)
	if got := b.options.Folder.Main(); got != "/other.js" {
		t.Errorf("got %s", got)
	}
	b.want(b.ask("PATCH", "/api/v1/files", `{"main":"main.js"}`), http.StatusCreated)
	if got := b.options.Folder.Main(); got != "/main.js" {
		t.Errorf("got %s", got)
	}
	for body, want := range map[string]string{
		"": "Invalid JSON", "{": "Invalid JSON", "1": "Invalid JSON object", `[1]`: "Invalid JSON object",
		"{}": "Invalid main filename", `{"main":1}`: "Invalid main filename", `{"main":"/none.js"}`: "Invalid main filename",
		`{"main":"../x"}`: "Invalid main filename",
	} {
		w := b.ask("POST", "/api/v1/files", body)
		if w.Code != http.StatusBadRequest || w.Body.String() != want {
			t.Errorf("%s: got %d with %q, want %q", body, w.Code, w.Body, want)
		}
	}
}

func TestFilesOfAServerCannotBeChanged(t *testing.T) {
	b := newBenchOf(t, "127.0.0.1", Options{Mode: ModeFile})
	b.options.Folder = nil
	if err := b.run("pipy().task('1h').dummy()"); err != nil {
		t.Fatal(err)
	}
	if got := b.ask("GET", "/api/v1/files", "").Body.String(); !strings.Contains(got, `"readOnly":true`) {
		t.Errorf("got %s", got)
	}
	b.want(b.ask("POST", "/api/v1/files/main.js", "x"), http.StatusForbidden)
	b.want(b.ask("DELETE", "/api/v1/files/main.js", ""), http.StatusForbidden)
	b.want(b.ask("POST", "/api/v1/files", `{"main":"/x.js"}`), http.StatusForbidden)
	b.want(b.ask("GET", "/api/v1/files/etc/hostname", ""), http.StatusNotFound)
}
