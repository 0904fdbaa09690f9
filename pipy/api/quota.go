package api

import (
	"math"
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/spec"
)

var (
	quotaClass      = spec.NewClass[*algo.Quota]("algo.Quota", "Counts units that can be taken and come back.")
	percentileClass = spec.NewClass[*algo.Percentile]("algo.Percentile", "Estimates below which value a share of the samples lies.")
	poolClass       = spec.NewClass[*algo.ResourcePool]("algo.ResourcePool", "Hands out resources and keeps those given back for the next one who asks.")
)

func init() {
	declareQuota()
	declarePercentile()
	declarePool()
}

func declareQuota() {
	d := quotaClass
	d.Constructor("Makes a quota.", func(m *spec.Method) func(*spec.Call) (*algo.Quota, error) {
		initial := spec.InOpt(m, "initial", 0.0, "How many units there are at first.")
		key := spec.Member(m, "key", "", "All workers share the units of quotas with the same key. By default a quota is on its own.")
		limit := spec.Member(m, "max", 0.0, "How many units there can be. 0 means any number.")
		per := spec.Member[time.Duration](m, "per", 0, "The time between two refills, which begin when a unit was taken. 0 means that there are none.")
		produce := spec.Member(m, "produce", 0.0, "How many units a refill adds. 0 means that it goes back to the initial number.")
		return func(c *spec.Call) (*algo.Quota, error) {
			n, err := initial.Of(c)
			if err != nil {
				return nil, err
			}
			name, err := key.Of(c)
			if err != nil {
				return nil, err
			}
			var o algo.QuotaOptions
			if o.Max, err = limit.Of(c); err != nil {
				return nil, err
			}
			if math.IsInf(o.Max, 1) {
				o.Max = 0
			}
			if o.Per, err = per.Of(c); err != nil {
				return nil, err
			}
			if o.Produce, err = produce.Of(c); err != nil {
				return nil, err
			}
			l := c.Engine.Loop()
			if name != "" {
				return algo.NewSharedQuota(name, n, o, l.Post), nil
			}
			return algo.NewQuota(n, o, func(d time.Duration, f func()) func() { return l.After(d, f).Stop }), nil
		}
	})
	d.Prop("initial", "number", "How many units there were at first.", func(q *algo.Quota) any { return q.Initial() })
	d.Prop("current", "number", "How many units can be taken.", func(q *algo.Quota) any { return q.Current() })
	d.Method("consume", "number", "Takes units and returns how many it took: fewer when there are not enough, none when others wait.", func(m *spec.Method) func(*algo.Quota, *spec.Call) (any, error) {
		count := spec.InOpt(m, "count", 1.0, "How many to take.")
		return func(q *algo.Quota, c *spec.Call) (any, error) {
			n, err := count.Of(c)
			if err != nil {
				return nil, err
			}
			return q.Consume(n), nil
		}
	})
	d.Method("produce", "void", "Adds units, up to the maximum, and serves those who wait.", func(m *spec.Method) func(*algo.Quota, *spec.Call) (any, error) {
		count := spec.InOpt(m, "count", 1.0, "How many to add.")
		return func(q *algo.Quota, c *spec.Call) (any, error) {
			n, err := count.Of(c)
			if err == nil {
				q.Produce(n)
			}
			return nil, err
		}
	})
	d.Method("reset", "void", "Goes back to the initial number of units. It does nothing to a quota with a key.", func(*spec.Method) func(*algo.Quota, *spec.Call) (any, error) {
		return func(q *algo.Quota, _ *spec.Call) (any, error) {
			q.Reset()
			return nil, nil
		}
	})
}

func declarePercentile() {
	d := percentileClass
	d.Constructor("Makes a counter of samples.", func(m *spec.Method) func(*spec.Call) (*algo.Percentile, error) {
		buckets := spec.In[[]any](m, "buckets", "The upper limits of the buckets, which count samples up to them.")
		described(m, "number[]")
		return func(c *spec.Call) (*algo.Percentile, error) {
			list, err := buckets.Of(c)
			if err != nil {
				return nil, err
			}
			limits, err := numbersOf("buckets", list)
			if err != nil {
				return nil, err
			}
			return algo.NewPercentile(limits), nil
		}
	})
	d.Method("observe", "void", "Counts a sample.", func(m *spec.Method) func(*algo.Percentile, *spec.Call) (any, error) {
		sample := spec.In[float64](m, "sample", "The sample.")
		return func(p *algo.Percentile, c *spec.Call) (any, error) {
			x, err := sample.Of(c)
			if err == nil {
				p.Observe(x)
			}
			return nil, err
		}
	})
	d.Method("calculate", "number", "Returns the smallest limit that covers a share of the samples; Infinity when none does, 0 without samples.", func(m *spec.Method) func(*algo.Percentile, *spec.Call) (any, error) {
		percent := spec.In[float64](m, "percent", "The share, from 0 to 100.")
		return func(p *algo.Percentile, c *spec.Call) (any, error) {
			x, err := percent.Of(c)
			if err != nil {
				return nil, err
			}
			return p.Calculate(x), nil
		}
	})
	d.Method("reset", "void", "Forgets all samples.", func(*spec.Method) func(*algo.Percentile, *spec.Call) (any, error) {
		return func(p *algo.Percentile, _ *spec.Call) (any, error) {
			p.Reset()
			return nil, nil
		}
	})
}

func numbersOf(name string, items []any) ([]float64, error) {
	list := make([]float64, len(items))
	for i, item := range items {
		n, ok := item.(float64)
		if !ok {
			return nil, wrong(name, "an array of numbers", item)
		}
		list[i] = n
	}
	return list, nil
}

func declarePool() {
	d := poolClass
	d.Constructor("Makes an empty pool.", func(m *spec.Method) func(*spec.Call) (*algo.ResourcePool, error) {
		allocator := spec.In[spec.Func](m, "allocator", "Called with the tag and the tenant when no resource is free; returns a new one.")
		described(m, "(tag: any, tenant: any) => any")
		return func(c *spec.Call) (*algo.ResourcePool, error) {
			f, err := allocator.Of(c)
			if err != nil {
				return nil, err
			}
			return algo.NewResourcePool(func(tag, tenant any) (any, error) { return f.Call(nil, tag, tenant) }), nil
		}
	})
	d.Method("allocate", "any", "Returns a resource of a tag: the one that the tenant has already, a free one, or a new one.", func(m *spec.Method) func(*algo.ResourcePool, *spec.Call) (any, error) {
		spec.InOpt[any](m, "tag", nil, "What kind of resource.")
		spec.InOpt[any](m, "tenant", nil, "Who gets the same resource again.")
		return func(p *algo.ResourcePool, c *spec.Call) (any, error) { return p.Allocate(c.Args.At(0), c.Args.At(1)) }
	})
	d.Method("free", "boolean", "Gives a resource back. Tells whether it was in use.", func(m *spec.Method) func(*algo.ResourcePool, *spec.Call) (any, error) {
		spec.In[any](m, "resource", "What allocate returned.")
		return func(p *algo.ResourcePool, c *spec.Call) (any, error) { return p.Free(c.Args.At(0)), nil }
	})
	d.Method("freeTenant", "void", "Gives back all that a tenant has.", func(m *spec.Method) func(*algo.ResourcePool, *spec.Call) (any, error) {
		spec.In[any](m, "tenant", "Who had the resources.")
		return func(p *algo.ResourcePool, c *spec.Call) (any, error) {
			p.FreeTenant(c.Args.At(0))
			return nil, nil
		}
	})
}
