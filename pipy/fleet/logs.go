package fleet

import (
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"pipy/pipy/logging"
)

// watch is those who watch one log of one instance. Guarded by the Registry's mu.
type watch struct {
	name    string
	viewers map[*viewer]struct{}
}

// viewer is a browser that watches a log.
type viewer struct {
	conn *conn
	told bool // whether it has got what was logged before it came
}

// validLogName tells whether a name can be part of a command.
func validLogName(name string) bool {
	return name != "" && len(name) <= maxText && !strings.ContainsAny(name, "\r\n\x00")
}

// maxViewerMessage bounds what a browser may send, in bytes.
const maxViewerMessage = 4 << 10

// ServeLog lets a browser watch a log of a worker, or with an empty uuid of this
// process, over a websocket: the browser sends "watch", and gets texts of whole
// lines, first those of the past. It returns when the connection ends.
func (g *Registry) ServeLog(w http.ResponseWriter, r *http.Request, uuid, name string) {
	if !sameSite(r) {
		http.Error(w, "want a request of the console, got one of another site", http.StatusForbidden)
		return
	}
	if code := g.reserveViewer(uuid, name); code != http.StatusOK {
		http.Error(w, http.StatusText(code), code)
		return
	}
	defer g.releaseViewer()
	c, rw, _, err := ws.HTTPUpgrader{Timeout: ioTimeout}.Upgrade(r, w)
	if err != nil {
		if c != nil {
			c.Close()
		}
		return
	}
	v := &viewer{conn: newConn(c, rw.Reader, ws.StateServerSide, maxViewerMessage, true)}
	defer v.conn.close()
	c.SetReadDeadline(time.Now().Add(ioTimeout))
	text, err := v.conn.read()
	if err != nil || strings.TrimSpace(string(text)) != "watch" {
		v.conn.bye(ws.StatusPolicyViolation, `want "watch"`)
		return
	}
	c.SetReadDeadline(time.Time{})
	stop := g.view(v, uuid, name)
	defer stop()
	for err == nil {
		_, err = v.conn.read()
	}
}

// reserveViewer returns 200 when somebody may watch the log.
func (g *Registry) reserveViewer(uuid, name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	switch {
	case !validLogName(name), uuid == "" && logging.LookupHistory(name) == nil, uuid != "" && g.instances[uuid] == nil:
		return http.StatusNotFound
	case g.closed || g.viewers >= g.options.MaxViewers:
		return http.StatusServiceUnavailable
	}
	g.viewers++
	return http.StatusOK
}

func (g *Registry) releaseViewer() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.viewers--
}

// view lets a viewer get what is logged, until stop is called.
func (g *Registry) view(v *viewer, uuid, name string) (stop func()) {
	if uuid == "" {
		return follow(logging.LookupHistory(name), true, func(_ bool, text []byte) bool { return v.conn.send(text) })
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.instances[uuid]
	if in == nil || g.closed {
		v.conn.close()
		return func() {}
	}
	wa := in.watches[name]
	if wa == nil {
		wa = &watch{name: name, viewers: map[*viewer]struct{}{}}
		in.watches[name] = wa
	}
	wa.viewers[v] = struct{}{}
	if in.link != nil {
		wa.subscribe(in.link)
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(wa.viewers, v)
		if len(wa.viewers) > 0 || in.watches[name] != wa {
			return
		}
		delete(in.watches, name)
		if in.link != nil {
			in.link.conn.send([]byte(cmdLogOff + name))
		}
	}
}

// subscribe asks a worker for its log. The tail comes after lines that were
// logged meanwhile and holds them: who has not got it yet gets no lines.
func (wa *watch) subscribe(l *link) {
	l.conn.send([]byte(cmdLogOn + wa.name))
	for v := range wa.viewers {
		if !v.told {
			l.conn.send([]byte(cmdLogTail + wa.name))
			return
		}
	}
}

// showTail gives the past of a log to those who wait for it.
func (in *instance) showTail(name, text string) {
	wa := in.watches[name]
	if wa == nil {
		return
	}
	for v := range wa.viewers {
		if !v.told {
			v.told = true
			v.conn.send([]byte(wholeLines(text)))
		}
	}
}

// showLines gives new lines to those who have got the past.
func (in *instance) showLines(name, text string) {
	wa := in.watches[name]
	if wa == nil {
		return
	}
	for v := range wa.viewers {
		if v.told {
			v.conn.send([]byte(wholeLines(text)))
		}
	}
}

// wholeLines adds a line end if the last line has none.
func wholeLines(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// endWatches closes the connections of all viewers.
func (in *instance) endWatches() {
	for _, wa := range in.watches {
		for v := range wa.viewers {
			v.conn.close()
		}
	}
}
