package filters

import (
	"errors"
	"strconv"
	"strings"

	"pipy/pipy/codec/compress"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// compressMessageOptions are those of compressHTTP and compressMessage.
type compressMessageOptions struct {
	compressArgs
	first   any       // an algorithm, a function that returns one, or the options
	fn      spec.Func // that function
	methods []compress.Coding

	enabled spec.Dyn[bool]
	method  any
	request spec.Func
	minSize spec.Size
	types   []string
}

const docCompress = `

The body of each message is compressed as one stream, and content-encoding says
so. The first argument is gzip, deflate (the zlib format), br or zstd, or a
function that is called with each MessageStart and returns one of these, or
nothing to leave the message alone; or it is the options.

With the option request the algorithm is negotiated: the one of the option method
that the accept-encoding of the request likes best is used, if there is any, and
vary is set. Without it, whoever reads the message has to understand it.

Left alone are messages without a body, those that have a content-encoding,
answers to HEAD, partial content (206), those with cache-control: no-transform,
and all when very many are being compressed at the same time. Of those that are
compressed, content-length and accept-ranges are removed, and a strong etag becomes
a weak one, for the bytes are different.

An empty Data, a flush, makes all bytes before it readable for the other side.`

func (o *compressMessageOptions) params(p *spec.Params) {
	spec.Arg(p, &o.first, "algorithm", any(nil), "An algorithm, or a function that returns one or nothing. Or the options.")
	typedOption(p, "an algorithm, a function or the options", `string | ((evt: MessageStart) => string | null)`)
	o.options(p)
}

func (o *compressMessageOptions) options(p *spec.Params) {
	spec.Opt(p, &o.enabled, "enabled", spec.Fixed(true), "Whether to compress. A function is called for each message.")
	spec.Opt(p, &o.method, "method", any(nil), `The algorithm, or an array of those that may be chosen, the preferred one first. If not given, it is "gzip".`)
	typedOption(p, "", "string | string[]")
	o.levelOption(p)
	spec.Opt(p, &o.request, "request", spec.Func(nil), "Called with the MessageStart of each message, returns the head of the request that it answers.")
	spec.Opt(p, &o.minSize, "minSize", 0, "Bytes below which a body is left alone.")
	spec.Opt(p, &o.types, "types", nil, `Content types to compress, such as "text/html" or "text/*"; all if not given.`)
}

// settle finds out what the first argument is, and which algorithms there are.
func (o *compressMessageOptions) settle() error {
	switch v := o.first.(type) {
	case nil:
	case spec.Func:
		o.fn = v
	case string:
		if o.method != nil {
			return errors.New("options.method: want it once, got an algorithm as the first argument too")
		}
		o.method = v
	case event.Object:
		if _, err := spec.Decode(nil, []any{v}, nil, o.options); err != nil {
			return err
		}
	default:
		return wrongArgument("algorithm", "an algorithm, a function or the options", v)
	}
	var names []string
	switch v := o.method.(type) {
	case nil:
		names = []string{"gzip"}
	case string:
		names = []string{v}
	default:
		var err error
		if names, err = spec.Convert[[]string](v); err != nil {
			return wrongArgument("options.method", "an algorithm or an array of these", v)
		}
	}
	for _, name := range names {
		c, err := algorithmOf(name)
		if err != nil {
			return errors.New("options.method: " + err.Error())
		}
		o.methods = append(o.methods, c)
	}
	if len(o.methods) == 0 {
		return errors.New("options.method: want at least one algorithm, got none")
	}
	return nil
}

func buildCompressMessage(o *compressMessageOptions) (pipeline.New, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	return func(s *pipeline.Stage) pipeline.Filter { return &compressMessage{Stage: s, opt: o} }, nil
}

var _ = declare(Decl[compressMessageOptions]{
	Name: "compressHTTP",
	Doc:  "compresses the bodies of HTTP messages" + docCompress,
	In:   Messages, Out: Messages,
	Params: func(p *spec.Params, o *compressMessageOptions) { o.params(p) },
	Build:  buildCompressMessage,
})

var _ = declare(Decl[compressMessageOptions]{
	Name: "compressMessage",
	Doc:  "compresses the bodies of messages; the same as compressHTTP" + docCompress,
	In:   Messages, Out: Messages, Legacy: true,
	Params: func(p *spec.Params, o *compressMessageOptions) { o.params(p) },
	Build:  buildCompressMessage,
})

// choose returns the coding for a message with this head, and the request that
// it answers if that is known. ok is false when the message is left alone.
func (o *compressMessageOptions) choose(s *pipeline.Stage, start *event.MessageStart, h *httphead.Head) (c compress.Coding, negotiated, ok bool, err error) {
	enabled, err := o.enabled.Get(s.Context())
	if err != nil || !enabled {
		return "", false, false, err
	}
	candidates := o.methods
	if o.fn != nil {
		v, err := o.fn.Call(s.Context(), start)
		if err != nil || v == nil {
			return "", false, false, err
		}
		name, isString := v.(string)
		if !isString {
			return "", false, false, errors.New("algorithm: the function returned: " + (&spec.Mismatch{Wants: "a string", Got: spec.Show(v)}).Error())
		}
		if c, err = algorithmOf(name); err != nil {
			return "", false, false, err
		}
		candidates = []compress.Coding{c}
	}
	if !compressible(h) || !o.wantsType(h.Header.First("content-type")) {
		return "", false, false, nil
	}
	if o.request == nil {
		return candidates[0], false, true, nil
	}
	v, err := o.request.Call(s.Context(), start)
	if err != nil {
		return "", false, false, err
	}
	switch v.(type) {
	case *httphead.Head, event.Object:
	default:
		return "", true, false, nil
	}
	asked := httphead.Of(v)
	if asked.Method == "HEAD" {
		return "", true, false, nil
	}
	accept, _ := asked.Header.Joined("accept-encoding")
	c, ok = compress.Choose(accept, candidates)
	return c, true, ok, nil
}

// compressible tells whether a message with this head may be compressed at all.
func compressible(h *httphead.Head) bool {
	switch s := h.Status; {
	case s >= 100 && s < 200, s == 204, s == 205, s == 206, s == 304:
		return false
	}
	if h.Header.Has("content-range") || h.Length == 0 {
		return false
	}
	if value, found := h.Header.Joined("content-encoding"); found {
		list, known := compress.ParseList(value)
		if !known || len(list) > 0 {
			return false
		}
	}
	control, _ := h.Header.Joined("cache-control")
	for directive := range strings.SplitSeq(control, ",") {
		if strings.EqualFold(strings.TrimSpace(directive), "no-transform") { // RFC 9111, 5.2.2.6
			return false
		}
	}
	return true
}

func (o *compressMessageOptions) wantsType(value string) bool {
	if o.types == nil {
		return true
	}
	value, _, _ = strings.Cut(value, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	for _, t := range o.types {
		t = strings.ToLower(t)
		if prefix, all := strings.CutSuffix(t, "*"); all && strings.HasPrefix(value, prefix) || t == value {
			return true
		}
	}
	return false
}

// bodySize returns the size of a body that its head tells, or -1.
func bodySize(h *httphead.Head) int64 {
	if h.Length >= 0 {
		return h.Length
	}
	if n, err := strconv.ParseInt(h.Header.First("content-length"), 10, 64); err == nil {
		return n
	}
	return -1
}

// transformed returns a copy of a head for a message whose body is about to
// become different bytes. It is a copy because scripts send the same head more
// than once.
func transformed(h *httphead.Head) *httphead.Head {
	t := *h
	t.Script, t.ScriptHeader = nil, nil
	t.Header.Fields = append(make([]httphead.Field, 0, len(h.Header.Fields)+2), h.Header.Fields...)
	t.Length = -1
	t.Header.Delete("content-length")
	t.Header.Delete("accept-ranges")
	t.Header.Delete("content-md5")
	if tag := t.Header.First("etag"); strings.HasPrefix(tag, `"`) { // RFC 9110, 8.8.1
		t.Header.Set("etag", "W/"+tag)
	}
	return &t
}

// addVary adds a name to the vary header (RFC 9110, 12.5.5).
func addVary(h *httphead.Header, name string) {
	value, found := h.Joined("vary")
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item == "*" || strings.EqualFold(item, name) {
			return
		}
	}
	if found && value != "" {
		name = value + ", " + name
	}
	h.Set("vary", name)
}
