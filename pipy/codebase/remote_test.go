package codebase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// site is an HTTP server in memory, of files below one folder.
type site struct {
	mu       sync.Mutex
	files    map[string]string // by URL path
	tags     map[string]string // etags; "*" is that of all other files
	modified string            // last-modified of all files
	status   map[string]int    // of paths that do not work
	down     bool
	log      []string
	during   func(path string) // called before an answer
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	during := s.during
	s.mu.Unlock()
	if during != nil {
		during(r.URL.Path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+r.URL.Path)
	text, ok := s.files[r.URL.Path]
	if code := s.status[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
		return
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	etag := s.tags[r.URL.Path]
	if etag == "" {
		etag = s.tags["*"]
	}
	if etag != "" {
		w.Header().Set("etag", etag)
	}
	if s.modified != "" {
		w.Header().Set("last-modified", s.modified)
	}
	if etag != "" && r.Header.Get("if-none-match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("content-type", "text/plain")
	if strings.HasPrefix(text, "<") {
		w.Header().Set("content-type", "text/html; charset=utf-8")
	}
	if r.Method != http.MethodHead {
		w.Write([]byte(text))
	}
}

// RoundTrip lets the site stand in for the network, so that time is virtual.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

func (s *site) change(f func(s *site)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *site) count(request string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, l := range s.log {
		if l == request {
			n++
		}
	}
	return n
}

func newRemote(t *testing.T, s *site, target string, o *RemoteOptions) *Remote {
	t.Helper()
	r, err := NewRemote(target, o)
	if err != nil {
		t.Fatal(err)
	}
	r.client.Transport = s
	return r
}

func read(t *testing.T, v *Version, name string) string {
	t.Helper()
	b, err := fs.ReadFile(v.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// program is a process in small: it loads what it is told has changed.
type program struct {
	t      *testing.T
	r      *Remote
	broken string // a text that keeps a version from running
	tried  []string
	loaded []string
}

func (p *program) change() {
	v, err := p.r.Load(context.Background())
	if err != nil {
		p.loaded = append(p.loaded, "error")
		return
	}
	text := read(p.t, v, v.Entry[1:])
	p.tried = append(p.tried, text)
	if p.broken != "" && strings.Contains(text, p.broken) {
		p.r.Tried(v, errors.New("broken: "+text))
		return
	}
	p.r.Tried(v, nil)
	p.loaded = append(p.loaded, text)
}

func (p *program) watch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go p.r.Watch(ctx, p.change)
}

// after lets virtual time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestListAndScriptsAreToldApart(t *testing.T) {
	for _, c := range []struct{ name, url, body, entry string }{
		{"list", "http://h/repo/app/", "/main.js\n/lib/x.js", "/main.js"},
		{"script", "http://h/x/hello.js", "pipy()", "/hello.js"},
		{"script with a line comment", "http://h/hello.js", "// x\npipy()", "/hello.js"},
		{"script with a comment", "http://h/hello.js", "/* x */pipy()", "/hello.js"},
		{"short script", "http://h/hello.js", "/x", "/hello.js"},
		{"script of a folder", "http://h/app/", "pipy()", "/main.js"},
		{"list in a file", "http://h/app/files.txt", "/main.js\n\n/lib/x.js\n/main.js\n", "/main.js"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &site{files: map[string]string{}}
			r := newRemote(t, s, c.url, nil)
			s.files["/repo/app/main.js"], s.files["/repo/app/lib/x.js"] = "m", "x"
			s.files["/app/main.js"], s.files["/app/lib/x.js"] = "m", "x"
			s.files[r.given.Path] = c.body
			v, err := r.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if v.Entry != c.entry {
				t.Errorf("entry: got %s, want %s", v.Entry, c.entry)
			}
			if isList([]byte(c.body)) && read(t, v, "lib/x.js") != "x" {
				t.Error("want the second file of the list")
			}
		})
	}
}

func TestBadListsAreRefused(t *testing.T) {
	for _, list := range []string{"/../x.js", "/main.js\n/a/../../b", "/main.js\n/a\\b", "/main.js\nhttp://x/y", "/main.js\n/a//b"} {
		s := &site{files: map[string]string{"/app/": list, "/app/main.js": "m"}}
		if _, err := newRemote(t, s, "http://h/app/", nil).Load(t.Context()); err == nil || !strings.Contains(err.Error(), "want a path") {
			t.Errorf("%q: got %v, want an error about the path", list, err)
		}
	}
}

func TestSizesAreLimited(t *testing.T) {
	var many, long strings.Builder
	many.WriteString("/main.js\n")
	for i := range maxFiles {
		fmt.Fprintf(&many, "/%d\n", i)
	}
	long.WriteString("/" + strings.Repeat("x", maxList))
	for list, want := range map[string]string{many.String(): "want at most 10000 files, got 10001", long.String(): "want a list of at most 1048576 bytes"} {
		s := &site{files: map[string]string{"/app/": list}}
		if _, err := newRemote(t, s, "http://h/app/", nil).Load(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	s := &site{files: map[string]string{"/app/x.js": strings.Repeat("x", maxFile+1)}}
	if _, err := newRemote(t, s, "http://h/app/x.js", nil).Load(t.Context()); err == nil || !strings.Contains(err.Error(), "want a file of at most 67108864 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestVersionIsNamedByItsTag(t *testing.T) {
	for _, c := range []struct{ etag, modified, name string }{
		{"6", "", "6"},
		{`"6"`, "Mon, 01 Jan 2024 00:00:00 GMT", "6"},
		{`W/"abc"`, "", "abc"},
		{"", "Mon, 01 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 GMT"},
	} {
		s := &site{files: map[string]string{"/x.js": "pipy()"}, tags: map[string]string{"*": c.etag}, modified: c.modified}
		v, err := newRemote(t, s, "http://h/x.js", nil).Load(t.Context())
		if err != nil || v.Name != c.name {
			t.Errorf("%+v: got %+v, %v", c, v, err)
		}
	}
}

func TestStaticServersAreFollowedByTheirTags(t *testing.T) {
	type change func(s *site)
	for _, c := range []struct {
		name   string
		before change
		after  change
		want   []string
	}{
		{"etag only", func(s *site) { s.tags["*"] = `"1"` }, func(s *site) { s.tags["*"] = `"2"` }, []string{"one", "two"}},
		{"last-modified only", func(s *site) { s.modified = "a" }, func(s *site) { s.modified = "b" }, []string{"one", "two"}},
		{"both, one changes", func(s *site) { s.tags["*"], s.modified = "1", "a" }, func(s *site) { s.modified = "b" }, []string{"one", "two"}},
		{"neither", func(*site) {}, func(*site) {}, []string{"one"}},
		{"the tag stays", func(s *site) { s.tags["*"] = "1" }, func(*site) {}, []string{"one"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{files: map[string]string{"/x.js": "one"}, tags: map[string]string{}}
				c.before(s)
				p := &program{t: t, r: newRemote(t, s, "http://h/x.js", nil)}
				p.change()
				p.watch(t)
				after(20 * time.Second)
				s.change(func(s *site) { s.files["/x.js"] = "two"; c.after(s) })
				after(PollInterval)
				want(t, p.loaded, c.want...)
			})
		})
	}
}

func TestSameContentUnderAnotherTagIsNotLoadedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{"/x.js": "one"}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/x.js", nil)}
		p.change()
		p.watch(t)
		s.change(func(s *site) { s.tags["*"] = "2" })
		after(time.Minute)
		want(t, p.tried, "one")
		if st := p.r.State(); st.Running != "2" || st.Newest != "2" || st.Error != nil {
			t.Errorf("got %+v, want version 2 to be the one that runs", st)
		}
		if n := s.count("GET /x.js"); n != 2 {
			t.Errorf("got %d downloads, want 2", n)
		}
	})
}

func TestBrokenVersionIsTriedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{"/x.js": "one"}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/x.js", nil), broken: "bad"}
		p.change()
		p.watch(t)
		s.change(func(s *site) { s.files["/x.js"], s.tags["*"] = "bad", "2" })
		after(time.Minute)
		want(t, p.tried, "one", "bad")
		if st := p.r.State(); st.Running != "1" || st.Newest != "2" || st.Error == nil || st.Error.Error() != "version 2 does not run: broken: bad" {
			t.Errorf("got %+v, want version 1 to run and a reason why 2 does not", st)
		}
		s.change(func(s *site) { s.tags["*"] = "3" }) // the same text
		after(time.Minute)
		want(t, p.tried, "one", "bad")
		s.change(func(s *site) { s.files["/x.js"], s.tags["*"] = "one", "4" }) // taken back
		after(time.Minute)
		want(t, p.tried, "one", "bad")
		if st := p.r.State(); st.Running != "4" || st.Error != nil {
			t.Errorf("got %+v, want version 4 to run", st)
		}
		s.change(func(s *site) { s.files["/x.js"], s.tags["*"] = "two", "5" })
		after(time.Minute)
		want(t, p.loaded, "one", "two")
	})
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{"/app/": "/main.js\n/a.js", "/app/main.js": "one", "/app/a.js": "a"}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/app/", nil)}
		p.change()
		p.watch(t)
		s.change(func(s *site) {
			s.files["/app/main.js"], s.tags["*"] = "two", "2"
			delete(s.files, "/app/a.js")
		})
		after(time.Minute)
		want(t, p.tried, "one")
		if st := p.r.State(); st.Error == nil || !strings.Contains(st.Error.Error(), "GET http://h/app/a.js: want status 200, got 404") {
			t.Errorf("got %v, want the file that is missing", st.Error)
		}
		s.change(func(s *site) { s.files["/app/a.js"] = "b" })
		after(MaxBackOff)
		want(t, p.loaded, "one", "two")
		if st := p.r.State(); st.Error != nil {
			t.Errorf("got %v, want no error", st.Error)
		}
	})
}

