package repo

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// listWorkers answers with the codebases below a path.
func (h *handler) listWorkers(w http.ResponseWriter, r *http.Request, t target) {
	names := h.repo.List(t.codebase)
	if len(names) == 0 {
		send(w, http.StatusNotFound, nil)
		return
	}
	sendText(w, http.StatusOK, []byte(strings.Join(names, "/\n")+"/\n"))
}

// manifest answers with the list of the files of a codebase. Its ETag is the version
// without quotes, as workers of all releases expect it.
func (h *handler) manifest(w http.ResponseWriter, r *http.Request, t target) {
	tree, err := h.repo.published(t.codebase)
	if err != nil {
		sendMissing(w, err)
		return
	}
	setModified(w, tree.modified)
	sendTagged(w, r, tree.etag, tree.manifest)
}

// etags answers with the versions of the files of a codebase.
func (h *handler) etags(w http.ResponseWriter, r *http.Request, t target) {
	tree, err := h.repo.published(t.codebase)
	if err != nil {
		sendMissing(w, err)
		return
	}
	sendText(w, http.StatusOK, tree.etags)
}

func (h *handler) publishedFile(w http.ResponseWriter, r *http.Request, t target) {
	content, etag, modified, err := h.repo.publishedFile(t.codebase, t.file)
	if err != nil {
		sendMissing(w, err)
		return
	}
	setModified(w, modified)
	sendTagged(w, r, etag, content)
}

// setModified tells when what is published became what it is. A repo in memory that
// has started anew may have other content under a version that was there before.
func setModified(w http.ResponseWriter, when time.Time) {
	if !when.IsZero() {
		w.Header().Set("Last-Modified", when.UTC().Format(http.TimeFormat))
	}
}

// sendMissing answers a worker that asked for what it cannot have.
func sendMissing(w http.ResponseWriter, err error) {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoFile) {
		send(w, http.StatusNotFound, nil)
		return
	}
	sendError(w, err)
}

// status takes the report of a worker.
func (h *handler) status(w http.ResponseWriter, r *http.Request, t target) {
	if h.Workers != nil {
		h.Workers.ServeStatus(w, r, t.codebase)
		return
	}
	if _, err := readObject(w, r); err != nil {
		sendError(w, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// link lets a worker keep a connection.
func (h *handler) link(w http.ResponseWriter, r *http.Request, t target) {
	uuid := strings.TrimPrefix(t.file, "/")
	if t.file == "" || strings.Contains(uuid, "/") {
		send(w, http.StatusNotFound, nil)
		return
	}
	h.Workers.ServeLink(w, r, t.codebase, uuid)
}
