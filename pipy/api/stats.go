package api

import (
	"pipy/pipy/algo"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
	"pipy/pipy/stats"
)

// StatsKey is the key under which Engine.Value has the worker's *stats.Registry.
// Without one the metrics of a script are in a registry of its own, which
// nobody reads.
type StatsKey struct{}

var (
	counterClass   = spec.NewClass[*stats.Counter]("stats.Counter", "A number that only grows.")
	gaugeClass     = spec.NewClass[*stats.Gauge]("stats.Gauge", "A number that goes up and down.")
	histogramClass = spec.NewClass[*stats.Histogram]("stats.Histogram", "Counts samples in buckets.")
)

const (
	docMetricName = "The name of the metric. A metric of the same name is replaced."
	docLabels     = "The names of its labels. What Prometheus does not take in them, such as a dot, becomes an underscore."
)

func registryOf(e spec.Engine) *stats.Registry {
	if r, ok := e.Value(StatsKey{}).(*stats.Registry); ok {
		return r
	}
	return e.Loop().Local(StatsKey{}, func() any { return new(stats.Registry) }).(*stats.Registry)
}

// metric is what the classes of metrics have in common.
type metric[M any] interface {
	Metric() *stats.Metric
	Zero()
	*stats.Counter | *stats.Gauge | *stats.Histogram
	WithLabels(values ...string) M
}

// declareMetric declares what all metrics have. Of turns a node into the class.
func declareMetric[M metric[M]](d spec.Declaration[M], value func(m M) any, of func(m *stats.Metric) M) {
	d.Prop("name", "string", "The name of the metric.", func(m M) any { return m.Metric().Name() })
	d.Prop("type", "string", `"counter", "gauge" or "histogram".`, func(m M) any { return string(m.Metric().Type()) })
	d.Prop("label", "string", `The last label value of this metric; "" when it has none.`, func(m M) any { return m.Metric().Label() })
	d.Prop("dimensions", "number", "How many labels are without a value here.", func(m M) any { return m.Metric().Dimensions() })
	d.Prop("value", "number | number[]", "The number; of a histogram the counts of its buckets, the count of all samples and their sum.", value)
	d.Method("withLabels", d.Class.Name+" | null", "Returns the metric for the given values of the labels that follow; null when no label is left.", func(m *spec.Method) func(M, *spec.Call) (any, error) {
		spec.RestField(m, "values", "string[]", "The values of the labels.")
		return func(m M, c *spec.Call) (any, error) {
			var fixed [4]string
			values := fixed[:0]
			for i := range c.Args.Len() {
				values = append(values, labelText(c.Args.At(i)))
			}
			if sub := m.WithLabels(values...); sub != nil {
				return sub, nil
			}
			return Null, nil
		}
	})
	d.Method("submetrics", d.Class.Name+"[]", "Returns the metrics with one more label value.", func(*spec.Method) func(M, *spec.Call) (any, error) {
		return func(m M, _ *spec.Call) (any, error) {
			var list []any
			for _, sub := range m.Metric().Submetrics() {
				list = append(list, of(sub))
			}
			return list, nil
		}
	})
	d.Method("clear", "void", "Drops the metrics with more label values.", func(*spec.Method) func(M, *spec.Call) (any, error) {
		return func(m M, _ *spec.Call) (any, error) {
			m.Metric().Clear()
			return nil, nil
		}
	})
	d.Method("zero", "void", "Goes back to zero.", func(*spec.Method) func(M, *spec.Call) (any, error) {
		return func(m M, _ *spec.Call) (any, error) {
			m.Zero()
			return nil, nil
		}
	})
	d.Method("valueOf", "number | number[]", "Returns the value.", func(*spec.Method) func(M, *spec.Call) (any, error) {
		return func(m M, _ *spec.Call) (any, error) { return value(m), nil }
	})
}

func labelText(v any) string {
	if v == nil {
		return "undefined"
	}
	return httphead.Text(v)
}

// declareChange declares a method that takes a number.
func declareChange[M any](d spec.Declaration[M], name, doc string, def float64, needed bool, change func(m M, n float64)) {
	d.Method(name, d.Class.Name, doc+" Returns this metric.", func(m *spec.Method) func(M, *spec.Call) (any, error) {
		number := spec.InOpt(m, "number", def, "The number.")
		if needed {
			m.Fields = nil
			number = spec.In[float64](m, "number", "The number.")
		}
		return func(m M, c *spec.Call) (any, error) {
			n, err := number.Of(c)
			if err != nil {
				return nil, err
			}
			change(m, n)
			return m, nil
		}
	})
}

