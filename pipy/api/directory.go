package api

import (
	"errors"
	"fmt"
	"time"

	"pipy/pipy/codec/compress"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// directory serves the files below a folder over HTTP. It belongs to one
// worker.
type directory struct {
	files  directoryFiles
	cache  directoryCache
	engine spec.Engine

	index         []string
	types         any // of the script: an object, a function, or nil
	defaultType   string
	charset       string
	compression   spec.Func
	dotFiles      bool
	maxFileSize   int64
	checkInterval time.Duration
}

var directoryClass = spec.NewClass[*directory]("http.Directory", `Static files, to be served over HTTP.

It knows GET and HEAD, conditional requests (RFC 9110, 13), ranges (RFC 9110, 14) and files that are compressed already: of page.html there may be page.html.br, page.html.zst and page.html.gz next to it, or only one of them. What is read stays in memory as far as the cache goes; each worker has its own. Files are read while the worker does nothing else, so it is for files of ordinary size, on local disks.`)

func init() {
	d := directoryClass
	d.Consts = map[string]any{"defaultContentTypes": Lazy(defaultContentTypes)}
	d.Constructor("Opens a folder. It throws when the folder cannot be read.", func(m *spec.Method) func(*spec.Call) (*directory, error) {
		return directoryArguments(m)
	})
	d.Method("serve", "Message | null", `Returns the response to a request; null when there is no such file.

The path of the request is decoded once and normalized, so that it cannot lead out of the folder; its query is ignored. A path with an encoded slash, a backslash or a control character names no file; nor does one with a name that begins with a dot, but for /.well-known at the beginning, unless there is the option dotFiles. A folder stands for its index; without a slash at the end it is redirected to the path that has one (301). Other methods than GET and HEAD are answered with 405 if there is such a file. It throws when a file cannot be read, or is larger than maxFileSize and not asked for in parts.`, func(m *spec.Method) func(*directory, *spec.Call) (any, error) {
		request := spec.In[*event.Message](m, "request", "The request. Only its head counts.")
		return func(d *directory, c *spec.Call) (any, error) {
			msg, err := request.Of(c)
			if err != nil {
				return nil, err
			}
			return d.serve(msg)
		}
	})
}

// directoryArguments declares what the constructor takes.
func directoryArguments(m *spec.Method) func(*spec.Call) (*directory, error) {
	path := spec.In[string](m, "path", "The folder: a path in the codebase, or in the file system with the option fs.")
	real := spec.Member(m, "fs", false, "Takes the folder from the file system. A relative path begins at the current directory.")
	tarball := spec.Member(m, "tarball", false, "The path is that of a tar file, which may be compressed with gzip. It is read once.")
	index := spec.Member[any](m, "index", nil, "The names of files that stand for a folder, best first.")
	described(m, "string | string[]")
	m.Fields[len(m.Fields)-1].Default = `["index", "index.html"]`
	types := spec.Member[any](m, "contentTypes", nil, "Media types by the extension of the file name, without its dot; or a function of the request and the path that returns such an object, or the type itself. What is missing there is looked up in http.Directory.defaultContentTypes.")
	described(m, "object | ((request: Message, path: string) => object | string)")
	defaultType := spec.Member(m, "defaultContentType", defaultContentType, "The media type of all other files.")
	charset := spec.Member(m, "charset", "utf-8", `The charset parameter of the default types that are text; "" for none.`)
	compression := spec.Member[spec.Func](m, "compression", nil, "Chooses how to compress a file that has no compressed form next to it: gets the head of the request, an object with a true member for each of gzip, br and zstd that the client accepts, the path, and the size; returns one of those names, or false. The result is kept in the cache; files that do not fit there are not compressed.")
	described(m, "(head: object, accepted: object, path: string, size: number) => string | false")
	follow := spec.Member(m, "followSymlinks", false, "With fs: follows symbolic links out of the folder. Links within it are always followed; so are those of a codebase, which its owner made.")
	dots := spec.Member(m, "dotFiles", false, "Serves files and folders whose names begin with a dot.")
	cacheSize := spec.Member[spec.Size](m, "cacheSize", 16<<20, "Bytes of files to keep in memory in each worker. A file of more than a quarter of that is read anew for each request. 0 keeps nothing.")
	maxFileSize := spec.Member[spec.Size](m, "maxFileSize", 64<<20, "Bytes that are read for one response at most. A larger file is only served in parts, to requests with a range.")
	interval := spec.Member(m, "checkInterval", time.Second, "How long a file in the cache is taken to be unchanged.")
	return func(c *spec.Call) (*directory, error) {
		d := &directory{engine: c.Engine}
		var err error
		read := func(failure error) {
			if err == nil {
				err = failure
			}
		}
		d.charset = argumentOf(c, charset, read)
		d.defaultType = argumentOf(c, defaultType, read)
		d.compression = argumentOf(c, compression, read)
		d.dotFiles = argumentOf(c, dots, read)
		d.maxFileSize = int64(argumentOf(c, maxFileSize, read))
		d.checkInterval = argumentOf(c, interval, read)
		d.cache.limit = int64(argumentOf(c, cacheSize, read))
		where := folder{path: argumentOf(c, path, read), real: argumentOf(c, real, read), follow: argumentOf(c, follow, read)}
		packed := argumentOf(c, tarball, read)
		var failure error
		d.index, failure = indexNames(argumentOf(c, index, read))
		read(failure)
		d.types, failure = typesOption(argumentOf(c, types, read))
		read(failure)
		if err != nil {
			return nil, err
		}
		d.files, err = where.open(c.Engine, packed)
		return d, err
	}
}

// argumentOf returns an argument of a call, and gives the error to failed.
func argumentOf[T any](c *spec.Call, in spec.Input[T], failed func(error)) T {
	v, err := in.Of(c)
	failed(err)
	return v
}

func indexNames(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return []string{"index", "index.html"}, nil
	case string:
		return []string{v}, nil
	}
	names, err := spec.Convert[[]string](v)
	if err != nil {
		return nil, fmt.Errorf("options.index: %w", err)
	}
	return names, nil
}

