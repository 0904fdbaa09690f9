package httphead

import (
	"strings"

	"pipy/pipy/event"
)

// Field is one header line.
type Field struct {
	Name  string // as it was spelled on the wire or by the script
	Value string // without surrounding blanks
}

// Header is a list of fields in the order of the wire. Names are compared
// without regard to case (RFC 9110, 5.1); all lines of a repeated name are
// kept (RFC 9110, 5.3). The zero value is an empty header.
type Header struct {
	Fields []Field
	// CookieList makes set-cookie an array for scripts, however many there are:
	// they have assigned one.
	CookieList bool
}

// Equal tells whether two field names are the same but for case.
func Equal(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x != y && lower(x) != lower(y) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// Has tells whether there is a field of that name.
func (h *Header) Has(name string) bool {
	for i := range h.Fields {
		if Equal(h.Fields[i].Name, name) {
			return true
		}
	}
	return false
}

// First returns the value of the first field of that name, or "".
func (h *Header) First(name string) string {
	for i := range h.Fields {
		if Equal(h.Fields[i].Name, name) {
			return h.Fields[i].Value
		}
	}
	return ""
}

// Values returns the values of all fields of that name in their order.
func (h *Header) Values(name string) []string {
	var values []string
	for i := range h.Fields {
		if Equal(h.Fields[i].Name, name) {
			values = append(values, h.Fields[i].Value)
		}
	}
	return values
}

// Joined returns the combined value of a name: its values joined by a comma and
// a blank (RFC 9110, 5.3), cookies by a semicolon (RFC 6265, 5.4). found is
// false when there is no such field.
func (h *Header) Joined(name string) (value string, found bool) {
	var more []string
	for i := range h.Fields {
		f := &h.Fields[i]
		if !Equal(f.Name, name) {
			continue
		}
		switch {
		case !found:
			value, found = f.Value, true
		default:
			more = append(more, f.Value)
		}
	}
	if more == nil {
		return value, found
	}
	separator := ", "
	if Equal(name, "cookie") {
		separator = "; "
	}
	return value + separator + strings.Join(more, separator), true
}

// Add appends a field.
func (h *Header) Add(name, value string) {
	h.Fields = append(h.Fields, Field{name, value})
}

// Set replaces all fields of that name by one for each value, at the place of
// the first; without values it deletes them.
func (h *Header) Set(name string, values ...string) {
	at := -1
	kept := h.Fields[:0]
	for _, f := range h.Fields {
		if !Equal(f.Name, name) {
			kept = append(kept, f)
			continue
		}
		if at < 0 && len(values) > 0 {
			at = len(kept)
			kept = append(kept, Field{f.Name, values[0]})
		}
	}
	clear(h.Fields[len(kept):])
	h.Fields = kept
	if len(values) == 0 {
		return
	}
	if at < 0 {
		for _, v := range values {
			h.Add(name, v)
		}
		return
	}
	if len(values) > 1 {
		rest := make([]Field, 0, len(values)-1)
		for _, v := range values[1:] {
			rest = append(rest, Field{h.Fields[at].Name, v})
		}
		tail := append(rest, h.Fields[at+1:]...)
		h.Fields = append(h.Fields[:at+1], tail...)
	}
}

// Delete removes all fields of that name.
func (h *Header) Delete(name string) { h.Set(name) }

// SetValue replaces a field by a script's value: an array makes one line of
// each element, nil deletes.
func (h *Header) SetValue(name string, value any) {
	cookies := Equal(name, "set-cookie")
	if cookies {
		h.CookieList = false
	}
	if value == nil {
		h.Delete(name)
		return
	}
	if o, ok := value.(event.Object); ok {
		if items, ok := o.Elements(); ok {
			values := make([]string, 0, len(items))
			for _, item := range items {
				values = append(values, Text(item))
			}
			h.Set(name, values...)
			h.CookieList = h.CookieList || cookies
			return
		}
	}
	h.Set(name, Text(value))
}

// SetObject replaces the whole header by the members of a script's object; nil
// and things that are no objects leave it empty.
func (h *Header) SetObject(value any) {
	switch o := value.(type) {
	case *Header:
		h.Fields = append([]Field(nil), o.Fields...)
	case event.Object:
		h.Fields = h.Fields[:0]
		for _, name := range o.Keys() {
			h.SetValue(name, o.Get(name))
		}
	}
}

// Spell gives the fields of that name this spelling of it.
func (h *Header) Spell(name string) {
	for i := range h.Fields {
		if Equal(h.Fields[i].Name, name) {
			h.Fields[i].Name = name
		}
	}
}

// SpellObject spells names as the members of a script's object say; what is
// another name than that of the member is left out.
func (h *Header) SpellObject(value any) {
	o, ok := value.(event.Object)
	if !ok {
		return
	}
	for _, name := range o.Keys() {
		if as := Text(o.Get(name)); Equal(name, as) {
			h.Spell(as)
		}
	}
}
