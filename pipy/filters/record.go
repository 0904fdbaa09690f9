package filters

import (
	"slices"

	"pipy/pipy/event"
)

// Record is an object that a filter made: the head of a message, or a part of
// its payload. To scripts it is a plain object, always the same one; what a
// script changes in it is changed here too.
type Record struct {
	names  []string
	values []any
	script event.Object // the script's object, as soon as there is one
}

// record returns an object with these members. The lists belong to it; those of
// the names may be shared as long as their capacity is their length.
func record(names []string, values []any) *Record {
	return &Record{names: names[:len(names):len(names)], values: values}
}

// Object returns the script's object, made by make if there is none yet.
func (r *Record) Object(make func(names []string, values []any) event.Object) event.Object {
	if r.script == nil {
		r.script = make(r.names, r.values)
		r.names, r.values = nil, nil
	}
	return r.script
}

// Get returns a member.
func (r *Record) Get(name string) any {
	if r.script != nil {
		return r.script.Get(name)
	}
	if i := slices.Index(r.names, name); i >= 0 {
		return plainValue(r.values[i])
	}
	return nil
}

// Set changes or adds a member.
func (r *Record) Set(name string, value any) {
	if r.script != nil {
		r.script.Set(name, value)
		return
	}
	if i := slices.Index(r.names, name); i >= 0 {
		r.values[i] = value
		return
	}
	r.names = append(r.names, name)
	r.values = append(r.values, value)
}

// Keys returns the names of the members in their order.
func (r *Record) Keys() []string {
	if r.script != nil {
		return r.script.Keys()
	}
	return r.names
}

// Elements tells that this is no array.
func (r *Record) Elements() ([]any, bool) { return nil, false }

// items is a list as an array of a script.
type items []any

// Get returns nothing: it is an array.
func (a items) Get(string) any { return nil }

// Set does nothing.
func (a items) Set(string, any) {}

// Keys returns nothing.
func (a items) Keys() []string { return nil }

// Elements returns the elements.
func (a items) Elements() ([]any, bool) { return a, true }

// plainValue returns the form that a value has when it comes from a script.
func plainValue(v any) any {
	if list, ok := v.([]any); ok {
		return items(list)
	}
	return v
}

// objectOf returns a head or a payload as an object. What is none has no
// members.
func objectOf(v any) event.Object {
	switch v := v.(type) {
	case event.Object:
		return v
	case []any:
		return items(v)
	}
	return &Record{}
}
