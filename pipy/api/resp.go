package api

import (
	"fmt"
	"math/big"

	"pipy/pipy/codec/resp"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("RESP", "Reads and writes values of the Redis protocol (RESP2). Simple strings are strings, errors are Error objects, integers are numbers (a BigInt beyond 2^53), bulk strings are Data, arrays are arrays; null stands for the bulk string and the array that do not exist.")
	ns.Function("decode", "any[]", "Returns the values in a Data. It throws if they are not valid, or not complete.", func(m *spec.Method) func(*spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes.")
		return func(c *spec.Call) (any, error) {
			d, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			list := []any{}
			dec := resp.NewDecoder(func(v any, raw *event.Data) {
				raw.Release()
				list = append(list, fromRESP(c.Engine, v))
			})
			if err := dec.Feed(d.Clone()); err != nil {
				return nil, err
			}
			return c.Engine.NewArray(list), dec.End()
		}
	})
	ns.Function("encode", "Data", "Returns a value as bytes. A number is cut off to an integer; what has no form of its own becomes a simple string.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.In[any](m, "value", "The value.")
		return func(c *spec.Call) (any, error) {
			d := &event.Data{}
			return d, resp.Append(d, toRESP(c.Args.At(0)))
		}
	})
}

func fromRESP(e spec.Engine, v any) any {
	switch v := v.(type) {
	case nil:
		return Null
	case int64:
		return integer(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = fromRESP(e, item)
		}
		return e.NewArray(list)
	}
	return v
}

func toRESP(v any) any {
	switch v := v.(type) {
	case nil, NullValue:
		return nil
	case *event.Data:
		return v
	case float64:
		return int64(v)
	case *big.Int:
		return v.Int64()
	case *intValue:
		return int64(v.bits)
	case error:
		return resp.Error(v.Error())
	case event.Object:
		list, ok := v.Elements()
		if !ok {
			text, known := description(v)
			if message, ok := v.Get("message").(string); ok && known {
				return resp.Error(message)
			}
			return text
		}
		values := make([]any, len(list))
		for i, item := range list {
			values[i] = toRESP(item)
		}
		return values
	}
	return fmt.Sprint(v)
}