func typesOption(v any) (any, error) {
	switch v.(type) {
	case nil, spec.Func, event.Object:
		return v, nil
	}
	return nil, wrong("options.contentTypes", "an object or a function", v)
}

// serve returns the response to a request, Null when there is no such file.
func (d *directory) serve(request *event.Message) (any, error) {
	head := httphead.Of(request.Head)
	target, ok := parseTarget(head.Path, d.dotFiles)
	if !ok {
		return Null, nil
	}
	file, err := d.find(target.name)
	if err != nil || file == nil {
		return Null, err
	}
	if file.index != "" {
		if !target.slash {
			return emptyMessage(301, "location", target.redirect()), nil
		}
		if file, err = d.find(file.index); err != nil || file == nil {
			return Null, err
		}
	} else if target.slash {
		return Null, nil
	}
	switch head.Method {
	case "GET", "HEAD", "":
	default:
		return emptyMessage(405, "allow", "GET, HEAD"), nil
	}
	for range 2 {
		r := directoryResponse{d: d, request: request, head: head, file: file}
		msg, err := r.message()
		if !errors.Is(err, errFileChanged) {
			return orNull(msg), err
		}
		d.cache.drop(file) // between looking at it and reading it
		if file, err = d.find(file.name); err != nil || file == nil {
			return Null, err
		}
	}
	return nil, fmt.Errorf("%s: %w", file.name, errFileChanged)
}

func orNull(m *event.Message) any {
	if m == nil {
		return Null
	}
	return m
}

// emptyMessage returns a response without body, with one header field.
func emptyMessage(status int, name, value string) *event.Message {
	h := httphead.New()
	h.Status = status
	h.Header.Add(name, value)
	return &event.Message{Head: h}
}

// find returns what is known about a file or a folder; nil when there is none.
// It looks at the files unless it did so not long ago.
func (d *directory) find(name string) (*directoryFile, error) {
	known := d.cache.get(name)
	now := d.engine.Loop().Now()
	if known != nil && now.Sub(known.checked) < d.checkInterval {
		return known, nil
	}
	fresh, err := d.look(name)
	if fresh == nil {
		if known != nil {
			d.cache.drop(known)
		}
		return nil, err
	}
	fresh.checked = now
	if known != nil && known.same(fresh) {
		known.checked = now
		return known, nil
	}
	if known != nil {
		d.cache.drop(known)
	}
	d.cache.put(fresh)
	return fresh, nil
}

// look finds a file with its compressed forms, or a folder with its index; nil
// when there is none.
func (d *directory) look(name string) (*directoryFile, error) {
	view, err := d.files.view()
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", cause(err))
	}
	defer view.Close()
	f := &directoryFile{name: name}
	stat, found := view.stat(name)
	if found && stat.folder {
		for _, index := range d.index {
			if path := within(name, index); d.lookAtForms(view, &directoryFile{name: path}) {
				f.index = path
				return f, nil
			}
		}
		return nil, nil
	}
	if !d.lookAtForms(view, f) {
		return nil, nil
	}
	return f, nil
}

// lookAtForms finds the forms of a file, and tells whether there are any.
func (d *directory) lookAtForms(view directoryView, f *directoryFile) bool {
	for _, form := range fileForms {
		stat, found := view.stat(f.name + form.suffix)
		if found && !stat.folder {
			f.forms = append(f.forms, &fileForm{coding: form.coding, path: f.name + form.suffix, fileStamp: stat.fileStamp})
		}
	}
	return len(f.forms) > 0
}

// fileForms are the forms that a file may have, the best one first.
var fileForms = []struct {
	coding compress.Coding // "" for the plain file
	suffix string
}{
	{compress.Brotli, ".br"},
	{compress.Zstd, ".zst"},
	{compress.Gzip, ".gz"},
	{"", ""},
}
