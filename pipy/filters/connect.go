package filters

import (
	"fmt"
	"net"
	"runtime"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// connectFields are the members of connect's options object.
type connectFields struct {
	transport.ConnectOptions
	protocol string
	bind     spec.Dyn[string]
	onState  spec.Func
}

func (o *connectFields) declare(p *spec.Params) {
	var congestion, buffer spec.Size
	spec.Opt(p, &o.protocol, "protocol", "tcp", "The transport protocol. With udp each Data is a datagram, in both directions, and nothing but a timeout or an error ends what is received. So it is with netlink, on Linux: the target is 'pid=N;groups=N' there, or '' for the kernel, and idleTimeout 0 by default; see decodeNetlink.").OneOf("tcp", "udp", "netlink")
	spec.Opt(p, &o.NetlinkFamily, "netlinkFamily", 0, "The family of netlink: 0 is NETLINK_ROUTE.")
	idle := time.Minute
	if o.Netlink = o.protocol == "netlink"; o.Netlink {
		idle = 0
		if runtime.GOOS != "linux" {
			p.Fail("options.protocol", &spec.Mismatch{Wants: "Linux for netlink", Got: runtime.GOOS})
		}
	}
	spec.Opt(p, &o.bind, "bind", spec.Fixed(""), "The local 'ip' or 'ip:port' to connect from; with netlink 'pid=N;groups=N'.")
	spec.Opt(p, &o.onState, "onState", nil, "Called with the Outbound at each change of its state: open, resolving, connecting, connected, idle, closed.")
	spec.Opt(p, &congestion, "congestionLimit", transport.DefaultCongestionLimit, "Bytes not sent yet from which on the sources are paused.")
	spec.Opt(p, &buffer, "bufferLimit", 0, "Bytes not sent yet above which the stream ends with BufferOverflow; 0 means none.")
	spec.Opt(p, &o.RetryCount, "retryCount", 0, "Further attempts after one that failed; -1 for ever.")
	spec.Opt(p, &o.RetryDelay, "retryDelay", 0, "Seconds between two attempts.")
	spec.Opt(p, &o.ConnectTimeout, "connectTimeout", 0, "Seconds that one attempt may take; 0 leaves it to the system.")
	spec.Opt(p, &o.ReadTimeout, "readTimeout", 0, "Seconds without anything received after which the stream ends with ReadTimeout; 0 means never.")
	spec.Opt(p, &o.WriteTimeout, "writeTimeout", 0, "Seconds in which the peer takes nothing of what is to be sent after which the stream ends with WriteTimeout; 0 means never.")
	spec.Opt(p, &o.IdleTimeout, "idleTimeout", idle, "Seconds without movement in any direction after which the stream ends with IdleTimeout; 0 means never.")
	spec.Opt(p, &o.KeepAlive, "keepAlive", true, "Sets SO_KEEPALIVE.")
	spec.Opt(p, &o.NoDelay, "noDelay", true, "Sets TCP_NODELAY.")
	o.UDP = o.protocol == "udp"
	o.CongestionLimit, o.BufferLimit = int(congestion), int(buffer)
}

type connectOptions struct {
	target any // a string, something with a String method, or a function that returns one
	fields connectFields
	fn     spec.Func // returns the options
}

var _ = declare(Decl[connectOptions]{
	Name: "connect",
	Doc: `connects to a server

The connection is made at the first event that is not StreamEnd; a function given
as target or as options is called then. Data is sent to the server; StreamEnd
ends our side when all is sent, and reading goes on. What is received comes out
as Data and at last one StreamEnd, which tells by its error why there is no
connection (CannotResolve, ConnectionRefused, ConnectionTimeout) or why it ended
(ConnectionReset, ReadError, WriteError, ReadTimeout, WriteTimeout,
IdleTimeout, BufferOverflow). The name localhost stands for 127.0.0.1.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *connectOptions) {
		spec.Need(p, &o.target, "target", "Where to connect to: 'host:port', '[ipv6]:port', 'unix:/path', or an IPEndpoint, which also has the protocol.")
		typedOption(p, wantsTarget, "string | object | (() => string | object)")
		if !p.Decoding() {
			o.fields.declare(p)
			return
		}
		if _, ok := o.target.(spec.Func); !ok {
			if _, err := targetOf(o.target); err != nil {
				p.Fail("target", err)
			}
		}
		o.fn = optionsOrFunc(p, o.fields.declare)
	},
	Host: func(o *connectOptions) string {
		target, _ := targetOf(o.target)
		host, _, err := net.SplitHostPort(target)
		if err != nil || net.ParseIP(host) != nil {
			return ""
		}
		return host
	},
	Build: func(o *connectOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &connect{Stage: s, opt: o}
			f.receive = f.received
			return f
		}, nil
	},
})

const wantsTarget = "a string like \"host:port\", or a function that returns one"

// targetOf returns the target as a string.
func targetOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case fmt.Stringer:
		return v.String(), nil
	}
	return "", &spec.Mismatch{Wants: wantsTarget, Got: spec.Show(v)}
}

type connect struct {
	*pipeline.Stage
	opt     *connectOptions
	receive func(event.Event)
	conn    *transport.Outbound
	dropped bool // the script closed the connection
	over    bool // StreamEnd went out
}

func (f *connect) Process(evt event.Event) {
	if f.conn == nil {
		if _, ok := evt.(*event.StreamEnd); ok {
			f.Output(evt)
			return
		}
		if !f.open() {
			return
		}
	}
	if !f.dropped {
		f.conn.Process(evt)
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok && !f.over {
		f.over = true
		f.Output(evt)
		return
	}
	dropEvent(evt)
}

// drop closes the connection for the script. When nothing goes in any more, the
// stream is over by that.
func (f *connect) drop(conn *transport.Outbound) {
	if conn.Closed() || f.conn != conn {
		conn.Close()
		return
	}
	conn.Close()
	f.dropped = true
	if f.Ended() && !f.over {
		f.over = true
		f.Loop().Defer(loop.Func(f.Guard(func() { f.Output(event.EndStream) })))
	}
}

// open begins to connect.
func (f *connect) open() bool {
	v := f.opt.target
	var err error
	if fn, ok := v.(spec.Func); ok {
		if v, err = fn.Call(f.Context()); err != nil {
			f.Fail(err)
			return false
		}
	}
	target, err := targetOf(v)
	if err != nil {
		f.Fail(&event.Failure{Name: event.CannotResolve, Cause: fmt.Errorf("target: the function returned %w", err)})
		return false
	}
	opts, err := f.options()
	if err != nil {
		f.Fail(err)
		return false
	}
	if e, ok := v.(interface{ Protocol() string }); ok {
		own := *opts
		own.UDP, own.Netlink = e.Protocol() == "udp", false
		opts = &own
	}
	f.conn = transport.Connect(f.Loop(), target, opts, f.receive)
	f.conn.Maker = f
	return true
}

// options returns the options of this connection: the layout's own, unless
// some of them differ from stream to stream.
func (f *connect) options() (*transport.ConnectOptions, error) {
	fields := &f.opt.fields
	if f.opt.fn != nil {
		fields = &connectFields{}
		if err := optionsFrom(f.opt.fn, f.Context(), fields.declare); err != nil {
			return nil, err
		}
	}
	if fields.onState == nil && !fields.bind.IsFunc() {
		fields.Bind, _ = fields.bind.Get(nil)
		fields.Where = f.Node().Pos
		return &fields.ConnectOptions, nil
	}
	opts := fields.ConnectOptions
	opts.Where = f.Node().Pos
	var err error
	if opts.Bind, err = fields.bind.Get(f.Context()); err != nil {
		return nil, err
	}
	if fields.onState != nil {
		opts.OnState = f.stateCallback(fields.onState)
	}
	return &opts, nil
}

func (f *connect) stateCallback(fn spec.Func) func(string) {
	var outbound *Outbound
	return func(state string) {
		if f.Pipeline().Closed() {
			return
		}
		if outbound == nil {
			outbound = &Outbound{Outbound: f.conn, f: f}
		}
		outbound.state = state
		if _, err := fn.Call(f.Context(), outbound); err != nil {
			f.Fail(err)
		}
	}
}

// received passes on what came from the server, and wakes those who wait for
// what it may have changed.
func (f *connect) received(evt event.Event) {
	ctx := f.Context()
	if _, ok := evt.(*event.StreamEnd); ok {
		f.over = true
	}
	f.Output(evt)
	ctx.Notify()
}

// Close drops the connection.
func (f *connect) Close() {
	if f.conn != nil {
		f.conn.Close()
	}
}

// Reset makes the filter ready for another stream.
func (f *connect) Reset() { f.conn, f.dropped, f.over = nil, false, false }
