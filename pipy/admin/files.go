package admin

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
)

// files adds the routes of the codebase of this process.
func (s *Server) files(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/files", s.listFiles)
	mux.HandleFunc("POST /api/v1/files", s.setMain)
	mux.HandleFunc("PATCH /api/v1/files", s.setMain)
	mux.HandleFunc("GET /api/v1/files/{name...}", s.readFile)
	mux.HandleFunc("POST /api/v1/files/{name...}", s.writeFile)
	mux.HandleFunc("PATCH /api/v1/files/{name...}", s.writeFile)
	mux.HandleFunc("DELETE /api/v1/files/{name...}", s.eraseFile)
}

// fileList is the files of a codebase.
type fileList struct {
	Main     string   `json:"main"`
	Files    []string `json:"files"`
	ReadOnly bool     `json:"readOnly"`
}

// listFiles tells what files there are. Where they cannot be changed, they are
// those of the version that runs.
func (s *Server) listFiles(w http.ResponseWriter, _ *http.Request) {
	l := fileList{Files: []string{}, ReadOnly: true}
	var err error
	if f := s.options.Folder; f != nil {
		l.Main, l.ReadOnly = f.Main(), false
		l.Files, err = f.List()
	} else if version, _ := s.process.Group().Running(); version != nil {
		l.Main = version.Entry
		if s.options.Mode == ModeFile { // a text on the command line, whose folder is none of the codebase
			l.Files = []string{version.Entry}
		} else {
			l.Files, err = list(version.Files)
		}
	}
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	answer(w, http.StatusOK, l)
}

// setMain makes another script the main one.
func (s *Server) setMain(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Main any `json:"main"`
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxName))
	if err != nil || !json.Valid(raw) {
		say(w, http.StatusBadRequest, "Invalid JSON")
		return
	}
	if json.Unmarshal(raw, &body) != nil {
		say(w, http.StatusBadRequest, "Invalid JSON object")
		return
	}
	main, ok := body.Main.(string)
	f := s.options.Folder
	switch {
	case !ok:
		say(w, http.StatusBadRequest, "Invalid main filename")
	case f == nil:
		fail(w, http.StatusForbidden, errReadOnly)
	default:
		note(r, "main "+main)
		if err := f.SetMain(main); err != nil {
			say(w, http.StatusBadRequest, "Invalid main filename")
			return
		}
		w.WriteHeader(http.StatusCreated)
	}
}

// errReadOnly is what clients read that want to change files that cannot be.
const errReadOnly = "the files of this process cannot be changed here"

// readFile answers with a file.
func (s *Server) readFile(w http.ResponseWriter, r *http.Request) {
	content, err := s.content("/" + r.PathValue("name"))
	if err != nil {
		fileError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Cache-Control", "no-cache")
	tag := tagOf(content)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(content)
}

func (s *Server) content(name string) ([]byte, error) {
	if f := s.options.Folder; f != nil {
		return f.Read(name)
	}
	version, _ := s.process.Group().Running()
	p, ok := inside(name)
	if version == nil || !ok || s.options.Mode == ModeFile && name != version.Entry {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(version.Files, p)
}

// writeFile puts the body into a file.
func (s *Server) writeFile(w http.ResponseWriter, r *http.Request) {
	f, name := s.options.Folder, "/"+r.PathValue("name")
	if f == nil {
		fail(w, http.StatusForbidden, errReadOnly)
		return
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		fileError(w, err)
		return
	}
	note(r, "write "+name)
	if err := f.Write(name, content, condition(r)); err != nil {
		fileError(w, err)
		return
	}
	w.Header().Set("ETag", tagOf(content))
	w.WriteHeader(http.StatusCreated)
}

// eraseFile removes a file.
func (s *Server) eraseFile(w http.ResponseWriter, r *http.Request) {
	f, name := s.options.Folder, "/"+r.PathValue("name")
	if f == nil {
		fail(w, http.StatusForbidden, errReadOnly)
		return
	}
	note(r, "erase "+name)
	if err := f.Erase(name, condition(r)); err != nil {
		fileError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// errChanged tells that a file is not what the client had read.
var errChanged = errors.New("the file has changed since it was read")

// condition returns what If-Match and If-None-Match want of a file before it is
// changed; nil when they want nothing (RFC 9110, 13.1).
func condition(r *http.Request) func(old []byte) error {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	if match == "" && none == "" {
		return nil
	}
	return func(old []byte) error {
		switch {
		case match != "" && (old == nil || match != "*" && !lists(match, tagOf(old))):
			return errChanged
		case none == "*" && old != nil:
			return errChanged
		case none != "" && none != "*" && old != nil && lists(none, tagOf(old)):
			return errChanged
		}
		return nil
	}
}

// lists tells whether a list of entity tags holds one.
func lists(list, tag string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(part) == tag {
			return true
		}
	}
	return false
}

// fileError answers with the reason why a file cannot be read or changed. The
// path of the folder is nobody's business.
func fileError(w http.ResponseWriter, err error) {
	var big *http.MaxBytesError
	var failed *fs.PathError
	var link *os.LinkError
	reason := err.Error()
	if errors.As(err, &failed) {
		reason = failed.Err.Error()
	} else if errors.As(err, &link) {
		reason = link.Err.Error()
	}
	switch {
	case errors.Is(err, errChanged):
		fail(w, http.StatusPreconditionFailed, reason)
	case errors.Is(err, errName):
		fail(w, http.StatusBadRequest, reason)
	case errors.Is(err, fs.ErrNotExist):
		fail(w, http.StatusNotFound, "there is no such file")
	case errors.Is(err, fs.ErrPermission):
		fail(w, http.StatusForbidden, reason)
	case errors.As(err, &big), errors.Is(err, errSize):
		fail(w, http.StatusRequestEntityTooLarge, reason)
	default:
		fail(w, http.StatusBadRequest, reason)
	}
}
