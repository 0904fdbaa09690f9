package filters

import (
	"fmt"

	"pipy/pipy/codec/netlink"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

const docNetlink = `

The head of a message has type, flags, seq and pid, all numbers: type and flags up
to 65535, seq and pid, which is 0 for the kernel, up to 4294967295. The body is what
follows the header of 16 bytes. What the types mean, and what is in the body,
depends on the family of the socket: see netlink(7) and rtnetlink(7).`

var _ = declare(Decl[struct{}]{
	Name: "decodeNetlink",
	Doc:  "decodes messages of netlink, as connect receives them with that protocol" + docNetlink + docDecodeErrors,
	In:   Bytes, Out: Messages,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &decodeBytes{Stage: s, dec: netlink.NewDecoder(func(evt event.Event) {
				if start, ok := evt.(*event.MessageStart); ok {
					evt = &event.MessageStart{Head: fromNetlink(start.Head.(netlink.Head))}
				}
				s.Output(evt)
			})}
		}, nil
	},
})

var netlinkHead = []string{"type", "flags", "seq", "pid"}

func fromNetlink(h netlink.Head) *Record {
	return record(netlinkHead, []any{number(int(h.Type)), number(int(h.Flags)), float64(h.Seq), float64(h.PID)})
}

var _ = declare(Decl[struct{}]{
	Name: "encodeNetlink",
	Doc: "encodes messages of netlink, for connect with that protocol" + docNetlink + `

What is missing in the head is 0.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return newEncodeMessages(s, func(_ *encodeMessages, m *event.Message) (*event.Data, error) {
				h, err := toNetlink(objectOf(m.Head))
				if err != nil {
					return nil, err
				}
				if m.Body.Len() >= 1<<31 {
					return nil, fmt.Errorf("want a body of less than 2 GB, got %d bytes", m.Body.Len())
				}
				return netlink.Encode(h, m.Body), nil
			})
		}, nil
	},
})

func toNetlink(o event.Object) (h netlink.Head, err error) {
	var n [4]int64
	for i, name := range netlinkHead {
		low, high := int64(0), int64(1<<16-1)
		if i > 1 {
			low, high = -1<<31, 1<<32-1
		}
		if n[i], err = member(o, name, 0, low, high); err != nil {
			return h, fmt.Errorf("head.%w", err)
		}
	}
	return netlink.Head{Type: uint16(n[0]), Flags: uint16(n[1]), Seq: uint32(n[2]), PID: uint32(n[3])}, nil
}
