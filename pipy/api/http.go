package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// contentTypes are the media types of files by the extension of their names.
var contentTypes = map[string]string{
	"html":  "text/html",
	"css":   "text/css",
	"xml":   "text/xml",
	"txt":   "text/plain",
	"gif":   "image/gif",
	"png":   "image/png",
	"jpg":   "image/jpeg",
	"svg":   "image/svg+xml",
	"woff":  "font/woff",
	"woff2": "font/woff2",
	"ico":   "image/x-icon",
	"js":    "application/javascript",
	"json":  "application/json",
}

const defaultContentType = "application/octet-stream"

// httpFile is a file of the codebase with its compressed variants.
type httpFile struct {
	contentType string
	plain       []byte // nil when there is only a compressed file
	gzip        []byte // nil when there is none
	brotli      []byte // the same
}

var fileClass = spec.NewClass[*httpFile]("http.File", "A file of the codebase, to be served over HTTP. Its compressed variants are files with .gz or .br behind the name.")

// openFile finds a file: the path, its compressed variants, or the index.html
// of a directory.
func openFile(files fs.FS, name string) (*httpFile, error) {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	for _, p := range []string{clean, path.Join(clean, "index.html")} {
		f := &httpFile{contentType: contentTypeOf(p)}
		var err error
		for _, variant := range []struct {
			dst *[]byte
			ext string
		}{{&f.plain, ""}, {&f.gzip, ".gz"}, {&f.brotli, ".br"}} {
			if *variant.dst, err = readFile(files, p+variant.ext); err != nil {
				return nil, err
			}
		}
		if f.plain != nil || f.gzip != nil || f.brotli != nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("file not found: %s: %w", name, fs.ErrNotExist)
}

// readFile returns the content of a file; nil when there is no such file.
func readFile(files fs.FS, name string) ([]byte, error) {
	if files == nil || !fs.ValidPath(name) || name == "." {
		return nil, nil
	}
	info, err := fs.Stat(files, name)
	if err != nil || info.IsDir() {
		return nil, nil
	}
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}

func contentTypeOf(name string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if t, ok := contentTypes[ext]; ok {
		return t
	}
	return defaultContentType
}

// message returns a response with the variant that suits an accept-encoding
// header best.
func (f *httpFile) message(e spec.Engine, accept string) (*event.Message, error) {
	names, values := []string{"content-type"}, []any{f.contentType}
	body := f.plain
	switch {
	case f.brotli != nil && accepts(accept, "br"):
		body = f.brotli
		names, values = append(names, "content-encoding"), append(values, "br")
	case f.gzip != nil && accepts(accept, "gzip"):
		body = f.gzip
		names, values = append(names, "content-encoding"), append(values, "gzip")
	case f.plain == nil && f.gzip != nil:
		var err error
		if body, err = inflate(f.gzip); err != nil {
			return nil, err
		}
	case f.plain == nil: // nobody said that they understand it, but there is no other
		body = f.brotli
		names, values = append(names, "content-encoding"), append(values, "br")
	}
	head := e.NewObject([]string{"headers"}, []any{e.NewObject(names, values)})
	return &event.Message{Head: head, Body: event.NewData(body)}, nil
}

func inflate(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("decompress file: %w", err)
	}
	b, err = io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("decompress file: %w", err)
	}
	return b, nil
}

// accepts tells whether an accept-encoding header allows a coding (RFC 9110,
// 12.5.3).
func accepts(header, coding string) bool {
	any := false
	for item := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != coding && name != "*" {
			continue
		}
		q, _ := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(weight), " ", ""), "q=")
		allowed := strings.Trim(q, "0.") != "" || q == ""
		if name == coding {
			return allowed
		}
		any = allowed
	}
	return any
}

func init() {
	spec.NewNamespace("http", "Helpers for HTTP services.")
	d := fileClass
	d.Constructor("Opens a file. It throws when there is none.", func(m *spec.Method) func(*spec.Call) (*httpFile, error) {
		name := spec.In[string](m, "path", docCodebasePath)
		return func(c *spec.Call) (*httpFile, error) {
			p, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return openFile(c.Engine.Files(), p)
		}
	})
	d.Function("from", "http.File | null", "Opens a file; null when there is none.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", docCodebasePath)
		return func(c *spec.Call) (any, error) {
			p, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			f, err := openFile(c.Engine.Files(), p)
			if errors.Is(err, fs.ErrNotExist) {
				return Null, nil
			}
			if err != nil {
				return nil, err
			}
			return f, nil
		}
	})
	d.Method("toMessage", "Message", "Returns a response with the file as its body: brotli or gzip, if there is such a variant and it is accepted, else plain.", func(m *spec.Method) func(*httpFile, *spec.Call) (any, error) {
		accept := spec.InOpt(m, "acceptEncoding", "", "The accept-encoding header of the request.")
		return func(f *httpFile, c *spec.Call) (any, error) {
			header, err := accept.Of(c)
			if err != nil {
				return nil, err
			}
			return f.message(c.Engine, header)
		}
	})
}

const docCodebasePath = "A path in the codebase. It cannot lead out of it. A directory stands for the index.html in it."
