package filters

import (
	"fmt"

	"pipy/pipy/codec/resp"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docRESPValues = `simple strings are strings, errors are Error objects, integers
are numbers (BigInt beyond 2^53), bulk strings are Data, and arrays are arrays; null
stands for the bulk string and the array that do not exist`

var _ = declare(Decl[struct{}]{
	Name: "decodeRESP",
	Doc: `decodes values of the Redis protocol (RESP2)

Each value becomes a message: its body is the bytes that it was read from, and the
payload of its MessageEnd is the value. ` + "In values, " + docRESPValues + "." + docDecodeErrors,
	In: Bytes, Out: Messages,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &decodeBytes{Stage: s, dec: resp.NewDecoder(func(v any, raw *event.Data) {
				s.Output(&event.MessageStart{})
				s.Output(raw)
				s.Output(&event.MessageEnd{Payload: fromRESP(v)})
			})}
		}, nil
	},
})

var _ = declare(Decl[struct{}]{
	Name: "encodeRESP",
	Doc: `encodes values of the Redis protocol (RESP2)

The payload of each message is the value. ` + "In values, " + docRESPValues + `. A number is
cut off to an integer; what has no form of its own becomes a simple string. Bodies do
not count.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return newEncodeMessages(s, func(_ *encodeMessages, m *event.Message) (*event.Data, error) {
				d := &event.Data{}
				m.Body.Release()
				return d, resp.Append(d, toRESP(m.Payload))
			})
		}, nil
	},
})

// fromRESP returns the script's form of a value.
func fromRESP(v any) any {
	switch v := v.(type) {
	case int64:
		return integer(v)
	case []any:
		for i, item := range v {
			v[i] = fromRESP(item)
		}
	}
	return v
}

// toRESP returns the codec's form of a script's value.
func toRESP(v any) any {
	switch v := v.(type) {
	case nil, *event.Data, resp.Error:
		return v
	case error:
		return resp.Error(v.Error())
	case float64:
		return int64(v)
	case []any:
		return toRESP(items(v))
	case event.Object:
		list, ok := v.Elements()
		if !ok {
			if text, isError := messageOfError(v); isError {
				return resp.Error(text)
			}
			return spec.Show(v)
		}
		values := make([]any, len(list))
		for i, item := range list {
			values[i] = toRESP(item)
		}
		return values
	}
	if n, ok := anyInteger(v); ok {
		if _, isText := v.(string); !isText {
			return n
		}
	}
	return fmt.Sprint(v)
}

// messageOfError returns the message of a script's Error.
func messageOfError(o event.Object) (string, bool) {
	if d, ok := o.(interface{ Describe() (string, bool) }); ok {
		if _, ok := d.Describe(); ok {
			text, ok := o.Get("message").(string)
			return text, ok
		}
	}
	return "", false
}
