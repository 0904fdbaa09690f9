package admin

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// Limits of sessions.
const (
	sessionLife = 12 * time.Hour // from the login on
	maxSessions = 1024
)

// session is one browser that has logged in.
type session struct {
	role  Role
	until time.Time
}

// sessions are those of a process, by the digests of their cookies. The zero
// value has none.
type sessions struct {
	// Guarded by mu:
	mu   sync.Mutex
	byID map[token]session
}

// randomText returns 256 random bits as text.
func randomText() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// open starts a session and returns its secret.
func (s *sessions) open(role Role, now time.Time) string {
	secret := randomText()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[token]session{}
	}
	for id, known := range s.byID {
		if now.After(known.until) || len(s.byID) >= maxSessions {
			delete(s.byID, id)
		}
	}
	s.byID[digest(secret)] = session{role, now.Add(sessionLife)}
	return secret
}

// find returns the session that a request belongs to.
func (s *sessions) find(r *http.Request, name string) (session, bool) {
	cookie, err := r.Cookie(name)
	if err != nil {
		return session{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.byID[digest(cookie.Value)]
	return known, ok && time.Now().Before(known.until)
}

// close ends the session that a request belongs to.
func (s *sessions) close(r *http.Request, name string) {
	cookie, err := r.Cookie(name)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, digest(cookie.Value))
}

// cookieName tells processes on one machine apart: browsers send cookies to all
// ports of a host.
func (g *gate) cookieName() string { return "pipy_session_" + g.port }

// cookie returns the cookie that holds a session's secret; "" takes it back.
func (g *gate) cookie(secret string) *http.Cookie {
	c := &http.Cookie{
		Name: g.cookieName(), Value: secret, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: g.secure,
		MaxAge: int(sessionLife / time.Second),
	}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}
