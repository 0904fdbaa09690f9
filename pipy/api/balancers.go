package api

import (
	"fmt"

	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// Mortal is implemented by borrowers that end, such as inbound connections:
// what they borrowed is given back then.
type Mortal interface {
	// OnEnd calls f once, on the loop, when it ends.
	OnEnd(f func())
}

// balancer is what the older balancers have in common.
type balancer interface {
	*algo.RoundRobin | *algo.LeastWork | *algo.Hashing
	Select(key any, unhealthy *algo.Cache) (string, bool)
	Deselect(id string)
	Next(borrower, key any, unhealthy *algo.Cache) *algo.Resource
	Release(borrower any)
}

// lending is a balancer that gives back what borrowers have when they end.
type lending[B balancer] struct {
	b     B
	known map[Mortal]bool // whose end is watched
}

// next lends a target to a borrower.
func (l *lending[B]) next(borrower, key any, unhealthy *algo.Cache) *algo.Resource {
	r := l.b.Next(borrower, key, unhealthy)
	m, ok := borrower.(Mortal)
	if !ok || r == nil || l.known[m] {
		return r
	}
	if l.known == nil {
		l.known = make(map[Mortal]bool)
	}
	l.known[m] = true
	m.OnEnd(func() {
		delete(l.known, m)
		l.b.Release(m)
	})
	return r
}

var (
	resourceClass   = spec.NewClass[*algo.Resource]("algo.Resource", "What a load balancer lends: one use of a target. It may key a pool of connections.")
	balancerClass   = spec.NewClass[*algo.LoadBalancer]("algo.LoadBalancer", "Lends resources of weighted targets of any kind.")
	roundRobinClass = spec.NewClass[*lending[*algo.RoundRobin]]("algo.RoundRobinLoadBalancer", "Gives each target its weight's share of the selections. Ties go to the first in the list.")
	leastWorkClass  = spec.NewClass[*lending[*algo.LeastWork]]("algo.LeastWorkLoadBalancer", "Selects the target with the least work under way for its weight. Ties go to the first in the list.")
	hashingClass    = spec.NewClass[*lending[*algo.Hashing]]("algo.HashingLoadBalancer", "Selects a target by the hash of a key, modulo the number of targets.")
)

const (
	docTargets       = "Names of targets, of weight 1, or weights by name. A target of weight 0 is never selected."
	docUnhealthy     = "Targets with a true value in this cache are not selected."
	docBorrower      = "Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends."
	docSticky        = "The same key gets the same target as long as that is available."
	docHashed        = "What to hash."
	typTargets       = "string[] | { [target: string]: number }"
	returnsResource  = "Resource | undefined"
	returnsAllocated = "Resource | null"
)

func init() {
	d := resourceClass
	d.Prop("id", "any", "The target.", func(r *algo.Resource) any { return r.Target })
	d.Prop("target", "any", "The target as the balancer was given it.", func(r *algo.Resource) any { return r.Target })
	d.Method("free", "void", "Gives the resource back. A second call does nothing.", func(*spec.Method) func(*algo.Resource, *spec.Call) (any, error) {
		return func(r *algo.Resource, _ *spec.Call) (any, error) {
			r.Free()
			return nil, nil
		}
	})
	declareWeighted(roundRobinClass, algo.NewRoundRobin, (*algo.RoundRobin).SetTargets, (*algo.RoundRobin).Set)
	declareWeighted(leastWorkClass, algo.NewLeastWork, (*algo.LeastWork).SetTargets, (*algo.LeastWork).Set)
	declareHashing()
	declareLoadBalancer()
}

// declareSelection declares what the older balancers have in common.
func declareSelection[B balancer](d spec.Declaration[*lending[B]], docKey string) {
	d.Method("select", "string | undefined", "Selects a target; undefined when none is available.", func(m *spec.Method) func(*lending[B], *spec.Call) (any, error) {
		spec.InOpt[any](m, "key", nil, docKey)
		unhealthy := spec.InOpt[*algo.Cache](m, "unhealthy", nil, docUnhealthy)
		return func(l *lending[B], c *spec.Call) (any, error) {
			u, err := unhealthy.Of(c)
			if err != nil {
				return nil, err
			}
			id, ok := l.b.Select(c.Args.At(0), u)
			if !ok {
				return nil, nil
			}
			return id, nil
		}
	})
	d.Method("deselect", "void", "Ends a piece of work that select began. Balancers that do not count work ignore it.", func(m *spec.Method) func(*lending[B], *spec.Call) (any, error) {
		target := spec.InOpt(m, "target", "", "What select returned; nothing happens without it.")
		return func(l *lending[B], c *spec.Call) (any, error) {
			id, err := target.Of(c)
			if err == nil {
				l.b.Deselect(id)
			}
			return nil, err
		}
	})
	for _, name := range []string{"next", "borrow"} {
		d.Method(name, returnsResource, "Lends a target to a borrower; undefined when none is available.", func(m *spec.Method) func(*lending[B], *spec.Call) (any, error) {
			spec.InOpt[any](m, "borrower", nil, docBorrower)
			spec.InOpt[any](m, "key", nil, docKey)
			unhealthy := spec.InOpt[*algo.Cache](m, "unhealthy", nil, docUnhealthy)
			return func(l *lending[B], c *spec.Call) (any, error) {
				u, err := unhealthy.Of(c)
				if err != nil {
					return nil, err
				}
				borrower := c.Args.At(0)
				if ctx := c.Engine.Context(); borrower == nil && ctx != nil {
					borrower = ctx.Inbound
				}
				if r := l.next(borrower, c.Args.At(1), u); r != nil {
					return r, nil
				}
				return nil, nil
			}
		})
	}
}

func declareWeighted[B balancer](d spec.Declaration[*lending[B]], make func([]algo.Target, *algo.Cache) B, setTargets func(B, []algo.Target), set func(B, string, float64)) {
	d.Constructor("Makes a balancer.", func(m *spec.Method) func(*spec.Call) (*lending[B], error) {
		targets := spec.InOpt[event.Object](m, "targets", nil, docTargets)
		described(m, typTargets)
		unhealthy := spec.InOpt[*algo.Cache](m, "unhealthy", nil, docUnhealthy)
		return func(c *spec.Call) (*lending[B], error) {
			o, err := targets.Of(c)
			if err != nil {
				return nil, err
			}
			list, err := targetsOf(o)
			if err != nil {
				return nil, err
			}
			u, err := unhealthy.Of(c)
			if err != nil {
				return nil, err
			}
			return &lending[B]{b: make(list, u)}, nil
		}
	})
	declareSelection(d, docSticky)
	d.Method("set", "void", "Changes the weight of a target, which may be new, or replaces all targets.", func(m *spec.Method) func(*lending[B], *spec.Call) (any, error) {
		target := spec.In[any](m, "target", "The name of a target, or all targets like the constructor.")
		described(m, "string | "+typTargets)
		weight := spec.InOpt(m, "weight", 1.0, "The new weight.")
		return func(l *lending[B], c *spec.Call) (any, error) {
			v, _ := target.Of(c)
			switch v := v.(type) {
			case string:
				w, err := weight.Of(c)
				if err == nil {
					set(l.b, v, w)
				}
				return nil, err
			case event.Object:
				list, err := targetsOf(v)
				if err == nil {
					setTargets(l.b, list)
				}
				return nil, err
			}
			return nil, wrong("target", "a name, an array of names or an object of weights", v)
		}
	})
}

// targetsOf reads a list of names or an object of weights.
func targetsOf(o event.Object) ([]algo.Target, error) {
	if o == nil {
		return nil, nil
	}
	if _, ok := o.Elements(); ok {
		names, err := spec.Convert[[]string](o)
		if err != nil {
			return nil, fmt.Errorf("targets: %w", err)
		}
		list := make([]algo.Target, len(names))
		for i, name := range names {
			list[i] = algo.Target{ID: name, Weight: 1}
		}
		return list, nil
	}
	var list []algo.Target
	for _, name := range o.Keys() {
		weight, ok := o.Get(name).(float64)
		if !ok {
			return nil, wrong("targets."+name, "a number", o.Get(name))
		}
		list = append(list, algo.Target{ID: name, Weight: weight})
	}
	return list, nil
}

func declareHashing() {
	d := hashingClass
	d.Constructor("Makes a balancer.", func(m *spec.Method) func(*spec.Call) (*lending[*algo.Hashing], error) {
		targets := spec.InOpt[[]string](m, "targets", nil, "Names of targets.")
		unhealthy := spec.InOpt[*algo.Cache](m, "unhealthy", nil, docUnhealthy)
		return func(c *spec.Call) (*lending[*algo.Hashing], error) {
			list, err := targets.Of(c)
			if err != nil {
				return nil, err
			}
			u, err := unhealthy.Of(c)
			if err != nil {
				return nil, err
			}
			return &lending[*algo.Hashing]{b: algo.NewHashing(list, u)}, nil
		}
	})
	declareSelection(d, docHashed)
	d.Method("add", "void", "Appends a target.", func(m *spec.Method) func(*lending[*algo.Hashing], *spec.Call) (any, error) {
		target := spec.In[string](m, "target", "Its name.")
		return func(l *lending[*algo.Hashing], c *spec.Call) (any, error) {
			name, err := target.Of(c)
			if err == nil {
				l.b.Add(name)
			}
			return nil, err
		}
	})
	d.Method("set", "void", "Replaces all targets.", func(m *spec.Method) func(*lending[*algo.Hashing], *spec.Call) (any, error) {
		targets := spec.In[[]string](m, "targets", "Names of targets.")
		return func(l *lending[*algo.Hashing], c *spec.Call) (any, error) {
			list, err := targets.Of(c)
			if err == nil {
				l.b.SetTargets(list)
			}
			return nil, err
		}
	})
}
