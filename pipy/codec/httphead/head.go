// Package httphead is the form in which HTTP heads travel through a stream,
// whatever the version of the protocol on the wire.
package httphead

import (
	"math"
	"strconv"
	"strings"

	"pipy/pipy/event"
)

// Head is the head of a request or of a response. A field that is empty is
// absent; encoders fill in their defaults. It is shared by reference: what a
// script changes in it is what goes out.
type Head struct {
	Protocol   string // "HTTP/1.1"; empty for HTTP/2
	Method     string
	Scheme     string // HTTP/2 only
	Authority  string // HTTP/2 only
	Path       string // the request target as it came, with the query
	Status     int    // 0 in a request
	StatusText string // the whole reason phrase
	Header     Header

	// Length is the number of body bytes that the sender announced and that
	// follow unchanged, or -1 when that is unknown. Encoders use it to stream a
	// long body under the same content-length. A filter that changes bodies
	// calls Unframe first.
	Length int64

	// Extra holds members that a script gave to the head beyond the fields
	// above; nil when there are none.
	Extra map[string]any

	// Script is for the script engine: its object for this head.
	Script any
	// ScriptHeader is for the script engine: its object for the Header.
	ScriptHeader any
}

// New returns an empty head of unknown length.
func New() *Head { return &Head{Length: -1} }

// Of returns the head behind the Head of a MessageStart or a Message: itself,
// or a copy of the members that matter of an object made by a script. It never
// returns nil.
func Of(head any) *Head {
	switch h := head.(type) {
	case *Head:
		return h
	case event.Object:
		return fromObject(h)
	}
	return New()
}

func fromObject(o event.Object) *Head {
	h := New()
	h.Protocol = Text(o.Get("protocol"))
	h.Method = Text(o.Get("method"))
	h.Scheme = Text(o.Get("scheme"))
	h.Authority = Text(o.Get("authority"))
	h.Path = Text(o.Get("path"))
	h.Status = Status(o.Get("status"))
	h.StatusText = Text(o.Get("statusText"))
	h.Header.SetObject(o.Get("headers"))
	h.Header.SpellObject(o.Get("headerNames"))
	return h
}

// Unframe forgets the announced length of a message whose body is about to be
// changed. Other events are left alone.
func Unframe(evt event.Event) {
	if start, ok := evt.(*event.MessageStart); ok {
		if h, ok := start.Head.(*Head); ok {
			h.Length = -1
		}
	}
}

// Text returns a script's value as it stands in a header: "" for nil.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case *event.Data:
		return v.String()
	case event.Object:
		items, ok := v.Elements()
		if !ok {
			return "[object Object]"
		}
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = Text(item)
		}
		return strings.Join(texts, ", ")
	}
	return ""
}

// noNumber is the Status of a head whose script gave it something else.
const noNumber = -1

// Status returns a script's value as the Status of a head, 0 for nil. What is
// no status at all is told by CheckStatus, when the head goes out.
func Status(v any) int {
	switch v := v.(type) {
	case nil:
		return 0
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e6 {
			return int(v)
		}
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return noNumber
}

// CheckStatus says what is wrong with the Status of a response, "" if nothing
// is (RFC 9110, 15).
func (h *Head) CheckStatus() string {
	switch n := h.Status; {
	case n == 0 || n >= 100 && n <= 999:
		return ""
	case n == noNumber:
		return "want a whole number from 100 to 999, got something else"
	default:
		return "want a number from 100 to 999, got " + strconv.Itoa(n)
	}
}
