package filters

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/codec/multipart"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

var _ = declare(Decl[struct{}]{
	Name: "decodeMultipart",
	Doc: `takes multipart bodies apart (RFC 2046)

Of a message whose content-type is a multipart type, each part becomes a message
with the head { headers }: names in lower case, those that are repeated with an
array. A part that is multipart itself is taken apart in its place. The head of the
message does not come out. Other messages pass.

A body that ends without its last delimiter, or a header that is not valid, ends
the stream with ProtocolError.`,
	In: Messages, Out: Messages,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &decodeMultipart{Stage: s}
			f.emit = f.part
			return f
		}, nil
	},
})

type decodeMultipart struct {
	*pipeline.Stage
	dec  *multipart.Decoder // of the message at hand; nil for one that passes
	emit func(event.Event)
}

func (f *decodeMultipart) Process(evt event.Event) {
	var err error
	switch e := evt.(type) {
	case *event.MessageStart:
		f.dec = nil
		if b, ok := multipart.Boundary(httphead.Of(e.Head).Header.First("content-type")); ok {
			f.dec = multipart.NewDecoder(b, f.emit)
			return
		}
	case *event.Data:
		if f.dec != nil && e.Len() > 0 {
			if err = f.dec.Feed(e); err == nil {
				return
			}
		}
	case *event.MessageEnd:
		if f.dec != nil {
			if err = f.dec.End(); err == nil {
				f.dec = nil
				return
			}
		}
	}
	if err != nil {
		f.Fail(&event.Failure{Name: event.ProtocolError, Cause: err})
		return
	}
	f.Output(evt)
}

// part passes on what came out, with the head of a part as an object.
func (f *decodeMultipart) part(evt event.Event) {
	if start, ok := evt.(*event.MessageStart); ok {
		headers := &Record{}
		for _, field := range start.Head.(*multipart.Part).Header {
			switch before := headers.Get(field.Name).(type) {
			case nil:
				headers.Set(field.Name, field.Value)
			case items:
				headers.Set(field.Name, append([]any(before), field.Value))
			default:
				headers.Set(field.Name, []any{before, field.Value})
			}
		}
		evt = &event.MessageStart{Head: record([]string{"headers"}, []any{headers})}
	}
	f.Output(evt)
}

// Reset makes the filter ready for another stream.
func (f *decodeMultipart) Reset() { f.dec = nil }
