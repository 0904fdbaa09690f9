package filters

import "sort"

// object is an event.Object that a filter makes for a callback.
type object map[string]any

// Get returns a member.
func (o object) Get(name string) any { return o[name] }

// Set makes or replaces a member.
func (o object) Set(name string, value any) { o[name] = value }

// Keys returns the names in alphabetical order.
func (o object) Keys() []string {
	keys := make([]string, 0, len(o))
	for name := range o {
		keys = append(keys, name)
	}
	sort.Strings(keys)
	return keys
}

// Elements tells that this is no array.
func (o object) Elements() ([]any, bool) { return nil, false }

// array is an event.Object that a filter makes for a callback.
type array []any

// Get returns nil: an array has no names.
func (array) Get(string) any { return nil }

// Set does nothing.
func (array) Set(string, any) {}

// Keys returns nothing.
func (array) Keys() []string { return nil }

// Elements returns the elements.
func (a array) Elements() ([]any, bool) { return a, true }
