package api

import (
	"strconv"
	"strings"

	"pipy/pipy/spec"
)

// declareChoices declares the functions that stand for statements where only an
// expression may be.
func declareChoices(ns *spec.Class) {
	ns.Function("invoke", "any", "Calls a function and returns its result. When it throws, the result is that of the catcher.", func(m *spec.Method) func(*spec.Call) (any, error) {
		function := spec.In[spec.Func](m, "function", "The function.")
		catcher := spec.InOpt[spec.Func](m, "catcher", nil, "Called with what was thrown. Without one the error goes on.")
		described(m, "(error: any) => any")
		return func(c *spec.Call) (any, error) {
			f, err := function.Of(c)
			if err != nil {
				return nil, err
			}
			rescue, err := catcher.Of(c)
			if err != nil {
				return nil, err
			}
			v, err := f.Call(nil)
			if err != nil && rescue != nil {
				return rescue.Call(nil, err)
			}
			return v, err
		}
	})
	ns.Function("branch", "any", "Returns the value behind the first condition that holds. Conditions and values that are functions are called, but only those that count.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.RestField(m, "choices", "any[]", "A condition, its value, and so on; at last, a value for when no condition holds.")
		return func(c *spec.Call) (any, error) {
			return choose(c, 0, func(v any) bool { return truthy(plain(v)) })
		}
	})
	ns.Function("select", "any", "Returns the value behind the first case that equals the subject, in the sense of ==: 1 equals \"1\". Subject, cases and values that are functions are called, but only those that count.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.In[any](m, "subject", "What to compare with.")
		spec.RestField(m, "choices", "any[]", "A case, its value, and so on; at last, a value for when no case is equal.")
		return func(c *spec.Call) (any, error) {
			subject := argument(c, 0)
			if f, ok := subject.(spec.Func); ok {
				var err error
				if subject, err = f.Call(nil); err != nil {
					return nil, err
				}
			}
			return choose(c, 1, func(v any) bool { return looselyEqual(v, subject) })
		}
	})
}

// choose goes through pairs of arguments from the i-th on, and returns the value
// of the first that holds, or a single one at the end.
func choose(c *spec.Call, i int, holds func(v any) bool) (any, error) {
	for ; i+1 < c.Args.Len(); i += 2 {
		v := argument(c, i)
		if f, ok := v.(spec.Func); ok {
			var err error
			if v, err = f.Call(nil); err != nil {
				return nil, err
			}
		}
		if holds(v) {
			return evaluated(c, i+1)
		}
	}
	if i < c.Args.Len() {
		return evaluated(c, i)
	}
	return nil, nil
}

// looselyEqual compares as == does in scripts, but for objects, which equal
// themselves only.
func looselyEqual(a, b any) bool {
	if isNothing(a) || isNothing(b) {
		return isNothing(a) && isNothing(b)
	}
	if a == b {
		return true
	}
	x, ok := primitiveNumber(a)
	y, ok2 := primitiveNumber(b)
	_, text := a.(string)
	_, text2 := b.(string)
	return ok && ok2 && !(text && text2) && x == y
}

func isNothing(v any) bool { return v == nil || v == Null }

// primitiveNumber returns the number that == takes a primitive value for.
func primitiveNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		v = strings.TrimSpace(v)
		if v == "" {
			return 0, true
		}
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}

// evaluated returns an argument, or the result of the function that it is.
func evaluated(c *spec.Call, i int) (any, error) {
	if f, ok := c.Args.At(i).(spec.Func); ok {
		return f.Call(nil)
	}
	return kept(c, i), nil
}
