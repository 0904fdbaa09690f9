package script

import (
	"errors"

	"github.com/dop251/goja"
)

// idle is a native function that does nothing; calling it from outside of all
// scripts runs the pending reactions of promises.
func (e *Engine) idle() (goja.Value, error) {
	if e.nothing == nil {
		e.nothing, _ = goja.AssertFunction(e.rt.ToValue(func(goja.FunctionCall) goja.Value { return nil }))
	}
	return e.nothing(goja.Undefined())
}

// bindThen lets then() take a value for a function that returns it: scripts write
// `new Timeout(1).wait().then(true)`.
func (e *Engine) bindThen() {
	proto := e.rt.GlobalObject().Get("Promise").ToObject(e.rt).Get("prototype").ToObject(e.rt)
	then, _ := goja.AssertFunction(proto.Get("then"))
	_ = proto.DefineDataProperty("then", e.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		if v := c.Argument(0); !goja.IsUndefined(v) && !goja.IsNull(v) {
			if _, isFunc := goja.AssertFunction(v); !isFunc {
				c.Arguments[0] = e.rt.ToValue(func(goja.FunctionCall) goja.Value { return v })
			}
		}
		result, err := then(c.This, c.Arguments...)
		e.must(err)
		return result
	}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// bindHelpers defines what rewritten programs call.
func (e *Engine) bindHelpers() {
	set := func(name string, f func(goja.FunctionCall) goja.Value) {
		_ = e.rt.GlobalObject().DefineDataProperty(name, e.rt.ToValue(f), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	}
	set(countName, func(c goja.FunctionCall) goja.Value {
		o, key := c.Argument(0).ToObject(e.rt), c.Argument(1).String()
		old := o.Get(key)
		step := c.Argument(2).ToInteger()
		if old == nil || goja.IsUndefined(old) {
			now := e.rt.ToValue(step)
			e.must(o.Set(key, now))
			if c.Argument(3).ToInteger() == 1 {
				return goja.Undefined()
			}
			return now
		}
		before := old.ToNumber()
		now := e.plus(before, step)
		e.must(o.Set(key, now))
		if c.Argument(3).ToInteger() == 1 {
			return before
		}
		return now
	})
	set(plusName, func(c goja.FunctionCall) goja.Value { return e.sum(c.Argument(0), c.Argument(1), 1) })
	set(minusName, func(c goja.FunctionCall) goja.Value { return e.sum(c.Argument(0), c.Argument(1), -1) })
	set(addName, func(c goja.FunctionCall) goja.Value {
		o, key := c.Argument(0).ToObject(e.rt), c.Argument(1).String()
		old := o.Get(key)
		thunk, _ := goja.AssertFunction(c.Argument(2))
		v, err := thunk(goja.Undefined())
		e.must(err)
		now := e.sum(old, v, c.Argument(3).ToInteger())
		e.must(o.Set(key, now))
		return now
	})
	set(arrayName, func(c goja.FunctionCall) goja.Value {
		n, ok := c.Argument(0).Export().(int64)
		if !ok {
			return e.rt.NewArray(c.Argument(0))
		}
		if n < 0 || n > maxArray {
			panic(e.rt.NewTypeError("new Array: want a length from 0 to %d, got %d", maxArray, n))
		}
		items := make([]any, n)
		for i := range items {
			items[i] = goja.Undefined()
		}
		return e.rt.NewArray(items...)
	})
}

// maxArray bounds the arrays that `new Array(n)` fills.
const maxArray = 1 << 24

// must throws an error that a native function met.
func (e *Engine) must(err error) {
	if err != nil {
		failed := e.failure(err)
		if overran := (*Error)(nil); errors.As(failed, &overran) && overran.overrun != nil {
			panic(overran.overrun.stopped)
		}
		panic(e.thrown(failed))
	}
}

// sum is a + b, or a - b for a negative sign, where a missing a counts as 0 when
// b is a number.
func (e *Engine) sum(a, b goja.Value, sign int64) goja.Value {
	_, isObject := b.(*goja.Object)
	missing := a == nil || goja.IsUndefined(a)
	if missing && !isObject && isNumber(b) {
		a = e.rt.ToValue(0)
	}
	if a == nil {
		a = goja.Undefined()
	}
	if sign < 0 {
		return e.rt.ToValue(a.ToFloat() - b.ToFloat())
	}
	if isNumber(a) && isNumber(b) {
		return e.numbers(a, b)
	}
	v, err := e.add(a, b)
	e.must(err)
	return v
}

func (e *Engine) numbers(a, b goja.Value) goja.Value {
	if x, ok := a.Export().(int64); ok {
		return e.plus(b, x)
	}
	return e.rt.ToValue(a.ToFloat() + b.ToFloat())
}

// plus adds an integer to a number.
func (e *Engine) plus(a goja.Value, n int64) goja.Value {
	if x, ok := a.Export().(int64); ok {
		return e.rt.ToValue(x + n)
	}
	return e.rt.ToValue(a.ToFloat() + float64(n))
}

func isNumber(v goja.Value) bool {
	if v == nil {
		return false
	}
	switch v.Export().(type) {
	case int64, float64:
		_, object := v.(*goja.Object)
		return !object
	}
	return false
}

// add is the language's own +.
func (e *Engine) add(a, b goja.Value) (goja.Value, error) {
	if e.adder == nil {
		e.adder, _ = goja.AssertFunction(e.rt.ToValue(mustRun(e.rt, "(a, b) => a + b")))
	}
	return e.adder(goja.Undefined(), a, b)
}

func mustRun(rt *goja.Runtime, source string) goja.Value {
	v, err := rt.RunString(source)
	if err != nil {
		panic("script: " + err.Error())
	}
	return v
}
