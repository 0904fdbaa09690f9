package repo

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
)

func (h *handler) list(w http.ResponseWriter, r *http.Request, t target) {
	sendText(w, http.StatusOK, []byte(strings.Join(h.repo.List(""), "\n")))
}

func (h *handler) info(w http.ResponseWriter, r *http.Request, t target) {
	info, err := h.repo.Info(t.codebase)
	if errors.Is(err, ErrNotFound) {
		send(w, http.StatusNotFound, nil)
		return
	}
	if err != nil {
		sendError(w, err)
		return
	}
	h.sendInfo(w, http.StatusOK, info)
}

func (h *handler) sendInfo(w http.ResponseWriter, status int, info *Info) {
	if h.Workers != nil {
		info.Instances = h.Workers.Instances(info.Path)
	}
	w.Header().Set("ETag", quote(info.Version))
	sendJSON(w, status, info)
}

// post creates a codebase. For one that exists it means what it meant in release
// 0.30: set the entry, and commit if a version is given.
func (h *handler) post(w http.ResponseWriter, r *http.Request, t target) {
	if strings.HasSuffix(t.codebase, "/") {
		sendError(w, complain("Invalid codebase or filename"))
		return
	}
	body, err := readObject(w, r)
	if err != nil {
		sendError(w, err)
		return
	}
	if h.repo.Has(t.codebase) {
		h.change(w, r, t, body, false)
		return
	}
	o := CreateOptions{Author: h.Author(r)}
	if o.Base, err = body.text("base", "Invalid base codebase"); err == nil {
		o.Version, err = body.version(true)
	}
	if err == nil {
		err = h.repo.Create(t.codebase, o)
	}
	switch {
	case errors.Is(err, ErrExists): // somebody else was faster
		h.change(w, r, t, body, false)
	case errors.Is(err, ErrNoBase):
		sendError(w, complain("Base codebase not found"))
	case errors.Is(err, ErrName):
		sendError(w, complain("Invalid codebase name: "+err.Error()))
	case err != nil:
		sendError(w, err)
	default:
		h.Changed(r, "create codebase "+t.codebase)
		w.WriteHeader(http.StatusCreated)
	}
}

// patch commits a codebase: all of it when a version is given, changed files one by
// one when there is nothing in the body; with an entry alone it sets that.
func (h *handler) patch(w http.ResponseWriter, r *http.Request, t target) {
	body, err := readObject(w, r)
	if err == nil && !h.repo.Has(t.codebase) {
		err = ErrNotFound
	}
	if err != nil {
		sendError(w, err)
		return
	}
	h.change(w, r, t, body, true)
}

// change sets the entry of a codebase that exists, and commits it. Newer clients
// may give a version that is not a number, or none.
func (h *handler) change(w http.ResponseWriter, r *http.Request, t target, body object, newer bool) {
	o := CommitOptions{Author: h.Author(r)}
	var err error
	if o.Main, err = body.text("main", "Invalid main filename"); err == nil && o.Main != "" {
		if checkFile(o.Main) != nil {
			err = complain("Invalid main filename")
		}
	}
	if err == nil {
		o.Version, err = body.version(newer)
	}
	if err == nil {
		o.Message, err = body.text("message", "Invalid message")
	}
	if err == nil {
		o.IfVersion, err = versionCondition(r)
	}
	if err != nil {
		sendError(w, err)
		return
	}
	what := ""
	switch {
	case o.Version != "" || newer && o.Main == "":
		var c Commit
		if c, err = h.repo.Commit(t.codebase, o); err == nil {
			what = "commit " + t.codebase + " version " + c.Version
			w.Header().Set("ETag", quote(c.Version))
		}
	case o.Main != "":
		what = "set main " + o.Main + " of " + t.codebase
		err = h.repo.SetMain(t.codebase, o.Main, o.IfVersion)
	}
	if err != nil {
		sendError(w, err)
		return
	}
	if what != "" {
		h.Changed(r, what)
	}
	w.WriteHeader(http.StatusCreated)
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request, t target) {
	if err := h.repo.Delete(t.codebase); err != nil {
		sendError(w, err)
		return
	}
	h.Changed(r, "delete codebase "+t.codebase)
	w.WriteHeader(http.StatusNoContent)
}

// maxObject bounds a request that is a JSON object, in bytes.
const maxObject = 256 << 10

// object is the body of a request.
type object map[string]json.RawMessage

// readObject reads a body that must be a JSON object.
func readObject(w http.ResponseWriter, r *http.Request) (object, error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxObject))
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return nil, notJSON(err)
	}
	if d.More() {
		return nil, complain("Invalid JSON")
	}
	var o object
	if err := json.Unmarshal(value, &o); err != nil || o == nil {
		return nil, complain("Invalid JSON object")
	}
	return o, nil
}

func notJSON(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	return complain("Invalid JSON")
}

// has tells whether a field is there and not null.
func (o object) has(field string) bool {
	raw, ok := o[field]
	return ok && string(raw) != "null"
}

// text returns a field that must be a string, "" when it is not there.
func (o object) text(field, complaint string) (s string, err error) {
	if !o.has(field) {
		return "", nil
	}
	if json.Unmarshal(o[field], &s) != nil {
		return "", complain(complaint)
	}
	return s, nil
}

// version returns the version in a body, "" when it is not there. Newer clients may
// send a string.
func (o object) version(newer bool) (string, error) {
	if !o.has("version") {
		return "", nil
	}
	var n float64
	if json.Unmarshal(o["version"], &n) == nil {
		if n < 0 || n != math.Trunc(n) || n > 1<<53 {
			return "", complain("Invalid version number")
		}
		return strconv.FormatFloat(n, 'f', -1, 64), nil
	}
	if !newer {
		return "", complain("Invalid version number")
	}
	var s string
	if json.Unmarshal(o["version"], &s) != nil || checkVersion(s) != nil {
		return "", complain("Invalid version")
	}
	return s, nil
}
