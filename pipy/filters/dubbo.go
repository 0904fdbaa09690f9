package filters

import (
	"fmt"
	"strconv"

	"pipy/pipy/codec/dubbo"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docDubbo = `

The head of a message has requestID, a number (a BigInt beyond 2^53), and id, the
same in a string; isRequest, isTwoWay and isEvent; serializationType, 2 for Hessian 2;
and status, 20 for OK. The body stays as it is: see the class Hessian.`

type decodeDubboOptions struct{ maxSize spec.Size }

var _ = declare(Decl[decodeDubboOptions]{
	Name: "decodeDubbo",
	Doc:  "decodes frames of the Dubbo protocol" + docDubbo + docDecodeErrors,
	In:   Bytes, Out: Messages,
	Params: func(p *spec.Params, o *decodeDubboOptions) {
		spec.Opt(p, &o.maxSize, "maxBodySize", 0, "Bytes that a body may have. 0 means any.")
	},
	Build: func(o *decodeDubboOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &decodeBytes{Stage: s, dec: dubbo.NewDecoder(int64(o.maxSize), func(evt event.Event) {
				if start, ok := evt.(*event.MessageStart); ok {
					evt = &event.MessageStart{Head: fromDubbo(start.Head.(dubbo.Head))}
				}
				s.Output(evt)
			})}
		}, nil
	},
})

var dubboHead = []string{"id", "requestID", "isRequest", "isTwoWay", "isEvent", "serializationType", "status"}

func fromDubbo(h dubbo.Head) *Record {
	return record(dubboHead, []any{
		strconv.FormatInt(h.ID, 10), integer(h.ID), h.Request, h.TwoWay, h.Event, number(h.Serialization), number(h.Status),
	})
}

type encodeDubboOptions struct{ head any }

var _ = declare(Decl[encodeDubboOptions]{
	Name: "encodeDubbo",
	Doc: "encodes frames of the Dubbo protocol" + docDubbo + `

What is missing in the head is a number that counts up from 0 for the ID, true for
isRequest and isTwoWay, false for isEvent, 2 for serializationType and 0 for status.
Where both IDs are there, requestID counts.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Params: func(p *spec.Params, o *encodeDubboOptions) {
		spec.Arg(p, &o.head, "head", any(nil), "The head to use instead of those of the messages, or a function that returns it, called for each message.")
		typedOption(p, "", "object | (() => object)")
	},
	Build: func(o *encodeDubboOptions) (pipeline.New, error) {
		switch o.head.(type) {
		case nil, spec.Func, event.Object:
		default:
			return nil, wrongArgument("head", "an object or a function", o.head)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			return newEncodeMessages(s, func(f *encodeMessages, m *event.Message) (*event.Data, error) {
				v := o.head
				if fn, ok := v.(spec.Func); ok {
					var err error
					if v, err = fn.Call(f.Context()); err != nil {
						return nil, err
					}
				}
				if v == nil {
					v = m.Head
				}
				h, err := toDubbo(objectOf(v), f.count)
				if err != nil {
					return nil, err
				}
				if m.Body.Len() > 1<<31-1 {
					return nil, fmt.Errorf("want a body of less than 2 GB, got %d bytes", m.Body.Len())
				}
				return dubbo.Encode(h, m.Body), nil
			})
		}, nil
	},
})

func toDubbo(o event.Object, next int64) (h dubbo.Head, err error) {
	v := o.Get("requestID")
	if v == nil {
		v = o.Get("id")
	}
	h.ID = next
	if v != nil {
		if h.ID, err = integerOf("requestID", v, -1<<63, 1<<63-1); err != nil {
			return h, err
		}
	}
	status, err := member(o, "status", 0, 0, 255)
	if err != nil {
		return h, err
	}
	serialization, err := member(o, "serializationType", 2, 0, 31)
	h.Status, h.Serialization = int(status), int(serialization)
	h.Request, h.TwoWay, h.Event = flag(o, "isRequest", true), flag(o, "isTwoWay", true), flag(o, "isEvent", false)
	return h, err
}
