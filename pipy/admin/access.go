package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// Role is what a client may do. Each role may do what those before it may.
type Role int

// The roles.
const (
	RoleNone   Role = iota // may look at the console's own files and try to log in
	RoleWorker             // may fetch published codebases and report about itself
	RoleReader             // may read everything but what may hold traffic or run code
	RoleAdmin              // may do everything
)

func (r Role) String() string {
	return [...]string{"none", "worker", "reader", "admin"}[r]
}

// Access tells who may use the admin port.
//
// On a loopback address and without any token, everybody on the machine is an
// administrator. On any other address somebody has to be known: by a token, or
// by a certificate. When neither is given, a token is made up.
type Access struct {
	// AdminToken and ReaderToken give the roles of their names; see CheckToken.
	AdminToken, ReaderToken string
	// Certificates tells that TLS lets nobody in without a certificate that was
	// checked. Its owner is an administrator when there are no tokens, else a
	// worker.
	Certificates bool
	// OpenRepo gives everybody the role of a worker.
	OpenRepo bool
	// Hosts are names of this machine, beside those of loopback and the bound
	// address, under which browsers and workers know it. "*" stands for any.
	Hosts []string
	// AuditFile gets a line for each change; "" for none.
	AuditFile string
}

// minToken is how long a token must be: shorter ones can be guessed.
const minToken = 16 // bytes

// CheckToken tells whether a token will do.
func CheckToken(token string) error {
	if len(token) < minToken {
		return fmt.Errorf("want a token of at least %d characters, got %d", minToken, len(token))
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("want a token of visible ASCII characters without blanks")
	}
	return nil
}

// token is the digest of a token: comparing digests takes the same time
// whatever the lengths are.
type token [sha256.Size]byte

func digest(s string) token { return sha256.Sum256([]byte(s)) }

func (t token) is(other token) bool { return subtle.ConstantTimeCompare(t[:], other[:]) == 1 }

// gate decides who may pass.
type gate struct {
	access   Access
	bound    net.IP // unspecified for all addresses
	port     string
	secure   bool   // the port speaks TLS
	made     string // the token that was made up
	admin    token
	reader   token
	required bool // somebody has to be known to be an administrator
	sessions sessions
	throttle throttle
	origin   *http.CrossOriginProtection
}

func newGate(a Access, bound net.Addr, secure bool) *gate {
	host, port, _ := net.SplitHostPort(bound.String())
	g := &gate{access: a, bound: net.ParseIP(host), port: port, secure: secure, origin: http.NewCrossOriginProtection()}
	tokens := a.AdminToken != "" || a.ReaderToken != ""
	if a.AdminToken == "" && !a.Certificates && (tokens || !g.bound.IsLoopback()) {
		g.made = randomText()
		g.access.AdminToken = g.made
	}
	g.admin, g.reader = digest(g.access.AdminToken), digest(a.ReaderToken)
	g.required = tokens || g.made != ""
	return g
}

// caller is who sent a request.
type caller struct {
	role   Role
	name   string // for the audit log
	bearer bool   // a browser cannot have been made to send this by another site
	denied string // why what was presented is not accepted; "" when nothing is wrong
	later  bool   // too many tokens were wrong
}

// ofToken returns the role that a token gives.
func (g *gate) ofToken(text string) Role {
	t := digest(text)
	isAdmin, isReader := t.is(g.admin), t.is(g.reader)
	switch {
	case isAdmin && g.access.AdminToken != "":
		return RoleAdmin
	case isReader && g.access.ReaderToken != "":
		return RoleReader
	}
	return RoleNone
}

// identify finds out who sent a request. Whoever presents a token is judged by
// that alone.
func (g *gate) identify(r *http.Request) caller {
	if header := r.Header.Get("Authorization"); header != "" && g.required {
		return g.bearer(r, header)
	}
	if session, ok := g.sessions.find(r, g.cookieName()); ok {
		return caller{role: session.role, name: session.role.String()}
	}
	return g.anonymous(r)
}

// bearer judges an Authorization header.
func (g *gate) bearer(r *http.Request, header string) caller {
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return caller{denied: "want 'Authorization: Bearer <token>'"}
	}
	client := clientIP(r)
	if !g.throttle.allow(client) {
		return caller{denied: "too many wrong tokens: try again later", later: true}
	}
	role := g.ofToken(strings.TrimSpace(text))
	if role == RoleNone {
		g.throttle.fail(client)
		return caller{denied: "the token is not valid"}
	}
	return caller{role: role, name: role.String(), bearer: true}
}

// anonymous judges a request without a token.
func (g *gate) anonymous(r *http.Request) caller {
	name, certified := certificateName(r)
	switch {
	case certified && !g.required:
		return caller{role: RoleAdmin, name: name}
	case certified:
		return caller{role: RoleWorker, name: name}
	case !g.required && !g.access.Certificates:
		return caller{role: RoleAdmin, name: "local"}
	case g.access.OpenRepo:
		return caller{role: RoleWorker, name: "anonymous"}
	}
	return caller{name: "anonymous"}
}

// certificateName returns the name in the certificate of a client.
func certificateName(r *http.Request) (name string, ok bool) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return "", false
	}
	subject := r.TLS.PeerCertificates[0].Subject
	if subject.CommonName != "" {
		return "certificate " + subject.CommonName, true
	}
	return "certificate " + subject.String(), true
}

// clientIP is the address of who sent a request, without the port.
func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// knows tells whether a Host header names this machine: a web page of somebody
// else, whose name was made to resolve to our address, sends its own name.
func (g *gate) knows(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if ip := net.ParseIP(name); ip != nil {
		return ip.IsLoopback() || g.bound.IsUnspecified() || ip.Equal(g.bound)
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	for _, allowed := range g.access.Hosts {
		if allowed == "*" || strings.EqualFold(allowed, name) {
			return true
		}
	}
	return false
}
