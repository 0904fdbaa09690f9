package api

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pipy/pipy/event"
)

func TestFiles(t *testing.T) {
	e := newEngine()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.txt")
	want(t, "write", e.do(t, "os.write", file, "one"), "true")
	want(t, "writeFile", e.do(t, "os.writeFile", file, event.DataString("two")), "true")
	want(t, "read", e.do(t, "os.read", file), `Data "two"`)
	want(t, "readFile", e.do(t, "os.readFile", file), `Data "two"`)
	want(t, "readFile of nothing", e.do(t, "os.readFile", file+"x"), "null")
	want(t, "write into nothing", e.do(t, "os.write", dir+"/x/y", ""), "false")
	e.do(t, "os.mkdir", dir+"/sub")
	e.do(t, "os.mkdir", dir+"/deep/er", obj("recursive", true))
	want(t, "list", e.do(t, "os.list", dir), `[ "a.txt", "deep/", "sub/" ]`)
	want(t, "readDir of nothing", e.do(t, "os.readDir", dir+"/x"), "[ ]")
	e.do(t, "os.rename", file, dir+"/b.txt")
	want(t, "unlink", e.do(t, "os.unlink", dir+"/b.txt"), "true")
	want(t, "unlink nothing", e.do(t, "os.unlink", dir+"/b.txt"), "false")
	want(t, "unlink a directory", e.do(t, "os.unlink", dir+"/sub"), "false")
	e.do(t, "os.rmdir", dir+"/sub")
	e.do(t, "os.rm", dir+"/deep", obj("recursive", true))
	e.do(t, "os.rm", dir+"/deep", obj("force", true))
	e.do(t, "os.rmdir", dir+"/deep", obj("force", true))
	want(t, "list", e.do(t, "os.list", dir), "[ ]")
}

func TestFileErrors(t *testing.T) {
	e := newEngine()
	dir := t.TempDir()
	gone := filepath.Join(dir, "gone")
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []any
		err  string
	}{
		{"os.read", []any{gone}, "cannot open file: GONE: no such file or directory"},
		{"os.rename", []any{gone, "b"}, "cannot rename file: GONE -> b: no such file or directory"},
		{"os.mkdir", []any{gone + "/x"}, "cannot create directory: GONE/x: no such file or directory"},
		{"os.rmdir", []any{gone}, "cannot delete directory: GONE: no such file or directory"},
		{"os.rm", []any{gone}, "cannot delete file: GONE: no such file or directory"},
		{"os.rm", []any{dir + "/d"}, "cannot delete file: DIR/d: is a directory"},
		{"os.rm", []any{dir + "/d", obj("recursive", 1)}, "options.recursive: want true or false, got 1"},
		{"os.read", []any{1}, "path: want a string, got 1"},
		{"os.write", []any{gone, 1}, "content: bytes: want a string, a Data or an array of bytes, got 1"},
		{"os.kill", []any{1, "SIGNOT"}, `signal: want a number or a name like "SIGTERM", got "SIGNOT"`},
	} {
		_, err := e.try(c.name, c.args...)
		wantError(t, c.name, err, strings.ReplaceAll(strings.ReplaceAll(c.err, "GONE", gone), "DIR", dir))
	}
}

func TestStat(t *testing.T) {
	e := newEngine()
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	if err := os.WriteFile(file, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := e.do(t, "os.stat", file)
	want(t, "size", prop(s, "size"), "5")
	want(t, "isFile", e.on(t, s, "isFile"), "true")
	want(t, "isDirectory", e.on(t, s, "isDirectory"), "false")
	want(t, "isDirectory", e.on(t, e.do(t, "os.stat", dir), "isDirectory"), "true")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := prop(s, "mtime").(float64), float64(info.ModTime().UnixNano())/1e9; math.Abs(got-want) > 1e-3 {
		t.Errorf("mtime: got %f, want %f", got, want)
	}
	want(t, "nothing", e.do(t, "os.stat", dir+"/x"), "null")
}

func TestPaths(t *testing.T) {
	e := newEngine()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []any
		out  string
	}{
		{"basename", []any{"/a/b.txt"}, "b.txt"},
		{"basename", []any{"/a/b.txt", ".txt"}, "b"},
		{"basename", []any{"/a/b/"}, "b"},
		{"basename", []any{".txt", ".txt"}, ".txt"},
		{"basename", []any{"/"}, ""},
		{"dirname", []any{"/a/b.txt"}, "/a"},
		{"dirname", []any{"/a"}, "/"},
		{"dirname", []any{"a"}, ""},
		{"dirname", []any{"a/b/"}, "a"},
		{"dirname", []any{"/"}, "/"},
		{"join", []any{"a", "b", "../c"}, "a/c"},
		{"join", []any{"/a/", "/b"}, "/a/b"},
		{"join", nil, ""},
		{"normalize", []any{"/a/../b/c/./d"}, "/b/c/d"},
		{"normalize", []any{"a/b"}, "/a/b"},
		{"resolve", []any{"/a", "b", "../c"}, "/a/c"},
		{"resolve", []any{"x", "/a"}, "/a"},
		{"resolve", []any{"a"}, wd + "/a"},
	} {
		if got := e.do(t, "os.path."+c.name, c.args...); got != c.out {
			t.Errorf("%s%q: got %q, want %q", c.name, c.args, got, c.out)
		}
	}
	want(t, "abspath", e.do(t, "os.abspath", "x"), `"`+wd+`/x"`)
	_, err = e.try("os.path.join", 1)
	wantError(t, "join", err, "parts: want strings, got 1")
}

func TestEnvironmentAndProcess(t *testing.T) {
	t.Setenv("PIPY_TEST", "a=b")
	e := newEngine()
	env := class("os").Consts["env"].(Lazy)(e).(*object)
	want(t, "env", env.Get("PIPY_TEST"), `"a=b"`)
	want(t, "platform", class("os").Consts["platform"], `"`+runtime.GOOS+`"`)
	t.Setenv("HOME", "/home/x")
	want(t, "home", e.do(t, "os.home"), `"/home/x"`)
	want(t, "kill", e.do(t, "os.kill", os.Getpid()), "true")
	want(t, "kill", e.do(t, "os.kill", os.Getpid(), "SIGWINCH"), "true")
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(wd) // goes back at the end
	dir := t.TempDir()
	e.do(t, "os.chdir", dir)
	e.do(t, "os.write", "here", "x")
	want(t, "chdir", e.do(t, "os.read", filepath.Join(dir, "here")), `Data "x"`)
}
