package fleet

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pipy/pipy/codebase"
	"pipy/pipy/logging"
	"pipy/pipy/stats"
)

// AgentOptions say who the worker is and what it has to tell.
type AgentOptions struct {
	// URL is that of the codebase; one of a repo ends in a slash. Others get
	// status reports only.
	URL string
	// UUID is the identity of the process, without slashes; Name is for people.
	UUID, Name string
	// TLS is used for https. Nil means the system's certificates.
	TLS *tls.Config
	// Token is sent as "authorization: Bearer <token>". Empty means none.
	Token string
	// Interval is how often the worker reports; zero means every 5 seconds.
	Interval time.Duration

	// Status returns what the worker has to say. Nil means that it does not
	// report.
	Status func() Report
	// Metrics returns its metrics. Nil means that they are not sent.
	Metrics func() (stats.Snapshot, error)
	// Reload is called when the repo has something new, or may have had while
	// there was no link. It must not wait. Nil means that nobody wants to know.
	Reload func()
	// NoLogs keeps the logs of the process away from the repo.
	NoLogs bool
}

// Agent is the worker's side of the connection with a repo. What does not work is
// tried again, ever more seldom, and told to the log when it changes.
type Agent struct {
	// Immutable:
	options AgentOptions
	url     *url.URL
	tls     *tls.Config
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	client  *http.Client
	due     chan struct{}

	old atomic.Bool // the repo is one of 0.30: metrics go over the link

	// Owned by the goroutine that reports:
	metrics encoder
	version int64 // of the metrics that the repo has; zero for none

	// Guarded by mu:
	mu    sync.Mutex
	wrong map[string]error // what does not work, by what was tried
}

// NewAgent returns an agent; Run makes it work. The URL must be one of http or
// https.
func NewAgent(o AgentOptions) (*Agent, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("want an http or https URL, got %q", o.URL)
	}
	if o.UUID == "" || strings.Contains(o.UUID, "/") {
		return nil, fmt.Errorf("want a uuid without slashes, got %q", o.UUID)
	}
	o.Interval = cmp.Or(o.Interval, reportInterval)
	a := &Agent{options: o, url: u, due: make(chan struct{}, 1), wrong: map[string]error{}}
	a.tls = &tls.Config{}
	if o.TLS != nil {
		a.tls = o.TLS.Clone()
	}
	a.dial = (&net.Dialer{Timeout: ioTimeout}).DialContext
	a.client = &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return a.dial(ctx, network, address)
			},
			TLSClientConfig:     a.tls.Clone(),
			TLSHandshakeTimeout: ioTimeout,
			IdleConnTimeout:     2 * codebase.MaxBackOff,
		},
		Timeout:       ioTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return a, nil
}

// Run reports and listens until ctx ends.
func (a *Agent) Run(ctx context.Context) {
	var wait sync.WaitGroup
	if a.options.Status != nil {
		wait.Go(func() { a.reports(ctx) })
	}
	if strings.HasSuffix(a.url.Path, "/") {
		wait.Go(func() { a.listen(ctx) })
	}
	wait.Wait()
	a.client.CloseIdleConnections()
}

// Report lets the agent report at once, because something has changed. It does
// not wait.
func (a *Agent) Report() {
	select {
	case a.due <- struct{}{}:
	default:
	}
}

// reports sends status reports.
func (a *Agent) reports(ctx context.Context) {
	failures := 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-a.due:
		}
		err := a.report(ctx)
		if ctx.Err() != nil {
			return
		}
		a.note("status", err)
		failures++
		if err == nil {
			failures = 0
		}
		timer.Reset(codebase.BackOff(a.options.Interval, failures))
	}
}

// note logs what does not work: once, until it changes.
func (a *Agent) note(what string, err error) {
	a.mu.Lock()
	before := a.wrong[what]
	a.wrong[what] = err
	a.mu.Unlock()
	switch {
	case codebase.SameReason(before, err):
	case err == nil:
		logging.Infof(topic, "%s: the repo takes it again", what)
	default:
		logging.Warnf(topic, "%s: %v", what, err)
	}
}

// report sends one status report. Servers that take none are no reason to
// complain: any HTTP server can hand out a codebase.
func (a *Agent) report(ctx context.Context) error {
	body, sent, err := a.compose()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("content-type", "application/json")
	a.authorize(req.Header)
	a.version = 0 // until the repo says that it has the metrics
	res, err := a.client.Do(req)
	if err != nil {
		return fmt.Errorf("POST %s: %w", a.url.Redacted(), inner(err))
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, maxError)) // so that the connection can be used again
	switch res.StatusCode {
	case http.StatusPartialContent:
		a.version = sent
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("POST %s: got %s: the repo wants a token or a client certificate", a.url.Redacted(), res.Status)
	default:
		if res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented {
			return fmt.Errorf("POST %s: got %s", a.url.Redacted(), res.Status)
		}
	}
	return nil
}

// inner returns an error of net/http without the method and the URL.
func inner(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}

func (a *Agent) authorize(h http.Header) {
	if a.options.Token != "" {
		h.Set("authorization", "Bearer "+a.options.Token)
	}
}

// compose returns a status report, and the version of the metrics in it.
func (a *Agent) compose() (body []byte, version int64, err error) {
	s := a.options.Status()
	now := time.Now()
	r := wireReport{
		Timestamp: millis(now), Since: millis(s.Since), UUID: a.options.UUID, Name: a.options.Name,
		Version: s.Version, Error: s.Error[:min(len(s.Error), maxError)], Modules: json.RawMessage("{}"), Logs: s.Logs,
	}
	if r.Logs == nil || a.options.NoLogs {
		r.Logs = []string{}
	}
	if s.Modules != nil {
		if r.Modules, err = json.Marshal(s.Modules); err != nil {
			return nil, 0, fmt.Errorf("modules: %w", err)
		}
	}
	if a.options.Metrics != nil && !a.old.Load() {
		if a.version == 0 {
			a.metrics.lost = true
		}
		snapshot, err := a.options.Metrics()
		a.note("metrics", err)
		if err == nil {
			roots, full := a.metrics.encode(snapshot)
			version = max(now.UnixMilli(), a.version+1)
			r.Metrics = &wireMetrics{Version: version, Roots: roots}
			if last := a.version; !full {
				r.Metrics.Last = &last
			}
		}
	}
	body, err = json.Marshal(r)
	return body, version, err
}
