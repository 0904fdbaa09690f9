package logging

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLoggersShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	one, err := OpenFile(path, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	one.Write([]byte("a"))
	two, err := OpenFile(path, FileOptions{}) // does not empty it
	if err != nil {
		t.Fatal(err)
	}
	two.Write([]byte("b"))
	one.Close()
	one.Close() // only once
	two.Write([]byte("c"))
	if !two.Flush(time.Minute) {
		t.Error("not flushed")
	}
	wantFile(t, path, "a\nb\nc\n")
	two.Close()
	two.Write([]byte("d"))
	if two.Dropped() != 1 {
		t.Errorf("after Close: dropped %d, want 1", two.Dropped())
	}
	if files.byPath[path] != nil {
		t.Error("the file is still open")
	}
}

func TestFileRotatesBetweenRecords(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFile(filepath.Join(dir, "log"), FileOptions{MaxSize: 6})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"aaa", "b", "cccc", "dddd"} {
		f.Write([]byte(r))
	}
	f.Flush(time.Minute)
	f.Close()
	var got []string
	for _, s := range folder(t, dir) {
		got = append(got, s[strings.Index(s, "="):])
	}
	slices.Sort(got)
	if want := []string{"=aaa\nb\n", "=cccc\n", "=dddd\n"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTroubleWithAFileIsReportedOnce(t *testing.T) {
	old := std
	defer func() { std = old }()
	l, m := testLog()
	std = l
	dir := filepath.Join(t.TempDir(), "dir")
	os.Mkdir(dir, 0o700)
	f, err := OpenFile(filepath.Join(dir, "log"), FileOptions{MaxSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Write([]byte("a"))
	f.Flush(time.Minute)
	os.RemoveAll(dir)
	for range 2 {
		f.Write([]byte("b"))
		f.Flush(time.Minute)
	}
	if len(m.lines) != 1 || !strings.Contains(m.lines[0], "[ERR] [files] log file: ") {
		t.Errorf("got %q, want one line", m.lines)
	}
	if f.Dropped() != 0 {
		t.Errorf("dropped %d records, want 0: they went to the open file", f.Dropped())
	}
}

func TestOpenFileErrors(t *testing.T) {
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none", "log"), FileOptions{}); err == nil {
		t.Error("no such folder: want an error")
	}
}
