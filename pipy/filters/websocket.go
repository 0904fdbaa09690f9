package filters

import (
	"encoding/binary"
	"errors"

	"pipy/pipy/codec/websocket"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type webSocketOptions struct {
	role       string
	maxMessage spec.Size
	utf8       bool
}

func (o *webSocketOptions) options(p *spec.Params, docRole string) {
	spec.Opt(p, &o.role, "role", "", docRole).OneOf("", "server", "client")
	spec.Opt(p, &o.maxMessage, "maxMessageSize", 16<<20, "Bytes that a message may have. 0 means any.")
	spec.Opt(p, &o.utf8, "utf8", true, "Whether text has to be valid UTF-8.")
}

func (o *webSocketOptions) settled() websocket.Options {
	roles := map[string]websocket.Role{"server": websocket.Server, "client": websocket.Client}
	return websocket.Options{Role: roles[o.role], MaxMessage: int64(o.maxMessage), AnyText: !o.utf8}
}

const docOpcodes = "text (1), binary (2), close (8), ping (9) or pong (10)"

var _ = declare(Decl[webSocketOptions]{
	Name: "decodeWebSocket",
	Doc: `decodes WebSocket frames (RFC 6455)

Each message has the head { opcode, masked }, where opcode is ` + docOpcodes + `.
A message of one frame passes as it comes; one of several frames when it is
complete, because a ping or a close, which are messages of their own, may come
between its frames. Ping and close are not answered. What comes after a close is
ignored.

A violation of the protocol ends the stream with ProtocolError.`,
	In: Bytes, Out: Messages,
	Params: func(p *spec.Params, o *webSocketOptions) {
		o.options(p, "Who reads: a server takes masked frames only, and a client only those that are not masked. If not given, both are taken.")
	},
	Build: func(o *webSocketOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			dec := websocket.NewDecoder(o.settled(), s.Loop().Arena(), func(evt event.Event) {
				if start, ok := evt.(*event.MessageStart); ok {
					h := start.Head.(*websocket.Head)
					evt = &event.MessageStart{Head: record(webSocketHead, []any{number(h.Opcode), h.Masked})}
				}
				s.Output(evt)
			})
			return &decodeBytes{Stage: s, dec: dec}
		}, nil
	},
})

var webSocketHead = []string{"opcode", "masked"}

var _ = declare(Decl[webSocketOptions]{
	Name: "encodeWebSocket",
	Doc: `encodes messages as WebSocket frames (RFC 6455)

The head of a message is { opcode, masked }: opcode is ` + docOpcodes + `, 1 if it is
missing; masked tells whether to mask the payload, as clients have to. A body of
more than 16k is sent in several frames. The frames come between the MessageStart
and the MessageEnd.

When the program is about to end, a close with the code 1001 is sent after the
message at hand, and the stream ends.`,
	In: Messages, Out: Bytes,
	Params: func(p *spec.Params, o *webSocketOptions) {
		o.options(p, "Who writes: a client masks all frames, a server none. If not given, heads decide.")
	},
	Build: func(o *webSocketOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &encodeWebSocket{Stage: s}
			f.enc = websocket.NewEncoder(o.settled(), s.Loop().Arena(), func(d *event.Data) { s.Output(d) })
			return f
		}, nil
	},
})

type encodeWebSocket struct {
	*pipeline.Stage
	enc    *websocket.Encoder
	open   bool // inside a message
	last   bool // the last message was sent
	masked bool // the peer wants frames to be masked
	stop   bool // end after this message
}

func (f *encodeWebSocket) Process(evt event.Event) {
	if f.last {
		if _, ok := evt.(*event.StreamEnd); !ok {
			dropEvent(evt)
		}
		return
	}
	var err error
	switch evt := evt.(type) {
	case *event.MessageStart:
		err = f.begin(evt)
	case *event.Data:
		switch {
		case evt.Len() == 0:
			f.Output(evt)
		case f.open:
			err = f.enc.Data(evt)
		default:
			evt.Release()
		}
	case *event.MessageEnd:
		if f.open {
			err = f.end(evt)
		}
	case *event.StreamEnd:
		f.Output(evt)
	}
	if err != nil {
		f.Fail(err)
	}
}

func (f *encodeWebSocket) begin(start *event.MessageStart) error {
	head := objectOf(start.Head)
	opcode, err := member(head, "opcode", websocket.Text, 1, websocket.Pong)
	if err != nil {
		return err
	}
	f.masked = flag(head, "masked", false)
	if err := f.enc.Start(websocket.Head{Opcode: int(opcode), Masked: f.masked}); err != nil {
		return err
	}
	f.open = true
	f.Output(start)
	return nil
}

func (f *encodeWebSocket) end(end *event.MessageEnd) error {
	f.open = false
	if err := f.enc.End(); err != nil {
		var e *websocket.Error
		if errors.As(err, &e) {
			return &event.Failure{Name: event.ProtocolError, Cause: err}
		}
		return err
	}
	f.Output(end)
	if f.stop {
		f.goAway()
	}
	return nil
}

// Stop ends the stream after the message at hand, when the whole process is
// about to end.
func (f *encodeWebSocket) Stop() {
	if !f.Program().Closing() || f.last {
		return
	}
	f.stop = true
	if !f.open {
		f.goAway()
	}
}

// goAway says goodbye (RFC 6455, 7.4.1).
func (f *encodeWebSocket) goAway() {
	f.last = true
	if f.enc.Start(websocket.Head{Opcode: websocket.Close, Masked: f.masked}) == nil {
		code := binary.BigEndian.AppendUint16(nil, websocket.GoingAway)
		if f.enc.Data(event.NewData(code)) == nil {
			_ = f.enc.End() // of a payload that is valid
		}
	}
	f.Output(event.EndStream)
}

// Reset makes the filter ready for another stream.
func (f *encodeWebSocket) Reset() {
	f.enc.Reset()
	f.open, f.last, f.masked, f.stop = false, false, false, false
}
