package admin

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxLogin bounds the body of a login.
const maxLogin = 4 << 10 // bytes

// sessionInfo is what the console learns first.
type sessionInfo struct {
	Mode         Mode   `json:"mode"`
	Role         string `json:"role"` // "admin", "reader" or "none"
	AuthRequired bool   `json:"authRequired"`
	Version      string `json:"version"`
	UUID         string `json:"uuid"`
	Name         string `json:"name"`
	ReadOnly     bool   `json:"readOnly"` // the files of this process cannot be changed
	Root         string `json:"root"`     // the folder of this process's codebase; "" when there is none
}

// session tells who the caller is, and what the process is. Who has no role
// learns only what a login takes.
func (s *Server) session(w http.ResponseWriter, r *http.Request) {
	s.tell(w, s.gate.identify(r).role)
}

func (s *Server) tell(w http.ResponseWriter, role Role) {
	answer(w, http.StatusOK, s.sessionOf(role))
}

// sessionOf returns what who has a role may know.
func (s *Server) sessionOf(role Role) sessionInfo {
	info := sessionInfo{Mode: s.options.Mode, Role: RoleNone.String(), AuthRequired: s.gate.required, ReadOnly: true}
	if role < RoleReader {
		return info
	}
	info.Role = role.String()
	info.Version, info.UUID, info.Name = s.options.Version, s.options.UUID, s.options.Name
	if s.options.Folder != nil {
		info.Root = s.options.Folder.Dir()
	}
	keeps := s.options.Folder != nil || s.options.Mode == ModeRepo || s.options.Mode == ModeProxy
	info.ReadOnly = role < RoleAdmin || !keeps
	return info
}

// login gives a browser a session for a token.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(headTimeout))
	var body struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxLogin)).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, `want {"token":"..."}`)
		return
	}
	client := clientIP(r)
	if !s.gate.throttle.allow(client) {
		s.deny(w, r, caller{later: true, denied: "too many wrong tokens: try again later"}, RoleReader)
		return
	}
	role := s.gate.ofToken(body.Token)
	if role == RoleNone {
		s.gate.throttle.fail(client)
		s.deny(w, r, caller{denied: "the token is not valid"}, RoleReader)
		return
	}
	s.gate.sessions.close(r, s.gate.cookieName())
	http.SetCookie(w, s.gate.cookie(s.gate.sessions.open(role, time.Now())))
	s.audit.write(r, role.String(), http.StatusOK, "logged in")
	s.tell(w, role)
}

// logout ends the session of a browser.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.gate.sessions.close(r, s.gate.cookieName())
	http.SetCookie(w, s.gate.cookie(""))
	w.WriteHeader(http.StatusNoContent)
}
