package filters

import (
	"pipy/pipy/codec/compress"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type decompressHTTPOptions struct {
	decompressLimits
	first  any // a function, or the options
	enable spec.Func
}

var _ = declare(Decl[decompressHTTPOptions]{
	Name: "decompressHTTP",
	Doc: `decompresses the bodies of HTTP messages

What content-encoding says is undone: gzip, deflate, br and zstd, also several of
them in turn. The header is removed with content-length and accept-ranges, and a strong
etag becomes a weak one. Other messages, partial content (206) and answers without
content (204, 304) are left alone.` + docDecompressErrors,
	In: Messages, Out: Messages,
	Params: func(p *spec.Params, o *decompressHTTPOptions) {
		spec.Arg(p, &o.first, "enable", any(nil), "A function that is called with each MessageStart; what is false leaves the message alone. Or the options.")
		typedOption(p, "", "(evt: MessageStart) => boolean")
		o.options(p)
	},
	Build: func(o *decompressHTTPOptions) (pipeline.New, error) {
		switch v := o.first.(type) {
		case nil:
		case spec.Func:
			o.enable = v
		case event.Object:
			if _, err := spec.Decode(nil, []any{v}, nil, o.options); err != nil {
				return nil, err
			}
		default:
			return nil, wrongArgument("enable", "a function or the options", v)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &decompressMessage{limits: o.limits(), begin: func(f *decompressMessage, start *event.MessageStart) (*event.MessageStart, []compress.Coding, error) {
				return o.begin(f.Stage, start)
			}}
			f.init(s, f.handle)
			return f
		}, nil
	},
})

// begin returns what a message begins with from now on, and the codings that its
// body has.
func (o *decompressHTTPOptions) begin(s *pipeline.Stage, start *event.MessageStart) (*event.MessageStart, []compress.Coding, error) {
	if o.enable != nil {
		v, err := o.enable.Call(s.Context(), start)
		if err != nil || !truthy(v) {
			return start, nil, err
		}
	}
	h := httphead.Of(start.Head)
	value, _ := h.Header.Joined("content-encoding")
	list, ok := compress.ParseList(value)
	if !ok || len(list) == 0 || h.Status == 204 || h.Status == 206 || h.Status == 304 {
		return start, nil, nil
	}
	t := transformed(h)
	t.Header.Delete("content-encoding")
	return &event.MessageStart{Head: t}, list, nil
}

type decompressMessageOptions struct {
	decompressLimits
	algorithm spec.Dyn[string]
}

var _ = declare(Decl[decompressMessageOptions]{
	Name: "decompressMessage",
	Doc: `decompresses the bodies of messages by one algorithm

The algorithm is gzip, deflate or inflate (the zlib format, raw deflate or gzip: what
it is is found out), br or brotli, or zstd. A function that returns nothing leaves the
message alone. Heads stay as they are, but content-length does not count any more.` + docDecompressErrors,
	In: Messages, Out: Messages, Legacy: true,
	Params: func(p *spec.Params, o *decompressMessageOptions) {
		spec.Need(p, &o.algorithm, "algorithm", "gzip, deflate, inflate, br, brotli or zstd. A function is called with each MessageStart.")
		o.options(p)
	},
	Build: func(o *decompressMessageOptions) (pipeline.New, error) {
		if !o.algorithm.IsFunc() {
			name, _ := o.algorithm.Get(nil)
			if _, err := algorithmOf(name); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &decompressMessage{limits: o.limits(), begin: func(f *decompressMessage, start *event.MessageStart) (*event.MessageStart, []compress.Coding, error) {
				name, err := o.algorithm.Get(f.Context(), start)
				if err != nil || name == "" {
					return start, nil, err
				}
				c, err := algorithmOf(name)
				httphead.Unframe(start)
				return start, []compress.Coding{c}, err
			}}
			f.init(s, f.handle)
			return f
		}, nil
	},
})

// decompressMessage decompresses the bodies of messages.
type decompressMessage struct {
	inflater
	limits compress.Limits
	begin  func(f *decompressMessage, start *event.MessageStart) (*event.MessageStart, []compress.Coding, error)
}

func (f *decompressMessage) handle(evt event.Event) {
	switch evt := evt.(type) {
	case *event.MessageStart:
		f.drop()
		start, codings, err := f.begin(f, evt)
		if err != nil {
			f.Fail(err)
			return
		}
		if codings != nil {
			f.open(f.limits, codings...)
		}
		f.Output(start)
	case *event.Data:
		if f.dec == nil || evt.Len() == 0 {
			f.Output(evt)
			return
		}
		f.feed(evt)
	case *event.MessageEnd:
		f.finish(evt)
	case *event.StreamEnd:
		f.drop()
		f.Output(evt)
	}
}

// Reset makes the filter ready for another stream.
func (f *decompressMessage) Reset() { f.reset() }
