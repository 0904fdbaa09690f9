package fleet

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"pipy/pipy/logging"
)

// link is the connection of one worker, which takes commands and sends logs; that
// of a 0.30 worker sends metrics.
type link struct {
	// Immutable:
	codebase  string
	principal string
	commands  bool // whether the worker takes commands
	conn      *conn

	// Owned by the reader:
	uuid   string // "" until a 0.30 worker says who it is
	frames int
}

// ServeLink takes a websocket of a worker of a codebase. Workers of 0.30 give no
// uuid in their URL. It returns when the connection ends.
func (g *Registry) ServeLink(w http.ResponseWriter, r *http.Request, codebase, uuid string) {
	if r.Header.Get("origin") != "" {
		http.Error(w, "want a worker, got a browser", http.StatusForbidden)
		return
	}
	l := &link{codebase: codebase, uuid: uuid, commands: uuid != "", principal: g.options.Principal(r)}
	g.mu.Lock()
	var in *instance
	var err error
	switch {
	case g.closed:
		err = errEnding
	case len(g.links) >= 2*g.options.MaxInstances:
		err = errFull
	case l.commands:
		in, err = g.admit(r, codebase, uuid)
	}
	g.mu.Unlock()
	if err != nil {
		refuse(w, err)
		return
	}
	c, rw, _, err := ws.HTTPUpgrader{Timeout: ioTimeout}.Upgrade(r, w)
	if err != nil {
		if c != nil {
			c.Close()
		}
		return
	}
	l.conn = newConn(c, rw.Reader, ws.StateServerSide, g.options.MaxReport, false)
	defer l.conn.close()
	g.attach(l, in)
	defer g.detach(l)
	for {
		text, err := l.conn.read()
		if err != nil {
			return
		}
		if err := g.take(l, text); err != nil {
			logging.Debugf(topic, "Link of instance %s: %v", l.uuid, err)
			l.conn.bye(ws.StatusPolicyViolation, "send everything again")
			return
		}
	}
}

// attach makes a link the one over which its instance takes commands.
func (g *Registry) attach(l *link, in *instance) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.links[l] = struct{}{}
	if g.closed {
		l.conn.close()
	}
	if in == nil {
		return
	}
	if in.link != nil {
		in.link.conn.close() // it has come back before we knew that it was gone
	}
	in.link = l
	for _, wa := range in.watches {
		wa.subscribe(l)
	}
}

func (g *Registry) detach(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.links, l)
	if in := g.instances[l.uuid]; in != nil && in.link == l {
		in.link = nil
		in.seen = time.Now()
	}
}

// take handles a message of a worker; after an error the link is of no use.
func (g *Registry) take(l *link, text []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if bytes.HasPrefix(text, []byte("{")) {
		return g.takeMetrics(l, text)
	}
	in := g.instances[l.uuid]
	if in == nil || in.link != l {
		return nil
	}
	in.seen = time.Now()
	head, rest, ok := strings.Cut(string(text), "\n")
	if !ok {
		return nil
	}
	if name, ok := strings.CutPrefix(head, msgLogTail); ok {
		in.showTail(name, rest)
	} else if name, ok := strings.CutPrefix(head, msgLog); ok {
		in.showLines(name, rest)
	}
	return nil
}

// takeMetrics handles metrics in the form of 0.30.
func (g *Registry) takeMetrics(l *link, text []byte) error {
	var f wireFrame
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if l.uuid == "" {
		l.uuid = f.UUID
	}
	in := g.instances[l.uuid]
	if in == nil || l.uuid != f.UUID || in.codebase != l.codebase || in.principal != l.principal {
		return errLost // it has not reported yet, or is not who it says
	}
	in.seen = time.Now()
	l.frames++
	in.metrics.version = nil // so that a report cannot go on from here
	return g.apply(in, l.frames == 1, f.Metrics)
}

// sameSite tells whether a request comes from a page of this server, or from no
// page at all.
func sameSite(r *http.Request) bool {
	origin := r.Header.Get("origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}
