package worker

import (
	"sort"
	"time"

	"pipy/pipy/script"
)

// Status is what a process tells about the program that it runs.
type Status struct {
	// Time is when the status was taken, Since when the program was started, both
	// in milliseconds since 1970. Since is 0 when no program runs.
	Time  int64 `json:"timestamp"`
	Since int64 `json:"since,omitempty"`
	// Version is that of the codebase, "" when no program runs.
	Version string                  `json:"version"`
	Modules map[string]ModuleStatus `json:"modules"` // by path: "/main.js"
	Workers []WorkerStatus          `json:"workers"`
}

// ModuleStatus is one script that describes pipelines.
type ModuleStatus struct {
	Graph *script.Graph `json:"graph"`
}

// WorkerStatus is one worker.
type WorkerStatus struct {
	ID       int             `json:"id"`
	Versions []VersionStatus `json:"versions"` // the newest first
}

// VersionStatus is one version of the program in one worker.
type VersionStatus struct {
	Number    int   `json:"number"` // of the versions that the process has loaded
	State     State `json:"state"`
	Pipelines int   `json:"pipelines"` // that run
}

// Status returns the state of the program.
func (g *Group) Status() Status {
	s := Status{Time: time.Now().UnixMilli(), Modules: map[string]ModuleStatus{}, Workers: make([]WorkerStatus, len(g.workers))}
	if r := g.program(); r != nil {
		s.Since = r.since.UnixMilli()
		s.Version = r.version.Name
		if s.Version == "" {
			s.Version = "1"
		}
	}
	_ = g.all(func(w *worker) error {
		s.Workers[w.id] = w.status()
		if w.id == 0 && w.current != nil {
			for name, graph := range w.graphs() {
				s.Modules[name] = ModuleStatus{graph}
			}
		}
		return nil
	})
	return s
}

// status returns the versions of the worker.
func (w *worker) status() WorkerStatus {
	s := WorkerStatus{ID: w.id, Versions: []VersionStatus{}}
	for _, v := range w.versions() {
		s.Versions = append(s.Versions, VersionStatus{v.number, v.state, v.prog.Layouts().Active()})
	}
	return s
}

// versions returns those that are loading, running or draining, the newest
// first.
func (w *worker) versions() []*version {
	var list []*version
	for _, v := range []*version{w.staged, w.current} {
		if v != nil {
			list = append(list, v)
		}
	}
	for v := range w.old {
		list = append(list, v)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].number > list[j].number })
	return list
}

// drawn is the graphs that were made last: many ask, and they change seldom.
type drawn struct {
	prog    *script.Program
	layouts int // that the program had
	graphs  map[string]*script.Graph
}

type drawnKey struct{}

// graphs returns the graphs of the running version's modules, by their paths.
// Nobody changes them any more.
func (w *worker) graphs() map[string]*script.Graph {
	d := w.loop.Local(drawnKey{}, func() any { return &drawn{} }).(*drawn)
	prog := w.current.prog
	if layouts := len(prog.Layouts().Layouts); d.prog != prog || d.layouts != layouts {
		*d = drawn{prog, layouts, map[string]*script.Graph{}}
		for _, name := range prog.Modules() {
			d.graphs[name] = prog.ModuleGraph(name)
		}
	}
	return d.graphs
}

// Args returns what scripts see as pipy.argv.
func (g *Group) Args() []string { return g.options.Args }
