package repo

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// isFile tells whether the path of a request leads to a file, after an answer if it
// does not.
func (h *handler) isFile(w http.ResponseWriter, r *http.Request, t target) bool {
	switch {
	case t.file != "" && !strings.HasSuffix(t.file, "/"):
		return true
	case isGet(r):
		send(w, http.StatusNotFound, nil)
	case t.file == "" && !h.repo.Has(t.codebase):
		sendError(w, ErrNotFound)
	default:
		sendError(w, complain("Invalid codebase or filename"))
	}
	return false
}

func (h *handler) readFile(w http.ResponseWriter, r *http.Request, t target) {
	if !h.isFile(w, r, t) {
		return
	}
	content, tag, err := h.repo.Read(t.codebase, t.file)
	if errors.Is(err, ErrNoFile) || errors.Is(err, ErrNotFound) {
		send(w, http.StatusNotFound, nil)
		return
	}
	if err != nil {
		sendError(w, err)
		return
	}
	sendTagged(w, r, quote(tag), content)
}

func (h *handler) writeFile(w http.ResponseWriter, r *http.Request, t target) {
	if h.isFile(w, r, t) {
		h.write(w, r, t, false)
	}
}

// patchFile writes a file, or resets it when the body is empty.
func (h *handler) patchFile(w http.ResponseWriter, r *http.Request, t target) {
	if h.isFile(w, r, t) {
		h.write(w, r, t, true)
	}
}

func (h *handler) write(w http.ResponseWriter, r *http.Request, t target, emptyResets bool) {
	condition, err := fileCondition(r)
	if err != nil {
		sendError(w, err)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.repo.limits.file))
	if err != nil {
		sendError(w, err)
		return
	}
	what := "write "
	if emptyResets && len(content) == 0 {
		what = "reset "
		err = h.repo.Reset(t.codebase, t.file, condition)
	} else {
		var tag string
		if tag, err = h.repo.Write(t.codebase, t.file, content, condition); err == nil {
			w.Header().Set("ETag", quote(tag))
		}
	}
	if err != nil {
		sendError(w, err)
		return
	}
	h.Changed(r, what+t.file+" of "+t.codebase)
	w.WriteHeader(http.StatusCreated)
}

func (h *handler) eraseFile(w http.ResponseWriter, r *http.Request, t target) {
	if !h.isFile(w, r, t) {
		return
	}
	condition, err := fileCondition(r)
	if err == nil {
		err = h.repo.Erase(t.codebase, t.file, condition)
	}
	if err != nil {
		sendError(w, err)
		return
	}
	h.Changed(r, "erase "+t.file+" of "+t.codebase)
	w.WriteHeader(http.StatusNoContent)
}
