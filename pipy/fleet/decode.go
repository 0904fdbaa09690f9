package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"pipy/pipy/stats"
)

// Limits of the metrics of one worker.
const (
	maxNodes  = 20000 // of all metrics together
	maxDepth  = 16    // labels of one metric
	maxLimits = 256   // buckets of a histogram
)

// errLost says that metrics are relative to something that we do not have.
var errLost = errors.New("want metrics that go on from those before")

// metricSet is the metrics of one worker, as its reports describe them, and their
// recent past.
type metricSet struct {
	version  *int64 // of the last report that was taken; nil for none
	families []*family
	nodes    int // of all families

	slot  int64 // of the newest point
	slots int   // how many points there are
}

// family is a metric.
type family struct {
	name   string
	typ    stats.Type
	labels []string
	limits []float64 // finite ones
	listed int       // buckets in what is sent
	bad    error     // why it is not shown, or nil
	root   *node
}

// node is a metric with some label values.
type node struct {
	label   string
	present bool
	value   []float64 // one number; of a histogram len(limits)+3: buckets, count, sum
	subs    []*node
	past    []float64 // values of earlier points, the oldest first
}

// apply takes metrics that were received: complete ones, or such that go on from
// those before. After an error the next ones have to be complete.
func (m *metricSet) apply(full bool, roots json.RawMessage, slot int64) error {
	var list []any
	if err := json.Unmarshal(roots, &list); err != nil {
		m.version = nil
		return err
	}
	d := decoding{room: maxNodes}
	old := m.families
	byName := make(map[string]*family, len(old))
	for _, f := range old {
		byName[f.name] = f
	}
	if full {
		old = nil
	}
	families := make([]*family, 0, len(list))
	for i, e := range list {
		var f *family
		var err error
		if i < len(old) && !described(e) {
			f = old[i]
			_, err = d.node(f, e, f.root, 0) // the root stays, whatever comes
		} else {
			f, err = d.family(e, byName)
		}
		if err != nil {
			m.version = nil
			m.check() // what came before the error has been taken
			return err
		}
		families = append(families, f)
	}
	if len(list) < len(old) {
		m.version = nil
		return errLost
	}
	m.families, m.nodes = families, maxNodes-d.room
	if d.grown {
		m.check()
	}
	m.record(slot)
	return nil
}

// check finds metrics that cannot be shown.
func (m *metricSet) check() {
	seen := map[string]bool{}
	for _, f := range m.families {
		f.bad = f.export().Check()
		if seen[f.name] {
			f.bad = fmt.Errorf("metric %s: want it once, got more", f.name)
		}
		seen[f.name] = true
	}
}

// decoding is the state of one apply.
type decoding struct {
	room  int  // nodes that may still come
	grown bool // whether nodes were added
}

// described tells whether a metric is sent in full. One is, in its old place and
// with nothing below it, when a worker of 0.30 has reloaded.
func described(e any) bool {
	o, _ := e.(map[string]any)
	_, ok := o["t"]
	return ok
}

// family reads a metric that is new to us, or sent in full.
func (d *decoding) family(e any, byName map[string]*family) (*family, error) {
	o, ok := e.(map[string]any)
	if !ok {
		return nil, errLost
	}
	name, ok := o["k"].(string)
	if !ok || len(name) > maxText {
		return nil, errLost
	}
	f := &family{name: name}
	if l, _ := o["l"].(string); l != "" {
		f.labels = strings.Split(l, "/")
	}
	t, _ := o["t"].(string)
	if err := f.parseType(t); err != nil {
		return nil, err
	}
	var before *node
	if b := byName[name]; b != nil && b.typ == f.typ && slices.Equal(b.limits, f.limits) {
		before = b.root
	}
	d.grown = true
	var err error
	f.root, err = d.fresh(f, o, "", before, 0)
	return f, err
}

// parseType reads "Counter", "Gauge" or "Histogram[1,2,Infinity]", where later
// releases write "Inf", quotes included.
func (f *family) parseType(t string) error {
	list, isHistogram := strings.CutPrefix(t, "Histogram[")
	switch {
	case t == "Counter":
		f.typ = stats.TypeCounter
		return nil
	case t == "Gauge":
		f.typ = stats.TypeGauge
		return nil
	case !isHistogram || !strings.HasSuffix(list, "]"):
		return fmt.Errorf("metric %s: type: want Counter, Gauge or Histogram[...], got %q", f.name, t)
	}
	f.typ = stats.TypeHistogram
	limits := strings.Split(strings.TrimSuffix(list, "]"), ",")
	if limits[0] == "" {
		limits = nil
	}
	if f.listed = len(limits); f.listed > maxLimits {
		return fmt.Errorf("metric %s: want at most %d buckets, got %d", f.name, maxLimits, f.listed)
	}
	for _, s := range limits {
		x, err := strconv.ParseFloat(strings.Trim(s, `" `), 64)
		if err != nil {
			return fmt.Errorf("metric %s: buckets: want numbers, got %q", f.name, s)
		}
		if !math.IsInf(x, 1) {
			f.limits = append(f.limits, x)
		}
	}
	return nil
}

