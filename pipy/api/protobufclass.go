package api

import (
	"cmp"

	"google.golang.org/protobuf/encoding/protowire"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// fieldMethod declares a method whose first argument is the number of a field;
// declare adds the others.
func fieldMethod(d spec.Declaration[*protoMessage], name, returns, doc string, declare func(m *spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error)) {
	d.Method(name, returns, doc, func(m *spec.Method) func(*protoMessage, *spec.Call) (any, error) {
		number := spec.In[int](m, "field", "The number of the field.")
		call := declare(m)
		return func(p *protoMessage, c *spec.Call) (any, error) {
			n, err := number.Of(c)
			if err != nil {
				return nil, err
			}
			if !protowire.Number(n).IsValid() {
				return nil, wrong("field", "a number from 1 to 536870911", float64(n))
			}
			return call(p, protowire.Number(n), c)
		}
	})
}

// protoDocs are what the documentation of a type's methods ends with.
type protoDocs struct{ get, getArray, setArray string }

var (
	docProtoNumber = protoDocs{"", ", packed or not", "; it is packed"}
	docProtoBytes  = protoDocs{". It throws if that is not valid", ". It throws if one is not valid", ""}
)

// declareProto declares the methods that get and set fields of a type.
func declareProto(d spec.Declaration[*protoMessage], t protoType, name, script string, docs protoDocs) {
	fieldMethod(d, "get"+name, script+" | undefined", "Returns the last value of a field of this type"+docs.get+".", func(*spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error) {
		return func(p *protoMessage, n protowire.Number, _ *spec.Call) (any, error) {
			list, err := t.all(p, n)
			if len(list) == 0 {
				return nil, err
			}
			return list[len(list)-1], err
		}
	})
	fieldMethod(d, "get"+name+"Array", script+"[]", "Returns all values of a repeated field of this type"+docs.getArray+".", func(*spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error) {
		return func(p *protoMessage, n protowire.Number, c *spec.Call) (any, error) {
			list, err := t.all(p, n)
			return c.Engine.NewArray(list), err
		}
	})
	fieldMethod(d, "set"+name, "protobuf.Message", "Sets a field of this type.", func(m *spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error) {
		value := spec.In[any](m, "value", "The value.")
		described(m, script)
		return func(p *protoMessage, n protowire.Number, c *spec.Call) (any, error) {
			v, _ := value.Of(c)
			f, err := t.field(n, v)
			if err == nil {
				p.set(n, []protoField{f})
			}
			return p, err
		}
	})
	fieldMethod(d, "set"+name+"Array", "protobuf.Message", "Sets a repeated field of this type"+docs.setArray+".", func(m *spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error) {
		values := spec.In[[]any](m, "values", "The values.")
		described(m, script+"[]")
		return func(p *protoMessage, n protowire.Number, c *spec.Call) (any, error) {
			list, err := values.Of(c)
			if err != nil {
				return nil, err
			}
			fields, err := t.array(n, list)
			if err == nil {
				p.set(n, fields)
			}
			return p, err
		}
	})
}

func init() {
	d := spec.NewClass[*protoMessage]("protobuf.Message", "A message of Protocol Buffers without its schema. Integers of 64 bits are numbers, or BigInt beyond 2^53; to set one beyond, a string of digits does.")
	d.Constructor("Makes an empty message.", func(*spec.Method) func(*spec.Call) (*protoMessage, error) {
		return func(*spec.Call) (*protoMessage, error) { return &protoMessage{}, nil }
	})
	fieldMethod(d, "getWireType", "string", `Returns how the last field of a number is written: "VARINT", "I32", "I64", "LEN", or "" when there is none.`, func(*spec.Method) func(*protoMessage, protowire.Number, *spec.Call) (any, error) {
		return func(p *protoMessage, n protowire.Number, _ *spec.Call) (any, error) {
			kind := ""
			for _, f := range p.fields {
				if f.number == n {
					kind = protoKinds[f.kind]
				}
			}
			return kind, nil
		}
	})
	for _, t := range protoNumbers {
		declareProto(d, &t, t.name, cmp.Or(t.script, "number"), docProtoNumber)
	}
	for _, t := range protoBytes {
		declareProto(d, &t, t.name, t.script, docProtoBytes)
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
