package api

import (
	"pipy/pipy/spec"
	"pipy/pipy/stats"
)

// StatsSumKey is the key under which Engine.Value has a StatsSum. Without one,
// sums are those of one worker.
type StatsSumKey struct{}

// StatsSum adds up the metrics of scripts over all workers and calls done on the
// loop of the worker that asks. An error tells what could not be added up; the
// sum of the others is good.
type StatsSum func(done func(sum stats.Snapshot, err error))

func declareSum(ns *spec.Class) {
	ns.Function("sum", "Promise<object>", "Adds up metrics over all workers. The promise gets an object of metrics by their names, with the numbers of one moment; names that are not known are not in it. A metric that differs from worker to worker, in its type, labels or buckets, rejects it.", func(m *spec.Method) func(*spec.Call) (any, error) {
		names := spec.InOpt[any](m, "names", nil, "The names of the metrics. All, if it is left out.")
		described(m, "string | string[]")
		return func(c *spec.Call) (any, error) {
			v, _ := names.Of(c)
			var only []string
			if name, ok := v.(string); ok {
				only = []string{name}
			} else if v != nil {
				var err error
				if only, err = spec.Convert[[]string](v); err != nil {
					return nil, wrong("names", "a string or an array of strings", v)
				}
			}
			promise, settle := c.Engine.NewPromise()
			sum, ok := c.Engine.Value(StatsSumKey{}).(StatsSum)
			if !ok {
				sum = func(done func(stats.Snapshot, error)) { done(registryOf(c.Engine).Snapshot()) }
			}
			engine := c.Engine
			sum(func(sum stats.Snapshot, err error) {
				if v != nil {
					sum = sum.Only(only...)
				}
				settle(sumObject(engine, sum), err)
			})
			return promise, nil
		}
	})
}

// sumObject makes a script's object of metrics by their names.
func sumObject(e spec.Engine, sum stats.Snapshot) any {
	names := make([]string, len(sum))
	values := make([]any, len(sum))
	for i, f := range sum {
		names[i] = f.Name
		switch m := f.Metric(); f.Type {
		case stats.TypeCounter:
			values[i] = (*stats.Counter)(m)
		case stats.TypeGauge:
			values[i] = (*stats.Gauge)(m)
		default:
			values[i] = (*stats.Histogram)(m)
		}
	}
	return e.NewObject(names, values)
}
