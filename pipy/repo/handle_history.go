package repo

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
)

func (h *handler) diff(w http.ResponseWriter, r *http.Request, t target) {
	d, err := h.repo.Diff(t.codebase)
	if err != nil {
		sendJSONError(w, err)
		return
	}
	sendJSON(w, http.StatusOK, d)
}

func (h *handler) history(w http.ResponseWriter, r *http.Request, t target) {
	commits, err := h.repo.History(t.codebase)
	if err != nil {
		sendJSONError(w, err)
		return
	}
	sendJSON(w, http.StatusOK, commits)
}

// rollback puts a version into the edit area.
func (h *handler) rollback(w http.ResponseWriter, r *http.Request, t target) {
	body, err := readObject(w, r)
	if err != nil {
		sendJSONError(w, err)
		return
	}
	v, err := body.version(true)
	var o RollbackOptions
	if err == nil && body.has("id") && json.Unmarshal(body["id"], &o.ID) != nil {
		err = complain("id: want the id of a commit")
	}
	if err == nil && body.has("discard") && json.Unmarshal(body["discard"], &o.Discard) != nil {
		err = complain("discard: want true or false")
	}
	if err == nil && v == "" && o.ID == 0 {
		err = complain("version: want the version to go back to")
	}
	if err == nil {
		err = h.repo.Rollback(t.codebase, v, o)
	}
	h.finish(w, r, t, "roll back "+t.codebase+" to "+v, http.StatusOK, err)
}

// finish answers a change with the state of the codebase after it.
func (h *handler) finish(w http.ResponseWriter, r *http.Request, t target, what string, status int, err error) {
	if err != nil {
		sendJSONError(w, err)
		return
	}
	h.Changed(r, what)
	info, err := h.repo.Info(t.codebase)
	if err != nil {
		sendJSONError(w, err)
		return
	}
	h.sendInfo(w, status, info)
}

// export answers with a tar archive.
func (h *handler) export(w http.ResponseWriter, r *http.Request, t target) {
	name := t.codebase
	if !h.repo.Has(name) {
		name = strings.TrimSuffix(name, ".tar")
	}
	to := &exportWriter{w: w, name: strings.ReplaceAll(strings.Trim(name, "/"), "/", "-") + ".tar"}
	err := h.repo.Export(name, ExportOptions{Version: r.URL.Query().Get("version")}, to)
	switch {
	case err != nil && !to.started:
		sendJSONError(w, err)
	case err != nil:
		panic(http.ErrAbortHandler) // the client must not take half an archive for a whole one
	}
}

// exportWriter sends the head of the response with the first bytes of the body:
// until then there may be an error to answer with.
type exportWriter struct {
	w       http.ResponseWriter
	name    string
	started bool
}

// Write writes a piece of the archive.
func (e *exportWriter) Write(p []byte) (int, error) {
	if !e.started {
		e.started = true
		e.w.Header().Set("Content-Type", "application/x-tar")
		e.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.name}))
	}
	return e.w.Write(p)
}

// importTar makes the files of a codebase those of the archive in the body.
func (h *handler) importTar(w http.ResponseWriter, r *http.Request, t target) {
	status := http.StatusOK
	if !h.repo.Has(t.codebase) {
		status = http.StatusCreated
	}
	q := r.URL.Query()
	o := ImportOptions{Main: q.Get("main"), Discard: q.Get("discard") == "true"}
	err := h.repo.Import(t.codebase, http.MaxBytesReader(w, r.Body, archiveSize(h.repo.limits)), o)
	h.finish(w, r, t, "import "+t.codebase, status, err)
}
