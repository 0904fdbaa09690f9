package script

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/codec/httphead"
)

// headObject is the script's side of an HTTP head. Nothing is made until a
// script asks for it.
type headObject struct {
	head   *httphead.Head
	fields headerObject // of the head, for when it is asked for
}

// head returns the script's object for a head: always the same one.
func (e *Engine) head(h *httphead.Head) goja.Value {
	if o, ok := h.Script.(*goja.Object); ok {
		return o
	}
	o := e.rt.NewDynamicObject(&headObject{head: h, fields: headerObject{e: e, header: &h.Header}})
	h.Script = o
	return o
}

func (o *headObject) text(s string) goja.Value {
	if s == "" {
		return nil
	}
	return o.fields.e.rt.ToValue(s)
}

// Get returns a member of the head.
func (o *headObject) Get(key string) goja.Value {
	h := o.head
	switch key {
	case "path":
		return o.text(h.Path)
	case "headers":
		return o.headers()
	case "headerNames":
		if h.Protocol == "" {
			return goja.Null()
		}
		return o.fields.e.rt.NewDynamicObject(headerNames{&o.fields})
	case "method":
		return o.text(h.Method)
	case "protocol":
		return o.text(h.Protocol)
	case "scheme":
		return o.text(h.Scheme)
	case "authority":
		return o.text(h.Authority)
	case "status":
		if h.Status == 0 {
			return nil
		}
		return o.fields.e.rt.ToValue(h.Status)
	case "statusText":
		return o.text(h.StatusText)
	}
	if v, ok := h.Extra[key]; ok {
		return o.fields.e.wrap(v)
	}
	return nil
}

func (o *headObject) headers() goja.Value {
	h := o.head
	if v, ok := h.ScriptHeader.(*goja.Object); ok {
		return v
	}
	v := o.fields.e.rt.NewDynamicObject(&o.fields)
	h.ScriptHeader = v
	return v
}

// Set changes a member of the head.
func (o *headObject) Set(key string, v goja.Value) bool {
	h := o.head
	value := o.fields.e.export(v)
	switch key {
	case "path":
		h.Path = httphead.Text(value)
	case "headers":
		fields := httphead.Header{}
		fields.SetObject(value)
		h.Header = fields
		for _, as := range o.fields.names {
			h.Header.Spell(as)
		}
	case "headerNames":
		h.Header.SpellObject(value)
	case "method":
		h.Method = httphead.Text(value)
	case "protocol":
		h.Protocol = httphead.Text(value)
	case "scheme":
		h.Scheme = httphead.Text(value)
	case "authority":
		h.Authority = httphead.Text(value)
	case "status":
		h.Status = httphead.Status(value)
		h.StatusText = ""
	case "statusText":
		h.StatusText = httphead.Text(value)
	default:
		if h.Extra == nil {
			h.Extra = map[string]any{}
		}
		h.Extra[key] = v
	}
	return true
}

// Has tells whether the head has the member.
func (o *headObject) Has(key string) bool { return o.Get(key) != nil }

// Delete empties a member.
func (o *headObject) Delete(key string) bool {
	if _, ok := o.head.Extra[key]; ok {
		delete(o.head.Extra, key)
		return true
	}
	return o.Set(key, goja.Undefined())
}

// Keys returns the names of the members in their order.
func (o *headObject) Keys() []string {
	h := o.head
	keys := make([]string, 0, 6)
	add := func(name string, present bool) {
		if present {
			keys = append(keys, name)
		}
	}
	add("protocol", h.Protocol != "")
	add("headers", true)
	add("method", h.Method != "")
	add("scheme", h.Scheme != "")
	add("authority", h.Authority != "")
	add("path", h.Path != "")
	add("status", h.Status != 0)
	add("statusText", h.StatusText != "")
	for name := range h.Extra {
		keys = append(keys, name)
	}
	return keys
}

// headerObject is the script's side of a header: names in lower case, the
// values of a repeated name joined to one string, set-cookie as an array when
// it is repeated.
type headerObject struct {
	e      *Engine
	header *httphead.Header
	names  map[string]string // spellings that the script wants; nil for none
}

// header returns a script object for a header.
func (e *Engine) header(h *httphead.Header) goja.Value {
	return e.rt.NewDynamicObject(&headerObject{e: e, header: h})
}

// Get returns the value of a field.
func (o *headerObject) Get(key string) goja.Value {
	if key == "set-cookie" {
		if o.header.CookieList || len(o.header.Values(key)) > 1 {
			return o.e.rt.NewDynamicArray(cookieList{o})
		}
	}
	v, ok := o.header.Joined(key)
	if !ok {
		return nil
	}
	return o.e.rt.ToValue(v)
}

// cookieList is the script's side of several set-cookie fields.
type cookieList struct{ of *headerObject }

func (l cookieList) values() []string { return l.of.header.Values("set-cookie") }

func (l cookieList) set(values []string) bool {
	l.of.header.Set("set-cookie", values...)
	l.of.header.CookieList = true
	return true
}

// Len returns the number of fields.
func (l cookieList) Len() int { return len(l.values()) }

// Get returns the value of a field.
func (l cookieList) Get(i int) goja.Value {
	if values := l.values(); i < len(values) {
		return l.of.e.rt.ToValue(values[i])
	}
	return nil
}

// Set replaces a field, or adds one behind the last.
func (l cookieList) Set(i int, v goja.Value) bool {
	values := l.values()
	switch text := httphead.Text(l.of.e.export(v)); {
	case i < len(values):
		values[i] = text
	case i == len(values):
		values = append(values, text)
	default:
		return false
	}
	return l.set(values)
}

// SetLen removes the last fields.
func (l cookieList) SetLen(n int) bool {
	values := l.values()
	return n == len(values) || n < len(values) && l.set(values[:n])
}

// Set replaces all fields of that name.
func (o *headerObject) Set(key string, v goja.Value) bool {
	o.header.SetValue(key, o.e.export(v))
	if as, ok := o.names[key]; ok {
		o.header.Spell(as)
	}
	return true
}

// Has tells whether there is such a field.
func (o *headerObject) Has(key string) bool { return o.header.Has(key) }

// Delete removes all fields of that name.
func (o *headerObject) Delete(key string) bool {
	o.header.Delete(key)
	return true
}

// Keys returns the names in lower case, in the order of their first field.
func (o *headerObject) Keys() []string {
	keys := make([]string, 0, len(o.header.Fields))
	for i, f := range o.header.Fields {
		name := strings.ToLower(f.Name)
		first := true
		for _, g := range o.header.Fields[:i] {
			if httphead.Equal(g.Name, name) {
				first = false
				break
			}
		}
		if first {
			keys = append(keys, name)
		}
	}
	return keys
}

func itoa(i int) string { return strconv.Itoa(i) }
