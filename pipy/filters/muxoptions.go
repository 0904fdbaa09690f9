package filters

import (
	"time"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// muxOptions are what all filters with sessions have in common.
type muxOptions struct {
	maxIdle     time.Duration
	maxQueue    int
	maxMessages int
}

const (
	docMuxKey  = "Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share."
	docMaxIdle = "How long a session stays open that no stream uses."

	defaultMaxIdle = 10 * time.Second
)

func (o *muxOptions) declare(p *spec.Params) {
	spec.Opt(p, &o.maxIdle, "maxIdle", defaultMaxIdle, docMaxIdle)
	spec.Opt(p, &o.maxQueue, "maxQueue", 0, "Messages that wait for their response in one session at the same time. 1 opens a session for each, 0 means any number.")
	spec.Opt(p, &o.maxMessages, "maxMessages", 0, "Messages after which a session is closed. 0 means any number.")
}

func (o *muxOptions) mux() *muxOptions { return o }

// muxSettings are all options of a filter with sessions.
type muxSettings interface {
	declare(p *spec.Params)
	mux() *muxOptions
}

// muxArgs are the arguments of a filter with sessions. The options are those
// that the script wrote, or come from a function that is called for each key.
type muxArgs[S muxSettings] struct {
	key     spec.Dyn[any]
	options S
	fn      spec.Func
}

// params declares the arguments: a key and the options, of which either may be
// left out.
func (a *muxArgs[S]) params(p *spec.Params, options S) {
	a.options = options
	sole := p.Args() == 1
	spec.Arg(p, &a.key, "key", spec.Dyn[any]{}, docMuxKey)
	if !p.Decoding() {
		options.declare(p)
		return
	}
	if o, ok := a.soleOptions(sole); ok {
		a.key = spec.Dyn[any]{}
		if _, err := spec.Decode(nil, []any{o}, nil, options.declare); err != nil {
			p.Fail("", err)
		}
		return
	}
	a.fn = optionsOrFunc(p, options.declare)
}

// soleOptions returns the only argument if it is not a key but the options.
func (a *muxArgs[S]) soleOptions(sole bool) (event.Object, bool) {
	if !sole || a.key.IsFunc() {
		return nil, false
	}
	v, _ := a.key.Get(nil)
	o, ok := v.(event.Object)
	if !ok {
		return nil, false
	}
	for _, f := range spec.Describe(a.options.declare) {
		if o.Get(f.Name) != nil {
			return o, true
		}
	}
	return nil, false
}

// pool returns the pool of a layout. fresh makes the options that a function
// fills in.
func (a *muxArgs[S]) pool(fresh func() S, open func(*muxSession) func(event.Event)) *muxPool {
	return &muxPool{
		key: &a.key, options: a.options, fn: a.fn, open: open,
		fresh:    func() muxSettings { return fresh() },
		clusters: map[any]*muxCluster{},
	}
}
