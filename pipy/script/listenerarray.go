package script

import (
	"fmt"
	"slices"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// listenerArray is a list of ports for one pipeline, which may change while the
// program runs.
type listenerArray struct {
	prog     *Program
	decode   func(address any, options any) (*Listen, error)
	defaults any // options of ports that have none of their own
	ports    []*Listen
	layout   *pipeline.Layout // nil until .listen() gets the list
}

var listenerArrayClass = spec.NewClass[*listenerArray]("ListenerArray",
	`Ports for the argument of .listen(): all of them run the pipeline that follows there, and they may be changed at any time.`)

var _ = listenerArrayMembers()

const docPort = "A port, 'ip:port', '[ipv6]:port' or 'unix:/path'."

func listenerArrayMembers() struct{} {
	declared := &spec.Method{}
	protocol := listenProtocol(declared)
	options := listenOptions(declared)
	decode := func(engine spec.Engine, address, given any) (l *Listen, err error) {
		call := &spec.Call{Engine: engine, Args: givenArgs{given}}
		l = &Listen{Pos: engine.Where()}
		if l.Address, err = listenAddress(address); err != nil {
			return nil, err
		}
		if l.Options, err = options(call); err != nil {
			return nil, err
		}
		return l, protocol(call, &l.Address)
	}
	d := listenerArrayClass
	d.Constructor("Makes a list of ports, which .listen() opens.", func(m *spec.Method) func(*spec.Call) (*listenerArray, error) {
		ports := spec.InOpt[[]any](m, "ports", nil, "Ports; for those with options of .listen() of their own, objects with these and `port`.")
		defaults := spec.InOpt[event.Object](m, "options", nil, "Options of .listen() for ports that have none of their own.")
		return func(c *spec.Call) (*listenerArray, error) {
			list, err := ports.Of(c)
			if err != nil {
				return nil, err
			}
			o, err := defaults.Of(c)
			if err != nil {
				return nil, err
			}
			a := &listenerArray{prog: programOf(c), defaults: o}
			a.decode = func(address, options any) (*Listen, error) { return decode(c.Engine, address, options) }
			return a, a.set(list)
		}
	})
	d.Method("set", "void", "Replaces the ports. Those that stay keep their sockets.", func(m *spec.Method) func(*listenerArray, *spec.Call) (any, error) {
		ports := spec.InOpt[[]any](m, "ports", nil, "As for the constructor.")
		return func(a *listenerArray, c *spec.Call) (any, error) {
			list, err := ports.Of(c)
			if err != nil {
				return nil, err
			}
			return nil, a.set(list)
		}
	})
	d.Method("add", "void", "Adds a port, or changes the options of one.", func(m *spec.Method) func(*listenerArray, *spec.Call) (any, error) {
		return portMethod(m, (*listenerArray).open)
	})
	d.Method("remove", "void", "Closes a port. Its connections go on.", func(m *spec.Method) func(*listenerArray, *spec.Call) (any, error) {
		return portMethod(m, (*listenerArray).close)
	})
	return struct{}{}
}

func portMethod(m *spec.Method, do func(*listenerArray, *Listen) error) func(*listenerArray, *spec.Call) (any, error) {
	port := spec.In[any](m, "port", docPort)
	options := spec.InOpt[event.Object](m, "options", nil, "Options of .listen().")
	return func(a *listenerArray, c *spec.Call) (any, error) {
		address, err := port.Of(c)
		if err != nil {
			return nil, err
		}
		o, err := options.Of(c)
		if err != nil {
			return nil, err
		}
		l, err := a.port(address, o)
		if err != nil {
			return nil, err
		}
		return nil, do(a, l)
	}
}

// port makes a port with options of its own, nil for the defaults.
func (a *listenerArray) port(address, options any) (*Listen, error) {
	if options == nil {
		options = a.defaults
	}
	return a.decode(address, options)
}

// set replaces the ports; an error leaves them as they are.
func (a *listenerArray) set(list []any) error {
	var ports []*Listen
	for i, v := range list {
		var options any
		if o, ok := v.(event.Object); ok {
			options, v = v, o.Get("port")
		}
		l, err := a.port(v, options)
		if err != nil {
			return fmt.Errorf("port %d: %w", i, err)
		}
		ports = append(ports, l)
	}
	for _, l := range slices.Clone(a.ports) {
		if !slices.ContainsFunc(ports, l.same) {
			if err := a.close(l); err != nil {
				return err
			}
		}
	}
	for _, l := range ports {
		if err := a.open(l); err != nil {
			return err
		}
	}
	return nil
}

func (l *Listen) same(other *Listen) bool { return l.Address == other.Address }

func (a *listenerArray) open(l *Listen) error {
	if l.Address.Port == 0 && l.Address.Path == "" {
		return nil
	}
	if a.layout != nil {
		l.Layout = a.layout
		if err := a.prog.apply(l); err != nil {
			return err
		}
	}
	if i := slices.IndexFunc(a.ports, l.same); i >= 0 {
		a.ports[i] = l
		return nil
	}
	a.ports = append(a.ports, l)
	return nil
}

func (a *listenerArray) close(l *Listen) error {
	i := slices.IndexFunc(a.ports, l.same)
	if i < 0 {
		return nil
	}
	if a.layout != nil {
		if err := a.prog.apply(&Listen{Address: l.Address, Pos: l.Pos}); err != nil {
			return err
		}
	}
	a.ports = slices.Delete(a.ports, i, i+1)
	return nil
}

// listen opens the ports, with a pipeline whose filters may follow later.
func (a *listenerArray) listen(l *pipeline.Layout) error {
	if a.layout != nil {
		return fmt.Errorf("the ListenerArray is listened on already")
	}
	a.layout = l
	for _, port := range a.ports {
		port.Layout = l
		if err := a.prog.apply(port); err != nil {
			return err
		}
	}
	return nil
}
