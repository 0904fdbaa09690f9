package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const root = "../../.."

func TestReferenceIsCurrent(t *testing.T) {
	files, err := printed(root)
	if err != nil {
		t.Fatal(err)
	}
	var stale []string
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !bytes.Equal(got, want) {
			stale = append(stale, name)
		}
	}
	old, err := existing(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		if files[name] == nil {
			stale = append(stale, name)
		}
	}
	if len(stale) > 0 {
		slices.Sort(stale)
		t.Errorf("%d files are stale, such as %s: run make generate", len(stale), stale[0])
	}
}

func TestPrintingTwiceGivesTheSame(t *testing.T) {
	a, err := printed(root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := printed(root)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(a, b, bytes.Equal) {
		t.Error("the printed files differ from one time to the next")
	}
}

func TestWriteRemovesPagesOfWhatIsGone(t *testing.T) {
	dir := t.TempDir()
	gone := filepath.Join(dir, pagesDir, "filters", "gone.md")
	if err := os.MkdirAll(filepath.Dir(gone), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(gone, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(gone); !os.IsNotExist(err) {
		t.Errorf("got the page still there (%v), want it removed", err)
	}
	if _, err := os.Stat(filepath.Join(dir, pagesDir, "README.md")); err != nil {
		t.Error(err)
	}
}
