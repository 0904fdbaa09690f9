package filters

import (
	"reflect"
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// muxTick is how often sessions that are not used are looked at.
const muxTick = time.Second

// muxPool is what all streams of one mux share: its sessions, by their keys.
type muxPool struct {
	// Immutable:
	key     *spec.Dyn[any]
	options muxSettings
	fn      spec.Func                           // returns the options; nil for none
	fresh   func() muxSettings                  // options to be filled in by fn
	open    func(*muxSession) func(event.Event) // sets conn, and returns what takes the session's output
	grace   time.Duration                       // that a session has to end after its StreamEnd

	clusters map[any]*muxCluster
	recent   *muxCluster // the one that was asked for last
	started  int         // sessions so far
	idle     int         // sessions that no stream uses
	program  *pipeline.Program
	timer    loop.Timer
	figures  *MuxFigures // nil before the first session
}

// keyOf returns the key of a stream.
func (p *muxPool) keyOf(s *pipeline.Stage) (any, error) {
	ctx := s.Context()
	v, err := p.key.Get(ctx)
	if err != nil {
		return nil, err
	}
	switch k := v.(type) {
	case nil:
		return ctx.Inbound, nil
	case string, float64, bool:
		return v, nil
	case *event.Data:
		return k.String(), nil
	}
	if t := reflect.TypeOf(v); !t.Comparable() {
		return nil, wrongArgument("key", "a string, a number or an object", v)
	}
	return v, nil
}

// muxCluster is the sessions of one key.
type muxCluster struct {
	pool   *muxPool
	key    any
	opt    *muxOptions
	all    muxSettings   // those that opt is a part of
	count  int           // sessions, in whatever state
	idle   []*muxSession // that no stream uses; the last one is used next
	shared []*muxSession // that take further streams
	serial bool          // a session takes one stream at a time only
	wide   bool          // the sessions were of the kind that takes any number
	gone   bool          // the connection that is the key has ended
}

// mortal is a key that ends: an inbound connection.
type mortal interface{ OnEnd(f func()) }

// muxSession is one run of a mux's sub-pipeline, which several streams use in
// turn or at the same time.
type muxSession struct {
	cluster *muxCluster
	number  int                // of the session in its pool, from 1
	pipe    *pipeline.Pipeline // nil when it is closed
	conn    any                // the protocol's part
	active  int                // messages that wait for their response
	total   int                // messages so far
	alone   bool
	wide    bool // it takes any number of messages at the same time
	place   muxPlace
	at      int          // index in the list of that place
	since   int64        // when it became idle, in the loop's time
	source  *loop.Source // of its output; nil when it is not known
	grace   loop.Timer
	figures *MuxFigures // nil when the session is not counted any more
}

// muxPlace tells which list of its cluster a session is in.
type muxPlace uint8

const (
	inNone muxPlace = iota
	inIdle
	inShared
	inGone // it is not a session of the pool any more
)

// acquire returns a session that takes one more message. alone asks for one
// that takes no others meanwhile, after for one that was started after that many
// others of the pool. A new session runs with a clone of the variables of the
// stage. An error is one of the script.
func (p *muxPool) acquire(s *pipeline.Stage, key any, alone bool, after int) (*muxSession, error) {
	c, err := p.cluster(s, key)
	if err != nil {
		return nil, err
	}
	alone = alone || c.serial || c.opt.maxQueue == 1
	m := c.choose(alone, after)
	started := m == nil
	if started {
		m = c.start(s)
	}
	m.active++
	m.total++
	m.began(started)
	m.alone = alone && !m.wide
	c.wide = m.wide
	full := !m.wide && (alone || c.opt.maxQueue > 0 && m.active >= c.opt.maxQueue || m.used())
	switch {
	case m.place == inGone:
	case full:
		m.leave()
	case m.place == inNone:
		m.enter(inShared)
	}
	return m, nil
}

// cluster returns the sessions of a key. An error is one of the function that
// returns the options.
func (p *muxPool) cluster(s *pipeline.Stage, key any) (*muxCluster, error) {
	key = algo.MapKey(key)
	if c := p.recent; c != nil && c.key == key {
		return c, nil
	}
	c := p.clusters[key]
	if c == nil {
		options := p.options
		if p.fn != nil {
			options = p.fresh()
			if err := optionsFrom(p.fn, s.Context(), options.declare); err != nil {
				return nil, err
			}
		}
		c = &muxCluster{pool: p, key: key, opt: options.mux(), all: options}
		p.clusters[key] = c
		if k, ok := key.(mortal); ok {
			c.count++ // it stays until the end of the key
			k.OnEnd(c.keyEnded)
		}
	}
	p.recent = c
	return c, nil
}

// choose returns a session that is there: an idle one, out of its list, or the
// one that is used least.
func (c *muxCluster) choose(alone bool, after int) *muxSession {
	for i := len(c.idle) - 1; i >= 0; i-- {
		if m := c.idle[i]; m.number > after && !m.stalled() {
			m.leave()
			return m
		}
	}
	var best *muxSession
	for _, m := range c.shared {
		if m.number > after && !m.stalled() && (m.wide || !alone) && (best == nil || m.active < best.active) {
			best = m
		}
	}
	return best
}

// stalled tells whether the session puts nothing out for now, because somebody
// does not take what it put out before. Others need not wait for them.
func (m *muxSession) stalled() bool { return m.source != nil && m.source.Held() }

func (c *muxCluster) start(s *pipeline.Stage) *muxSession {
	c.count++
	c.pool.started++
	c.pool.program = s.Program()
	if c.pool.figures == nil {
		c.pool.figures = FiguresOf(s.Loop()).mux(s)
	}
	m := &muxSession{cluster: c, number: c.pool.started, figures: c.pool.figures}
	m.figures.Sessions++
	out := c.pool.open(m)
	pipe := s.Session(0, s.Context().Clone(), out)
	if m.place == inGone { // it ended at its start
		pipe.Close()
		m.gone()
		return m
	}
	m.pipe = pipe
	return m
}

// used tells whether the session has taken all messages that it may.
func (m *muxSession) used() bool {
	most := m.cluster.opt.maxMessages
	return most > 0 && m.total >= most && !m.wide
}

// release says that a message has its response. A session that nobody uses any
// more waits for others, or ends.
func (m *muxSession) release() {
	m.active--
	m.settled()
	if m.place == inGone {
		return
	}
	p := m.cluster.pool
	switch {
	case m.active == 0 && (m.used() || m.cluster.gone || p.program.Stopping()):
		m.shut()
	case m.active == 0:
		m.leave()
		m.alone = false
		m.since = p.program.Loop.NowNano()
		m.enter(inIdle)
	case m.place == inNone && !m.alone && !m.used() && !m.cluster.serial:
		m.enter(inShared)
	}
}

// enter puts the session, which is in no list, into one.
func (m *muxSession) enter(place muxPlace) {
	m.place = place
	c := m.cluster
	if place == inShared {
		c.shared = m.join(c.shared)
		return
	}
	c.idle = m.join(c.idle)
	p := c.pool
	p.idle++
	if !p.timer.Set() {
		p.program.Loop.Arm(&p.timer, muxTick, p)
	}
}

// leave takes the session out of its list: it takes no further messages until
// it enters one.
func (m *muxSession) leave() {
	c := m.cluster
	switch m.place {
	case inShared:
		c.shared = m.quit(c.shared)
	case inIdle:
		c.idle = m.quit(c.idle)
		c.pool.idle--
	case inGone:
		return
	}
	m.place = inNone
}

func (m *muxSession) join(list []*muxSession) []*muxSession {
	m.at = len(list)
	return append(list, m)
}

// quit removes m, at whose place is the last one then.
func (m *muxSession) quit(list []*muxSession) []*muxSession {
	n := len(list) - 1
	last := list[n]
	list[m.at], last.at = last, m.at
	list[n] = nil
	return list[:n]
}

// isolate takes the session out of the pool for good; its streams go on.
func (m *muxSession) isolate() {
	if m.place == inGone {
		return
	}
	m.leave()
	m.place = inGone
	m.cluster.shrink()
}

// shrink counts one session less, and forgets the cluster with the last one.
func (c *muxCluster) shrink() {
	c.count--
	if c.count > 0 {
		return
	}
	delete(c.pool.clusters, c.key)
	if c.pool.recent == c {
		c.pool.recent = nil
	}
}

// keyEnded ends the sessions of a connection that has ended: those that are in
// use when they are free.
func (c *muxCluster) keyEnded() {
	c.gone = true
	for len(c.idle) > 0 {
		c.idle[len(c.idle)-1].shut()
	}
	c.shrink()
}

// process feeds the session.
func (m *muxSession) process(evt event.Event) {
	if m.pipe == nil {
		dropEvent(evt)
		return
	}
	m.pipe.Process(evt)
}

// muxGoodbye is the protocol's part of a session that has something to say before
// the session ends.
type muxGoodbye interface{ shutting() }

// shut ends a session that is not used any more in an orderly way. What it has
// to do still, it does within the pool's time of grace.
func (m *muxSession) shut() {
	m.isolate()
	if c, ok := m.conn.(muxGoodbye); ok {
		c.shutting()
	}
	m.process(event.EndStream)
	p := m.cluster.pool
	if p.grace == 0 || m.pipe == nil {
		m.kill()
		return
	}
	p.program.Loop.Arm(&m.grace, p.grace, loop.Func(m.kill))
}

// kill ends the session at once.
func (m *muxSession) kill() {
	m.isolate()
	m.gone()
	m.grace.Stop()
	if m.pipe != nil {
		m.pipe.Close()
		m.pipe = nil
	}
}

// Run closes the sessions that were idle for too long, or that keep a program
// from ending.
func (p *muxPool) Run() {
	now := p.program.Loop.NowNano()
	for _, c := range p.clusters {
		for i := len(c.idle) - 1; i >= 0; i-- {
			if m := c.idle[i]; p.program.Stopping() || now-m.since >= int64(c.opt.maxIdle) {
				m.shut()
			}
		}
	}
	if p.idle > 0 {
		p.program.Loop.Arm(&p.timer, muxTick, p)
	}
}
