package filters

import (
	"fmt"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type throttleOptions struct {
	quota      any // a number, a string with a size, an *algo.Quota, or a function that returns one
	account    any // a key, or a function that returns one
	blockInput bool
}

const wantsQuota = "a number, a size like \"64k\", an algo.Quota, or a function that returns one"

const docThrottle = `

The quota is a number, a size, or an algo.Quota. For a number, streams with equal
accounts share units; accounts belong to this place in the script. An algo.Quota
is shared by all filters that have it. Functions are called at the first event of
a stream that is not empty. A quota of zero or less does not limit. Flushes
are dropped.

A stream that has to wait keeps its events in order, and pauses its source.`

func declareThrottle(name, doc, in string, kind throttleKind) *Filter {
	return declare(Decl[throttleOptions]{
		Name: name,
		Doc:  doc + docThrottle,
		In:   in, Out: in,
		Params: func(p *spec.Params, o *throttleOptions) {
			spec.Need(p, &o.quota, "quota", "How much there is.")
			typedOption(p, wantsQuota, "number | string | algo.Quota | (() => number | string | algo.Quota)")
			throttleRest(p, o)
		},
		Build: func(o *throttleOptions) (pipeline.New, error) {
			if _, ok := o.quota.(spec.Func); !ok {
				if _, err := quotaOf(o.quota); err != nil {
					return nil, err
				}
			}
			shared := &accounts{kind: kind}
			return func(s *pipeline.Stage) pipeline.Filter {
				f := &throttle{Stage: s, opt: o, kind: kind, accounts: shared}
				f.granted = f.grant
				return f
			}, nil
		},
	})
}

// throttleRest declares what follows the quota: an account, or options.
func throttleRest(p *spec.Params, o *throttleOptions) {
	o.blockInput = true
	if !p.Decoding() {
		spec.Arg(p, &o.account, "account", nil, "Whose quota: any value, or a function that returns it.")
		spec.Opt(p, &o.blockInput, "blockInput", true, "Whether a stream that waits pauses its source.")
		return
	}
	var rest []any
	spec.Rest(p, &rest, "account", "any", "")
	for _, v := range rest {
		options, ok := v.(event.Object)
		if !ok {
			o.account = v
			continue
		}
		block := options.Get("blockInput")
		if block == nil {
			o.account = v // an object is an account too
			continue
		}
		var err error
		if o.blockInput, err = spec.Convert[bool](block); err != nil {
			p.Fail("options.blockInput", err)
		}
	}
}

type throttleKind uint8

const (
	perByte    throttleKind = iota // of Data
	perMessage                     // one unit each
	perStream                      // one unit each, given back at the end
)

var (
	_ = declareThrottle("throttleDataRate", `limits the bytes per second

A number is the bytes that pass within any second; Data is cut where they are
used up.`, Bytes, perByte)

	_ = declareThrottle("throttleMessageRate", `limits the messages per second

A number is the messages that pass within any second; a MessageStart takes one.`, Messages, perMessage)

	_ = declareThrottle("throttleConcurrency", `limits the streams at a time

A number is the streams that exist at a time; the first event of a stream takes
one, the end of its pipeline gives it back.`, Events, perStream)
)

// quotaOf returns what a script gave as a quota: an *algo.Quota or a number.
func quotaOf(v any) (any, error) {
	switch v := v.(type) {
	case *algo.Quota:
		return v, nil
	case float64:
		return v, nil
	case string:
		size, err := spec.ParseSize(v)
		return float64(size), err
	}
	return nil, &spec.Mismatch{Wants: wantsQuota, Got: spec.Show(v)}
}

type throttle struct {
	*pipeline.Stage
	opt      *throttleOptions
	kind     throttleKind
	accounts *accounts
	granted  func(units float64)

	started  bool
	free     bool         // not limited
	account  *account     // of a number; nil for a Quota of the script
	quota    *algo.Quota  // where the units come from
	taken    bool         // perStream: a unit is to be given back
	kept     queue        // what waits; the first is what units are wanted for
	waiter   *algo.Waiter // a place in the queue of the quota
	waiting  bool         // units were asked for and did not all come
	got      float64      // units that came for the first event
	draining bool
	release  func() // lets the source go on
}

func (f *throttle) Process(evt event.Event) {
	if d, ok := evt.(*event.Data); ok && d.Len() == 0 {
		return
	}
	if !f.started {
		f.started = true
		if err := f.open(); err != nil {
			f.Fail(err)
			return
		}
	}
	if f.free {
		f.Output(evt)
		return
	}
	if f.kept.len() == 0 && f.pay(evt) {
		f.got, f.taken = 0, true
		f.Output(evt)
		return
	}
	f.kept.push(f.Stage, evt)
	f.drain()
	if f.waiting && f.release == nil && f.opt.blockInput {
		f.release = f.Hold()
	}
}

// open finds the quota of the stream.
func (f *throttle) open() error {
	v := f.opt.quota
	var err error
	if fn, ok := v.(spec.Func); ok {
		if v, err = fn.Call(f.Context()); err != nil {
			return err
		}
	}
	q, err := quotaOf(v)
	if err != nil {
		return fmt.Errorf("invalid quota: %w", err)
	}
	if quota, ok := q.(*algo.Quota); ok {
		f.quota = quota
		return nil
	}
	units := q.(float64)
	if !(units > 0) {
		f.free = true
		return nil
	}
	key := f.opt.account
	if fn, ok := key.(spec.Func); ok {
		if key, err = fn.Call(f.Context()); err != nil {
			return err
		}
	}
	f.account = f.accounts.open(f.Loop(), key, units)
	f.quota = f.account.quota
	return nil
}

// price returns the units that an event costs.
func (f *throttle) price(evt event.Event) float64 {
	switch evt := evt.(type) {
	case *event.Data:
		if f.kind == perByte {
			return float64(evt.Len())
		}
	case *event.MessageStart:
		if f.kind == perMessage {
			return 1
		}
	}
	if f.kind == perStream && !f.taken {
		return 1
	}
	return 0
}

// drain passes on what there are units for.
func (f *throttle) drain() {
	if f.waiting || f.draining {
		return
	}
	f.draining = true
	for f.kept.len() > 0 && !f.Pipeline().Closed() {
		if f.pay(f.kept.peek()) {
			f.pass()
			continue
		}
		f.cut()
		f.ask()
		if f.waiting {
			break
		}
	}
	f.draining = false
	if !f.waiting {
		f.resume()
	}
}

// pay takes what an event still costs, and tells whether that was there.
func (f *throttle) pay(evt event.Event) bool {
	want := f.price(evt) - f.got
	if want <= 0 {
		return true
	}
	took := f.quota.Consume(want)
	f.spend(took)
	return took >= want
}

// ask waits for the units that the first event lacks.
func (f *throttle) ask() {
	f.waiting = true
	if w := f.quota.Wait(f.price(f.kept.peek())-f.got, f.granted); f.waiting {
		f.waiter = w
	}
}

// grant takes units that came after a wait.
func (f *throttle) grant(units float64) {
	f.spend(units)
	if f.got < f.price(f.kept.peek())-negligible {
		f.cut()
		return // the rest follows
	}
	f.got = f.price(f.kept.peek())
	f.waiting, f.waiter = false, nil
	f.drain()
}

// negligible is a part of a unit that only rounding makes.
const negligible = 1e-6

// spend notes units that the stream took.
func (f *throttle) spend(units float64) {
	f.got += units
	if f.account != nil && units > 0 && f.kind != perStream {
		f.account.spent(units)
	}
}

// cut passes on the part of a Data that is paid for.
func (f *throttle) cut() {
	d, ok := f.kept.peek().(*event.Data)
	if n := int(f.got); ok && f.kind == perByte && n > 0 {
		f.got -= float64(n)
		f.kept.size -= n
		f.Output(d.Shift(n))
	}
}

// pass lets the first event go.
func (f *throttle) pass() {
	f.got, f.taken = 0, true
	f.Output(f.kept.shift())
}

func (f *throttle) resume() {
	if f.release != nil {
		f.release()
		f.release = nil
	}
}

// Close gives back what the stream holds.
func (f *throttle) Close() {
	if f.waiter != nil {
		f.waiter.Cancel()
	}
	if f.quota != nil && f.kind == perStream && f.taken {
		f.quota.Produce(1)
	}
	if f.account != nil {
		f.accounts.close(f.account)
	}
	f.resume()
	f.kept.clear()
}

// Reset makes the filter ready for another stream.
func (f *throttle) Reset() {
	*f = throttle{Stage: f.Stage, opt: f.opt, kind: f.kind, accounts: f.accounts, granted: f.granted}
}
