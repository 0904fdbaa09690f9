package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"pipy/pipy/logging"
)

// auditTopic is the topic of the log under which changes are noted.
const auditTopic = "audit"

// change is what a request changes; handlers add to it what they know.
type change struct {
	who  caller
	what []string
}

// changeKey is the key of a request's change in its context.
type changeKey struct{}

// note adds to a request's line in the audit log what was changed.
func note(r *http.Request, what string) {
	if c, ok := r.Context().Value(changeKey{}).(*change); ok {
		c.what = append(c.what, what)
	}
}

// callerOf tells who sent a request that was let through.
func callerOf(r *http.Request) caller {
	if c, ok := r.Context().Value(changeKey{}).(*change); ok {
		return c.who
	}
	return caller{}
}

// author names who sent a request.
func author(r *http.Request) string { return callerOf(r).name }

// auditLog keeps what was changed, when, by whom and from where.
type auditLog struct {
	file *logging.RotatingFile // nil for none
}

// auditLine is one line of the file.
type auditLine struct {
	Time   time.Time `json:"time"`
	Who    string    `json:"who"`
	From   string    `json:"from"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Status int       `json:"status"`
	What   string    `json:"what,omitempty"`
}

func openAudit(path string) (*auditLog, error) {
	if path == "" {
		return &auditLog{}, nil
	}
	f, err := logging.OpenRotatingFile(path, logging.FileOptions{Append: true, Private: true})
	if err != nil {
		return nil, fmt.Errorf("--admin-log-file: %w", err)
	}
	return &auditLog{file: f}, nil
}

func (a *auditLog) close() {
	if a.file != nil {
		a.file.Close()
	}
}

// changed notes a request that was let through.
func (a *auditLog) changed(r *http.Request, c *change, status int) {
	a.write(r, c.who.name, status, strings.Join(c.what, "; "))
}

// denied notes a request that was not let through. Reading without a role is
// not worth a line.
func (a *auditLog) denied(r *http.Request, who caller, status int, reason string) {
	if changes(r) || isUpgrade(r) || who.denied != "" {
		a.write(r, who.name, status, "denied: "+reason)
	}
}

func (a *auditLog) write(r *http.Request, who string, status int, what string) {
	if who == "" {
		who = "unknown"
	}
	who, what = printable(who), printable(what)
	logging.Infof(auditTopic, "%s %q by %s from %s: %d %s", r.Method, r.URL.Path, who, r.RemoteAddr, status, what)
	if a.file == nil {
		return
	}
	line, err := json.Marshal(auditLine{time.Now().UTC(), who, r.RemoteAddr, r.Method, r.URL.Path, status, what})
	if err == nil {
		_, err = a.file.Write(append(line, '\n'))
	}
	if err != nil {
		logging.Errorf("admin", "--admin-log-file: %v", err)
	}
}

// printable keeps what others have sent on one line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}
