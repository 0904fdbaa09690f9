package filters

import (
	"errors"
	"fmt"

	"pipy/pipy/codec/socks"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type connectSOCKSOptions struct {
	target   any
	username spec.Dyn[string]
	password spec.Dyn[string]
}

var _ = declare(Decl[connectSOCKSOptions]{
	Name: "connectSOCKS",
	Doc: `connects through a SOCKS 5 proxy

The sub-pipeline, usually a connect, is the connection to the proxy. At the first
event of the stream the proxy is asked to connect to the target; the name of a
host is resolved by the proxy. The stream waits until the proxy says that it is
connected, and then goes through the sub-pipeline as it is, in both directions.

The stream ends with Unauthorized when the proxy does not let us in, with
ConnectionRefused or ConnectionTimeout when it cannot connect, with ReadError
when it does not speak SOCKS 5, and with the error of the sub-pipeline when that
ends before.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *connectSOCKSOptions) {
		spec.Need(p, &o.target, "target", "Where to connect to: 'host:port' or '[ipv6]:port'.")
		typedOption(p, wantsTarget, "string | object | (() => string | object)")
		spec.Opt(p, &o.username, "username", spec.Fixed(""), "The user name, if the proxy asks for one; 1 to 255 bytes.")
		spec.Opt(p, &o.password, "password", spec.Fixed(""), "The password that belongs to it; 1 to 255 bytes.")
	},
	Build: func(o *connectSOCKSOptions) (pipeline.New, error) {
		if _, ok := o.target.(spec.Func); !ok {
			if _, err := socksTarget(o.target); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &connectSOCKS{Stage: s, opt: o}
			f.out = f.received
			f.write = func(b []byte) { f.proxy.Process(event.NewData(b)) }
			return f
		}, nil
	},
})

// socksTarget returns a target that a script wrote.
func socksTarget(v any) (socks.Target, error) {
	text, err := targetOf(v)
	if err != nil {
		return socks.Target{}, fmt.Errorf("target: %w", err)
	}
	t, err := socks.ParseTarget(text)
	if err != nil {
		return t, fmt.Errorf("target: %w", err)
	}
	return t, nil
}

type connectSOCKS struct {
	*pipeline.Stage
	opt    *connectSOCKSOptions
	out    func(event.Event) // received, bound once
	write  func([]byte)
	proxy  *pipeline.Pipeline
	client *socks.Client // nil before the first event and after the handshake
	later  queue         // what is sent after the handshake
	over   bool          // our StreamEnd went out
}

func (f *connectSOCKS) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case f.proxy == nil:
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
			return
		}
		f.later.push(f.Stage, evt)
		f.start()
	case broken(evt):
		f.later.clear()
		f.proxy.Process(evt)
	case f.client != nil || f.later.len() > 0:
		f.later.push(f.Stage, evt)
	default:
		f.proxy.Process(evt)
	}
}

// start greets the proxy.
func (f *connectSOCKS) start() {
	client, err := f.newClient()
	if err != nil {
		f.over = true
		f.later.clear()
		f.Fail(err)
		return
	}
	f.client = client
	proxy := f.Sub(0, nil, f.out)
	if f.over { // it ended at its start
		proxy.Close()
		return
	}
	f.proxy = proxy
	client.Start()
}

func (f *connectSOCKS) newClient() (*socks.Client, error) {
	v := f.opt.target
	var err error
	if fn, ok := v.(spec.Func); ok {
		if v, err = fn.Call(f.Context()); err != nil {
			return nil, err
		}
	}
	target, err := socksTarget(v)
	if err != nil {
		return nil, err
	}
	user, err := f.opt.username.Get(f.Context())
	if err != nil {
		return nil, err
	}
	password, err := f.opt.password.Get(f.Context())
	if err != nil {
		return nil, err
	}
	c := socks.NewClient(target, f.write)
	if user != "" || password != "" {
		err = c.Login(user, password)
	}
	return c, err
}

// received takes what comes from the proxy.
func (f *connectSOCKS) received(evt event.Event) {
	if f.over {
		dropEvent(evt)
		return
	}
	if f.client == nil {
		f.Output(evt)
		return
	}
	switch e := evt.(type) {
	case *event.Data:
		if f.proxy == nil {
			e.Release() // it comes from an onStart, before we said anything
			return
		}
		done, err := f.client.Feed(e)
		switch {
		case err != nil:
			f.refused(err)
		case done:
			f.connected()
		}
	case *event.StreamEnd:
		if e.Err != nil {
			f.end(e.Err)
			return
		}
		f.refused(&event.Failure{Name: event.ConnectionRefused, Cause: errors.New("the SOCKS proxy closes the connection")})
	}
}

// connected lets the stream through.
func (f *connectSOCKS) connected() {
	rest := f.client.Rest()
	f.client = nil
	for f.later.len() > 0 {
		f.proxy.Process(f.later.shift())
	}
	if rest.Len() > 0 {
		f.Output(rest)
	}
}

// refused ends the stream because of what the proxy did.
func (f *connectSOCKS) refused(err error) {
	warnEnd(f.Stage, err)
	f.end(err)
}

// end ends the stream before there is a connection.
func (f *connectSOCKS) end(err error) {
	f.over = true
	f.later.clear()
	if f.proxy != nil {
		f.proxy.Close()
	}
	f.Output(&event.StreamEnd{Err: err})
}

// Reset makes the filter ready for another stream.
func (f *connectSOCKS) Reset() {
	f.later.clear()
	f.proxy, f.client, f.over = nil, nil, false
}
