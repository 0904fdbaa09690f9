package codebase

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"pipy/pipy/logging"
)

// topic is what log lines of this package are about.
const topic logging.Topic = "codebase"

// RemoteOptions say how a server is asked. The zero value is good.
type RemoteOptions struct {
	// TLS is used for https. Nil means the system's certificates; the name of
	// the host is verified unless the configuration says otherwise.
	TLS *tls.Config
	// Token is sent as "authorization: Bearer <token>", to the host of the URL
	// alone. Empty means none.
	Token string
	// Cache is the folder where the last good version is kept, to start from
	// when the server cannot be reached. Empty means that none is kept.
	Cache string
	// Interval is how often the server is asked for a new version; zero means
	// PollInterval.
	Interval time.Duration
}

// Remote is a codebase that a server hands out: a single script, or a list of
// files (one path a line, the entry first) below whose address the files are.
// Any HTTP server will do; its etag or last-modified tell that there is
// something new.
//
// A version is downloaded as a whole or not at all. One with the content of the
// version that runs, and one that was tried in vain, are not reported again,
// whatever their tags say.
type Remote struct {
	// Immutable:
	given    *url.URL // what the user wrote
	token    string
	interval time.Duration
	client   *http.Client
	cache    *cache // nil for none
	poke     chan struct{}

	loading sync.Mutex // held while versions are downloaded

	// Guarded by mu:
	mu      sync.Mutex
	at      *url.URL  // where the script or list was found; nil before that
	newest  *snapshot // what the server has, as far as known; nil before that
	pending *snapshot // downloaded, and not yet asked for
	handed  *snapshot // what Load returned last
	running *snapshot // what was tried with success last
	refused error     // why newest does not run; nil if it does, or was not tried
	failed  error     // why the server could not be asked; nil if it could
	onState func()    // called when the state may have changed; or nil
}

// NewRemote returns the codebase at an http or https URL. Options may be nil.
func NewRemote(target string, o *RemoteOptions) (*Remote, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("want an http or https URL, got %q", target)
	}
	if o == nil {
		o = &RemoteOptions{}
	}
	r := &Remote{given: u, token: o.Token, interval: o.Interval, poke: make(chan struct{}, 1)}
	if r.interval == 0 {
		r.interval = PollInterval
	}
	r.client = newClient(o.TLS)
	if o.Cache != "" {
		if r.cache, err = openCache(o.Cache, u); err != nil {
			logging.Warnf(topic, "No version is kept on disk: %v", err)
		}
	}
	return r, nil
}

// Load downloads the newest version. When that fails it returns the version that
// runs, or else the one that was kept on disk; the error is that of the
// download when there is neither.
func (r *Remote) Load(ctx context.Context) (*Version, error) {
	r.loading.Lock()
	defer r.loading.Unlock()
	if s := r.takePending(); s != nil {
		return r.hand(s), nil
	}
	s, err := r.download(ctx)
	r.mu.Lock()
	r.failed = err // the caller logs it
	r.mu.Unlock()
	if err != nil {
		return r.fallBack(err)
	}
	r.mu.Lock()
	again := r.newest != nil && r.newest.hash == s.hash && r.refused != nil
	idle := r.running == nil
	r.newest = s
	if !again {
		r.refused = nil
	}
	r.mu.Unlock()
	if again && idle {
		if good := r.kept(); good != nil && good.hash != s.hash {
			logging.Warnf(topic, "Version %s did not start: starting version %s, which did before", s.name(), good.name())
			return r.hand(good), nil
		}
	}
	return r.hand(s), nil
}

func (r *Remote) takePending() *snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.pending
	r.pending = nil
	return s
}

// fallBack returns what there is when the server has nothing to offer.
func (r *Remote) fallBack(err error) (*Version, error) {
	r.mu.Lock()
	running := r.running
	r.mu.Unlock()
	if running != nil {
		logging.Warnf(topic, "%v: staying with version %s", err, running.name())
		return r.hand(running), nil
	}
	if denied := (*statusError)(nil); errors.As(err, &denied) && denied.first && denied.final() {
		return nil, err
	}
	good := r.kept()
	if good == nil {
		return nil, err
	}
	logging.Warnf(topic, "%v: starting version %s, which was kept on disk", err, good.name())
	r.mu.Lock()
	r.newest = good
	r.mu.Unlock()
	return r.hand(good), nil
}

// kept returns the version on disk, or nil.
func (r *Remote) kept() *snapshot {
	if r.cache == nil {
		return nil
	}
	s, err := r.cache.load()
	if err != nil {
		logging.Warnf(topic, "%v", err)
	}
	return s
}

// hand remembers what the caller of Load gets.
func (r *Remote) hand(s *snapshot) *Version {
	v := &Version{Files: s.fs(), Entry: s.entry, Name: s.name()}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.version = v
	r.handed = s
	return v
}

// Tried implements Witness: a version that runs is kept on disk, one that does
// not is not reported again.
func (r *Remote) Tried(v *Version, err error) {
	r.mu.Lock()
	s := r.handed
	if s == nil || s.version != v {
		r.mu.Unlock()
		return
	}
	if s.hash == r.newest.hash {
		r.refused = err
	}
	if err == nil {
		r.running = s
	}
	r.mu.Unlock()
	r.changed()
	if err == nil && r.cache != nil {
		if err := r.cache.store(s); err != nil {
			logging.Warnf(topic, "Version %s is not kept on disk: %v", s.name(), err)
		}
	}
}

// URL is where the codebase was found, or is expected to be: that of a codebase in
// a repo ends in a slash.
func (r *Remote) URL() string {
	if at, _ := r.known(); at != nil {
		return at.String()
	}
	if p := r.given.Path; !strings.HasSuffix(p, "/") && !strings.Contains(path.Base(p), ".") {
		return r.given.JoinPath("/").String()
	}
	return r.given.String()
}

// OnState has f called when State may return something else than before. F must
// not wait.
func (r *Remote) OnState(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onState = f
}

func (r *Remote) changed() {
	r.mu.Lock()
	f := r.onState
	r.mu.Unlock()
	if f != nil {
		f()
	}
}

// RemoteState is what a Remote knows about its versions.
type RemoteState struct {
	Running string // the name of the version that runs, "" for none
	Newest  string // the name of the version that the server has, "" when unknown
	Error   error  // why the newest does not run, or could not be downloaded; or nil
}

// State returns what is known now.
func (r *Remote) State() RemoteState {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s RemoteState
	if r.running != nil {
		s.Running = r.running.name()
	}
	if r.newest != nil {
		s.Newest = r.newest.name()
	}
	s.Error = r.failed
	if r.refused != nil {
		s.Error = fmt.Errorf("version %s does not run: %w", s.Newest, r.refused)
	}
	return s
}

// note logs why Watch cannot ask the server: once, until the reason changes.
func (r *Remote) note(err error) {
	r.mu.Lock()
	before := r.failed
	r.failed = err
	r.mu.Unlock()
	if SameReason(before, err) {
		return
	}
	r.changed()
	if err != nil {
		logging.Errorf(topic, "%v", err)
	} else {
		logging.Infof(topic, "%s answers again", r.given.Redacted())
	}
}

// SameReason tells whether two errors, or the lack of them, say the same, but for
// numbers: those of ports change with each attempt.
func SameReason(a, b error) bool { return reason(a) == reason(b) }

func reason(err error) string {
	if err == nil {
		return ""
	}
	return strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' {
			return -1
		}
		return c
	}, err.Error())
}
