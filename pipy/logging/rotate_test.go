package logging

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// folder lists a folder's files as "name=content".
func folder(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e.Name()+"="+string(text))
	}
	return list
}

func TestFilesRotate(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options FileOptions
		before  string   // what the file has
		others  string   // other files in the folder
		writes  string   // records; + lets a second pass
		want    []string // what the folder has
	}{
		{"never", FileOptions{}, "", "", "a + b + c", []string{"log=abc"}},
		{"emptied", FileOptions{}, "old", "", "a", []string{"log=a"}},
		{"continued", FileOptions{Append: true}, "old", "", "a", []string{"log=olda"}},
		{"by size", FileOptions{MaxSize: 4}, "", "", "aa bb + cc d + ddd", []string{"2022-05-07-08-09-10-log=aabb", "2022-05-07-08-09-11-log=ccd", "log=ddd"}},
		{"by size, what was there counts", FileOptions{Append: true, MaxSize: 4}, "old", "", "aa", []string{"2022-05-07-08-09-10-log=old", "log=aa"}},
		{"a big record gets its own file", FileOptions{MaxSize: 2}, "", "", "a + bbbb + c", []string{"2022-05-07-08-09-10-log=a", "2022-05-07-08-09-11-log=bbbb", "log=c"}},
		{"several in a second", FileOptions{MaxSize: 1}, "", "", "a b c", []string{"2022-05-07-08-09-10-log=a", "2022-05-07-08-09-10.000001-log=b", "log=c"}},
		{"by age", FileOptions{Interval: 2 * time.Second}, "", "", "a + b + c + d", []string{"2022-05-07-08-09-10-log=ab", "log=cd"}},
		{"an empty file does not rotate", FileOptions{Interval: 2 * time.Second}, "", "", "+ + + a", []string{"log=a"}},
		{"oldest are deleted", FileOptions{MaxSize: 1, MaxCount: 2}, "", "", "a + b + c + d", []string{"2022-05-07-08-09-11-log=b", "2022-05-07-08-09-12-log=c", "log=d"}},
		{"others are not deleted", FileOptions{MaxSize: 1, MaxCount: 1}, "",
			"2021-01-01-00-00-00-log 2021-01-01-00-00-00-xlog 2021-01-01-00-00-00-x-log backup-log 2021-log",
			"a + b + c",
			[]string{"2021-01-01-00-00-00-x-log=", "2021-01-01-00-00-00-xlog=", "2021-log=", "2022-05-07-08-09-11-log=b", "backup-log=", "log=c"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "log")
			if tt.before != "" {
				os.WriteFile(path, []byte(tt.before), 0o600)
			}
			for _, o := range strings.Fields(tt.others) {
				os.WriteFile(filepath.Join(dir, o), nil, 0o600)
			}
			now := time.Date(2022, 5, 7, 8, 9, 10, 0, time.Local)
			f, err := openRotating(path, tt.options, func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range strings.Fields(tt.writes) {
				if w == "+" {
					now = now.Add(time.Second)
				} else if n, err := f.Write([]byte(w)); n != len(w) || err != nil {
					t.Errorf("write %q: %d %v", w, n, err)
				}
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if got := folder(t, dir); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFileMovedAwayBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f, err := OpenRotatingFile(path, FileOptions{MaxSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Write([]byte("a"))
	if err := os.Rename(path, filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("b")); err != nil {
		t.Error(err)
	}
	if got, want := folder(t, dir), []string{"log=b", "moved=a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFileThatIsNotInItsPlaceIsOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	now := time.Unix(0, 0)
	f, err := openRotating(path, FileOptions{Append: true, Private: true}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, step := range []struct {
		text string
		then func() error
	}{
		{"a", func() error { return os.Rename(path, path+".1") }},
		{"b", func() error { return os.Remove(path) }},
		{"c", func() error { return os.Rename(path, path+".2") }},
		{"d", func() error { return os.WriteFile(path, []byte("new "), 0o600) }},
		{"e", func() error { return nil }},
	} {
		now = now.Add(lookInterval)
		if _, err := f.Write([]byte(step.text)); err != nil {
			t.Error(err)
		}
		if err := step.then(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := folder(t, dir), []string{"log=new e", "log.1=a", "log.2=c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if info, err := os.Stat(path + ".2"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("want a file for its user only, got %v, %v", info.Mode(), err)
	}
}

func TestFileThatCannotRotateGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := OpenRotatingFile(filepath.Join(dir, "log"), FileOptions{MaxSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("a"))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := f.Write([]byte("b")); n != 1 || err == nil {
			t.Errorf("got %d %v, want the byte written and an error", n, err)
		}
	}
	f.Close()
	if err := f.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := f.Write([]byte("c")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
	if _, err := OpenRotatingFile(filepath.Join(dir, "log"), FileOptions{}); err == nil {
		t.Error("no such folder: want an error")
	}
}
