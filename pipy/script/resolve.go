package script

import (
	"net/netip"

	"pipy/pipy/api"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

var _ = resolveFunction()

func resolveFunction() struct{} {
	api.DNS.Function("resolve", "Promise<string[] | null>", "Finds the addresses of a host in the way in which connect does: in /etc/hosts, with the servers of /etc/resolv.conf, or among what was found within the last 30 seconds. The promise gets them as an array, and null when there are none or nobody has told within 30 seconds. An address stands for itself, localhost for 127.0.0.1.", func(m *spec.Method) func(*spec.Call) (any, error) {
		host := spec.In[string](m, "host", "The name.")
		return func(c *spec.Call) (any, error) {
			name, err := host.Of(c)
			if err != nil {
				return nil, err
			}
			promise, settle := c.Engine.NewPromise()
			transport.Lookup(c.Engine.Loop(), name, func(addrs []netip.Addr, err error) {
				if err != nil {
					settle(api.Null, nil)
					return
				}
				list := make([]string, len(addrs))
				for i, a := range addrs {
					list[i] = a.String()
				}
				settle(list, nil)
			})
			return promise, nil
		}
	})
	return struct{}{}
}
