package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// each runs a test on both stores.
func each(t *testing.T, f func(t *testing.T, r *Repo)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		r := NewMemory()
		f(t, r)
		checkStore(t, r)
	})
	t.Run("bolt", func(t *testing.T) {
		r := reopen(t, t.TempDir())
		defer r.Close()
		f(t, r)
		checkStore(t, r)
	})
}

func reopen(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, r *Repo, name, version, base string) {
	t.Helper()
	must(t, r.Create(name, CreateOptions{Version: version, Base: base}))
}

func write(t *testing.T, r *Repo, name, path, content string) {
	t.Helper()
	_, err := r.Write(name, path, []byte(content), Condition{})
	must(t, err)
}

func commit(t *testing.T, r *Repo, name, version string) Commit {
	t.Helper()
	c, err := r.Commit(name, CommitOptions{Version: version})
	must(t, err)
	return c
}

// wantETags compares the ETags of codebases: "/a=1 /b=2".
func wantETags(t *testing.T, r *Repo, want string) {
	t.Helper()
	var got []string
	for _, name := range r.List("") {
		info, err := r.Info(name)
		must(t, err)
		got = append(got, name+"="+info.ETag)
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got ETags %s, want %s", s, want)
	}
}

// wantPublished compares what workers fetch: "/a=content /b=other".
func wantPublished(t *testing.T, r *Repo, name, want string) {
	t.Helper()
	tree, err := r.published(name)
	must(t, err)
	var got []string
	for _, path := range tree.paths() {
		content, _, _, err := r.publishedFile(name, path)
		must(t, err)
		got = append(got, path+"="+string(content))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s: got %s, want %s", name, s, want)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got error %v, want %v", got, want)
	}
}

func TestChainOfThreeIsPublishedTogether(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		var told []string
		r.OnCommit(func(changed []string) { told = append(told, strings.Join(changed, " ")) })
		create(t, r, "/a", "1", "")
		create(t, r, "/b", "5", "/a")
		create(t, r, "/c", "v1.0", "/b")
		write(t, r, "/b", "/b.json", "b")
		commit(t, r, "/b", "6")
		wantPublished(t, r, "/c", "/b.json=b /main.js=pipy()")
		write(t, r, "/a", "/main.js", "one")
		write(t, r, "/c", "/main.js", "mine")
		commit(t, r, "/a", "2")
		wantPublished(t, r, "/c", "/b.json=b /main.js=one") // the edit waits for a commit of its own
		wantETags(t, r, "/a=2 /b=7 /c=v1.2")
		commit(t, r, "/c", "v2")
		write(t, r, "/a", "/main.js", "two")
		commit(t, r, "/a", "3")
		wantETags(t, r, "/a=3 /b=8 /c=v2") // it overrides what has changed
		wantPublished(t, r, "/b", "/b.json=b /main.js=two")
		wantPublished(t, r, "/c", "/b.json=b /main.js=mine")
		must(t, r.Erase("/c", "/main.js", Condition{}))
		content, _, err := r.Read("/c", "/main.js")
		if string(content) != "two" {
			t.Errorf("got %q, %v of an erased file, want that of the base", content, err)
		}
		commit(t, r, "/c", "v3")
		wantPublished(t, r, "/c", "/b.json=b /main.js=two")
		want := "/a|/b|/c|/b /c|/a /b /c|/c|/a /b|/c"
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("listeners were told %s, want %s", got, want)
		}
		must(t, r.Delete("/a"))
		if list := r.List(""); len(list) != 0 {
			t.Errorf("got %v after the base is gone, want nothing", list)
		}
	})
}

func TestEqualContentKeepsTheETag(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		create(t, r, "/b", "1", "/a")
		write(t, r, "/a", "/main.js", "pipy()")
		c := commit(t, r, "/a", "2")
		if c.Version != "2" || c.ETag != "1" || len(c.Files) != 0 {
			t.Errorf("got commit %+v, want version 2 with the ETag 1 and no changed files", c)
		}
		info, err := r.Info("/a")
		must(t, err)
		if info.Version != "2" || len(info.EditFiles) != 0 {
			t.Errorf("got %+v, want version 2 and nothing edited", info)
		}
		wantETags(t, r, "/a=1 /b=1")
		write(t, r, "/a", "/main.js", "new")
		commit(t, r, "/a", "3")
		wantETags(t, r, "/a=3 /b=2")
	})
}

