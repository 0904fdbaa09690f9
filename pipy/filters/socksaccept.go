package filters

import (
	"errors"
	"time"

	"pipy/pipy/codec/socks"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// handshakeTimeout is how long a client may take for what comes before its
// stream.
const handshakeTimeout = 30 * time.Second

type acceptSOCKSOptions struct {
	fn           spec.Func
	authenticate spec.Func
	timeout      time.Duration
}

var _ = declare(Decl[acceptSOCKSOptions]{
	Name: "acceptSOCKS",
	Doc: `serves clients of SOCKS 4, 4a and 5

The callback decides about the connection that a client asks for: when it returns
true, or a promise of it, the client is told that it is connected, and what it sends
from then on goes through the sub-pipeline, whose output goes to the client. Else
the client is refused.

The callback is called with a SOCKSRequest. A callback that names two arguments or
more gets (host, port, id) instead: the domain name or the IP address, the port, and
the user name of SOCKS 4. A callback of one argument may take the SOCKSRequest for
the host: as a text it is that.

With the option authenticate, clients of SOCKS 5 have to send a user name and a
password, and those of SOCKS 4 are refused. Commands other than CONNECT are
refused.`,
	In: Bytes, Out: Bytes, Joint: true,
	Params: func(p *spec.Params, o *acceptSOCKSOptions) {
		spec.Need(p, &o.fn, "callback", "Tells whether the client may connect to where it wants to.")
		typedOption(p, "", "((request: SOCKSRequest) => boolean | Promise<boolean>) | ((host: string, port: number, id?: string) => boolean | Promise<boolean>)")
		spec.Opt(p, &o.authenticate, "authenticate", nil, "Called with a user name and a password; returns true, or a promise of it, when they are right.")
		spec.Opt(p, &o.timeout, "timeout", handshakeTimeout, "How long the request of a client may take. 0 waits forever.")
	},
	Build: func(o *acceptSOCKSOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &acceptSOCKS{gate: gate{Stage: s, out: s.Output}, opt: o}
			f.write = func(b []byte) { s.Output(event.NewData(b)) }
			f.late = f.tooLate
			f.Reset()
			return f
		}, nil
	},
})

// SOCKSRequest is what a client of a SOCKS proxy asks for.
type SOCKSRequest struct{ *socks.Request }

func init() {
	c := spec.NewClass[*SOCKSRequest]("SOCKSRequest", `What a client of a SOCKS proxy asks for.

The callback of acceptSOCKS gets it.`)
	c.Prop("host", "string", "The domain name or the IP address.", func(r *SOCKSRequest) any { return r.Host() })
	c.Prop("domain", "string", "The domain name; undefined when there is an IP address.", func(r *SOCKSRequest) any { return orUndefined(r.Domain) })
	c.Prop("ip", "string", "The IP address; undefined when there is a domain name.", func(r *SOCKSRequest) any {
		if r.Domain != "" {
			return nil
		}
		return r.Host()
	})
	c.Prop("port", "number", "The port.", func(r *SOCKSRequest) any { return float64(r.Port) })
	c.Prop("id", "string", "The user name of SOCKS 4; undefined in SOCKS 5.", func(r *SOCKSRequest) any { return socksID(r.Request) })
	c.Prop("user", "string", "The user name of SOCKS 5, if clients have to send one.", func(r *SOCKSRequest) any { return orUndefined(r.User) })
	c.Prop("version", "number", "4 or 5.", func(r *SOCKSRequest) any { return float64(r.Version) })
	c.Method("toString", "string", "Returns the host.", func(*spec.Method) func(*SOCKSRequest, *spec.Call) (any, error) {
		return func(r *SOCKSRequest, _ *spec.Call) (any, error) { return r.Host(), nil }
	})
}

// orUndefined returns s; nothing when it is empty.
func orUndefined(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func socksID(r *socks.Request) any {
	if r.Version == 5 {
		return nil
	}
	return r.ID
}

// arity is implemented by functions that know how many arguments they name.
type arity interface{ Arity() int }

type acceptSOCKS struct {
	gate
	opt    *acceptSOCKSOptions
	write  func([]byte)
	server *socks.Server
}

func (f *acceptSOCKS) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case f.target != nil:
		f.target.Process(evt)
	default:
		f.handshake(evt)
	}
}

// handshake takes an event that comes before the reply.
func (f *acceptSOCKS) handshake(evt event.Event) {
	f.startTimer(f.opt.timeout)
	switch e := evt.(type) {
	case *event.Data:
		if f.asking || f.later.len() > 0 {
			f.later.push(f.Stage, e)
			return
		}
		f.step(f.server.Feed(e))
	case *event.StreamEnd:
		if f.asking && e.Err == nil {
			f.later.push(f.Stage, e) // the client may have sent all that it has to say
			return
		}
		f.finish(e)
	}
}

// step does what the server waits for.
func (f *acceptSOCKS) step(s socks.Step, err error) {
	r := &f.server.Request
	switch {
	case err != nil:
		f.end(err)
	case s == socks.Authenticate:
		f.ask(f.authenticated, f.opt.authenticate, r.User, r.Password)
	case s == socks.Decide:
		if fn, ok := f.opt.fn.(arity); ok && fn.Arity() >= 2 {
			f.ask(f.decided, f.opt.fn, r.Host(), float64(r.Port), socksID(r))
			return
		}
		f.ask(f.decided, f.opt.fn, &SOCKSRequest{r}, float64(r.Port), socksID(r))
	}
}

// ask calls a function of the script, and then done with its answer.
func (f *acceptSOCKS) ask(done func(yes bool), fn spec.Func, args ...any) {
	f.gate.ask(func(yes bool, err error) {
		if err != nil {
			f.server.Fail() // the client gets an answer
			f.failed(err)
			return
		}
		done(yes)
		for f.later.len() > 0 && !f.asking && !f.over {
			f.replay(f.later.shift())
		}
	}, fn, args...)
}

// replay processes what came while a promise was waited for.
func (f *acceptSOCKS) replay(evt event.Event) {
	if d, ok := evt.(*event.Data); ok && f.target == nil {
		f.step(f.server.Feed(d))
		return
	}
	f.Process(evt)
}

func (f *acceptSOCKS) authenticated(yes bool) { f.step(f.server.Authenticated(yes)) }

// decided answers the request.
func (f *acceptSOCKS) decided(yes bool) {
	if !yes {
		f.server.Reply(socks.NotAllowed)
		f.end(nil)
		return
	}
	f.server.Reply(socks.Succeeded)
	if f.Pipeline().Closed() {
		return
	}
	f.enter(f.server.Rest())
}

func (f *acceptSOCKS) tooLate() {
	f.end(&event.Failure{Name: event.ReadTimeout, Cause: errors.New("socks: the request did not come in time")})
}

// Reset makes the filter ready for another stream.
func (f *acceptSOCKS) Reset() {
	f.reset()
	f.server = socks.NewServer(f.opt.authenticate != nil, f.write)
}
