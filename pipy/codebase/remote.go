package codebase

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing/fstest"
	"time"
)

const (
	// PollInterval is how often a server is asked for a new version.
	PollInterval = 5 * time.Second
	// requestTimeout bounds one request to the server.
	requestTimeout = 10 * time.Second
	// maxFile bounds one file of a codebase.
	maxFile = 64 << 20 // bytes
)

// Remote is a codebase that a server hands out: a single script, or a list of
// files (one path a line, the entry first) below whose address the files are.
type Remote struct {
	// Immutable:
	base   *url.URL
	client *http.Client

	// Guarded by mu:
	mu     sync.Mutex
	loaded string // the version that was loaded last
}

// NewRemote returns the codebase at an http or https URL.
func NewRemote(target string, client *http.Client) (*Remote, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("want an http or https URL, got %q", target)
	}
	if client == nil {
		client = &http.Client{Timeout: requestTimeout}
	}
	return &Remote{base: u, client: client}, nil
}

// Load downloads all files.
func (r *Remote) Load(ctx context.Context) (*Version, error) {
	body, version, err := r.get(ctx, http.MethodGet, r.base)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	entry := "/" + path.Base(r.base.Path)
	if !strings.HasPrefix(body, "/") || strings.HasPrefix(body, "//") || strings.HasPrefix(body, "/*") {
		files[strings.TrimPrefix(entry, "/")] = &fstest.MapFile{Data: []byte(body)}
	} else if entry, err = r.list(ctx, body, files); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.loaded = version
	r.mu.Unlock()
	return &Version{Files: files, Entry: entry, Name: version}, nil
}

// list downloads the files of a list into files and returns the first, which is
// the entry.
func (r *Remote) list(ctx context.Context, list string, files fstest.MapFS) (entry string, err error) {
	for name := range strings.Lines(list) {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		inside := strings.TrimPrefix(name, "/")
		if !fs.ValidPath(inside) {
			return "", fmt.Errorf("%s: want a path in the codebase, got %q", r.base, name)
		}
		body, _, err := r.get(ctx, http.MethodGet, r.base.JoinPath(inside))
		if err != nil {
			return "", err
		}
		files[inside] = &fstest.MapFile{Data: []byte(body)}
		if entry == "" {
			entry = name
		}
	}
	return entry, nil
}

// get makes a request and returns the body and the version of the answer.
func (r *Remote) get(ctx context.Context, method string, u *url.URL) (body, version string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return "", "", err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", "", fmt.Errorf("%s %s: want status 200, got %s", method, u, res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxFile+1))
	if err != nil {
		return "", "", fmt.Errorf("%s %s: %w", method, u, err)
	}
	if len(b) > maxFile {
		return "", "", fmt.Errorf("%s %s: want at most %d bytes", method, u, maxFile)
	}
	return string(b), res.Header.Get("etag") + " " + res.Header.Get("last-modified"), nil
}

// Watch asks for the version every PollInterval. A version is reported once.
func (r *Remote) Watch(ctx context.Context, changed func()) {
	tick := time.NewTicker(PollInterval)
	defer tick.Stop()
	reported := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, version, err := r.get(ctx, http.MethodHead, r.base)
		r.mu.Lock()
		loaded := r.loaded
		r.mu.Unlock()
		if err != nil || version == loaded || version == reported {
			continue
		}
		reported = version
		changed()
	}
}
