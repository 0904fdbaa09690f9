package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"pipy/pipy/codebase"
	"pipy/pipy/repo"
	"pipy/pipy/worker"
)

// maxChecked bounds the files of a check that are not saved yet.
const maxChecked = 16 << 20 // bytes

// check tells what is wrong with a codebase whose files are overlaid with the
// texts of the request: {"files":{"/main.js":"..."}}.
func (s *Server) check(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Files map[string]string `json:"files"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxChecked)).Decode(&body)
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("want files of at most %d bytes", maxChecked))
		return
	case err != nil:
		fail(w, http.StatusBadRequest, `want {"files":{"/main.js":"..."}}: `+err.Error())
		return
	}
	version, err := s.versionOf(r.PathValue("codebase"))
	switch {
	case errors.Is(err, repo.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		fail(w, http.StatusNotFound, err.Error())
		return
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	unsaved := fstest.MapFS{}
	var scripts []string
	for name, text := range body.Files {
		name = strings.TrimPrefix(path.Clean("/"+name), "/")
		unsaved[name] = &fstest.MapFile{Data: []byte(text)}
		if path.Ext(name) == ".js" {
			scripts = append(scripts, "/"+name)
		}
	}
	slices.Sort(scripts)
	overlaid := &codebase.Version{Files: overlay{unsaved, version.Files}, Entry: version.Entry}
	problems, err := worker.Check(r.Context(), overlaid, s.process.Group().Args(), scripts...)
	if err != nil {
		fail(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"problems": problems})
}

// versionOf returns the files of a codebase as they would be run now: one of the
// repo, or with an empty name that of the process.
func (s *Server) versionOf(name string) (*codebase.Version, error) {
	switch {
	case s.options.Repo != nil:
		return s.options.Repo.Snapshot("/" + strings.Trim(name, "/"))
	case s.options.Folder == nil:
		if version, _ := s.process.Group().Running(); version != nil {
			return version, nil
		}
		return nil, worker.ErrNoProgram
	}
	main := s.options.Folder.Main()
	if name != "" {
		main = "/" + name
	}
	if main == "" {
		return nil, ErrNoMain
	}
	return &codebase.Version{Files: s.options.Folder.root.FS(), Entry: main}, nil
}

// overlay looks for a file among those that are not saved, then among the others.
type overlay struct{ unsaved, saved fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if name != "." {
		if f, err := o.unsaved.Open(name); err == nil {
			return f, nil
		}
	}
	return o.saved.Open(name)
}
