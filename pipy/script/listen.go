package script

import (
	"fmt"
	"math"
	"strings"
	"time"

	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// defaultIdleTimeout ends connections on which nothing moves.
const defaultIdleTimeout = time.Minute

// listenAddress takes a port, or a string with an address and a port.
func listenAddress(v any) (transport.Address, error) {
	switch v := v.(type) {
	case float64:
		if v != math.Trunc(v) {
			break
		}
		return transport.PortAddress(int(v))
	case string:
		return transport.ParseAddress(v)
	}
	return transport.Address{}, &spec.Mismatch{Wants: "a port or a string like '127.0.0.1:8080'", Got: spec.Show(v)}
}

// listenProtocol declares the option that makes a port one of UDP.
func listenProtocol(m *spec.Method) func(call *spec.Call, a *transport.Address) error {
	protocol := spec.Member(m, "protocol", "tcp", "'tcp' or 'udp'. With udp each peer is a connection: each datagram is a Data, and each Data of the output a datagram.")
	return func(call *spec.Call, a *transport.Address) error {
		name, err := protocol.Of(call)
		if err != nil {
			return err
		}
		return setProtocol(a, "options.protocol", name)
	}
}

// setProtocol sets the protocol that a script wrote.
func setProtocol(a *transport.Address, argument, name string) error {
	if name != "tcp" && name != "udp" {
		return fmt.Errorf("%s: %w", argument, &spec.Mismatch{Wants: `one of "tcp", "udp"`, Got: spec.Show(name)})
	}
	a.UDP = name == "udp"
	return nil
}

// listenArgs returns the protocol, "" if there is none, and the options that stand
// between the address and the pipeline in the arguments of pipy.listen. The
// options are in the place where a call of listen has them.
func listenArgs(c *spec.Call) (protocol string, options *spec.Call) {
	between := givenArgs{c.Args.At(0)}
	for i := 1; i < c.Args.Len()-1; i++ {
		v := c.Args.At(i)
		if name, ok := v.(string); ok && i == 1 {
			protocol = name
			continue
		}
		between = append(between, v)
	}
	return protocol, &spec.Call{Engine: c.Engine, Args: between}
}

// givenArgs is a list of arguments in Go form.
type givenArgs []any

// Len returns the number of arguments.
func (l givenArgs) Len() int { return len(l) }

// At returns an argument; nil beyond the end.
func (l givenArgs) At(i int) any {
	if i < len(l) {
		return l[i]
	}
	return nil
}

// Raw returns an argument.
func (l givenArgs) Raw(i int) spec.Raw { return spec.Raw{Value: l.At(i)} }

// listenOptions declares the options of a port.
func listenOptions(m *spec.Method) func(call *spec.Call) (transport.ListenOptions, error) {
	maxConnections := spec.Member(m, "maxConnections", -1, "Connections at a time; when there are as many, others wait in the backlog. -1 is no limit.")
	maxPeers := spec.Member(m, "maxPeers", 0, "Peers of a UDP port at a time; datagrams of others are dropped. 0 is 16384.")
	readTimeout := spec.Member(m, "readTimeout", time.Duration(0), "Ends the stream with ReadTimeout when nothing was received for this long. 0 is never.")
	writeTimeout := spec.Member(m, "writeTimeout", time.Duration(0), "Ends the stream with WriteTimeout when output made no progress for this long. 0 is never.")
	idleTimeout := spec.Member(m, "idleTimeout", defaultIdleTimeout, "Ends the stream with IdleTimeout when nothing was received or sent for this long. 0 is never.")
	congestionLimit := spec.Member(m, "congestionLimit", spec.Size(transport.DefaultCongestionLimit), "Unsent output at which the sources of it are paused; they go on at half.")
	bufferLimit := spec.Member(m, "bufferLimit", spec.Size(0), "Unsent output at which the connection is closed with BufferOverflow. 0 is no limit.")
	keepAlive := spec.Member(m, "keepAlive", true, "Sets SO_KEEPALIVE.")
	noDelay := spec.Member(m, "noDelay", true, "Sets TCP_NODELAY.")
	closeEOF := spec.Member(m, "closeEOF", false, "Closes the whole connection when the peer ends its side, instead of when the pipeline has ended its own.")
	transparent := spec.Member(m, "transparent", false, "Accepts connections that were redirected here, with their original destination (Linux).")
	return func(call *spec.Call) (o transport.ListenOptions, err error) {
		take := func(e error) {
			if err == nil {
				err = e
			}
		}
		o.MaxConnections = option(call, maxConnections, take)
		o.MaxPeers = option(call, maxPeers, take)
		o.ReadTimeout = option(call, readTimeout, take)
		o.WriteTimeout = option(call, writeTimeout, take)
		o.IdleTimeout = option(call, idleTimeout, take)
		o.CongestionLimit = int(option(call, congestionLimit, take))
		o.BufferLimit = int(option(call, bufferLimit, take))
		o.KeepAlive = option(call, keepAlive, take)
		o.NoDelay = option(call, noDelay, take)
		o.CloseEOF = option(call, closeEOF, take)
		o.Transparent = option(call, transparent, take)
		return o, err
	}
}

func option[T any](call *spec.Call, in spec.Input[T], take func(error)) T {
	v, err := in.Of(call)
	take(err)
	return v
}

// listenTitle is what graphs and errors call a port.
func listenTitle(a transport.Address) string {
	ip, port, ok := cutLast(a.String(), ":")
	if !ok {
		return "Listen on " + a.String()
	}
	return "Listen on " + port + " at " + strings.Trim(ip, "[]")
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 || strings.HasPrefix(s, "unix") {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