func TestFilesOfTwoVersionsAreNotMixed(t *testing.T) {
	s := &site{files: map[string]string{"/app/": "/main.js\n/a.js", "/app/main.js": "one", "/app/a.js": "one"}, tags: map[string]string{"*": "1"}}
	var once sync.Once
	s.during = func(path string) {
		if path == "/app/a.js" {
			once.Do(func() {
				s.change(func(s *site) { s.files["/app/main.js"], s.files["/app/a.js"], s.tags["*"] = "two", "two", "2" })
			})
		}
	}
	v, err := newRemote(t, s, "http://h/app/", nil).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := read(t, v, "main.js"), read(t, v, "a.js"); a != "two" || b != "two" || v.Name != "2" {
		t.Errorf("got %s and %s of version %s, want both of version 2", a, b, v.Name)
	}
}

func TestFilesThatStayedAreNotDownloadedAgain(t *testing.T) {
	s := &site{
		files: map[string]string{"/app/list": "/main.js\n/a.js", "/app/main.js": "one", "/app/a.js": "a"},
		tags:  map[string]string{"/app/list": `"l"`, "/app/main.js": `"1"`, "/app/a.js": `"a"`},
	}
	r := newRemote(t, s, "http://h/app/list", nil)
	if _, err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.files["/app/main.js"], s.tags["/app/main.js"] = "two", `"2"`
	s.files["/app/a.js"] = "is not sent, as its tag stays"
	v, err := r.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, []string{read(t, v, "main.js"), read(t, v, "a.js")}, "two", "a")
}

func TestRepoRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{"/x.js": "one"}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/x.js", nil)}
		p.change()
		p.watch(t)
		s.change(func(s *site) { s.down = true })
		after(10 * time.Minute)
		want(t, p.tried, "one")
		asked := len(s.log)
		s.change(func(s *site) { s.down, s.files["/x.js"], s.tags["*"] = false, "two", "2" })
		after(MaxBackOff)
		want(t, p.loaded, "one", "two")
		if p.r.State().Error != nil || asked > 10 {
			t.Errorf("got %v and %d requests before the restart", p.r.State().Error, asked)
		}
	})
}

func TestPausesGrowWhileTheServerIsBad(t *testing.T) {
	for failures, want := range []time.Duration{5, 5, 10, 20, 30, 30} {
		want *= time.Second
		for range 20 {
			if got := BackOff(PollInterval, failures); got > want || got < want*9/10-1 {
				t.Errorf("after %d failures: got %v, want about %v", failures, got, want)
			}
		}
	}
	if got := BackOff(time.Hour, 5); got > time.Hour || got < 54*time.Minute {
		t.Errorf("long intervals stay: got %v", got)
	}
}

func TestPokeLooksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{"/x.js": "one"}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/x.js", &RemoteOptions{Interval: 1e6 * time.Hour})}
		p.change()
		p.watch(t)
		s.change(func(s *site) { s.files["/x.js"], s.tags["*"] = "two", "2" })
		p.r.Poke()
		synctest.Wait()
		want(t, p.loaded, "one", "two")
	})
}

func TestFirstVersionMayComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{files: map[string]string{}, tags: map[string]string{"*": "1"}}
		p := &program{t: t, r: newRemote(t, s, "http://h/repo/app/", nil)}
		p.change()
		p.watch(t)
		after(time.Minute)
		s.change(func(s *site) { s.files["/repo/app/"], s.files["/repo/app/main.js"] = "/main.js", "one" })
		after(MaxBackOff)
		want(t, p.loaded, "error", "one")
	})
}