func TestOneETagNeverStandsForTwoContents(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		write(t, r, "/a", "/main.js", "two")
		commit(t, r, "/a", "2")
		write(t, r, "/a", "/main.js", "three")
		c := commit(t, r, "/a", "1")
		if c.Version != "1" || !strings.HasPrefix(c.ETag, "1-") {
			t.Errorf("got %+v, want version 1 with an ETag of its own", c)
		}
		must(t, r.Delete("/a"))
		create(t, r, "/a", c.ETag, "")
		info, err := r.Info("/a")
		must(t, err)
		if info.ETag == c.ETag {
			t.Errorf("got the ETag %s again after the codebase was made anew with another content", c.ETag)
		}
		write(t, r, "/a", "/main.js", "two")
		commit(t, r, "/a", "4")
		write(t, r, "/a", "/main.js", "pipy()")
		c = commit(t, r, "/a", info.Version)
		if c.ETag != info.ETag {
			t.Errorf("got ETag %s for content that was there before under this version, want %s", c.ETag, info.ETag)
		}
	})
}

func TestFilesArePublishedOneByOne(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "7", "")
		create(t, r, "/b", "7", "/a")
		write(t, r, "/a", "/data", "1")
		commit(t, r, "/a", "8")
		write(t, r, "/a", "/data", "2")
		commit(t, r, "/a", "")
		write(t, r, "/a", "/data", "3")
		c := commit(t, r, "/a", "")
		if c.Version != "8" || c.ETag != "8" {
			t.Errorf("got %+v, want version and ETag to stay 8", c)
		}
		if again := commit(t, r, "/a", ""); again.ID != c.ID {
			t.Errorf("got commit %d without edits, want %d again", again.ID, c.ID)
		}
		for _, name := range []string{"/a", "/b"} {
			tree, err := r.published(name)
			must(t, err)
			if got := string(tree.etags); got != "/data#8.2\n/main.js#8" {
				t.Errorf("%s: got %s", name, got)
			}
		}
		wantPublished(t, r, "/b", "/data=3 /main.js=pipy()")
		// Workers that started with ETag 8 have other data: now they have to know.
		commit(t, r, "/a", "9")
		wantETags(t, r, "/a=9 /b=9")
	})
}

func TestNamesDoNotMeetByPrefix(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/proxy2", "1", "")
		create(t, r, "/proxy", "1", "")
		write(t, r, "/proxy2", "/x", "2")
		write(t, r, "/proxy", "/y", "1")
		commit(t, r, "/proxy", "2")
		must(t, r.Erase("/proxy", "/main.js", Condition{}))
		commit(t, r, "/proxy", "3")
		wantPublished(t, r, "/proxy2", "/main.js=pipy()")
		info, err := r.Info("/proxy2")
		must(t, err)
		if !slices.Equal(info.EditFiles, []string{"/x"}) {
			t.Errorf("got edits %v, want /x", info.EditFiles)
		}
		must(t, r.Delete("/proxy"))
		wantPublished(t, r, "/proxy2", "/main.js=pipy()")
	})
}

func TestNestedNamesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a/b", "", "")
		wantError(t, r.Create("/a", CreateOptions{}), ErrNested)
		wantError(t, r.Create("/a/b/c/d", CreateOptions{}), ErrNested)
		wantError(t, r.Create("/a/b", CreateOptions{}), ErrExists)
		create(t, r, "/a/bc", "", "")
		wantError(t, r.Create("/x", CreateOptions{Base: "/nope"}), ErrNoBase)
		wantError(t, r.Create("/x", CreateOptions{Version: "a b"}), ErrVersion)
	})
}

func TestEverythingSurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	r := reopen(t, dir)
	create(t, r, "/a", "1", "")
	create(t, r, "/b", "1", "/a")
	write(t, r, "/a", "/f", "committed")
	commit(t, r, "/a", "2")
	write(t, r, "/a", "/f", "edited")
	must(t, r.Erase("/a", "/main.js", Condition{}))
	must(t, r.SetMain("/a", "/f", ""))
	before, err := r.Info("/a")
	must(t, err)
	must(t, r.Close())
	r = reopen(t, dir)
	defer r.Close()
	after, err := r.Info("/a")
	must(t, err)
	if got, want := fmt.Sprint(*after), fmt.Sprint(*before); got != want {
		t.Errorf("got %s after a restart, want %s", got, want)
	}
	wantPublished(t, r, "/b", "/f=committed /main.js=pipy()")
	v, err := r.Snapshot("/a")
	must(t, err)
	text, err := fs.ReadFile(v.Files, "f")
	if string(text) != "edited" || v.Entry != "/f" || v.Name != "2" {
		t.Errorf("got a snapshot with %q, %v, entry %s, version %s", text, err, v.Entry, v.Name)
	}
	if _, err := fs.Stat(v.Files, "main.js"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for an erased file in a snapshot", err)
	}
	checkStore(t, r)
}

func TestStoreIsOnlyMadeInAnEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "main.js"), nil, 0o600))
	_, err := Open(dir)
	if err == nil || !strings.Contains(err.Error(), `"main.js"`) || !strings.Contains(err.Error(), "--gui-port") {
		t.Errorf("got %v for a folder of scripts, want an error that tells the way out", err)
	}
	must(t, os.Remove(filepath.Join(dir, "main.js")))
	must(t, os.Mkdir(filepath.Join(dir, "lost+found"), 0o700))
	r := reopen(t, dir)
	info, err := os.Stat(filepath.Join(dir, boltFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that only its owner can read", info, err)
	}
	_, err = Open(dir)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d", os.Getpid())) {
		t.Errorf("got %v for a store that is open, want the number of the process", err)
	}
	must(t, r.Close())
	must(t, os.WriteFile(filepath.Join(dir, "other"), nil, 0o600))
	must(t, reopen(t, dir).Close()) // it is a store already
	old := t.TempDir()
	for _, name := range []string{"CURRENT", "LOCK", "000003.log"} {
		must(t, os.WriteFile(filepath.Join(old, name), nil, 0o600))
	}
	if _, err := Open(old); err == nil || !strings.Contains(err.Error(), "LevelDB") {
		t.Errorf("got %v for a store of another kind", err)
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for a directory that does not exist", err)
	}
	must(t, os.WriteFile(filepath.Join(old, boltFile), []byte(strings.Repeat("no store ", 4000)), 0o600))
	if _, err := Open(old); err == nil {
		t.Error("a damaged store was opened")
	}
}

func TestHistoryRollsBack(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		write(t, r, "/a", "/f", "1")
		commit(t, r, "/a", "2")
		must(t, r.Erase("/a", "/main.js", Condition{}))
		must(t, r.SetMain("/a", "/f", ""))
		write(t, r, "/a", "/g", "g")
		_, err := r.Commit("/a", CommitOptions{Version: "3", IfVersion: "1"})
		wantError(t, err, ErrChanged)
		_, err = r.Commit("/a", CommitOptions{Version: "3", IfVersion: "2", Author: "me", Message: "why"})
		must(t, err)
		list, err := r.History("/a")
		must(t, err)
		if len(list) != 3 || list[0].Author != "me" || list[0].Message != "why" || list[0].Time.IsZero() ||
			!slices.Equal(list[0].Files, []string{"/g", "/main.js"}) {
			t.Errorf("got history %+v", list)
		}
		write(t, r, "/a", "/f", "lost?")
		wantError(t, r.Rollback("/a", "2", RollbackOptions{}), ErrUncommitted)
		wantError(t, r.Rollback("/a", "17", RollbackOptions{}), ErrNoVersion)
		must(t, r.Rollback("/a", "2", RollbackOptions{Discard: true}))
		commit(t, r, "/a", "4")
		wantPublished(t, r, "/a", "/f=1 /main.js=pipy()")
		info, err := r.Info("/a")
		must(t, err)
		if info.Main != "/main.js" || len(info.EditFiles)+len(info.ErasedFiles) != 0 {
			t.Errorf("got %+v", info)
		}
	})
}

