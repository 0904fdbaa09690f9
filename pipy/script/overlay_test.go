package script

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOverlayIsAFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.txt", "sub/b.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mounted"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := newOverlay(fstest.MapFS{"main.js": {Data: []byte("main")}, "lib/x.js": {Data: []byte("x")}})
	want := []string{"main.js", "lib/x.js"}
	check := func() {
		t.Helper()
		if err := fstest.TestFS(o, want...); err != nil {
			t.Error(err)
		}
	}
	check()
	for _, name := range []string{"lib/x.js", "/lib/y.js", "new/deep/z.js"} {
		if err := o.patch(name, []byte("patched")); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"ext", "lib/ext"} {
		if err := o.mount(name, dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.patch("ext/sub/b.txt", []byte("patched")); err != nil {
		t.Fatal(err)
	}
	want = append(want, "lib/y.js", "new/deep/z.js", "ext/a.txt", "ext/sub/b.txt", "lib/ext/sub/b.txt")
	check()
	for name, content := range map[string]string{"ext/sub/b.txt": "patched", "lib/ext/sub/b.txt": "mounted", "lib/x.js": "patched", "main.js": "main"} {
		if b, err := fs.ReadFile(o, name); err != nil || string(b) != content {
			t.Errorf("%s: got %q, %v", name, b, err)
		}
	}
	if err := o.unmount("ext"); err != nil {
		t.Fatal(err)
	}
	if names := listFiles(o, ""); strings.Join(names, " ") != "lib/ext/a.txt lib/ext/sub/b.txt lib/x.js lib/y.js main.js new/deep/z.js" {
		t.Errorf("after unmount: %v", names)
	}
}
