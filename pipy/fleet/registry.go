package fleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pipy/pipy/logging"
	"pipy/pipy/stats"
)

// RegistryOptions are limits. The zero value has good ones.
type RegistryOptions struct {
	MaxInstances int           // zero means 10000
	MaxSeries    int           // of the metrics of all instances; zero means a million, of some 600 bytes each
	MaxReport    int64         // bytes of a status report or a message; zero means 8 MB
	MaxViewers   int           // who watch logs at the same time; zero means 256
	Expiry       time.Duration // how long a silent instance is remembered; zero means a minute
	// Principal tells who a worker is, when that is known: a name from its
	// certificate or token. Nobody else can then report under the uuid of its
	// instances. Nil means by the client certificate, where there is one.
	Principal func(*http.Request) string
}

// Registry knows the workers of a repo. Its methods may be called from any
// goroutine. It needs no goroutine of its own: what is to be forgotten is looked
// for when somebody asks.
type Registry struct {
	// Immutable:
	options RegistryOptions
	started time.Time

	// Guarded by mu:
	mu        sync.Mutex
	instances map[string]*instance // by uuid
	lastID    int
	swept     time.Time
	links     map[*link]struct{}
	series    int // of all instances
	viewers   int
	closed    bool
}

// instance is one worker. All but id and uuid is guarded by the Registry's mu.
type instance struct {
	id        int
	uuid      string
	principal string
	codebase  string
	ip        string
	seen      time.Time  // when it was heard of last
	report    wireReport // the last one, without metrics; empty before that
	reported  bool
	metrics   metricSet
	link      *link // over which it takes commands; nil for none
	watches   map[string]*watch
}

// NewRegistry returns a registry without instances.
func NewRegistry(o RegistryOptions) *Registry {
	o.MaxInstances = cmp.Or(o.MaxInstances, 10000)
	o.MaxSeries = cmp.Or(o.MaxSeries, 1000000)
	o.MaxReport = cmp.Or(o.MaxReport, 8<<20)
	o.MaxViewers = cmp.Or(o.MaxViewers, 256)
	o.Expiry = cmp.Or(o.Expiry, time.Minute)
	if o.Principal == nil {
		o.Principal = certificateName
	}
	return &Registry{options: o, started: time.Now(), instances: map[string]*instance{}, links: map[*link]struct{}{}}
}

// certificateName returns the names in the certificate of a client, "" when there
// is none.
func certificateName(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return ""
	}
	c := r.TLS.PeerCertificates[0]
	return fmt.Sprint(c.Subject, c.DNSNames, c.URIs)
}

// Close ends all connections of workers and viewers.
func (g *Registry) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for l := range g.links {
		l.conn.close()
	}
	for _, in := range g.instances {
		in.endWatches()
	}
}

// Errors of admit.
var (
	errBadUUID = fmt.Errorf("want a uuid of 1 to %d bytes without slashes", maxText)
	errFull    = errors.New("too many instances")
	errOther   = errors.New("the instance belongs to somebody else")
	errEnding  = errors.New("the repo is shutting down")
)

// refuse answers with the status that goes with an error of admit.
func refuse(w http.ResponseWriter, err error) {
	code := http.StatusServiceUnavailable
	switch err {
	case errBadUUID:
		code = http.StatusBadRequest
	case errOther:
		code = http.StatusForbidden
	}
	http.Error(w, err.Error(), code)
}

// admit returns the instance of a worker that has made a request, with mu held:
// a new one when it is not known.
func (g *Registry) admit(r *http.Request, codebase, uuid string) (*instance, error) {
	if uuid == "" || len(uuid) > maxText || strings.ContainsAny(uuid, "/\r\n") {
		return nil, errBadUUID
	}
	if g.closed {
		return nil, errEnding
	}
	g.sweep()
	principal := g.options.Principal(r)
	in := g.instances[uuid]
	switch {
	case in == nil && len(g.instances) >= g.options.MaxInstances:
		return nil, errFull
	case in == nil:
		g.lastID++
		in = &instance{id: g.lastID, uuid: uuid, watches: map[string]*watch{}}
		g.instances[uuid] = in
	case in.principal != "" && in.principal != principal:
		return nil, errOther
	}
	in.principal, in.codebase, in.seen = principal, codebase, time.Now()
	in.ip, _, _ = net.SplitHostPort(r.RemoteAddr)
	return in, nil
}

// sweep forgets instances that have been silent for too long, with mu held.
func (g *Registry) sweep() {
	now := time.Now()
	if now.Sub(g.swept) < min(reportInterval, g.options.Expiry) {
		return
	}
	g.swept = now
	for uuid, in := range g.instances {
		if now.Sub(in.seen) > g.options.Expiry && in.link == nil && len(in.watches) == 0 {
			delete(g.instances, uuid)
			g.series -= in.metrics.nodes
		}
	}
}

// slot is the number of the point in time of metrics that come now.
func (g *Registry) slot() int64 { return int64(time.Since(g.started) / reportInterval) }

