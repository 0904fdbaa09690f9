package script

import (
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/codec/httphead"
)

// headerNames is the script's side of how the names of a header are spelled: the
// names that are not in lower case, by their lower case.
type headerNames struct{ of *headerObject }

// Get returns the spelling of a name.
func (n headerNames) Get(key string) goja.Value {
	for _, f := range n.of.header.Fields {
		if f.Name != key && strings.ToLower(f.Name) == key {
			return n.of.e.rt.ToValue(f.Name)
		}
	}
	return nil
}

// Set spells a name, that of a field which is not there yet as well. What is
// another name is left out.
func (n headerNames) Set(key string, v goja.Value) bool {
	n.spell(key, httphead.Text(n.of.e.export(v)))
	return true
}

func (n headerNames) spell(key, as string) {
	if !httphead.Equal(key, as) {
		return
	}
	if n.of.names == nil {
		n.of.names = map[string]string{}
	}
	n.of.names[strings.ToLower(key)] = as
	n.of.header.Spell(as)
}

// Has tells whether the name is not in lower case.
func (n headerNames) Has(key string) bool { return n.Get(key) != nil }

// Delete spells a name in lower case.
func (n headerNames) Delete(key string) bool {
	delete(n.of.names, key)
	n.of.header.Spell(strings.ToLower(key))
	return true
}

// Keys returns the names in lower case, in the order of their first field.
func (n headerNames) Keys() []string {
	keys := n.of.Keys()
	spelled := keys[:0]
	for _, key := range keys {
		if n.Has(key) {
			spelled = append(spelled, key)
		}
	}
	return spelled
}