func TestFolderURLs(t *testing.T) {
	s := &site{files: map[string]string{"/repo/app/": "/main.js", "/repo/app/main.js": "m", "/dir/main.js": "d", "/page": "<html>"}}
	for _, c := range []struct{ url, text, fails string }{
		{"http://h/repo/app", "m", ""},
		{"http://h/dir/", "d", ""},
		{"http://h/dir", "d", ""},
		{"http://h/none/x", "", "nor is there anything at http://h/none/x/ or http://h/none/x/main.js: want the URL of a script, or of a codebase"},
		{"http://h/none/", "", "nor is there anything at http://h/none/main.js"},
		{"http://h/none/x.js", "", "GET http://h/none/x.js: want status 200, got 404 Not Found"},
		{"http://h/page", "", "got a web page"},
	} {
		v, err := newRemote(t, s, c.url, nil).Load(t.Context())
		switch {
		case c.fails != "":
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: got %v, want %q", c.url, err, c.fails)
			}
		case err != nil:
			t.Errorf("%s: %v", c.url, err)
		case read(t, v, "main.js") != c.text:
			t.Errorf("%s: got %s, want %s", c.url, read(t, v, "main.js"), c.text)
		}
	}
}

func TestBadURLs(t *testing.T) {
	for _, u := range []string{"", "x", "ftp://h/x", "http:///x", "http://%zz/"} {
		if _, err := NewRemote(u, nil); err == nil {
			t.Errorf("%q: want an error", u)
		}
	}
}

func TestPasswordsStayOutOfErrors(t *testing.T) {
	s := &site{down: true}
	_, err := newRemote(t, s, "http://user:secret@h/x.js", nil).Load(t.Context())
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestLastGoodVersionIsKeptOnDisk(t *testing.T) {
	dir := t.TempDir() + "/cache"
	s := &site{files: map[string]string{"/app/": "/main.js\n/a/b.js", "/app/main.js": "one", "/app/a/b.js": "b"}, tags: map[string]string{"*": "1"}}
	start := func() *program {
		return &program{t: t, r: newRemote(t, s, "http://h/app/", &RemoteOptions{Cache: dir}), broken: "bad"}
	}
	p := start()
	p.change()
	want(t, p.loaded, "one")

	s.down = true
	p = start()
	p.change()
	want(t, p.loaded, "one")
	if st := p.r.State(); st.Running != "1" || st.Error == nil {
		t.Errorf("got %+v, want version 1 and why the server cannot be asked", st)
	}

	s.down, s.status = false, map[string]int{"/app/": 503}
	p = start()
	p.change()
	want(t, p.loaded, "one")

	s.status = map[string]int{"/app/a/b.js": 404} // the list is there, a file is not
	p = start()
	p.change()
	want(t, p.loaded, "one")

	// A version that does not run does not take its place, nor that of the start.
	s.status = nil
	s.files["/app/main.js"], s.tags["*"] = "bad", "2"
	p = start()
	p.change()
	want(t, p.loaded)
	p.change()
	want(t, p.tried, "bad", "one")
	if st := p.r.State(); st.Running != "1" || st.Newest != "2" || st.Error == nil {
		t.Errorf("got %+v, want version 1 to run and a reason why 2 does not", st)
	}

	// What was taken away on purpose does not start.
	s.files = nil
	p = start()
	p.change()
	want(t, p.loaded, "error")

	for name, mode := range map[string]os.FileMode{".": 0o700, fileIn(t, dir): 0o600} {
		info, err := os.Stat(dir + "/" + name)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: got %v %v, want mode %v", name, info.Mode(), err, mode)
		}
	}
}

// fileIn returns the name of the only file of a folder.
func fileIn(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Fatalf("got %v %v, want one file", list, err)
	}
	return list[0].Name()
}

func TestDamagedCacheIsNotUsed(t *testing.T) {
	dir := t.TempDir() + "/cache"
	s := &site{files: map[string]string{"/x.js": "one"}}
	p := &program{t: t, r: newRemote(t, s, "http://h/x.js", &RemoteOptions{Cache: dir})}
	p.change()
	s.down = true
	name := dir + "/" + fileIn(t, dir)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", string(whole[:len(whole)/2]), strings.Replace(string(whole), "b25l", "dHdv", 1)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := newRemote(t, s, "http://h/x.js", &RemoteOptions{Cache: dir}).Load(t.Context()); err == nil {
			t.Errorf("%q: want an error", text)
		}
	}
}

func TestCacheThatOthersCanWriteToIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if r, err := NewRemote("http://h/x.js", &RemoteOptions{Cache: dir}); err != nil || r.cache != nil {
		t.Errorf("got %v, %v, want no cache", r.cache, err)
	}
}

func TestTokenIsSent(t *testing.T) {
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header.Get("authorization")
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	r, err := NewRemote(server.URL+"/x.js", &RemoteOptions{Token: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Load(t.Context())
	if text := <-got; text != "Bearer abc" {
		t.Errorf("got %q", text)
	}
	if err == nil || !strings.Contains(err.Error(), "the repo wants a token") {
		t.Errorf("got %v", err)
	}
}
