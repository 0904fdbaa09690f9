package admin

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"pipy/pipy/fleet"
	"pipy/pipy/script"
	"pipy/pipy/worker"
)

// observe adds what shows the state of the process and of its program.
func (s *Server) observe(mux *http.ServeMux) {
	s.sampler = newSampler(s)
	mux.HandleFunc("POST /api/v1/graph", s.graph)
	for _, path := range []string{"/status", "/api/v1/status"} {
		mux.HandleFunc("GET "+path, s.status)
	}
	mux.HandleFunc("POST /api/v1/check/{codebase...}", s.check)
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /api/v1/metrics", s.history)
	mux.HandleFunc("GET /api/v1/metrics/{name...}", s.history)
	s.logs(mux)
	s.insight(mux)
}

// maxSource bounds the text of a script in a request.
const maxSource = 1 << 20 // bytes

// graph answers with the pipelines that a script describes, which is the body.
func (s *Server) graph(w http.ResponseWriter, r *http.Request) {
	source, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSource))
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("want a script of at most %d bytes", maxSource))
		return
	}
	g, err := script.ParseGraph(string(source))
	var wrong *script.Error
	switch {
	case errors.As(err, &wrong) && acceptsJSON(r):
		answer(w, http.StatusBadRequest, map[string]any{"error": wrong.Message, "problems": worker.Problems(err)})
	case errors.As(err, &wrong):
		say(w, http.StatusBadRequest, wrong.Message)
	case err != nil:
		say(w, http.StatusBadRequest, err.Error())
	default:
		answer(w, http.StatusOK, g)
	}
}

// statusAnswer is the state of the process as clients read it.
type statusAnswer struct {
	worker.Status
	UUID string   `json:"uuid"`
	Name string   `json:"name"`
	Logs []string `json:"logs"`
	// Instances are the workers that run codebases of this process's repo.
	Instances []fleet.Instance `json:"instances,omitempty"`
}

// status answers with the state of the program.
func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	a := statusAnswer{Status: s.process.Group().Status(), UUID: s.options.UUID, Name: s.options.Name, Logs: logNames()}
	if s.options.Fleet != nil {
		a.Instances = s.options.Fleet.List()
	}
	answer(w, http.StatusOK, a)
}
