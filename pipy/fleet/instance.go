package fleet

import (
	"encoding/json"
	"strconv"
)

// Instance is what is known of a worker. It is written as JSON; times are Unix
// milliseconds there.
type Instance struct {
	ID        int             `json:"id"` // unique in this process, from 1
	IP        string          `json:"ip"`
	Timestamp int64           `json:"timestamp"` // when it was heard of last, by the repo's clock
	Since     int64           `json:"since"`     // when its program was started, 0 when unknown
	UUID      string          `json:"uuid"`
	Name      string          `json:"name"`
	Codebase  string          `json:"codebase"`
	Version   string          `json:"version"`         // that runs, "" for none
	Error     string          `json:"error,omitempty"` // why a newer one does not
	Linked    bool            `json:"linked"`          // whether it takes commands now
	Logs      []string        `json:"logs"`            // that can be watched
	Modules   json.RawMessage `json:"modules"`         // with their graphs
	Status    json.RawMessage `json:"status"`          // the report as it came, without metrics
}

// describe returns the instance as it is now, with mu of the Registry held.
func (in *instance) describe() Instance {
	d := Instance{
		ID: in.id, IP: in.ip, Timestamp: in.seen.UnixMilli(), Since: int64(in.report.Since),
		UUID: in.uuid, Name: in.report.Name, Codebase: in.codebase, Version: in.report.Version, Error: in.report.Error,
		Linked: in.link != nil, Logs: append([]string{}, in.report.Logs...), Modules: in.report.Modules,
	}
	if d.Modules == nil {
		d.Modules = json.RawMessage("{}")
	}
	status := in.report
	status.UUID, status.IP, status.Modules, status.Logs = in.uuid, in.ip, d.Modules, d.Logs
	d.Status, _ = json.Marshal(status) // its parts came as JSON
	return d
}

// Instances returns the workers of a codebase by their ids, to be written as
// JSON. An instance that only has a link so far is not among them.
func (g *Registry) Instances(codebase string) any {
	all := map[string]Instance{}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, in := range g.list(codebase) {
		if in.reported {
			all[strconv.Itoa(in.id)] = in.describe()
		}
	}
	return all
}

// List returns all workers, in the order in which they came.
func (g *Registry) List() []Instance {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Instance
	for _, in := range g.list("") {
		if in.reported {
			all = append(all, in.describe())
		}
	}
	return all
}

// Instance returns the worker with a uuid, and whether there is one.
func (g *Registry) Instance(uuid string) (Instance, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	in := g.instances[uuid]
	if in == nil || !in.reported {
		return Instance{}, false
	}
	return in.describe(), true
}

// History returns the metrics of the worker with a uuid over the last minutes:
// all of them, or the one with a name, then with its sub-series; and whether
// there is such a worker.
func (g *Registry) History(uuid, name string) (History, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	in := g.instances[uuid]
	if in == nil {
		return History{}, false
	}
	return in.metrics.history(name), true
}
