package script

import (
	"github.com/dop251/goja"

	"pipy/pipy/filters"
	"pipy/pipy/loop"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// connections are the lists of the open connections of a worker, by the names of
// their members of `pipy`.
var connections = map[string]func(l *loop.Loop) []any{
	"inbound": func(l *loop.Loop) (list []any) {
		for _, in := range transport.Inbounds(l) {
			list = append(list, in)
		}
		return list
	},
	"outbound": func(l *loop.Loop) (list []any) {
		for _, o := range filters.Outbounds(l) {
			list = append(list, o)
		}
		return list
	},
}

func init() {
	declareConnections("inbound", "Inbound", "The connections of this worker that ports have accepted, and the peers of its UDP ports.\n\ncount is how many there are now.")
	declareConnections("outbound", "Outbound", "The connections of this worker that filters connect have made.\n\ncount is how many there are now.")
}

func declareConnections(name, class, doc string) {
	c := spec.NewNamespace("pipy."+name, doc)
	c.Consts["count"] = 0.0 // for the documents; bindConnections makes it true
	c.Function("forEach", "void", "Calls a function with each of them.", func(m *spec.Method) func(*spec.Call) (any, error) {
		callback := spec.In[spec.Func](m, "callback", "The function.")
		m.Fields[0].Type = "(connection: " + class + ") => void"
		return func(c *spec.Call) (any, error) {
			fn, err := callback.Of(c)
			if err != nil {
				return nil, err
			}
			for _, v := range connections[name](c.Engine.Loop()) {
				if _, err := fn.Call(nil, v); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}
	})
}

// bindConnections makes the members count that of the moment.
func (e *Engine) bindConnections() {
	for name, list := range connections {
		get := e.rt.ToValue(func(goja.FunctionCall) goja.Value { return e.rt.ToValue(len(list(e.loop))) })
		_ = e.namespace("pipy."+name).DefineAccessorProperty("count", get, nil, goja.FLAG_TRUE, goja.FLAG_TRUE)
	}
}