// node reads a node that goes on from an earlier one.
func (d *decoding) node(f *family, e any, old *node, depth int) (*node, error) {
	if d.room--; d.room < 0 {
		return nil, errTooMany
	}
	o, ok := e.(map[string]any)
	if !ok { // a bare value: nothing is new below
		d.room -= old.below()
		return old, old.set(f, e)
	}
	if k, ok := o["k"].(string); ok && k != f.name {
		return nil, errLost
	}
	if err := old.set(f, o["v"]); err != nil {
		return nil, err
	}
	subs, _ := o["s"].([]any)
	if _, there := o["s"]; !there {
		d.room -= old.below()
		return old, nil
	}
	list := make([]*node, 0, len(subs))
	var pasts map[string]*node
	for i, s := range subs {
		var n *node
		var err error
		if named := labelOf(s); named != nil { // even in its old place it has begun anew
			if pasts == nil {
				pasts = old.byLabel()
			}
			n, err = d.fresh(f, s.(map[string]any), *named, pasts[*named], depth+1)
			delete(pasts, *named)
		} else if i < len(old.subs) {
			n, err = d.node(f, s, old.subs[i], depth+1)
		} else {
			err = errLost
		}
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	old.subs = list
	return old, nil
}

// labelOf returns the label value that a node is sent with, or nil.
func labelOf(e any) *string {
	o, _ := e.(map[string]any)
	if k, ok := o["k"].(string); ok {
		return &k
	}
	return nil
}

// errTooMany says that a worker has more metrics than we keep.
var errTooMany = fmt.Errorf("want at most %d series, got more", maxNodes)

// fresh reads a node that is sent in full; before lends its past, and may be nil.
func (d *decoding) fresh(f *family, o map[string]any, label string, before *node, depth int) (*node, error) {
	if d.room--; d.room < 0 {
		return nil, errTooMany
	}
	if depth > maxDepth || len(label) > maxText {
		return nil, fmt.Errorf("metric %s: want at most %d labels of %d bytes", f.name, maxDepth, maxText)
	}
	d.grown = true
	n := &node{label: label}
	if err := n.set(f, o["v"]); err != nil {
		return nil, err
	}
	var pasts map[string]*node
	if before != nil {
		n.past = before.past
		pasts = before.byLabel()
	}
	subs, _ := o["s"].([]any)
	for _, s := range subs {
		name := labelOf(s)
		if name == nil {
			return nil, errLost
		}
		c, err := d.fresh(f, s.(map[string]any), *name, pasts[*name], depth+1)
		if err != nil {
			return nil, err
		}
		delete(pasts, *name) // one past has one future
		n.subs = append(n.subs, c)
	}
	return n, nil
}

// byLabel returns the nodes with one more label value, by that.
func (n *node) byLabel() map[string]*node {
	m := make(map[string]*node, len(n.subs))
	for _, s := range n.subs {
		m[s.label] = s
	}
	return m
}

// below counts the nodes below this one.
func (n *node) below() int {
	total := len(n.subs)
	for _, s := range n.subs {
		total += s.below()
	}
	return total
}

// set takes the value of a node as it was sent; null is none.
func (n *node) set(f *family, v any) error {
	if f.typ == stats.TypeHistogram {
		return n.setHistogram(f, v)
	}
	if n.value == nil {
		n.value = make([]float64, 1)
	}
	switch v := v.(type) {
	case nil:
		n.present, n.value[0] = false, 0
	case float64:
		n.present, n.value[0] = true, v
	default:
		return fmt.Errorf("metric %s: want a number, got %v", f.name, v)
	}
	return nil
}

// setHistogram takes the counts of the buckets that were listed, the count and
// the sum. What is in no bucket is above all limits.
func (n *node) setHistogram(f *family, v any) error {
	if n.value == nil {
		n.value = make([]float64, len(f.limits)+3)
	}
	clear(n.value)
	n.present = v != nil
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) != f.listed+2 {
		return fmt.Errorf("metric %s: want %d buckets, a count and a sum, got %v", f.name, f.listed, v)
	}
	total := 0.0
	for i, e := range list {
		x, ok := e.(float64)
		if !ok && e != nil {
			return fmt.Errorf("metric %s: want numbers, got %v", f.name, v)
		}
		switch i {
		case f.listed:
			n.value[len(f.limits)] += max(0, math.Floor(x)-total)
		case f.listed + 1:
			n.value[len(n.value)-1] = x
		default:
			x = min(max(0, math.Floor(x)), 1<<53)
			n.value[min(i, len(f.limits))] += x
			total += x
		}
	}
	count := 0.0
	for _, x := range n.value[:len(f.limits)+1] {
		count += x
	}
	n.value[len(f.limits)+1] = count
	return nil
}
