package admin

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"pipy/pipy/worker"
)

// Errors of Process.Play.
var (
	// ErrNoCodebase: the process has one codebase, and another was asked for.
	ErrNoCodebase = errors.New("No codebase") //lint:ignore ST1005 clients know this text
	// ErrNoMain: the codebase does not contain its main script.
	ErrNoMain = errors.New("No main script") //lint:ignore ST1005 clients know this text
)

// NotFound is the error for a codebase that the repo does not have.
type NotFound struct{ Name string }

func (e *NotFound) Error() string { return "Codebase not found: " + e.Name }

// startFailed is what clients read when a codebase cannot run.
const startFailed = "Failed to start up"

// maxName bounds the name of a codebase in a request.
const maxName = 4 << 10 // bytes

// program tells what runs.
func (s *Server) program(w http.ResponseWriter, _ *http.Request) {
	say(w, http.StatusOK, s.process.Program())
}

// play runs a codebase: the body is its name.
func (s *Server) play(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxName))
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("want the name of a codebase of at most %d bytes", maxName))
		return
	}
	name := strings.TrimSpace(string(body))
	note(r, "play "+name)
	if err := s.process.Play(r.Context(), name); err != nil {
		s.notStarted(w, r, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// reload runs the newest version of what runs.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	note(r, "reload "+s.process.Program())
	if err := s.process.Reload(r.Context()); err != nil {
		s.notStarted(w, r, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// stop ends the program.
func (s *Server) stop(w http.ResponseWriter, r *http.Request) {
	note(r, "stop "+s.process.Program())
	s.process.Stop()
	w.WriteHeader(http.StatusNoContent)
}

// notStarted tells why nothing was started: in a few words, or with all places
// for those who accept JSON.
func (s *Server) notStarted(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusBadRequest, startFailed
	problems := worker.Problems(err)
	var unknown *NotFound
	switch {
	case errors.As(err, &unknown):
		status, text, problems = http.StatusInternalServerError, err.Error(), nil
	case errors.Is(err, ErrNoCodebase), errors.Is(err, ErrNoMain):
		text, problems = err.Error(), nil
	case errors.Is(err, worker.ErrNoProgram):
		text, problems = "No program running", nil
	}
	note(r, err.Error())
	if !acceptsJSON(r) {
		say(w, status, text)
		return
	}
	if problems == nil {
		problems = []worker.Problem{}
	}
	answer(w, status, struct {
		Error    string           `json:"error"`
		Problems []worker.Problem `json:"problems"`
	}{text, problems})
}

// acceptsJSON tells whether a client asks for JSON by name.
func acceptsJSON(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		if kind, _, err := mime.ParseMediaType(part); err == nil && kind == "application/json" {
			return true
		}
	}
	return false
}
