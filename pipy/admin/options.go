package admin

import (
	"io"
	"net/http"
	"strings"
)

// maxOptions bounds a change of options.
const maxOptions = 16 << 10 // bytes

// getOptions tells the flags in force.
func (s *Server) getOptions(w http.ResponseWriter, _ *http.Request) {
	say(w, http.StatusOK, s.process.Options())
}

// setOptions changes flags, such as --log-level=debug, in the running process.
func (s *Server) setOptions(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOptions))
	if err != nil {
		say(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	flags := strings.TrimSpace(string(body))
	if flags == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	note(r, flags)
	if err := s.process.SetOptions(flags); err != nil {
		say(w, http.StatusBadRequest, err.Error())
		return
	}
	s.getOptions(w, r)
}