func TestOldVersionsAreDropped(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		r.limits.versions = 3
		create(t, r, "/a", "1", "")
		create(t, r, "/b", "1", "/a")
		for i := range 20 {
			write(t, r, "/a", "/f", fmt.Sprint(i))
			commit(t, r, "/a", fmt.Sprint(i+2))
		}
		list, err := r.History("/a")
		must(t, err)
		if len(list) != 3 || list[0].Version != "21" || list[2].Version != "19" {
			t.Errorf("got history %v", list)
		}
		list, err = r.History("/b")
		must(t, err)
		if len(list) != 2 || list[0].Version != "21" || !list[0].Auto || list[1].Auto {
			t.Errorf("got history %v of a derived codebase, want its own commit and the last one of the base", list)
		}
		n := 0
		must(t, r.store.view(func(x tx) error {
			for range x.scan("blob") {
				n++
			}
			return nil
		}))
		if n != 4 { // main.js and /f of three commits
			t.Errorf("got %d contents in the store, want 4", n)
		}
	})
}

func TestLimits(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		r.limits = limits{file: 10, size: 25, files: 4, codebases: 4, versions: 10, chain: 2}
		create(t, r, "/a", "1", "") // main.js has 6 bytes
		_, err := r.Write("/a", "/f", make([]byte, 11), Condition{})
		wantError(t, err, ErrTooLarge)
		write(t, r, "/a", "/f", "0123456789")
		_, err = r.Write("/a", "/g", make([]byte, 10), Condition{})
		wantError(t, err, ErrTooLarge)
		write(t, r, "/a", "/g", "")
		write(t, r, "/a", "/h", "")
		_, err = r.Write("/a", "/i", nil, Condition{})
		wantError(t, err, ErrTooLarge)
		write(t, r, "/a", "/h", "1")
		create(t, r, "/b", "1", "/a")
		wantError(t, r.Create("/c", CreateOptions{Base: "/b"}), ErrTooLarge)
		create(t, r, "/c", "1", "")
		create(t, r, "/d", "1", "")
		wantError(t, r.Create("/e", CreateOptions{}), ErrTooLarge)
	})
}

func TestNames(t *testing.T) {
	bad := []string{"", "a", "/", "//", "/a/", "/a//b", "/.", "/..", "/a/../b", "/a/./b", "/a\x00b", "/a\nb", "/a\x7fb", "/a\u0085b",
		`/a\b`, "/ a", "/a ", "/a\xff", "/" + strings.Repeat("x", 256), strings.Repeat("/abcdefgh", 200)}
	for _, name := range bad {
		wantError(t, checkName(name), ErrName)
		wantError(t, checkFile(name), ErrName)
	}
	wantError(t, checkFile("/_etags"), ErrName)
	for _, name := range []string{"/a", "/a/b-c_d.e", "/日本", "/a b", "/%2e%2e", "/..a", "/a..", "/a/_etags", "/.hidden"} {
		if err := errors.Join(checkName(name), checkFile(name)); err != nil {
			t.Errorf("got %v", err)
		}
	}
	for v, want := range map[string]string{"8": "9", "v1.0": "v1.1", "1.5": "2", "rel": "rel.1", "5-x": "6", "a9": "a10", "99999999999999999999": "99999999999999999999.1"} {
		if got := nextVersion(v); got != want {
			t.Errorf("after version %s: got %s, want %s", v, got, want)
		}
	}
	for etag, want := range map[string]string{"1": "1.1", "1.1": "1.2", "v1.0": "v1.1", "a.b": "a.b.1", "x": "x.1"} {
		if got := nextFile(etag); got != want {
			t.Errorf("after ETag %s: got %s, want %s", etag, got, want)
		}
	}
}

