package api

import (
	"slices"
	"strings"

	"pipy/pipy/codec/httphead"
)

// fields calls show for the members of a Go object that count as its own:
// those of HTTP heads, headers and tails. Other Go objects have none.
func fields(v any, show func(name string, value any)) {
	switch v := v.(type) {
	case *httphead.Head:
		headFields(v, show)
	case *httphead.Header:
		headerFields(v, show)
	case *httphead.Tail:
		tailFields(v, show)
	}
}

func tailFields(t *httphead.Tail, show func(name string, value any)) {
	if t.HeadSize == 0 {
		show("headers", &t.Header)
		return
	}
	headers := any(&t.Header)
	if len(t.Header.Fields) == 0 {
		headers = Null
	}
	show("headers", headers)
	show("headSize", float64(t.HeadSize))
	show("bodySize", float64(t.BodySize))
}

func headFields(h *httphead.Head, show func(name string, value any)) {
	text := func(name, value string) {
		if value != "" {
			show(name, value)
		}
	}
	text("protocol", h.Protocol)
	show("headers", &h.Header)
	text("method", h.Method)
	text("scheme", h.Scheme)
	text("authority", h.Authority)
	text("path", h.Path)
	if h.Status != 0 {
		show("status", float64(h.Status))
	}
	text("statusText", h.StatusText)
	extra := make([]string, 0, len(h.Extra))
	for name := range h.Extra {
		extra = append(extra, name)
	}
	slices.Sort(extra)
	for _, name := range extra {
		show(name, h.Extra[name])
	}
}

// headerFields shows each name once, at the place of its first line.
func headerFields(h *httphead.Header, show func(name string, value any)) {
	for i := range h.Fields {
		name := h.Fields[i].Name
		seen := slices.ContainsFunc(h.Fields[:i], func(f httphead.Field) bool { return httphead.Equal(f.Name, name) })
		if !seen {
			value, _ := h.Joined(name)
			show(strings.ToLower(name), value)
		}
	}
}
