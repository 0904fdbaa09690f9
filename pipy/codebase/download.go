package codebase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"pipy/pipy/logging"
)

const (
	maxFiles    = 10000     // in a list
	maxList     = 1 << 20   // bytes of a list, and of all paths
	maxFile     = 64 << 20  // bytes of one file
	maxTotal    = 256 << 20 // bytes of all files
	maxAttempts = 3         // to download a version that changes meanwhile
	fetchers    = 4         // files that are downloaded at the same time
)

// errChanging says that a version was replaced while it was being downloaded.
var errChanging = errors.New("the codebase changes while it is being downloaded")

// known returns where the codebase was found, and the newest version of it.
func (r *Remote) known() (at *url.URL, newest *snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at, r.newest
}

// download gets all files of the newest version, as they were at one time.
func (r *Remote) download(ctx context.Context) (*snapshot, error) {
	for range maxAttempts {
		s, err := r.attempt(ctx)
		if !errors.Is(err, errChanging) {
			return s, err
		}
	}
	return nil, fmt.Errorf("%s: %w", r.given.Redacted(), errChanging)
}

func (r *Remote) attempt(ctx context.Context) (*snapshot, error) {
	at, first, err := r.find(ctx)
	if err != nil {
		if denied := (*statusError)(nil); errors.As(err, &denied) {
			denied.first = true
		}
		return nil, err
	}
	r.mu.Lock()
	r.at = at
	r.mu.Unlock()
	entry := "/" + path.Base(at.Path)
	if !isList(first.body) {
		if strings.HasSuffix(at.Path, "/") {
			entry = "/" + mainScript
		}
		return newSnapshot(first.tag, entry, map[string][]byte{entry[1:]: first.body}), nil
	}
	names, err := parseList(at, first.body)
	if err != nil {
		return nil, err
	}
	s := &snapshot{tag: first.tag, entry: "/" + names[0], files: map[string][]byte{}, tags: map[string]tag{}}
	err = r.files(ctx, at, names, s)
	now, headErr := r.head(ctx, at)
	switch {
	case headErr == nil && now != first.tag:
		return nil, errChanging
	case err != nil:
		return nil, err
	case headErr != nil:
		return nil, headErr
	}
	s.hash = hashOf(s.entry, s.files)
	return s, nil
}

// isList tells a list of paths from a script, which may begin with a comment.
func isList(body []byte) bool {
	return len(body) > 2 && body[0] == '/' && body[1] != '/' && body[1] != '*'
}

// parseList returns the paths of a list without their first slash, each once.
func parseList(at *url.URL, list []byte) ([]string, error) {
	if len(list) > maxList {
		return nil, tooLarge(at, "a list", maxList)
	}
	var names []string
	seen := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		line = strings.TrimSpace(line)
		name := strings.TrimPrefix(line, "/")
		if line == "" || seen[name] {
			continue
		}
		if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") {
			return nil, fmt.Errorf("%s: want a path in the codebase, got %q", at.Redacted(), line)
		}
		seen[name] = true
		names = append(names, name)
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("%s: want at most %d files, got %d", at.Redacted(), maxFiles, len(names))
	}
	return names, nil
}

// files downloads the files of a list into s; the first failure ends it.
func (r *Remote) files(ctx context.Context, at *url.URL, names []string, s *snapshot) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu    sync.Mutex
		wait  sync.WaitGroup
		todo  = make(chan string)
		total int
	)
	_, before := r.known()
	take := func(name string) error {
		a, err := r.get(ctx, beside(at, name), before.have(name))
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		s.files[name], s.tags[name] = a.body, a.tag
		if total += len(a.body); total > maxTotal {
			return tooLarge(at, "a codebase", maxTotal)
		}
		return nil
	}
	for range min(fetchers, len(names)) {
		wait.Go(func() {
			for name := range todo {
				if ctx.Err() != nil {
					continue
				}
				if err := take(name); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, name := range names {
		todo <- name
	}
	close(todo)
	wait.Wait()
	return context.Cause(ctx)
}

// beside returns the URL of a file in the folder of another: all up to the last
// slash.
func beside(at *url.URL, name string) *url.URL {
	u := *at
	u.Path = at.Path[:strings.LastIndexByte(at.Path, '/')+1] + name
	u.RawPath = ""
	return &u
}

// mainScript is what stands in for a list that is not there.
const mainScript = "main.js"

// find gets the script or the list. A URL that looks like that of a folder may
// lack its last slash, or lead to a folder without a list: then its main script
// is taken.
func (r *Remote) find(ctx context.Context) (at *url.URL, a *answer, err error) {
	if at, newest := r.known(); at != nil && newest != nil {
		a, err := r.get(ctx, at, nil)
		return at, a, err
	}
	places := []*url.URL{r.given}
	if last := path.Base(r.given.Path); strings.HasSuffix(r.given.Path, "/") {
		places = append(places, r.given.JoinPath(mainScript))
	} else if !strings.Contains(last, ".") {
		places = append(places, r.given.JoinPath("/"), r.given.JoinPath(mainScript))
	}
	for i, place := range places {
		a, e := r.get(ctx, place, nil)
		if e == nil {
			if i > 0 {
				logging.Infof(topic, "Nothing at %s, taking %s", r.given.Redacted(), place.Redacted())
			}
			return place, a, nil
		}
		if i == 0 {
			err = e
		}
		if denied := (*statusError)(nil); !errors.As(e, &denied) || denied.code != http.StatusNotFound {
			return nil, nil, e
		}
	}
	if len(places) == 1 {
		return nil, nil, err
	}
	var others []string
	for _, p := range places[1:] {
		others = append(others, p.Redacted())
	}
	return nil, nil, fmt.Errorf("%w, nor is there anything at %s: want the URL of a script, or of a codebase in a repo; "+
		"a plain web server lists no folders", err, strings.Join(others, " or "))
}