func TestFileAndFolderDoNotShareAName(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		write(t, r, "/a", "/x/y", "")
		_, err := r.Write("/a", "/x", nil, Condition{})
		wantError(t, err, ErrName)
		_, err = r.Write("/a", "/main.js/y/z", nil, Condition{})
		wantError(t, err, ErrName)
		must(t, r.Erase("/a", "/x/y", Condition{}))
		write(t, r, "/a", "/x", "")
	})
}

// A failed change leaves nothing behind, and the checks at its end see all of it.
func TestFailedChangeLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		broken := errors.New("broken")
		err := r.update(func(w *work) error {
			if err := w.create("/b", CreateOptions{}); err != nil {
				return err
			}
			if err := w.setEdit("/a", "/f", edit{file: w.add([]byte("x"))}); err != nil {
				return err
			}
			if err := w.dropEdit("/a", "/f"); err != nil {
				return err
			}
			if _, err := w.commit("/a", CommitOptions{Version: "9"}); err != nil {
				return err
			}
			return broken
		})
		wantError(t, err, broken)
		wantETags(t, r, "/a=1")
		if _, _, err := r.Read("/a", "/f"); !errors.Is(err, ErrNoFile) {
			t.Errorf("got %v", err)
		}
	})
}

func TestConcurrentWritersAndReaders(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		r.limits.versions = 2 // so that what readers look at goes away
		create(t, r, "/base", "1", "")
		create(t, r, "/derived", "1", "/base")
		var writers, readers sync.WaitGroup
		for i := range 4 {
			writers.Go(func() {
				for n := range 15 {
					file := fmt.Sprintf("/f%d", i)
					if _, err := r.Write("/base", file, fmt.Appendf(nil, "%d", n), Condition{}); err != nil {
						t.Error(err)
					}
					if _, err := r.Commit("/base", CommitOptions{Version: fmt.Sprintf("%d.%d", i, n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		for range 2 {
			readers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					tree, err := r.published("/derived")
					if err != nil {
						t.Error(err)
						return
					}
					for _, path := range tree.paths() {
						if _, _, _, err := r.publishedFile("/derived", path); err != nil {
							t.Errorf("%s: %v", path, err)
						}
					}
					if _, err := r.Info("/derived"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		close(done)
		readers.Wait()
		commit(t, r, "/base", "last")
		wantPublished(t, r, "/derived", "/f0=14 /f1=14 /f2=14 /f3=14 /main.js=pipy()")
	})
}

// Of many who commit on top of the same version, one is first and the others learn
// about it.
func TestOnlyOneOfConcurrentCommitsWins(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "1", "")
		var wg sync.WaitGroup
		errs := make(chan error, 8)
		for i := range 8 {
			wg.Go(func() {
				_, err := r.Commit("/a", CommitOptions{Version: fmt.Sprint(i + 2), IfVersion: "1"})
				errs <- err
			})
		}
		wg.Wait()
		close(errs)
		won := 0
		for err := range errs {
			if err == nil {
				won++
			} else {
				wantError(t, err, ErrChanged)
			}
		}
		if won != 1 {
			t.Errorf("got %d commits on top of version 1, want 1", won)
		}
	})
}

// What was never committed hides nothing of its base.
func TestUnpublishedCodebaseInAChain(t *testing.T) {
	each(t, func(t *testing.T, r *Repo) {
		create(t, r, "/a", "", "")
		create(t, r, "/b", "", "/a")
		create(t, r, "/c", "1", "/b")
		wantPublished(t, r, "/c", "")
		write(t, r, "/a", "/main.js", "a")
		write(t, r, "/b", "/b", "b")
		commit(t, r, "/a", "")
		wantETags(t, r, "/a=0 /b= /c=2")
		wantPublished(t, r, "/c", "/main.js=a")
		commit(t, r, "/b", "v1")
		wantPublished(t, r, "/c", "/b=b /main.js=a")
		wantPublished(t, r, "/b", "/b=b /main.js=a")
	})
}