func init() {
	declareSum(spec.NewNamespace("stats", "Numbers for operators, read at the admin port."))
	declareCounter()
	declareGauge()
	declareHistogram()
}

func declareCounter() {
	d := counterClass
	d.Constructor("Makes a counter.", func(m *spec.Method) func(*spec.Call) (*stats.Counter, error) {
		name := spec.In[string](m, "name", docMetricName)
		labels := spec.InOpt[[]string](m, "labels", nil, docLabels)
		return func(c *spec.Call) (*stats.Counter, error) {
			s, o, err := metricOptions(c, name, labels)
			if err != nil {
				return nil, err
			}
			return registryOf(c.Engine).Counter(s, o)
		}
	})
	declareMetric(d, func(m *stats.Counter) any { return m.Metric().Value() }, func(m *stats.Metric) *stats.Counter { return (*stats.Counter)(m) })
	declareChange(d, "increase", "Adds a number, which must not be negative.", 1, false, (*stats.Counter).Increase)
}

func metricOptions(c *spec.Call, name spec.Input[string], labels spec.Input[[]string]) (string, stats.Options, error) {
	var o stats.Options
	s, err := name.Of(c)
	if err == nil {
		o.Labels, err = labels.Of(c)
	}
	return s, o, err
}

func declareGauge() {
	d := gaugeClass
	d.Constructor("Makes a gauge.", func(m *spec.Method) func(*spec.Call) (*stats.Gauge, error) {
		name := spec.In[string](m, "name", docMetricName)
		labels := spec.InOpt[[]string](m, "labels", nil, docLabels)
		collect := spec.InOpt[spec.Func](m, "onCollect", nil, "Called with the gauge before it is read, so that it can be set.")
		described(m, "(gauge: stats.Gauge) => void")
		return func(c *spec.Call) (*stats.Gauge, error) {
			s, o, err := metricOptions(c, name, labels)
			if err != nil {
				return nil, err
			}
			f, err := collect.Of(c)
			if err != nil {
				return nil, err
			}
			if f != nil {
				o.OnCollect = func(g *stats.Gauge) error {
					_, err := f.Call(nil, g)
					return err
				}
			}
			return registryOf(c.Engine).Gauge(s, o)
		}
	})
	declareMetric(d, func(m *stats.Gauge) any { return m.Metric().Value() }, func(m *stats.Metric) *stats.Gauge { return (*stats.Gauge)(m) })
	declareChange(d, "increase", "Adds a number.", 1, false, (*stats.Gauge).Increase)
	declareChange(d, "decrease", "Subtracts a number.", 1, false, (*stats.Gauge).Decrease)
	declareChange(d, "set", "Sets the gauge.", 0, true, (*stats.Gauge).Set)
}

func declareHistogram() {
	d := histogramClass
	d.Constructor("Makes a histogram.", func(m *spec.Method) func(*spec.Call) (*stats.Histogram, error) {
		name := spec.In[string](m, "name", docMetricName)
		buckets := spec.In[event.Object](m, "buckets", "The upper limits of the buckets, which count samples up to them.")
		described(m, "number[]")
		labels := spec.InOpt[[]string](m, "labels", nil, docLabels)
		return func(c *spec.Call) (*stats.Histogram, error) {
			s, o, err := metricOptions(c, name, labels)
			if err != nil {
				return nil, err
			}
			list, err := buckets.Of(c)
			if err != nil {
				return nil, err
			}
			items, ok := list.Elements()
			if !ok {
				return nil, wrong("buckets", "an array of numbers", list)
			}
			limits, err := numbersOf("buckets", items)
			if err != nil {
				return nil, err
			}
			return registryOf(c.Engine).Histogram(s, limits, o)
		}
	})
	declareMetric(d, histogramValue, func(m *stats.Metric) *stats.Histogram { return (*stats.Histogram)(m) })
	declareChange(d, "observe", "Counts a sample.", 0, true, (*stats.Histogram).Observe)
	d.Prop("percentile", "algo.Percentile", "Estimates below which value a share of the samples lies.", func(h *stats.Histogram) any {
		return algo.PercentileOf(h.Buckets())
	})
}

func histogramValue(h *stats.Histogram) any {
	_, counts := h.Buckets()
	list := make([]any, 0, len(counts)+2)
	for _, n := range counts {
		list = append(list, float64(n))
	}
	return append(list, float64(h.Count()), h.Sum())
}
