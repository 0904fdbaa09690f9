package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"pipy/pipy/codec/compress"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// directoryResponse is the response to one request for a file.
type directoryResponse struct {
	d       *directory
	request *event.Message
	head    *httphead.Head // of the request
	file    *directoryFile
	form    *fileForm
	tag     string // ETag of the form, "" for none
	out     *httphead.Head
}

// message returns the response. The error is errFileChanged when the file is not
// what it was any more.
func (r *directoryResponse) message() (*event.Message, error) {
	r.out = httphead.New()
	if err := r.chooseForm(); err != nil {
		return nil, err
	}
	var err error
	if r.tag, err = r.d.tagOf(r.file, r.form); err != nil {
		return nil, err
	}
	h := &r.out.Header
	h.Fields = make([]httphead.Field, 0, 8)
	if r.tag != "" {
		h.Add("etag", r.tag)
	}
	if r.form.modified.Unix() > 0 {
		if r.form.date == "" {
			r.form.date = httpDate(r.form.modified)
		}
		h.Add("last-modified", r.form.date)
	}
	if len(r.file.forms) > 1 || r.d.compression != nil {
		h.Add("vary", "accept-encoding")
	}
	if status := r.precondition(); status != 0 {
		r.out.Status = status
		return &event.Message{Head: r.out}, nil
	}
	contentType, err := r.d.contentType(r.request, r.file.name)
	if err != nil {
		return nil, err
	}
	if r.form.coding != "" {
		h.Add("content-encoding", string(r.form.coding))
	}
	h.Add("accept-ranges", "bytes")
	return r.body(contentType)
}

// chooseForm finds the form that suits the client best. Without one, and with no
// plain file either, it is the one that there is.
func (r *directoryResponse) chooseForm() error {
	accept, given := r.head.Header.Joined("accept-encoding")
	var room [4]compress.Coding
	codings := room[:0]
	for _, f := range r.file.forms {
		if f.coding != "" {
			codings = append(codings, f.coding)
		}
	}
	if c, ok := compress.Choose(accept, codings); ok && given {
		r.form = r.file.form(c)
		return nil
	}
	plain := r.file.form("")
	if plain == nil {
		r.form = r.file.forms[len(r.file.forms)-1]
		return nil
	}
	r.form = plain
	if r.d.compression == nil || !given || len(codings) > 0 || plain.size == 0 || !r.d.cache.holds(plain.size) {
		return nil
	}
	return r.compress(plain, accept)
}

// compress lets the script choose how to compress a plain file.
func (r *directoryResponse) compress(plain *fileForm, accept string) error {
	var names []string
	var values []any
	for _, c := range []compress.Coding{compress.Gzip, compress.Brotli, compress.Zstd} {
		if _, ok := compress.Choose(accept, []compress.Coding{c}); ok {
			names, values = append(names, string(c)), append(values, true)
		}
	}
	if len(names) == 0 {
		return nil
	}
	v, err := r.d.compression.Call(nil, r.request.Head, r.d.engine.NewObject(names, values), "/"+r.file.name, float64(plain.size))
	if err != nil || !truthy(v) {
		return err
	}
	for _, name := range names {
		if v == name {
			r.form, err = r.d.compressed(r.file, plain, compress.Coding(name))
			return err
		}
	}
	return wrong("options.compression: the function returned", "one of the codings that it got", v)
}

// compressed returns a form of a file that is made here, once.
func (d *directory) compressed(f *directoryFile, plain *fileForm, c compress.Coding) (*fileForm, error) {
	if form := f.form(c); form != nil {
		return form, nil
	}
	tag, err := d.tagOf(f, plain)
	if err != nil {
		return nil, err
	}
	b, err := d.read(f, plain, 0, plain.size)
	if err != nil {
		return nil, err
	}
	e, err := compress.NewEncoder(c, compress.Default, d.engine.Loop().Arena())
	if err != nil {
		return nil, err
	}
	defer e.Free()
	out := &event.Data{}
	if err := e.Write(event.NewData(b), out); err != nil {
		return nil, err
	}
	if err := e.Close(out); err != nil {
		return nil, err
	}
	form := &fileForm{coding: c, path: plain.path, body: out.AppendTo(nil)}
	out.Release()
	form.size, form.modified = int64(len(form.body)), plain.modified
	if tag != "" {
		form.tag = tag[:len(tag)-1] + "-made-" + string(c) + `"`
	}
	f.made = append(f.made, form)
	d.cache.grow(f, form.size)
	return form, nil
}

