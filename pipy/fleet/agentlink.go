package fleet

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"pipy/pipy/codebase"
	"pipy/pipy/logging"
)

const (
	// maxCommand bounds a message of the repo, in bytes.
	maxCommand = 64 << 10
	// refusedPause is the time between two attempts to link to a server that does
	// not know links.
	refusedPause = 5 * time.Minute
)

// errRefused says that the server does not know links: it is no repo.
var errRefused = errors.New("the server takes no links")

// listen keeps a link to the repo, over which it pushes commands.
func (a *Agent) listen(ctx context.Context) {
	failures := 0
	for linked := false; ctx.Err() == nil; {
		c, old, err := a.connect(ctx)
		wait := rand.N(a.options.Interval)
		switch {
		case errors.Is(err, errRefused):
			wait = refusedPause
			logging.Debugf(topic, "link: %v", err)
		case err != nil:
			failures++
			wait = codebase.BackOff(a.options.Interval, failures)
			a.note("link", err)
		default:
			failures = 0
			a.note("link", nil)
			a.old.Store(old)
			if linked && a.options.Reload != nil {
				a.options.Reload() // a command may have been missed
			}
			linked = true
			a.serve(ctx, c, old)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// connect opens a link: in the newer form, or in that of 0.30 when the repo does
// not know the newer one.
func (a *Agent) connect(ctx context.Context) (c *conn, old bool, err error) {
	own := *a.url
	own.Path += a.options.UUID
	own.RawPath = ""
	c, old, err = a.upgrade(ctx, &own)
	if missing := (*noUpgrade)(nil); errors.As(err, &missing) && missing.repo && missing.code == http.StatusNotFound {
		if c, old, err = a.upgrade(ctx, a.url); c != nil && !old {
			c.close()
			return nil, false, missing // a newer repo, which has no such codebase yet
		}
	}
	if missing := (*noUpgrade)(nil); errors.As(err, &missing) && missing.refuses() {
		err = fmt.Errorf("%w: %w", errRefused, err)
	}
	return c, old, err
}

// noUpgrade is an answer that is not that of a websocket.
type noUpgrade struct {
	url, status string
	code        int
	repo        bool // whether a repo of Pipy has answered
}

func (e *noUpgrade) Error() string {
	return fmt.Sprintf("GET %s: want an upgrade to websocket, got %s", e.url, e.status)
}

// refuses tells whether the server does not know links, rather than being out of
// order for now, or wanting to know who we are.
func (e *noUpgrade) refuses() bool {
	switch e.code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return false
	}
	return !e.repo && (e.code < 500 || e.code == http.StatusNotImplemented)
}

// oldServer is what a repo calls itself. That of 0.30 makes any connection that
// asks for it a link, and answers as to a plain request.
const oldServer = "pipy-repo"

// upgrade opens one connection and asks for an upgrade.
func (a *Agent) upgrade(ctx context.Context, u *url.URL) (c *conn, old bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, ioTimeout)
	defer cancel()
	raw, err := a.dialLink(ctx, u)
	if err != nil {
		return nil, false, fmt.Errorf("GET %s: %w", u.Redacted(), err)
	}
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	header := http.Header{}
	a.authorize(header)
	if u.User != nil && a.options.Token == "" {
		password, _ := u.User.Password()
		req := http.Request{Header: header}
		req.SetBasicAuth(u.User.Username(), password)
	}
	var answer *noUpgrade
	d := ws.Dialer{
		Host:   u.Host,
		Header: ws.HandshakeHeaderHTTP(header),
		OnStatusError: func(code int, _ []byte, r io.Reader) {
			answer = readAnswer(u, r)
		},
	}
	br, _, err := d.Upgrade(raw, u)
	old = answer != nil && answer.code == http.StatusOK && answer.repo
	switch {
	case !stop():
		err = fmt.Errorf("GET %s: %w", u.Redacted(), ctx.Err())
	case old:
		err = nil
	case answer != nil:
		err = answer
	case err != nil:
		err = fmt.Errorf("GET %s: %w", u.Redacted(), err)
	}
	if err != nil {
		raw.Close()
		return nil, false, err
	}
	r := io.Reader(raw)
	if br != nil {
		r = br
	}
	return newConn(raw, r, ws.StateClientSide, maxCommand, !old), old, nil
}

// readAnswer reads an answer that is not that of a websocket to its end.
func readAnswer(u *url.URL, r io.Reader) *noUpgrade {
	res, err := http.ReadResponse(bufio.NewReader(r), nil)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	e := &noUpgrade{url: u.Redacted(), status: res.Status, code: res.StatusCode, repo: res.Header.Get("server") == oldServer}
	if e.repo {
		if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxTail)); err != nil {
			return nil
		}
	}
	return e
}

// dialLink connects, with TLS if the URL says so.
func (a *Agent) dialLink(ctx context.Context, u *url.URL) (net.Conn, error) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	c, err := a.dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil || u.Scheme == "http" {
		return c, err
	}
	config := a.tls.Clone()
	if config.ServerName == "" {
		config.ServerName = u.Hostname()
	}
	config.NextProtos = []string{"http/1.1"}
	t := tls.Client(c, config)
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return t, nil
}

// serve does what the repo says, until the link ends.
func (a *Agent) serve(ctx context.Context, c *conn, old bool) {
	defer context.AfterFunc(ctx, func() { c.bye(ws.StatusGoingAway, "") })()
	defer c.close()
	if old {
		ended := make(chan struct{})
		defer close(ended)
		go a.sendFrames(c, ended)
	} else {
		c.send(nil) // that is how a worker says that it is there
	}
	logs := &logSender{conn: c, stops: map[string]func(){}}
	defer logs.stop()
	for {
		text, err := c.read()
		if err != nil {
			return
		}
		command := strings.TrimSpace(string(text))
		switch {
		case command == cmdReload && a.options.Reload != nil:
			a.options.Reload()
		case !a.options.NoLogs:
			logs.obey(command)
		}
	}
}

// sendFrames sends metrics over a link, as 0.30 wants them.
func (a *Agent) sendFrames(c *conn, ended <-chan struct{}) {
	if a.options.Metrics == nil {
		return
	}
	e := encoder{zeros: true}
	tick := time.NewTicker(a.options.Interval)
	defer tick.Stop()
	for {
		snapshot, err := a.options.Metrics()
		a.note("metrics", err)
		if err == nil {
			first := e.last == nil
			roots, full := e.encode(snapshot)
			if full && !first {
				c.bye(ws.StatusNormalClosure, "") // only the first frame of a connection is complete
				return
			}
			text, err := json.Marshal(wireFrame{a.options.UUID, roots})
			if err != nil || !c.send(text) {
				return
			}
		}
		select {
		case <-ended:
			return
		case <-tick.C:
		}
	}
}
