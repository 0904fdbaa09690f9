package api

import (
	"pipy/pipy/algo"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

var sharedMapClass = spec.NewClass[*algo.SharedMap]("algo.SharedMap", "A map that all workers of the process see, and all versions of a codebase. Keys are strings; values are copied: functions and objects of classes other than Data become undefined.")

// The forms in which a SharedMap has what belongs to one worker elsewhere.
type (
	sharedData   []byte
	sharedArray  []any
	sharedObject struct {
		names  []string
		values []any
	}
)

// maxSharedDepth is how deep values are copied; what is deeper becomes
// undefined. So cycles end.
const maxSharedDepth = 100

// sharedCopy returns a copy of a value that no worker owns.
func sharedCopy(v any, depth int) any {
	switch v := v.(type) {
	case bool, float64, string, NullValue:
		return v
	case *event.Data:
		return sharedData(v.AppendTo(nil))
	case event.Object:
		if depth == maxSharedDepth {
			return nil
		}
		if items, ok := elements(v); ok {
			list := make(sharedArray, len(items))
			for i, item := range items {
				list[i] = sharedCopy(item, depth+1)
			}
			return list
		}
		o := &sharedObject{}
		members(v, func(name string, value any) {
			o.names = append(o.names, name)
			o.values = append(o.values, sharedCopy(value, depth+1))
		})
		return o
	}
	return nil
}

// ownCopy returns a copy of a shared value that belongs to an engine.
func ownCopy(e spec.Engine, v any) any {
	switch v := v.(type) {
	case sharedData:
		return event.NewData(v)
	case sharedArray:
		return e.NewArray(ownCopies(e, v))
	case *sharedObject:
		return e.NewObject(v.names, ownCopies(e, v.values))
	}
	return v
}

func ownCopies(e spec.Engine, list []any) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = ownCopy(e, v)
	}
	return values
}

func init() {
	d := sharedMapClass
	d.Constructor("Opens the map of a name. It is made when it is opened for the first time, and stays as long as the process.", func(m *spec.Method) func(*spec.Call) (*algo.SharedMap, error) {
		name := spec.In[string](m, "name", "The name.")
		return func(c *spec.Call) (*algo.SharedMap, error) {
			s, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return algo.OpenSharedMap(s), nil
		}
	})
	d.Prop("size", "number", "The number of entries.", func(m *algo.SharedMap) any { return m.Size() })
	d.Method("clear", "void", "Removes all entries.", func(*spec.Method) func(*algo.SharedMap, *spec.Call) (any, error) {
		return func(m *algo.SharedMap, _ *spec.Call) (any, error) {
			m.Clear()
			return nil, nil
		}
	})
	keyed := func(name, returns, doc string, more func(m *spec.Method), call func(m *algo.SharedMap, key string, c *spec.Call) (any, error)) {
		d.Method(name, returns, doc, func(m *spec.Method) func(*algo.SharedMap, *spec.Call) (any, error) {
			key := spec.In[string](m, "key", "The key.")
			if more != nil {
				more(m)
			}
			return func(m *algo.SharedMap, c *spec.Call) (any, error) {
				k, err := key.Of(c)
				if err != nil {
					return nil, err
				}
				return call(m, k, c)
			}
		})
	}
	keyed("has", "boolean", "Tells whether there is an entry.", nil, func(m *algo.SharedMap, key string, _ *spec.Call) (any, error) { return m.Has(key), nil })
	keyed("delete", "boolean", "Removes an entry and tells whether there was one.", nil, func(m *algo.SharedMap, key string, _ *spec.Call) (any, error) { return m.Delete(key), nil })
	keyed("get", "any", "Returns a copy of the value of a key; undefined when there is none.", nil, func(m *algo.SharedMap, key string, c *spec.Call) (any, error) {
		v, _ := m.Get(key)
		return ownCopy(c.Engine, v), nil
	})
	keyed("set", "void", "Stores a copy of a value.", func(m *spec.Method) { spec.In[any](m, "value", "The value.") }, func(m *algo.SharedMap, key string, c *spec.Call) (any, error) {
		m.Set(key, sharedCopy(argument(c, 1), 0))
		return nil, nil
	})
	count := func(name, doc string, change func(m *algo.SharedMap, key string, n float64) float64) {
		var number spec.Input[float64]
		declare := func(m *spec.Method) { number = spec.In[float64](m, "number", "The number.") }
		keyed(name, "number", doc, declare, func(m *algo.SharedMap, key string, c *spec.Call) (any, error) {
			n, err := number.Of(c)
			if err != nil {
				return nil, err
			}
			return change(m, key, n), nil
		})
	}
	count("add", "Adds to a number in one step and returns the sum; NaN when there is no number.", (*algo.SharedMap).Add)
	count("sub", "Subtracts from a number in one step and returns the difference; NaN when there is no number.", (*algo.SharedMap).Sub)
}
