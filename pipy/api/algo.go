package api

import (
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var (
	cacheClass  = spec.NewClass[*algo.Cache]("algo.Cache", "A map that forgets: entries expire after a time, and the least recently used make room for new ones. Keys are told apart by value when they are strings, numbers or booleans, else by identity.")
	routerClass = spec.NewClass[*algo.URLRouter]("algo.URLRouter", `Finds the value of the most specific pattern that matches a host and a path.

A pattern is "[host]/path". The first label of the host may be "*", which stands for one label; a "*" as the last segment of the path stands for any number of segments. Matching is case-sensitive.`)
)

// described replaces the type of the argument that was declared last.
func described(m *spec.Method, typ string) { m.Fields[len(m.Fields)-1].Type = typ }

func init() {
	ns := spec.NewNamespace("algo", "Caches, routers, load balancers, quotas and pools.")
	ns.Function("hash", "number", "Returns a number below 2^53 for a value. Equal strings, numbers and booleans have equal numbers in all processes, so that these may be kept, in a cookie for instance; an object has one as long as the process lives.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.In[any](m, "value", "A string, a number, a boolean, or an object, which counts by identity.")
		return func(c *spec.Call) (any, error) { return float64(algo.Hash(c.Args.At(0))), nil }
	})
	ns.Function("uuid", "string", "Returns a random UUID (RFC 9562, 5.4).", func(*spec.Method) func(*spec.Call) (any, error) {
		return func(*spec.Call) (any, error) { return algo.UUID(), nil }
	})
	declareCache()
	declareRouter()
}

func declareCache() {
	d := cacheClass
	d.Constructor("Makes an empty cache. The options may also take the place of a function that is left out.", func(m *spec.Method) func(*spec.Call) (*algo.Cache, error) {
		allocate := spec.InOpt[spec.Func](m, "allocate", nil, "Called with a key that get does not find; what it returns becomes the value.")
		described(m, "(key: any) => any")
		free := spec.InOpt[spec.Func](m, "free", nil, "Called with the key and the value of each entry that set evicts, remove takes out or clear drops.")
		described(m, "(key: any, value: any) => void")
		size := spec.Member(m, "size", 0, "The number of entries above which set evicts the least recently used. 0 means no limit.")
		ttl := spec.Member[time.Duration](m, "ttl", 0, "The age at which an entry expires. 0 means never.")
		return func(c *spec.Call) (*algo.Cache, error) {
			c = &spec.Call{Engine: c.Engine, Args: optionsLast{c.Args, 2}}
			makes, err := allocate.Of(c)
			if err != nil {
				return nil, err
			}
			frees, err := free.Of(c)
			if err != nil {
				return nil, err
			}
			n, err := size.Of(c)
			if err != nil {
				return nil, err
			}
			age, err := ttl.Of(c)
			if err != nil {
				return nil, err
			}
			var now func() time.Time
			if age > 0 {
				now = c.Engine.Loop().Now
			}
			return algo.NewCache(calls1(makes), calls2(frees), n, age, now), nil
		}
	})
	d.Method("get", "any", "Returns the value of a key and marks it as used. When there is none it stores what allocate returns; without allocate the result is undefined.", func(m *spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		spec.In[any](m, "key", "The key.")
		return func(o *algo.Cache, c *spec.Call) (any, error) {
			v, _, err := o.Get(c.Args.At(0))
			return v, err
		}
	})
	d.Method("find", "any", "Returns the value of a key and marks it as used; undefined when there is none.", func(m *spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		spec.In[any](m, "key", "The key.")
		return func(o *algo.Cache, c *spec.Call) (any, error) {
			v, _ := o.Find(c.Args.At(0))
			return v, nil
		}
	})
	d.Method("has", "boolean", "Tells whether a key has a value, and marks it as used.", func(m *spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		spec.In[any](m, "key", "The key.")
		return func(o *algo.Cache, c *spec.Call) (any, error) { return o.Has(c.Args.At(0)), nil }
	})
	d.Method("set", "void", "Stores a value, and evicts the least recently used entries above the size.", func(m *spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		spec.In[any](m, "key", "The key.")
		spec.In[any](m, "value", "The value.")
		return func(o *algo.Cache, c *spec.Call) (any, error) { return nil, o.Set(c.Args.At(0), kept(c, 1)) }
	})
	d.Method("remove", "boolean", "Takes out an entry and frees its value. Tells whether there was one.", func(m *spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		spec.In[any](m, "key", "The key.")
		return func(o *algo.Cache, c *spec.Call) (any, error) {
			found, err := o.Remove(c.Args.At(0))
			return found, err
		}
	})
	d.Method("clear", "void", "Frees all entries.", func(*spec.Method) func(*algo.Cache, *spec.Call) (any, error) {
		return func(o *algo.Cache, _ *spec.Call) (any, error) { return nil, o.Clear() }
	})
}

// calls1 makes a Go function of a script's function; nil when there is none. It
// runs in the context of whoever calls it.
func calls1(f spec.Func) func(any) (any, error) {
	if f == nil {
		return nil
	}
	return func(v any) (any, error) { return f.Call(nil, v) }
}

func calls2(f spec.Func) func(a, b any) error {
	if f == nil {
		return nil
	}
	return func(a, b any) error {
		_, err := f.Call(nil, a, b)
		return err
	}
}

func declareRouter() {
	d := routerClass
	d.Constructor("Makes a router.", func(m *spec.Method) func(*spec.Call) (*algo.URLRouter, error) {
		rules := spec.InOpt[event.Object](m, "rules", nil, "Values by pattern.")
		return func(c *spec.Call) (*algo.URLRouter, error) {
			o, err := rules.Of(c)
			if err != nil {
				return nil, err
			}
			r := new(algo.URLRouter)
			if o == nil {
				return r, nil
			}
			members(o, func(pattern string, value any) {
				if e := r.Add(pattern, value); e != nil && err == nil {
					err = e
				}
			})
			return r, err
		}
	})
	d.Method("add", "URLRouter", "Stores the value of a pattern and returns this router.", func(m *spec.Method) func(*algo.URLRouter, *spec.Call) (any, error) {
		pattern := spec.In[string](m, "pattern", "[host]/path.")
		spec.In[any](m, "value", "What find returns.")
		return func(o *algo.URLRouter, c *spec.Call) (any, error) {
			p, err := pattern.Of(c)
			if err != nil {
				return nil, err
			}
			return o, o.Add(p, kept(c, 1))
		}
	})
	d.Method("find", "any", "Joins its arguments with one slash between each two and returns the value of the pattern that matches best; undefined when there is none. Port and query are ignored. First come patterns with this host, then those with \"*\" for its first label, then those without a host; among them an exact path comes before the longest prefix.", func(m *spec.Method) func(*algo.URLRouter, *spec.Call) (any, error) {
		spec.RestField(m, "segments", "string[]", "The host and the path, or parts of them. Null and undefined are left out.")
		return findRoute
	})
}

// findRoute is called for each request: the common forms, (host, path) and
// (path), allocate nothing.
func findRoute(r *algo.URLRouter, c *spec.Call) (any, error) {
	var fixed [2]string
	segments := fixed[:0]
	for i := range c.Args.Len() {
		v := c.Args.At(i)
		if v == nil {
			continue
		}
		s, ok := v.(string)
		if !ok {
			return nil, wrong("segments", "strings", v)
		}
		segments = append(segments, s)
	}
	v, _ := r.Find(segments...)
	return v, nil
}
