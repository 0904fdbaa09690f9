package api

import (
	"google.golang.org/protobuf/encoding/protowire"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// fieldNumber declares the first argument of most methods.
func fieldNumber(m *spec.Method) func(c *spec.Call) (protowire.Number, error) {
	number := spec.In[int](m, "field", "The number of the field.")
	return func(c *spec.Call) (protowire.Number, error) {
		n, err := number.Of(c)
		if err == nil && !protowire.Number(n).IsValid() {
			err = wrong("field", "a number from 1 to 536870911", float64(n))
		}
		return protowire.Number(n), err
	}
}

func declareProtoNumber(d spec.Declaration[*protoMessage], k protoKind) {
	script := k.script
	if script == "" {
		script = "number"
	}
	d.Method("get"+k.name, script+" | undefined", "Returns the last value of a field of this type.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			list := k.all(p, n)
			if len(list) == 0 {
				return nil, err
			}
			return list[len(list)-1], err
		}
	})
	d.Method("get"+k.name+"Array", script+"[]", "Returns all values of a repeated field of this type, packed or not.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			return c.Engine.NewArray(k.all(p, n)), err
		}
	})
	d.Method("set"+k.name, "protobuf.Message", "Sets a field of this type.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		value := spec.In[any](m, "value", "The value.")
		described(m, script)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			v, _ := value.Of(c)
			bits, err := k.bits(v)
			if err == nil {
				p.set(n, []protoField{{number: n, kind: k.wire, bits: bits}})
			}
			return p, err
		}
	})
	d.Method("set"+k.name+"Array", "protobuf.Message", "Sets a repeated field of this type; it is packed.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		values := spec.In[[]any](m, "values", "The values.")
		described(m, script+"[]")
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			list, err := values.Of(c)
			if err != nil {
				return nil, err
			}
			f, err := k.pack(n, list)
			if err == nil {
				p.set(n, []protoField{f})
			}
			return p, err
		}
	})
}

func declareProtoBytes(d spec.Declaration[*protoMessage], name, script string, get func(b []byte) (any, error), put func(v any) ([]byte, error)) {
	all := func(p *protoMessage, n protowire.Number) (list []any, err error) {
		for _, f := range p.fields {
			if f.number == n && f.kind == protowire.BytesType && err == nil {
				var v any
				v, err = get(f.data)
				list = append(list, v)
			}
		}
		return list, err
	}
	d.Method("get"+name, script+" | undefined", "Returns the last value of a field of this type. It throws if that is not valid.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			list, err := all(p, n)
			if len(list) == 0 {
				return nil, err
			}
			return list[len(list)-1], err
		}
	})
	d.Method("get"+name+"Array", script+"[]", "Returns all values of a repeated field of this type. It throws if one is not valid.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			list, err := all(p, n)
			return c.Engine.NewArray(list), err
		}
	})
	d.Method("set"+name, "protobuf.Message", "Sets a field of this type.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		value := spec.In[any](m, "value", "The value.")
		described(m, script)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			v, _ := value.Of(c)
			b, err := put(v)
			if err == nil {
				p.set(n, []protoField{{number: n, kind: protowire.BytesType, data: b}})
			}
			return p, err
		}
	})
	d.Method("set"+name+"Array", "protobuf.Message", "Sets a repeated field of this type.", func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		values := spec.In[[]any](m, "values", "The values.")
		described(m, script+"[]")
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			if err != nil {
				return nil, err
			}
			list, err := values.Of(c)
			if err != nil {
				return nil, err
			}
			var fields []protoField
			for _, v := range list {
				b, err := put(v)
				if err != nil {
					return nil, err
				}
				fields = append(fields, protoField{number: n, kind: protowire.BytesType, data: b})
			}
			p.set(n, fields)
			return p, nil
		}
	})
}

func init() {
	d := spec.NewClass[*protoMessage]("protobuf.Message", "A message of Protocol Buffers without its schema. Integers of 64 bits are numbers, or BigInt beyond 2^53; to set one beyond, a string of digits does.")
	d.Constructor("Makes an empty message.", func(*spec.Method) func(*spec.Call) (*protoMessage, error) {
		return func(*spec.Call) (*protoMessage, error) { return &protoMessage{}, nil }
	})
	d.Method("getWireType", "string", `Returns how the last field of a number is written: "VARINT", "I32", "I64", "LEN", or "" when there is none.`, func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := fieldNumber(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number(c)
			kind := ""
			for _, f := range p.fields {
				if f.number == n {
					kind = protoKinds[f.kind]
				}
			}
			return kind, err
		}
	})
	for _, k := range protoNumbers {
		declareProtoNumber(d, k)
	}
	for _, k := range protoBytes {
		declareProtoBytes(d, k.name, k.script, k.get, k.put)
	}
	ns := spec.NewNamespace("protobuf", "Reads and writes messages of Protocol Buffers without their schema: the type of a field is told by the method that reads it. The order of fields and those that nobody asks for are kept.")
	ns.Function("decode", "protobuf.Message", "Returns the message in a Data. It throws if that is not valid.", func(m *spec.Method) func(*spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes.")
		return func(c *spec.Call) (any, error) {
			d, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			return erase(decodeProto(d.AppendTo(nil)))
		}
	})
	ns.Function("encode", "Data", "Returns a message as bytes.", func(m *spec.Method) func(*spec.Call) (any, error) {
		message := spec.In[*protoMessage](m, "message", "The message.")
		return func(c *spec.Call) (any, error) {
			p, err := message.Of(c)
			if err != nil {
				return nil, err
			}
			return event.NewData(p.encode()), nil
		}
	})
}