// read returns a part of a form. What is small enough is read as a whole and
// kept.
func (d *directory) read(f *directoryFile, form *fileForm, from, n int64) ([]byte, error) {
	if form.body == nil && d.cache.holds(form.size) {
		b, err := readPart(d.files, form.path, form.fileStamp, 0, form.size)
		if err != nil {
			return nil, d.readError(form, err)
		}
		if f.place == nil {
			return b[from : from+n], nil
		}
		form.body = b
		d.cache.grow(f, form.size)
	}
	if form.body != nil {
		return form.body[from : from+n : from+n], nil
	}
	b, err := readPart(d.files, form.path, form.fileStamp, from, n)
	if err != nil {
		return nil, d.readError(form, err)
	}
	return b, nil
}

func (d *directory) readError(form *fileForm, err error) error {
	if err == errFileChanged {
		return err
	}
	return fmt.Errorf("cannot read file: %s: %w", form.path, cause(err))
}

// tagOf returns the ETag of a form: made of its time and size, or of its bytes
// where there is no time. One that is too large for that has none.
func (d *directory) tagOf(f *directoryFile, form *fileForm) (string, error) {
	if form.tag != "" {
		return form.tag, nil
	}
	if form.modified.Unix() > 0 {
		form.tag = `"` + strconv.FormatInt(form.modified.UnixNano(), 36) + "-" + strconv.FormatInt(form.size, 36) + string(form.coding) + `"`
		return form.tag, nil
	}
	if form.size > d.maxFileSize {
		return "", nil
	}
	b, err := d.read(f, form, 0, form.size)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	form.tag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return form.tag, nil
}

// body returns the response with all that was asked for.
func (r *directoryResponse) body(contentType string) (*event.Message, error) {
	ranges, ok := r.ranges()
	switch {
	case !ok:
		return r.whole(contentType)
	case len(ranges) == 0:
		r.out.Status = 416
		r.out.Header.Delete("content-encoding")
		r.out.Header.Add("content-range", "bytes */"+strconv.FormatInt(r.form.size, 10))
		return &event.Message{Head: r.out}, nil
	case len(ranges) == 1:
		return r.part(contentType, ranges[0])
	}
	return r.parts(contentType, ranges)
}

func (r *directoryResponse) whole(contentType string) (*event.Message, error) {
	size := r.form.size
	r.out.Status = 200
	r.out.Header.Add("content-type", contentType)
	if r.head.Method == "HEAD" {
		r.out.Header.Add("content-length", strconv.FormatInt(size, 10))
		return &event.Message{Head: r.out}, nil
	}
	if size > r.d.maxFileSize {
		return nil, fmt.Errorf("cannot read file: %s: want at most %d bytes (option maxFileSize), got %d", r.form.path, r.d.maxFileSize, size)
	}
	b, err := r.d.read(r.file, r.form, 0, size)
	if err != nil {
		return nil, err
	}
	return r.with(b), nil
}

// part returns one range. One that is longer than what may be read is cut (RFC
// 9110, 15.3.7): the client sees what it got.
func (r *directoryResponse) part(contentType string, p byteRange) (*event.Message, error) {
	p.length = min(p.length, r.d.maxFileSize)
	b, err := r.d.read(r.file, r.form, p.start, p.length)
	if err != nil {
		return nil, err
	}
	r.out.Status = 206
	r.out.Header.Add("content-type", contentType)
	r.out.Header.Add("content-range", p.text(r.form.size))
	return r.with(b), nil
}

// parts returns several ranges (RFC 9110, 14.6).
func (r *directoryResponse) parts(contentType string, ranges []byteRange) (*event.Message, error) {
	boundary := newBoundary()
	var b bytes.Buffer
	for _, p := range ranges {
		part, err := r.d.read(r.file, r.form, p.start, p.length)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\r\n--%s\r\ncontent-type: %s\r\ncontent-range: %s\r\n\r\n", boundary, contentType, p.text(r.form.size))
		b.Write(part)
	}
	fmt.Fprintf(&b, "\r\n--%s--\r\n", boundary)
	r.out.Status = 206
	r.out.Header.Add("content-type", "multipart/byteranges; boundary="+boundary)
	return r.with(b.Bytes()), nil
}

// with completes the response with a body that nobody changes any more.
func (r *directoryResponse) with(body []byte) *event.Message {
	r.out.Length = int64(len(body))
	return &event.Message{Head: r.out, Body: event.NewData(body)}
}

// httpDate returns a time as header fields have it (RFC 9110, 5.6.7).
func httpDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
