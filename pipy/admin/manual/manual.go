// Package manual is the documentation that the console shows: pages of HTML and
// a list of them. They are made of the Markdown under docs and tutorial by
// `make docs`, and packed into one file, of which nothing is read before somebody
// asks.
package manual

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed manual.zip
var archive []byte

var open = sync.OnceValues(func() (*zip.Reader, error) {
	return zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
})

var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

// Handler serves the pages below prefix, which ends in a slash: prefix +
// "index.json" is the list [{path, title, group, lang}], prefix + PATH + ".html"
// the page of a path in it.
func Handler(prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, prefix)
		err := serve(w, r, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			http.Error(w, "there is no such page", http.StatusNotFound)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

// serve writes a file. An error comes before anything was written.
func serve(w http.ResponseWriter, r *http.Request, name string) error {
	z, err := open()
	if err != nil {
		return err
	}
	file, err := z.Open(name)
	if err != nil {
		return fs.ErrNotExist // names that are no valid paths among them
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return fs.ErrNotExist
	}
	kind, known := contentTypes[path.Ext(name)]
	if !known {
		return fs.ErrNotExist
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	w.Header().Set("content-type", kind)
	w.Header().Set("cache-control", "no-cache")
	if packed, ok := info.Sys().(*zip.FileHeader); ok {
		w.Header().Set("etag", fmt.Sprintf(`"%08x"`, packed.CRC32))
	}
	http.ServeContent(w, r, "", info.ModTime(), bytes.NewReader(text))
	return nil
}
