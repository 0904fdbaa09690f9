package worker

import (
	"cmp"
	"sort"

	"pipy/pipy/pipeline"
	"pipy/pipy/script"
	"pipy/pipy/transport"
)

// Dump is what is open in a process.
type Dump struct {
	Pipelines []DumpPipeline `json:"pipelines"`
	Inbound   []DumpInbound  `json:"inbound"`
	Outbound  []DumpOutbound `json:"outbound"`
	Objects   []DumpObject   `json:"objects"`
	Buffers   []DumpBuffer   `json:"buffers"`
}

// DumpPipeline is one pipeline of a module. Stale ones are of a version that was
// replaced.
type DumpPipeline struct {
	Module    string `json:"module"`
	Name      string `json:"name"`
	Stale     bool   `json:"stale,omitempty"`
	Allocated int    `json:"allocated"` // those that run and those that wait to be used again
	Active    int    `json:"active"`
}

// DumpInbound is one port.
type DumpInbound struct {
	Listen      string `json:"listen"`
	Connections int64  `json:"connections"`
	Peak        int64  `json:"peak"`
	Buffered    int64  `json:"buffered"` // bytes that wait to be sent
}

// DumpOutbound is one server.
type DumpOutbound struct {
	Peer        string  `json:"peer"`
	Connections int64   `json:"connections"`
	Peak        int64   `json:"peak"`
	Buffered    int64   `json:"buffered"`
	Overflowed  int64   `json:"overflowed"`
	MaxConnTime float64 `json:"maxConnTime"` // milliseconds
	AvgConnTime float64 `json:"avgConnTime"`

	connects int64
	connSum  float64
}

// DumpObject is a kind of thing of which there are so many.
type DumpObject struct {
	Class string `json:"class"`
	Count int64  `json:"count"`
}

// DumpBuffer is memory for data on its way.
type DumpBuffer struct {
	Name    string `json:"name"`
	Current int64  `json:"current"` // bytes
	Peak    int64  `json:"peak"`    // bytes; 0 when it is not known
}

// Dump returns what is open, added up over all workers.
func (g *Group) Dump() *Dump {
	parts := make([]*Dump, len(g.workers))
	_ = g.all(func(w *worker) error {
		parts[w.id] = w.dump()
		return nil
	})
	d := &Dump{Pipelines: []DumpPipeline{}, Inbound: []DumpInbound{}, Outbound: []DumpOutbound{}, Objects: []DumpObject{}, Buffers: []DumpBuffer{}}
	for _, p := range parts {
		d.add(p)
	}
	for i := range d.Outbound {
		if o := &d.Outbound[i]; o.connects > 0 {
			o.AvgConnTime = o.connSum / float64(o.connects)
		}
	}
	// Here and below: slices.SortFunc would be compiled anew for each type of elements.
	sort.SliceStable(d.Outbound, func(i, j int) bool { return d.Outbound[i].Connections > d.Outbound[j].Connections })
	return d
}

// merge adds the entries of more to those of list that are the same.
func merge[T any](list, more []T, same func(a, b *T) bool, add func(to, from *T)) []T {
next:
	for i := range more {
		for j := range list {
			if same(&list[j], &more[i]) {
				add(&list[j], &more[i])
				continue next
			}
		}
		list = append(list, more[i])
	}
	return list
}

func (d *Dump) add(o *Dump) {
	d.Pipelines = merge(d.Pipelines, o.Pipelines,
		func(a, b *DumpPipeline) bool { return a.Module == b.Module && a.Name == b.Name && a.Stale == b.Stale },
		func(to, from *DumpPipeline) { to.Allocated += from.Allocated; to.Active += from.Active })
	d.Inbound = merge(d.Inbound, o.Inbound,
		func(a, b *DumpInbound) bool { return a.Listen == b.Listen },
		func(to, from *DumpInbound) {
			to.Connections += from.Connections
			to.Peak += from.Peak
			to.Buffered += from.Buffered
		})
	d.Outbound = merge(d.Outbound, o.Outbound,
		func(a, b *DumpOutbound) bool { return a.Peer == b.Peer },
		func(to, from *DumpOutbound) {
			to.Connections += from.Connections
			to.Peak += from.Peak
			to.Buffered += from.Buffered
			to.Overflowed += from.Overflowed
			to.MaxConnTime = max(to.MaxConnTime, from.MaxConnTime)
			to.connects += from.connects
			to.connSum += from.connSum
		})
	d.Objects = merge(d.Objects, o.Objects,
		func(a, b *DumpObject) bool { return a.Class == b.Class },
		func(to, from *DumpObject) { to.Count += from.Count })
	d.Buffers = merge(d.Buffers, o.Buffers,
		func(a, b *DumpBuffer) bool { return a.Name == b.Name },
		func(to, from *DumpBuffer) { to.Current += from.Current; to.Peak += from.Peak })
}

// dump returns what is open in the worker.
func (w *worker) dump() *Dump {
	d := &Dump{}
	in, out := transport.Buffered(w.loop)
	var inBytes, outBytes int64
	for _, p := range transport.Ports(w.loop) {
		d.Inbound = append(d.Inbound, DumpInbound{script.ListenName(p.Address), p.Active, p.Peak, in[p.Address]})
		inBytes += in[p.Address]
	}
	for _, p := range transport.Peers(w.loop) {
		o := DumpOutbound{
			Peer: p.Name, Connections: p.Active, Peak: p.Peak, Buffered: out[p.Name], Overflowed: p.Overflowed,
			MaxConnTime: p.Connect.Max, connSum: p.Connect.Sum,
		}
		for _, n := range p.Connect.Counts {
			o.connects += n
		}
		outBytes += out[p.Name]
		d.Outbound = append(d.Outbound, o)
	}
	d.Buffers = []DumpBuffer{{Name: "Inbound", Current: inBytes}, {Name: "Outbound", Current: outBytes}}
	stages := map[string]int64{}
	for _, v := range w.versions() {
		for _, l := range v.prog.Layouts().Layouts {
			if v != w.staged {
				d.addLayout(l, v.state == Draining, stages)
			}
		}
	}
	connections := transport.CountersOf(w.loop)
	stages["Inbound"], stages["Outbound"] = connections.Inbound.Active, connections.Outbound.Active
	for class, n := range stages {
		d.Objects = append(d.Objects, DumpObject{class, n})
	}
	sort.Slice(d.Objects, func(i, j int) bool { return d.Objects[i].Class < d.Objects[j].Class })
	return d
}

func (d *Dump) addLayout(l *pipeline.Layout, stale bool, stages map[string]int64) {
	p := DumpPipeline{Module: l.Module, Name: cmp.Or(l.ID, l.Name), Stale: stale, Allocated: l.Allocated(), Active: l.Active()}
	for _, n := range l.Nodes {
		stages[n.Name] += int64(p.Active)
	}
	stages["Pipeline"] += int64(p.Active)
	d.Pipelines = append(d.Pipelines, p)
}
