package api

import (
	"fmt"
	"strconv"

	"pipy/pipy/algo"
	"pipy/pipy/spec"
)

const docValidator = "Called with a target; a false result passes it over."

// maxScheduled is how many targets may be looked ahead to at a time.
const maxScheduled = 1 << 16

func declareLoadBalancer() {
	d := balancerClass
	d.Constructor("Makes a balancer.", func(m *spec.Method) func(*spec.Call) (*algo.LoadBalancer, error) {
		targets := spec.InOpt[[]any](m, "targets", nil, "The targets, values of any kind.")
		algorithm := spec.Member(m, "algorithm", algo.AlgorithmRoundRobin, `"round-robin" or "least-load".`)
		key := spec.Member[spec.Func](m, "key", nil, "Returns what tells a target from the others, and across two lists. By default the target itself.")
		described(m, "(target: any) => any")
		weight := spec.Member[any](m, "weight", nil, "A target's share, or a function that returns it; 0 means never chosen. By default, and for what has none, 1.")
		described(m, "number | ((target: any) => number)")
		capacity := spec.Member[any](m, "capacity", nil, "How many resources a target has, or a function that returns it: beyond that, the one that is lent least is shared. 0 means any number.")
		described(m, "number | ((target: any) => number)")
		return func(c *spec.Call) (*algo.LoadBalancer, error) {
			list, err := targets.Of(c)
			if err != nil {
				return nil, err
			}
			name, err := algorithm.Of(c)
			if err != nil {
				return nil, err
			}
			keys, err := key.Of(c)
			if err != nil {
				return nil, err
			}
			weights, err := numberOf(c, weight, "options.weight", 1)
			if err != nil {
				return nil, err
			}
			capacities, err := numberOf(c, capacity, "options.capacity", 0)
			if err != nil {
				return nil, err
			}
			o := algo.LoadBalancerOptions{Algorithm: name, Key: calls1(keys), Weight: weights}
			if capacities != nil {
				o.Capacity = func(target any) (int, error) {
					n, err := capacities(target)
					return int(n), err
				}
			}
			return algo.NewLoadBalancer(list, o)
		}
	})
	d.Method("provision", "void", "Replaces the targets. Those whose keys were there before keep their state.", func(m *spec.Method) func(*algo.LoadBalancer, *spec.Call) (any, error) {
		targets := spec.In[[]any](m, "targets", "The targets.")
		return func(b *algo.LoadBalancer, c *spec.Call) (any, error) {
			list, err := targets.Of(c)
			if err != nil {
				return nil, err
			}
			return nil, b.Provision(list)
		}
	})
	d.Method("schedule", "any[]", "Returns the next targets.", func(m *spec.Method) func(*algo.LoadBalancer, *spec.Call) (any, error) {
		count := spec.In[int](m, "count", "How many.")
		validator := spec.InOpt[spec.Func](m, "validator", nil, docValidator)
		described(m, "(target: any) => boolean")
		return func(b *algo.LoadBalancer, c *spec.Call) (any, error) {
			n, err := count.Of(c)
			if err != nil {
				return nil, err
			}
			if n > maxScheduled {
				return nil, fmt.Errorf("count: want at most %d, got %d", maxScheduled, n)
			}
			f, err := validator.Of(c)
			if err != nil {
				return nil, err
			}
			list, err := b.Schedule(n, validates(f))
			if err != nil {
				return nil, err
			}
			return list, nil
		}
	})
	d.Method("allocate", returnsAllocated, "Lends a resource of the next target; null when there is none.", func(m *spec.Method) func(*algo.LoadBalancer, *spec.Call) (any, error) {
		spec.InOpt[any](m, "key", nil, "The key of the target to take if it is there and valid.")
		spec.InOpt[any](m, "validator", nil, docValidator)
		described(m, "(target: any) => boolean")
		return func(b *algo.LoadBalancer, c *spec.Call) (any, error) {
			f, _ := c.Args.At(1).(spec.Func)
			r, err := b.Allocate(c.Args.At(0), validates(f))
			if err != nil {
				return nil, err
			}
			if r == nil {
				return Null, nil
			}
			return r, nil
		}
	})
}

func validates(f spec.Func) algo.Validator {
	if f == nil {
		return nil
	}
	return func(target any) (bool, error) {
		v, err := f.Call(nil, target)
		return truthy(v), err
	}
}

// numberOf reads an option that is a number or a function that returns one for
// a target; nil when it is left out. none stands for what a function does not
// return.
func numberOf(c *spec.Call, option spec.Input[any], name string, none float64) (func(target any) (float64, error), error) {
	v, err := option.Of(c)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return nil, nil
	case float64:
		return func(any) (float64, error) { return v, nil }, nil
	case spec.Func:
		return func(target any) (float64, error) {
			r, err := v.Call(nil, target)
			if err != nil {
				return 0, err
			}
			switch n := r.(type) {
			case nil, NullValue:
				return none, nil
			case float64:
				return n, nil
			case string: // from YAML, which has no numbers
				if n, err := strconv.ParseFloat(n, 64); err == nil {
					return n, nil
				}
			}
			return 0, wrong(name, "a function that returns a number", r)
		}, nil
	}
	return nil, wrong(name, "a number or a function that returns one", v)
}