// ServeStatus takes a status report of a worker of a codebase. It answers 206 when
// metrics came and were taken, so that the next ones may go on from there, else
// 201.
func (g *Registry) ServeStatus(w http.ResponseWriter, r *http.Request, codebase string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.options.MaxReport))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, fmt.Sprintf("want a report of at most %d bytes", tooLarge.Limit), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "the report broke off", http.StatusBadRequest)
		return
	}
	var report wireReport
	if err := json.Unmarshal(body, &report); err != nil {
		w.Header().Set("content-type", "text/plain")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, "Invalid JSON")
		return
	}
	report.tidy()
	g.mu.Lock()
	in, err := g.admit(r, codebase, report.UUID)
	taken := false
	if err == nil {
		taken = g.update(in, report)
	}
	g.mu.Unlock()
	switch {
	case err != nil:
		refuse(w, err)
	case taken:
		w.WriteHeader(http.StatusPartialContent)
	default:
		w.WriteHeader(http.StatusCreated)
	}
}

// tidy bounds the texts of a report.
func (r *wireReport) tidy() {
	clip := func(s string, n int) string { return strings.ToValidUTF8(s[:min(len(s), n)], "") }
	r.Name, r.Version, r.Error = clip(r.Name, maxText), clip(r.Version, maxText), clip(r.Error, maxError)
	r.Logs = slices.DeleteFunc(r.Logs, func(name string) bool { return !validLogName(name) })
	if len(r.Modules) == 0 || len(r.Modules) > maxModules {
		r.Modules = json.RawMessage("{}")
	}
}

// update takes a report, and tells whether its metrics, if any, were taken; with
// mu held.
func (g *Registry) update(in *instance, r wireReport) (taken bool) {
	if before := in.report.Error; r.Error != before && r.Error != "" {
		logging.Warnf(topic, "Instance %s of %s: %s", in.title(r.Name), in.codebase, firstLine(r.Error))
	}
	m := r.Metrics
	r.Metrics = nil
	in.report, in.reported = r, true
	if m == nil || m.Last != nil && (in.metrics.version == nil || *m.Last != *in.metrics.version) {
		return false
	}
	if err := g.apply(in, m.Last == nil, m.Roots); err != nil {
		logging.Debugf(topic, "Instance %s: %v", in.title(r.Name), err)
		return false
	}
	in.metrics.version = &m.Version
	return true
}

// errNoRoom says that the metrics of all instances together are too many.
var errNoRoom = errors.New("want fewer series of all instances together, got more than there is room for")

// apply takes metrics of an instance, if there is room for them, with mu held.
func (g *Registry) apply(in *instance, full bool, roots json.RawMessage) error {
	before := in.metrics.nodes
	err := in.metrics.apply(full, roots, g.slot())
	if g.series+in.metrics.nodes-before > g.options.MaxSeries {
		in.metrics, err = metricSet{}, errNoRoom
	}
	g.series += in.metrics.nodes - before
	return err
}

// title is how logs call an instance.
func (in *instance) title(name string) string {
	if name != "" {
		return strconv.Quote(name) + " (" + in.uuid + ")"
	}
	return in.uuid
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Changed tells the workers of codebases, which have new versions, to look at
// once.
func (g *Registry) Changed(codebases []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for l := range g.links {
		if l.commands && slices.Contains(codebases, l.codebase) {
			l.conn.send([]byte(cmdReload))
		}
	}
}

// Metrics returns the metrics of all instances, as they reported them last, in
// the order in which they came. An instance is called by its name, or else its
// uuid; those with the name of another one by both.
func (g *Registry) Metrics() []stats.Instance {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := g.list("")
	names := map[string]int{}
	for _, in := range list {
		names[in.report.Name]++
	}
	var all []stats.Instance
	for _, in := range list {
		name := in.report.Name
		switch {
		case name == "":
			name = in.uuid
		case names[name] > 1:
			name += "/" + in.uuid
		}
		if m := in.metrics.snapshot(); m != nil {
			all = append(all, stats.Instance{Name: name, Metrics: m})
		}
	}
	return all
}

// Sum adds up the metrics of the instances of a codebase; those of scripts too. A
// metric that is not the same everywhere is left out and reported; the sum of
// the others is good.
func (g *Registry) Sum(codebase string) (stats.Snapshot, error) {
	g.mu.Lock()
	var all []stats.Snapshot
	for _, in := range g.list(codebase) {
		all = append(all, in.metrics.snapshot())
	}
	g.mu.Unlock()
	return stats.Sum(all...)
}

// list returns the instances of a codebase, "" for all, in the order in which
// they came, with mu held.
func (g *Registry) list(codebase string) []*instance {
	g.sweep()
	var list []*instance
	for _, in := range g.instances {
		if codebase == "" || in.codebase == codebase {
			list = append(list, in)
		}
	}
	slices.SortFunc(list, func(a, b *instance) int { return cmp.Compare(a.id, b.id) })
	return list
}
