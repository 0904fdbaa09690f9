package api

import (
	"os"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("", "Global functions.")
	ns.Function("repeat", "any", "Calls a function with 0, 1 and so on, or with each element of an array and its index, until the result is false or nothing is left. Returns the last result.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.In[any](m, "count", "How often at most, or an array of what to call the function with; it may be left out.")
		described(m, "number | any[] | ((index: number) => any)")
		spec.InOpt[spec.Func](m, "callback", nil, "The function.")
		return func(c *spec.Call) (any, error) { return repeat(c.Args.At(0), c.Args.At(1)) }
	})
	declareChoices(ns)
	ns.Function("print", "void", "Writes to standard output. "+docValues, printer(""))
	ns.Function("println", "void", "Writes a line to standard output. "+docValues, printer("\n"))
}

func printer(end string) func(m *spec.Method) func(*spec.Call) (any, error) {
	return func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.RestField(m, "values", "any[]", "What to write, joined by blanks.")
		return func(c *spec.Call) (any, error) {
			_, err := os.Stdout.WriteString(Line(c) + end)
			return nil, err
		}
	}
}

// repeat calls a function until it returns what scripts take for false. Over an
// array, or with a number of times, no result goes on.
func repeat(over, callback any) (any, error) {
	if f, ok := over.(spec.Func); ok {
		for i := 0; ; i++ {
			v, err := f.Call(nil, i)
			if err != nil || !truthy(v) {
				return v, err
			}
		}
	}
	f, ok := callback.(spec.Func)
	if !ok {
		return nil, wrong("callback", "a function", callback)
	}
	switch over := over.(type) {
	case float64:
		return times(int(over), func(i int) (any, error) { return f.Call(nil, i) })
	case event.Object:
		if items, ok := over.Elements(); ok {
			return times(len(items), func(i int) (any, error) { return f.Call(nil, items[i], i) })
		}
	}
	return nil, wrong("count", "a number, an array or a function", over)
}

func times(n int, call func(i int) (any, error)) (last any, err error) {
	for i := range n {
		last, err = call(i)
		if err != nil || last != nil && !truthy(last) {
			break
		}
	}
	return last, err
}
