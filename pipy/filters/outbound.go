package filters

import (
	"pipy/pipy/loop"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// Outbound is what connect's onState sees of a connection.
type Outbound struct {
	*transport.Outbound
	state string
	f     *connect // that made it; may have another connection by now
}

// State returns open, resolving, connecting, connected, idle or closed.
func (o *Outbound) State() string {
	if o.Closed() {
		return "closed"
	}
	return o.state
}

// Outbounds returns the connections of a loop that filters connect have made.
func Outbounds(l *loop.Loop) (list []*Outbound) {
	for _, o := range transport.Outbounds(l) {
		if f, ok := o.Maker.(*connect); ok {
			list = append(list, &Outbound{Outbound: o, state: "connected", f: f})
		}
	}
	return list
}

func init() {
	c := spec.NewClass[*Outbound]("Outbound", `A connection that connect makes.

The callback of connect's option onState gets it, and that of
pipy.outbound.forEach.`)
	c.Prop("state", "string", "One of open, resolving, connecting, connected, idle (before another attempt) or closed.",
		func(o *Outbound) any { return o.State() })
	c.Prop("localAddress", "string", "Our IP address; empty without a connection.",
		func(o *Outbound) any { return o.LocalAddress() })
	c.Prop("localPort", "number", "Our port; 0 without a connection.",
		func(o *Outbound) any { return float64(o.LocalPort()) })
	c.Prop("remoteAddress", "string", "The server's IP address; empty without a connection.",
		func(o *Outbound) any { return o.RemoteAddress() })
	c.Prop("remotePort", "number", "The server's port; 0 without a connection.",
		func(o *Outbound) any { return float64(o.RemotePort()) })
	c.Method("close", "void", "Drops the connection. The stream does not end by it, but with what goes in: at a StreamEnd.",
		func(*spec.Method) func(*Outbound, *spec.Call) (any, error) {
			return func(o *Outbound, _ *spec.Call) (any, error) { o.f.drop(o.Outbound); return nil, nil }
		})
}
