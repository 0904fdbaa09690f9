// Package console has the web console: its built files, compressed, and the
// handler that serves them. The sources are beside it; `npm ci && npm run build`
// in this folder builds dist from them.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed dist
var dist embed.FS

const (
	packed = ".gz"                                 // the suffix of the built files
	page   = "/index.html"                         // the page, which finds out from its address what to show
	assets = "/assets/"                            // what has a hash of its content in its name
	always = "public, max-age=31536000, immutable" // for assets
	ask    = "no-cache"                            // for everything else: ask whether it has changed
	policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

// file is one built file.
type file struct {
	content []byte // compressed with gzip
	kind    string // its media type
	tag     string // without quotes
}

// files are the built files by their paths, read when somebody asks for the first.
var files = sync.OnceValue(readFiles)

// Handler returns a handler of GET and HEAD for the files of the console, and for
// the addresses of its pages: /, /home, /repo/... and /docs/.... It answers other
// paths with 404. The answers carry a content security policy unless the header is
// set already; the console works under default-src 'self' alone.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func readFiles() map[string]file {
	all := map[string]file{}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, packed) {
			return err
		}
		content, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		plain := strings.TrimSuffix(name, packed)
		sum := sha256.Sum256(content)
		all[strings.TrimPrefix(plain, "dist")] = file{content, mediaType(plain), fmt.Sprintf("%x", sum[:12])}
		return nil
	})
	if err != nil {
		panic(err) // the files are in the program
	}
	return all
}

// mediaType returns the type of a file by its name. It does not depend on what the
// machine knows.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func serve(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	if isPage(name) {
		name = page
	}
	f, ok := files()[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.kind)
	header.Set("Vary", "Accept-Encoding")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", ask)
	if strings.HasPrefix(name, assets) {
		header.Set("Cache-Control", always)
	}
	if header.Get("Content-Security-Policy") == "" {
		header.Set("Content-Security-Policy", policy)
	}
	f.serve(w, r)
}

// isPage tells whether a path is the address of a page.
func isPage(name string) bool {
	switch name {
	case "/", "/home", "/repo", "/docs":
		return true
	}
	return strings.HasPrefix(name, "/repo/") || strings.HasPrefix(name, "/docs/")
}

// serve sends the file as it is stored, or decompressed to those who cannot
// decompress it.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		w.Header().Set("ETag", `"`+f.tag+`-gz"`)
		w.Header().Set("Content-Encoding", "gzip")
		if r.Header.Get("Range") == "" {
			w.Header().Set("Content-Length", strconv.Itoa(len(f.content)))
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
		return
	}
	plain, err := f.plain()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("ETag", `"`+f.tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(plain))
}

// plain returns the content decompressed.
func (f file) plain() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(f.content))
	if err != nil {
		return nil, fmt.Errorf("console: a built file: %w", err)
	}
	return io.ReadAll(z)
}

// acceptsGzip tells whether the fields Accept-Encoding of a request allow gzip
// (RFC 9110, 12.5.3). No field allows everything, but who sends none may be a
// simple client: it gets the plain content.
func acceptsGzip(fields []string) bool {
	star := false
	for coding := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		allowed := weight(parameters) > 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return allowed
		case "*":
			star = allowed
		}
	}
	return star
}

// weight returns the value of the parameter q, 1 when there is none, and 0 when
// it is no number.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return q
		}
	}
	return 1
}
