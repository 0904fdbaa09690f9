package worker

import (
	"cmp"
	"slices"
	"time"

	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// FilterStats is what went through the filters of the running program.
type FilterStats struct {
	// Since is when the events began to be counted, in milliseconds since 1970:
	// they are counted while somebody asks, and cost nothing otherwise.
	Since   int64                   `json:"since"`
	Modules map[string]*ModuleStats `json:"modules"` // by path: "/main.js"
}

// ModuleStats is one module.
type ModuleStats struct {
	Pipelines []*PipelineStats `json:"pipelines"`
}

// PipelineStats is one pipeline of a module.
type PipelineStats struct {
	Name    string         `json:"name"`
	Active  int            `json:"active"` // that run
	Total   uint64         `json:"total"`  // that were started since the program was
	Filters []*FilterStat  `json:"filters"`
	Output  *FilterTraffic `json:"output"` // what left the last filter
}

// FilterStat is one filter of a pipeline: what it got.
type FilterStat struct {
	Name   string `json:"name"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	FilterTraffic
	// Errors is how often it ended a stream because it could not go on, since the
	// program was started.
	Errors uint64 `json:"errors"`
}

// FilterTraffic is the events at one place.
type FilterTraffic struct {
	Events FilterEvents `json:"events"`
	Bytes  uint64       `json:"bytes"` // of the data
}

// FilterEvents is events by kind.
type FilterEvents struct {
	Data      uint64 `json:"data"`
	Start     uint64 `json:"start"`
	End       uint64 `json:"end"`
	StreamEnd uint64 `json:"streamEnd"`
}

// countingTime is how long events are counted after somebody asked.
const countingTime = time.Minute

// counting is whether a worker counts the events of its filters.
type counting struct {
	w     *worker
	since time.Time // zero when it does not
	timer loop.Timer
	on    map[*pipeline.Layout]bool
}

type countingKey struct{}

func (w *worker) counting() *counting {
	return w.loop.Local(countingKey{}, func() any { return &counting{w: w} }).(*counting)
}

// Filters returns what went through the filters of the running program, added up
// over all workers. It begins to count the events, or goes on for another minute.
func (g *Group) Filters() *FilterStats {
	parts := make([]*FilterStats, len(g.workers))
	_ = g.all(func(w *worker) error {
		parts[w.id] = w.counting().read()
		return nil
	})
	all := parts[0]
	for _, p := range parts[1:] {
		all.add(p)
	}
	return all
}

// read returns the counts, and lets the counting go on.
func (c *counting) read() *FilterStats {
	if c.since.IsZero() {
		c.since = time.Now()
		c.on = map[*pipeline.Layout]bool{}
	}
	c.w.loop.Arm(&c.timer, countingTime, c)
	s := &FilterStats{Since: c.since.UnixMilli(), Modules: map[string]*ModuleStats{}}
	layouts := c.w.layouts()
	for l := range c.on {
		if !slices.Contains(layouts, l) { // of a version that was replaced
			l.SetCounting(false)
			delete(c.on, l)
		}
	}
	for _, l := range layouts {
		if !c.on[l] {
			c.on[l] = true
			l.SetCounting(true)
		}
		m := s.Modules[l.Module]
		if m == nil {
			m = &ModuleStats{}
			s.Modules[l.Module] = m
		}
		m.Pipelines = append(m.Pipelines, statsOf(l))
	}
	return s
}

// layouts returns those of the running version.
func (w *worker) layouts() []*pipeline.Layout {
	if w.current == nil {
		return nil
	}
	return w.current.prog.Layouts().Layouts
}

// Run ends the counting, because nobody asked for a while.
func (c *counting) Run() {
	for l := range c.on {
		l.SetCounting(false)
	}
	c.on, c.since = nil, time.Time{}
}

func statsOf(l *pipeline.Layout) *PipelineStats {
	p := &PipelineStats{Name: cmp.Or(l.ID, l.Name), Active: l.Active(), Total: l.Total(), Filters: []*FilterStat{}}
	counts := l.Counts()
	for i, n := range l.Nodes {
		_, line, column := parsePosition(n.Pos)
		p.Filters = append(p.Filters, &FilterStat{
			Name: n.Name, Line: line, Column: column, FilterTraffic: trafficOf(&counts[i]), Errors: l.Failures(i),
		})
	}
	out := trafficOf(&counts[len(l.Nodes)])
	p.Output = &out
	return p
}

func trafficOf(c *pipeline.Count) FilterTraffic {
	return FilterTraffic{FilterEvents{c.Data, c.Starts, c.Ends, c.StreamEnds}, c.Bytes}
}

// add adds the counts of another worker, which runs the same program but for what
// changes at run time.
func (s *FilterStats) add(o *FilterStats) {
	s.Since = min(s.Since, o.Since)
	for name, from := range o.Modules {
		to := s.Modules[name]
		if to == nil {
			s.Modules[name] = from
			continue
		}
		to.Pipelines = merge(to.Pipelines, from.Pipelines,
			func(a, b **PipelineStats) bool {
				return (*a).Name == (*b).Name && len((*a).Filters) == len((*b).Filters)
			},
			func(a, b **PipelineStats) { (*a).add(*b) })
	}
}

func (p *PipelineStats) add(o *PipelineStats) {
	p.Active += o.Active
	p.Total += o.Total
	p.Output.add(o.Output)
	for i, f := range o.Filters {
		p.Filters[i].add(&f.FilterTraffic)
		p.Filters[i].Errors += f.Errors
	}
}

func (t *FilterTraffic) add(o *FilterTraffic) {
	t.Events.Data += o.Events.Data
	t.Events.Start += o.Events.Start
	t.Events.End += o.Events.End
	t.Events.StreamEnd += o.Events.StreamEnd
	t.Bytes += o.Bytes
}
