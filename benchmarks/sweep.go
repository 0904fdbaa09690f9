package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sweep is one thing that is measured at several sizes: a family of scenarios
// whose results make lines in charts.
type sweep struct {
	name   string
	doc    string
	axis   string // what points are, with the unit
	log    bool   // the axis is logarithmic
	points []int
	only   string // the kind of server that it is about; "" for all
	charts []metric
	base   scenario               // what all points have in common
	at     func(*scenario, int)   // sets what differs
	label  func(point int) string // how a point is written; nil for its digits
}

var (
	latency90  = metric{"p90_ms", "p90 ms", 2}
	latency999 = metric{"p999_ms", "p99.9 ms", 2}
	late       = metric{"late_percent", "sent late %", 1}
	cpuShare   = metric{"cpu_percent", "CPU %", 1}
)

var sweeps = []*sweep{
	{
		name: "rate", doc: "latency of an HTTP proxy at fixed rates, for requests that come when they come",
		axis: "requests/s", points: []int{500, 1000, 2000, 4000, 8000},
		charts: []metric{latency50, latency99, latency999, cpuShare},
		base: scenario{
			config: "proxy", script: "proxy.js", path: "/", workers: 1, origin: true,
			measure: measureRate, metrics: []metric{latency99, latency50, latency90, latency999, cpuShare, late, failed},
		},
		at: func(sc *scenario, n int) { sc.rate = n },
	},
	{
		name: "connections", doc: "memory with idle connections, after one request on each",
		axis: "connections", log: true, points: []int{1, 10, 100, 1000, 3000, 10000},
		charts: []metric{resident},
		base: scenario{
			config: "hello", script: "hello.js", path: "/", workers: 1,
			measure: measureIdle, metrics: []metric{resident, connections, failed},
		},
		at: func(sc *scenario, n int) { sc.connections = n },
	},
	{
		name: "bodies", doc: "response bodies of a size through an HTTP proxy, 4 connections",
		axis: "bytes per body", log: true, points: []int{100, 1000, 10_000, 100_000, 1_000_000, 10_000_000},
		charts: []metric{throughput, cpuPerRequest},
		base: scenario{
			config: "bulk", script: "proxy.js", workers: 1, bulk: true,
			measure: measureBodies, metrics: []metric{cpuPerRequest, throughput, requestRate, resident},
		},
		at:    func(sc *scenario, n int) { sc.path = bodyPath + strconv.Itoa(n) },
		label: sizeLabel,
	},
	{
		name: "filters", doc: "a constant answer behind a chain of filters that pass everything on",
		axis: "filters", points: []int{0, 1, 2, 5, 10, 20, 50}, only: kindPipy,
		charts: []metric{cpuPerRequest},
		base: scenario{
			script: "chain.js", path: "/", workers: 1, tool: toolWrk,
			measure: measureLoad, metrics: loadMetrics,
		},
		at: func(sc *scenario, n int) { sc.env = []string{"FILTERS=" + strconv.Itoa(n), "CALLBACKS=0"} },
	},
	{
		name: "callbacks", doc: "a constant answer behind a chain of script functions that look at the path",
		axis: "functions called per request", points: []int{0, 1, 2, 5, 10, 20, 50}, only: kindPipy,
		charts: []metric{cpuPerRequest},
		base: scenario{
			script: "chain.js", path: "/", workers: 1, tool: toolWrk,
			measure: measureLoad, metrics: loadMetrics,
		},
		at: func(sc *scenario, n int) { sc.env = []string{"FILTERS=0", "CALLBACKS=" + strconv.Itoa(n)} },
	},
}

// scenarios returns one for each point.
func (s *sweep) scenarios() []*scenario {
	var list []*scenario
	for _, n := range s.points {
		sc := s.base
		sc.name, sc.doc, sc.only = s.scenario(n), s.doc, s.only
		s.at(&sc, n)
		list = append(list, &sc)
	}
	return list
}

// scenario is the name of that of a point.
func (s *sweep) scenario(point int) string { return s.name + "-" + strconv.Itoa(point) }

// text writes a point as readers like it.
func (s *sweep) text(point int) string {
	if s.label != nil {
		return s.label(point)
	}
	return formatNumber(float64(point), 0)
}

// sizeLabel writes a number of bytes: 100 B, 10 kB, 1 MB.
func sizeLabel(n int) string {
	units := []string{"B", "kB", "MB", "GB"}
	i := 0
	for n >= 1000 && n%1000 == 0 && i < len(units)-1 {
		n /= 1000
		i++
	}
	return fmt.Sprintf("%d %s", n, units[i])
}

// table shows a sweep: a row for each point, a column for each server and chart.
func (r *report) sweepTable(s *sweep) table {
	t := table{title: s.name + ": " + s.doc}
	header := []string{s.axis}
	for _, m := range s.charts {
		for _, name := range r.sweepServers(s) {
			header = append(header, name+" "+m.title)
		}
	}
	t.rows = append(t.rows, header)
	for _, n := range s.points {
		row := []string{s.text(n)}
		for _, m := range s.charts {
			for _, name := range r.sweepServers(s) {
				cell := "-"
				if v, ok := r.of(s.scenario(n), name, m); ok {
					cell = formatNumber(v, m.digits)
				}
				row = append(row, cell)
			}
		}
		t.rows = append(t.rows, row)
	}
	t.notes = r.sweepNotes(s)
	return t
}

// sweepNotes says why points are missing, once for all that have the same reason.
func (r *report) sweepNotes(s *sweep) []string {
	var reasons []string
	points := map[string][]string{}
	for _, res := range r.Results {
		if res.Missing != "" && slices.ContainsFunc(s.points, func(n int) bool { return s.scenario(n) == res.Scenario }) {
			reason := res.note()
			if points[reason] == nil {
				reasons = append(reasons, reason)
			}
			points[reason] = append(points[reason], res.Scenario)
		}
	}
	for i, reason := range reasons {
		reasons[i] = strings.Join(points[reason], ", ") + ": " + reason
	}
	return reasons
}

// sweepServers returns the names of the servers that have a result in a sweep.
func (r *report) sweepServers(s *sweep) []string {
	var names []string
	for _, server := range r.Servers {
		for _, n := range s.points {
			if res := r.find(s.scenario(n), server.Name); res != nil && len(res.Rounds) > 0 {
				names = append(names, server.Name)
				break
			}
		}
	}
	return names
}

// chart draws a metric of a sweep.
func (r *report) chart(s *sweep, m metric) chart {
	c := chart{title: s.name + ": " + m.title, x: s.axis, y: m.title, log: s.log, label: s.text}
	for _, name := range r.sweepServers(s) {
		l := line{name: name}
		for _, n := range s.points {
			if v, ok := r.of(s.scenario(n), name, m); ok {
				l.points = append(l.points, point{float64(n), v})
			}
		}
		c.lines = append(c.lines, l)
	}
	return c
}
